#pragma once
/// One connection to an SQLite file, its prepared statements, and its errors as ours.
///
/// Place: under catalog and metastore; the one file where SQLite's errors are converted.
/// Invariant: every error names the file and what was being done (`set_activity`).
/// Thread safety: thread-compatible.
/// Source: sqlite.org, "Result and Error Codes", "Write-Ahead Logging".

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace clicklake {

/// Bytes to bind as a BLOB.
struct Blob {
  std::string_view bytes;
};

/// The rows of one running query. Its statement is reset when it goes; views that columns give live
/// until the next `next`.
class Rows {
 public:
  /// Steps to the next row; false at the end. Errors: as Connection's.
  Result<bool> next();

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  bool is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }

 private:
  friend class Connection;
  struct Reset {
    void operator()(sqlite3_stmt* statement) const {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  };
  Rows(const class Connection& connection, sqlite3_stmt* statement)
      : connection_(&connection), statement_(statement) {}

  const class Connection* connection_;
  std::unique_ptr<sqlite3_stmt, Reset> statement_;
};

class Connection {
 public:
  enum class Mode { kReadWrite, kCreate, kImmutable, kWithoutSharedMemory };

  /// Opens `file`. kImmutable reads a file that nobody writes, from a folder where nothing can be
  /// made. kWithoutSharedMemory needs no room on the device to read, and keeps every other process
  /// out. Errors: kNotFound, kIo, kNoSpace.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const std::filesystem::path& file() const { return file_; }
  Mode mode() const { return mode_; }
  sqlite3* handle() const { return handle_; }
  /// What the next calls do, for their errors: "publish batch 0192...".
  void set_activity(std::string activity) { activity_ = std::move(activity); }

  /// Runs a statement whose rows, if any, are of no interest. `sql` is a literal: its prepared form
  /// is kept under it.
  template <typename... Values>
  Status execute(const char* sql, const Values&... values) {
    ASSIGN_OR_RETURN(Rows rows, query(sql, values...));
    RETURN_IF_ERROR(rows.next());
    return {};
  }
  /// Binds `values` to ?1, ?2, ...; text and bytes are borrowed until the Rows go. The same `sql`
  /// can't run twice at once.
  template <typename... Values>
  Result<Rows> query(const char* sql, const Values&... values) {
    ASSIGN_OR_RETURN(sqlite3_stmt * statement, prepare(sql));
    Rows rows(*this, statement);
    int index = 0;
    int code = SQLITE_OK;
    ((code = code != SQLITE_OK ? code : bind(statement, ++index, values)), ...);
    if (code != SQLITE_OK) return error(code);
    return rows;
  }
  /// The first column of the first row, nothing without a row.
  template <typename... Values>
  Result<std::optional<std::int64_t>> query_integer(const char* sql, const Values&... values) {
    ASSIGN_OR_RETURN(Rows rows, query(sql, values...));
    ASSIGN_OR_RETURN(const bool found, rows.next());
    return found ? std::optional(rows.integer(0)) : std::nullopt;
  }
  /// Runs several statements once, without parameters.
  Status execute_script(const char* sql);

  /// Rows that the last INSERT, UPDATE or DELETE touched.
  std::int64_t changes() const { return sqlite3_changes64(handle_); }
  std::int64_t last_row_id() const { return sqlite3_last_insert_rowid(handle_); }

  /// The Error of SQLite's `code`: full disk -> kNoSpace, held lock -> kBusy, broken or foreign
  /// file
  /// -> kCorruption, broken constraint -> kInvalidArgument, the rest kIo.
  Error error(int code) const;

 private:
  Connection(std::filesystem::path file, Mode mode, sqlite3* handle)
      : file_(std::move(file)), mode_(mode), handle_(handle) {}
  Result<sqlite3_stmt*> prepare(const char* sql);

  static int bind(sqlite3_stmt* statement, int index, std::int64_t value) {
    return sqlite3_bind_int64(statement, index, value);
  }
  static int bind(sqlite3_stmt* statement, int index, int value) {
    return sqlite3_bind_int64(statement, index, value);
  }
  static int bind(sqlite3_stmt* statement, int index, bool value) {
    return sqlite3_bind_int64(statement, index, value ? 1 : 0);
  }
  static int bind(sqlite3_stmt* statement, int index, const std::optional<std::int64_t>& value);
  static int bind(sqlite3_stmt* statement, int index, std::string_view value);
  static int bind(sqlite3_stmt* statement, int index, const Blob& value);

  std::filesystem::path file_;
  Mode mode_;
  sqlite3* handle_;
  std::string activity_ = "open it";
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_;
};

/// A write transaction: begun with the write lock, rolled back unless committed.
class Transaction {
 public:
  /// Errors: kBusy, another process wrote for longer than the busy timeout.
  static Result<Transaction> begin(Connection& connection);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// Durable on return. After an error nothing was changed.
  Status commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  void roll_back();
  Connection* connection_;
};

}  // namespace clicklake
