// Any bytes as a source: blocks of whole lines come out, the same whatever the block's size, and of
// plain text exactly the lines that the plainest reader finds.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "format/line_reader.h"

namespace clicklake {
namespace {

constexpr std::size_t kMaxLines = 10'000;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Line {
  std::string text;
  std::uint64_t offset;
  std::uint64_t number;
  bool operator==(const Line&) const = default;
};

struct Reading {
  std::vector<Line> lines;
  std::vector<Line> overlong;  ///< text: the head
  std::vector<std::uint64_t> lengths;
  bool failed = false;
  bool torn = false;
  bool stopped = false;  ///< few bytes can decompress to millions of lines
  bool operator==(const Reading&) const = default;
};

void take(const LineBlock& block, const LineReaderOptions& options, Reading* reading) {
  for (const OverlongLine& line : block.overlong) {
    require(line.length > options.max_line_bytes);
    require(line.head.size() == std::min<std::uint64_t>(line.length, options.kept_of_overlong));
    reading->overlong.push_back({line.head, line.offset, line.line});
    reading->lengths.push_back(line.length);
  }
  require(block.size > 0 || !block.overlong.empty());
  if (block.size == 0) return;
  require(block.data[block.size - 1] == '\n');
  volatile char last_padding = block.data[block.size + kLinePadding - 1];
  (void)last_padding;
  const bool is_array = !block.element_offsets.empty();
  std::size_t index = 0;
  std::size_t at = 0;
  while (at < block.size) {
    const char* begin = block.data + at;
    const char* stop = static_cast<const char*>(std::memchr(begin, '\n', block.size - at));
    Line line{std::string(begin, stop), block.offset + at, block.first_line + index};
    if (is_array) {
      line.offset = block.element_offsets.at(index);
      line.number = block.element_lines.at(index);
    }
    require(line.text.size() <= options.max_line_bytes + 1);
    reading->lines.push_back(std::move(line));
    at += static_cast<std::size_t>(stop - begin) + 1;
    ++index;
  }
  require(!is_array ||
          (block.element_offsets.size() == index && block.element_lines.size() == index));
}

Reading read(const std::string& path, const LineReaderOptions& options) {
  Reading reading;
  auto reader = LineReader::open(path, options);
  if (!reader) {
    reading.failed = true;
    return reading;
  }
  LineBlock block;
  for (;;) {
    const Result<bool> more = (*reader)->next(&block);
    reading.failed = !more;
    if (!more || !*more) break;
    take(block, options, &reading);
    reading.stopped = reading.lines.size() + reading.overlong.size() > kMaxLines;
    if (reading.stopped) break;
  }
  reading.torn = (*reader)->end().torn;
  return reading;
}

Reading plainly(std::string_view text, const LineReaderOptions& options) {
  Reading reading;
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t stop = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, stop - at);
    const std::size_t length = line.size() - (line.ends_with('\r') ? 1 : 0);
    ++number;
    if (length > options.max_line_bytes) {
      reading.overlong.push_back(
          {std::string(line.substr(0, std::min(length, options.kept_of_overlong))), at, number});
      reading.lengths.push_back(length);
    } else {
      reading.lines.push_back({std::string(line), at, number});
    }
    at = stop + 1;
  }
  return reading;
}

bool is_beginning(const std::vector<Line>& of, const std::vector<Line>& all) {
  return of.size() <= all.size() && std::equal(of.begin(), of.end(), all.begin());
}

/// Whether `bytes` are surely neither compressed, nor an array, nor begin with a mark.
bool is_plain(std::string_view bytes) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return true;
  const char c = bytes[first];
  return c == '{' || c == '"' || (c >= 'a' && c <= 'z') || (first > 0 && c != '[');
}

}  // namespace
}  // namespace clicklake

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  if (size < 3) return 0;
  LineReaderOptions options;
  options.block_bytes = 1 + data[0];
  options.max_line_bytes = data[1] < 200 ? 1 + data[1] : 100'000;
  options.kept_of_overlong = data[2];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
  static const int file = ::memfd_create("source", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  require(::ftruncate(file, 0) == 0);
  require(::pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  const Reading small = read(path, options);
  if (is_plain(bytes)) require(small == plainly(bytes, options));
  options.block_bytes = 1U << 16;
  const Reading large = read(path, options);
  if (small.failed || large.failed || small.stopped || large.stopped) {
    // How much a decompressor gives before it sees damage depends on the room that it is given.
    require(small.failed == large.failed || small.stopped || large.stopped);
    require(is_beginning(small.lines, large.lines) || is_beginning(large.lines, small.lines));
  } else {
    require(small == large);
  }
  return 0;
}
