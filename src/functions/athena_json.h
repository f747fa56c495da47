#pragma once
/// JSON as Athena's json_extract_scalar and json_size read it.
///
/// Place: behind those SQL functions (athena_functions.h).
/// Invariant: the text is read from its beginning only as far as the path leads, as Trino's
/// streaming extractor does: what is broken behind the value is not noticed, the first of several
/// members of one name counts, and numbers keep the digits they were written with.
/// Thread safety: pure functions.
/// Source: Trino's JsonExtract and JsonPathTokenizer; RFC 8259.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// The steps of `$.store.book[0]["a b"]`: each a member's name, which is an index too where it is a
/// number and an array is met. Errors: kInvalidArgument, not a path.
Result<std::vector<std::string>> parse_json_path(std::string_view path);

/// The scalar that `path` leads to, as text: strings without quotes, numbers as written. Nothing
/// for null, objects, arrays, what is not there, and text that is no JSON up to there.
std::optional<std::string> json_scalar(std::string_view json, const std::vector<std::string>& path);

/// How many elements or members the value has; 0 for a scalar; nothing where there is none.
std::optional<std::int64_t> json_value_size(std::string_view json,
                                            const std::vector<std::string>& path);

}  // namespace clicklake
