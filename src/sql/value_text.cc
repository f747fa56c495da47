#include "sql/value_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "sql/chunk.h"
#include "sql/scalar_text.h"
#include "sql/value_type.h"

namespace clicklake {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

/// Two halves of a 128-bit number as DuckDB stores them.
struct Halves {
  std::uint64_t low;
  std::int64_t high;
};

std::string taken_text(const DuckdbApi& api, char* text) {
  std::string out = text != nullptr ? text : "";
  api.duckdb_free(text);
  return out;
}

void append_hex(std::string& out, std::string_view bytes) {
  out += "\\x";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 0xFU];
  }
}

/// DuckDB's BIT: the number of padding bits, then the bits, the padding first.
void append_bits(std::string& out, std::string_view bytes) {
  if (bytes.empty()) return;
  const auto padding = static_cast<unsigned char>(bytes[0]);
  for (std::size_t i = padding; i < (bytes.size() - 1) * 8; ++i) {
    out += ((static_cast<unsigned char>(bytes[1 + i / 8]) >> (7 - i % 8)) & 1U) != 0 ? '1' : '0';
  }
}

/// Valid UTF-8 with JSON's escapes.
void append_escaped(std::string& out, std::string_view text) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += kHexDigits[c >> 4];
        out += kHexDigits[c & 0xFU];
    }
  }
  out.append(text.substr(plain));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t valid = std::min(find_invalid_utf8(text), text.size());
    append_escaped(out, text.substr(0, valid));
    if (valid == text.size()) break;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(valid + 1);
  }
  out += '"';
}

/// A type and, below it, the types that it is made of, each with the vector that it reads.
struct ColumnText::Node {
  const DuckdbApi* api = nullptr;
  duckdb_type id = DUCKDB_TYPE_INVALID;
  duckdb_type stored = DUCKDB_TYPE_INVALID;  ///< integer that DECIMAL and ENUM are stored as
  int scale = 0;
  bool is_json = false;
  idx_t array_size = 0;
  std::vector<std::string> names;  ///< of a struct's fields, a union's members, an enum's values
  std::vector<Node> children;  ///< list, array: element; map: key, value; struct, union: members
  const void* data = nullptr;
  const std::uint64_t* validity = nullptr;

  template <typename T>
  T at(std::size_t row) const {
    return static_cast<const T*>(data)[row];
  }
  std::string_view bytes(std::size_t row) const {
    return static_cast<const chunk_internal::StringCell*>(data)[row].view();
  }
  bool is_null(std::size_t row) const {
    return id == DUCKDB_TYPE_SQLNULL || !chunk_internal::bit(validity, row);
  }

  /// False for a type that has no text.
  bool describe(const DuckdbApi& functions, duckdb_logical_type type) {
    api = &functions;
    id = api->duckdb_get_type_id(type);
    const auto add = [&](duckdb_logical_type child) {
      const LogicalType owned(*api, child);
      return children.emplace_back().describe(*api, owned.get());
    };
    switch (id) {
      case DUCKDB_TYPE_INVALID:
      case DUCKDB_TYPE_VARIANT:
      case DUCKDB_TYPE_GEOMETRY:
      case DUCKDB_TYPE_ANY: return false;
      case DUCKDB_TYPE_DECIMAL:
        scale = api->duckdb_decimal_scale(type);
        stored = api->duckdb_decimal_internal_type(type);
        return true;
      case DUCKDB_TYPE_ENUM:
        stored = api->duckdb_enum_internal_type(type);
        for (std::uint32_t i = 0; i < api->duckdb_enum_dictionary_size(type); ++i) {
          names.push_back(taken_text(*api, api->duckdb_enum_dictionary_value(type, i)));
        }
        return true;
      case DUCKDB_TYPE_VARCHAR:
        is_json = taken_text(*api, api->duckdb_logical_type_get_alias(type)) == "JSON";
        return true;
      case DUCKDB_TYPE_LIST: return add(api->duckdb_list_type_child_type(type));
      case DUCKDB_TYPE_ARRAY:
        array_size = api->duckdb_array_type_array_size(type);
        return add(api->duckdb_array_type_child_type(type));
      case DUCKDB_TYPE_MAP:
        return add(api->duckdb_map_type_key_type(type)) &&
               add(api->duckdb_map_type_value_type(type));
      case DUCKDB_TYPE_STRUCT:
        for (idx_t i = 0; i < api->duckdb_struct_type_child_count(type); ++i) {
          names.push_back(taken_text(*api, api->duckdb_struct_type_child_name(type, i)));
          if (!add(api->duckdb_struct_type_child_type(type, i))) return false;
        }
        return true;
      case DUCKDB_TYPE_UNION:
        for (idx_t i = 0; i < api->duckdb_union_type_member_count(type); ++i) {
          names.push_back(taken_text(*api, api->duckdb_union_type_member_name(type, i)));
          if (!add(api->duckdb_union_type_member_type(type, i))) return false;
        }
        return true;
      default: return true;
    }
  }

