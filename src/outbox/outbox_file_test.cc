#include "outbox/outbox_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace clicklake {
namespace {

class OutboxFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "outbox-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    lake_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(lake_); }
  std::filesystem::path folder() const { return outbox_folder(lake_); }

  std::filesystem::path lake_;
};

TEST_F(OutboxFileTest, LinesAreFoundAgainAtTheirPlaces) {
  OutboxWriter writer(folder(), "b1");
  const std::string long_event = R"({"x":")" + std::string(600'000, 'y') + "\"}";
  for (int i = 0; i < 2000; ++i) {
    const std::string id = match_id("r", std::to_string(i));
    ASSERT_TRUE(
        writer.append({id, i, "r", {"t"}, "", i == 7 ? long_event : R"({"a":1})"}).has_value());
  }
  const auto file = writer.finish();
  ASSERT_TRUE(file.has_value() && file->has_value());
  EXPECT_EQ((*file)->name, "b1.jsonl");
  EXPECT_EQ((*file)->matches, 2000);
  auto reader = OutboxReader::open(folder() / "b1.jsonl");
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->size(), (*file)->bytes);
  std::vector<std::int64_t> places;
  for (std::int64_t at = 0; at < reader->size();) {
    const auto line = reader->line_at(at);
    ASSERT_TRUE(line.has_value()) << line.error().message;
    const auto match = parse_outbox_line(*line);
    ASSERT_TRUE(match.has_value());
    EXPECT_EQ(match->accepted_us, static_cast<std::int64_t>(places.size()));
    places.push_back(at);
    at += static_cast<std::int64_t>(line->size()) + 1;
  }
  ASSERT_EQ(places.size(), 2000U);
  for (const std::size_t i : {1999U, 7U, 0U, 8U}) {
    const auto line = reader->line_at(places[i]);
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(parse_outbox_line(*line)->accepted_us, static_cast<std::int64_t>(i));
  }
}

TEST_F(OutboxFileTest, WithoutAMatchThereIsNoFile) {
  OutboxWriter writer(folder(), "b1");
  const auto file = writer.finish();
  ASSERT_TRUE(file.has_value());
  EXPECT_FALSE(file->has_value());
  EXPECT_FALSE(std::filesystem::exists(folder() / "b1.jsonl"));
}

TEST_F(OutboxFileTest, ATornLastLineIsCorruptionWithItsPlace) {
  std::filesystem::create_directories(folder());
  std::ofstream(folder() / "x.jsonl") << "{}\n{\"id\"";
  auto reader = OutboxReader::open(folder() / "x.jsonl");
  ASSERT_TRUE(reader.has_value());
  EXPECT_TRUE(reader->line_at(0).has_value());
  const auto torn = reader->line_at(3);
  ASSERT_FALSE(torn.has_value());
  EXPECT_EQ(torn.error().code, ErrorCode::kCorruption);
  EXPECT_NE(torn.error().message.find("byte 3"), std::string::npos);
  EXPECT_FALSE(reader->line_at(100).has_value());
}

}  // namespace
}  // namespace clicklake
