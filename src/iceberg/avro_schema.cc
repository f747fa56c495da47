#include "iceberg/avro_schema.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "iceberg/json_members.h"

namespace clicklake::iceberg {
namespace {

using Kind = AvroType::Kind;

constexpr std::string_view kWhat = "an Avro schema";
constexpr int kMostLevels = 64;
constexpr std::int64_t kMostFixedBytes = 1 << 20;

constexpr std::array<std::pair<std::string_view, Kind>, 8> kPrimitives{{
    {"null", Kind::kNull},
    {"boolean", Kind::kBoolean},
    {"int", Kind::kInt},
    {"long", Kind::kLong},
    {"float", Kind::kFloat},
    {"double", Kind::kDouble},
    {"bytes", Kind::kBytes},
    {"string", Kind::kString},
}};

Error invalid(const std::string& what) {
  return Error{ErrorCode::kInvalidData, std::string(kWhat) + ": " + what};
}

/// "com.example.Name" is known by its last part too; namespaces never tell Iceberg's types apart.
std::string_view short_name(std::string_view name) {
  return name.substr(name.find_last_of('.') + 1);  // npos + 1 is 0
}

class AvroSchemaReader {
 public:
  Result<AvroTypePtr> read(const JsonValue& json) {
    switch (json.kind) {
      case JsonValue::Kind::kString: return read_name(json.text);
      case JsonValue::Kind::kArray: return read_union(json);
      case JsonValue::Kind::kObject: return read_object(json);
      default: return invalid("a type is neither a name, an object nor a list of types");
    }
  }

 private:
  Result<AvroTypePtr> read_name(std::string_view name) {
    for (const auto& [primitive, kind] : kPrimitives) {
      if (primitive == name) {
        AvroType type;
        type.kind = kind;
        return finish(std::move(type));
      }
    }
    const auto it = named_.find(short_name(name));
    if (it == named_.end()) return invalid("the type " + std::string(name) + " is not known");
    if (it->second == nullptr) {
      return Error{ErrorCode::kUnsupported,
                   std::string(kWhat) + ": the type " + std::string(name) + " holds itself"};
    }
    return it->second;
  }

  Result<AvroTypePtr> read_union(const JsonValue& json) {
    AvroType type;
    type.kind = Kind::kUnion;
    for (const JsonValue& branch : json.elements) {
      ASSIGN_OR_RETURN(AvroTypePtr part, read(branch));
      type.parts.push_back(std::move(part));
    }
    if (type.parts.empty()) return invalid("a union has no branches");
    return finish(std::move(type));
  }

  Result<AvroTypePtr> read_object(const JsonValue& json) {
    const JsonValue* inner = json.find("type");
    if (inner == nullptr) return invalid_member(kWhat, "type", "a type");
    // {"type": {"type": ...}} is the inner one.
    if (inner->kind != JsonValue::Kind::kString) return read(*inner);
    const std::string& kind = inner->text;
    if (kind == "record") return read_record(json);
    if (kind == "array") return read_elements(json, Kind::kArray, "items");
    if (kind == "map") return read_elements(json, Kind::kMap, "values");
    if (kind == "fixed") return read_fixed(json);
    if (kind == "enum") {
      AvroType type;
      type.kind = Kind::kEnum;
      return define(json, std::move(type));
    }
    ASSIGN_OR_RETURN(AvroTypePtr named, read_name(kind));
    if (named->kind != Kind::kBytes || !is_decimal(json)) return named;
    AvroType decimal = *named;
    decimal.is_decimal = true;
    return finish(std::move(decimal));
  }

  Result<AvroTypePtr> read_record(const JsonValue& json) {
    ASSIGN_OR_RETURN(const std::string name, string_member(json, "name", kWhat));
    named_[std::string(short_name(name))] = nullptr;
    AvroType type;
    type.kind = Kind::kRecord;
    ASSIGN_OR_RETURN(const JsonValue* fields, array_member(json, "fields", kWhat));
    if (fields == nullptr) return invalid_member(kWhat, "fields", "an array");
    for (const JsonValue& field : fields->elements) {
      AvroField& read_field = type.fields.emplace_back();
      ASSIGN_OR_RETURN(read_field.name, string_member(field, "name", kWhat));
      if (field.find("field-id") != nullptr) {
        ASSIGN_OR_RETURN(read_field.id, int_member(field, "field-id", kWhat));
      }
      const JsonValue* field_type = field.find("type");
      if (field_type == nullptr) return invalid_member(kWhat, "type", "a type");
      ASSIGN_OR_RETURN(read_field.type, read(*field_type));
    }
    return define(json, std::move(type));
  }

  Result<AvroTypePtr> read_elements(const JsonValue& json, Kind kind, std::string_view name) {
    AvroType type;
    type.kind = kind;
    const JsonValue* elements = json.find(name);
    if (elements == nullptr) return invalid_member(kWhat, name, "a type");
    ASSIGN_OR_RETURN(AvroTypePtr part, read(*elements));
    type.parts.push_back(std::move(part));
    return finish(std::move(type));
  }

  Result<AvroTypePtr> read_fixed(const JsonValue& json) {
    AvroType type;
    type.kind = Kind::kFixed;
    ASSIGN_OR_RETURN(const std::int64_t size, long_member(json, "size", kWhat));
    if (size < 0 || size > kMostFixedBytes) return invalid("a fixed type's size is out of range");
    type.size = static_cast<std::size_t>(size);
    type.is_decimal = is_decimal(json);
    return define(json, std::move(type));
  }

  static bool is_decimal(const JsonValue& json) {
    const JsonValue* logical = json.find("logicalType");
    return logical != nullptr && logical->text == "decimal";
  }

  Result<AvroTypePtr> define(const JsonValue& json, AvroType type) {
    ASSIGN_OR_RETURN(const std::string name, string_member(json, "name", kWhat));
    ASSIGN_OR_RETURN(AvroTypePtr defined, finish(std::move(type)));
    named_[std::string(short_name(name))] = defined;
    return defined;
  }

  static Result<AvroTypePtr> finish(AvroType type) {
    type.is_empty = type.kind == Kind::kNull || (type.kind == Kind::kFixed && type.size == 0) ||
                    type.kind == Kind::kRecord;
    for (const AvroField& field : type.fields) {
      type.is_empty = type.is_empty && field.type->is_empty;
      type.depth = std::max(type.depth, field.type->depth + 1);
    }
    for (const AvroTypePtr& part : type.parts) type.depth = std::max(type.depth, part->depth + 1);
    if (type.depth > kMostLevels) {
      return Error{ErrorCode::kUnsupported, std::string(kWhat) + " has more than " +
                                                std::to_string(kMostLevels) + " levels"};
    }
    return AvroTypePtr(std::make_shared<const AvroType>(std::move(type)));
  }

  std::map<std::string, AvroTypePtr, std::less<>> named_;  ///< null while a type is being read
};

}  // namespace

const AvroField* AvroType::find(int id) const {
  const auto it = std::find_if(fields.begin(), fields.end(),
                               [&](const AvroField& field) { return field.id == id; });
  return it == fields.end() ? nullptr : &*it;
}

Result<AvroTypePtr> parse_avro_schema(std::string_view json) {
  const auto value = parse_json(json);
  if (!value) return invalid(value.error().message);
  return AvroSchemaReader().read(*value);
}

}  // namespace clicklake::iceberg
