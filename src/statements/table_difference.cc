#include "statements/table_difference.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "model/hive_type.h"
#include "statements/hive_storage.h"
#include "statements/statement_context.h"

namespace clicklake {
namespace {

using Difference = std::optional<std::string>;

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

Difference differs(std::string_view what, std::string_view existing, std::string_view wanted) {
  if (existing == wanted) return std::nullopt;
  return "its " + std::string(what) + " is " + in_quotes(existing) + ", not " + in_quotes(wanted);
}

std::string declared(const HiveColumn& column) {
  return column.name + " " + to_string(column.type);
}

Difference columns_differ(std::string_view what, const std::vector<HiveColumn>& existing,
                          const std::vector<HiveColumn>& wanted) {
  for (std::size_t i = 0; i < std::min(existing.size(), wanted.size()); ++i) {
    const std::string which = std::string(what) + " " + std::to_string(i + 1);
    if (auto found = differs(which, declared(existing[i]), declared(wanted[i]))) return found;
    if (wanted[i].comment.empty()) continue;
    if (auto found =
            differs("comment of " + wanted[i].name, existing[i].comment, wanted[i].comment))
      return found;
  }
  if (existing.size() == wanted.size()) return std::nullopt;
  return "it has " + std::to_string(existing.size()) + " " + std::string(what) + "s, not " +
         std::to_string(wanted.size());
}

/// Every one of `wanted` is in `existing` with the same value.
Difference properties_differ(std::string_view what, const Parameters& existing,
                             const Parameters& wanted) {
  for (const auto& [key, value] : wanted) {
    const std::string* found = find_parameter(existing, key);
    if (found != nullptr && *found == value) continue;
    const std::string is = found != nullptr ? "is " + in_quotes(*found) : std::string("is not set");
    return "its " + std::string(what) + " " + in_quotes(key) + " " + is + ", not " +
           in_quotes(value);
  }
  return std::nullopt;
}

/// SerDe properties: none may be missing on either side. serialization.format, which says nothing
/// that field.delim does not, is left out.
Parameters meaningful(const Parameters& parameters) {
  Parameters out;
  for (const auto& parameter : parameters)
    if (parameter.first != "serialization.format") out.push_back(parameter);
  return out;
}

Difference serde_differs(const SerDeInfo& existing, const SerDeInfo& wanted) {
  if (auto found = differs("SerDe", existing.library, wanted.library)) return found;
  const Parameters existing_properties = meaningful(existing.parameters);
  const Parameters wanted_properties = meaningful(wanted.parameters);
  if (auto found = properties_differ("SerDe property", existing_properties, wanted_properties))
    return found;
  for (const auto& [key, value] : existing_properties)
    if (find_parameter(wanted_properties, key) == nullptr)
      return "its SerDe property " + in_quotes(key) + " is " + in_quotes(value);
  return std::nullopt;
}

Difference storage_differs(const StorageDescriptor& existing, const StorageDescriptor& wanted,
                           const LocationMap& locations) {
  if (auto found = columns_differ("column", existing.columns, wanted.columns)) return found;
  if (!existing.input_format.empty())
    if (auto found = differs("input format", existing.input_format, wanted.input_format))
      return found;
  if (auto found = serde_differs(existing.serde, wanted.serde)) return found;
  if (existing.number_of_buckets != wanted.number_of_buckets ||
      existing.bucket_columns != wanted.bucket_columns)
    return "its buckets are others";
  if (!same_location(locations, existing.location, wanted.location))
    return differs("location", existing.location, wanted.location);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> table_difference(const Table& existing, const Table& wanted,
                                            const LocationMap& locations) {
  if (existing.is_view()) return "it is a view";
  if (existing.is_lake_table()) return "it is a table of the lake's own";
  if (auto found = storage_differs(existing.storage, wanted.storage, locations)) return found;
  if (auto found =
          columns_differ("partition column", existing.partition_keys, wanted.partition_keys))
    return found;
  if (!wanted.description.empty())
    if (auto found = differs("comment", existing.description, wanted.description)) return found;
  Parameters given;
  for (const auto& parameter : wanted.parameters)
    if (!is_kept_by_hive(parameter.first)) given.push_back(parameter);
  return properties_differ("table property", existing.parameters, given);
}

std::optional<std::string> database_difference(const Database& existing, const Database& wanted,
                                               const LocationMap& locations) {
  if (!wanted.description.empty())
    if (auto found = differs("comment", existing.description, wanted.description)) return found;
  if (!wanted.location_uri.empty() &&
      !same_location(locations, existing.location_uri, wanted.location_uri))
    return differs("location", existing.location_uri, wanted.location_uri);
  return properties_differ("property", existing.parameters, wanted.parameters);
}

}  // namespace clicklake
