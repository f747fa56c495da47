#pragma once
/// Files that exist whole or not at all.
///
/// Place: every file of a lake is written through it; power loss and kill -9 leave the old state or
///   the new one.
/// Invariant: a temporary name is `.<name>.tmp` in the same folder; readers and sweepers know it by
///   that form.
/// Thread safety: a DurableFile is thread-compatible; the free functions are safe.
/// Source: ext4(5) and fsync(2): a rename is durable when the folder was synced after it.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"

namespace clicklake {

/// `.<name>.tmp` beside `path`.
std::filesystem::path temporary_path(const std::filesystem::path& path);
bool is_temporary_name(std::string_view file_name);

/// Makes `dir` and its missing parents. A new folder is durable once its parent was synced, which
/// sync_folders does. Errors: kIo, kNoSpace; a file of that name is kIo.
Status make_folders(const std::filesystem::path& dir);

/// Makes the entries of `dir` (new files, renames, removals, folders) durable. Fault point
/// "folder.sync". Cost: one fsync.
Status sync_folder(const std::filesystem::path& dir);
/// The same for `dir` and each parent up to and with `root`. A `dir` outside `root` is synced
/// alone.
Status sync_folders_up_to(const std::filesystem::path& dir, const std::filesystem::path& root);
/// The same for many folders: each folder and shared parent is synced once, several at a time and
/// in no order.
Status sync_folders(std::span<const std::filesystem::path> dirs, const std::filesystem::path& root);

class DurableFile {
 public:
  /// Opens the temporary name of `path` for writing (made new; parents are made). Errors: kIo,
  /// kNoSpace.
  static Result<DurableFile> create(const std::filesystem::path& path);
  DurableFile(DurableFile&& other) noexcept;
  DurableFile& operator=(DurableFile&& other) noexcept;
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;
  ~DurableFile();  ///< removes the temporary file when not committed

  /// Appends all of `bytes`; partial writes are continued. Errors: kIo, kNoSpace naming the path.
  /// After an error the file can't be committed any more.
  Status append(std::string_view bytes);
  /// Starts write-back of what was appended since the last call (no waiting).
  void start_writeback();
  /// Bytes appended.
  std::uint64_t size() const { return size_; }
  /// 32 hex digits of what was appended (XXH3-128): what a catalog keeps, to know damage by.
  std::string content_hash() const { return hash_.hex(); }
  /// The final name.
  const std::filesystem::path& path() const { return path_; }
  /// fsync, rename to the final name (replacing a file there). The folder is the caller's to sync.
  /// Passes the fault points `sync_step` and `rename_step`, each before its step. Errors: kIo,
  /// kNoSpace; the temporary file is removed then, for a failed fsync leaves unknown contents.
  Status commit(const char* sync_step, const char* rename_step);
  /// The same in two halves, for files whose folder nobody reads before a catalog names them: many
  /// are renamed first and synced together, which costs one journal commit and not one each.
  /// Whoever publishes them calls sync() before; until then a power loss may leave the final name
  /// with any contents, which the sweep of its open batch removes.
  Status rename(const char* rename_step);
  Status sync(const char* sync_step);

 private:
  DurableFile(int fd, std::filesystem::path path);
  void discard();
  Status check_writable();

  int fd_ = -1;
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  ContentHash hash_;
  std::uint64_t written_back_ = 0;
  bool failed_ = false;
};

}  // namespace clicklake
