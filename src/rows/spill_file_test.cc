#include "rows/spill_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace clicklake {
namespace {

std::filesystem::path temp_dir() { return testing::TempDir(); }

std::string read_back(const SpillFile& file, std::uint64_t offset, std::size_t size) {
  std::string out(size, '\0');
  const Status status = file.read(offset, out.data(), size);
  return status ? out : "failed: " + status.error().message;
}

TEST(SpillFileTest, GivesBackWhatWasAppended) {
  SpillFile file(temp_dir());
  EXPECT_EQ(file.size(), 0U);
  ASSERT_TRUE(file.append("first, "));
  ASSERT_TRUE(file.append("second"));
  EXPECT_EQ(file.size(), 13U);
  EXPECT_EQ(read_back(file, 0, 13), "first, second");
  EXPECT_EQ(read_back(file, 7, 3), "sec");
}

TEST(SpillFileTest, IsEmptyAgainAfterClear) {
  SpillFile file(temp_dir());
  ASSERT_TRUE(file.clear()) << "before it was made";
  ASSERT_TRUE(file.append("old"));
  ASSERT_TRUE(file.clear());
  EXPECT_EQ(file.size(), 0U);
  EXPECT_FALSE(file.read(0, std::string(3, '\0').data(), 3)) << "the old bytes are gone";
  ASSERT_TRUE(file.append("new!"));
  EXPECT_EQ(read_back(file, 0, 4), "new!");
}

TEST(SpillFileTest, MovesWithItsBytes) {
  SpillFile file(temp_dir());
  ASSERT_TRUE(file.append("bytes"));
  const SpillFile moved = std::move(file);
  EXPECT_EQ(read_back(moved, 0, 5), "bytes");
}

TEST(SpillFileTest, ReadingBeyondTheEndIsAnError) {
  SpillFile file(temp_dir());
  ASSERT_TRUE(file.append("four"));
  EXPECT_NE(read_back(file, 2, 4).find("shorter"), std::string::npos);
}

TEST(SpillFileTest, NamesTheFolderThatItCannotUse) {
  const std::filesystem::path blocked = temp_dir() / "spill_file_test_no_folder";
  std::ofstream(blocked) << "a file where the folder should be";
  SpillFile file(blocked / "below");
  const Status status = file.append("x");
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("spill_file_test_no_folder"), std::string::npos);
  std::filesystem::remove(blocked);
}

}  // namespace
}  // namespace clicklake
