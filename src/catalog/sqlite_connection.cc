#include "catalog/sqlite_connection.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace clicklake {
namespace {

constexpr int kBusyTimeoutMs = 30'000;

/// `file` as an SQLite URI that is never written and needs no lock.
std::string immutable_uri(const std::filesystem::path& file) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const std::string path = std::filesystem::absolute(file).string();
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      uri.push_back(c);
    }
  }
  return uri + "?immutable=1";
}

ErrorCode code_of(int sqlite_code, int system_error) {
  switch (sqlite_code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorCode::kBusy;
    case SQLITE_FULL: return ErrorCode::kNoSpace;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCode::kCorruption;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
    case SQLITE_RANGE: return ErrorCode::kInvalidArgument;
    default: break;
  }
  const bool no_room = system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
  return no_room ? ErrorCode::kNoSpace : ErrorCode::kIo;
}

std::string_view way_out(ErrorCode code, bool of_deliveries) {
  switch (code) {
    case ErrorCode::kBusy: return "; another process is writing: run again when it has ended";
    case ErrorCode::kNoSpace: return "; free some space and run again: nothing published is lost";
    case ErrorCode::kCorruption:
      if (of_deliveries) {
        return "; put back a backup of this file, or move it away: what lies in the outbox is then "
               "delivered again, under the same ids";
      }
      return "; put back a backup of this file, or make a new lake by `clicklake init` and run it "
             "over the sources (or this lake's raw folder) again";
    case ErrorCode::kIo:
      return "; check the device (is it full?) and the permissions of the folder";
    default: return "";
  }
}

}  // namespace

Result<bool> Rows::next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->error(code);
}

std::string_view Rows::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view Rows::blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file, Mode mode) {
  sqlite3* handle = nullptr;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
  flags |=
      mode == Mode::kImmutable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
  if (mode == Mode::kCreate) flags |= SQLITE_OPEN_CREATE;
  const std::string name = mode == Mode::kImmutable ? immutable_uri(file) : file.string();
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(file, mode, handle));
  if (handle == nullptr) return Error{ErrorCode::kIo, "no memory to open " + file.string()};
  if (code != SQLITE_OK) return connection->error(code);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (mode == Mode::kWithoutSharedMemory) {
    RETURN_IF_ERROR(connection->execute_script("PRAGMA locking_mode = EXCLUSIVE"));
  }
  // FULL: a commit is on the device when it returns (the log is synced, and its folder when the log
  // is new). No memory map: a failed read is an error then, not a signal.
  RETURN_IF_ERROR(connection->execute_script(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;"
      "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON"));
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<sqlite3_stmt*> Connection::prepare(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) {
    if (sqlite3_stmt_busy(found->second) != 0) return error(SQLITE_MISUSE);
    return found->second;
  }
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return error(code);
  statements_.emplace(sql, statement);
  return statement;
}

Status Connection::execute_script(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

int Connection::bind(sqlite3_stmt* statement, int index, const std::optional<std::int64_t>& value) {
  return value ? sqlite3_bind_int64(statement, index, *value) : sqlite3_bind_null(statement, index);
}

int Connection::bind(sqlite3_stmt* statement, int index, std::string_view value) {
  return sqlite3_bind_text64(statement, index, value.data() != nullptr ? value.data() : "",
                             value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

int Connection::bind(sqlite3_stmt* statement, int index, const Blob& value) {
  return sqlite3_bind_blob64(statement, index,
                             value.bytes.data() != nullptr ? value.bytes.data() : "",
                             value.bytes.size(), SQLITE_STATIC);
}

Error Connection::error(int code) const {
  const int system_error = handle_ != nullptr ? sqlite3_system_errno(handle_) : 0;
  const ErrorCode kind = code_of(code, system_error);
  const bool of_deliveries = file_.stem() == "deliveries";
  std::string message = (of_deliveries ? "deliveries " : "catalog ") + file_.string() +
                        ": cannot " + activity_ + ": ";
  // The connection's text belongs to its last error; a code of another origin has its general one.
  const bool last = handle_ != nullptr && sqlite3_extended_errcode(handle_) == code;
  message += last ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  if (system_error != 0 && (kind == ErrorCode::kIo || kind == ErrorCode::kNoSpace)) {
    message += std::string(" (") + std::strerror(system_error) + ")";
  }
  message += way_out(kind, of_deliveries);
  return Error{kind, std::move(message)};
}

Result<Transaction> Transaction::begin(Connection& connection) {
  RETURN_IF_ERROR(connection.execute("BEGIN IMMEDIATE"));
  return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() { roll_back(); }

Status Transaction::commit() {
  const auto status = connection_->execute("COMMIT");
  if (!status) {
    roll_back();
    return status.error();
  }
  connection_ = nullptr;
  return {};
}

void Transaction::roll_back() {
  if (connection_ == nullptr) return;
  Connection& connection = *std::exchange(connection_, nullptr);
  // Some errors roll back by themselves.
  if (sqlite3_get_autocommit(connection.handle()) == 0) (void)connection.execute("ROLLBACK");
}

}  // namespace clicklake
