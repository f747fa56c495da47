#include "objstore/object_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

namespace clicklake {
namespace {

namespace fs = std::filesystem;

fs::file_time_type file_time(std::int64_t us) {
  using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;
  return fs::file_time_type::clock::from_sys(Time(std::chrono::microseconds(us)));
}

class LocalObjectStoreTest : public ::testing::Test {
 protected:
  LocalObjectStoreTest() : store_(local_object_store()) {
    std::string name = (fs::temp_directory_path() / "store-XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
  }
  ~LocalObjectStoreTest() override { fs::remove_all(dir_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(dir_ / name) << text;
  }
  std::string names(const fs::path& folder, bool with_sizes = false) {
    const auto entries = store_->list(folder, with_sizes);
    if (!entries) return std::string(to_string(entries.error().code));
    std::string out;
    for (const ObjectInfo& entry : *entries) out += entry.name + (entry.is_folder ? "/ " : " ");
    return out;
  }

  std::unique_ptr<ObjectStore> store_;
  fs::path dir_;
};

TEST_F(LocalObjectStoreTest, ListsByTheBytesOfNames) {
  for (const char* name : {"b", "B", "a2", "a10", "ü", ".hidden", ".x.tmp"}) write(name, "");
  fs::create_directory(dir_ / "a");
  EXPECT_EQ(names(dir_), ".hidden .x.tmp B a/ a10 a2 b ü ");
  EXPECT_EQ(names(dir_, true), names(dir_));
  EXPECT_EQ(names(dir_ / "a"), "");
}

TEST_F(LocalObjectStoreTest, TellsSizesAndTimes) {
  write("x", "12345");
  fs::last_write_time(dir_ / "x", file_time(1'730'000'000'000'001));
  const auto entries = store_->list(dir_, true);
  ASSERT_TRUE(entries.has_value());
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ(entries->front().size, 5);
  EXPECT_EQ(entries->front().mtime_us, 1'730'000'000'000'001);
}

TEST_F(LocalObjectStoreTest, FollowsLinks) {
  write("x", "12345");
  fs::create_directory(dir_ / "folder");
  fs::create_symlink("x", dir_ / "to_x");
  fs::create_symlink("folder", dir_ / "to_folder");
  fs::create_symlink(".", dir_ / "to_itself");
  EXPECT_EQ(names(dir_), "folder/ to_folder/ to_itself/ to_x x ");
  EXPECT_EQ(store_->list(dir_, true)->at(3).size, 5);
}

TEST_F(LocalObjectStoreTest, LeavesOutWhatIsNeitherFileNorFolder) {
  fs::create_symlink("none", dir_ / "broken");
  fs::create_symlink("loop2", dir_ / "loop1");
  fs::create_symlink("loop1", dir_ / "loop2");
  ASSERT_EQ(::mkfifo((dir_ / "pipe").c_str(), 0600), 0);
  write("x", "");
  EXPECT_EQ(names(dir_), "x ");
  EXPECT_EQ(names(dir_, true), "x ");
}

TEST_F(LocalObjectStoreTest, MissingFolderIsNotFound) {
  EXPECT_EQ(names(dir_ / "none"), "not_found");
  write("x", "");
  EXPECT_EQ(names(dir_ / "x"), "not_found");
  for (const char* name : {"none", "x"}) {
    const auto time = store_->folder_time(dir_ / name);
    ASSERT_FALSE(time.has_value());
    EXPECT_EQ(time.error().code, ErrorCode::kNotFound);
    EXPECT_NE(time.error().message.find((dir_ / name).string()), std::string::npos);
  }
}

TEST_F(LocalObjectStoreTest, FolderTimeIsThatOfItsEntries) {
  fs::create_directories(dir_ / "a" / "b");
  const auto old = file_time(1'700'000'000'000'000);
  fs::last_write_time(dir_ / "a", old);
  EXPECT_EQ(*store_->folder_time(dir_ / "a"), 1'700'000'000'000'000);
  write("a/b/x", "");
  EXPECT_EQ(*store_->folder_time(dir_ / "a"), 1'700'000'000'000'000) << "not its own entry";
  write("a/y", "");
  EXPECT_GT(*store_->folder_time(dir_ / "a"), 1'700'000'000'000'000);
}

}  // namespace
}  // namespace clicklake
