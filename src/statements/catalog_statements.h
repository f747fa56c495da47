#pragma once
/// Runs those of Athena's statements that concern the catalog alone: databases, tables, partitions,
/// properties, SHOW and DESCRIBE.
///
/// Place: lake_session hands them over; statements with a query inside (CTAS, INSERT, UNLOAD,
/// views, EXPLAIN, EXECUTE) are its own. Invariant: a statement that fails has changed nothing;
/// files are never touched. Thread safety: thread-compatible. Source: Athena user guide, "DDL
/// statements"; the answers' forms are Athena's; ADR-0011.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ddl/statement.h"
#include "metastore/metastore.h"
#include "objstore/location_map.h"
#include "objstore/object_store.h"

namespace clicklake {

/// What a statement gives back: rows of texts, and notes for people ("... is there already").
struct StatementRows {
  std::vector<std::string> columns;  ///< none: the statement gives no rows
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::vector<std::string> notes;
};

class CatalogStatements {
 public:
  CatalogStatements(Metastore& metastore, const LocationMap& locations, ObjectStore& objects)
      : metastore_(metastore), locations_(locations), objects_(objects) {}

  /// Whether `statement` is one that run() takes.
  static bool takes(const ddl::Statement& statement);

  /// Runs `statement`, whose text is `sql` (for positions in messages). Errors: kNotFound,
  /// kAlreadyExists, kInvalidArgument, kUnsupported in Athena's words, with the place in `sql`
  /// where there is one; those of the metastore.
  Result<StatementRows> run(const ddl::Statement& statement, std::string_view sql);

  /// Names without a database are in this one.
  const std::string& current_database() const { return current_database_; }
  /// Errors: kNotFound.
  Status use(std::string_view database);

 private:
  Metastore& metastore_;
  const LocationMap& locations_;
  ObjectStore& objects_;
  std::string current_database_ = "default";
};

}  // namespace clicklake
