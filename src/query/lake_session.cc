#include "query/lake_session.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "ddl/parser.h"
#include "functions/athena_functions.h"
#include "metastore/metastore.h"
#include "model/star_schema.h"
#include "objstore/object_store.h"
#include "query/lake_views.h"
#include "query/query_statements.h"
#include "query/scan_filters.h"
#include "query/statement_bill.h"
#include "query/unbound_table.h"
#include "sql/literal_folder.h"
#include "sql/statement_text.h"
#include "statements/catalog_statements.h"

namespace clicklake {

namespace {

/// How often the catalog is asked again when another snapshot is published in between.
constexpr int kSnapshotAttempts = 20;

using BoxesByTable = std::map<std::string, RowBoxes, std::less<>>;

std::vector<FileFilter> file_filters(const TableDefinition& table, const RowBox& box) {
  std::vector<FileFilter> filters;
  for (const auto& [column, range] : box) {
    FileFilter filter{
        .field_id = table.columns[column_index(table, column)].field_id, .min = {}, .max = {}};
    if (range.min != ValueRange{}.min) filter.min = range.min;
    if (range.max != ValueRange{}.max) filter.max = range.max;
    if (filter.min || filter.max) filters.push_back(filter);
  }
  return filters;
}

/// A statement that does nothing.
constexpr const char* kNothing = "SET VARIABLE clicklake_done = 1";

/// The query inside a statement that reads by it; null without one.
const ddl::Query* query_of(const ddl::Statement& statement) {
  if (const auto* create = std::get_if<ddl::CreateTableAs>(&statement)) return &create->query;
  if (const auto* insert = std::get_if<ddl::InsertInto>(&statement)) return &insert->query;
  if (const auto* unload = std::get_if<ddl::Unload>(&statement)) return &unload->query;
  const auto* explain = std::get_if<ddl::Explain>(&statement);
  return explain != nullptr && explain->analyze ? &explain->query : nullptr;
}

/// What the filters of a statement say of each table that it scans.
struct ReadPlan {
  BoxesByTable boxes;
  std::map<std::string, std::vector<ScanPredicate>, std::less<>> predicates;
  ScansByTable lake_scans;  ///< for the bill
  ScansByTable external_scans;
};

}  // namespace

struct LakeSession::Impl {
  Impl(Catalog& catalog_in, LiteralFolder lake_in, LocationMap locations_in)
      : catalog(catalog_in), lake(std::move(lake_in)), locations(std::move(locations_in)) {}

  Catalog& catalog;
  LiteralFolder lake;
  LocationMap locations;
  std::unique_ptr<Metastore> metastore;
  std::unique_ptr<ObjectStore> objects;
  std::unique_ptr<CatalogStatements> statements;
  std::unique_ptr<Session> session;
  std::unique_ptr<ExternalTables> externals;
  std::unique_ptr<QueryStatements> queries;
  std::vector<std::string> notes;
  bool with_bill = false;
  std::int64_t max_scan = 0;
  bool dry = false;  ///< statements end before they are run
  std::optional<ScanBill> bill;
  std::vector<const TableDefinition*> tables;
  std::vector<BoundTable> bound;
  bool all_bound = false;        ///< the views stand on files, outside of any transaction
  bool own_transaction = false;  ///< a statement's, in which its views stand on files
  bool user_transaction = false;

  /// Forgets the views of the last statement, with its transaction.
  Status end_last() {
    bound.clear();
    if (!own_transaction) return {};
    own_transaction = false;
    return session->execute("ROLLBACK");
  }

  /// Null where the lake has no such table.
  const TableDefinition* find_lake_table(std::string_view name) const {
    const auto at = std::find_if(tables.begin(), tables.end(),
                                 [&](const TableDefinition* t) { return t->name == name; });
    return at == tables.end() ? nullptr : *at;
  }

  Status unbind() {
    std::string views;
    for (const TableDefinition* table : tables) views += unbound_view(*table);
    if (!views.empty()) RETURN_IF_ERROR(session->execute(views));
    all_bound = false;
    return {};
  }

