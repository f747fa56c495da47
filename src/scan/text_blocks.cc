#include "scan/text_blocks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "format/newline_count.h"
#include "format/text_source.h"

namespace clicklake {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class OwnedFile {
 public:
  explicit OwnedFile(int fd) : fd_(fd) {}
  OwnedFile(OwnedFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFile(const OwnedFile&) = delete;
  OwnedFile& operator=(const OwnedFile&) = delete;
  OwnedFile& operator=(OwnedFile&&) = delete;
  ~OwnedFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Up to `size` bytes at `offset`; less only at the file's end.
Result<std::size_t> read_at(int fd, const std::string& path, char* out, std::size_t size,
                            std::uint64_t offset) {
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got =
        ::pread(fd, out + filled, size - filled, static_cast<off_t>(offset + filled));
    if (got < 0) {
      if (errno == EINTR) continue;
      return errno_error(errno, "read " + path + " at byte " + std::to_string(offset + filled));
    }
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

bool starts_compressed(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b") || bytes.starts_with("\x28\xb5\x2f\xfd")) return true;
  return bytes.size() == 4 && (static_cast<unsigned char>(bytes[0]) & 0xF0U) == 0x50 &&
         bytes.substr(1) == "\x2a\x4d\x18";
}

Error line_too_long(const std::string& path, std::uint64_t offset, std::size_t limit) {
  return Error{ErrorCode::kInvalidData, path + " holds a line of more than " +
                                            std::to_string(limit) + " bytes, from byte " +
                                            std::to_string(offset) + " on"};
}

/// What both ways of reading share: a buffer in which a cut last line waits for the rest of it.
class LineBuffer {
 public:
  LineBuffer(std::string path, const TextBlocksOptions& options)
      : path_(std::move(path)), options_(options) {
    options_.block_bytes = std::max(options_.block_bytes, kByteOrderMark.size());
  }

  /// Room for the next bytes of the text, behind what waits.
  char* room(std::size_t size) {
    const std::size_t left = buffer_.size() - given_;
    if (given_ > 0 && left > 0) std::memmove(buffer_.data(), buffer_.data() + given_, left);
    buffer_.set_size(left);
    offset_ += given_;
    given_ = 0;
    buffer_.reserve_more(size + 1);  // and a '\n' behind a last line without one
    return buffer_.data() + left;
  }
  /// Takes what was read there; `ended`: the text ends behind it.
  Status add(std::size_t size, bool ended) {
    buffer_.set_size(buffer_.size() + size);
    if (ended && buffer_.size() > 0 && buffer_.data()[buffer_.size() - 1] != '\n') {
      buffer_.push_back('\n');
      added_newline_ = true;
    }
    if (buffer_.size() > options_.max_line_bytes &&
        std::memchr(buffer_.data(), '\n', buffer_.size()) == nullptr) {
      return line_too_long(path_, offset_, options_.max_line_bytes);
    }
    return {};
  }
  /// Drops lines from the front of what waits, up to and with the first '\n'; false where there is
  /// none.
  bool drop_line() {
    const auto* const stop = static_cast<const char*>(std::memchr(text(), '\n', text_size()));
    if (stop == nullptr) return false;
    given_ = static_cast<std::size_t>(stop - buffer_.data()) + 1;
    return true;
  }
  void drop(std::size_t bytes) { given_ += bytes; }

  /// The whole lines that wait, of those that begin before `end`; false where there is none.
  bool give(std::uint64_t end, TextBlock* block) {
    const char* stop = static_cast<const char*>(::memrchr(text(), '\n', text_size()));
    if (stop == nullptr) return false;
    if (end - 1 < offset() + text_size()) {
      if (end <= offset()) return false;
      // The line that holds the range's last byte is its last one.
      const char* const from = text() + (end - 1 - offset());
      const auto left = static_cast<std::size_t>(text() + text_size() - from);
      stop = static_cast<const char*>(std::memchr(from, '\n', left));
      // It goes on: what comes before it can be given.
      if (stop == nullptr) stop = static_cast<const char*>(::memrchr(text(), '\n', text_size()));
      if (stop == nullptr) return false;
    }
    block->data = text();
    block->offset = offset();
    block->size = static_cast<std::size_t>(stop - text()) + 1;
    given_ += block->size;
    return true;
  }

  const char* text() const { return buffer_.data() + given_; }
  std::size_t text_size() const { return buffer_.size() - given_; }
  /// Of text() in the whole text.
  std::uint64_t offset() const { return offset_ + given_; }
  void set_offset(std::uint64_t offset) { offset_ = offset; }
  bool added_newline() const { return added_newline_; }
  const std::string& path() const { return path_; }
  const TextBlocksOptions& options() const { return options_; }

 private:
  std::string path_;
  TextBlocksOptions options_;
  TextBuffer buffer_;
  std::size_t given_ = 0;
  std::uint64_t offset_ = 0;  ///< of the buffer's first byte
  bool added_newline_ = false;
};

class PlainBlocks final : public TextBlocks {
 public:
  PlainBlocks(OwnedFile file, std::uint64_t size, TextRange range, std::string path,
              const TextBlocksOptions& options)
      : file_(std::move(file)),
        size_(size),
        range_(range),
        buffer_(std::move(path), options),
        header_lines_(range.begin == 0 ? options.skip_header_lines : 0) {}

  /// Finds where the range's first line begins.
  Status start() {
    if (range_.begin >= size_) {
      done_ = true;
      return {};
    }
    if (range_.begin > 0 && buffer_.options().skip_header_lines > 0) {
      RETURN_IF_ERROR(pass_header());
    }
    // From the byte before: a line may begin at the range's first byte.
    at_ = range_.begin > 0 ? range_.begin - 1 : 0;
    buffer_.set_offset(at_);
    skip_line_ = range_.begin > 0;
    return {};
  }

  Result<bool> next(TextBlock* block) override {
    for (;;) {
      if (done_) return false;
      if (!skip_line_ && header_lines_ == 0 && marked_ && buffer_.text_size() > 0) {
        if (buffer_.offset() >= range_.end) {
          done_ = true;
          return false;
        }
        if (buffer_.give(range_.end, block)) return true;
      }
      if (at_ == size_) {
        done_ = true;
        return false;
      }
      RETURN_IF_ERROR(fill());
      if (!marked_) {
        marked_ = true;
        if (buffer_.offset() == 0 &&
            std::string_view(buffer_.text(), buffer_.text_size()).starts_with(kByteOrderMark)) {
          buffer_.drop(kByteOrderMark.size());
        }
      }
      if (skip_line_) {
        skip_line_ = !buffer_.drop_line();
        if (skip_line_) buffer_.drop(buffer_.text_size());
      }
      while (header_lines_ > 0 && buffer_.drop_line()) --header_lines_;
    }
  }

  std::uint64_t bytes_read() const override {
    const std::uint64_t first = std::min(first_, size_);
    const std::uint64_t last = std::max(first, std::min(range_.end, size_));
    return (done_ ? last : std::clamp(buffer_.offset(), first, last)) - first;
  }

 private:
  /// Moves the range's beginning behind the file's header.
  Status pass_header() {
    TextRange whole;
    TextBlocksOptions options = buffer_.options();
    options.skip_header_lines = 0;
    ASSIGN_OR_RETURN(const std::unique_ptr<TextBlocks> lines,
                     TextBlocks::open(buffer_.path(), whole, options));
    int left = buffer_.options().skip_header_lines;
    TextBlock block;
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, lines->next(&block));
      if (!more) {
        range_.begin = size_;  // the header is all there is
        return {};
      }
      for (const char* p = block.data; p < block.data + block.size;) {
        p = static_cast<const char*>(::rawmemchr(p, '\n')) + 1;
        if (--left > 0) continue;
        const std::uint64_t end = block.offset + static_cast<std::uint64_t>(p - block.data);
        range_.begin = std::max(range_.begin, end);
        return {};
      }
    }
  }

  Status fill() {
    const std::size_t wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(buffer_.options().block_bytes, size_ - at_));
    char* const out = buffer_.room(wanted);
    ASSIGN_OR_RETURN(const std::size_t got, read_at(file_.get(), buffer_.path(), out, wanted, at_));
    if (got < wanted) {
      return Error{ErrorCode::kInvalidData,
                   buffer_.path() + " became shorter while it was read, at byte " +
                       std::to_string(at_ + got) + "; run the query again"};
    }
    at_ += got;
    return buffer_.add(got, at_ == size_);
  }

