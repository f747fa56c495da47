#include "scan/text_format.h"

#include <charconv>

#include "scan/time_text.h"

namespace clicklake {
namespace {

constexpr std::string_view kMapping = "mapping.";

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

bool is_true(std::string_view text) { return lower_case(text) == "true"; }

Error refused(std::string_view property, std::string_view value, const std::string& why) {
  return Error{ErrorCode::kInvalidArgument, "the table's property '" + std::string(property) +
                                                "'='" + std::string(value) + "' " + why};
}

/// Hive's way of naming a character: a number from -128 to 127 is its code, else the first byte.
char delimiter(std::string_view value, char otherwise) {
  if (value.empty()) return otherwise;
  int code = 0;
  const char* const end = value.data() + value.size();
  const char* const begin =
      value.starts_with('+') && value.size() > 1 ? value.data() + 1 : value.data();
  const auto [stop, error] = std::from_chars(begin, end, code);
  if (error == std::errc() && stop == end && code >= -128 && code <= 127) {
    return static_cast<char>(code);
  }
  return value[0];
}

/// The comma list of timestamp.formats: `\,` and `\\` are a comma and a backslash (openx's has no
/// escapes).
Result<std::vector<std::string>> split_patterns(std::string_view value, bool escapes) {
  std::vector<std::string> patterns;
  std::string pattern;
  const auto close = [&] {
    if (!pattern.empty()) patterns.push_back(std::move(pattern));
    pattern.clear();
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == ',') {
      close();
    } else if (c == '\\' && escapes) {
      if (i + 1 == value.size() || (value[i + 1] != ',' && value[i + 1] != '\\')) {
        return refused("timestamp.formats", value, "has a '\\' before neither ',' nor '\\'");
      }
      pattern.push_back(value[++i]);
    } else {
      pattern.push_back(c);
    }
  }
  close();
  for (const std::string& one : patterns) {
    const auto parsed = TimePattern::parse(one);
    if (!parsed)
      return refused("timestamp.formats", value, "can't be read: " + parsed.error().message);
  }
  return patterns;
}

}  // namespace

std::optional<SerDe> find_serde(std::string_view library) {
  if (library == "org.openx.data.jsonserde.JsonSerDe") return SerDe::kOpenxJson;
  if (library == "org.apache.hive.hcatalog.data.JsonSerDe" ||
      library == "org.apache.hadoop.hive.serde2.JsonSerDe")
    return SerDe::kHiveJson;
  if (library == "org.apache.hadoop.hive.serde2.OpenCSVSerde") return SerDe::kOpenCsv;
  if (library == "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe") return SerDe::kLazySimple;
  return std::nullopt;
}

Result<TextFormat> TextFormat::of(std::string_view serde_library,
                                  const Properties& serde_properties,
                                  const Properties& table_properties) {
  const std::optional<SerDe> serde = find_serde(serde_library);
  if (!serde) {
    return Error{ErrorCode::kUnsupported,
                 "the SerDe " + std::string(serde_library) +
                     " is none of those read here: org.openx.data.jsonserde.JsonSerDe, "
                     "org.apache.hive.hcatalog.data.JsonSerDe, "
                     "org.apache.hadoop.hive.serde2.OpenCSVSerde, "
                     "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"};
  }
  // Hive sees both lists as one, the SerDe's on top.
  const auto find = [&](std::string_view name) -> const std::string* {
    for (const Properties* list : {&serde_properties, &table_properties}) {
      for (const auto& [key, value] : *list) {
        if (key == name) return &value;
      }
    }
    return nullptr;
  };
  TextFormat out;
  out.serde = *serde;
  if (const std::string* lines = find("skip.header.line.count")) {
    const char* const end = lines->data() + lines->size();
    const auto [stop, error] = std::from_chars(lines->data(), end, out.skip_header_lines);
    if (error != std::errc() || stop != end || out.skip_header_lines < 0) {
      return refused("skip.header.line.count", *lines, "is no count of lines");
    }
  }
  if (const std::string* lines = find("skip.footer.line.count");
      lines != nullptr && *lines != "0") {
    return refused("skip.footer.line.count", *lines, "is not supported: take the footer out");
  }
  if (const std::string* formats = find("timestamp.formats");
      formats != nullptr && *serde != SerDe::kOpenCsv) {
    ASSIGN_OR_RETURN(out.timestamp_formats, split_patterns(*formats, *serde != SerDe::kOpenxJson));
  }
  switch (*serde) {
    case SerDe::kOpenxJson:
      if (const auto* v = find("ignore.malformed.json")) out.ignore_malformed = is_true(*v);
      if (const auto* v = find("case.insensitive")) out.case_insensitive = is_true(*v);
      if (const auto* v = find("dots.in.keys")) out.dots_in_keys = is_true(*v);
      for (const auto& [key, value] : serde_properties) {
        if (!key.starts_with(kMapping)) continue;
        out.mappings.emplace_back(lower_case(std::string_view(key).substr(kMapping.size())), value);
      }
      break;
    case SerDe::kHiveJson: break;
    case SerDe::kOpenCsv: {
      const auto character = [&](std::string_view name, char otherwise) {
        const std::string* value = find(name);
        return value == nullptr || value->empty() ? otherwise : (*value)[0];
      };
      out.field_delimiter = character("separatorChar", ',');
      out.quote = character("quoteChar", '"');
      // Hive reads an escape character of '"' as a backslash.
      const char escape = character("escapeChar", '\\');
      out.escape = escape == '"' ? '\\' : escape;
      const bool off = out.quote == '\0' && *out.escape == '\0';
      if (out.field_delimiter == '\0' || out.field_delimiter == out.quote ||
          out.field_delimiter == *out.escape || (out.quote == *out.escape && !off)) {
        return refused("separatorChar", std::string_view(&out.field_delimiter, 1),
                       "must differ from quoteChar and escapeChar, which must differ too");
      }
      break;
    }
    case SerDe::kLazySimple: {
      const auto character = [&](std::string_view name, std::string_view old, char otherwise) {
        const std::string* value = find(name);
        if (value == nullptr && !old.empty()) value = find(old);
        return value == nullptr ? otherwise : delimiter(*value, otherwise);
      };
      out.field_delimiter = character("field.delim", "serialization.format", '\1');
      // Hive 1 wrote it with the letters changed about.
      out.collection_delimiter = character("collection.delim", "colelction.delim", '\2');
      out.map_key_delimiter = character("mapkey.delim", "", '\3');
      if (const auto* v = find("escape.delim")) out.escape = delimiter(*v, '\\');
      if (const auto* v = find("serialization.null.format")) out.null_text = *v;
      if (const auto* v = find("serialization.last.column.takes.rest")) {
        out.last_column_takes_rest = is_true(*v);
      }
      break;
    }
  }
  return out;
}

}  // namespace clicklake