  /// The filters of each table that `query` scans; nothing where they can't be told. (With
  /// skip_empty the serializer would drop elements of lists that hold defaults only, such as a
  /// reference to column 0.)
  Result<std::optional<ReadPlan>> plan(std::string_view query) {
    ASSIGN_OR_RETURN(
        QueryResult result,
        session->query(
            "SELECT json_serialize_plan(" + quote_literal(query) +
            ", optimize := true, skip_null := true, skip_empty := false, skip_default := true)"
            "::VARCHAR, current_setting('TimeZone')"));
    ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
    if (chunk == nullptr || !chunk->valid(0, 0)) return std::optional<ReadPlan>();
    const std::string_view text = chunk->string(0, 0);
    const bool utc = chunk->string(1, 0) == "UTC";
    auto boxes = scan_filters(text, kUnboundTableFunction, utc);
    if (!boxes) return std::optional<ReadPlan>();
    ReadPlan out{
        .boxes = std::move(*boxes), .predicates = {}, .lake_scans = {}, .external_scans = {}};
    if (with_bill) {
      // Where the scans are not understood the bill is that of whole files.
      if (auto scans = planned_scans(text, kUnboundTableFunction, utc))
        out.lake_scans = std::move(*scans);
      if (auto scans = planned_scans(text, kUnboundExternalFunction, utc))
        out.external_scans = std::move(*scans);
    }
    if (!externals->mentioned().empty()) {
      auto predicates =
          partition_predicates(text, kUnboundExternalFunction, externals->partition_columns());
      if (!predicates) return std::optional<ReadPlan>();
      out.predicates = std::move(*predicates);
    }
    return std::optional<ReadPlan>(std::move(out));
  }

  Result<BoundTable> choose_files(const TableDefinition& table, const RowBoxes& boxes) {
    BoundTable out{.name = std::string(table.name), .files = {}};
    for (const RowBox& box : boxes) {
      ASSIGN_OR_RETURN(std::vector<DataFile> files,
                       catalog.live_files(out.name, file_filters(table, box), with_bill));
      out.files.insert(out.files.end(), std::make_move_iterator(files.begin()),
                       std::make_move_iterator(files.end()));
    }
    if (boxes.size() > 1) {
      const auto by_place = [](const DataFile& a, const DataFile& b) {
        return std::tie(a.partition, a.path) < std::tie(b.partition, b.path);
      };
      const auto same_path = [](const DataFile& a, const DataFile& b) { return a.path == b.path; };
      std::sort(out.files.begin(), out.files.end(), by_place);
      out.files.erase(std::unique(out.files.begin(), out.files.end(), same_path), out.files.end());
    }
    return out;
  }

  /// Makes the views of the tables in `boxes` stand on their files, all of one moment.
  Status bind(const BoxesByTable& boxes) {
    if (boxes.empty()) return {};
    ASSIGN_OR_RETURN(std::vector<TableInfo> before, catalog.tables());
    for (int attempt = 0; attempt < kSnapshotAttempts; ++attempt) {
      bound.clear();
      std::string views;
      for (const auto& [name, row_boxes] : boxes) {
        const TableDefinition* table = find_lake_table(name);
        if (table == nullptr)
          return Error{ErrorCode::kNotFound, "there is no lake table " + quote_literal(name)};
        ASSIGN_OR_RETURN(BoundTable chosen, choose_files(*table, row_boxes));
        views += bound_view(*table, lake.path(), chosen.files);
        bound.push_back(std::move(chosen));
      }
      ASSIGN_OR_RETURN(std::vector<TableInfo> after, catalog.tables());
      const auto same_snapshot = [](const TableInfo& a, const TableInfo& b) {
        return a.name == b.name && a.snapshot == b.snapshot;
      };
      if (std::equal(before.begin(), before.end(), after.begin(), after.end(), same_snapshot)) {
        for (BoundTable& table : bound) {
          for (const TableInfo& info : after) {
            if (info.name == table.name) table.total_files = info.files;
          }
        }
        return session->execute(views);
      }
      before = std::move(after);
    }
    return Error{ErrorCode::kUnavailable,
                 "the lake is published to faster than its files can be listed: try again"};
  }

  Status bind_all() {
    BoxesByTable boxes;
    for (const TableDefinition* table : tables) boxes.emplace(table->name, RowBoxes{RowBox{}});
    all_bound = true;
    RETURN_IF_ERROR(bind(boxes));
    return externals->bind_all();
  }

