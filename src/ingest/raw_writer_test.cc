#include "ingest/raw_writer.h"

#include <fcntl.h>

#include <thread>

#include "ingest/ingest_fixture.h"
#include "model/time.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class RawWriterTest : public IngestFixture {
 protected:
  static Status append(RawWriter& writer, std::int64_t hour, std::string_view text,
                       std::int64_t records, std::int64_t arrived) {
    return writer.append(hour, std::span(&text, 1), records, arrived);
  }
};

TEST_F(RawWriterTest, PiecesLieOneBehindTheOther) {
  RawWriter writer(lake_, "batch", {});
  const std::vector<std::string_view> pieces{"{1}\n{2", "}", "\n", "", "{3}\n"};
  ASSERT_TRUE(writer.append(480749, pieces, 3, 10));
  ASSERT_TRUE(append(writer, 480749, "{4}\n", 1, 10));
  ASSERT_TRUE(append(writer, 480749, "{5}\n", 1, 20));
  const auto files = writer.finish();
  ASSERT_TRUE(files);
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_THAT(lines_of(lake_ / (*files)[0].path), ElementsAre("{1}", "{2}", "{3}", "{4}", "{5}"));
  EXPECT_THAT((*files)[0].arrivals, ElementsAre(Pair(10, 4), Pair(20, 1)));
  EXPECT_EQ(writer.bytes_written(), 20U);
  writer.keep();
}

TEST_F(RawWriterTest, ManyPiecesAreWrittenInManyCalls) {
  RawWriterOptions options;
  options.hour_buffer_bytes = 16;
  RawWriter writer(lake_, "batch", options);
  std::vector<std::string> texts;
  texts.reserve(1000);
  for (int i = 0; i < 1000; ++i) texts.push_back(std::to_string(i) + "\n");
  const std::vector<std::string_view> pieces(texts.begin(), texts.end());
  ASSERT_TRUE(append(writer, 1, "first\n", 1, 1));
  ASSERT_TRUE(writer.append(1, pieces, 1000, 1));
  const auto files = writer.finish();
  ASSERT_TRUE(files);
  const auto lines = lines_of(lake_ / (*files)[0].path);
  ASSERT_THAT(lines, SizeIs(1001));
  EXPECT_EQ(lines[0], "first");
  EXPECT_EQ(lines[1000], "999");
}

TEST_F(RawWriterTest, BuffersAndDescriptorsStayWithinTheirBounds) {
  RawWriterOptions options;
  options.buffer_bytes = 1 << 20;
  options.max_open_files = 16;
  RawWriter writer(lake_, "batch", options);
  const std::string line(1023, 'x');
  std::size_t descriptors = 0;
  for (int round = 0; round < 4; ++round) {
    for (int hour = 0; hour < 2000; ++hour) {
      ASSERT_TRUE(append(writer, hour, line + "\n", 1, 1));
    }
    const auto open = std::distance(fs::directory_iterator("/proc/self/fd"), {});
    descriptors = std::max(descriptors, static_cast<std::size_t>(open));
  }
  EXPECT_LE(writer.peak_buffered(), (1U << 20) + (8U << 10));
  EXPECT_LT(descriptors, 60U);
  const auto files = writer.finish();
  ASSERT_TRUE(files);
  ASSERT_THAT(*files, SizeIs(2000));
  for (const RawFile& file : *files) {
    ASSERT_EQ(file.records, 4);
    ASSERT_EQ(fs::file_size(lake_ / file.path), 4096U);
  }
}

TEST_F(RawWriterTest, NothingHasAFinalNameBeforeFinish) {
  RawWriterOptions options;
  options.target_file_bytes = 10;
  options.hour_buffer_bytes = 1;
  RawWriter writer(lake_, "batch", options);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(append(writer, i, "0123456789\n", 1, 1));
  for (const std::string& file : lake_files()) {
    EXPECT_TRUE(file.ends_with(".tmp") && file.find("/.batch-") != std::string::npos) << file;
  }
  EXPECT_THAT(lake_files(), SizeIs(5));
}

TEST_F(RawWriterTest, UnfinishedAndUnkeptFilesGoWithTheirFolders) {
  for (const bool finish : {false, true}) {
    {
      RawWriter writer(lake_, "batch", {});
      for (int hour = 0; hour < 3; ++hour) ASSERT_TRUE(append(writer, hour, "x\n", 1, 1));
      if (finish) {
        ASSERT_TRUE(writer.finish());
      }
    }
    EXPECT_THAT(lake_files(), IsEmpty());
    EXPECT_FALSE(fs::exists(lake_ / "raw/clickstream"));
    EXPECT_TRUE(fs::exists(lake_ / "raw"));
  }
}

TEST_F(RawWriterTest, KeptFilesStayAndAreClosed) {
  const auto descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = descriptors();
  {
    RawWriterOptions options;
    options.hour_buffer_bytes = 1;
    RawWriter writer(lake_, "batch", options);
    for (int hour = 0; hour < 3; ++hour) ASSERT_TRUE(append(writer, hour, "x\n", 1, 1));
    EXPECT_GT(descriptors(), before);
    writer.keep();
  }
  EXPECT_EQ(descriptors(), before);
  EXPECT_THAT(lake_files(), SizeIs(3));
}

TEST_F(RawWriterTest, ThreadsMayShareHours) {
  RawWriterOptions options;
  options.hour_buffer_bytes = 500;
  options.buffer_bytes = 20'000;
  options.target_file_bytes = 100'000;
  RawWriter writer(lake_, "batch", options);
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&writer, t] {
        const std::string text = std::string(20, static_cast<char>('a' + t)) + "\n";
        for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(append(writer, i % 37, text, 1, t));
      });
    }
  }
  const auto files = writer.finish();
  ASSERT_TRUE(files);
  std::map<char, int> counts;
  std::int64_t records = 0;
  for (const RawFile& file : *files) {
    records += file.records;
    std::int64_t arrived = 0;
    for (const auto& [at, count] : file.arrivals) arrived += count;
    ASSERT_EQ(arrived, file.records);
    const auto lines = lines_of(lake_ / file.path);
    ASSERT_EQ(lines.size(), static_cast<std::size_t>(file.records));
    for (const std::string& line : lines) {
      ASSERT_EQ(line, std::string(20, line[0]));
      ++counts[line[0]];
    }
  }
  EXPECT_EQ(records, 80'000);
  EXPECT_THAT(counts, ElementsAre(Pair('a', 20'000), Pair('b', 20'000), Pair('c', 20'000),
                                  Pair('d', 20'000)));
}

}  // namespace
}  // namespace clicklake
