#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "catalog/blob_codec.h"
#include "catalog/raw_file_row.h"
#include "catalog/sqlite_catalog.h"
#include "model/star_schema.h"
#include "model/time.h"

namespace clicklake {
namespace {

#define CLICKLAKE_BATCH_COLUMNS                                                        \
  "SELECT batch_no, batch_id, kind, started_us, committed_us, records_read, accepted," \
  " duplicate, valid, quarantined, blank, bytes_in, bytes_out, replaced FROM batches "
#define CLICKLAKE_RAW_FILE_COLUMNS \
  CLICKLAKE_RAW_FILE_LIST " FROM raw_files r JOIN batches b USING (batch_no) "

Result<std::vector<BatchInfo>> read_batches(Connection& connection, Rows rows) {
  std::vector<BatchInfo> batches;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return batches;
    BatchInfo& batch = batches.emplace_back();
    batch.id = rows.text(1);
    batch.kind = static_cast<BatchKind>(rows.integer(2));
    batch.started_us = rows.integer(3);
    batch.committed_us = rows.integer(4);
    BatchCounts& counts = batch.counts;
    counts.records_read = rows.integer(5);
    counts.accepted = rows.integer(6);
    counts.duplicate = rows.integer(7);
    counts.valid = rows.integer(8);
    counts.quarantined = rows.integer(9);
    counts.blank = rows.integer(10);
    counts.bytes_in = rows.integer(11);
    counts.bytes_out = rows.integer(12);
    counts.replaced = rows.integer(13);
    ASSIGN_OR_RETURN(Rows reasons, connection.query("SELECT reason, records FROM batch_quarantine"
                                                    " WHERE batch_no = ?1 ORDER BY reason",
                                                    rows.integer(0)));
    while (true) {
      ASSIGN_OR_RETURN(const bool more_reasons, reasons.next());
      if (!more_reasons) break;
      counts.quarantined_by_reason.emplace_back(reasons.text(0), reasons.integer(1));
    }
  }
}

Result<std::vector<RawFile>> read_raw_files(const Connection& connection, Rows rows) {
  std::vector<RawFile> files;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return files;
    ASSIGN_OR_RETURN(RawFile file, raw_file_of(connection, rows));
    files.push_back(std::move(file));
  }
}

/// First and last text that start with `folder` + "/"; every text for "".
struct PathRange {
  std::string from;
  std::string to;  ///< exclusive
};
PathRange paths_below(std::string folder) {
  while (!folder.empty() && folder.back() == '/') folder.pop_back();
  // '0' follows '/' in ASCII.
  return {folder + "/", folder + "0"};
}

class PinnedView final : public ReadView {
 public:
  explicit PinnedView(Connection& connection) : connection_(connection) {}
  ~PinnedView() override { (void)connection_.execute("COMMIT"); }

 private:
  Connection& connection_;
};

}  // namespace

Result<std::unique_ptr<ReadView>> SqliteCatalog::read_view() {
  connection_->set_activity("pin what is read");
  if (sqlite3_get_autocommit(connection_->handle()) == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "catalog " + connection_->file().string() + ": a read view is open already"};
  }
  RETURN_IF_ERROR(connection_->execute("BEGIN"));
  auto view = std::make_unique<PinnedView>(*connection_);
  // The first read is what pins.
  RETURN_IF_ERROR(connection_->query_integer("SELECT 1 FROM meta LIMIT 1"));
  return std::unique_ptr<ReadView>(std::move(view));
}

Result<std::vector<BatchInfo>> SqliteCatalog::open_batches() {
  connection_->set_activity("list open batches");
  ASSIGN_OR_RETURN(Rows rows, connection_->query(CLICKLAKE_BATCH_COLUMNS
                                                 "WHERE committed_us = 0 ORDER BY batch_no"));
  return read_batches(*connection_, std::move(rows));
}

