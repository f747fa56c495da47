#pragma once
/// The Catalog over one SQLite connection.
///
/// Place: inside catalog; catalog.cc opens it, catalog_commit.cc writes, catalog_queries.cc reads.
/// Invariant: every write is one transaction begun with the write lock.
/// Thread safety: thread-compatible.
/// Source: ADR-0003; docs/formats/catalog.md.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/iceberg_commit.h"
#include "catalog/sqlite_connection.h"

namespace clicklake {

class SqliteCatalog final : public Catalog {
 public:
  explicit SqliteCatalog(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  /// For what else lies in the same file: a second connection may not be able to open it.
  Connection& connection() { return *connection_; }

  Status begin_batch(const BatchInfo& batch) override;
  Status commit_batch(const BatchCommit& commit) override;
  Status abandon_batch(const std::string& batch_id) override;
  Result<std::vector<BatchInfo>> open_batches() override;
  Result<std::vector<BatchInfo>> recent_batches(int limit) override;

  Result<bool> source_taken(const std::string& path, std::int64_t size,
                            std::int64_t mtime_us) override;
  Result<bool> content_taken(const std::string& content_hash) override;
  Result<bool> size_taken(std::int64_t size) override;
  Result<std::vector<SourceFile>> sources_below(const std::string& folder) override;

  Result<std::vector<RawFile>> untransformed_raw_files() override;
  Result<std::vector<RawFile>> raw_files(const std::string& batch_id) override;

  Result<std::unique_ptr<ReadView>> read_view() override;
  Result<std::vector<TableInfo>> tables() override;
  Result<std::int64_t> current_snapshot(const std::string& table) override;
  Result<std::vector<DataFile>> live_files(const std::string& table,
                                           const std::vector<FileFilter>& filters,
                                           bool with_statistics) override;
  Result<std::vector<std::pair<std::string, std::int64_t>>> quarantine_counts() override;
  Result<std::int64_t> max_event_us() override;
  Result<const TableDefinition*> definition(const std::string& table) override;
  Result<const TableDefinition*> define_mart(const MartTableWish& wish) override;
  Result<ChangedPartitions> changed_partitions(const std::string& table,
                                               const std::string& since) override;
  Result<const TableDefinition*> add_columns(const std::string& table,
                                             const std::vector<ColumnWish>& columns) override;
  Result<std::string> made_with(const std::string& table) override;
  Result<std::vector<KeyCount>> key_counts(std::int64_t until) override;
  Result<std::vector<SideFile>> side_files(std::string_view kind) override;
  Result<std::vector<std::string>> known_paths_of_batch(const std::string& batch_id) override;

 private:
  struct OpenTable {
    std::int64_t table_no = 0;
    std::int64_t current_snapshot = 0;  ///< 0: none
  };

  Result<std::int64_t> open_batch_number(const std::string& batch_id);
  Status finish_batch(std::int64_t batch_no, const BatchCommit& commit, std::int64_t now_us);
  Status add_sources(std::int64_t batch_no, const std::vector<SourceFile>& sources);
  Status add_key_counts(std::int64_t batch_no, const std::vector<KeyCount>& counts);
  Status add_raw_files(std::int64_t batch_no, const BatchCommit& commit);
  Status withdraw_raw_files(std::int64_t batch_no, const BatchCommit& commit);
  Status consume_raw_files(std::int64_t batch_no, const std::vector<std::int64_t>& ids);
  Status change_side_files(std::int64_t batch_no, const BatchCommit& commit);
  Result<OpenTable> find_open_table(const std::string& name);
  Result<bool> may_match(std::int64_t file_no, const std::vector<FileFilter>& filters);
  Status apply_change(std::int64_t batch_no, const TableChange& change, std::int64_t now_us,
                      const IcebergCommit::NewSnapshot& snapshot);
  Status add_snapshot(std::int64_t batch_no, const OpenTable& table, const TableChange& change,
                      std::int64_t now_us, const IcebergCommit::NewSnapshot& snapshot);
  Status add_data_file(const OpenTable& table, std::int64_t snapshot, const TableChange& change,
                       const DataFile& file);
  Status remove_data_file(const OpenTable& table, std::int64_t snapshot, const TableChange& change,
                          const std::string& path, std::int64_t& rows, std::int64_t& bytes);

  std::unique_ptr<Connection> connection_;
};

}  // namespace clicklake
