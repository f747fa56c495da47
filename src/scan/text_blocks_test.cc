#include "scan/text_blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace clicklake {
namespace {

using ::testing::HasSubstr;

class TextBlocksTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("text_blocks_test." + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& bytes) {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }

  struct Read {
    std::string text;
    std::uint64_t bytes = 0;
    std::string error;
  };
  static Read read(const std::string& path, TextRange range = {}, TextBlocksOptions options = {}) {
    Read out;
    auto blocks = TextBlocks::open(path, range, options);
    if (!blocks.has_value()) return {"", 0, blocks.error().message};
    TextBlock block;
    for (;;) {
      const auto more = (*blocks)->next(&block);
      if (!more.has_value()) {
        out.error = more.error().message;
        return out;
      }
      if (!*more) break;
      EXPECT_EQ(block.data[block.size - 1], '\n');
      out.text.append(block.data, block.size);
    }
    out.bytes = (*blocks)->bytes_read();
    return out;
  }

  std::filesystem::path folder_;
};

std::string gzip(const std::string& text) {
  std::string out(text.size() + 200, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

TEST_F(TextBlocksTest, RangesGiveEachLineOnceWhereverTheyCut) {
  const std::string text = "first\n\nsecond line\n3\n\n\nthe last line is without its end";
  const std::string path = file("a.json", text);
  for (const std::size_t block_bytes : {3U, 4U, 7U, 1000U}) {
    TextBlocksOptions options;
    options.block_bytes = block_bytes;
    EXPECT_EQ(read(path, {}, options).text, text + "\n");
    for (std::uint64_t a = 1; a < text.size(); ++a) {
      for (std::uint64_t b = a + 1; b < text.size(); b += 3) {
        std::string all;
        std::uint64_t bytes = 0;
        for (const TextRange range : {TextRange{0, a}, TextRange{a, b}, TextRange{b}}) {
          const Read part = read(path, range, options);
          EXPECT_EQ(part.error, "");
          all += part.text;
          bytes += part.bytes;
        }
        ASSERT_EQ(all, text + "\n") << a << " " << b << " " << block_bytes;
        ASSERT_EQ(bytes, text.size());
      }
    }
  }
}

TEST_F(TextBlocksTest, HeaderAndMarkAreLeftOutWhicheverRangeTheyReach) {
  const std::string path = file("a.csv", "\xEF\xBB\xBFhead one\nhead two\nrow 1\nrow 2\n");
  TextBlocksOptions options;
  options.skip_header_lines = 2;
  options.block_bytes = 5;
  EXPECT_EQ(read(path, {}, options).text, "row 1\nrow 2\n");
  for (std::uint64_t cut = 1; cut < 30; ++cut) {
    EXPECT_EQ(read(path, {0, cut}, options).text + read(path, {cut}, options).text,
              "row 1\nrow 2\n")
        << cut;
  }
  options.skip_header_lines = 9;
  EXPECT_EQ(read(path, {}, options).text, "");
  options.skip_header_lines = 0;
  EXPECT_EQ(read(path, {}, options).text, "head one\nhead two\nrow 1\nrow 2\n");
}

TEST_F(TextBlocksTest, CompressedFilesAreKnownByTheirBytesAndReadWhole) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i) + "\n";
  for (const auto& [name, bytes] : {std::pair<std::string, std::string>{"a.gz", gzip(text)},
                                    {"b.zst", zstd(text)},
                                    {"c.json", gzip(text)}}) {
    const std::string path = file(name, bytes);
    const Read whole = read(path, {0, 100});
    EXPECT_EQ(whole.text, text) << name;
    EXPECT_EQ(whole.bytes, bytes.size());
    EXPECT_EQ(read(path, {100}).text, "") << name;
  }
}

TEST_F(TextBlocksTest, FileThatCannotBeReadIsNamed) {
  std::string text(100'000, 'x');
  const std::string torn = gzip(text).substr(0, 60);
  EXPECT_THAT(read(file("torn.gz", torn)).error, HasSubstr("torn.gz is cut off"));
  EXPECT_THAT(read(file("wrong.gz", "\x01\x02\x03\x04 no gzip")).error, HasSubstr("wrong.gz"));
  EXPECT_THAT(read(file("a.bz2", "BZh")).error, HasSubstr("a.bz2: its compression is not known"));
  EXPECT_THAT(read((folder_ / "missing.json").string()).error, HasSubstr("missing.json"));
  EXPECT_THAT(read(folder_.string()).error, HasSubstr("no regular file"));
  TextBlocksOptions options;
  options.max_line_bytes = 1000;
  options.block_bytes = 400;
  EXPECT_THAT(read(file("long.json", text), {}, options).error, HasSubstr("more than 1000 bytes"));
}

TEST_F(TextBlocksTest, LargePlainFilesAreSplit) {
  EXPECT_EQ(split_into_ranges("a.json", 100, 10).size(), 10U);
  EXPECT_EQ(split_into_ranges("a.json", 14, 10).size(), 1U);
  EXPECT_EQ(split_into_ranges("a.json.gz", 100, 10).size(), 1U);
  EXPECT_EQ(split_into_ranges("a.json", 0, 10).size(), 1U);
}

TEST_F(TextBlocksTest, LineOfAByteIsCounted) {
  const std::string path = file("a.json", "one\ntwo\nthree");
  EXPECT_EQ(*line_number_at(path, 0), 1U);
  EXPECT_EQ(*line_number_at(path, 3), 1U);
  EXPECT_EQ(*line_number_at(path, 4), 2U);
  EXPECT_EQ(*line_number_at(path, 9), 3U);
}

}  // namespace
}  // namespace clicklake
