#pragma once
/// Which files of a table are worth merging, and the merging of them.
///
/// Place: inside upkeep, the first part of maintain. Invariant: what is published holds the rows of
/// what it replaces; where a source is live no more, the partition's work is dropped. Thread
/// safety: thread-compatible.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "model/star_schema.h"
#include "sql/literal_folder.h"
#include "sql/session.h"
#include "upkeep/maintain.h"

namespace clicklake {

/// Files of one partition that become one, or a few.
struct MergePlan {
  const TableDefinition* table = nullptr;
  std::string partition;
  std::vector<DataFile> sources;
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
};

/// What to merge of a table's live files (by partition), small partitions first. A partition that
/// is still being written (`open_partition`, "" for none) is merged when it has several files of
/// about one size, so that a row is written anew a few times at most; the others as soon as it
/// pays.
std::vector<MergePlan> plan_merges(const TableDefinition& table, const std::vector<DataFile>& live,
                                   const std::string& open_partition,
                                   const MaintainOptions& options);

class Compaction {
 public:
  using Clock = std::chrono::steady_clock;

  /// `staging`: a folder of the lake's file system that nobody else knows.
  Compaction(Catalog& catalog, const MaintainOptions& options, std::filesystem::path staging);

  /// Merges until `end` (nothing: all). Errors: those that end it.
  Status run(std::optional<Clock::time_point> end, MaintainReport* report);

 private:
  struct Merged {
    MergePlan plan;
    std::vector<DataFile> added;  ///< with their final paths
    std::vector<std::filesystem::path> staged;
  };

  Result<std::vector<MergePlan>> plan();
  Result<Merged> merge(const MergePlan& plan);
  Status publish(std::vector<Merged> merged, MaintainReport* report);
  Status move_into_place(const std::vector<Merged>& merged);
  Status commit(std::vector<Merged> merged, MaintainReport* report);
  void discard(const Merged& merged) const;

  Catalog& catalog_;
  const MaintainOptions& options_;
  std::filesystem::path staging_;
  std::string batch_id_;
  int next_ = 0;  ///< number of the next partition in this batch
  std::unique_ptr<Session> session_;
  std::optional<LiteralFolder> folder_;
};

}  // namespace clicklake
