#include "upkeep/compaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <numeric>
#include <set>
#include <system_error>
#include <utility>

#include "base/fault_point.h"
#include "base/uuid.h"
#include "catalog/lake_lock.h"
#include "objstore/durable_file.h"
#include "rows/sorted_rewrite.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

/// So much is written before it is published, so that a long compaction is of use before its end.
constexpr std::int64_t kBytesACommit = 1'000'000'000;
constexpr std::size_t kPartitionsACommit = 200;
/// Files of an open partition to merge at once, at least.
constexpr std::size_t kFilesOfOpenPartition = 5;
/// A file so much larger than all smaller ones together is left as it is, in a partition that is
/// still being written and in others: what is merged again and again must grow by it.
constexpr std::int64_t kOpenRatio = 1;
constexpr std::int64_t kClosedRatio = 8;
/// Nothing is gained by leaving out a file as small as this.
constexpr std::int64_t kAlwaysMerged = 4'000'000;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t bytes_of(const std::vector<DataFile>& files) {
  return std::accumulate(
      files.begin(), files.end(), std::int64_t{0},
      [](std::int64_t sum, const DataFile& f) { return sum + f.info.size_bytes; });
}

}  // namespace

std::vector<MergePlan> plan_merges(const TableDefinition& table, const std::vector<DataFile>& live,
                                   const std::string& open_partition,
                                   const MaintainOptions& options) {
  std::map<std::string, std::vector<DataFile>> small;
  for (const DataFile& file : live) {
    if (file.info.size_bytes < options.target_file_bytes * 3 / 4)
      small[file.partition].push_back(file);
  }
  std::vector<MergePlan> plans;
  for (auto& [partition, files] : small) {
    std::sort(files.begin(), files.end(), [](const DataFile& a, const DataFile& b) {
      return std::pair(a.info.size_bytes, a.path) < std::pair(b.info.size_bytes, b.path);
    });
    const bool open = !open_partition.empty() && partition == open_partition;
    const std::int64_t ratio = open ? kOpenRatio : kClosedRatio;
    std::int64_t bytes = bytes_of(files);
    while (!options.full && files.size() > 1) {
      const std::int64_t largest = files.back().info.size_bytes;
      if (largest <= ratio * (bytes - largest) || (!open && largest < kAlwaysMerged)) break;
      bytes -= largest;
      files.pop_back();
    }
    const std::size_t least = open && !options.full ? kFilesOfOpenPartition : 2;
    if (files.size() < least) continue;
    MergePlan& plan = plans.emplace_back();
    plan.table = &table;
    plan.partition = partition;
    plan.bytes = bytes;
    for (const DataFile& file : files) plan.rows += file.info.record_count;
    plan.sources = std::move(files);
  }
  // More files a byte first: the most is gained where the budget ends.
  std::stable_sort(plans.begin(), plans.end(), [](const MergePlan& a, const MergePlan& b) {
    return a.bytes * static_cast<std::int64_t>(b.sources.size()) <
           b.bytes * static_cast<std::int64_t>(a.sources.size());
  });
  return plans;
}

Compaction::Compaction(Catalog& catalog, const MaintainOptions& options, fs::path staging)
    : catalog_(catalog), options_(options), staging_(std::move(staging)) {}

Result<std::vector<MergePlan>> Compaction::plan() {
  std::vector<MergePlan> plans;
  for (const TableDefinition* own : star_tables()) {
    // With the columns that the lake added: what is not read is not written.
    ASSIGN_OR_RETURN(const TableDefinition* table, catalog_.definition(std::string(own->name)));
    ASSIGN_OR_RETURN(const std::vector<DataFile> live,
                     catalog_.live_files(std::string(table->name), {}, false));
    // Days come in order: the last one is still being written.
    const std::string open =
        table->transform == PartitionTransform::kDay && !live.empty() ? live.back().partition : "";
    for (MergePlan& plan : plan_merges(*table, live, open, options_))
      plans.push_back(std::move(plan));
  }
  return plans;
}

