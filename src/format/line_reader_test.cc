#include "format/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/hash.h"
#include "format/source_fixture.h"

namespace clicklake {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LineReaderTest : public testing::Test {
 protected:
  ReadSource read(std::string_view text, const LineReaderOptions& options = {}) {
    return read_source(folder_.write("source.json", text), options);
  }
  SourceFolder folder_;
};

/// The lines of `text` found in the plainest way.
ReadSource plainly(std::string_view text, const LineReaderOptions& options) {
  ReadSource source;
  std::uint64_t offset = 0;
  std::uint64_t number = 1;
  while (offset < text.size()) {
    std::size_t stop = text.find('\n', offset);
    if (stop == std::string_view::npos) stop = text.size();
    const std::string_view line = text.substr(offset, stop - offset);
    const std::size_t length = line.size() - (line.ends_with('\r') ? 1 : 0);
    if (length > options.max_line_bytes) {
      const std::size_t kept = std::min(length, options.kept_of_overlong);
      source.overlong.push_back({offset, number, length, std::string(line.substr(0, kept))});
    } else {
      source.lines.push_back({std::string(line), offset, number});
    }
    offset = stop + 1;
    ++number;
  }
  return source;
}

void expect_same(const ReadSource& got, const ReadSource& wanted) {
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.lines, wanted.lines);
  ASSERT_EQ(got.overlong.size(), wanted.overlong.size());
  for (std::size_t i = 0; i < wanted.overlong.size(); ++i) {
    EXPECT_EQ(got.overlong[i].offset, wanted.overlong[i].offset);
    EXPECT_EQ(got.overlong[i].line, wanted.overlong[i].line);
    EXPECT_EQ(got.overlong[i].length, wanted.overlong[i].length);
    EXPECT_EQ(got.overlong[i].head, wanted.overlong[i].head);
  }
}

TEST_F(LineReaderTest, GivesLinesWithOffsetsAndNumbers) {
  const ReadSource source = read("{\"a\":1}\n\n{\"b\":2}\r\nlast");
  EXPECT_EQ(source.lines,
            (std::vector<ReadLine>{
                {"{\"a\":1}", 0, 1}, {"", 8, 2}, {"{\"b\":2}\r", 9, 3}, {"last", 18, 4}}));
  EXPECT_FALSE(source.end.torn);
  EXPECT_FALSE(source.end.grew);
}

TEST_F(LineReaderTest, EmptyFileHasNoLines) {
  const ReadSource source = read("");
  EXPECT_EQ(source.error, "");
  EXPECT_EQ(source.blocks, 0U);
  EXPECT_EQ(source.bytes_read, 0U);
}

TEST_F(LineReaderTest, OnlyABlankLineIsOneLine) {
  EXPECT_THAT(read("\n").texts(), ElementsAre(""));
}

TEST_F(LineReaderTest, NulsAreBytesLikeOthers) {
  EXPECT_THAT(read("a\0b\n\0\n"s).texts(), ElementsAre("a\0b"s, "\0"s));
}

TEST_F(LineReaderTest, ByteOrderMarkIsSkippedAndCountedInOffsets) {
  EXPECT_EQ(read("\xEF\xBB\xBF{}\n{}\n").lines,
            (std::vector<ReadLine>{{"{}", 3, 1}, {"{}", 6, 2}}));
  EXPECT_THAT(read("\xEF\xBB\xBF").texts(), IsEmpty());
  EXPECT_THAT(read("\xEF\xBB").texts(), ElementsAre("\xEF\xBB"));
  EXPECT_THAT(read("{}\n\xEF\xBB\xBF{}\n").texts(), ElementsAre("{}", "\xEF\xBB\xBF{}"));
}

TEST_F(LineReaderTest, EveryBlockSizeGivesTheSameLines) {
  const std::string text =
      "\xEF\xBB\xBF{\"a\":\"one\"}\r\n\r\n\n{\"b\":\"a longer line, longer than its fellows\"}\n\0x\n\nend"s;
  const ReadSource whole = read(text);
  EXPECT_EQ(whole.lines.size(), 7U);
  for (std::size_t block = 1; block <= text.size() + 2; ++block) {
    LineReaderOptions options;
    options.block_bytes = block;
    SCOPED_TRACE(block);
    expect_same(read(text, options), whole);
  }
}

TEST_F(LineReaderTest, RandomTextsAreCutAsByThePlainestReader) {
  std::mt19937 random(7);
  const std::string_view bytes = "\n\n\n\r\r{}ab";
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 60, ' ');
    for (char& c : text) c = bytes[random() % bytes.size()];
    LineReaderOptions options;
    options.block_bytes = 1 + random() % 20;
    options.max_line_bytes = 1 + random() % 12;
    options.kept_of_overlong = random() % 8;
    SCOPED_TRACE(testing::Message() << "round " << round << " block " << options.block_bytes
                                    << " limit " << options.max_line_bytes);
    expect_same(read(text, options), plainly(text, options));
    if (HasFailure()) break;
  }
}

