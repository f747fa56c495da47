#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "format/source_fixture.h"

namespace clicklake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string numbered(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "{\"n\":" + std::to_string(static_cast<unsigned>(i) * 2654435761U) + "}\n";
  }
  return text;
}

class ZstdTextTest : public testing::Test {
 protected:
  ReadSource read(std::string_view stored, const LineReaderOptions& options = {}) {
    return read_source(folder_.write("source.json.zst", stored), options);
  }
  SourceFolder folder_;
};

TEST_F(ZstdTextTest, FramesInARowAreOneTextAndSkippableOnesAreSkipped) {
  const std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  const std::string stored = skippable + zstd_compressed("{\"a\":1}\n{\"b\"") + skippable +
                             zstd_compressed("") + zstd_compressed(":2}\n");
  for (std::size_t block = 1; block < 20; ++block) {
    LineReaderOptions options;
    options.block_bytes = block;
    EXPECT_EQ(read(stored, options).lines,
              (std::vector<ReadLine>{{"{\"a\":1}", 0, 1}, {"{\"b\":2}", 8, 2}}));
  }
}

TEST_F(ZstdTextTest, EmptyFrameAndEmptyFileHaveNoLines) {
  EXPECT_THAT(read(zstd_compressed("")).texts(), IsEmpty());
  EXPECT_FALSE(read(zstd_compressed("")).end.torn);
  EXPECT_THAT(read("").texts(), IsEmpty());
}

TEST_F(ZstdTextTest, CutAnywhereItIsTornAndGivesWholeLinesOnly) {
  const std::string text = numbered(300);
  const std::string stored = zstd_compressed(text);
  for (std::size_t size = 1; size < stored.size(); ++size) {
    const ReadSource source = read(stored.substr(0, size));
    SCOPED_TRACE(size);
    ASSERT_EQ(source.error, "");
    ASSERT_TRUE(source.end.torn);
    ASSERT_THAT(source.end.detail, HasSubstr("source.json.zst ends inside a zstd stream"));
    std::string got;
    for (const std::string& line : source.texts()) got += line + "\n";
    ASSERT_TRUE(text.starts_with(got));
  }
  EXPECT_FALSE(read(stored).end.torn);
}

TEST_F(ZstdTextTest, CutLateItGivesTheBlocksBefore) {
  const std::string text = numbered(100'000);
  const std::string stored = zstd_compressed(text);
  const ReadSource source = read(stored.substr(0, stored.size() - 100));
  EXPECT_TRUE(source.end.torn);
  EXPECT_GT(source.lines.size(), 80'000U);
}

TEST_F(ZstdTextTest, CutInASecondFrameIsTornToo) {
  const std::string whole = zstd_compressed("{\"a\":1}\n");
  for (std::size_t more = 1; more < whole.size(); ++more) {
    ASSERT_TRUE(read(whole + whole.substr(0, more)).end.torn) << more;
  }
}

TEST_F(ZstdTextTest, BadChecksumIsDamage) {
  std::string stored = zstd_compressed(numbered(1000));
  stored.back() = static_cast<char>(stored.back() ^ 1);
  const ReadSource source = read(stored);
  EXPECT_EQ(source.code, ErrorCode::kInvalidData);
  EXPECT_THAT(source.error, HasSubstr("source.json.zst is damaged near byte"));
}

TEST_F(ZstdTextTest, OtherBytesBehindAFrameAreDamage) {
  const ReadSource source = read(zstd_compressed("{}\n") + "not zstd");
  EXPECT_THAT(source.texts(), ElementsAre("{}"));
  EXPECT_EQ(source.code, ErrorCode::kInvalidData);
}

}  // namespace
}  // namespace clicklake
