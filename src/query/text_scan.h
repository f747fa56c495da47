#pragma once
/// DuckDB reads the text files of external tables through this table function.
///
/// Place: between DuckDB and scan/; external_views makes views that stand on it.
/// Invariant: a scan reads the files it was registered with and no others, each once; columns that
/// a statement does not ask for are not converted, but every line is checked, so that what a dirty
/// line means does not depend on who asks.
/// Thread safety: DuckDB calls back from its own threads; the registry locks.
/// Source: DuckDB's C API, "Table Functions"; ADR-0012.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "model/hive_type.h"
#include "scan/text_format.h"

namespace clicklake {

class Session;

struct TextScanFile {
  std::string path;        ///< absolute
  std::int64_t size = 0;   ///< bytes as listed, for progress and cardinality
  std::string shown_path;  ///< what "$path" says
  /// One a partition key, canonical; nothing: NULL.
  std::vector<std::optional<std::string>> partition_values;
};

/// One table's files, as one statement reads them.
struct TextScanRequest {
  std::string table;  ///< for messages: "clickstream_raw.click_events_raw"
  TextFormat format;
  std::vector<HiveColumn> columns;
  std::vector<HiveColumn> partition_keys;
  bool with_path = false;  ///< a last column "$path"
  std::vector<TextScanFile> files;
};

/// What a scan did; complete when its statement has ended.
struct TextScanCounts {
  std::int64_t bytes_read = 0;  ///< of files, as stored
  std::int64_t files_read = 0;
  std::int64_t rows = 0;
  std::int64_t malformed = 0;  ///< lines that read as a row of NULLs
};

/// The scans that views of a session stand on.
class TextScans {
 public:
  TextScans();
  ~TextScans();
  TextScans(const TextScans&) = delete;
  TextScans& operator=(const TextScans&) = delete;

  /// Keeps `request` and gives the name to read it by: `lake_text_scan('3')`.
  std::string add(TextScanRequest request);
  /// Forgets all requests and counts; no statement may be reading.
  void clear();
  /// The sum over all scans since clear().
  TextScanCounts counts() const;

  struct Entry;
  /// Null where there is none of that name.
  std::shared_ptr<Entry> find(const std::string& name) const;

 private:
  mutable std::mutex mutex_;
  std::int64_t next_ = 1;
  std::unordered_map<std::string, std::shared_ptr<Entry>> entries_;
};

inline constexpr const char* kTextScanFunction = "lake_text_scan";

/// Makes the function known in `session`; `scans` outlives the session.
Status register_text_scan(Session& session, TextScans& scans);

/// The SQL type that a column of `type` has in DuckDB: "VARCHAR", "TIMESTAMP", "MAP(VARCHAR,
/// BIGINT)".
std::string duckdb_type_name(const HiveType& type);

}  // namespace clicklake
