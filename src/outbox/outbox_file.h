#pragma once
/// Outbox files: the matches of one batch, written once, read until all are delivered.
///
/// Place: events/outbox/<batch>.jsonl of a lake. A batch writes its file before its commit, and the
///   commit names it: matches become visible with the rows that they are of, or not at all.
/// Invariant: a file under its final name is whole and synced, and never changes.
/// Thread safety: OutboxWriter is safe; OutboxReader is thread-compatible.
/// Source: ADR-0020; docs/formats/outbox.md.

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "objstore/durable_file.h"
#include "outbox/outbox_line.h"

namespace clicklake {

/// `<lake>/events/outbox`.
std::filesystem::path outbox_folder(const std::filesystem::path& lake);

struct OutboxFile {
  std::string name;  ///< within the folder
  std::int64_t matches = 0;
  std::int64_t bytes = 0;
};

class OutboxWriter {
 public:
  /// Writes `<folder>/<batch>.jsonl`; nothing is made before the first match.
  OutboxWriter(const std::filesystem::path& folder, std::string_view batch);

  /// Errors: kIo, kNoSpace.
  Status append(const OutboxMatch& match);
  /// Appends whole lines of append_outbox_line(). Errors: kIo, kNoSpace.
  Status append_lines(std::string_view lines, std::int64_t matches);
  /// Makes the file durable under its name; nothing where there was no match. Fault points
  /// "outbox.fsync", "outbox.rename". Errors: kIo, kNoSpace.
  Result<std::optional<OutboxFile>> finish();

 private:
  Status flush();

  std::filesystem::path path_;
  std::mutex mutex_;
  std::optional<DurableFile> file_;
  std::string buffer_;
  std::int64_t matches_ = 0;
};

/// Tells waiting readers that there is something new; called after the commit. It is a hint: who
/// misses it looks again within a second.
void ring_doorbell(const std::filesystem::path& folder);
/// The file whose attributes ring_doorbell() touches.
std::filesystem::path doorbell_file(const std::filesystem::path& folder);

/// Reads lines at places of one file.
class OutboxReader {
 public:
  /// Errors: kNotFound, kIo.
  static Result<OutboxReader> open(const std::filesystem::path& path);
  OutboxReader(OutboxReader&& other) noexcept;
  OutboxReader& operator=(OutboxReader&& other) noexcept;
  OutboxReader(const OutboxReader&) = delete;
  OutboxReader& operator=(const OutboxReader&) = delete;
  ~OutboxReader();

  std::int64_t size() const { return size_; }
  /// The line at `offset`, without its '\n'; valid until the next call. Errors: kIo; kCorruption, a
  /// line without an end. Cost: a read of 256 KiB where the line is not in the last one read.
  Result<std::string_view> line_at(std::int64_t offset);

 private:
  OutboxReader(int fd, std::int64_t size, std::string path)
      : fd_(fd), size_(size), path_(std::move(path)) {}
  Status fill(std::int64_t offset, std::size_t least);

  int fd_ = -1;
  std::int64_t size_ = 0;
  std::string path_;
  std::string block_;
  std::int64_t block_at_ = 0;
};

}  // namespace clicklake
