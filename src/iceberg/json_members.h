#pragma once
/// Members of a JSON object, by name and kind.
///
/// Place: under the readers of Iceberg's JSON. Errors: kInvalidData, with `what` (what the object
/// is) and the member's name. Thread safety: pure functions.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_value.h"
#include "base/result.h"

namespace clicklake::iceberg {

using StringMap = std::map<std::string, std::string, std::less<>>;

/// `value` itself as what is asked for. Errors: it is of another kind, or out of range.
Result<std::int64_t> long_of(const JsonValue& value, std::string_view what);
Result<int> int_of(const JsonValue& value, std::string_view what);
Result<StringMap> string_map_of(const JsonValue& value, std::string_view what);

/// Errors: it is missing or null, or of another kind.
Result<std::int64_t> long_member(const JsonValue& object, std::string_view name,
                                 std::string_view what);
Result<int> int_member(const JsonValue& object, std::string_view name, std::string_view what);
Result<std::string> string_member(const JsonValue& object, std::string_view name,
                                  std::string_view what);
/// Null where it is missing or null. Errors: it is no array.
Result<const JsonValue*> array_member(const JsonValue& object, std::string_view name,
                                      std::string_view what);
/// Nothing where it is missing or null.
Result<std::optional<std::int64_t>> optional_long_member(const JsonValue& object,
                                                         std::string_view name,
                                                         std::string_view what);

Error invalid_member(std::string_view what, std::string_view name, std::string_view wanted);

}  // namespace clicklake::iceberg
