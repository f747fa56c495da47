#include "upkeep/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <set>
#include <string_view>
#include <system_error>

#include "base/uuid.h"
#include "catalog/lake_index.h"
#include "catalog/lake_lock.h"
#include "catalog/lake_upkeep.h"
#include "model/star_schema.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Backup {
 public:
  Backup(fs::path lake, const fs::path& destination, bool copy)
      : lake_(std::move(lake)), to_(temporary_path(destination)), copy_(copy) {}

  Result<BackupReport> run() {
    std::error_code error;
    fs::remove_all(to_, error);  // what one that was cut off left
    RETURN_IF_ERROR(make_folders(to_));
    RETURN_IF_ERROR(copy_catalog(lake_ / "catalog.db", to_ / "catalog.db"));
    RETURN_IF_ERROR(take_published());
    RETURN_IF_ERROR(take_rest("."));
    for (const char* layer : {"raw/clickstream", "processed", "curated", "quarantine"})
      RETURN_IF_ERROR(make_folders(to_ / layer));
    const std::vector<fs::path> folders(folders_.begin(), folders_.end());
    RETURN_IF_ERROR(sync_folders(folders, to_));
    return report_;
  }

  const fs::path& folder() const { return to_; }

 private:
  /// Whatever the copied catalog names.
  Status take_published() {
    ASSIGN_OR_RETURN(const auto index, LakeIndex::open(to_ / "catalog.db"));
    ASSIGN_OR_RETURN(const std::vector<IndexedTable> tables, index->tables());
    for (const IndexedTable& table : tables) {
      ASSIGN_OR_RETURN(const std::vector<IndexedFile> files, index->live_files(table));
      for (const IndexedFile& file : files) {
        if (!file.file.path.starts_with('/')) RETURN_IF_ERROR(take(file.file.path, copy_));
      }
      // The current metadata file says what other engines added to it; the rest is written anew.
      if (table.definition == nullptr) continue;
      table_folders_.push_back(folder_of(*table.definition));
      if (!table.metadata_location.empty()) {
        const fs::path metadata = fs::path(table_folders_.back()) / "metadata" /
                                  fs::path(table.metadata_location).filename();
        RETURN_IF_ERROR(take(metadata.generic_string(), copy_));
      }
    }
    ASSIGN_OR_RETURN(const std::vector<IndexedRawFile> raw, index->raw_files());
    for (const IndexedRawFile& file : raw) {
      if (file.withdrawn) continue;
      if (file.file.in_place) {
        ++report_.in_place_files;
      } else {
        RETURN_IF_ERROR(take(file.file.path, copy_));
      }
    }
    ASSIGN_OR_RETURN(const std::vector<IndexedBatch> batches, index->batches());
    for (const IndexedBatch& batch : batches) {
      if (!batch.quarantine_file.empty() && batch.quarantine_hash != kRetired)
        RETURN_IF_ERROR(take(batch.quarantine_file, copy_));
    }
    ASSIGN_OR_RETURN(const std::vector<SideFile> sides, index->side_files());
    for (const SideFile& file : sides) {
      // Delivery removes what was delivered; what is there still is taken with the rest.
      if (file.kind != "outbox") RETURN_IF_ERROR(take(file.path, copy_));
    }
    return {};
  }

  /// What the catalog does not publish: settings, rules, marts, tables of the user's own,
  /// deliveries. They may change, so they are copied.
  Status take_rest(const fs::path& inside) {
    std::error_code error;
    for (fs::directory_iterator entry(lake_ / inside, error), end; !error && entry != end;
         entry.increment(error)) {
      const fs::path path = (inside / entry->path().filename()).lexically_normal();
      if (is_left_out(path.generic_string(), entry->path().filename().string())) continue;
      if (entry->is_directory(error) && !entry->is_symlink(error)) {
        RETURN_IF_ERROR(take_rest(path));
      } else if (entry->is_regular_file(error) && !entry->is_symlink(error)) {
        RETURN_IF_ERROR(path.extension() == ".db" ? take_database(path)
                                                  : take(path.generic_string(), true));
      }
    }
    if (error) return errno_error(error.value(), "look into " + (lake_ / inside).string());
    return {};
  }

  bool is_left_out(const std::string& path, const std::string& name) const {
    static constexpr std::array<std::string_view, 6> kNotTaken{
        "catalog.db", "catalog.db-wal", "catalog.db-shm", ".maintain", ".tmp", "quarantine"};
    for (const std::string_view left_out : kNotTaken) {
      if (path == left_out) return true;
    }
    if (name.ends_with(".db-wal") || name.ends_with(".db-shm") || name == ".lock" ||
        is_temporary_name(name) || path == "raw/clickstream")
      return true;
    if (std::find(table_folders_.begin(), table_folders_.end(), path) != table_folders_.end())
      return true;
    return taken_.contains(path);
  }

  /// Deliveries: their state, which may be written meanwhile.
  Status take_database(const fs::path& path) {
    RETURN_IF_ERROR(make_folders((to_ / path).parent_path()));
    folders_.insert((to_ / path).parent_path());
    ++report_.files_copied;
    return copy_database(lake_ / path, to_ / path);
  }

  Status take(const std::string& path, bool copy) {
    if (!taken_.insert(path).second) return {};
    const fs::path from = lake_ / path;
    const fs::path to = to_ / path;
    RETURN_IF_ERROR(make_folders(to.parent_path()));
    folders_.insert(to.parent_path());
    std::error_code error;
    const auto size = fs::file_size(from, error);
    if (!error) report_.bytes += static_cast<std::int64_t>(size);
    if (!copy && ::link(from.c_str(), to.c_str()) == 0) {
      ++report_.files_linked;
      return {};
    }
    if (!copy && errno == ENOENT) return gone(from);
    return copy_file(from, to);
  }

  static Error gone(const fs::path& from) {
    return Error{ErrorCode::kConflict,
                 from.string() +
                     " went while the backup ran, or is missing: run it again, and "
                     "`clicklake verify` where that does not help"};
  }

  Status copy_file(const fs::path& from, const fs::path& to) {
    const int in = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
    if (in < 0) return errno == ENOENT ? gone(from) : errno_error(errno, "open " + from.string());
    Status done;
    {
      auto file = DurableFile::create(to);
      done = file ? Status() : Status(file.error());
      std::string buffer(1U << 20, '\0');
      while (done) {
        const ssize_t got = ::read(in, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) done = errno_error(errno, "read " + from.string());
        if (got <= 0) break;
        done = file->append(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
      }
      if (done) done = file->commit("backup.sync", "backup.rename");
    }
    ::close(in);
    ++report_.files_copied;
    return done;
  }

  const fs::path lake_;
  const fs::path to_;
  const bool copy_;
  std::vector<std::string> table_folders_;  ///< relative to the lake
  std::set<std::string> taken_;
  std::set<fs::path> folders_;
  BackupReport report_;
};

}  // namespace

Result<std::int64_t> relocate(const fs::path& lake, bool all, bool wait) {
  ASSIGN_OR_RETURN(const LakeLock lock, LakeLock::acquire(lake, "relocate", wait));
  const std::int64_t now = now_us();
  return write_metadata_anew(lake / "catalog.db", make_uuid7(now / 1000), now, !all);
}

Result<BackupReport> backup(const fs::path& lake, const fs::path& destination, bool copy) {
  const auto begin = std::chrono::steady_clock::now();
  std::error_code error;
  if (fs::exists(destination, error)) {
    return Error{ErrorCode::kAlreadyExists,
                 destination.string() + " is there already: name a folder that is not"};
  }
  Backup made(lake, destination, copy);
  Result<BackupReport> report = made.run();
  if (!report) {
    fs::remove_all(made.folder(), error);
    return report;
  }
  if (std::rename(made.folder().c_str(), destination.c_str()) != 0)
    return errno_error(errno, "rename " + made.folder().string() + " to " + destination.string());
  const fs::path parent = destination.parent_path();
  RETURN_IF_ERROR(sync_folder(parent.empty() ? fs::path(".") : parent));
  const auto relocated = relocate(destination, true, true);
  if (!relocated) return relocated.error();
  report->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace clicklake
