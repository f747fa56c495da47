#pragma once
/// Decompressed text, byte by byte as it comes out of a plain, gzip or zstd source.
///
/// Place: between the stored bytes and the line reader, which finds lines in what this gives.
/// Invariant: all text that came whole is given before a tear or damage is told.
/// Thread safety: thread-compatible.
/// Source: RFC 1952 (gzip, members in a row); RFC 8878 (zstd, frames in a row, skippable frames).

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "format/line_reader.h"
#include "format/stored_bytes.h"

namespace clicklake {

class TextSource {
 public:
  virtual ~TextSource() = default;

  /// Fills `out` with up to `size` bytes of text; less than `size` at the end, at a tear, or before
  /// an error, which the next call returns.
  /// Errors: kIo; kInvalidData, the compressed data is damaged.
  virtual Result<std::size_t> read(char* out, std::size_t size) = 0;
  /// Why the text ends too early; "" where it does not.
  virtual std::string torn() const;

  const StoredBytes& stored() const { return *stored_; }

 protected:
  explicit TextSource(std::unique_ptr<StoredBytes> stored) : stored_(std::move(stored)) {}

  /// The kInvalidData of damage `what` found `unread` bytes before the last one taken.
  Error damaged(const std::string& what, std::size_t unread) const;
  std::string cut_inside(const std::string& what) const;

  std::unique_ptr<StoredBytes> stored_;
};

/// By the magic numbers; a name's suffix only tells damaged data from text.
/// Errors: kInvalidData, the name says compressed, but the bytes are neither that nor text.
Result<std::unique_ptr<TextSource>> open_text(const std::filesystem::path& path, bool hash);

Result<std::unique_ptr<TextSource>> make_gzip_text(std::unique_ptr<StoredBytes> stored);
Result<std::unique_ptr<TextSource>> make_zstd_text(std::unique_ptr<StoredBytes> stored);

}  // namespace clicklake
