#include "format/quarantine_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "format/source_fixture.h"

namespace clicklake {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;

class QuarantineWriterTest : public testing::Test {
 protected:
  std::vector<std::string> lines() const {
    std::ifstream in(path_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    if (!std::filesystem::exists(path_.parent_path())) return names;
    for (const auto& entry : std::filesystem::directory_iterator(path_.parent_path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  SourceFolder folder_;
  std::filesystem::path path_ = folder_.path() / "quarantine" / "batch.ndjson";
};

TEST_F(QuarantineWriterTest, RowSaysWhereAndWhyAndWhat) {
  QuarantineWriter writer(path_);
  ASSERT_TRUE(writer.add({.reason = RejectReason::kBadTimestamp,
                          .file = "clicks/a.json",
                          .offset = 120,
                          .line = 3,
                          .length = 17,
                          .field = "event_timestamp",
                          .position = 9,
                          .text = R"({"event":"\u00"}x)"}));
  ASSERT_TRUE(writer.finish());
  EXPECT_THAT(
      lines(),
      ElementsAre(
          R"({"reason":"bad_timestamp","file":"clicks/a.json","offset":120,"line":3,"length":17,)"
          R"("field":"event_timestamp","position":9,"text":"{\"event\":\"\\u00\"}x"})"));
}

TEST_F(QuarantineWriterTest, ControlBytesAreEscaped) {
  QuarantineWriter writer(path_);
  ASSERT_TRUE(writer.add({.reason = RejectReason::kInvalidJson,
                          .file = "-",
                          .text = "a\0\x01\n\r\t\x7F\x1F z\xC3\xA9"s}));
  ASSERT_TRUE(writer.finish());
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_TRUE(
      lines()[0].ends_with("\"text\":\"a\\u0000\\u0001\\n\\r\\t\\u007f\\u001f z\xC3\xA9\"}"))
      << lines()[0];
}

TEST_F(QuarantineWriterTest, BytesThatAreNoUtf8GoAsBase64) {
  QuarantineWriter writer(path_);
  for (const char* text : {"\xFF", "a\xFF", "ab\xFF", "\xFF\xFE\xFD\xFC"}) {
    ASSERT_TRUE(writer.add({.reason = RejectReason::kInvalidUtf8, .file = "f\xFF", .text = text}));
  }
  ASSERT_TRUE(writer.finish());
  const auto got = lines();
  ASSERT_EQ(got.size(), 4U);
  EXPECT_TRUE(got[0].ends_with("\"text_base64\":\"/w==\"}")) << got[0];
  EXPECT_TRUE(got[1].ends_with("\"text_base64\":\"Yf8=\"}")) << got[1];
  EXPECT_TRUE(got[2].ends_with("\"text_base64\":\"YWL/\"}")) << got[2];
  EXPECT_TRUE(got[3].ends_with("\"text_base64\":\"//79/A==\"}")) << got[3];
  EXPECT_NE(got[0].find("\"file_base64\":\"Zv8=\""), std::string::npos);
}

TEST_F(QuarantineWriterTest, NothingIsMadeWithoutRows) {
  QuarantineWriter writer(path_);
  ASSERT_TRUE(writer.finish());
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(path_.parent_path()));
}

TEST_F(QuarantineWriterTest, UnfinishedFileIsRemoved) {
  {
    QuarantineWriter writer(path_);
    const std::string text(100'000, 'x');
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(writer.add({.reason = RejectReason::kInvalidJson, .file = "f", .text = text}));
    }
    EXPECT_THAT(files(), ElementsAre(".batch.ndjson.tmp"));
  }
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(QuarantineWriterTest, ThreadsShareAFileWithoutTearingRows) {
  QuarantineWriter writer(path_);
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&writer, t] {
        const std::string text(static_cast<std::size_t>(500 + t), static_cast<char>('a' + t));
        for (int i = 0; i < 1000; ++i) {
          const RejectReason reason = t == 0 ? RejectReason::kNotObject : RejectReason::kTooDeep;
          ASSERT_TRUE(writer.add({.reason = reason, .file = "f", .text = text}));
        }
      });
    }
  }
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(writer.total(), 4000U);
  EXPECT_EQ(writer.counts()[static_cast<std::size_t>(RejectReason::kNotObject)], 1000U);
  EXPECT_EQ(writer.counts()[static_cast<std::size_t>(RejectReason::kTooDeep)], 3000U);
  std::size_t by_letter[4] = {};
  for (const std::string& line : lines()) {
    ASSERT_TRUE(line.starts_with("{\"reason\":\"") && line.ends_with("\"}"));
    const char letter = line[line.size() - 3];
    const auto t = static_cast<std::size_t>(letter - 'a');
    ASSERT_LT(t, 4U);
    ASSERT_NE(line.find("\"text\":\"" + std::string(500 + t, letter) + "\"}"), std::string::npos);
    ++by_letter[t];
  }
  for (const std::size_t count : by_letter) EXPECT_EQ(count, 1000U);
}

TEST_F(QuarantineWriterTest, FailureToWriteIsToldAndLeavesNothing) {
  folder_.write("quarantine", "a file where the folder should be");
  QuarantineWriter writer(path_);
  ASSERT_TRUE(writer.add({.reason = RejectReason::kInvalidJson, .file = "f", .text = "x"}));
  const Status finished = writer.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace clicklake
