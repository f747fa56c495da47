#include "iceberg/json_members.h"

#include <charconv>
#include <limits>

namespace clicklake::iceberg {
namespace {

std::optional<std::int64_t> to_long(const JsonValue& value) {
  if (value.kind != JsonValue::Kind::kNumber) return std::nullopt;
  std::int64_t number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

bool fits_int(std::int64_t number) {
  return number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max();
}

const JsonValue* present(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  return value == nullptr || value->kind == JsonValue::Kind::kNull ? nullptr : value;
}

}  // namespace

Error invalid_member(std::string_view what, std::string_view name, std::string_view wanted) {
  return Error{ErrorCode::kInvalidData, std::string(what) + ": '" + std::string(name) +
                                            "' is missing or not " + std::string(wanted)};
}

Result<std::int64_t> long_of(const JsonValue& value, std::string_view what) {
  if (const auto number = to_long(value)) return *number;
  return Error{ErrorCode::kInvalidData, std::string(what) + " is not a whole number of 64 bits"};
}

Result<int> int_of(const JsonValue& value, std::string_view what) {
  const auto number = to_long(value);
  if (number && fits_int(*number)) return static_cast<int>(*number);
  return Error{ErrorCode::kInvalidData, std::string(what) + " is not a whole number of 32 bits"};
}

Result<StringMap> string_map_of(const JsonValue& value, std::string_view what) {
  StringMap map;
  const Error error{ErrorCode::kInvalidData, std::string(what) + " is not an object of strings"};
  if (value.kind != JsonValue::Kind::kObject) return error;
  for (std::size_t i = 0; i < value.elements.size(); ++i) {
    const JsonValue& element = value.elements[i];
    switch (element.kind) {
      case JsonValue::Kind::kString:
      case JsonValue::Kind::kNumber: map[value.names[i]] = element.text; break;
      case JsonValue::Kind::kBool: map[value.names[i]] = element.truth ? "true" : "false"; break;
      default: return error;
    }
  }
  return map;
}

Result<std::int64_t> long_member(const JsonValue& object, std::string_view name,
                                 std::string_view what) {
  const JsonValue* value = present(object, name);
  const auto number = value == nullptr ? std::nullopt : to_long(*value);
  if (number) return *number;
  return invalid_member(what, name, "a whole number of 64 bits");
}

Result<int> int_member(const JsonValue& object, std::string_view name, std::string_view what) {
  const JsonValue* value = present(object, name);
  const auto number = value == nullptr ? std::nullopt : to_long(*value);
  if (number && fits_int(*number)) return static_cast<int>(*number);
  return invalid_member(what, name, "a whole number of 32 bits");
}

Result<std::string> string_member(const JsonValue& object, std::string_view name,
                                  std::string_view what) {
  const JsonValue* value = present(object, name);
  if (value != nullptr && value->kind == JsonValue::Kind::kString) return value->text;
  return invalid_member(what, name, "a string");
}

Result<const JsonValue*> array_member(const JsonValue& object, std::string_view name,
                                      std::string_view what) {
  const JsonValue* value = present(object, name);
  if (value == nullptr || value->kind == JsonValue::Kind::kArray) return value;
  return invalid_member(what, name, "an array");
}

Result<std::optional<std::int64_t>> optional_long_member(const JsonValue& object,
                                                         std::string_view name,
                                                         std::string_view what) {
  if (present(object, name) == nullptr) return std::optional<std::int64_t>();
  ASSIGN_OR_RETURN(const std::int64_t number, long_member(object, name, what));
  return std::optional(number);
}

}  // namespace clicklake::iceberg
