#include "objstore/durable_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/fault_point.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

class DurableFileTest : public ::testing::Test {
 protected:
  DurableFileTest() {
    std::string name = (fs::temp_directory_path() / "durable-file-XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
  }
  ~DurableFileTest() override { fs::remove_all(dir_); }

  static std::string contents(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(dir_)) {
      found.push_back(entry.path().filename().string());
    }
    return found;
  }

  fs::path dir_;
};

TEST_F(DurableFileTest, AbsentUntilCommitAndWholeAfter) {
  const fs::path path = dir_ / "a.parquet";
  auto file = DurableFile::create(path);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->append("hello ").has_value());
  file->start_writeback();
  ASSERT_TRUE(file->append("lake").has_value());
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::exists(dir_ / ".a.parquet.tmp"));
  ASSERT_TRUE(file->commit("test.sync", "test.rename").has_value());
  EXPECT_EQ(contents(path), "hello lake");
  EXPECT_EQ(file->size(), 10U);
  EXPECT_EQ(names(), std::vector<std::string>{"a.parquet"});
}

TEST_F(DurableFileTest, DroppedFileLeavesNothing) {
  {
    auto file = DurableFile::create(dir_ / "a");
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE(file->append("x").has_value());
  }
  EXPECT_TRUE(names().empty());
}

TEST_F(DurableFileTest, DroppedFileLeavesTheOldOne) {
  std::ofstream(dir_ / "a") << "old";
  {
    auto file = DurableFile::create(dir_ / "a");
    ASSERT_TRUE(file->append("new").has_value());
  }
  EXPECT_EQ(contents(dir_ / "a"), "old");
}

TEST_F(DurableFileTest, RenamedThenSyncedIsWhole) {
  auto file = DurableFile::create(dir_ / "a");
  ASSERT_TRUE(file->append("text").has_value());
  ASSERT_TRUE(file->rename("r").has_value());
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
  ASSERT_TRUE(file->sync("s").has_value());
  EXPECT_EQ(contents(dir_ / "a"), "text");
  EXPECT_FALSE(file->append("more").has_value()) << "it is closed";
  EXPECT_FALSE(file->sync("s").has_value());
}

TEST_F(DurableFileTest, RenamedAndDroppedKeepsItsName) {
  {
    auto file = DurableFile::create(dir_ / "a");
    ASSERT_TRUE(file->rename("r").has_value());
  }
  EXPECT_EQ(names(), std::vector<std::string>{"a"}) << "its batch's sweep removes it";
}

TEST_F(DurableFileTest, CommitReplaces) {
  std::ofstream(dir_ / "a") << "old";
  auto file = DurableFile::create(dir_ / "a");
  ASSERT_TRUE(file->append("new").has_value());
  ASSERT_TRUE(file->commit("s", "r").has_value());
  EXPECT_EQ(contents(dir_ / "a"), "new");
}

TEST_F(DurableFileTest, LeftOverTemporaryIsStartedAnew) {
  std::ofstream(temporary_path(dir_ / "a")) << "much longer left-over of a crash";
  auto file = DurableFile::create(dir_ / "a");
  ASSERT_TRUE(file->append("new").has_value());
  ASSERT_TRUE(file->commit("s", "r").has_value());
  EXPECT_EQ(contents(dir_ / "a"), "new");
}

TEST_F(DurableFileTest, ParentsAreMade) {
  auto file = DurableFile::create(dir_ / "x" / "y" / "a");
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->commit("s", "r").has_value());
  EXPECT_TRUE(fs::exists(dir_ / "x" / "y" / "a"));
}

TEST_F(DurableFileTest, MoveHandsOverTheFile) {
  auto first = DurableFile::create(dir_ / "a");
  ASSERT_TRUE(first->append("1").has_value());
  DurableFile second = std::move(*first);
  auto other = DurableFile::create(dir_ / "b");
  *other = std::move(second);  // drops b
  ASSERT_TRUE(other->append("2").has_value());
  ASSERT_TRUE(other->commit("s", "r").has_value());
  EXPECT_EQ(contents(dir_ / "a"), "12");
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(DurableFileTest, ErrorNamesThePath) {
  std::ofstream(dir_ / "file") << "no folder";
  const auto file = DurableFile::create(dir_ / "file" / "a");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code, ErrorCode::kIo);
  EXPECT_NE(file.error().message.find((dir_ / "file").string()), std::string::npos)
      << file.error().message;
}

TEST_F(DurableFileTest, FailedWriteIsNeverPublished) {
  // In a child: its file size limit makes the second write fail as a full device would.
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit {
      4096, 4096
    };
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto file = DurableFile::create(dir_ / "a");
    if (!file) ::_exit(1);
    const std::string block(4000, 'x');
    if (!file->append(block)) ::_exit(2);
    const auto failed = file->append(block);
    if (failed.has_value()) ::_exit(3);
    if (failed.error().message.find("at byte 4096") == std::string::npos) ::_exit(4);
    if (file->commit("s", "r").has_value()) ::_exit(5);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(names().empty());
}

TEST_F(DurableFileTest, KilledAtEitherStepLeavesOnlyATemporary) {
  for (const char* spec : {"kill@1", "kill@2"}) {
    const pid_t child = ::fork();
    if (child == 0) {
      arm_fault_points(spec);
      auto file = DurableFile::create(dir_ / "a");
      (void)file->append("x");
      (void)file->commit("test.sync", "test.rename");
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << spec;
    const auto left = names();
    ASSERT_EQ(left, std::vector<std::string>{".a.tmp"}) << spec;
    EXPECT_TRUE(is_temporary_name(left.front()));
    fs::remove(dir_ / ".a.tmp");
  }
}

TEST(TemporaryNameTest, OnlyItsOwnForm) {
  EXPECT_EQ(temporary_path("x/a.json"), fs::path("x/.a.json.tmp"));
  EXPECT_EQ(temporary_path("a"), fs::path(".a.tmp"));
  EXPECT_TRUE(is_temporary_name(".a.json.tmp"));
  EXPECT_FALSE(is_temporary_name("a.json.tmp"));
  EXPECT_FALSE(is_temporary_name(".a.json"));
  EXPECT_FALSE(is_temporary_name(".tmp"));
}

/// The folders that a child synced, by the number of its steps.
int steps_of(const fs::path& trace, const auto& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    arm_fault_points("trace@" + trace.string());
    ::_exit(action() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return -1;
  std::ifstream in(trace);
  return static_cast<int>(
      std::count(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>(), '\n'));
}

TEST_F(DurableFileTest, FoldersAreSyncedUpToTheRootOnce) {
  ASSERT_TRUE(make_folders(dir_ / "t" / "data" / "day=1").has_value());
  ASSERT_TRUE(make_folders(dir_ / "t" / "data" / "day=2").has_value());
  EXPECT_EQ(steps_of(dir_ / "trace1",
                     [&] { return sync_folders_up_to(dir_ / "t/data/day=1", dir_).has_value(); }),
            4);
  const std::vector<fs::path> both{dir_ / "t/data/day=1", dir_ / "t/data/day=2/"};
  EXPECT_EQ(steps_of(dir_ / "trace2", [&] { return sync_folders(both, dir_ / "").has_value(); }),
            5);
  EXPECT_EQ(
      steps_of(dir_ / "trace3", [&] { return sync_folders_up_to(dir_, dir_ / "t").has_value(); }),
      1)
      << "a folder outside the root is synced alone";
}

TEST_F(DurableFileTest, SyncOfAMissingFolderSaysWhich) {
  const auto status = sync_folder(dir_ / "nowhere");
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().message.find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace clicklake
