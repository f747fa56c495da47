#pragma once
/// The bytes of a source as they are stored: a file or a pipe, hashed and counted as they pass.
///
/// Place: under the decompressors and the line reader.
/// Invariant: of a regular file, exactly the bytes that it had when it was opened are read, were it
/// to grow meanwhile.
/// Thread safety: thread-compatible.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"

namespace clicklake {

class StoredBytes {
 public:
  /// `path` "-" is standard input. The file's first bytes are read at once (see first_bytes).
  /// Errors: kNotFound; kIo, also for a folder.
  static Result<std::unique_ptr<StoredBytes>> open(const std::filesystem::path& path, bool hash);
  ~StoredBytes();
  StoredBytes(const StoredBytes&) = delete;
  StoredBytes& operator=(const StoredBytes&) = delete;

  /// Fills `out` with up to `size` bytes; less than `size` only at the end. Errors: kIo.
  Result<std::size_t> read(char* out, std::size_t size);

  /// At most 4 bytes from the start, without taking them from read(): for magic numbers.
  std::string_view first_bytes() const { return {first_, first_size_}; }
  const std::string& name() const { return name_; }
  std::uint64_t bytes_read() const { return bytes_read_; }
  /// XXH3-128 hex of all bytes read so far; "" where hashing is off.
  std::string content_hash() const;
  /// Known when read() has given less than was asked for.
  bool grew() const { return grew_; }
  bool shrank() const { return shrank_; }

 private:
  StoredBytes(int fd, std::string name);
  Result<std::size_t> read_some(char* out, std::size_t size);
  Status note_end();

  int fd_;
  std::string name_;
  std::optional<ContentHash> hash_;
  std::optional<std::uint64_t> size_at_open_;  ///< regular files only
  std::uint64_t fetched_ = 0;                  ///< from the kernel, with first_
  std::uint64_t bytes_read_ = 0;
  char first_[4] = {};
  std::size_t first_size_ = 0;
  std::size_t first_taken_ = 0;
  bool at_end_ = false;
  bool grew_ = false;
  bool shrank_ = false;
};

}  // namespace clicklake