  OwnedFile file_;
  std::uint64_t size_;
  TextRange range_;
  const std::uint64_t first_ = range_.begin;
  LineBuffer buffer_;
  int header_lines_;
  std::uint64_t at_ = 0;  ///< next byte of the file to read
  bool skip_line_ = false;
  bool marked_ = false;  ///< a byte order mark was looked for
  bool done_ = false;
};

class CompressedBlocks final : public TextBlocks {
 public:
  CompressedBlocks(std::unique_ptr<TextSource> source, std::string path,
                   const TextBlocksOptions& options)
      : source_(std::move(source)),
        buffer_(std::move(path), options),
        header_lines_(options.skip_header_lines) {}

  Result<bool> next(TextBlock* block) override {
    for (;;) {
      if (marked_ && header_lines_ == 0 && buffer_.give(TextRange::kToEnd, block)) return true;
      if (ended_) return false;
      const std::size_t wanted = buffer_.options().block_bytes;
      char* const out = buffer_.room(wanted);
      ASSIGN_OR_RETURN(const std::size_t got, source_->read(out, wanted));
      if (got < wanted) {
        ended_ = true;
        if (const std::string torn = source_->torn(); !torn.empty()) {
          return Error{ErrorCode::kInvalidData,
                       buffer_.path() +
                           " is cut off: it ends inside its compressed stream, at byte " +
                           std::to_string(source_->stored().bytes_read()) +
                           "; fetch it again or take it out of the table's folder"};
        }
      }
      RETURN_IF_ERROR(buffer_.add(got, ended_));
      if (!marked_) {
        marked_ = true;
        if (std::string_view(buffer_.text(), buffer_.text_size()).starts_with(kByteOrderMark)) {
          buffer_.drop(kByteOrderMark.size());
        }
      }
      while (header_lines_ > 0 && buffer_.drop_line()) --header_lines_;
    }
  }

