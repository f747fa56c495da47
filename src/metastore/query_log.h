#pragma once
/// The statements that read tables of the lake: when, how long, how much, under which tag.
///
/// Place: the `sql` command appends a row after each statement, `cost` sums them. Invariant: a
/// statement never fails, or waits for a disk, because of its row: what can't be logged (a lake
/// that can't be written, a catalog that stays locked) is not. Dollars are not kept: prices are
/// those of the day on which somebody asks.
/// Thread safety: thread-compatible; any number of processes may log to the same lake.
/// Source: ADR-0015; docs/formats/catalog.md, "Query log".

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace clicklake {

class Catalog;
class Connection;

struct LoggedScan {
  std::string table;  ///< "fact_clicks", "clickstream_raw.click_events_raw"
  bool raw = false;   ///< text files
  std::int64_t bytes = 0;
  std::int64_t files = 0;
  bool operator==(const LoggedScan&) const = default;
};

struct LoggedQuery {
  std::int64_t time_us = 0;  ///< UTC, when it began
  std::string statement;     ///< the first kMostLoggedBytes, whole characters
  std::string tag;           ///< as given by --tag, "" without one
  std::int64_t duration_us = 0;
  std::int64_t rows = 0;
  std::int64_t raw_bytes = 0;  ///< of the whole raw table then
  std::vector<LoggedScan> scans;
  bool operator==(const LoggedQuery&) const = default;
};

inline constexpr std::size_t kMostLoggedBytes = 1000;

class QueryLog {
 public:
  /// Opens the log in a lake's catalog, which must exist. Close it before the Catalog of the same
  /// process: the last connection to close folds the write-ahead log in, and this one does not.
  /// Errors: those of Catalog::open. Cost: about 0.3 ms.
  static Result<std::unique_ptr<QueryLog>> open(const std::filesystem::path& catalog_file);
  /// Opens the log in the file of `catalog`. Errors: kUnsupported, that can't be written, or no
  /// second connection can open it (a full device).
  static Result<std::unique_ptr<QueryLog>> open(Catalog& catalog);
  ~QueryLog();
  QueryLog(const QueryLog&) = delete;
  QueryLog& operator=(const QueryLog&) = delete;

  /// Appends one row and its scans: a write to the catalog's write-ahead log that is not synced, so
  /// a power loss may take the last rows, and nothing else. Errors: kBusy, another process writes
  /// for longer than 50 ms; kIo, kNoSpace. Cost: 0.1 ms.
  Status append(const LoggedQuery& query);

  /// Hands the queries of [since_us, until_us) to `take`, oldest first; an error of `take` ends it.
  Status read(std::int64_t since_us, std::int64_t until_us,
              const std::function<Status(const LoggedQuery&)>& take);

  /// Bytes of the lake's whole raw table: of all files that ingest took or registered.
  Result<std::int64_t> raw_bytes();

 private:
  explicit QueryLog(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace clicklake
