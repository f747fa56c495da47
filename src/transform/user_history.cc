#include "transform/user_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "rows/field_map.h"
#include "rows/row_buffer.h"

namespace clicklake {
namespace {

constexpr std::size_t kRowGroupRows = 65'536;
// Of the session that reads what is there.
constexpr std::string_view kTouched = "clicklake_touched_users";
constexpr std::string_view kVersions = "clicklake_user_versions";

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  return fmt::format("{}", fmt::join(parts, between));
}

}  // namespace

std::string traits_version(const LakeSchema& schema) {
  std::vector<std::string> traits;
  traits.reserve(schema.traits.size());
  for (const ColumnWish& trait : schema.traits)
    traits.push_back(fmt::format("{} {}", trait.name, added_column_word(trait.type)));
  std::sort(traits.begin(), traits.end());
  return join(traits, ", ");
}

UserHistory::UserHistory(UserHistoryOptions options, UserHistoryInput input)
    : options_(std::move(options)), input_(std::move(input)) {
  const std::string prefix = partition_of(0).substr(0, partition_of(0).find('=') + 1);
  stale_ = std::any_of(input_.live.begin(), input_.live.end(),
                       [&](const DataFile& file) { return !file.partition.starts_with(prefix); });
}

std::string UserHistory::partition_of(int bucket) const {
  return fmt::format("{}_{}={}", options_.history->partition_name, options_.buckets, bucket);
}

std::vector<std::string> UserHistory::sources_of(int bucket) const {
  std::vector<std::string> paths;
  for (const DataFile& file : input_.live) {
    if (stale_ || file.partition == partition_of(bucket)) paths.push_back(file.path);
  }
  return paths;
}

Status UserHistory::execute(const std::string& sql) const {
  return input_.existing->query(sql, [](const Chunk&) { return Status{}; });
}

const ColumnWish* UserHistory::trait_of(std::string_view column) const {
  const auto at = std::find_if(options_.schema.traits.begin(), options_.schema.traits.end(),
                               [&](const ColumnWish& trait) { return trait.name == column; });
  return at == options_.schema.traits.end() ? nullptr : &*at;
}

/// A fact's value of a trait: of the key's column, where it was promoted, or of metadata.
std::string UserHistory::value_of(const ColumnWish& trait) const {
  const std::string_view type = duckdb_type(trait.type);
  std::string in_map = fmt::format("TRY_CAST(metadata[{}] AS {})", quote_literal(trait.name), type);
  std::string column;
  for (const PromotedKey& key : options_.schema.promoted) {
    if (key.key == trait.name) column = key.column.name;
  }
  for (const OwnPromotedKey& own : kOwnPromotedKeys) {
    if (own.key == trait.name) column = trait.name;
  }
  if (column.empty() && column_index(*options_.facts, trait.name) >= 0 &&
      column_index(fact_clicks_definition(), trait.name) < 0) {
    column = trait.name;  // was promoted once
  }
  if (column.empty()) return in_map;
  return fmt::format("coalesce(TRY_CAST({} AS {}), {})", quote_identifier(column), type, in_map);
}

std::string UserHistory::any_trait() const {
  std::vector<std::string> any;
  any.reserve(options_.schema.traits.size());
  for (const ColumnWish& trait : options_.schema.traits)
    any.push_back(value_of(trait) + " IS NOT NULL");
  return "(" + join(any, " OR ") + ")";
}

Status UserHistory::find_touched() {
  std::vector<std::string> parts;
  std::vector<std::string> paths = input_.new_facts;
  if (input_.rebuild) {
    RETURN_IF_ERROR(input_.load_all_facts());
    paths.clear();
    for (const FactFile& file : input_.existing->facts()) paths.push_back(file.path);
  }
  if (!paths.empty()) {
    parts.push_back(fmt::format("SELECT user_key FROM {} WHERE {}",
                                input_.existing->read_table(*options_.facts, paths), any_trait()));
  }
  for (const std::int64_t key : input_.changed_users)
    parts.push_back(fmt::format("SELECT {}::BIGINT AS user_key", key));
  if (parts.empty()) return {};
  RETURN_IF_ERROR(execute(fmt::format(
      "CREATE OR REPLACE TEMP TABLE {} AS SELECT DISTINCT user_key FROM ({}) WHERE user_key <> 0",
      kTouched, join(parts, " UNION ALL "))));
  return input_.existing->query(fmt::format("SELECT user_key FROM {}", kTouched),
                                [&](const Chunk& chunk) -> Status {
                                  for (const std::int64_t key : chunk.longs(0))
                                    touched_buckets_.insert(iceberg_bucket(key, options_.buckets));
                                  return {};
                                });
}