TEST_F(LineReaderTest, OverlongLineIsSkippedWithItsBeginningKept) {
  LineReaderOptions options;
  options.max_line_bytes = 1000;
  options.kept_of_overlong = 64;
  const std::string text = "first\n" + std::string(5'000'000, 'x') + "\r\nsecond\n" +
                           std::string(1000, 'y') + "\r\n" + std::string(1001, 'z');
  const ReadSource source = read(text, options);
  EXPECT_THAT(source.texts(), ElementsAre("first", "second", std::string(1000, 'y') + "\r"));
  ASSERT_EQ(source.overlong.size(), 2U);
  EXPECT_EQ(source.overlong[0].offset, 6U);
  EXPECT_EQ(source.overlong[0].line, 2U);
  EXPECT_EQ(source.overlong[0].length, 5'000'000U);
  EXPECT_EQ(source.overlong[0].head, std::string(64, 'x'));
  EXPECT_EQ(source.overlong[1].line, 5U);
  EXPECT_EQ(source.overlong[1].length, 1001U);
}

TEST_F(LineReaderTest, ManyOverlongLinesComeInSmallLots) {
  LineReaderOptions options;
  options.max_line_bytes = 3;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "12345\n";
  auto reader = LineReader::open(folder_.write("source.json", text), options);
  ASSERT_TRUE(reader);
  LineBlock block;
  std::size_t seen = 0;
  while (*(*reader)->next(&block)) {
    EXPECT_LE(block.overlong.size(), 16U);
    seen += block.overlong.size();
  }
  EXPECT_EQ(seen, 1000U);
}

TEST_F(LineReaderTest, HashIsOfTheStoredBytes) {
  const std::string text = "{\"a\":1}\n{\"b\":2}";
  ContentHash plain;
  plain.update(text.data(), text.size());
  EXPECT_EQ(read(text).hash, plain.hex());
  const std::string stored = gzipped(text);
  ContentHash compressed;
  compressed.update(stored.data(), stored.size());
  const ReadSource source = read_source(folder_.write("source.json.gz", stored));
  EXPECT_EQ(source.hash, compressed.hex());
  EXPECT_EQ(source.bytes_read, stored.size());
  LineReaderOptions options;
  options.hash = false;
  EXPECT_EQ(read(text, options).hash, "");
}

TEST_F(LineReaderTest, CompressionIsSeenInTheBytesWhateverTheName) {
  EXPECT_THAT(read_source(folder_.write("a.json", gzipped("{}\n"))).texts(), ElementsAre("{}"));
  EXPECT_THAT(read_source(folder_.write("b.gz", zstd_compressed("{}\n"))).texts(),
              ElementsAre("{}"));
  EXPECT_THAT(read_source(folder_.write("c.json.zst", "{}\n")).texts(), ElementsAre("{}"));
}

TEST_F(LineReaderTest, CompressedNameOverBinaryBytesIsDamage) {
  const ReadSource source = read_source(folder_.write("d.json.gz", "\x01\x02\x03\x04garbage"));
  EXPECT_EQ(source.code, ErrorCode::kInvalidData);
  EXPECT_THAT(source.error, HasSubstr("d.json.gz"));
  EXPECT_THAT(source.error, HasSubstr("byte 0"));
}

TEST_F(LineReaderTest, MissingFileAndFolderAreNamed) {
  const ReadSource missing = read_source(folder_.path() / "nowhere.json");
  EXPECT_EQ(missing.code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error, HasSubstr("nowhere.json"));
  const ReadSource of_folder = read_source(folder_.path());
  EXPECT_EQ(of_folder.code, ErrorCode::kIo);
  EXPECT_THAT(of_folder.error, HasSubstr("it is a folder"));
}

TEST_F(LineReaderTest, FileThatGrowsGivesWhatWasThereButItsUnfinishedLine) {
  const auto path = folder_.write("grows.json", "{\"a\":1}\n{\"b\":");
  auto reader = LineReader::open(path, {});
  ASSERT_TRUE(reader);
  std::ofstream(path, std::ios::app) << "2}\n{\"c\":3}\n";
  ReadSource source;
  read_on(reader->get(), &source);
  EXPECT_THAT(source.texts(), ElementsAre("{\"a\":1}"));
  EXPECT_TRUE(source.end.grew);
  EXPECT_THAT(source.end.detail, HasSubstr("grows.json grew"));
  EXPECT_EQ(source.bytes_read, 13U);
}

