#pragma once
/// A session in which the lake's tables are views over their published files.
///
/// Place: the `sql` command; reads what transform published.
/// Invariant: a statement sees one set of snapshots, and every row of it that it asks for: files
/// are left out only where
///   their bounds say that no row can pass the statement's own filters. Only a temporary, in-memory
///   database can be changed; lake files are never written.
/// Thread safety: thread-compatible; `interrupt` may be called from anywhere.
/// Source: ADR-0006; Iceberg table spec v2, "Scan Planning".

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "objstore/location_map.h"
#include "query/external_tables.h"
#include "query/scan_bill.h"
#include "sql/session.h"

namespace clicklake {

/// A table as the statement that ran last had it.
struct BoundTable {
  std::string name;
  std::vector<DataFile> files;   ///< those that DuckDB was given
  std::int64_t total_files = 0;  ///< of the table's snapshot
};

struct LakeSessionOptions {
  SessionOptions session;
  /// Where locations lie; nothing: a map without entries, of the lake.
  std::optional<LocationMap> locations{};
  std::string database = "default";  ///< the current one at first
  bool with_bill = false;            ///< says of each statement what it scans
  std::int64_t max_scan = 0;         ///< bytes that one statement may scan; 0: any
};

class LakeSession {
 public:
  /// Makes a view for every table of `catalog`, in schema main, without opening any file. `catalog`
  /// must outlive the session; `lake` is the lake's folder, with its catalog.db. Errors: those of
  /// Session::open, the catalog and the metastore; kNotFound, there is no such database.
  static Result<std::unique_ptr<LakeSession>> open(Catalog& catalog,
                                                   const std::filesystem::path& lake,
                                                   const LakeSessionOptions& options);
  ~LakeSession();
  LakeSession(const LakeSession&) = delete;
  LakeSession& operator=(const LakeSession&) = delete;

  /// Runs one statement: Athena's own (DDL, SHOW, CTAS, ...) over the metastore, others by DuckDB.
  /// A SELECT, EXPLAIN or COPY (SELECT ...) TO sees the snapshots that are published when it
  /// begins; a transaction of the user's sees those of its BEGIN. Ends the result before. Errors:
  /// those of Session::query; kUnavailable, the lake is published to faster than it can be read.
  /// Cost: planning twice (about 1 ms each), a catalog query a table and box.
  Result<QueryResult> query(std::string_view statement);
  /// Runs one statement to its end and drops the rows.
  Status execute(std::string_view statement);
  /// What `statement` would scan, from metadata alone; of CTAS, INSERT and UNLOAD: what their query
  /// would. DDL scans nothing. Errors: those of query().
  Result<ScanBill> dry_run(std::string_view statement);
  /// As Session::interrupt.
  void interrupt() noexcept;

  /// Tables that the last statement was given files of; empty where it read none.
  const std::vector<BoundTable>& bound_tables() const;
  /// The same for external tables.
  const std::vector<BoundExternal>& bound_externals() const;
  /// What the last statement scans, where the options ask for it and it reads the lake's tables;
  /// without rows and seconds.
  const std::optional<ScanBill>& bill() const;
  /// What the last statement has to say to people, beside its rows.
  const std::vector<std::string>& notes() const;
  /// The lake's tables as they are published now.
  Result<std::vector<TableInfo>> catalog_tables();

 private:
  struct Impl;
  explicit LakeSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clicklake
