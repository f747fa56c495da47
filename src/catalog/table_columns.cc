// Definitions of star tables with the columns that the lake has added.
#include "catalog/table_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/uuid.h"
#include "catalog/iceberg_files.h"
#include "catalog/metastore_schema.h"
#include "catalog/sqlite_catalog.h"
#include "iceberg/table_metadata.h"
#include "model/added_columns.h"
#include "model/mart_table.h"

namespace clicklake {
namespace {

/// The highest field id that the table's Iceberg metadata knows, columns of other engines included;
/// 0 without metadata.
Result<int> last_column_id(Connection& connection, const TableDefinition& table) {
  std::string location;
  {
    ASSIGN_OR_RETURN(Rows rows, connection.query("SELECT coalesce(metadata_location, '')"
                                                 " FROM iceberg_tables WHERE catalog_name = 'lake'"
                                                 " AND table_name = ?1",
                                                 table.name));
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (found) location = rows.text(0);
  }
  if (location.empty()) return 0;
  ASSIGN_OR_RETURN(const std::filesystem::path named, path_of_location(location));
  // Where the lake was moved the name is of its old place.
  const std::filesystem::path path =
      lake_folder(connection.file()) / folder_of(table) / "metadata" / named.filename();
  ASSIGN_OR_RETURN(const std::string text, read_metadata_file(path));
  ASSIGN_OR_RETURN(const iceberg::TableMetadata metadata,
                   iceberg::parse_table_metadata(text, path.string()));
  return metadata.last_column_id;
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

int highest_field_id(const TableDefinition& table) {
  int highest = 0;
  for (const ColumnDefinition& column : table.columns)
    highest = std::max({highest, column.field_id, column.key_field_id, column.value_field_id});
  return highest;
}

}  // namespace

Result<const TableDefinition*> table_definition(Connection& connection, std::string_view table) {
  const TableDefinition* base = find_table(table);
  ASSIGN_OR_RETURN(Rows rows,
                   connection.query("SELECT definition FROM tables WHERE name = ?1", table));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  if (base == nullptr && (!found || rows.text(0).empty())) {
    return Error{ErrorCode::kNotFound, fmt::format("catalog {}: there is no table {}",
                                                   connection.file().string(), table)};
  }
  if (!found) return base;
  const std::string text(rows.text(0));
  const TableDefinition* definition = known_table(table, text);
  if (definition == nullptr) {
    return Error{ErrorCode::kCorruption,
                 fmt::format("catalog {}: the columns of {}, '{}', can't be read; put back a "
                             "backup of this file",
                             connection.file().string(), table, text)};
  }
  return definition;
}

Result<const TableDefinition*> SqliteCatalog::definition(const std::string& table) {
  connection_->set_activity("look up the columns of " + table);
  return table_definition(*connection_, table);
}

Result<const TableDefinition*> SqliteCatalog::add_columns(const std::string& table,
                                                          const std::vector<ColumnWish>& columns) {
  connection_->set_activity("add columns to " + table);
  ASSIGN_OR_RETURN(const TableDefinition* before, table_definition(*connection_, table));
  std::string text = added_columns_text(*before);
  int next_id = 0;
  for (const ColumnWish& wish : columns) {
    const int at = column_index(*before, wish.name);
    if (at >= 0) {
      const ColumnType type = before->columns[static_cast<std::size_t>(at)].type;
      if (type == wish.type) continue;
      return Error{ErrorCode::kAlreadyExists,
                   fmt::format("the table {} has a column {} of type {} already: name another "
                               "column, or give it that type",
                               table, wish.name, iceberg_type(type))};
    }
    if (next_id == 0) {
      ASSIGN_OR_RETURN(const int known, last_column_id(*connection_, *before));
      next_id = std::max(known, highest_field_id(*before)) + 1;
    }
    text += fmt::format("{}{}:{}:{}", text.empty() ? "" : ",", wish.name, next_id++,
                        added_column_word(wish.type));
  }
  if (next_id == 0) return before;
  const TableDefinition* after = with_added_columns(base_of(*before), text);
  if (after == nullptr) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("a name among the columns to add to {} is none: use a to z, digits "
                             "and _ ({})",
                             table, text)};
  }
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  RETURN_IF_ERROR(connection_->execute("UPDATE tables SET definition = ?2 WHERE name = ?1", table,
                                       std::string_view(text)));
  RETURN_IF_ERROR(update_star_columns(*connection_, *after));
  RETURN_IF_ERROR(transaction.commit());
  return after;
}

