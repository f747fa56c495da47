#pragma once
/// Writes the rows of a query as the files of a table or of an UNLOAD, all of them or none.
///
/// Place: under query_statements (CTAS, INSERT INTO, UNLOAD).
/// Invariant: until commit() our readers see none of the files, after it all; what a process left
/// that ended in between is removed by the next one that writes. Files get names that are used
/// once. The caller holds the lake's lock. Thread safety: thread-compatible. Source: ADR-0016.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metastore/metastore.h"
#include "model/hive_type.h"
#include "query/write_options.h"
#include "sql/session.h"

namespace clicklake {

/// Runs a statement that reads the lake's tables (`COPY (...) TO ...`).
using RunRead = std::function<Result<QueryResult>(std::string_view statement)>;

struct WriteRequest {
  std::string query;                ///< gives `columns`, by position
  std::vector<HiveColumn> columns;  ///< partition columns last
  std::size_t partition_columns = 0;
  WriteOptions options;
  std::filesystem::path folder;  ///< absolute
  /// Where the files of a partition go, by its canonical values: below `folder`. Empty: to
  /// `key=value/.../` there.
  std::function<Result<std::filesystem::path>(const std::vector<std::string>&)> folder_of{};
  bool into_empty = false;  ///< refuse a folder that holds files
  std::string what;         ///< for messages: "table 'db.t'"
};

/// Files in place, not yet published.
struct StagedWrite {
  std::string id;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::vector<std::filesystem::path> files;
  std::vector<Partition> partitions;  ///< values and no location: below the table's
};

class TableWriter {
 public:
  TableWriter(Metastore& metastore, RunRead run) : metastore_(metastore), run_(std::move(run)) {}

  /// Removes what writers that ended without commit or abandon left.
  Status sweep();

  /// Writes the files. After an error nothing is left. Fault points "write.begin", "write.staged",
  /// "write.move". Errors: kAlreadyExists (HIVE_PATH_ALREADY_EXISTS), the folder holds files;
  /// kInvalidData, more than 100 partitions, or a text that its format can't hold; those of the
  /// query; kIo, kNoSpace.
  Result<StagedWrite> write(const WriteRequest& request);

  /// Publishes: makes `created` where it is given, else adds the partitions to `database.table`.
  /// Fault points "write.commit" before, "write.committed" after. After an error nothing is left.
  Status commit(const StagedWrite& write, const Table* created, std::string_view database,
                std::string_view table);

 private:
  Status stage(const WriteRequest& request, const std::filesystem::path& staging,
               StagedWrite* write);
  Status move_in(const WriteRequest& request, const std::filesystem::path& staging,
                 StagedWrite* write);
  void undo(const std::string& id, const std::filesystem::path& folder);

  Metastore& metastore_;
  RunRead run_;
};

/// The SELECT that gives `query`'s columns under the names and types of `columns`.
std::string cast_query(std::string_view query, const std::vector<HiveColumn>& columns);

}  // namespace clicklake
