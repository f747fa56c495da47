#include "catalog/catalog_schema.h"

#include <array>
#include <chrono>
#include <string>

#include "base/uuid.h"
#include "catalog/iceberg_commit.h"
#include "catalog/metastore_schema.h"
#include "catalog/query_log_schema.h"
#include "model/star_schema.h"

namespace clicklake {
namespace {

// Times are UTC microseconds, sizes bytes. The meaning of each column: docs/formats/catalog.md.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE batches (
  batch_no INTEGER PRIMARY KEY,
  batch_id TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  started_us INTEGER NOT NULL,
  committed_us INTEGER NOT NULL DEFAULT 0,
  records_read INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0,
  duplicate INTEGER NOT NULL DEFAULT 0,
  valid INTEGER NOT NULL DEFAULT 0,
  quarantined INTEGER NOT NULL DEFAULT 0,
  blank INTEGER NOT NULL DEFAULT 0,
  bytes_in INTEGER NOT NULL DEFAULT 0,
  bytes_out INTEGER NOT NULL DEFAULT 0,
  max_event_us INTEGER NOT NULL DEFAULT 0,
  quarantine_file TEXT NOT NULL DEFAULT ''
);
CREATE INDEX batches_open ON batches(batch_no) WHERE committed_us = 0;
CREATE INDEX batches_by_event ON batches(max_event_us);

CREATE TABLE batch_quarantine (
  batch_no INTEGER NOT NULL REFERENCES batches,
  reason TEXT NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (batch_no, reason)
) WITHOUT ROWID;

CREATE TABLE sources (
  source_no INTEGER PRIMARY KEY,
  batch_no INTEGER NOT NULL REFERENCES batches,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_us INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  torn INTEGER NOT NULL
);
CREATE INDEX sources_whole ON sources(path, size, mtime_us) WHERE torn = 0;
CREATE INDEX sources_by_content ON sources(content_hash) WHERE torn = 0 AND content_hash <> '';
CREATE INDEX sources_by_size ON sources(size) WHERE torn = 0 AND content_hash <> '';

CREATE TABLE raw_files (
  raw_file_no INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_no INTEGER NOT NULL REFERENCES batches,
  path TEXT NOT NULL,
  in_place INTEGER NOT NULL,
  hour INTEGER,
  size INTEGER NOT NULL,
  mtime_us INTEGER NOT NULL,
  records INTEGER NOT NULL,
  validated INTEGER NOT NULL,
  arrivals BLOB NOT NULL,
  transformed_by INTEGER REFERENCES batches
);
CREATE INDEX raw_files_pending ON raw_files(hour, path) WHERE transformed_by IS NULL;
CREATE INDEX raw_files_by_batch ON raw_files(batch_no);

CREATE TABLE tables (
  table_no INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  uuid TEXT NOT NULL UNIQUE,
  current_snapshot INTEGER REFERENCES snapshots
);

CREATE TABLE snapshots (
  snapshot_id INTEGER PRIMARY KEY AUTOINCREMENT,
  table_no INTEGER NOT NULL REFERENCES tables,
  parent INTEGER REFERENCES snapshots,
  sequence_number INTEGER NOT NULL,
  batch_no INTEGER NOT NULL REFERENCES batches,
  committed_us INTEGER NOT NULL,
  operation TEXT NOT NULL,
  added_files INTEGER NOT NULL,
  removed_files INTEGER NOT NULL,
  added_rows INTEGER NOT NULL,
  removed_rows INTEGER NOT NULL,
  total_files INTEGER NOT NULL,
  total_rows INTEGER NOT NULL,
  total_bytes INTEGER NOT NULL,
  UNIQUE (table_no, sequence_number)
);
CREATE INDEX snapshots_by_batch ON snapshots(batch_no);

CREATE TABLE data_files (
  file_no INTEGER PRIMARY KEY,
  table_no INTEGER NOT NULL REFERENCES tables,
  path TEXT NOT NULL UNIQUE,
  partition TEXT NOT NULL,
  records INTEGER NOT NULL,
  size INTEGER NOT NULL,
  added_snapshot INTEGER NOT NULL REFERENCES snapshots,
  removed_snapshot INTEGER REFERENCES snapshots
);
CREATE INDEX data_files_live ON data_files(table_no, partition, path) WHERE removed_snapshot IS NULL;
CREATE INDEX data_files_by_snapshot ON data_files(added_snapshot);

CREATE TABLE file_statistics (
  file_no INTEGER PRIMARY KEY REFERENCES data_files,
  statistics BLOB NOT NULL
);

CREATE TABLE file_bounds (
  file_no INTEGER NOT NULL REFERENCES data_files,
  field_id INTEGER NOT NULL,
  min INTEGER NOT NULL,
  max INTEGER NOT NULL,
  PRIMARY KEY (file_no, field_id)
) WITHOUT ROWID;
)sql";

