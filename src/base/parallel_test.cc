#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

namespace clicklake {
namespace {

TEST(ParallelTest, EveryIndexIsWorkedOnOnce) {
  for (const std::size_t count : {0U, 1U, 3U, 100U}) {
    std::vector<std::atomic<int>> seen(count);
    const Status status = for_each_in_parallel(count, 4, [&](std::size_t i) -> Status {
      ++seen[i];
      return {};
    });
    ASSERT_TRUE(status);
    for (const auto& times : seen) EXPECT_EQ(times, 1);
  }
}

TEST(ParallelTest, AFailureIsGivenAndEndsTheRest) {
  std::atomic<int> calls{0};
  const Status status = for_each_in_parallel(1000, 1, [&](std::size_t i) -> Status {
    ++calls;
    if (i == 7) return Error{ErrorCode::kIo, "the seventh"};
    return {};
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "the seventh");
  EXPECT_EQ(calls, 8);
  EXPECT_FALSE(for_each_in_parallel(100, 8, [&](std::size_t) -> Status {
    return Error{ErrorCode::kIo, "all"};
  }));
}

}  // namespace
}  // namespace clicklake