  /// The bill of a statement without a plan: the tables that it names, whole.
  Status bill_by_names(std::string_view statement) {
    if (!with_bill) return {};
    ScanBill out;
    const std::vector<std::string> words = identifiers(statement);
    ASSIGN_OR_RETURN(const std::vector<TableInfo> infos, catalog.tables());
    for (const TableInfo& table : infos) {
      if (std::binary_search(words.begin(), words.end(), table.name))
        out.tables.push_back({table.name, false, table.bytes, table.files, table.files});
    }
    for (const BoundExternal& table : externals->bound()) {
      const auto files = static_cast<std::int64_t>(table.files.size());
      out.tables.push_back({table.name, table.text, table.bytes, files, files});
    }
    bill = std::move(out);
    return max_scan > 0 ? check_scan_limit(*bill, max_scan) : Status{};
  }

  /// What the bound files cost by the scans of `plan`.
  Status make_bill(const ReadPlan& plan) {
    if (!with_bill) return {};
    ScanBill out;
    for (const BoundTable& table : bound) {
      const auto scans = plan.lake_scans.find(table.name);
      TableScan scan{.table = table.name,
                     .raw = false,
                     .bytes = 0,
                     .files = static_cast<std::int64_t>(table.files.size()),
                     .total_files = table.total_files};
      for (const DataFile& file : table.files) scan.bytes += file.info.size_bytes;
      if (scans != plan.lake_scans.end()) {
        // A statement does not fail for its bill: what can't be read counts whole.
        if (auto read = lake_table_scan(*find_lake_table(table.name), lake.path(), table.files,
                                        table.total_files, scans->second))
          scan = std::move(*read);
      }
      out.tables.push_back(std::move(scan));
    }
    for (const BoundExternal& table : externals->bound()) {
      std::vector<ListedFile> files;
      files.reserve(table.files.size());
      for (const TextScanFile& file : table.files) files.push_back({file.path, file.size});
      const bool all = table.partitions == table.total_partitions;
      const std::int64_t total = all ? static_cast<std::int64_t>(files.size()) : -1;
      const auto scans = plan.external_scans.find(table.name);
      const bool planned = scans != plan.external_scans.end();
      TableScan scan =
          text_table_scan(table.name, files, total, planned ? scans->second.size() : 1);
      scan.raw = table.text;
      if (!table.text && planned) {
        if (auto read = parquet_table_scan(table.name, files, total, scans->second))
          scan = std::move(*read);
      }
      out.tables.push_back(std::move(scan));
    }
    bill = std::move(out);
    return max_scan > 0 ? check_scan_limit(*bill, max_scan) : Status{};
  }

  /// Runs a statement that reads by way of `inner`, in a transaction, so that the plan and the run
  /// share one now(), and its end puts the views back.
  Result<std::optional<QueryResult>> read(std::string_view statement, std::string_view inner) {
    if (all_bound) RETURN_IF_ERROR(unbind());
    RETURN_IF_ERROR(session->execute("BEGIN"));
    own_transaction = true;
    ASSIGN_OR_RETURN(std::optional<ReadPlan> chosen, plan(inner));
    if (!chosen) {
      RETURN_IF_ERROR(end_last());
      return std::optional<QueryResult>();
    }
    RETURN_IF_ERROR(bind(chosen->boxes));
    RETURN_IF_ERROR(externals->bind(chosen->predicates));
    if (reads_data(statement, inner)) RETURN_IF_ERROR(make_bill(*chosen));
    ASSIGN_OR_RETURN(QueryResult result, session->query(dry ? kNothing : statement));
    return std::optional<QueryResult>(std::move(result));
  }

  /// One of Athena's own statements.
  Result<QueryResult> run_athena(std::string_view statement) {
    ASSIGN_OR_RETURN(const ddl::Statement parsed, ddl::parse(statement));
    if (dry && !std::holds_alternative<ddl::Execute>(parsed)) {
      const ddl::Query* query = query_of(parsed);
      return query != nullptr ? run_inner(query->text) : session->query(kNothing);
    }
    if (CatalogStatements::takes(parsed)) {
      ASSIGN_OR_RETURN(StatementRows rows, statements->run(parsed, statement));
      return give(std::move(rows));
    }
    if (const auto* execute = std::get_if<ddl::Execute>(&parsed)) {
      ASSIGN_OR_RETURN(const std::string expanded, queries->expand(*execute));
      return run(expanded);
    }
    ASSIGN_OR_RETURN(StatementRows rows,
                     queries->run(parsed, statement, statements->current_database()));
    std::vector<BoundTable> read = std::move(bound);
    RETURN_IF_ERROR(end_last());
    bound = std::move(read);
    return give(std::move(rows));
  }

