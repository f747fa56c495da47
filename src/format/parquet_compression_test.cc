#include "format/parquet_compression.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace clicklake {
namespace {

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string repetitive(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "row " + std::to_string(text.size() % 977) + " of a table; ";
  text.resize(size);
  return text;
}

PagePart part_of(std::string_view bytes) {
  PagePart part;
  part.plain = bytes;
  return part;
}

/// The parts' frame, and that it decompresses to what they hold.
std::string frame_of(std::span<const PagePart> parts) {
  ByteBuffer out;
  append_frame(parts, out);
  EXPECT_EQ(out.size(), frame_size(parts));
  std::string content;
  for (const PagePart& part : parts) content += part.plain;
  EXPECT_EQ(ZSTD_getFrameContentSize(out.data(), out.size()), content.size());
  std::string back(content.size() + 1, '\0');
  const std::size_t size = ZSTD_decompress(back.data(), back.size(), out.data(), out.size());
  EXPECT_FALSE(ZSTD_isError(size)) << ZSTD_getErrorName(size);
  if (ZSTD_isError(size) == 0) back.resize(size);
  EXPECT_TRUE(back == content);
  return std::string(out.view());
}

std::vector<std::int64_t> sorted_times(std::size_t count, std::int64_t step, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::int64_t> times;
  std::int64_t at = 1'730'419'200'000'000;
  for (std::size_t i = 0; i < count; ++i)
    times.push_back(at += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(step)));
  return times;
}

std::string_view bytes_of(const std::vector<std::int64_t>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * 8};
}

class BlockCompressorTest : public ::testing::Test {
 protected:
  BlockCompressor compressor_{1, 0.08};
  Arena arena_;
};

TEST_F(BlockCompressorTest, WhatShrinksIsCompressed) {
  for (const std::size_t size : {300U, 20000U, 40000U, 500000U}) {
    const std::string text = repetitive(size);
    PagePart part = part_of(text);
    compressor_.compress(part, arena_);
    ASSERT_FALSE(part.blocks.empty()) << size;
    EXPECT_LT(frame_of({&part, 1}).size(), size / 2);
  }
}

TEST_F(BlockCompressorTest, WhatDoesNotShrinkIsStored) {
  for (const std::size_t size : {0U, 10U, 300U, 20000U, 131072U, 131073U, 500000U}) {
    const std::string bytes = random_bytes(size, size);
    PagePart part = part_of(bytes);
    compressor_.compress(part, arena_);
    EXPECT_TRUE(part.blocks.empty());
    EXPECT_LE(frame_of({&part, 1}).size(), size + 12 + 3 * (size / 131072 + 1));
  }
}

TEST_F(BlockCompressorTest, PartsOfAnyKindJoinIntoOneFrame) {
  const std::string text = repetitive(300000);
  const std::string noise = random_bytes(200000, 7);
  const std::string few = {2, 0, 0, 0, 100, 1};
  const auto times = sorted_times(3000, 100000, 3);
  PagePart compressed = part_of(text);
  compressor_.compress(compressed, arena_);
  PagePart longs = part_of(bytes_of(times));
  compressor_.compress_longs(longs, times, arena_);
  ASSERT_FALSE(longs.blocks.empty());
  const PagePart stored = part_of(noise);
  const PagePart levels = part_of(few);
  const PagePart nothing;
  frame_of(std::array{levels, compressed});
  frame_of(std::array{levels, longs});
  frame_of(std::array{levels, stored});
  frame_of(std::array{compressed, stored});
  frame_of(std::array{nothing, compressed});
  frame_of(std::array{levels, nothing});
  frame_of(std::array{nothing, nothing});
}

TEST_F(BlockCompressorTest, SortedTimesTakeTheirLowBytesOnly) {
  const auto times = sorted_times(50000, 144000, 1);  // an hour
  PagePart part = part_of(bytes_of(times));
  compressor_.compress_longs(part, times, arena_);
  ASSERT_FALSE(part.blocks.empty());
  EXPECT_LT(frame_of({&part, 1}).size(), times.size() * 3 + 8000);
}

TEST_F(BlockCompressorTest, TimesOfAnyShapeComeBack) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = 1 + random() % (round % 10 == 0 ? 60000 : 700);
    const auto step = static_cast<std::int64_t>(1) << (1 + random() % 45);
    auto times = sorted_times(count, step, static_cast<std::uint64_t>(round));
    if (round % 4 == 1) std::shuffle(times.begin(), times.end(), random);
    if (round % 4 == 2) {
      for (std::int64_t& time : times)
        time = random() % 3 == 0 ? static_cast<std::int64_t>(random()) : time;
    }
    PagePart part = part_of(bytes_of(times));
    arena_.clear();
    compressor_.compress_longs(part, times, arena_);
    frame_of({&part, 1});
    ASSERT_FALSE(HasFailure()) << "round " << round << ", " << count << " times, step " << step;
  }
}

TEST_F(BlockCompressorTest, BreaksAtEveryPlaceComeBack) {
  // One value whose high bytes differ, at each place near the block limits.
  for (const std::size_t at : {0U, 1U, 2U, 8U, 9U, 10U, 17U, 16383U, 16384U, 16391U, 16392U, 16393U,
                               32775U, 39998U, 39999U}) {
    std::vector<std::int64_t> times(40000);
    for (std::size_t i = 0; i < times.size(); ++i)
      times[i] = 1'730'419'200'000'000 + static_cast<std::int64_t>(i * 7 % 60000) +
                 (i >= at ? 1LL << 40 : 0);
    PagePart part = part_of(bytes_of(times));
    arena_.clear();
    compressor_.compress_longs(part, times, arena_);
    ASSERT_FALSE(part.blocks.empty());
    frame_of({&part, 1});
    ASSERT_FALSE(HasFailure()) << at;
  }
}

TEST_F(BlockCompressorTest, CompressedBlocksAreSmallerThanTheirContent) {
  // RFC 8878 allows no others. A frame cut after each block shows how much that block holds.
  const auto times = sorted_times(2000, 40'000'000, 9);
  PagePart part = part_of(bytes_of(times));
  compressor_.compress_longs(part, times, arena_);
  ASSERT_FALSE(part.blocks.empty());
  std::string frame = frame_of({&part, 1});
  std::size_t before = 0;
  std::size_t compressed_blocks = 0;
  for (std::size_t at = 9; at < frame.size();) {
    std::uint32_t header = 0;
    std::memcpy(&header, frame.data() + at, 3);
    const std::size_t stored = header >> 3;
    ZSTD_DCtx* const context = ZSTD_createDCtx();
    std::string back(times.size() * 8, '\0');
    ZSTD_outBuffer out{back.data(), back.size(), 0};
    ZSTD_inBuffer in{frame.data(), at + 3 + stored, 0};
    const std::size_t result = ZSTD_decompressStream(context, &out, &in);
    ASSERT_FALSE(ZSTD_isError(result));
    ZSTD_freeDCtx(context);
    const std::size_t content = out.pos - before;
    if ((header >> 1 & 3) == 2) {
      ++compressed_blocks;
      EXPECT_LT(stored, content);
    }
    before = out.pos;
    at += 3 + stored;
  }
  EXPECT_GT(compressed_blocks, 1U);
}

}  // namespace
}  // namespace clicklake