/// The touched users' versions: what the facts say of traits, each carried on until it is said
/// anew, and of that the moments at which something changes.
Status UserHistory::compute_versions() {
  RETURN_IF_ERROR(input_.load_all_facts());
  std::vector<std::string> paths;
  for (const FactFile& file : input_.existing->facts()) paths.push_back(file.path);
  std::vector<std::string> said, filled, before, changed, shown;
  for (std::size_t i = 0; i < options_.schema.traits.size(); ++i) {
    said.push_back(fmt::format("{} AS v{}", value_of(options_.schema.traits[i]), i));
    filled.push_back(fmt::format("last_value(v{0} IGNORE NULLS) OVER so_far AS v{0}", i));
    before.push_back(fmt::format("lag(v{0}) OVER in_order AS p{0}", i));
    changed.push_back(fmt::format("v{0} IS DISTINCT FROM p{0}", i));
    shown.push_back(fmt::format("v{} AS {}", i, quote_identifier(options_.schema.traits[i].name)));
  }
  if (paths.empty()) {
    std::vector<std::string> none;
    none.reserve(options_.schema.traits.size());
    for (const ColumnWish& trait : options_.schema.traits)
      none.push_back(
          fmt::format("NULL::{} AS {}", duckdb_type(trait.type), quote_identifier(trait.name)));
    return execute(fmt::format(
        "CREATE OR REPLACE TEMP TABLE {} AS SELECT 0::BIGINT AS user_key, now() AS valid_from, "
        "now() AS valid_to, false AS is_current, {} WHERE false",
        kVersions, join(none, ", ")));
  }
  return execute(fmt::format(
      "CREATE OR REPLACE TEMP TABLE {versions} AS WITH said AS (SELECT user_key, event_timestamp "
      "AS t, event_key AS k, event_check AS c, {said} FROM {facts} WHERE user_key IN (SELECT "
      "user_key FROM {touched}) AND {any}), filled AS (SELECT user_key, t, k, c, {filled} FROM "
      "said WINDOW so_far AS (PARTITION BY user_key ORDER BY t, k, c ROWS BETWEEN UNBOUNDED "
      "PRECEDING AND CURRENT ROW)), moments AS (SELECT * FROM filled QUALIFY row_number() OVER "
      "(PARTITION BY user_key, t ORDER BY k DESC, c DESC) = 1), compared AS (SELECT *, lag(t) "
      "OVER in_order AS earlier, {before} FROM moments WINDOW in_order AS (PARTITION BY user_key "
      "ORDER BY t)), changes AS (SELECT * FROM compared WHERE earlier IS NULL OR {changed}) "
      "SELECT user_key, t AS valid_from, lead(t) OVER in_order AS valid_to, lead(t) OVER "
      "in_order IS NULL AS is_current, {shown} FROM changes WINDOW in_order AS (PARTITION BY "
      "user_key ORDER BY t)",
      fmt::arg("versions", kVersions), fmt::arg("said", join(said, ", ")),
      fmt::arg("facts", input_.existing->read_table(*options_.facts, paths)),
      fmt::arg("touched", kTouched), fmt::arg("any", any_trait()),
      fmt::arg("filled", join(filled, ", ")), fmt::arg("before", join(before, ", ")),
      fmt::arg("changed", join(changed, " OR ")), fmt::arg("shown", join(shown, ", "))));
}

std::string UserHistory::rows_of(const std::string& list, const std::vector<std::string>& sources,
                                 bool current) const {
  std::string sql;
  if (!sources.empty() && !input_.rebuild) {
    sql = fmt::format("SELECT {} FROM {} WHERE {}", list,
                      input_.existing->read_table(*options_.history, sources),
                      current ? "is_current" : "true");
    if (touched_) sql += fmt::format(" AND user_key NOT IN (SELECT user_key FROM {})", kTouched);
  }
  if (touched_) {
    if (!sql.empty()) sql += " UNION ALL ";
    sql +=
        fmt::format("SELECT {} FROM {} WHERE {}", list, kVersions, current ? "is_current" : "true");
  }
  return sql;
}

