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

class GzipTextTest : public testing::Test {
 protected:
  ReadSource read(std::string_view stored, const LineReaderOptions& options = {}) {
    return read_source(folder_.write("source.json.gz", stored), options);
  }
  SourceFolder folder_;
};

TEST_F(GzipTextTest, MembersInARowAreOneText) {
  const std::string stored = gzipped("{\"a\":1}\n{\"b\"") + gzipped("") + gzipped(":2}\n");
  for (std::size_t block = 1; block < 20; ++block) {
    LineReaderOptions options;
    options.block_bytes = block;
    EXPECT_EQ(read(stored, options).lines,
              (std::vector<ReadLine>{{"{\"a\":1}", 0, 1}, {"{\"b\":2}", 8, 2}}));
  }
}

TEST_F(GzipTextTest, ByteOrderMarkInsideIsSkipped) {
  EXPECT_THAT(read(gzipped("\xEF\xBB\xBF{}\n")).texts(), ElementsAre("{}"));
}

TEST_F(GzipTextTest, EmptyMemberAndEmptyFileHaveNoLines) {
  EXPECT_THAT(read(gzipped("")).texts(), IsEmpty());
  EXPECT_FALSE(read(gzipped("")).end.torn);
  EXPECT_THAT(read("").texts(), IsEmpty());
}

TEST_F(GzipTextTest, ZerosBehindAreIgnored) {
  const ReadSource source = read(gzipped("{}\n") + std::string(300'000, '\0'));
  EXPECT_THAT(source.texts(), ElementsAre("{}"));
  EXPECT_EQ(source.error, "");
  EXPECT_FALSE(source.end.torn);
}

TEST_F(GzipTextTest, CutAnywhereItIsTornAndGivesWholeLinesOnly) {
  const std::string text = numbered(300);
  const std::string stored = gzipped(text);
  for (std::size_t size = 1; size < stored.size(); ++size) {
    const ReadSource source = read(stored.substr(0, size));
    SCOPED_TRACE(size);
    ASSERT_EQ(source.error, "");
    ASSERT_TRUE(source.end.torn);
    ASSERT_THAT(source.end.detail, HasSubstr("source.json.gz ends inside a gzip stream, at byte " +
                                             std::to_string(size)));
    std::string got;
    for (const std::string& line : source.texts()) got += line + "\n";
    ASSERT_TRUE(text.starts_with(got));
  }
  EXPECT_FALSE(read(stored).end.torn);
}

TEST_F(GzipTextTest, CutInASecondMemberIsTornToo) {
  const std::string whole = gzipped("{\"a\":1}\n");
  for (std::size_t more = 1; more < whole.size(); ++more) {
    const ReadSource source = read(whole + whole.substr(0, more));
    ASSERT_TRUE(source.end.torn) << more;
    ASSERT_GE(source.lines.size(), 1U);
  }
}

TEST_F(GzipTextTest, BadChecksumIsDamageAfterTheLinesWereGiven) {
  std::string stored = gzipped(numbered(1000));
  stored[stored.size() - 8] = static_cast<char>(stored[stored.size() - 8] ^ 1);
  const ReadSource source = read(stored);
  EXPECT_EQ(source.code, ErrorCode::kInvalidData);
  EXPECT_THAT(source.error, HasSubstr("source.json.gz is damaged near byte"));
  EXPECT_THAT(source.error, HasSubstr("incorrect data check"));
  EXPECT_EQ(source.lines.size(), 1000U);
}

TEST_F(GzipTextTest, DamageInTheMiddleGivesWhatCameBefore) {
  const std::string text = numbered(50'000);
  std::string stored = gzipped(text);
  for (std::size_t i = 0; i < 64; ++i) stored[stored.size() / 2 + i] = '\xFF';
  const ReadSource source = read(stored);
  EXPECT_EQ(source.code, ErrorCode::kInvalidData);
  EXPECT_NE(source.error, "");
  EXPECT_GT(source.lines.size(), 10'000U);
  EXPECT_LT(source.lines.size(), 50'000U);
}

TEST_F(GzipTextTest, DamagedArrayGivesTheElementsBefore) {
  std::string stored = gzipped("[{\"a\":1},\n{\"b\":2},");
  stored[stored.size() - 8] = static_cast<char>(stored[stored.size() - 8] ^ 1);
  const ReadSource source = read(stored);
  EXPECT_THAT(source.texts(), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_EQ(source.code, ErrorCode::kInvalidData);
}

TEST_F(GzipTextTest, OtherBytesBehindAMemberAreDamage) {
  const ReadSource source = read(gzipped("{}\n") + "not gzip");
  EXPECT_THAT(source.texts(), ElementsAre("{}"));
  EXPECT_EQ(source.code, ErrorCode::kInvalidData);
}

TEST_F(GzipTextTest, OutputOfManyTimesTheInputComesWhole) {
  const std::string line(999, 'x');
  std::string text;
  for (int i = 0; i < 5000; ++i) text += line + "\n";
  const ReadSource source = read(gzipped(text));
  EXPECT_EQ(source.lines.size(), 5000U);
  EXPECT_EQ(source.lines.back().text, line);
  EXPECT_FALSE(source.end.torn);
}

}  // namespace
}  // namespace clicklake
