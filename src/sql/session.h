#pragma once
/// A DuckDB session: statements in, chunks of rows out.
///
/// Place: `sql` reads published tables through it; transform reads existing dimension buckets and
/// fact keys. Invariant: UTC, an in-memory database, nothing installed or downloaded by itself. One
/// streaming result at a time: the
///   next statement ends the one before.
/// Thread safety: thread-compatible; `interrupt` may be called from anywhere, signal handlers too.
/// Source: ADR-0006; DuckDB's C API, "Query", "Streaming".

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/chunk.h"

namespace clicklake {

struct SessionOptions {
  int threads = 0;                 ///< 0: one a core
  std::uint64_t memory_limit = 0;  ///< bytes; 0: 80 % of the machine's memory
  std::filesystem::path
      temp_dir{};  ///< where operators spill to; made when first needed; empty: they fail instead
};

struct ResultColumn {
  std::string name;
  std::string type;  ///< DuckDB's spelling: "BIGINT", "DECIMAL(18,4)", "MAP(VARCHAR, VARCHAR)"
  Storage storage = Storage::kOther;
};

/// What a statement gives back.
enum class ResultKind {
  kRows,         ///< rows, perhaps none
  kChangedRows,  ///< one row and column: how many rows it inserted, updated, deleted or copied
  kNothing,      ///< done (CREATE, SET, ...)
};

/// The rows of one statement, produced as they are asked for.
class QueryResult {
 public:
  QueryResult(QueryResult&&) noexcept;
  QueryResult& operator=(QueryResult&&) noexcept;
  ~QueryResult();

  ResultKind kind() const;
  const std::vector<ResultColumn>& columns() const;
  /// The next chunk (at least one row), or null after the last. It replaces the one before. Errors:
  /// what the statement meets on its way; kCancelled after an interrupt. Memory: about 1 MB beside
  /// what operators hold.
  Result<const Chunk*> next();

  /// DuckDB's own handles, for this module's writers: a duckdb_logical_type a column, owned by the
  /// result.
  std::span<void* const> column_types() const;
  const std::shared_ptr<const DuckdbApi>& api() const;

 private:
  friend class Session;
  struct Impl;
  explicit QueryResult(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Session {
 public:
  /// Opens the library and an empty database. Cost: about 22 ms the first time in a process.
  /// Errors: those of DuckdbApi::load; kInvalidArgument, an option that DuckDB refuses.
  static Result<std::unique_ptr<Session>> open(const SessionOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Runs `sql`, one statement or several: all but the last to their end, the last as a stream.
  /// Errors: kInvalidArgument with DuckDB's message and position, and those of duckdb_error.h.
  Result<QueryResult> query(std::string_view sql);
  /// Runs `sql` to its end and drops the rows.
  Status execute(std::string_view sql);
  /// Makes the running statement fail with kCancelled. Async-signal-safe.
  void interrupt() noexcept;

  /// DuckDB's own handle (duckdb_connection), for this module.
  void* connection() const;
  const std::shared_ptr<const DuckdbApi>& api() const;

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// `text` as an SQL string literal, quotes doubled.
std::string quote_literal(std::string_view text);
/// `name` as an SQL identifier in double quotes.
std::string quote_identifier(std::string_view name);

}  // namespace clicklake
