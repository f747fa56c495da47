#include "catalog/lake_lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class LakeLockTest : public ::testing::Test {
 protected:
  LakeLockTest() {
    std::string name = (fs::temp_directory_path() / "lake-lock-XXXXXX").string();
    lake_ = ::mkdtemp(name.data());
  }
  ~LakeLockTest() override { fs::remove_all(lake_); }
  fs::path lake_;
};

TEST_F(LakeLockTest, SecondIsToldWhoHoldsIt) {
  const auto first = LakeLock::acquire(lake_, "clicklake run clicks/", false);
  ASSERT_TRUE(first.has_value());
  const auto second = LakeLock::acquire(lake_, "clicklake transform", false);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_THAT(second.error().message, HasSubstr("pid " + std::to_string(::getpid())));
  EXPECT_THAT(second.error().message, HasSubstr("clicklake run clicks/"));
  EXPECT_THAT(second.error().message, HasSubstr(", since 20"));
}

TEST_F(LakeLockTest, ReleasedByItsEndAndByMove) {
  {
    auto first = LakeLock::acquire(lake_, "a", false);
    ASSERT_TRUE(first.has_value());
    const LakeLock moved = std::move(*first);
    EXPECT_FALSE(LakeLock::acquire(lake_, "b", false).has_value());
  }
  EXPECT_TRUE(LakeLock::acquire(lake_, "b", false).has_value());
}

TEST_F(LakeLockTest, WaiterGetsItWhenTheHolderIsKilled) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = LakeLock::acquire(lake_, "the child", true);
    (void)!::write(ready[1], held.has_value() ? "y" : "n", 1);
    ::pause();
    ::_exit(0);
  }
  char got = 0;
  ASSERT_EQ(::read(ready[0], &got, 1), 1);
  ASSERT_EQ(got, 'y');
  ASSERT_FALSE(LakeLock::acquire(lake_, "parent", false).has_value());
  std::thread killer([child] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    ::kill(child, SIGKILL);
  });
  const auto waited = LakeLock::acquire(lake_, "parent", true);
  EXPECT_TRUE(waited.has_value());
  killer.join();
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(LakeLockTest, IsNotInheritedByPrograms) {
  const auto held = LakeLock::acquire(lake_, "a", false);
  ASSERT_TRUE(held.has_value());
  int found = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    if (fs::read_symlink(entry.path(), error) != lake_ / ".lock") continue;
    ++found;
    EXPECT_NE(::fcntl(std::stoi(entry.path().filename().string()), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(found, 1);
}

TEST_F(LakeLockTest, LockFileMadeAnewIsLockedAnew) {
  const auto old = LakeLock::acquire(lake_, "a", false);
  ASSERT_TRUE(old.has_value());
  fs::remove(lake_ / ".lock");
  const auto fresh = LakeLock::acquire(lake_, "b", false);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_FALSE(LakeLock::acquire(lake_, "c", false).has_value());
}

TEST_F(LakeLockTest, LongCommandKeepsTheTime) {
  const auto held = LakeLock::acquire(lake_, std::string(5000, 'x') + "\ny", false);
  ASSERT_TRUE(held.has_value());
  const auto second = LakeLock::acquire(lake_, "b", false);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr(", since 20"));
  EXPECT_LT(second.error().message.size(), 1000U);
}

TEST_F(LakeLockTest, MissingLakeSaysHowToMakeOne) {
  const auto lock = LakeLock::acquire(lake_ / "nowhere", "a", true);
  ASSERT_FALSE(lock.has_value());
  EXPECT_EQ(lock.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(lock.error().message, HasSubstr("clicklake init"));
}

}  // namespace
}  // namespace clicklake
