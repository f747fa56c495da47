#include "transform/stray_log.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

TEST(StrayLogTest, LinesComeBackWholeFromMemoryAndFromDisk) {
  StrayLog log(std::filesystem::temp_directory_path());
  std::vector<std::string> texts;
  texts.reserve(500);
  for (int i = 0; i < 500; ++i) {
    texts.emplace_back(static_cast<std::size_t>(i * 17 % 9000), static_cast<char>('a' + i % 26));
  }
  for (std::size_t i = 0; i < texts.size(); ++i)
    ASSERT_TRUE(log.add(static_cast<std::int64_t>(i), 3, i * 10, i + 1, texts[i]).has_value());
  ASSERT_EQ(log.lines().size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const StrayLine& line = log.lines()[i];
    std::string out(line.length, '?');
    ASSERT_TRUE(log.read(line, out.data()).has_value());
    EXPECT_EQ(out, texts[i]);
    EXPECT_EQ(line.source_line, i + 1);
  }
}

TEST(StrayLogTest, AFolderThatCannotBeWrittenIsNamed) {
  StrayLog log("/proc/nothing-goes-here");
  Status added;
  for (int i = 0; i < 40 && added; ++i) added = log.add(0, 0, 0, 0, std::string(100'000, 'x'));
  ASSERT_FALSE(added.has_value());
  EXPECT_NE(added.error().message.find("/proc/nothing-goes-here"), std::string::npos);
}

}  // namespace
}  // namespace clicklake