Result<std::vector<BatchInfo>> SqliteCatalog::recent_batches(int limit) {
  connection_->set_activity("list batches");
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query(CLICKLAKE_BATCH_COLUMNS
                                      "WHERE committed_us <> 0 ORDER BY batch_no DESC LIMIT ?1",
                                      limit));
  return read_batches(*connection_, std::move(rows));
}

Result<bool> SqliteCatalog::source_taken(const std::string& path, std::int64_t size,
                                         std::int64_t mtime_us) {
  connection_->set_activity("look up the source " + path);
  ASSIGN_OR_RETURN(const auto found,
                   connection_->query_integer("SELECT 1 FROM sources WHERE path = ?1 AND size = ?2"
                                              " AND mtime_us = ?3 AND torn = 0 LIMIT 1",
                                              path, size, mtime_us));
  return found.has_value();
}

Result<bool> SqliteCatalog::content_taken(const std::string& content_hash) {
  connection_->set_activity("look up a source by content");
  ASSIGN_OR_RETURN(
      const auto found,
      connection_->query_integer("SELECT 1 FROM sources WHERE content_hash = ?1 AND torn = 0"
                                 " AND content_hash <> '' LIMIT 1",
                                 content_hash));
  return found.has_value();
}

Result<bool> SqliteCatalog::size_taken(std::int64_t size) {
  connection_->set_activity("look up a source by size");
  ASSIGN_OR_RETURN(const auto found,
                   connection_->query_integer("SELECT 1 FROM sources WHERE size = ?1 AND torn = 0"
                                              " AND content_hash <> '' LIMIT 1",
                                              size));
  return found.has_value();
}

Result<std::vector<SourceFile>> SqliteCatalog::sources_below(const std::string& folder) {
  connection_->set_activity("list sources below " + (folder.empty() ? "/" : folder));
  const PathRange range = paths_below(folder);
  // From the index alone. A path of no folder ("-") is in none but "".
  ASSIGN_OR_RETURN(
      Rows rows, folder.empty()
                     ? connection_->query("SELECT path, size, mtime_us FROM sources WHERE torn = 0"
                                          " ORDER BY path, size, mtime_us")
                     : connection_->query("SELECT path, size, mtime_us FROM sources WHERE torn = 0"
                                          " AND path >= ?1 AND path < ?2"
                                          " ORDER BY path, size, mtime_us",
                                          range.from, range.to));
  std::vector<SourceFile> sources;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return sources;
    SourceFile& source = sources.emplace_back();
    source.path = rows.text(0);
    source.size = rows.integer(1);
    source.mtime_us = rows.integer(2);
  }
}

Result<std::vector<RawFile>> SqliteCatalog::untransformed_raw_files() {
  connection_->set_activity("list raw files to transform");
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query(CLICKLAKE_RAW_FILE_COLUMNS "WHERE r.transformed_by IS NULL"
                                                                 " AND r.withdrawn_by IS NULL"
                                                                 " ORDER BY r.hour, r.path"));
  return read_raw_files(*connection_, std::move(rows));
}

Result<std::vector<RawFile>> SqliteCatalog::raw_files(const std::string& batch_id) {
  connection_->set_activity("list raw files");
  ASSIGN_OR_RETURN(Rows rows,
                   batch_id.empty()
                       ? connection_->query(CLICKLAKE_RAW_FILE_COLUMNS
                                            "WHERE r.withdrawn_by IS NULL ORDER BY r.raw_file_no")
                       : connection_->query(CLICKLAKE_RAW_FILE_COLUMNS
                                            "WHERE b.batch_id = ?1 ORDER BY r.raw_file_no",
                                            batch_id));
  return read_raw_files(*connection_, std::move(rows));
}

