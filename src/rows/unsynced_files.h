#pragma once
/// Files that a batch has written and not synced yet.
///
/// Place: between the writers of a batch and its commit. Invariant: after sync_all() everything
/// that was added before it is durable; nothing may be published before.
///   At most kMostOpen are kept open; beyond that the oldest is synced at once.
/// Thread safety: safe.
/// Source: ext4(5): one journal commit makes all files of a transaction durable, so syncing
/// together costs little more than syncing one.

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include "base/parallel.h"
#include "base/result.h"
#include "format/parquet_writer.h"

namespace clicklake {

class UnsyncedFiles {
 public:
  Status add(std::unique_ptr<ParquetFile> file) {
    std::unique_ptr<ParquetFile> oldest;
    {
      const std::lock_guard lock(mutex_);
      files_.push_back(std::move(file));
      if (files_.size() <= kMostOpen) return {};
      oldest = std::move(files_.front());
      files_.pop_front();
    }
    return oldest->sync();
  }

  /// Syncs the files added so far; others may be added meanwhile, for the next call.
  Status sync_all() {
    std::deque<std::unique_ptr<ParquetFile>> files;
    {
      const std::lock_guard lock(mutex_);
      files.swap(files_);
    }
    return for_each_in_parallel(files.size(), kSyncThreads,
                                [&](std::size_t i) { return files[i]->sync(); });
  }

 private:
  static constexpr std::size_t kMostOpen = 200;
  static constexpr std::size_t kSyncThreads = 8;  ///< they wait for the device
  std::mutex mutex_;
  std::deque<std::unique_ptr<ParquetFile>> files_;
};

}  // namespace clicklake
