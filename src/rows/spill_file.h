#pragma once
/// A temporary file without a name: what memory has no room for while a batch lasts.
///
/// Place: under StrayLog and IdentitySet. Invariant: bytes are given back as they were appended;
/// the file is made when the first ones come and goes with the process. Thread safety:
/// thread-compatible.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace clicklake {

class SpillFile {
 public:
  /// The file will lie in `temp_dir`, which is made where it is missing.
  explicit SpillFile(std::filesystem::path temp_dir) : temp_dir_(std::move(temp_dir)) {}
  ~SpillFile();
  SpillFile(SpillFile&& other) noexcept;
  SpillFile& operator=(SpillFile&&) = delete;

  /// Writes `bytes` behind what is there. Errors: kIo, kNoSpace naming the temporary folder.
  Status append(std::string_view bytes);
  /// Reads `size` bytes from `offset` on, all of them appended before.
  Status read(std::uint64_t offset, char* out, std::size_t size) const;
  /// Bytes appended since it was empty.
  std::uint64_t size() const { return size_; }
  /// Empties it. Errors: kIo.
  Status clear();

 private:
  std::filesystem::path temp_dir_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace clicklake
