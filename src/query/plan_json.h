#pragma once
/// Finding one's way in DuckDB's plans as json_serialize_plan writes them.
///
/// Place: under scan_filters and partition_predicate, for this module's sources only.
/// Invariant: what is absent reads as empty; nothing throws.
/// Thread safety: pure functions.
/// Source: DuckDB 1.5.5's json_serialize_plan; ADR-0006.

#include <boost/json.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake::plan_json {

namespace json = boost::json;

std::string_view text_at(const json::object& node, std::string_view key);
const json::object* object_at(const json::object& node, std::string_view key);
std::span<const json::value> array_at(const json::object& node, std::string_view key);
/// Absent numbers are zero: the serializer leaves defaults out.
std::optional<std::size_t> index_at(const json::object& node, std::string_view key);
/// The id of the type under `key`: "INTEGER", "TIMESTAMP WITH TIME ZONE", ...
std::string_view type_at(const json::object& node, std::string_view key);

/// The name of the table's column that output `index` of `node` is, where it is one unchanged.
std::string source_column(const json::object& node, std::size_t index);

std::size_t count_of(std::string_view text, std::string_view part);

Error unknown_form();

/// The logical plans in `answer`, which json_serialize_plan gave for `plan`. Errors: kUnsupported,
/// the statement could not be planned or the answer has another form.
Result<json::value> read_plan(std::string_view plan);

}  // namespace clicklake::plan_json