Status Compaction::run(std::optional<Clock::time_point> end, MaintainReport* report) {
  ASSIGN_OR_RETURN(const std::vector<MergePlan> plans, plan());
  if (plans.empty()) return {};
  if (options_.dry_run) {
    for (const MergePlan& plan : plans) {
      ++report->partitions_merged;
      report->files_merged += static_cast<std::int64_t>(plan.sources.size());
      report->bytes_merged += plan.bytes;
      report->rows_rewritten += plan.rows;
    }
    return {};
  }
  batch_id_ = make_uuid7(now_us() / 1000);
  std::vector<Merged> merged;
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (end && Clock::now() >= *end) {
      report->partitions_left += static_cast<std::int64_t>(plans.size() - i);
      break;
    }
    ASSIGN_OR_RETURN(Merged one, merge(plans[i]));
    bytes += one.plan.bytes;
    merged.push_back(std::move(one));
    if (bytes < kBytesACommit && merged.size() < kPartitionsACommit) continue;
    RETURN_IF_ERROR(publish(std::exchange(merged, {}), report));
    bytes = 0;
  }
  return merged.empty() ? Status() : publish(std::move(merged), report);
}

Result<Compaction::Merged> Compaction::merge(const MergePlan& plan) {
  if (!session_) {
    ASSIGN_OR_RETURN(LiteralFolder folder, LiteralFolder::open(options_.lake));
    folder_.emplace(std::move(folder));
    ASSIGN_OR_RETURN(session_, Session::open({.threads = options_.threads,
                                              .memory_limit = options_.memory_limit,
                                              .temp_dir = options_.temp_dir}));
  }
  SortedRewrite rewrite;
  rewrite.table = plan.table;
  for (const DataFile& file : plan.sources) rewrite.sources.push_back(folder_->path() / file.path);
  rewrite.folder = staging_ / batch_id_;
  rewrite.name = fmt::format("{}-merge-{:05}", batch_id_, next_++);
  rewrite.batch_id = batch_id_;
  rewrite.target_bytes = options_.target_file_bytes;
  rewrite.parquet = options_.parquet;
  ASSIGN_OR_RETURN(const std::vector<RewrittenFile> files, rewrite_sorted(*session_, rewrite));
  Merged merged;
  merged.plan = plan;
  fs::path folder = fs::path(folder_of(*plan.table)) / "data";
  if (!plan.partition.empty()) folder /= plan.partition;
  std::int64_t rows = 0;
  for (const RewrittenFile& file : files) {
    rows += file.info.record_count;
    merged.added.push_back({(folder / file.name).generic_string(), plan.partition, file.info});
    merged.staged.push_back(rewrite.folder / file.name);
  }
  if (rows != plan.rows) {
    discard(merged);
    return Error{
        ErrorCode::kCorruption,
        fmt::format("merging {} files of {} {} gave {} rows, they have {} by the catalog; "
                    "nothing was changed: run `clicklake verify`",
                    plan.sources.size(), plan.table->name, plan.partition, rows, plan.rows)};
  }
  return merged;
}

void Compaction::discard(const Merged& merged) const {
  std::error_code ignored;  // what stays is removed by the next maintain
  for (const fs::path& path : merged.staged) fs::remove(path, ignored);
}

