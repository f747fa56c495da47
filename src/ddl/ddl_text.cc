#include "ddl/ddl_text.h"

#include <array>
#include <string_view>

#include "base/utf8.h"
#include "ddl/parser.h"

namespace clicklake::ddl {
namespace {

constexpr std::string_view kLazySimpleSerde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";

struct Delimiter {
  std::string_view property;
  std::string_view words;
};
constexpr std::array<Delimiter, 6> kDelimiters{
    {{"field.delim", "FIELDS TERMINATED BY "},
     {"escape.delim", "  ESCAPED BY "},
     {"collection.delim", "COLLECTION ITEMS TERMINATED BY "},
     {"mapkey.delim", "MAP KEYS TERMINATED BY "},
     {"line.delim", "LINES TERMINATED BY "},
     {"serialization.null.format", "NULL DEFINED AS "}}};

const Delimiter* delimiter_of(std::string_view property) {
  for (const Delimiter& delimiter : kDelimiters) {
    if (delimiter.property == property) return &delimiter;
  }
  return nullptr;
}

/// Whether ROW FORMAT DELIMITED can say all of it: each property once, an escape only behind the
/// field's end.
bool is_delimited(const RowFormat& format) {
  if (!format.serde.empty()) return false;
  std::array<bool, kDelimiters.size()> seen{};
  std::string_view previous;
  for (const auto& property : format.properties) {
    const Delimiter* delimiter = delimiter_of(property.first);
    if (delimiter == nullptr || seen[static_cast<std::size_t>(delimiter - kDelimiters.data())])
      return false;
    if (property.first == "escape.delim" && previous != "field.delim") return false;
    seen[static_cast<std::size_t>(delimiter - kDelimiters.data())] = true;
    previous = property.first;
  }
  return true;
}

std::string table_name_text(const TableName& name) {
  if (name.database.empty()) return quote_name(name.table);
  const bool dotted = (name.database + name.table).find('.') != std::string::npos;
  return dotted ? quote_name(name.database) + "." + quote_name(name.table)
                : quote_name(name.database + "." + name.table);
}

void append_columns(std::string* out, const std::vector<HiveColumn>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    *out += i == 0 ? "\n  " : ", \n  ";
    *out += quote_name(columns[i].name) + " " + to_string(columns[i].type);
    if (!columns[i].comment.empty()) *out += " COMMENT " + quote_text(columns[i].comment);
  }
  *out += ")";
}

void append_properties(std::string* out, const Properties& properties) {
  for (std::size_t i = 0; i < properties.size(); ++i) {
    *out += i == 0 ? "\n  " : ", \n  ";
    *out += quote_text(properties[i].first) + "=" + quote_text(properties[i].second);
  }
  *out += ")";
}

void append_partitioning(std::string* out, const CreateTable& table) {
  if (!table.partition_keys.empty()) {
    *out += "\nPARTITIONED BY ( ";
    append_columns(out, table.partition_keys);
  }
  if (table.partition_transforms.empty()) return;
  *out += "\nPARTITIONED BY (";
  for (std::size_t i = 0; i < table.partition_transforms.size(); ++i) {
    const PartitionTransformSpec& spec = table.partition_transforms[i];
    if (i > 0) *out += ", ";
    if (spec.transform == "identity") {
      *out += quote_name(spec.column);
      continue;
    }
    *out += spec.transform + "(";
    if (spec.argument > 0) *out += std::to_string(spec.argument) + ", ";
    *out += quote_name(spec.column) + ")";
  }
  *out += ")";
}

void append_row_format(std::string* out, const RowFormat& format) {
  if (is_delimited(format)) {
    *out += "\nROW FORMAT DELIMITED";
    for (const auto& [key, value] : format.properties) {
      *out += " \n  ";
      *out += delimiter_of(key)->words;
      *out += quote_text(value);
    }
    return;
  }
  *out += "\nROW FORMAT SERDE \n  ";
  *out += quote_text(format.serde.empty() ? kLazySimpleSerde : std::string_view(format.serde));
  if (format.properties.empty()) return;
  *out += " \nWITH SERDEPROPERTIES ( ";
  append_properties(out, format.properties);
}

}  // namespace

std::string quote_name(std::string_view name) {
  std::string out = "`";
  for (const char c : name) {
    out += c;
    if (c == '`') out += c;
  }
  return out + "`";
}

std::string quote_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "'";
  for (const char c : text) {
    switch (c) {
      case '\'': out += "\\'"; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 && c != '\x7f') {
          out += c;
        } else {
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 15];
        }
    }
  }
  return out + "'";
}

std::string create_table_text(const CreateTable& table) {
  std::string out = table.external ? "CREATE EXTERNAL TABLE " : "CREATE TABLE ";
  if (table.if_not_exists) out += "IF NOT EXISTS ";
  out += table_name_text(table.name) + "(";
  append_columns(&out, table.columns);
  if (!table.comment.empty()) out += "\nCOMMENT " + quote_text(table.comment);
  append_partitioning(&out, table);
  if (!table.bucket_columns.empty()) {
    out += "\nCLUSTERED BY ( ";
    for (std::size_t i = 0; i < table.bucket_columns.size(); ++i)
      out += (i == 0 ? "\n  " : ", \n  ") + quote_name(table.bucket_columns[i]);
    out += ") \nINTO " + std::to_string(table.buckets) + " BUCKETS";
  }
  if (table.row_format) append_row_format(&out, *table.row_format);
  if (table.stored_as) {
    if (table.row_format) out += " ";
    out += "\nSTORED AS ";
    if (!table.stored_as->format.empty()) {
      out += table.stored_as->format;
    } else {
      out += "INPUTFORMAT \n  " + quote_text(table.stored_as->input_format) +
             " \nOUTPUTFORMAT \n  " + quote_text(table.stored_as->output_format);
    }
  }
  if (table.location) out += "\nLOCATION\n  " + quote_text(*table.location);
  if (!table.properties.empty()) {
    out += "\nTBLPROPERTIES (";
    append_properties(&out, table.properties);
  }
  return out;
}

}  // namespace clicklake::ddl
