#include "deliver/retry.h"

#include <gtest/gtest.h>

#include "model/time.h"

namespace clicklake {
namespace {

TEST(RetryTest, PausesDoubleUpToTheMostAndAreJittered) {
  const RetryPolicy policy;
  EXPECT_EQ(backoff_us(policy, 0, 0.5), 500'000);
  EXPECT_EQ(backoff_us(policy, 3, 0.5), 4'000'000);
  EXPECT_EQ(backoff_us(policy, 9, 0.5), 256'000'000);
  EXPECT_EQ(backoff_us(policy, 10, 0.5), 450'000'000);
  EXPECT_EQ(backoff_us(policy, 1000, 0.5), 450'000'000);
  EXPECT_EQ(backoff_us(policy, 5, 0), 0);
}

TEST(RetryTest, TheDefaultAttemptsFillADay) {
  const RetryPolicy policy;
  std::int64_t total = 0;
  for (int attempt = 0; attempt < policy.maximum_attempts; ++attempt) {
    total += backoff_us(policy, attempt, 0.5);
  }
  EXPECT_GT(total, 20 * kMicrosPerHour);
  EXPECT_LT(total, 24 * kMicrosPerHour);
}

TEST(RetryTest, RetryAfterIsSecondsOrADate) {
  const std::int64_t now = *parse_timestamp("1994-11-06T08:49:00Z");
  EXPECT_EQ(retry_after_us("120", now), 120'000'000);
  EXPECT_EQ(retry_after_us("Sun, 06 Nov 1994 08:49:37 GMT", now), 37'000'000);
  EXPECT_EQ(retry_after_us("Sat, 05 Nov 1994 08:49:37 GMT", now), 0);
  for (const char* text : {"", "soon", "-1", "1.5", "Sun, 06 Foo 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 CET"}) {
    EXPECT_EQ(retry_after_us(text, now), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace clicklake