Status UserHistory::write_bucket(int bucket, const std::vector<std::string>& sources,
                                 TableChange* change) {
  const TableDefinition& table = *options_.history;
  std::vector<std::string> list;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnDefinition& column = table.columns[i];
    const bool own = i < dim_users_history_definition().columns.size();
    // A trait that is configured no more is forgotten.
    list.push_back(own || trait_of(column.name) != nullptr
                       ? quote_identifier(column.name)
                       : fmt::format("NULL::{} AS {}", duckdb_type(column.type),
                                     quote_identifier(column.name)));
  }
  const std::string rows = rows_of(join(list, ", "), sources, false);
  if (rows.empty()) return {};
  const std::filesystem::path path = std::filesystem::path(folder_of(table)) / "data" /
                                     partition_of(bucket) / (options_.batch_id + ".parquet");
  RowBuffer buffer(table);
  RowGroupEncoder encoder(table, options_.parquet);
  std::unique_ptr<ParquetFile> file;
  const auto flush = [&]() -> Status {
    if (buffer.rows() == 0) return {};
    if (file == nullptr) {
      ASSIGN_OR_RETURN(file, ParquetFile::create(table, options_.lake / path,
                                                 {{"clicklake.batch_id", options_.batch_id}}));
    }
    ASSIGN_OR_RETURN(const EncodedRowGroupPtr group, encoder.encode(buffer.rows(), buffer.data()));
    buffer.clear();
    return file->append(*group);
  };
  RETURN_IF_ERROR(input_.existing->query(
      rows + " ORDER BY user_key, valid_from", [&](const Chunk& chunk) -> Status {
        for (std::size_t row = 0; row < chunk.rows(); ++row) {
          if (iceberg_bucket(chunk.longs(0)[row], options_.buckets) != bucket) continue;
          buffer.add(chunk, row);
          if (buffer.rows() >= kRowGroupRows) RETURN_IF_ERROR(flush());
        }
        return {};
      }));
  RETURN_IF_ERROR(flush());
  if (file == nullptr) return {};
  ASSIGN_OR_RETURN(ParquetFileInfo info, file->finish_unsynced());
  RETURN_IF_ERROR(options_.unsynced->add(std::move(file)));
  change->added.push_back({path.generic_string(), partition_of(bucket), std::move(info)});
  return {};
}

Result<TableChange> UserHistory::merge() {
  TableChange change;
  change.table = options_.history->name;
  change.base_snapshot = input_.snapshot;
  if (options_.schema.traits.empty()) {
    for (const DataFile& file : input_.live) change.removed.push_back(file.path);
    return change;
  }
  RETURN_IF_ERROR(find_touched());
  if (touched_buckets_.empty() && !input_.rebuild && !stale_) return change;
  if (!touched_buckets_.empty()) {
    RETURN_IF_ERROR(compute_versions());
    touched_ = true;
  }
  for (int bucket = 0; bucket < options_.buckets; ++bucket) {
    if (!input_.rebuild && !stale_ && !touched_buckets_.contains(bucket)) continue;
    const std::vector<std::string> sources = sources_of(bucket);
    RETURN_IF_ERROR(write_bucket(bucket, sources, &change));
    if (!stale_) change.removed.insert(change.removed.end(), sources.begin(), sources.end());
  }
  if (stale_) {
    for (const DataFile& file : input_.live) change.removed.push_back(file.path);
  }
  return change;
}

Status UserHistory::current_traits(int bucket, std::span<const std::int64_t> keys, TextArena* arena,
                                   std::vector<TraitValues>* columns) const {
  const std::size_t own = dim_users_definition().columns.size();
  columns->resize(options_.users->columns.size() - own);
  std::vector<std::string> list{"user_key"};
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < columns->size(); ++i) {
    const ColumnDefinition& column = options_.users->columns[own + i];
    TraitValues& values = (*columns)[i];
    values.type = column.type;
    values.texts.assign(keys.size(), {});
    values.values.assign(keys.size(), 0);
    values.valid.assign(keys.size(), 0);
    if (trait_of(column.name) == nullptr) continue;
    list.push_back(quote_identifier(column.name));
    shown.push_back(i);
  }
  if (shown.empty()) return {};
  const std::string rows = rows_of(join(list, ", "), sources_of(bucket), true);
  if (rows.empty()) return {};
  std::size_t at = 0;
  return input_.existing->query(rows + " ORDER BY user_key", [&](const Chunk& chunk) -> Status {
    for (std::size_t row = 0; row < chunk.rows(); ++row) {
      const std::int64_t key = chunk.longs(0)[row];
      while (at < keys.size() && keys[at] < key) ++at;
      if (at == keys.size()) return {};
      if (keys[at] != key) continue;
      for (std::size_t s = 0; s < shown.size(); ++s) {
        const int column = static_cast<int>(s) + 1;
        TraitValues& values = (*columns)[shown[s]];
        if (!chunk.valid(column, row)) continue;
        values.valid[at] = 1;
        switch (values.type) {
          case ColumnType::kString:
            values.texts[at] = arena->store(chunk.string(column, row));
            break;
          case ColumnType::kInt: values.values[at] = chunk.ints(column)[row]; break;
          case ColumnType::kBoolean: values.values[at] = chunk.bools(column)[row]; break;
          default: values.values[at] = chunk.longs(column)[row]; break;
        }
      }
    }
    return {};
  });
}

}  // namespace clicklake