TEST_F(LineReaderTest, FileThatShrinksIsTorn) {
  const auto path = folder_.write("shrinks.json", "{\"a\":1}\n" + std::string(100'000, 'x'));
  LineReaderOptions options;
  options.block_bytes = 16;
  auto reader = LineReader::open(path, options);
  ASSERT_TRUE(reader);
  std::filesystem::resize_file(path, 12);
  ReadSource source;
  read_on(reader->get(), &source);
  EXPECT_THAT(source.texts(), ElementsAre("{\"a\":1}"));
  EXPECT_TRUE(source.end.torn);
  EXPECT_THAT(source.end.detail, HasSubstr("became shorter"));
}

TEST_F(LineReaderTest, ArrayGivesItsElements) {
  const std::string text = " \n[ {\"a\": 1,\r\n  \"b\": [1, 2]},\n{\"c\":\",]}\\\"\"}\n]\n";
  const std::vector<ReadLine> wanted{{"{\"a\": 1,    \"b\": [1, 2]}", 4, 2},
                                     {"{\"c\":\",]}\\\"\"}", 30, 4}};
  for (std::size_t block = 1; block <= text.size() + 2; ++block) {
    LineReaderOptions options;
    options.block_bytes = block;
    SCOPED_TRACE(block);
    ASSERT_EQ(read(text, options).lines, wanted);
  }
}

TEST_F(LineReaderTest, LinesMayFollowAnArray) {
  EXPECT_EQ(read("[{\"a\":1}] \n\n{\"b\":2}\n").lines,
            (std::vector<ReadLine>{{"{\"a\":1}", 1, 1}, {"", 11, 2}, {"{\"b\":2}", 12, 3}}));
  EXPECT_EQ(read("[{\"a\":1}] {\"b\":2}").lines,
            (std::vector<ReadLine>{{"{\"a\":1}", 1, 1}, {"{\"b\":2}", 10, 1}}));
}

TEST_F(LineReaderTest, EmptyArrayHasNoLines) {
  EXPECT_THAT(read("[]").texts(), IsEmpty());
  EXPECT_THAT(read("\xEF\xBB\xBF [ \n ]\n").texts(), IsEmpty());
  EXPECT_THAT(read("[] \n \n").texts(), ElementsAre(" "));
}

TEST_F(LineReaderTest, OtherBracketLinesAreLines) {
  EXPECT_THAT(read("[1,2]\n{}\n").texts(), ElementsAre("[1,2]", "{}"));
  EXPECT_THAT(read("[]\n{}\n").texts(), ElementsAre("[]", "{}"));
  EXPECT_THAT(read("[").texts(), ElementsAre("["));
  EXPECT_THAT(read("{}\n[{\"a\":1}]\n").texts(), ElementsAre("{}", "[{\"a\":1}]"));
}

TEST_F(LineReaderTest, ElementCutByTheEndIsGivenAsItIs) {
  const ReadSource source = read("[{\"a\":1},\n{\"b\":\n");
  EXPECT_THAT(source.texts(), ElementsAre("{\"a\":1}", "{\"b\":"));
  EXPECT_FALSE(source.end.torn);
}

TEST_F(LineReaderTest, ElementCutByATornStreamIsLeftForTheCompleteCopy) {
  std::string text = "[";
  for (int i = 0; i < 20000; ++i) text += "{\"n\":" + std::to_string(i * 7919 % 10007) + "},\n";
  text += "{}]";
  std::string stored = gzipped(text);
  stored.resize(stored.size() / 2);
  const ReadSource source = read_source(folder_.write("torn.json.gz", stored));
  EXPECT_TRUE(source.end.torn);
  ASSERT_GT(source.lines.size(), 5000U);
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    ASSERT_EQ(source.lines[i].text, "{\"n\":" + std::to_string(i * 7919 % 10007) + "}");
  }
}

TEST_F(LineReaderTest, OverlongElementIsSkipped) {
  LineReaderOptions options;
  options.max_line_bytes = 20;
  options.kept_of_overlong = 6;
  options.block_bytes = 8;
  const std::string text =
      "[{\"a\":1},\n{\"b\":\"" + std::string(1000, 'x') + "\"}\n, {\"c\":3}   \n]";
  const ReadSource source = read(text, options);
  EXPECT_THAT(source.texts(), ElementsAre("{\"a\":1}", "{\"c\":3}"));
  ASSERT_EQ(source.overlong.size(), 1U);
  EXPECT_EQ(source.overlong[0].offset, 10U);
  EXPECT_EQ(source.overlong[0].line, 2U);
  EXPECT_EQ(source.overlong[0].length, 1008U);
  EXPECT_EQ(source.overlong[0].head, "{\"b\":\"");
}

TEST_F(LineReaderTest, LongFileIsReadInBlocksOfTheAimedSize) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "{\"n\":" + std::to_string(i) + "}\n";
  const ReadSource source = read(text);
  ASSERT_EQ(source.lines.size(), 100'000U);
  EXPECT_EQ(source.lines.back().line, 100'000U);
  EXPECT_EQ(source.lines.back().text, "{\"n\":99999}");
  EXPECT_EQ(source.blocks, (text.size() + (256U << 10) - 1) / (256U << 10));
}

TEST(CompressionOfTest, ReadsTheLastSuffix) {
  EXPECT_EQ(compression_of("a/b.json.gz"), Compression::kGzip);
  EXPECT_EQ(compression_of("b.zst"), Compression::kZstd);
  EXPECT_EQ(compression_of("b.gz.json"), Compression::kNone);
}

}  // namespace
}  // namespace clicklake