/// Under the lake's lock: nobody else commits meanwhile, but another engine.
Status Compaction::publish(std::vector<Merged> merged, MaintainReport* report) {
  ASSIGN_OR_RETURN(const LakeLock lock,
                   LakeLock::acquire(options_.lake, "maintain", options_.wait));
  std::vector<Merged> good;
  std::map<std::string, std::set<std::string>> live;
  for (Merged& one : merged) {
    const std::string table(one.plan.table->name);
    if (!live.contains(table)) {
      ASSIGN_OR_RETURN(const std::vector<DataFile> files, catalog_.live_files(table, {}, false));
      for (const DataFile& file : files) live[table].insert(file.path);
    }
    const bool unchanged = std::all_of(
        one.plan.sources.begin(), one.plan.sources.end(),
        [&, &paths = live[table]](const DataFile& f) { return paths.contains(f.path); });
    if (unchanged) {
      good.push_back(std::move(one));
    } else {
      discard(one);
      report->conflicts.push_back(one.plan.partition.empty() ? table
                                                             : table + "/" + one.plan.partition);
    }
  }
  if (good.empty()) return {};
  RETURN_IF_ERROR(catalog_.begin_batch({batch_id_, BatchKind::kMaintain, now_us(), 0, {}}));
  Status done = move_into_place(good);
  if (done) done = commit(good, report);
  if (!done) {
    std::error_code ignored;  // what stays is swept with the open batch
    for (const Merged& one : good) {
      for (const DataFile& file : one.added) fs::remove(options_.lake / file.path, ignored);
      discard(one);
    }
    if (done.error().code != ErrorCode::kConflict) return done;
    for (const Merged& one : good)
      report->conflicts.push_back(fmt::format("{}/{}", one.plan.table->name, one.plan.partition));
    RETURN_IF_ERROR(catalog_.abandon_batch(batch_id_));
  }
  batch_id_ = make_uuid7(now_us() / 1000);
  next_ = 0;
  return {};
}

Status Compaction::move_into_place(const std::vector<Merged>& merged) {
  std::set<fs::path> folders;
  for (const Merged& one : merged) {
    for (std::size_t i = 0; i < one.added.size(); ++i) {
      const fs::path to = options_.lake / one.added[i].path;
      RETURN_IF_ERROR(make_folders(to.parent_path()));
      fault_point("maintain.rename");
      if (std::rename(one.staged[i].c_str(), to.c_str()) != 0)
        return errno_error(errno, "move " + one.staged[i].string() + " to " + to.string());
      folders.insert(to.parent_path());
    }
  }
  const std::vector<fs::path> all(folders.begin(), folders.end());
  return sync_folders(all, options_.lake);
}

Status Compaction::commit(std::vector<Merged> merged, MaintainReport* report) {
  BatchCommit commit;
  commit.batch_id = batch_id_;
  std::map<std::string, TableChange> changes;
  MaintainReport done;
  for (Merged& one : merged) {
    TableChange& change = changes[std::string(one.plan.table->name)];
    change.same_rows = true;
    ++done.partitions_merged;
    done.rows_rewritten += one.plan.rows;
    for (const DataFile& file : one.plan.sources) {
      change.removed.push_back(file.path);
      ++done.files_merged;
      done.bytes_merged += file.info.size_bytes;
    }
    for (DataFile& file : one.added) {
      ++done.files_written;
      done.bytes_written += file.info.size_bytes;
      change.added.push_back(std::move(file));
    }
  }
  commit.counts.bytes_in = done.bytes_merged;
  commit.counts.bytes_out = done.bytes_written;
  for (auto& [table, change] : changes) {
    change.table = table;
    ASSIGN_OR_RETURN(change.base_snapshot, catalog_.current_snapshot(table));
    commit.changes.push_back(std::move(change));
  }
  RETURN_IF_ERROR(catalog_.commit_batch(commit));
  // The lake's lock is held.
  const Status listed =
      refresh_symlink_manifests(catalog_, options_.lake, options_.symlinks, commit.changes);
  report->symlink_problem = listed ? "" : listed.error().message;
  report->partitions_merged += done.partitions_merged;
  report->rows_rewritten += done.rows_rewritten;
  report->files_merged += done.files_merged;
  report->files_written += done.files_written;
  report->bytes_merged += done.bytes_merged;
  report->bytes_written += done.bytes_written;
  return {};
}

}  // namespace clicklake
