#pragma once
/// Partitions that are computed from a table's properties, not looked up.
///
/// Place: scans ask for them in place of Metastore::partitions where `projection.enabled` is true.
/// Invariant: values are canonical for their keys' types; which are on the disk is not looked at.
/// Thread safety: values. Source: docs of Athena, "Partition projection with Amazon Athena",
/// "Supported types for partition projection".

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metastore/date_pattern.h"
#include "metastore/metastore.h"

namespace clicklake {

/// A date, or so many units before or after now.
struct ProjectedDate {
  bool relative = false;
  std::int64_t us = 0;     ///< of dates
  std::int64_t count = 0;  ///< of relative ones, below 0: before
  DateUnit unit = DateUnit::kDays;
};

struct ProjectedColumn {
  enum class Kind : std::uint8_t { kInteger, kDate, kEnum, kInjected };

  HiveColumn key;
  Kind kind = Kind::kEnum;
  std::vector<std::string> values;  ///< of enums, as in paths
  std::int64_t low = 0;             ///< of integers, inclusive
  std::int64_t high = 0;
  std::size_t digits = 0;     ///< of integers in paths; 0: as many as there are
  std::int64_t interval = 1;  ///< of integers and dates
  std::optional<DatePattern> format;
  ProjectedDate first;  ///< of dates, inclusive
  ProjectedDate last;
  DateUnit unit = DateUnit::kDays;
};

struct Projection {
  std::string table;  ///< "database.name", for errors
  std::string location;
  std::string location_template;  ///< ends in '/'; "": `key=value` folders below the location
  std::vector<ProjectedColumn> columns;  ///< one a partition key
};

/// What a query's conditions say of one column.
struct ProjectedChoice {
  /// Of canonical values; empty: all.
  std::function<bool(std::string_view value)> keep;
  /// Values of an equality or IN: no others are tried. Injected columns need them.
  std::optional<std::vector<std::string>> candidates;
};

struct ProjectedPartition {
  std::vector<std::string> values;
  std::string location;
};

inline constexpr std::int64_t kMostProjectedPartitions = 1'000'000;

/// Nothing where `projection.enabled` is not "true", or the table is not partitioned. Errors:
/// kInvalidArgument, in Athena's words: a key without configuration, a property that is no good, a
/// template without one of the keys.
Result<std::optional<Projection>> projection_of(const Table& table);

/// The partitions of one moment (`now_us`, UTC microseconds): first the values of each column that
/// its choice leaves (`choices`: one a column, or none), then all their combinations, in order.
/// Errors: kInvalidArgument: an injected column without candidates; more than `most`, with the
/// column to filter. Cost: about 1 us a partition.
Result<std::vector<ProjectedPartition>> project(const Projection& projection, std::int64_t now_us,
                                                const std::vector<ProjectedChoice>& choices,
                                                std::int64_t most = kMostProjectedPartitions);

}  // namespace clicklake
