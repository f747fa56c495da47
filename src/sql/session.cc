#include "sql/session.h"

#include <string>
#include <utility>

#include "sql/duckdb_api.h"
#include "sql/duckdb_error.h"
#include "sql/value_type.h"

namespace clicklake {

struct QueryResult::Impl {
  std::shared_ptr<const DuckdbApi> api;
  duckdb_prepared_statement statement = nullptr;
  duckdb_result result{};
  bool has_result = false;
  bool finished = false;
  ResultKind kind = ResultKind::kNothing;
  std::vector<ResultColumn> columns;
  std::vector<void*> types;
  std::vector<Storage> storages;
  duckdb_data_chunk handle = nullptr;
  Chunk chunk;

  ~Impl() {
    if (handle != nullptr) api->duckdb_destroy_data_chunk(&handle);
    for (void* type : types) {
      auto* logical = static_cast<duckdb_logical_type>(type);
      api->duckdb_destroy_logical_type(&logical);
    }
    if (has_result) api->duckdb_destroy_result(&result);
    if (statement != nullptr) api->duckdb_destroy_prepare(&statement);
  }

  void describe() {
    switch (api->duckdb_result_return_type(result)) {
      case DUCKDB_RESULT_TYPE_QUERY_RESULT: kind = ResultKind::kRows; break;
      case DUCKDB_RESULT_TYPE_CHANGED_ROWS: kind = ResultKind::kChangedRows; break;
      default: kind = ResultKind::kNothing; break;
    }
    const idx_t count = api->duckdb_column_count(&result);
    for (idx_t i = 0; i < count; ++i) {
      duckdb_logical_type type = api->duckdb_column_logical_type(&result, i);
      types.push_back(type);
      storages.push_back(storage_of(*api, type));
      columns.push_back(
          {api->duckdb_column_name(&result, i), type_name(*api, type), storages.back()});
    }
  }
};

QueryResult::QueryResult(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
QueryResult::QueryResult(QueryResult&&) noexcept = default;
QueryResult& QueryResult::operator=(QueryResult&&) noexcept = default;
QueryResult::~QueryResult() = default;

ResultKind QueryResult::kind() const { return impl_->kind; }
const std::vector<ResultColumn>& QueryResult::columns() const { return impl_->columns; }
std::span<void* const> QueryResult::column_types() const { return impl_->types; }
const std::shared_ptr<const DuckdbApi>& QueryResult::api() const { return impl_->api; }

Result<const Chunk*> QueryResult::next() {
  Impl& impl = *impl_;
  if (impl.handle != nullptr) impl.api->duckdb_destroy_data_chunk(&impl.handle);
  while (!impl.finished) {
    impl.handle = impl.api->duckdb_fetch_chunk(impl.result);
    if (impl.handle == nullptr) {
      impl.finished = true;
      const char* error = impl.api->duckdb_result_error(&impl.result);
      if (error != nullptr && *error != '\0') return duckdb_error(error);
      break;
    }
    impl.chunk.bind(*impl.api, impl.handle, impl.storages);
    if (impl.chunk.rows() > 0) return &impl.chunk;
    impl.api->duckdb_destroy_data_chunk(&impl.handle);
  }
  return nullptr;
}

struct Session::Impl {
  std::shared_ptr<const DuckdbApi> api;
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;

  ~Impl() {
    if (connection != nullptr) api->duckdb_disconnect(&connection);
    if (database != nullptr) api->duckdb_close(&database);
  }
};

namespace {

/// Owns a duckdb_config.
class Config {
 public:
  explicit Config(const DuckdbApi& api) : api_(api) { api_.duckdb_create_config(&config_); }
  ~Config() { api_.duckdb_destroy_config(&config_); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;

  Status set(const char* name, const std::string& value) {
    if (api_.duckdb_set_config(config_, name, value.c_str()) == DuckDBSuccess) return {};
    return Error{ErrorCode::kInvalidArgument,
                 "DuckDB refuses the setting " + std::string(name) + " = " + quote_literal(value)};
  }
  duckdb_config get() const { return config_; }

 private:
  const DuckdbApi& api_;
  duckdb_config config_ = nullptr;
};

Status apply(const SessionOptions& options, Config& config) {
  RETURN_IF_ERROR(config.set("autoinstall_known_extensions", "false"));
  RETURN_IF_ERROR(config.set("autoload_known_extensions", "false"));
  RETURN_IF_ERROR(config.set("allow_community_extensions", "false"));
  RETURN_IF_ERROR(config.set("allow_unsigned_extensions", "false"));
  RETURN_IF_ERROR(config.set("temp_directory", options.temp_dir.string()));
  if (options.threads < 0) {
    return Error{ErrorCode::kInvalidArgument, "threads = " + std::to_string(options.threads) +
                                                  ": give a number from 1, or 0 for one a core"};
  }
  if (options.threads > 0) RETURN_IF_ERROR(config.set("threads", std::to_string(options.threads)));
  if (options.memory_limit > 0) {
    RETURN_IF_ERROR(
        config.set("memory_limit", std::to_string((options.memory_limit + 1023) / 1024) + "KiB"));
  }
  return {};
}

/// Owns what duckdb_extract_statements made.
class Statements {
 public:
  Statements(const DuckdbApi& api, duckdb_connection connection, const std::string& sql)
      : api_(api) {
    count_ = api_.duckdb_extract_statements(connection, sql.c_str(), &statements_);
  }
  ~Statements() { api_.duckdb_destroy_extracted(&statements_); }
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;

  idx_t count() const { return count_; }
  duckdb_extracted_statements get() const { return statements_; }
  const char* error() const { return api_.duckdb_extract_statements_error(statements_); }

 private:
  const DuckdbApi& api_;
  duckdb_extracted_statements statements_ = nullptr;
  idx_t count_ = 0;
};

Status drain(QueryResult& result) {
  while (true) {
    ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
    if (chunk == nullptr) return {};
  }
}

}  // namespace

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(const SessionOptions& options) {
  auto impl = std::make_unique<Impl>();
  ASSIGN_OR_RETURN(impl->api, DuckdbApi::load());
  const DuckdbApi& api = *impl->api;
  Config config(api);
  RETURN_IF_ERROR(apply(options, config));
  char* reason = nullptr;
  if (api.duckdb_open_ext(nullptr, &impl->database, config.get(), &reason) != DuckDBSuccess) {
    Error error = duckdb_error(reason);
    api.duckdb_free(reason);
    return error;
  }
  if (api.duckdb_connect(impl->database, &impl->connection) != DuckDBSuccess) {
    return Error{ErrorCode::kCorruption, "DuckDB opened a database and refuses a connection to it"};
  }
  std::unique_ptr<Session> session(new Session(std::move(impl)));
  // The zone follows $TZ otherwise, and casts between TIMESTAMP and TIMESTAMPTZ with it.
  RETURN_IF_ERROR(session->execute("SET GLOBAL TimeZone = 'UTC'"));
  return session;
}

Result<QueryResult> Session::query(std::string_view sql) {
  const DuckdbApi& api = *impl_->api;
  const std::string text(sql);
  const Statements statements(api, impl_->connection, text);
  if (statements.count() == 0) {
    const char* error = statements.error();
    if (error != nullptr && *error != '\0') return duckdb_error(error);
    return Error{ErrorCode::kInvalidArgument, "there is no statement in " + quote_literal(sql)};
  }
  for (idx_t i = 0;; ++i) {
    auto impl = std::make_unique<QueryResult::Impl>();
    impl->api = impl_->api;
    if (api.duckdb_prepare_extracted_statement(impl_->connection, statements.get(), i,
                                               &impl->statement) != DuckDBSuccess) {
      return duckdb_error(api.duckdb_prepare_error(impl->statement));
    }
    impl->has_result = true;
    if (api.duckdb_execute_prepared_streaming(impl->statement, &impl->result) != DuckDBSuccess) {
      return duckdb_error(api.duckdb_result_error(&impl->result));
    }
    impl->describe();
    QueryResult result(std::move(impl));
    if (i + 1 == statements.count()) return result;
    RETURN_IF_ERROR(drain(result));
  }
}

Status Session::execute(std::string_view sql) {
  ASSIGN_OR_RETURN(QueryResult result, query(sql));
  return drain(result);
}

void* Session::connection() const { return impl_->connection; }
const std::shared_ptr<const DuckdbApi>& Session::api() const { return impl_->api; }

void Session::interrupt() noexcept { impl_->api->duckdb_interrupt(impl_->connection); }

std::string quote_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

std::string quote_identifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace clicklake
