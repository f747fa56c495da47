#pragma once
/// For tests: source files of any form in a folder of their own, and all that a LineReader gives of
/// one.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "format/line_reader.h"

namespace clicklake {

/// A folder that goes with the test.
class SourceFolder {
 public:
  SourceFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "clicklake_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~SourceFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  SourceFolder(const SourceFolder&) = delete;
  SourceFolder& operator=(const SourceFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::filesystem::path& name, std::string_view bytes) const {
    std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file;
  }

 private:
  std::filesystem::path path_;
};

inline std::string gzipped(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// With a checksum, as the zstd command writes it.
inline std::string zstd_compressed(std::string_view text) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
  EXPECT_EQ(ZSTD_isError(size), 0U);
  ZSTD_freeCCtx(context);
  out.resize(size);
  return out;
}

struct ReadLine {
  std::string text;
  std::uint64_t offset = 0;
  std::uint64_t line = 0;
  bool operator==(const ReadLine&) const = default;
  friend void PrintTo(const ReadLine& read, std::ostream* out) {
    *out << '"' << read.text.substr(0, 60) << "\" at " << read.offset << " line " << read.line;
  }
};

struct ReadSource {
  std::vector<ReadLine> lines;
  std::vector<OverlongLine> overlong;
  std::size_t blocks = 0;
  SourceEnd end;
  std::string hash;
  std::uint64_t bytes_read = 0;
  std::string error;  ///< of open or next, "" without one
  ErrorCode code = ErrorCode::kIo;

  std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    texts.reserve(lines.size());
    for (const ReadLine& line : lines) texts.push_back(line.text);
    return texts;
  }
};

/// Reads on from `reader` to its end; checks that every block holds whole lines and readable
/// padding.
inline void read_on(LineReader* reader, ReadSource* source) {
  LineBlock block;
  for (;;) {
    const Result<bool> more = reader->next(&block);
    if (!more) {
      source->error = more.error().message;
      source->code = more.error().code;
      break;
    }
    if (!*more) break;
    ++source->blocks;
    for (const OverlongLine& line : block.overlong) source->overlong.push_back(line);
    if (block.size == 0) {
      EXPECT_FALSE(block.overlong.empty()) << "an empty block";
      continue;
    }
    EXPECT_EQ(block.data[block.size - 1], '\n');
    const std::unique_ptr<char[]> padded(new char[block.size + kLinePadding]);
    std::copy(block.data, block.data + block.size + kLinePadding, padded.get());
    std::uint64_t offset = block.offset;
    std::uint64_t number = block.first_line;
    std::size_t index = 0;
    std::string_view rest(block.data, block.size);
    while (!rest.empty()) {
      const std::size_t size = rest.find('\n');
      ReadLine line{std::string(rest.substr(0, size)), offset, number};
      if (!block.element_offsets.empty()) {
        line.offset = block.element_offsets.at(index);
        line.line = block.element_lines.at(index);
      }
      source->lines.push_back(std::move(line));
      rest.remove_prefix(size + 1);
      offset += size + 1;
      ++number;
      ++index;
    }
    if (!block.element_offsets.empty()) {
      EXPECT_EQ(block.element_offsets.size(), index);
      EXPECT_EQ(block.element_lines.size(), index);
    }
  }
  source->end = reader->end();
  source->hash = reader->content_hash();
  source->bytes_read = reader->bytes_read();
}

inline ReadSource read_source(const std::filesystem::path& path,
                              const LineReaderOptions& options = {}) {
  ReadSource source;
  auto reader = LineReader::open(path, options);
  if (!reader) {
    source.error = reader.error().message;
    source.code = reader.error().code;
    return source;
  }
  read_on(reader->get(), &source);
  return source;
}

}  // namespace clicklake