  /// Runs a statement of DuckDB's over the lake's tables, in which one of Athena's is wrapped.
  Result<QueryResult> run_inner(std::string_view statement) {
    RETURN_IF_ERROR(end_last());
    RETURN_IF_ERROR(externals->mention(statement, statements->current_database()));
    return run_duckdb(statement);
  }

  /// Names and types of a query's columns.
  Result<std::vector<ResultColumn>> describe(std::string_view query) {
    RETURN_IF_ERROR(end_last());
    RETURN_IF_ERROR(externals->mention(query, statements->current_database()));
    if (all_bound) RETURN_IF_ERROR(unbind());
    ASSIGN_OR_RETURN(QueryResult result,
                     session->query("SELECT column_name, column_type FROM (DESCRIBE " +
                                    quote_before_dot(query, "default") + "\n)"));
    std::vector<ResultColumn> out;
    for (;;) {
      ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
      if (chunk == nullptr) return out;
      for (std::size_t row = 0; row < chunk->rows(); ++row) {
        out.push_back({.name = std::string(chunk->string(0, row)),
                       .type = std::string(chunk->string(1, row))});
      }
    }
  }

  /// Rows of texts as a result.
  Result<QueryResult> give(StatementRows rows) {
    notes = std::move(rows.notes);
    if (rows.columns.empty()) return session->query(kNothing);
    std::string list;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      names.push_back("c" + std::to_string(i));
      list += (i == 0 ? "" : ", ") + names.back() + " AS " + quote_identifier(rows.columns[i]);
    }
    const std::string name = externals->value_rows().add(std::move(names), std::move(rows.rows));
    return session->query("SELECT " + list + " FROM " + kValueRowsFunction + "(" +
                          quote_literal(name) + ")");
  }

  /// Whether `statement` names a table or view that the user made in this session.
  Result<bool> names_scratch(std::string_view statement) {
    ASSIGN_OR_RETURN(
        QueryResult result,
        session->query("SELECT lower(table_name) FROM duckdb_tables() UNION ALL SELECT "
                       "lower(view_name) FROM duckdb_views() WHERE temporary AND NOT "
                       "internal"));
    const std::vector<std::string> words = identifiers(statement);
    bool found = false;
    for (;;) {
      ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
      if (chunk == nullptr) return found;
      for (std::size_t row = 0; row < chunk->rows(); ++row)
        found |= std::binary_search(words.begin(), words.end(), chunk->string(0, row));
    }
  }

  Result<QueryResult> run(std::string_view statement) {
    RETURN_IF_ERROR(end_last());
    notes.clear();
    bill.reset();
    RETURN_IF_ERROR(prepare_athena_functions(*session, statement));
    if (ddl::is_athena_statement(statement)) {
      ASSIGN_OR_RETURN(const bool scratch, names_scratch(statement));
      if (!scratch) return run_athena(statement);
    }
    RETURN_IF_ERROR(externals->mention(statement, statements->current_database()));
    return run_duckdb(statement);
  }

  Result<QueryResult> run_duckdb(std::string_view written) {
    // Athena's database of that name; a word of DuckDB's grammar.
    const std::string quoted = quote_before_dot(written, "default");
    const std::string_view statement = quoted;
    const StatementShape shape = statement_shape(statement);
    if (user_transaction) {
      RETURN_IF_ERROR(externals->bind_all());
      RETURN_IF_ERROR(bill_by_names(statement));
      auto result = session->query(dry ? kNothing : statement);
      if (shape.statement_class == StatementClass::kEnd && result) user_transaction = false;
      return result;
    }
    switch (shape.statement_class) {
      case StatementClass::kRead: {
        ASSIGN_OR_RETURN(std::optional<QueryResult> result, read(statement, shape.query));
        if (result) return std::move(*result);
        break;
      }
      case StatementClass::kSettings: return session->query(statement);
      case StatementClass::kBegin: {
        RETURN_IF_ERROR(bind_all());
        auto result = session->query(statement);
        user_transaction = result.has_value();
        return result;
      }
      case StatementClass::kEnd:
      case StatementClass::kOther: break;
    }
    RETURN_IF_ERROR(bind_all());
    RETURN_IF_ERROR(bill_by_names(statement));
    return session->query(dry ? kNothing : statement);
  }
};