  std::uint64_t bytes_read() const override { return source_->stored().bytes_read(); }

 private:
  std::unique_ptr<TextSource> source_;
  LineBuffer buffer_;
  int header_lines_;
  bool marked_ = false;
  bool ended_ = false;
};

/// A compressed file's parts other than the first.
class NoBlocks final : public TextBlocks {
 public:
  Result<bool> next(TextBlock* /*block*/) override { return false; }
  std::uint64_t bytes_read() const override { return 0; }
};

}  // namespace

Result<std::unique_ptr<TextBlocks>> TextBlocks::open(const std::string& path, TextRange range,
                                                     const TextBlocksOptions& options) {
  for (const std::string_view suffix : {".bz2", ".lzo", ".snappy", ".lz4", ".deflate", ".zip"}) {
    if (path.ends_with(suffix)) {
      return Error{ErrorCode::kUnsupported, "cannot read " + path +
                                                ": its compression is not known here; gzip and "
                                                "zstd are, and plain text"};
    }
  }
  OwnedFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) return errno_error(errno, "open " + path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return errno_error(errno, "look at " + path);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kIo, "cannot read " + path + ": it is no regular file"};
  }
  std::array<char, 4> first{};
  ASSIGN_OR_RETURN(const std::size_t got, read_at(file.get(), path, first.data(), first.size(), 0));
  const bool named = compression_of(path) != Compression::kNone && status.st_size > 0;
  if (named || starts_compressed({first.data(), got})) {
    if (range.begin > 0) return std::unique_ptr<TextBlocks>(std::make_unique<NoBlocks>());
    ASSIGN_OR_RETURN(std::unique_ptr<TextSource> source, open_text(path, false));
    return std::unique_ptr<TextBlocks>(
        std::make_unique<CompressedBlocks>(std::move(source), path, options));
  }
  auto blocks = std::make_unique<PlainBlocks>(
      std::move(file), static_cast<std::uint64_t>(status.st_size), range, path, options);
  RETURN_IF_ERROR(blocks->start());
  return std::unique_ptr<TextBlocks>(std::move(blocks));
}

std::vector<TextRange> split_into_ranges(const std::string& path, std::uint64_t size,
                                         std::uint64_t range_bytes) {
  std::vector<TextRange> ranges;
  if (compression_of(path) == Compression::kNone) {
    for (std::uint64_t at = 0; at + range_bytes + range_bytes / 2 < size; at += range_bytes) {
      ranges.push_back({at, at + range_bytes});
    }
  }
  ranges.push_back({ranges.empty() ? 0 : ranges.back().end, TextRange::kToEnd});
  return ranges;
}

Result<std::uint64_t> line_number_at(const std::string& path, std::uint64_t offset) {
  ASSIGN_OR_RETURN(const std::unique_ptr<TextBlocks> lines, TextBlocks::open(path, {}, {}));
  std::uint64_t number = 1;
  TextBlock block;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, lines->next(&block));
    if (!more || block.offset > offset) return number;
    number += count_newlines(block.data, static_cast<std::size_t>(std::min<std::uint64_t>(
                                             block.size, offset - block.offset)));
  }
}

}  // namespace clicklake