// What a file was validated with is what it must be read with later.
constexpr const char* kToVersion2 =
    "ALTER TABLE raw_files ADD COLUMN max_line_bytes INTEGER NOT NULL DEFAULT 1000000";

// Which keys a batch's records had, with values of which kinds: what `drift` compares.
constexpr const char* kKeyCounts = R"sql(
CREATE TABLE key_counts (
  day INTEGER NOT NULL,
  key TEXT NOT NULL,
  kind INTEGER NOT NULL,
  batch_no INTEGER NOT NULL REFERENCES batches,
  records INTEGER NOT NULL,
  example TEXT NOT NULL,
  file TEXT NOT NULL,
  byte_offset INTEGER NOT NULL,
  line INTEGER NOT NULL,
  PRIMARY KEY (day, key, kind, batch_no)
) WITHOUT ROWID;
)sql";

// Files of a batch that are no table's: matches to deliver, indexes. And what a table's columns are
// where the program does not know them: marts.
constexpr const char* kSideFiles = R"sql(
CREATE TABLE side_files (
  side_file_no INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_no INTEGER NOT NULL REFERENCES batches,
  kind TEXT NOT NULL,
  path TEXT NOT NULL UNIQUE,
  rows INTEGER NOT NULL,
  size INTEGER NOT NULL
);
CREATE INDEX side_files_by_kind ON side_files(kind);
CREATE INDEX side_files_by_batch ON side_files(batch_no);
ALTER TABLE tables ADD COLUMN definition TEXT NOT NULL DEFAULT '';
INSERT OR IGNORE INTO iceberg_namespace_properties
  VALUES ('lake', 'clickstream_curated', 'exists', 'true');
)sql";

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Status create_version_1(Connection& connection) {
  RETURN_IF_ERROR(connection.execute_script(kVersion1));
  for (const TableDefinition* table : star_tables()) {
    if (table->zone != "processed" || table->since > 1) continue;  // of later versions
    RETURN_IF_ERROR(connection.execute("INSERT INTO tables(name, uuid) VALUES (?1, ?2)",
                                       table->name, std::string_view(make_uuid7(now_ms()))));
  }
  return {};
}

Status migrate_to_version_2(Connection& connection) {
  return connection.execute_script(kToVersion2);
}

/// What damage is known by, what counts must add up with, and what was taken back.
constexpr const char* kUpkeep = R"sql(
ALTER TABLE data_files ADD COLUMN content_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE raw_files ADD COLUMN content_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE raw_files ADD COLUMN strays INTEGER NOT NULL DEFAULT -1;
ALTER TABLE raw_files ADD COLUMN withdrawn_by INTEGER REFERENCES batches;
ALTER TABLE batches ADD COLUMN replaced INTEGER NOT NULL DEFAULT -1;
ALTER TABLE batches ADD COLUMN quarantine_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE manifests ADD COLUMN content_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE tables ADD COLUMN metadata_hash TEXT NOT NULL DEFAULT '';
)sql";

Status migrate_to_version_3(Connection& connection) {
  RETURN_IF_ERROR(create_metastore(connection));
  RETURN_IF_ERROR(create_query_log(connection));
  return connection.execute_script(kKeyCounts);
}

Status migrate_to_version_5(Connection& connection) {
  RETURN_IF_ERROR(connection.execute_script(kSideFiles));
  RETURN_IF_ERROR(connection.execute_script(kUpkeep));
  for (const TableDefinition* table : star_tables()) {
    if (table->zone == "processed") continue;
    RETURN_IF_ERROR(connection.execute(
        "INSERT INTO tables(name, uuid, namespace) VALUES (?1, ?2, ?3)", table->name,
        std::string_view(make_uuid7(now_ms())), database_of(*table)));
  }
  return add_curated_database(connection);
}

