#include "upkeep/maintain.h"

#include <algorithm>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "base/fault_point.h"
#include "base/uuid.h"
#include "catalog/catalog.h"
#include "catalog/lake_index.h"
#include "catalog/lake_lock.h"
#include "catalog/lake_upkeep.h"
#include "catalog/snapshot_expiry.h"
#include "objstore/durable_file.h"
#include "upkeep/compaction.h"
#include "upkeep/unneeded_files.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using Clock = Compaction::Clock;

/// In the catalog: when removal was done last, UTC microseconds.
constexpr const char* kRemovedAt = "maintain removed at";

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Maintenance {
 public:
  explicit Maintenance(const MaintainOptions& options)
      : options_(options), staging_(options.lake / ".maintain") {}

  Result<MaintainReport> run() {
    report_.dry_run = options_.dry_run;
    if (!options_.dry_run) RETURN_IF_ERROR(clear_staging());
    ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog,
                     Catalog::open(options_.lake / "catalog.db"));
    const auto end = options_.budget ? std::optional(begin_ + *options_.budget)
                                     : std::optional<Clock::time_point>();
    RETURN_IF_ERROR(Compaction(*catalog, options_, staging_).run(end, &report_));
    if (!options_.dry_run) RETURN_IF_ERROR(clear_staging());
    ASSIGN_OR_RETURN(const bool due, removal_is_due());
    if (due) {
      RETURN_IF_ERROR(expire());
      RETURN_IF_ERROR(retire_old());
      RETURN_IF_ERROR(remove_unneeded());
      if (!options_.dry_run)
        RETURN_IF_ERROR(write_progress(options_.lake / "catalog.db", kRemovedAt, now_us()));
    }
    report_.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    return std::move(report_);
  }

 private:
  /// Folders that are done with, and what a maintain left that was cut off: this one holds the
  /// lock.
  Status clear_staging() {
    std::error_code error;
    for (fs::directory_iterator entry(staging_, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().filename() == ".lock") continue;
      std::error_code failed;
      fs::remove_all(entry->path(), failed);
      if (failed) return errno_error(failed.value(), "remove " + entry->path().string());
    }
    return error ? Status(errno_error(error.value(), "look into " + staging_.string())) : Status();
  }

  /// What is kept is read for it, which is too much for every small run.
  Result<bool> removal_is_due() const {
    if (options_.remove_every.count() == 0) return true;
    ASSIGN_OR_RETURN(const std::int64_t last,
                     read_progress(options_.lake / "catalog.db", kRemovedAt));
    const auto every = std::chrono::duration_cast<std::chrono::microseconds>(options_.remove_every);
    return now_us() - last >= every.count();
  }

  Status expire() {
    const auto keep = std::max<std::chrono::hours>(options_.keep_snapshots, kLeastKept);
    std::optional<LakeLock> lock;
    if (!options_.dry_run) {
      ASSIGN_OR_RETURN(LakeLock held, LakeLock::acquire(options_.lake, "maintain", options_.wait));
      lock.emplace(std::move(held));
    }
    const std::int64_t now = now_us();
    ASSIGN_OR_RETURN(report_.snapshots_expired,
                     expire_snapshots(options_.lake / "catalog.db", make_uuid7(now / 1000), now,
                                      keep, options_.dry_run));
    return {};
  }

  /// Raw copies and quarantine files older than the config keeps them.
  Status retire_old() {
    if (options_.keep_raw_days <= 0 && options_.keep_quarantine_days <= 0) return {};
    std::optional<LakeLock> lock;
    if (!options_.dry_run) {
      ASSIGN_OR_RETURN(LakeLock held, LakeLock::acquire(options_.lake, "maintain", options_.wait));
      lock.emplace(std::move(held));
    }
    const std::int64_t now = now_us();
    const auto before = [&](int days) {
      return days <= 0 ? 0 : now - std::int64_t{days} * 24 * 3600 * 1'000'000;
    };
    ASSIGN_OR_RETURN(const RetiredFiles retired,
                     retire_files(options_.lake / "catalog.db",
                                  {make_uuid7(now / 1000), now, before(options_.keep_raw_days),
                                   before(options_.keep_quarantine_days), options_.dry_run}));
    report_.raw_files_removed += static_cast<std::int64_t>(retired.raw.size());
    report_.quarantine_files_removed += static_cast<std::int64_t>(retired.quarantine.size());
    report_.bytes_removed += retired.bytes;
    if (options_.dry_run) return {};
    RETURN_IF_ERROR(remove(retired.raw));
    return remove(retired.quarantine);
  }

  Status remove_unneeded() {
    const auto keep = std::max<std::chrono::hours>(options_.keep_orphans, kLeastKept);
    UnneededFiles files;
    {
      ASSIGN_OR_RETURN(const std::unique_ptr<LakeIndex> index,
                       LakeIndex::open(options_.lake / "catalog.db"));
      ASSIGN_OR_RETURN(
          files, find_unneeded(options_.lake, *index, std::chrono::system_clock::now(), keep));
    }
    report_.data_files_removed = static_cast<std::int64_t>(files.data.size());
    report_.metadata_files_removed = static_cast<std::int64_t>(files.metadata.size());
    report_.raw_files_removed += static_cast<std::int64_t>(files.raw.size());
    report_.quarantine_files_removed += static_cast<std::int64_t>(files.quarantine.size());
    report_.bytes_removed += files.bytes;
    if (options_.dry_run) return {};
    // The rows first: a file without a row is an orphan, found again after a crash.
    RETURN_IF_ERROR(forget_data_files(options_.lake / "catalog.db", files.data));
    for (const auto* paths : {&files.data, &files.metadata, &files.raw, &files.quarantine})
      RETURN_IF_ERROR(remove(*paths));
    return {};
  }

  Status remove(const std::vector<std::string>& paths) const {
    std::set<fs::path> folders;
    for (const std::string& path : paths) {
      fault_point("maintain.remove");
      std::error_code error;
      fs::remove(options_.lake / path, error);
      if (error) return errno_error(error.value(), "remove " + (options_.lake / path).string());
      folders.insert((options_.lake / path).parent_path());
    }
    for (fs::path folder : folders) {
      // Partitions and hours that hold nothing any more; the layers' own folders stay.
      std::error_code failed;
      while (folder.lexically_relative(options_.lake).string().find('=') != std::string::npos &&
             fs::remove(folder, failed)) {
        folder = folder.parent_path();
      }
    }
    return {};
  }

  const MaintainOptions& options_;
  const fs::path staging_;
  const Clock::time_point begin_ = Clock::now();
  MaintainReport report_;
};

}  // namespace

Result<MaintainReport> maintain(const MaintainOptions& options) {
  if (options.dry_run) return Maintenance(options).run();
  RETURN_IF_ERROR(make_folders(options.lake / ".maintain"));
  ASSIGN_OR_RETURN(const LakeLock lock,
                   LakeLock::acquire(options.lake / ".maintain", "maintain", options.wait));
  return Maintenance(options).run();
}

}  // namespace clicklake
