#include "query/external_tables.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "base/ascii_case.h"
#include "functions/athena_functions.h"
#include "model/star_schema.h"
#include "scan/text_format.h"
#include "sql/session.h"
#include "sql/statement_text.h"
#include "statements/hive_storage.h"

namespace clicklake {

namespace {

/// Folders below a location are followed this deep.
constexpr int kMostFolders = 32;

const HiveColumn kPathColumn{
    .name = "$path", .type = HiveType::of(HiveKind::kString), .comment = {}};

std::string full_name(const Table& table) { return table.database + "." + table.name; }

std::string view_name(const Table& table) {
  return "memory." + quote_identifier(table.database) + "." + quote_identifier(table.name);
}

std::string create_view(const Table& table) {
  return "CREATE OR REPLACE VIEW " + view_name(table) + " AS ";
}

/// Data columns, partition keys and, where asked for, "$path".
std::vector<HiveColumn> all_columns(const Table& table, bool with_path) {
  std::vector<HiveColumn> columns = table.storage.columns;
  columns.insert(columns.end(), table.partition_keys.begin(), table.partition_keys.end());
  if (with_path) columns.push_back(kPathColumn);
  return columns;
}

std::string column_list(const std::vector<HiveColumn>& columns) {
  std::string list;
  for (const HiveColumn& column : columns) {
    if (!list.empty()) list += ", ";
    list += quote_identifier(column.name);
  }
  return list;
}

/// `CAST(<text> AS INTEGER)`, or NULL.
std::string partition_value_sql(const HiveColumn& key, const std::optional<std::string>& value) {
  const std::string type = duckdb_type_name(key.type);
  return "CAST(" + (value ? quote_literal(*value) : "NULL") + " AS " + type + ")";
}

bool is_hidden(const std::string& name) {
  return name.empty() || name.front() == '_' || name.front() == '.';
}

bool is_parquet(const Table& table) {
  return table.storage.serde.library == kParquetSerDe || is_iceberg(table.parameters);
}

}  // namespace

Status ExternalTables::open() {
  RETURN_IF_ERROR(register_value_rows(session_, rows_));
  RETURN_IF_ERROR(register_unbound_external(session_, columns_));
  return register_text_scan(session_, scans_);
}

Status ExternalTables::mention(std::string_view statement, const std::string& current_database) {
  bound_.clear();
  scans_.clear();
  rows_.clear();
  mentioned_.clear();
  columns_.clear();
  databases_.clear();
  hides_lake_table_ = false;
  ASSIGN_OR_RETURN(const auto names, metastore_.table_names());
  std::vector<std::string> words = identifiers(statement);
  with_path_ = std::binary_search(words.begin(), words.end(), kPathColumn.name);
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<Table> views;
  for (std::size_t views_seen = 0;; ++views_seen) {
    for (const auto& name : names) {
      if (!std::binary_search(words.begin(), words.end(), name.second)) continue;
      if (!seen.insert(name).second) continue;
      const bool of_lake = std::find(kLakeDatabases.begin(), kLakeDatabases.end(), name.first) !=
                           kLakeDatabases.end();
      hides_lake_table_ |=
          name.first == current_database && !of_lake && find_table(name.second) != nullptr;
      RETURN_IF_ERROR(mention_one(name, &views));
    }
    if (views_seen == views.size()) break;
    words = identifiers(views[views_seen].view_original_text);
  }
  RETURN_IF_ERROR(search_in(current_database));
  return make_views(std::move(views));
}

Status ExternalTables::mention_one(const std::pair<std::string, std::string>& name,
                                   std::vector<Table>* views) {
  auto found = metastore_.table(name.first, name.second);
  if (!found) {
    return found.error().code == ErrorCode::kNotFound ? Status{} : Status{found.error()};
  }
  Table& table = *found;
  if (databases_.insert(table.database).second) {
    RETURN_IF_ERROR(
        session_.execute("CREATE SCHEMA IF NOT EXISTS memory." + quote_identifier(table.database)));
  }
  if (table.is_lake_table()) {
    return session_.execute(create_view(table) + "SELECT * FROM memory.main." +
                            quote_identifier(table.name));
  }
  if (table.is_view()) {
    views->push_back(std::move(table));
    return {};
  }
  const std::string key = full_name(table);
  const std::vector<HiveColumn> columns = all_columns(table, with_path_);
  columns_[key] = columns;
  RETURN_IF_ERROR(session_.execute(create_view(table) + "SELECT " + column_list(columns) +
                                   " FROM " + kUnboundExternalFunction + "(" + quote_literal(key) +
                                   ")"));
  mentioned_.emplace(key, std::move(table));
  return {};
}

Status ExternalTables::search_in(const std::string& current_database) {
  // What the user makes goes to the first one, where the lake's own tables are, too. A table of the
  // current database that has the name of one of them comes before it.
  std::string path = "memory.main";
  const auto add = [&](const std::string& database) {
    path += ",memory." + quote_identifier(database);
  };
  if (databases_.contains(current_database)) {
    if (hides_lake_table_) {
      path = "memory." + quote_identifier(current_database) + ",memory.main";
    } else {
      add(current_database);
    }
  }
  for (const std::string& database : databases_) {
    if (database != current_database) add(database);
  }
  if (path == search_path_) return {};
  RETURN_IF_ERROR(session_.execute("SET search_path = " + quote_literal(path)));
  search_path_ = path;
  return {};
}

Status ExternalTables::make_views(std::vector<Table> views) {
  // DuckDB binds a view's query when it is made, so those that others read come first.
  while (!views.empty()) {
    std::vector<Table> later;
    Status last;
    for (Table& view : views) {
      RETURN_IF_ERROR(prepare_athena_functions(session_, view.view_original_text));
      last = session_.execute(create_view(view) +
                              quote_before_dot(view.view_original_text, "default"));
      if (!last) later.push_back(std::move(view));
    }
    if (later.size() == views.size()) {
      return Error{last.error().code,
                   "the view " + full_name(later.back()) + ": " + last.error().message};
    }
    views = std::move(later);
  }
  return {};
}

std::map<std::string, std::set<std::string>, std::less<>> ExternalTables::partition_columns()
    const {
  std::map<std::string, std::set<std::string>, std::less<>> out;
  for (const auto& [name, table] : mentioned_) {
    std::set<std::string>& columns = out[name];
    for (const HiveColumn& key : table.partition_keys) columns.insert(key.name);
  }
  return out;
}

Status ExternalTables::bind(
    const std::map<std::string, std::vector<ScanPredicate>, std::less<>>& predicates) {
  bound_.clear();
  RETURN_IF_ERROR(look_for_writes());
  for (const auto& [name, scans] : predicates) {
    const auto table = mentioned_.find(name);
    if (table == mentioned_.end())
      return Error{ErrorCode::kNotFound, "there is no external table " + name};
    RETURN_IF_ERROR(bind_one(table->second, scans));
  }
  return {};
}

Status ExternalTables::look_for_writes() {
  ASSIGN_OR_RETURN(const std::vector<PendingWrite> writes, metastore_.pending_writes());
  pending_writes_.clear();
  for (const PendingWrite& write : writes) pending_writes_.push_back(write.id);
  return {};
}

Status ExternalTables::bind_all() {
  bound_.clear();
  RETURN_IF_ERROR(look_for_writes());
  for (const auto& [name, table] : mentioned_) RETURN_IF_ERROR(bind_one(table, {ScanPredicate{}}));
  return {};
}

Result<std::vector<ExternalTables::Chosen>> ExternalTables::registered(const Table& table) {
  std::vector<Chosen> out;
  if (table.partition_keys.empty()) {
    out.push_back({.values = {}, .location = table.storage.location});
    return out;
  }
  ASSIGN_OR_RETURN(std::vector<Partition> partitions,
                   metastore_.partitions(table.database, table.name, nullptr));
  out.reserve(partitions.size());
  for (Partition& partition : partitions) {
    if (partition.vanished_us != 0) continue;
    Chosen chosen{.values = {}, .location = partition_location(table, partition)};
    for (std::string& value : partition.values) {
      chosen.values.push_back(value == kNullPartitionValue ? std::nullopt
                                                           : std::optional(std::move(value)));
    }
    out.push_back(std::move(chosen));
  }
  return out;
}

std::optional<std::vector<std::size_t>> ExternalTables::matching(
    const std::vector<HiveColumn>& keys, std::vector<ValueRows::Row> values,
    const std::vector<const PartitionConjunct*>& conjuncts) {
  // A condition that fails for a partition keeps it: the statement itself may never come to it.
  std::string condition;
  for (const PartitionConjunct* conjunct : conjuncts)
    condition += (condition.empty() ? "" : " AND ") + conjunct->sql;
  std::vector<std::string> columns{"clicklake_row"};
  std::string list = "clicklake_row";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string column = "v" + std::to_string(i);
    columns.push_back(column);
    list += ", CAST(" + column + " AS " + duckdb_type_name(keys[i].type) + ") AS " +
            quote_identifier(keys[i].name);
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i].insert(values[i].begin(), std::to_string(i));
  const std::string name = rows_.add(std::move(columns), std::move(values));
  auto result =
      session_.query("SELECT CAST(clicklake_row AS BIGINT) FROM (SELECT " + list + " FROM " +
                     kValueRowsFunction + "(" + quote_literal(name) + ")) WHERE TRY(coalesce(" +
                     condition + ", false)) IS DISTINCT FROM false");
  if (!result) return std::nullopt;
  std::vector<std::size_t> kept;
  for (;;) {
    const auto chunk = result->next();
    if (!chunk) return std::nullopt;
    if (*chunk == nullptr) break;
    for (std::size_t row = 0; row < (*chunk)->rows(); ++row)
      kept.push_back(static_cast<std::size_t>((*chunk)->longs(0)[row]));
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

std::vector<ExternalTables::Chosen> ExternalTables::keep_matching(const Table& table,
                                                                  std::vector<Chosen> candidates,
                                                                  const ScanPredicate& predicate) {
  if (predicate.empty() || candidates.empty()) return candidates;
  std::vector<ValueRows::Row> values;
  values.reserve(candidates.size());
  for (const Chosen& candidate : candidates) values.push_back(candidate.values);
  std::vector<const PartitionConjunct*> conjuncts;
  for (const PartitionConjunct& conjunct : predicate) conjuncts.push_back(&conjunct);
  const auto kept = matching(table.partition_keys, std::move(values), conjuncts);
  if (!kept) return candidates;
  std::vector<Chosen> out;
  out.reserve(kept->size());
  for (const std::size_t i : *kept) out.push_back(std::move(candidates[i]));
  return out;
}

Result<std::vector<ExternalTables::Chosen>> ExternalTables::projected(
    const Table& table, const Projection& projection, const ScanPredicate& predicate) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t now_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  std::vector<ProjectedChoice> choices(projection.columns.size());
  // Conditions on one column leave few of its values: their combinations are made of those only.
  for (std::size_t i = 0; i < projection.columns.size(); ++i) {
    const ProjectedColumn& column = projection.columns[i];
    std::vector<const PartitionConjunct*> conjuncts;
    for (const PartitionConjunct& conjunct : predicate) {
      if (conjunct.columns != std::set<std::string>{column.key.name}) continue;
      conjuncts.push_back(&conjunct);
      if (conjunct.equals && !choices[i].candidates) choices[i].candidates = conjunct.equals;
    }
    if (conjuncts.empty() || choices[i].candidates) continue;
    Projection alone = projection;
    alone.columns = {column};
    alone.location_template.clear();
    if (column.kind == ProjectedColumn::Kind::kInjected) continue;
    ASSIGN_OR_RETURN(const std::vector<ProjectedPartition> all, project(alone, now_us, {}));
    std::vector<ValueRows::Row> values;
    values.reserve(all.size());
    for (const ProjectedPartition& each : all) values.push_back({each.values[0]});
    const auto kept = matching({column.key}, std::move(values), conjuncts);
    if (!kept) continue;
    auto good = std::make_shared<std::set<std::string, std::less<>>>();
    for (const std::size_t row : *kept) good->insert(all[row].values[0]);
    choices[i].keep = [good](std::string_view value) { return good->contains(value); };
  }
  ASSIGN_OR_RETURN(std::vector<ProjectedPartition> all, project(projection, now_us, choices));
  std::vector<Chosen> out;
  out.reserve(all.size());
  for (ProjectedPartition& partition : all) {
    Chosen chosen{.values = {}, .location = std::move(partition.location)};
    for (std::string& value : partition.values) chosen.values.emplace_back(std::move(value));
    out.push_back(std::move(chosen));
  }
  return keep_matching(table, std::move(out), predicate);
}

Result<std::vector<ExternalTables::Chosen>> ExternalTables::choose(
    const Table& table, const std::vector<ScanPredicate>& predicates, std::int64_t* total) {
  ASSIGN_OR_RETURN(const std::optional<Projection> projection, projection_of(table));
  std::vector<Chosen> all;
  if (!projection) {
    ASSIGN_OR_RETURN(all, registered(table));
  }
  *total = projection ? -1 : static_cast<std::int64_t>(all.size());
  if (table.partition_keys.empty()) return all;
  if (predicates.size() == 1)
    return projection ? projected(table, *projection, predicates.front())
                      : keep_matching(table, std::move(all), predicates.front());
  // Several scans read one view: it holds what any of them needs.
  std::map<std::vector<std::optional<std::string>>, Chosen> needed;
  for (const ScanPredicate& predicate : predicates) {
    std::vector<Chosen> part;
    if (projection) {
      ASSIGN_OR_RETURN(part, projected(table, *projection, predicate));
    } else {
      part = keep_matching(table, all, predicate);
    }
    for (Chosen& chosen : part) needed.try_emplace(chosen.values, std::move(chosen));
  }
  std::vector<Chosen> out;
  for (auto& [values, chosen] : needed) {
    chosen.values = values;
    out.push_back(std::move(chosen));
  }
  return out;
}

Status ExternalTables::list_folder(const std::filesystem::path& folder, const std::string& shown,
                                   const Chosen& partition, int depth, BoundExternal* bound) {
  auto entries = objects_.list(folder, true);
  if (!entries) {
    // A partition whose folder is not there has no rows, as in Athena.
    return entries.error().code == ErrorCode::kNotFound ? Status{} : Status{entries.error()};
  }
  for (const ObjectInfo& entry : *entries) {
    if (is_hidden(entry.name)) continue;
    if (entry.is_folder) {
      if (depth >= kMostFolders) {
        return Error{ErrorCode::kIo, "folders below " + folder.string() +
                                         " are nested too deeply: is there a loop of links?"};
      }
      RETURN_IF_ERROR(
          list_folder(folder / entry.name, shown + entry.name + "/", partition, depth + 1, bound));
      continue;
    }
    const bool unpublished =
        std::any_of(pending_writes_.begin(), pending_writes_.end(),
                    [&](const std::string& id) { return entry.name.starts_with(id); });
    if (unpublished) continue;
    bound->bytes += entry.size;
    bound->files.push_back({.path = (folder / entry.name).string(),
                            .size = entry.size,
                            .shown_path = shown + entry.name,
                            .partition_values = partition.values});
  }
  return {};
}

Status ExternalTables::list_files(const Chosen& partition, BoundExternal* bound) {
  ASSIGN_OR_RETURN(const std::filesystem::path folder, locations_.resolve(partition.location));
  std::string shown =
      partition.location.find("://") != std::string::npos ? partition.location : folder.string();
  if (shown.back() != '/') shown += '/';
  return list_folder(folder, shown, partition, 0, bound);
}

Status ExternalTables::follow_manifests(BoundExternal* bound) {
  const std::vector<TextScanFile> manifests = std::exchange(bound->files, {});
  bound->bytes = 0;
  for (const TextScanFile& manifest : manifests) {
    std::ifstream in(manifest.path, std::ios::binary);
    if (!in) return Error{ErrorCode::kIo, "cannot read the manifest " + manifest.path};
    std::string uri;
    for (int line = 1; std::getline(in, uri); ++line) {
      if (uri.ends_with('\r')) uri.pop_back();
      if (uri.empty()) continue;
      const auto fails = [&](ErrorCode code, const std::string& why) {
        return Error{code,
                     "manifest " + manifest.path + ", line " + std::to_string(line) + ": " + why};
      };
      const auto path = locations_.resolve(uri);
      if (!path) return fails(path.error().code, path.error().message);
      std::error_code error;
      const std::uintmax_t size = std::filesystem::file_size(*path, error);
      if (error) return fails(ErrorCode::kIo, path->string() + ": " + error.message());
      bound->bytes += static_cast<std::int64_t>(size);
      bound->files.push_back({.path = path->string(),
                              .size = static_cast<std::int64_t>(size),
                              .shown_path = uri,
                              .partition_values = manifest.partition_values});
    }
    if (in.bad()) return Error{ErrorCode::kIo, "cannot read the manifest " + manifest.path};
  }
  return {};
}

Status ExternalTables::bind_one(const Table& table, const std::vector<ScanPredicate>& predicates) {
  BoundExternal bound{.name = full_name(table), .files = {}};
  ASSIGN_OR_RETURN(const std::vector<Chosen> chosen,
                   choose(table, predicates, &bound.total_partitions));
  bound.partitions = static_cast<std::int64_t>(chosen.size());
  for (const Chosen& partition : chosen) {
    if (const Status listed = list_files(partition, &bound); !listed) {
      return Error{listed.error().code, bound.name + ": " + listed.error().message};
    }
  }
  if (table.storage.input_format == kSymlinkInput) {
    if (const Status followed = follow_manifests(&bound); !followed)
      return Error{followed.error().code, bound.name + ": " + followed.error().message};
  }
  std::string view;
  if (is_parquet(table)) {
    ASSIGN_OR_RETURN(view, parquet_view(table, bound));
  } else {
    ASSIGN_OR_RETURN(view, text_view(table, bound));
  }
  RETURN_IF_ERROR(session_.execute(create_view(table) + view));
  bound_.push_back(std::move(bound));
  return {};
}

Result<std::string> ExternalTables::text_view(const Table& table, BoundExternal& bound) {
  bound.text = true;
  auto format =
      TextFormat::of(table.storage.serde.library, table.storage.serde.parameters, table.parameters);
  if (!format) return Error{format.error().code, bound.name + ": " + format.error().message};
  TextScanRequest request{.table = bound.name,
                          .format = std::move(*format),
                          .columns = table.storage.columns,
                          .partition_keys = table.partition_keys,
                          .with_path = with_path_,
                          .files = bound.files};
  return "SELECT " + column_list(all_columns(table, with_path_)) + " FROM " + kTextScanFunction +
         "(" + quote_literal(scans_.add(std::move(request))) + ")";
}

Result<std::string> ExternalTables::parquet_view(const Table& table, const BoundExternal& bound) {
  const std::vector<HiveColumn> columns = all_columns(table, with_path_);
  if (bound.files.empty()) {
    std::string list;
    for (const HiveColumn& column : columns) {
      list += (list.empty() ? "NULL::" : ", NULL::") + duckdb_type_name(column.type) + " AS " +
              quote_identifier(column.name);
    }
    return "SELECT " + list + " WHERE false";
  }
  std::string files;
  for (const TextScanFile& file : bound.files)
    files += (files.empty() ? "" : ", ") + quote_literal(file.path);
  const std::string read = "read_parquet([" + files +
                           "], union_by_name = true, hive_partitioning = false, filename = "
                           "'$clicklake_file')";
  // Columns match by name, in any case; what no file has is NULL.
  std::map<std::string, std::string> names;
  {
    ASSIGN_OR_RETURN(
        QueryResult described,
        session_.query("SELECT column_name FROM (DESCRIBE SELECT * FROM " + read + ")"));
    for (;;) {
      ASSIGN_OR_RETURN(const Chunk* chunk, described.next());
      if (chunk == nullptr) break;
      for (std::size_t row = 0; row < chunk->rows(); ++row) {
        const std::string name(chunk->string(0, row));
        names.emplace(lower_case(name), name);
      }
    }
  }
  std::string list;
  const auto add = [&](const std::string& value, const std::string& name) {
    list += (list.empty() ? "" : ", ") + value + " AS " + quote_identifier(name);
  };
  for (const HiveColumn& column : table.storage.columns) {
    const auto there = names.find(column.name);
    const std::string type = duckdb_type_name(column.type);
    add(there == names.end() ? "NULL::" + type
                             : "CAST(f." + quote_identifier(there->second) + " AS " + type + ")",
        column.name);
  }
  const bool one_partition =
      std::all_of(bound.files.begin(), bound.files.end(), [&](const TextScanFile& file) {
        return file.partition_values == bound.files.front().partition_values;
      });
  const bool joined = !one_partition || with_path_;
  for (std::size_t i = 0; i < table.partition_keys.size(); ++i) {
    const HiveColumn& key = table.partition_keys[i];
    add(one_partition ? partition_value_sql(key, bound.files.front().partition_values[i])
                      : "CAST(p.v" + std::to_string(i) + " AS " + duckdb_type_name(key.type) + ")",
        key.name);
  }
  if (with_path_) add("p.shown", kPathColumn.name);
  std::string from = read + " AS f";
  if (joined) {
    std::vector<std::string> names_of_rows{"file", "shown"};
    for (std::size_t i = 0; i < table.partition_keys.size(); ++i)
      names_of_rows.push_back("v" + std::to_string(i));
    std::vector<ValueRows::Row> rows;
    for (const TextScanFile& file : bound.files) {
      ValueRows::Row row{file.path, file.shown_path};
      row.insert(row.end(), file.partition_values.begin(), file.partition_values.end());
      rows.push_back(std::move(row));
    }
    from += " JOIN " + std::string(kValueRowsFunction) + "(" +
            quote_literal(rows_.add(std::move(names_of_rows), std::move(rows))) +
            ") AS p ON f.\"$clicklake_file\" = p.file";
  }
  return "SELECT " + list + " FROM " + from;
}

}  // namespace clicklake
