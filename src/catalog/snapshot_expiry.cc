#include "catalog/snapshot_expiry.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fault_point.h"
#include "base/hash.h"
#include "catalog/catalog.h"
#include "catalog/catalog_file.h"
#include "catalog/iceberg_files.h"
#include "catalog/sqlite_connection.h"
#include "catalog/table_columns.h"
#include "model/star_schema.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

struct Expired {
  std::int64_t table_no = 0;
  std::string name_space;
  std::string name;
  std::string from;  ///< locations
  std::string to;
  fs::path path;
  std::string text;
};

Result<std::vector<Expired>> tables_with_metadata(Connection& connection) {
  ASSIGN_OR_RETURN(
      Rows rows,
      connection.query("SELECT t.table_no, t.namespace, t.name, t.metadata_location FROM tables t"
                       " JOIN iceberg_tables i ON i.catalog_name = 'lake'"
                       " AND i.table_namespace = t.namespace AND i.table_name = t.name"
                       " AND i.metadata_location = t.metadata_location"));
  std::vector<Expired> tables;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return tables;
    Expired& table = tables.emplace_back();
    table.table_no = rows.integer(0);
    table.name_space = rows.text(1);
    table.name = rows.text(2);
    table.from = rows.text(3);
  }
}

Status publish(Connection& connection, const std::string& batch_id, std::int64_t now_us,
               const std::vector<Expired>& tables) {
  fault_point("expire.commit");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(connection));
  for (const Expired& table : tables) {
    RETURN_IF_ERROR(connection.execute(
        "UPDATE iceberg_tables SET metadata_location = ?4, previous_metadata_location = ?3"
        " WHERE catalog_name = 'lake' AND table_namespace = ?1 AND table_name = ?2"
        " AND metadata_location = ?3",
        table.name_space, table.name, table.from, table.to));
    if (connection.changes() == 0) {
      return Error{ErrorCode::kConflict, "catalog " + connection.file().string() + ": the table " +
                                             table.name +
                                             " was changed by another program while its snapshots "
                                             "were expired; nothing was changed: run again"};
    }
    ContentHash hash;
    hash.update(table.text.data(), table.text.size());
    RETURN_IF_ERROR(
        connection.execute("UPDATE tables SET metadata_location = ?2, metadata_hash = ?3"
                           " WHERE table_no = ?1",
                           table.table_no, table.to, std::string_view(hash.hex())));
  }
  RETURN_IF_ERROR(connection.execute(
      "UPDATE batches SET committed_us = ?2, replaced = 0 WHERE batch_id = ?1", batch_id, now_us));
  return transaction.commit();
}

}  // namespace

std::size_t drop_snapshots(iceberg::TableMetadata& metadata, std::int64_t now_ms,
                           std::chrono::milliseconds keep, std::size_t most) {
  const auto is_kept = [&](std::size_t i) {
    const iceberg::Snapshot& snapshot = metadata.snapshots[i];
    if (snapshot.id == metadata.current_snapshot_id) return true;
    for (const auto& [name, ref] : metadata.refs) {
      if (ref.snapshot_id == snapshot.id) return true;
    }
    const std::size_t behind = metadata.snapshots.size() - i;
    if (behind >= most) return false;
    // The next one took its place: until then readers began with it.
    const std::int64_t until_ms = behind > 1 ? metadata.snapshots[i + 1].timestamp_ms : now_ms;
    return until_ms >= now_ms - keep.count();
  };
  std::vector<bool> keeps(metadata.snapshots.size());
  for (std::size_t i = 0; i < keeps.size(); ++i) keeps[i] = is_kept(i);
  std::vector<iceberg::Snapshot> kept;
  for (std::size_t i = 0; i < keeps.size(); ++i) {
    if (keeps[i]) kept.push_back(std::move(metadata.snapshots[i]));
  }
  const std::size_t dropped = keeps.size() - kept.size();
  metadata.snapshots = std::move(kept);
  if (dropped == 0) return 0;
  // A gap in the log would say that an older snapshot was current for longer than it was.
  auto& log = metadata.snapshot_log;
  const auto gone = std::find_if(log.rbegin(), log.rend(), [&](const auto& entry) {
    return metadata.find_snapshot(entry.snapshot_id) == nullptr;
  });
  log.erase(log.begin(), gone.base());
  return dropped;
}

Result<std::int64_t> expire_snapshots(const fs::path& catalog_file, const std::string& batch_id,
                                      std::int64_t now_us, std::chrono::milliseconds keep,
                                      bool dry_run) {
  ASSIGN_OR_RETURN(const auto connection, open_catalog_file(catalog_file));
  connection->set_activity("expire snapshots");
  const fs::path lake = lake_folder(catalog_file);
  ASSIGN_OR_RETURN(const std::vector<Expired> tables, tables_with_metadata(*connection));
  std::vector<Expired> expired;
  std::int64_t dropped = 0;
  for (const Expired& table : tables) {
    const auto definition = table_definition(*connection, table.name);
    if (!definition) continue;  // a newer program's
    const fs::path folder = lake / folder_of(**definition);
    // Of a lake that was moved and not relocated: its next commit drops all of them.
    if (!table.from.starts_with(iceberg_location(folder) + "/")) continue;
    ASSIGN_OR_RETURN(const fs::path path, path_of_location(table.from));
    ASSIGN_OR_RETURN(const std::string text, read_metadata_file(path));
    ASSIGN_OR_RETURN(iceberg::TableMetadata metadata,
                     iceberg::parse_table_metadata(text, path.string()));
    const std::size_t of_table = drop_snapshots(metadata, now_us / 1000, keep);
    if (of_table == 0) continue;
    dropped += static_cast<std::int64_t>(of_table);
    (void)iceberg::log_metadata_file(metadata, {metadata.last_updated_ms, table.from});
    metadata.last_updated_ms = std::max(metadata.last_updated_ms, now_us / 1000);
    Expired& made = expired.emplace_back(table);
    made.path = folder / "metadata" /
                iceberg::metadata_file_name(std::atoi(path.filename().c_str()) + 1, batch_id);
    made.to = iceberg_location(made.path);
    made.text = iceberg::to_json(metadata);
  }
  if (dry_run || expired.empty()) return dropped;
  RETURN_IF_ERROR(
      connection->execute("INSERT INTO batches(batch_id, kind, started_us) VALUES (?1, ?2, ?3)",
                          batch_id, static_cast<int>(BatchKind::kMaintain), now_us));
  std::vector<fs::path> folders;
  for (const Expired& table : expired) {
    ASSIGN_OR_RETURN(DurableFile file, DurableFile::create(table.path));
    RETURN_IF_ERROR(file.append(table.text));
    RETURN_IF_ERROR(file.commit("expire.sync", "expire.rename"));
    folders.push_back(table.path.parent_path());
  }
  RETURN_IF_ERROR(sync_folders(folders, lake));
  RETURN_IF_ERROR(publish(*connection, batch_id, now_us, expired));
  return dropped;
}

}  // namespace clicklake
