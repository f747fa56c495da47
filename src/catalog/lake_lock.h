#pragma once
/// One writer a lake at a time, and a name for the one who holds it.
///
/// Place: taken by every command that writes; readers need none. Commits are compare-and-swap all
///   the same.
/// Invariant: the kernel drops the lock (flock) with the process, however it ends; the holder's
///   line in the file ("pid, command, since") is information only.
/// Thread safety: thread-compatible.

#include <filesystem>
#include <string>

#include "base/result.h"

namespace clicklake {

class LakeLock {
 public:
  /// Locks `<lake>/.lock`. `command` is shown to those who wait. With `wait` it waits without
  /// limit. Errors: kBusy without `wait`, saying who holds it (pid, command, since when);
  /// kNotFound, no such lake; kCancelled, a signal handler ran while waiting; kIo.
  static Result<LakeLock> acquire(const std::filesystem::path& lake, const std::string& command,
                                  bool wait);
  LakeLock(LakeLock&& other) noexcept;
  LakeLock& operator=(LakeLock&& other) noexcept;
  LakeLock(const LakeLock&) = delete;
  LakeLock& operator=(const LakeLock&) = delete;
  ~LakeLock();  ///< unlocks

 private:
  explicit LakeLock(int fd) : fd_(fd) {}
  void release();

  int fd_ = -1;
};

}  // namespace clicklake
