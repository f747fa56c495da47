#include "iceberg/schema.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "iceberg/json_members.h"

namespace clicklake::iceberg {
namespace {

using Kind = PrimitiveType::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 12> kPlainTypes{{
    {"boolean", Kind::kBoolean},
    {"int", Kind::kInt},
    {"long", Kind::kLong},
    {"float", Kind::kFloat},
    {"double", Kind::kDouble},
    {"date", Kind::kDate},
    {"time", Kind::kTime},
    {"timestamp", Kind::kTimestamp},
    {"timestamptz", Kind::kTimestampTz},
    {"string", Kind::kString},
    {"uuid", Kind::kUuid},
    {"binary", Kind::kBinary},
}};

/// Takes a number from the front of `text`, blanks around it included.
std::optional<int> take_number(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  return number;
}

bool take(std::string_view& text, std::string_view token) {
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  return true;
}

class SchemaReader {
 public:
  explicit SchemaReader(Schema& schema) : schema_(schema) {}

  Status read_struct(const JsonValue& type, const std::string& above) {
    ASSIGN_OR_RETURN(const JsonValue* fields, array_member(type, "fields", kWhat));
    if (fields == nullptr) return invalid_member(kWhat, "fields", "an array");
    for (const JsonValue& field : fields->elements) {
      ASSIGN_OR_RETURN(const std::string name, string_member(field, "name", kWhat));
      RETURN_IF_ERROR(read_part(field, "id", "type", above + name, "required"));
    }
    return {};
  }

 private:
  static constexpr std::string_view kWhat = "an Iceberg schema";

  /// A field, an element, a key or a value: an id and a type.
  Status read_part(const JsonValue& object, std::string_view id_name, std::string_view type_name,
                   const std::string& path, std::string_view required_name) {
    ASSIGN_OR_RETURN(const int id, int_member(object, id_name, kWhat));
    schema_.highest_id = std::max(schema_.highest_id, id);
    const JsonValue* required = object.find(required_name);
    const bool is_required = required_name.empty() || (required != nullptr && required->truth);
    const JsonValue* type = object.find(type_name);
    if (type == nullptr) return invalid_member(kWhat, type_name, "a type");
    if (type->kind == JsonValue::Kind::kString) {
      if (const auto primitive = parse_primitive_type(type->text)) {
        schema_.fields.push_back({id, path, *primitive, is_required});
      }
      return {};
    }
    ASSIGN_OR_RETURN(const std::string kind, string_member(*type, "type", kWhat));
    if (kind == "struct") return read_struct(*type, path + ".");
    if (kind == "list") {
      return read_part(*type, "element-id", "element", path + ".element", "element-required");
    }
    if (kind == "map") {
      RETURN_IF_ERROR(read_part(*type, "key-id", "key", path + ".key", ""));
      return read_part(*type, "value-id", "value", path + ".value", "value-required");
    }
    return {};
  }

  Schema& schema_;
};

}  // namespace

std::optional<PrimitiveType> parse_primitive_type(std::string_view text) {
  for (const auto& [name, kind] : kPlainTypes) {
    if (name == text) return PrimitiveType{kind};
  }
  if (take(text, "decimal(")) {
    const auto precision = take_number(text);
    if (!precision || *precision < 1 || *precision > 38 || !take(text, ",")) return std::nullopt;
    const auto scale = take_number(text);
    if (!scale || *scale > *precision || text != ")") return std::nullopt;
    return PrimitiveType{Kind::kDecimal, *precision, *scale};
  }
  if (take(text, "fixed[")) {
    const auto length = take_number(text);
    if (!length || text != "]") return std::nullopt;
    return PrimitiveType{Kind::kFixed, 0, 0, *length};
  }
  return std::nullopt;
}

std::string to_string(const PrimitiveType& type) {
  for (const auto& [name, kind] : kPlainTypes) {
    if (kind == type.kind) return std::string(name);
  }
  if (type.kind == Kind::kFixed) return "fixed[" + std::to_string(type.length) + "]";
  return "decimal(" + std::to_string(type.precision) + ", " + std::to_string(type.scale) + ")";
}

const SchemaField* Schema::find(int field_id) const {
  const auto it = std::find_if(fields.begin(), fields.end(),
                               [&](const SchemaField& field) { return field.id == field_id; });
  return it == fields.end() ? nullptr : &*it;
}

Result<Schema> parse_schema(const JsonValue& json) {
  Schema schema;
  if (json.find("schema-id") != nullptr) {
    ASSIGN_OR_RETURN(schema.id, int_member(json, "schema-id", "an Iceberg schema"));
  }
  RETURN_IF_ERROR(SchemaReader(schema).read_struct(json, ""));
  schema.json = to_json(json);
  return schema;
}

Result<Schema> parse_schema(std::string_view json) {
  const auto value = parse_json(json);
  if (!value) {
    return Error{ErrorCode::kInvalidData, "an Iceberg schema: " + value.error().message};
  }
  return parse_schema(*value);
}

}  // namespace clicklake::iceberg
