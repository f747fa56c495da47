#include "catalog/catalog.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/fault_point.h"
#include "catalog/catalog_file.h"
#include "catalog/catalog_schema.h"
#include "catalog/foreign_commits.h"
#include "catalog/sqlite_catalog.h"
#include "catalog/sqlite_connection.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

Error already_there(const fs::path& file) {
  return Error{ErrorCode::kAlreadyExists, "the catalog " + file.string() + " exists already"};
}

/// Writes a whole catalog to `file`, a name that nobody else knows: no journal is needed.
Status write_new(const fs::path& file) {
  ASSIGN_OR_RETURN(auto connection, Connection::open(file, Connection::Mode::kCreate));
  connection->set_activity("create it");
  RETURN_IF_ERROR(
      connection->execute_script("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF"));
  RETURN_IF_ERROR(create_version_0(*connection));
  RETURN_IF_ERROR(migrate(*connection, catalog_migrations()));
  // Last, for it is kept in the file: who opens it from now on logs ahead.
  return connection->execute_script("PRAGMA journal_mode = WAL");
}

Status sync_file(const fs::path& file) {
  fault_point("catalog.sync");
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return errno_error(errno, "open " + file.string() + " to sync it");
  const int failed = ::fsync(fd) != 0 ? errno : 0;
  ::close(fd);
  if (failed != 0) return errno_error(failed, "sync " + file.string());
  return {};
}

/// Gives `from` the name `to`; never over a file that is there.
Status rename_new(const fs::path& from, const fs::path& to) {
  fault_point("catalog.rename");
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EEXIST) return already_there(to);
  // Not every file system knows the flag.
  if (errno == EINVAL && ::rename(from.c_str(), to.c_str()) == 0) return {};
  return errno_error(errno, "rename " + from.string() + " to " + to.string());
}

/// A folder that takes no new files (a read-only mount, another's lake) can't hold the write-ahead
/// log: there a log-less catalog is read as it lies.
Result<Connection::Mode> mode_for(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (::access(folder.c_str(), W_OK) == 0 && ::access(file.c_str(), W_OK) == 0) {
    return Connection::Mode::kReadWrite;
  }
  struct stat log {};
  if (::stat((file.string() + "-wal").c_str(), &log) == 0 && log.st_size > 0) {
    return Error{ErrorCode::kIo,
                 "catalog " + file.string() +
                     ": its write-ahead log holds commits, and the folder can't be written; open "
                     "the lake once where it can (`clicklake status` is enough)"};
  }
  return Connection::Mode::kImmutable;
}

Result<std::unique_ptr<Connection>> open_current(const fs::path& file, Connection::Mode mode) {
  ASSIGN_OR_RETURN(auto connection, Connection::open(file, mode));
  RETURN_IF_ERROR(migrate(*connection, catalog_migrations()));
  return connection;
}

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::create(const fs::path& file) {
  std::error_code error;
  if (fs::exists(file, error)) return already_there(file);
  // In a folder of its own, for SQLite puts files beside it, whose names no sweeper would know.
  const fs::path staging = temporary_path(file);
  fs::remove_all(staging, error);  // what a crash left
  RETURN_IF_ERROR(make_folders(staging));
  const fs::path staged = staging / file.filename();
  Status made = write_new(staged);
  if (made) made = sync_file(staged);
  if (made) made = rename_new(staged, file);
  fs::remove_all(staging, error);
  if (!made) return std::move(made).error();
  RETURN_IF_ERROR(sync_folder(file.parent_path()));
  return open(file);
}

Result<std::unique_ptr<Connection>> open_catalog_file(const fs::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) return errno_error(errno, "open " + file.string());
    return Error{ErrorCode::kNotFound, "no catalog at " + file.string() +
                                           ": make a lake by `clicklake init`, or name another by "
                                           "--lake"};
  }
  if (!S_ISREG(found.st_mode) || found.st_size == 0) {
    return Error{ErrorCode::kCorruption,
                 "catalog " + file.string() +
                     (S_ISREG(found.st_mode) ? " is empty" : " is not a file") +
                     ": put back a backup of it, or make a new lake by `clicklake init` and run it "
                     "over the sources (or this lake's raw folder) again"};
  }
  ASSIGN_OR_RETURN(const Connection::Mode mode, mode_for(file));
  auto connection = open_current(file, mode);
  if (!connection && connection.error().code == ErrorCode::kNoSpace) {
    // On a full device the log's shared memory can't be made; nobody else has it open, or it would
    // be there. What was published can be read all the same.
    auto alone = open_current(file, Connection::Mode::kWithoutSharedMemory);
    if (alone) connection = std::move(alone);
  }
  return connection;
}

Result<std::unique_ptr<Catalog>> Catalog::open(const fs::path& file) {
  ASSIGN_OR_RETURN(auto connection, open_catalog_file(file));
  if (connection->mode() == Connection::Mode::kReadWrite) {
    RETURN_IF_ERROR(adopt_foreign_commits(*connection));
  }
  return std::unique_ptr<Catalog>(std::make_unique<SqliteCatalog>(std::move(connection)));
}

}  // namespace clicklake