Status migrate_to_version_6(Connection& connection) {
  const TableDefinition& table = dim_users_history_definition();
  RETURN_IF_ERROR(
      connection.execute("INSERT INTO tables(name, uuid, namespace) VALUES (?1, ?2, ?3)",
                         table.name, std::string_view(make_uuid7(now_ms())), database_of(table)));
  return add_star_table(connection, table);
}

/// Marts' tables, which an older program would take for a newer one's and not keep up.
Status migrate_to_version_7(Connection&) { return {}; }

constexpr std::array<Migration, kCatalogFormatVersion> kMigrations{{{0, create_version_1},
                                                                    {1, migrate_to_version_2},
                                                                    {2, migrate_to_version_3},
                                                                    {3, create_iceberg_catalog},
                                                                    {4, migrate_to_version_5},
                                                                    {5, migrate_to_version_6},
                                                                    {6, migrate_to_version_7}}};

Status set_format_version(Connection& connection, int version) {
  return connection.execute("UPDATE meta SET value = ?1 WHERE key = 'format_version'", version);
}

Error corruption(const Connection& connection, const std::string& what) {
  return Error{ErrorCode::kCorruption,
               "catalog " + connection.file().string() + ": " + what +
                   "; put back a backup of this file, or name another lake by --lake"};
}

Status check_version(const Connection& connection, int version,
                     std::span<const Migration> migrations) {
  const int oldest = migrations.front().from;
  const int newest = migrations.back().from + 1;
  if (version >= oldest && version <= newest) return {};
  const std::string has = "catalog " + connection.file().string() + " has format version " +
                          std::to_string(version) + "; this clicklake (" CLICKLAKE_VERSION ") ";
  if (version > newest) {
    return Error{ErrorCode::kUnsupported, has + "knows versions up to " + std::to_string(newest) +
                                              ": use a newer clicklake; nothing was changed"};
  }
  return Error{ErrorCode::kUnsupported,
               has + "migrates from version " + std::to_string(oldest) +
                   " on: open it once with an older clicklake; nothing was changed"};
}

}  // namespace

std::span<const Migration> catalog_migrations() { return kMigrations; }

Status create_version_0(Connection& connection) {
  connection.set_activity("create it");
  RETURN_IF_ERROR(connection.execute_script("PRAGMA application_id = 1668049772"));
  static_assert(kCatalogApplicationId == 1668049772);
  RETURN_IF_ERROR(
      connection.execute_script("CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
                                "INSERT INTO meta VALUES ('format_version', 0)"));
  RETURN_IF_ERROR(
      connection.execute("INSERT INTO meta VALUES ('created_us', ?1)", now_ms() * 1000));
  return connection.execute("INSERT INTO meta VALUES ('created_by', ?1)",
                            std::string_view("clicklake " CLICKLAKE_VERSION));
}

Result<int> read_format_version(Connection& connection) {
  connection.set_activity("read its version");
  auto application = connection.query_integer("PRAGMA application_id");
  if (!application) return std::move(application).error();
  if (**application != kCatalogApplicationId) {
    return corruption(connection, "this SQLite file is not a catalog of clicklake's");
  }
  auto version = connection.query_integer("SELECT value FROM meta WHERE key = 'format_version'");
  if (!version) {
    // A file of ours without the table: the statement could not even be prepared.
    const bool prepared = version.error().code != ErrorCode::kIo;
    return prepared ? std::move(version).error()
                    : corruption(connection, "the table meta is missing");
  }
  if (!*version) return corruption(connection, "meta holds no format_version");
  return static_cast<int>(**version);
}

Status migrate(Connection& connection, std::span<const Migration> migrations) {
  const int target = migrations.back().from + 1;
  ASSIGN_OR_RETURN(int version, read_format_version(connection));
  RETURN_IF_ERROR(check_version(connection, version, migrations));
  if (version == target) return {};
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(connection));
  // Another process may have migrated it while this one waited for the write lock.
  ASSIGN_OR_RETURN(version, read_format_version(connection));
  RETURN_IF_ERROR(check_version(connection, version, migrations));
  for (const Migration& migration : migrations) {
    if (migration.from != version) continue;
    ++version;
    connection.set_activity("migrate it to format version " + std::to_string(version));
    RETURN_IF_ERROR(migration.apply(connection));
    RETURN_IF_ERROR(set_format_version(connection, version));
  }
  return transaction.commit();
}

}  // namespace clicklake