Result<std::vector<TableInfo>> SqliteCatalog::tables() {
  connection_->set_activity("list tables");
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query(
                       "SELECT t.name, s.snapshot_id, s.total_files, s.total_rows, s.total_bytes"
                       " FROM tables t LEFT JOIN snapshots s ON s.snapshot_id = t.current_snapshot"
                       " ORDER BY t.table_no"));
  std::vector<TableInfo> tables;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return tables;
    TableInfo& table = tables.emplace_back();
    table.name = rows.text(0);
    table.snapshot = rows.integer(1);
    table.files = rows.integer(2);
    table.rows = rows.integer(3);
    table.bytes = rows.integer(4);
  }
}

Result<std::int64_t> SqliteCatalog::current_snapshot(const std::string& table) {
  connection_->set_activity("look up the table " + table);
  ASSIGN_OR_RETURN(const OpenTable found, find_open_table(table));
  return found.current_snapshot;
}

namespace {

/// Where the partitions lie that rows within `filters` can be in, as texts.
struct PartitionRange {
  std::string first;          ///< included
  std::string last = "\x7f";  ///< behind every partition
};

/// Tables by day of their time have an index range; others are everywhere.
PartitionRange partition_range(const std::string& table, const std::vector<FileFilter>& filters) {
  PartitionRange range;
  const TableDefinition* definition = find_table(table);
  if (definition == nullptr || definition->transform != PartitionTransform::kDay) return range;
  const int source =
      definition->columns[column_index(*definition, definition->partition_source)].field_id;
  const auto day = [&](std::int64_t us) {
    const CivilTime date = civil_from_micros(us);
    return fmt::format("{}={:04}-{:02}-{:02}", definition->partition_name, date.year, date.month,
                       date.day);
  };
  // Years of four digits are in the order of their texts; beyond them nothing is narrowed.
  static const std::int64_t kEnd = days_from_civil(10'000, 1, 1) * kMicrosPerDay;
  for (const FileFilter& filter : filters) {
    if (filter.field_id != source) continue;
    if (filter.min && *filter.min >= 0 && *filter.min < kEnd)
      range.first = std::max(range.first, day(*filter.min));
    if (filter.max && *filter.max >= 0 && *filter.max < kEnd)
      range.last = std::min(range.last, day(*filter.max));
  }
  return range;
}

}  // namespace

Result<std::vector<DataFile>> SqliteCatalog::live_files(const std::string& table,
                                                        const std::vector<FileFilter>& filters,
                                                        bool with_statistics) {
  connection_->set_activity("list the files of " + table);
  ASSIGN_OR_RETURN(const OpenTable open, find_open_table(table));
  const PartitionRange range = partition_range(table, filters);
  ASSIGN_OR_RETURN(
      Rows rows,
      with_statistics
          ? connection_->query(
                "SELECT f.file_no, f.path, f.partition, f.records, f.size, s.statistics"
                " FROM data_files f LEFT JOIN file_statistics s USING (file_no)"
                " WHERE f.table_no = ?1 AND f.removed_snapshot IS NULL"
                " AND f.partition >= ?2 AND f.partition <= ?3 ORDER BY f.partition, f.path",
                open.table_no, range.first, range.last)
          : connection_->query("SELECT file_no, path, partition, records, size FROM data_files"
                               " WHERE table_no = ?1 AND removed_snapshot IS NULL"
                               " AND partition >= ?2 AND partition <= ?3"
                               " ORDER BY partition, path",
                               open.table_no, range.first, range.last));
  std::vector<DataFile> files;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return files;
    ASSIGN_OR_RETURN(const bool overlaps, may_match(rows.integer(0), filters));
    if (!overlaps) continue;
    DataFile& file = files.emplace_back();
    file.path = rows.text(1);
    file.partition = rows.text(2);
    file.info.record_count = rows.integer(3);
    file.info.size_bytes = rows.integer(4);
    if (!with_statistics) continue;
    const Status decoded = decode_statistics(rows.blob(5), file.info);
    if (!decoded) {
      return Error{decoded.error().code, "catalog " + connection_->file().string() + ", file " +
                                             file.path + ": " + decoded.error().message};
    }
  }
}

