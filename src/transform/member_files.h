#pragma once
/// Rows of the dimensions that follow from their natural keys, and the files that hold them.
///
/// Place: under merge_dimensions. Thread safety: functions of their inputs.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "transform/dimension_merge.h"
#include "transform/user_activity.h"

namespace clicklake {

/// A dimension member: its surrogate key and natural key ("" for the unknown member).
struct Member {
  std::int64_t key;
  std::string_view name;
  const AgentFamilies* families = nullptr;  ///< of a device, where they are known already
};

/// Writes members (sorted by key, each once) of `table` to `path` (relative to the lake) and
/// returns the file; users need their activity, by member, and their
/// traits where they have any.
Result<DataFile> write_members(const DimensionMergeOptions& options, const TableDefinition& table,
                               const std::string& partition, const std::vector<Member>& members,
                               const std::vector<UserActivity<std::int64_t>>& activity,
                               const std::vector<TraitValues>& traits = {});
/// Writes dim_dates; `dates` are date keys, ascending.
Result<DataFile> write_dates(const DimensionMergeOptions& options,
                             const std::vector<std::int32_t>& dates);

/// The SELECT list that read_member() understands, by table.
std::string member_columns(const TableDefinition& table);
/// The natural key of a row of that list; the text lives in `scratch` or in the chunk.
std::string_view read_member_name(const TableDefinition& table, const Chunk& chunk, std::size_t row,
                                  std::string* scratch);

inline constexpr std::string_view kUnknownMember = "(unknown)";

}  // namespace clicklake
