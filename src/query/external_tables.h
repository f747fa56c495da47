#pragma once
/// The metastore's tables and views in a session of DuckDB.
///
/// Place: lake_session asks it for the tables that a statement mentions, and gives it the
/// statement's plan, by which it chooses partitions and files.
/// Invariant: a statement sees each partition's files as they are listed when it begins; partitions
/// are left out only where the statement's own filters say that no row of theirs can pass.
/// Thread safety: thread-compatible.
/// Source: ADR-0012; Athena user guide, "Partition your data".

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metastore/metastore.h"
#include "metastore/partition_projection.h"
#include "objstore/location_map.h"
#include "objstore/object_store.h"
#include "query/partition_predicate.h"
#include "query/text_scan.h"
#include "query/unbound_external.h"
#include "query/value_rows.h"

namespace clicklake {

class Session;

/// What a statement was given of an external table.
struct BoundExternal {
  std::string name;  ///< "database.table"
  bool text = false;
  std::vector<TextScanFile> files;
  std::int64_t bytes = 0;             ///< of the files
  std::int64_t partitions = 0;        ///< chosen; 1 where the table has no partition keys
  std::int64_t total_partitions = 0;  ///< registered; -1: they are projected
};

class ExternalTables {
 public:
  ExternalTables(Metastore& metastore, const LocationMap& locations, ObjectStore& objects,
                 Session& session)
      : metastore_(metastore), locations_(locations), objects_(objects), session_(session) {}
  ExternalTables(const ExternalTables&) = delete;
  ExternalTables& operator=(const ExternalTables&) = delete;

  /// Registers the table functions. Errors: those of DuckDB.
  Status open();

  /// Makes a view without files for each table that `statement` may read (and for the catalog's
  /// views, and what those read), in schemas named as their databases. Cost: a query of the
  /// metastore, and about 0.2 ms a table mentioned.
  /// Names without a database are looked for in `current_database`, then in the others. Errors:
  /// those of the metastore; kInvalidArgument, a view whose query does not hold any more.
  Status mention(std::string_view statement, const std::string& current_database);
  /// Tables that the last mention() made views of, by "database.table"; views are not among them.
  const std::map<std::string, Table, std::less<>>& mentioned() const { return mentioned_; }

  /// Partition columns by table, for partition_predicates.
  std::map<std::string, std::set<std::string>, std::less<>> partition_columns() const;

  /// Makes the views of the mentioned tables in `predicates` stand on the files of the partitions
  /// that can hold rows. Errors: kNotFound, kUnsupported (a SerDe or location that can't be read
  /// here), kInvalidArgument (projection), kIo; those of DuckDB.
  Status bind(const std::map<std::string, std::vector<ScanPredicate>, std::less<>>& predicates);
  /// The same with all partitions of all mentioned tables.
  Status bind_all();

  const std::vector<BoundExternal>& bound() const { return bound_; }
  ValueRows& value_rows() { return rows_; }

 private:
  struct Chosen {
    std::vector<std::optional<std::string>> values;
    std::string location;
  };

  Status mention_one(const std::pair<std::string, std::string>& name, std::vector<Table>* views);
  Status search_in(const std::string& current_database);
  Status make_views(std::vector<Table> views);
  Result<std::vector<Chosen>> choose(const Table& table,
                                     const std::vector<ScanPredicate>& predicates,
                                     std::int64_t* total);
  Result<std::vector<Chosen>> registered(const Table& table);
  Result<std::vector<Chosen>> projected(const Table& table, const Projection& projection,
                                        const ScanPredicate& predicate);
  /// Rows of `values` (a value a key) for which all of `conjuncts` hold; nothing where that can't
  /// be told.
  std::optional<std::vector<std::size_t>> matching(
      const std::vector<HiveColumn>& keys, std::vector<ValueRows::Row> values,
      const std::vector<const PartitionConjunct*>& conjuncts);
  std::vector<Chosen> keep_matching(const Table& table, std::vector<Chosen> candidates,
                                    const ScanPredicate& predicate);
  /// Reads which files are not published yet.
  Status look_for_writes();
  Status list_files(const Chosen& partition, BoundExternal* bound);
  /// Puts what the files of a symlink table name in their place.
  Status follow_manifests(BoundExternal* bound);
  Status list_folder(const std::filesystem::path& folder, const std::string& shown,
                     const Chosen& partition, int depth, BoundExternal* bound);
  Status bind_one(const Table& table, const std::vector<ScanPredicate>& predicates);
  Result<std::string> text_view(const Table& table, BoundExternal& bound);
  Result<std::string> parquet_view(const Table& table, const BoundExternal& bound);

  Metastore& metastore_;
  const LocationMap& locations_;
  ObjectStore& objects_;
  Session& session_;
  TextScans scans_;
  ValueRows rows_;
  ExternalColumns columns_;
  bool with_path_ = false;
  bool hides_lake_table_ = false;  ///< the current database has a table of such a name
  std::string search_path_;        ///< as it was set last
  std::map<std::string, Table, std::less<>> mentioned_;
  std::set<std::string> databases_;
  std::vector<std::string> pending_writes_;  ///< ids that names of unpublished files begin with
  std::vector<BoundExternal> bound_;
};

}  // namespace clicklake