  void bind(duckdb_vector vector) {
    data = api->duckdb_vector_get_data(vector);
    validity = api->duckdb_vector_get_validity(vector);
    switch (id) {
      case DUCKDB_TYPE_LIST: children[0].bind(api->duckdb_list_vector_get_child(vector)); break;
      case DUCKDB_TYPE_ARRAY: children[0].bind(api->duckdb_array_vector_get_child(vector)); break;
      case DUCKDB_TYPE_MAP: {
        duckdb_vector entries = api->duckdb_list_vector_get_child(vector);
        children[0].bind(api->duckdb_struct_vector_get_child(entries, 0));
        children[1].bind(api->duckdb_struct_vector_get_child(entries, 1));
        break;
      }
      case DUCKDB_TYPE_STRUCT:
        for (idx_t i = 0; i < children.size(); ++i)
          children[i].bind(api->duckdb_struct_vector_get_child(vector, i));
        break;
      case DUCKDB_TYPE_UNION:
        // The first field is the tag: which member a row is.
        data = api->duckdb_vector_get_data(api->duckdb_struct_vector_get_child(vector, 0));
        for (idx_t i = 0; i < children.size(); ++i)
          children[i].bind(api->duckdb_struct_vector_get_child(vector, i + 1));
        break;
      default: break;
    }
  }

  std::int64_t stored_integer(std::size_t row) const {
    switch (stored) {
      case DUCKDB_TYPE_UTINYINT: return at<std::uint8_t>(row);
      case DUCKDB_TYPE_USMALLINT: return at<std::uint16_t>(row);
      case DUCKDB_TYPE_UINTEGER: return at<std::uint32_t>(row);
      case DUCKDB_TYPE_SMALLINT: return at<std::int16_t>(row);
      case DUCKDB_TYPE_INTEGER: return at<std::int32_t>(row);
      default: return at<std::int64_t>(row);
    }
  }

  bool is_number() const {
    switch (id) {
      case DUCKDB_TYPE_TINYINT:
      case DUCKDB_TYPE_SMALLINT:
      case DUCKDB_TYPE_INTEGER:
      case DUCKDB_TYPE_BIGINT:
      case DUCKDB_TYPE_UTINYINT:
      case DUCKDB_TYPE_USMALLINT:
      case DUCKDB_TYPE_UINTEGER:
      case DUCKDB_TYPE_UBIGINT:
      case DUCKDB_TYPE_HUGEINT:
      case DUCKDB_TYPE_UHUGEINT:
      case DUCKDB_TYPE_BIGNUM:
      case DUCKDB_TYPE_DECIMAL:
      case DUCKDB_TYPE_FLOAT:
      case DUCKDB_TYPE_DOUBLE: return true;
      default: return false;
    }
  }

  bool is_nested() const {
    return id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_ARRAY || id == DUCKDB_TYPE_MAP ||
           id == DUCKDB_TYPE_STRUCT;
  }