LakeSession::LakeSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LakeSession::~LakeSession() = default;

Result<std::unique_ptr<LakeSession>> LakeSession::open(Catalog& catalog,
                                                       const std::filesystem::path& lake,
                                                       const LakeSessionOptions& options) {
  ASSIGN_OR_RETURN(LiteralFolder folder, LiteralFolder::open(lake));
  auto impl = std::make_unique<Impl>(catalog, std::move(folder),
                                     options.locations ? *options.locations : LocationMap(lake));
  ASSIGN_OR_RETURN(impl->metastore, Metastore::open(catalog));
  impl->with_bill = options.with_bill || options.max_scan > 0;
  impl->max_scan = options.max_scan;
  impl->objects = local_object_store();
  impl->statements =
      std::make_unique<CatalogStatements>(*impl->metastore, impl->locations, *impl->objects);
  RETURN_IF_ERROR(impl->statements->use(options.database));
  ASSIGN_OR_RETURN(impl->session, Session::open(options.session));
  impl->externals = std::make_unique<ExternalTables>(*impl->metastore, impl->locations,
                                                     *impl->objects, *impl->session);
  RETURN_IF_ERROR(impl->externals->open());
  Impl& self = *impl;
  impl->queries = std::make_unique<QueryStatements>(QueryStatementsContext{
      .metastore = *impl->metastore,
      .locations = impl->locations,
      .lake = lake,
      .run = [&self](std::string_view statement) { return self.run_inner(statement); },
      .describe = [&self](std::string_view query) { return self.describe(query); }});
  ASSIGN_OR_RETURN(std::vector<TableInfo> tables, catalog.tables());
  for (const TableInfo& table : tables) {
    const auto definition = catalog.definition(table.name);
    if (!definition && definition.error().code == ErrorCode::kNotFound) continue;  // a newer one's
    if (!definition) return definition.error();
    impl->tables.push_back(*definition);
  }
  RETURN_IF_ERROR(register_unbound_table(*impl->session, impl->tables));
  RETURN_IF_ERROR(register_athena_functions(*impl->session));
  RETURN_IF_ERROR(impl->unbind());
  return std::unique_ptr<LakeSession>(new LakeSession(std::move(impl)));
}

Result<QueryResult> LakeSession::query(std::string_view statement) {
  auto result = impl_->run(statement);
  if (!result) {
    const auto bound = std::move(impl_->bound);
    const Status ended = impl_->end_last();
    if (!ended) return ended.error();
  }
  return result;
}

Status LakeSession::execute(std::string_view statement) {
  ASSIGN_OR_RETURN(QueryResult result, query(statement));
  while (true) {
    ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
    if (chunk == nullptr) return {};
  }
}

Result<ScanBill> LakeSession::dry_run(std::string_view statement) {
  const bool with_bill = std::exchange(impl_->with_bill, true);
  const std::int64_t max_scan = std::exchange(impl_->max_scan, 0);
  impl_->dry = true;
  auto result = query(statement);
  impl_->dry = false;
  impl_->with_bill = with_bill;
  impl_->max_scan = max_scan;
  if (!result) return result.error();
  ScanBill bill = impl_->bill.value_or(ScanBill{});
  bill.planned = true;
  return bill;
}

const std::optional<ScanBill>& LakeSession::bill() const { return impl_->bill; }

void LakeSession::interrupt() noexcept { impl_->session->interrupt(); }

const std::vector<BoundTable>& LakeSession::bound_tables() const { return impl_->bound; }

const std::vector<BoundExternal>& LakeSession::bound_externals() const {
  return impl_->externals->bound();
}

const std::vector<std::string>& LakeSession::notes() const { return impl_->notes; }

Result<std::vector<TableInfo>> LakeSession::catalog_tables() { return impl_->catalog.tables(); }

}  // namespace clicklake
