#pragma once
/// The Metastore over a connection of its own to the catalog's SQLite file.
///
/// Place: inside metastore; sqlite_databases.cc, sqlite_tables.cc and sqlite_partitions.cc hold a
/// theme each, sqlite_metastore.cc the rest. Invariant: every change is one transaction begun with
/// the write lock; values reach SQL as bound parameters only. Thread safety: thread-compatible.
/// Source: ADR-0010; docs/formats/catalog.md, "Metastore".

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/sqlite_connection.h"
#include "metastore/metastore.h"

namespace clicklake {

class SqliteMetastore final : public Metastore {
 public:
  explicit SqliteMetastore(std::unique_ptr<Connection> connection)
      : owned_(std::move(connection)), connection_(owned_.get()) {}
  /// Over a connection that outlives it.
  explicit SqliteMetastore(Connection& connection) : connection_(&connection) {}

  Result<std::vector<Database>> databases() override;
  Result<Database> database(std::string_view name) override;
  Status create_database(const Database& database) override;
  Status update_database(const Database& database) override;
  Status drop_database(std::string_view name, bool cascade) override;

  Result<std::vector<Table>> tables(std::string_view database) override;
  Result<std::vector<std::pair<std::string, std::string>>> table_names() override;
  Result<Table> table(std::string_view database, std::string_view name) override;
  Status create_table(const Table& table, std::string_view origin) override;
  Status update_table(const Table& table, std::string_view change,
                      std::string_view origin) override;
  Status drop_table(std::string_view database, std::string_view name) override;
  Result<std::vector<SchemaVersion>> schema_versions(std::string_view database,
                                                     std::string_view name) override;

  Result<std::vector<Partition>> partitions(std::string_view database, std::string_view name,
                                            const PartitionTest& keep) override;
  Result<std::int64_t> partition_count(std::string_view database, std::string_view name) override;
  Result<std::optional<Partition>> partition(std::string_view database, std::string_view name,
                                             const std::vector<std::string>& values) override;
  Result<PartitionChanges> add_partitions(std::string_view database, std::string_view name,
                                          const std::vector<Partition>& partitions,
                                          bool if_not_exists) override;
  Status update_partition(std::string_view database, std::string_view name,
                          const Partition& partition) override;
  Status rename_partition(std::string_view database, std::string_view name,
                          const std::vector<std::string>& from,
                          const std::vector<std::string>& to) override;
  Result<std::int64_t> drop_partitions(std::string_view database, std::string_view name,
                                       const std::vector<std::vector<std::string>>& values,
                                       bool if_exists) override;

  Result<std::vector<std::pair<std::string, std::int64_t>>> seen_folders(
      std::string_view database, std::string_view name) override;
  Status set_seen_folders(std::string_view database, std::string_view name,
                          const std::vector<std::pair<std::string, std::int64_t>>& folders,
                          const std::vector<std::string>& gone) override;

  Status begin_write(const PendingWrite& write) override;
  Result<std::vector<PendingWrite>> pending_writes() override;
  Status commit_write(std::string_view id, const Table* created, std::string_view database,
                      std::string_view name, const std::vector<Partition>& partitions) override;
  Status forget_write(std::string_view id) override;

  Result<std::string> prepared_statement(std::string_view name) override;
  Status set_prepared_statement(std::string_view name, std::string_view sql) override;
  Status drop_prepared_statement(std::string_view name) override;

 private:
  struct StoredTable {
    std::int64_t table_no = 0;
    bool of_lake = false;
    Table table;
  };

  /// Errors: kNotFound.
  Result<std::int64_t> database_number(std::string_view name);
  Result<std::int64_t> table_number(std::string_view database, std::string_view name);
  Result<StoredTable> stored_table(std::string_view database, std::string_view name);
  /// From columns table_no, of_lake, table_type, version, create_time_us, update_time_us,
  /// definition.
  Result<StoredTable> table_of(const Rows& rows, std::string_view database, std::string_view name);
  /// Within the caller's transaction.
  Status insert_table(const Table& table, std::string_view origin);
  Status add_schema_version(std::int64_t table_no, const Table& table, std::int64_t version,
                            std::int64_t time_us, std::string_view change, std::string_view origin);
  Result<bool> add_partition(const StoredTable& stored, const Partition& partition,
                             bool if_not_exists, std::int64_t now_us);
  Result<std::optional<Partition>> find_partition(const StoredTable& stored,
                                                  const std::vector<std::string>& canonical);
  Status forget_seen_folders(std::int64_t table_no);

  std::unique_ptr<Connection> owned_;
  Connection* connection_;
};

/// UTC microseconds of the system's clock.
std::int64_t metastore_now_us();

}  // namespace clicklake
