#pragma once
/// Marts follow the facts and sessions that they are made of.
///
/// Place: between a batch's files, which are written, and its commit, which takes the marts' files
/// along; `marts` and verify ask what is due and what differs. Invariant: a mart's rows are what
/// its query gives over the tables as committed; only days that may have changed are made anew. A
/// mart that fails keeps its rows, and its days stay due. Thread safety: one call a lake at a time
/// (LakeLock). Source: docs/marts.md; ADR-0028.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "format/parquet_writer.h"
#include "sql/session.h"

namespace clicklake {

struct MartOptions {
  bool enabled = true;
  bool approximate_distinct = false;  ///< users by HyperLogLog, about 2 % off
};

struct MartInput {
  std::filesystem::path lake;
  std::string batch_id;
  SessionOptions session;
  ParquetWriterOptions parquet;
  std::string base_currency = "USD";
  MartOptions options;
  std::span<const TableChange> changes;                            ///< of the batch
  std::span<const std::pair<std::string, std::string>> made_with;  ///< of the batch
  bool all = false;                                                ///< every day of every mart
  std::vector<std::string> only;  ///< of these marts; empty: of all
};

struct MartOutput {
  std::vector<TableChange> changes;
  std::vector<std::pair<std::string, std::string>> made_with;  ///< to be committed with them
  std::vector<std::string> problems;                           ///< one a mart that failed
  std::int64_t days = 0;                                       ///< made anew, of all marts
  std::int64_t bytes_out = 0;
};

/// Writes what is due; the files are durable on return. Errors: kIo, kNoSpace, those of the
/// catalog; what is wrong with a mart is a problem of the output. Cost: opens DuckDB where a day is
/// due.
Result<MartOutput> build_marts(Catalog& catalog, const MartInput& input);

struct MartsDue {
  bool due = false;                   ///< build_marts() would have something to do without a batch
  std::vector<std::string> problems;  ///< of files that hold no mart
};
Result<MartsDue> marts_due(Catalog& catalog, const MartInput& input);

struct MartState {
  std::string name;
  std::string grain;
  std::string problem;        ///< of its file; "" where there is none
  bool file_gone = false;     ///< the table is there, its file is not: it is not kept up
  bool all_due = false;       ///< new, changed, or behind for long
  std::int64_t days_due = 0;  ///< where not all are
};
/// Of every file and every mart's table, by name.
Result<std::vector<MartState>> mart_states(Catalog& catalog, const MartInput& input);

struct MartDifference {
  std::string mart;
  std::string message;
};
struct MartComparison {
  std::vector<MartDifference> differences;
  std::vector<std::string> skipped;  ///< marts that are due, or whose file can't be used, and why
};
/// Holds every mart's rows against what its query gives now, day by day.
Result<MartComparison> compare_marts(Catalog& catalog, const MartInput& input);

/// Runs each mart's query over no rows. Gives what is wrong, one a mart; empty where nothing is.
Result<std::vector<std::string>> check_marts(Catalog& catalog, const MartInput& input);

}  // namespace clicklake