Result<bool> SqliteCatalog::may_match(std::int64_t file_no,
                                      const std::vector<FileFilter>& filters) {
  for (const FileFilter& filter : filters) {
    // A file without bounds of the column may hold anything.
    ASSIGN_OR_RETURN(
        const auto outside,
        connection_->query_integer("SELECT 1 FROM file_bounds WHERE file_no = ?1 AND field_id = ?2"
                                   " AND (max < ?3 OR min > ?4)",
                                   file_no, filter.field_id, filter.min, filter.max));
    if (outside) return false;
  }
  return true;
}

Result<std::vector<std::pair<std::string, std::int64_t>>> SqliteCatalog::quarantine_counts() {
  connection_->set_activity("sum quarantined records");
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("SELECT reason, sum(records) FROM batch_quarantine"
                                      " JOIN batches USING (batch_no) WHERE committed_us <> 0"
                                      " GROUP BY reason ORDER BY reason"));
  std::vector<std::pair<std::string, std::int64_t>> counts;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return counts;
    counts.emplace_back(rows.text(0), rows.integer(1));
  }
}

Result<std::int64_t> SqliteCatalog::max_event_us() {
  connection_->set_activity("look up the latest event");
  ASSIGN_OR_RETURN(const auto latest,
                   connection_->query_integer("SELECT max(max_event_us) FROM batches"));
  return latest.value_or(0);
}

Result<std::vector<KeyCount>> SqliteCatalog::key_counts(std::int64_t until) {
  connection_->set_activity("read the counts of keys");
  // With one min() the other columns are those of its row.
  ASSIGN_OR_RETURN(
      Rows rows,
      connection_->query("SELECT day, key, kind, sum(records), min(batch_no), example, file,"
                         " byte_offset, line FROM key_counts WHERE day <= ?1"
                         " GROUP BY day, key, kind ORDER BY day, key, kind",
                         until));
  std::vector<KeyCount> counts;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return counts;
    const std::int64_t kind = rows.integer(2);
    if (kind < 0 || kind >= static_cast<std::int64_t>(kValueKinds)) continue;  // a newer program's
    counts.push_back({rows.integer(0), std::string(rows.text(1)), static_cast<ValueKind>(kind),
                      rows.integer(3), std::string(rows.text(5)), std::string(rows.text(6)),
                      rows.integer(7), rows.integer(8)});
  }
}

Result<std::string> SqliteCatalog::made_with(const std::string& table) {
  connection_->set_activity("look up what the table " + table + " was made with");
  const std::string key = "made_with." + table;  // outlives the query
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT value FROM meta WHERE key = ?1", key));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  return found ? std::string(rows.text(0)) : std::string();
}

Result<std::vector<SideFile>> SqliteCatalog::side_files(std::string_view kind) {
  connection_->set_activity("list side files");
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT kind, path, rows, size FROM side_files"
                                                 " WHERE kind = ?1 ORDER BY side_file_no",
                                                 kind));
  std::vector<SideFile> files;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return files;
    files.push_back(
        {std::string(rows.text(0)), std::string(rows.text(1)), rows.integer(2), rows.integer(3)});
  }
}

Result<std::vector<std::string>> SqliteCatalog::known_paths_of_batch(const std::string& batch_id) {
  connection_->set_activity("list the files of batch " + batch_id);
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query(
                       "WITH b AS (SELECT * FROM batches WHERE batch_id = ?1)"
                       " SELECT r.path FROM raw_files r JOIN b USING (batch_no) WHERE NOT in_place"
                       " UNION ALL SELECT f.path FROM b JOIN snapshots s USING (batch_no)"
                       " JOIN data_files f ON f.added_snapshot = s.snapshot_id"
                       " UNION ALL SELECT s.path FROM side_files s JOIN b USING (batch_no)"
                       " UNION ALL SELECT quarantine_file FROM b WHERE quarantine_file <> ''",
                       batch_id));
  std::vector<std::string> paths;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return paths;
    paths.emplace_back(rows.text(0));
  }
}

}  // namespace clicklake