  /// The text of a value that is neither NULL nor nested. `iso`: times as in JSON.
  void scalar(std::string& out, std::size_t row, bool iso) const {
    const char separator = iso ? 'T' : ' ';
    switch (id) {
      case DUCKDB_TYPE_BOOLEAN: out += at<std::uint8_t>(row) != 0 ? "true" : "false"; break;
      case DUCKDB_TYPE_TINYINT: out += std::to_string(at<std::int8_t>(row)); break;
      case DUCKDB_TYPE_SMALLINT: out += std::to_string(at<std::int16_t>(row)); break;
      case DUCKDB_TYPE_INTEGER: out += std::to_string(at<std::int32_t>(row)); break;
      case DUCKDB_TYPE_BIGINT: out += std::to_string(at<std::int64_t>(row)); break;
      case DUCKDB_TYPE_UTINYINT: out += std::to_string(at<std::uint8_t>(row)); break;
      case DUCKDB_TYPE_USMALLINT: out += std::to_string(at<std::uint16_t>(row)); break;
      case DUCKDB_TYPE_UINTEGER: out += std::to_string(at<std::uint32_t>(row)); break;
      case DUCKDB_TYPE_UBIGINT: out += std::to_string(at<std::uint64_t>(row)); break;
      case DUCKDB_TYPE_HUGEINT:
        append_decimal(out, at<Halves>(row).high, at<Halves>(row).low, 0);
        break;
      case DUCKDB_TYPE_UHUGEINT:
        append_unsigned_128(out, static_cast<std::uint64_t>(at<Halves>(row).high),
                            at<Halves>(row).low);
        break;
      case DUCKDB_TYPE_BIGNUM: bignum(out, row); break;
      case DUCKDB_TYPE_DECIMAL: {
        if (stored == DUCKDB_TYPE_HUGEINT) {
          append_decimal(out, at<Halves>(row).high, at<Halves>(row).low, scale);
        } else {
          const std::int64_t value = stored_integer(row);
          append_decimal(out, value < 0 ? -1 : 0, static_cast<std::uint64_t>(value), scale);
        }
        break;
      }
      case DUCKDB_TYPE_FLOAT: append_float(out, at<float>(row)); break;
      case DUCKDB_TYPE_DOUBLE: append_double(out, at<double>(row)); break;
      case DUCKDB_TYPE_DATE: append_date(out, at<std::int32_t>(row)); break;
      case DUCKDB_TYPE_TIME: append_time(out, at<std::int64_t>(row), 1'000'000); break;
      case DUCKDB_TYPE_TIME_NS: append_time(out, at<std::int64_t>(row), 1'000'000'000); break;
      case DUCKDB_TYPE_TIME_TZ: append_time_tz(out, at<std::uint64_t>(row)); break;
      case DUCKDB_TYPE_TIMESTAMP_S:
        append_timestamp(out, at<std::int64_t>(row), 1, separator, "");
        break;
      case DUCKDB_TYPE_TIMESTAMP_MS:
        append_timestamp(out, at<std::int64_t>(row), 1'000, separator, "");
        break;
      case DUCKDB_TYPE_TIMESTAMP:
        append_timestamp(out, at<std::int64_t>(row), 1'000'000, separator, "");
        break;
      case DUCKDB_TYPE_TIMESTAMP_NS:
        append_timestamp(out, at<std::int64_t>(row), 1'000'000'000, separator, "");
        break;
      case DUCKDB_TYPE_TIMESTAMP_TZ:
        append_timestamp(out, at<std::int64_t>(row), 1'000'000, separator, iso ? "Z" : "+00");
        break;
      case DUCKDB_TYPE_INTERVAL: {
        const auto value = at<duckdb_interval>(row);
        append_interval(out, value.months, value.days, value.micros);
        break;
      }
      case DUCKDB_TYPE_UUID: append_uuid(out, at<Halves>(row).high, at<Halves>(row).low); break;
      case DUCKDB_TYPE_ENUM: out += names[static_cast<std::size_t>(stored_integer(row))]; break;
      case DUCKDB_TYPE_BLOB: append_hex(out, bytes(row)); break;
      case DUCKDB_TYPE_BIT: append_bits(out, bytes(row)); break;
      default: out += bytes(row); break;
    }
  }

  /// DuckDB's BIGNUM: a three-byte header, then the magnitude, both inverted where it is negative.
  void bignum(std::string& out, std::size_t row) const {
    std::string magnitude(bytes(row).substr(std::min<std::size_t>(3, bytes(row).size())));
    const bool negative =
        !bytes(row).empty() && (static_cast<unsigned char>(bytes(row)[0]) & 0x80U) == 0;
    if (negative) {
      for (char& c : magnitude) c = static_cast<char>(~c);
    }
    duckdb_bignum value{reinterpret_cast<std::uint8_t*>(magnitude.data()), magnitude.size(),
                        negative};
    duckdb_value owned = api->duckdb_create_bignum(value);
    out += taken_text(*api, api->duckdb_get_varchar(owned));
    api->duckdb_destroy_value(&owned);
  }

  void json(std::string& out, std::size_t row) const {
    if (is_null(row)) {
      out += "null";
      return;
    }
    switch (id) {
      case DUCKDB_TYPE_LIST: {
        const auto cell = at<chunk_internal::ListCell>(row);
        json_array(out, cell.offset, cell.length);
        break;
      }
      case DUCKDB_TYPE_ARRAY: json_array(out, row * array_size, array_size); break;
      case DUCKDB_TYPE_MAP: json_map(out, at<chunk_internal::ListCell>(row)); break;
      case DUCKDB_TYPE_STRUCT: json_struct(out, row); break;
      case DUCKDB_TYPE_UNION: children[at<std::uint8_t>(row)].json(out, row); break;
      case DUCKDB_TYPE_BOOLEAN: scalar(out, row, true); break;
      case DUCKDB_TYPE_FLOAT: json_float(out, row, std::isfinite(at<float>(row))); break;
      case DUCKDB_TYPE_DOUBLE: json_float(out, row, std::isfinite(at<double>(row))); break;
      default:
        if (is_number()) {
          scalar(out, row, true);
        } else if (is_json) {
          // Line ends can only lie between values there.
          const std::size_t begin = out.size();
          out += bytes(row);
          std::replace(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), '\n', ' ');
        } else {
          std::string text;
          scalar(text, row, true);
          append_json_string(out, text);
        }
    }
  }

  void json_float(std::string& out, std::size_t row, bool finite) const {
    if (!finite) out += '"';
    scalar(out, row, true);
    if (!finite) out += '"';
  }

  void json_array(std::string& out, std::size_t begin, std::size_t length) const {
    out += '[';
    for (std::size_t i = 0; i < length; ++i) {
      if (i > 0) out += ',';
      children[0].json(out, begin + i);
    }
    out += ']';
  }

  /// Keys that are not strings become their text.
  void json_map(std::string& out, chunk_internal::ListCell cell) const {
    out += '{';
    std::string key;
    for (std::size_t i = 0; i < cell.length; ++i) {
      if (i > 0) out += ',';
      key.clear();
      children[0].text(key, cell.offset + i);
      append_json_string(out, key);
      out += ':';
      children[1].json(out, cell.offset + i);
    }
    out += '}';
  }

  void json_struct(std::string& out, std::size_t row) const {
    out += '{';
    for (std::size_t i = 0; i < children.size(); ++i) {
      if (i > 0) out += ',';
      append_json_string(out, names[i]);
      out += ':';
      children[i].json(out, row);
    }
    out += '}';
  }

  void text(std::string& out, std::size_t row) const {
    if (is_nested()) {
      json(out, row);
    } else if (id == DUCKDB_TYPE_UNION) {
      const Node& member = children[at<std::uint8_t>(row)];
      if (member.is_null(row)) {
        out += "NULL";
      } else {
        member.text(out, row);
      }
    } else {
      scalar(out, row, false);
    }
  }
};

ColumnText::ColumnText(std::unique_ptr<Node> node) : node_(std::move(node)) {}
ColumnText::ColumnText(ColumnText&&) noexcept = default;
ColumnText& ColumnText::operator=(ColumnText&&) noexcept = default;
ColumnText::~ColumnText() = default;

Result<ColumnText> ColumnText::create(const DuckdbApi& api, duckdb_logical_type type,
                                      std::string_view name) {
  auto node = std::make_unique<Node>();
  if (!node->describe(api, type)) {
    return Error{ErrorCode::kUnsupported,
                 "column " + std::string(name) + " is of type " + type_name(api, type) +
                     ", which has no text: cast it to VARCHAR or JSON in the statement"};
  }
  return ColumnText(std::move(node));
}

void ColumnText::bind(duckdb_vector vector) { node_->bind(vector); }
bool ColumnText::is_null(std::size_t row) const { return node_->is_null(row); }
void ColumnText::append_text(std::string& out, std::size_t row) const { node_->text(out, row); }
void ColumnText::append_json(std::string& out, std::size_t row) const { node_->json(out, row); }
bool ColumnText::is_number() const { return node_->is_number(); }

}  // namespace clicklake