Result<const TableDefinition*> SqliteCatalog::define_mart(const MartTableWish& wish) {
  connection_->set_activity("define the mart " + wish.name);
  if (find_table(wish.name) != nullptr) {
    return Error{
        ErrorCode::kAlreadyExists,
        fmt::format("the mart {}: that is a table of the star: give it another name", wish.name)};
  }
  const TableDefinition* before = nullptr;
  int last_id = 0;
  auto found = table_definition(*connection_, wish.name);
  if (found) {
    before = *found;
    ASSIGN_OR_RETURN(last_id, last_column_id(*connection_, *before));
  } else if (found.error().code != ErrorCode::kNotFound) {
    return found.error();
  }
  ASSIGN_OR_RETURN(const std::string text, mart_table_text(wish, before, last_id));
  const TableDefinition* after = mart_table(wish.name, text);
  if (after == before) return after;
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  if (before == nullptr) {
    RETURN_IF_ERROR(connection_->execute(
        "INSERT INTO tables(name, uuid, namespace, definition) VALUES (?1, ?2, ?3, ?4)", wish.name,
        std::string_view(make_uuid7(now_ms())), database_of(*after), std::string_view(text)));
    RETURN_IF_ERROR(add_star_table(*connection_, *after));
  } else {
    RETURN_IF_ERROR(connection_->execute("UPDATE tables SET definition = ?2 WHERE name = ?1",
                                         wish.name, std::string_view(text)));
    RETURN_IF_ERROR(update_star_columns(*connection_, *after));
  }
  RETURN_IF_ERROR(transaction.commit());
  return after;
}

Result<ChangedPartitions> SqliteCatalog::changed_partitions(const std::string& table,
                                                            const std::string& since) {
  connection_->set_activity("look for changes of the table " + table);
  ChangedPartitions changed;
  ASSIGN_OR_RETURN(
      const auto batch_no,
      connection_->query_integer("SELECT batch_no FROM batches WHERE batch_id = ?1", since));
  ASSIGN_OR_RETURN(const OpenTable open, find_open_table(table));
  if (!batch_no) {
    changed.known = false;
    return changed;
  }
  // By the batch, not by the table: of the latest batches there are few.
  ASSIGN_OR_RETURN(
      const auto oldest,
      connection_->query_integer("SELECT min(committed_us) FROM snapshots WHERE batch_no > ?1"
                                 " AND table_no = ?2 AND operation <> 'replace'",
                                 *batch_no, open.table_no));
  if (!oldest || *oldest == 0) return changed;
  // Removed files are remembered for a day at least.
  constexpr std::int64_t kRememberedMs = 24LL * 3600 * 1000;
  changed.known = *oldest / 1000 > now_ms() - kRememberedMs;
  if (!changed.known) return changed;
  ASSIGN_OR_RETURN(
      Rows rows,
      connection_->query("WITH changes AS (SELECT snapshot_id FROM snapshots WHERE batch_no > ?1"
                         " AND table_no = ?2 AND operation <> 'replace')"
                         " SELECT partition FROM data_files WHERE added_snapshot IN changes"
                         " UNION SELECT partition FROM data_files WHERE table_no = ?2"
                         " AND removed_snapshot IN changes ORDER BY 1",
                         *batch_no, open.table_no));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return changed;
    changed.partitions.emplace_back(rows.text(0));
  }
}

}  // namespace clicklake
