#include "deliver/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace clicklake {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

RuleTarget target() {
  RuleTarget made;
  made.retry.backoff_ms = 1000;
  made.retry.maximum_backoff_ms = 8000;
  return made;
}

MatchPlace place(std::int64_t offset) { return {1, offset}; }

TEST(LaneTest, MatchesGoInTheOrderOfTheOutbox) {
  Lane lane;
  const RuleTarget to = target();
  for (int i = 0; i < 3; ++i) lane.route(place(i), 0);
  EXPECT_EQ(lane.take(0, to, 2)->place, place(0));
  EXPECT_EQ(lane.take(0, to, 2)->place, place(1));
  EXPECT_FALSE(lane.take(0, to, 2).has_value()) << "two at once";
  EXPECT_FALSE(lane.resolve(place(0), Outcome::delivered(), 0, to.retry, 0));
  EXPECT_EQ(lane.take(0, to, 2)->place, place(2));
  lane.resolve(place(1), Outcome::delivered(), 0, to.retry, 0);
  lane.resolve(place(2), Outcome::delivered(), 0, to.retry, 0);
  EXPECT_TRUE(lane.idle());
  EXPECT_EQ(lane.counters().delivered, 3);
}

TEST(LaneTest, AFailedMatchWaitsLongerEachTimeAndOthersPassIt) {
  Lane lane;
  const RuleTarget to = target();
  lane.route(place(0), 0);
  lane.route(place(1), 0);
  ASSERT_TRUE(lane.take(0, to, 9).has_value());
  lane.resolve(place(0), Outcome::retry("INTERNAL_ERROR", "500"), 0, to.retry, 0.5);
  EXPECT_EQ(lane.take(0, to, 9)->place, place(1));
  lane.resolve(place(1), Outcome::delivered(), 0, to.retry, 0);
  EXPECT_FALSE(lane.take(kSecond / 2 - 1, to, 9).has_value());
  EXPECT_EQ(lane.next_due(), kSecond / 2);
  const auto again = lane.take(kSecond / 2, to, 9);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->attempts, 1);
  lane.resolve(place(0), Outcome::retry("INTERNAL_ERROR", "500"), kSecond, to.retry, 0.5);
  EXPECT_EQ(lane.next_due(), 2 * kSecond) << "half of two seconds later";
}

TEST(LaneTest, AttemptsRunOut) {
  Lane lane;
  RuleTarget to = target();
  to.retry.maximum_attempts = 2;
  lane.route(place(0), 0);
  std::int64_t now = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    ASSERT_TRUE(lane.take(now, to, 1).has_value());
    EXPECT_FALSE(lane.resolve(place(0), Outcome::retry("TIMEOUT", "late"), now, to.retry, 0.5));
    now = *lane.next_due();
  }
  ASSERT_TRUE(lane.take(now, to, 1).has_value());
  const auto dead = lane.resolve(place(0), Outcome::retry("TIMEOUT", "late"), now, to.retry, 0.5);
  ASSERT_TRUE(dead.has_value());
  EXPECT_EQ(dead->condition, "MaximumRetryAttempts");
  EXPECT_EQ(dead->match.attempts, 2);
  EXPECT_EQ(dead->match.code, "TIMEOUT");
  EXPECT_TRUE(lane.idle());
}

TEST(LaneTest, ARefusedMatchIsGivenUpAtOnce) {
  Lane lane;
  const RuleTarget to = target();
  lane.route(place(0), 0);
  ASSERT_TRUE(lane.take(0, to, 1).has_value());
  const auto dead =
      lane.resolve(place(0), Outcome::refused("NO_PERMISSIONS", "403"), 0, to.retry, 0.5);
  ASSERT_TRUE(dead.has_value());
  EXPECT_EQ(dead->condition, "");
  EXPECT_EQ(dead->match.attempts, 0);
}

TEST(LaneTest, AgeRunsOutForQueuedAndWaitingMatches) {
  Lane lane;
  RuleTarget to = target();
  to.retry.maximum_age_seconds = 60;
  lane.route(place(0), 0);
  lane.route(place(1), 0);
  lane.route(place(2), 50 * kSecond);
  ASSERT_TRUE(lane.take(0, to, 1).has_value());
  lane.resolve(place(0), Outcome::retry("TIMEOUT", "late"), 0, to.retry, 0.5);
  EXPECT_TRUE(lane.expire_open(60 * kSecond, to.retry).empty());
  EXPECT_TRUE(lane.expire_queued(60 * kSecond, to.retry).empty());
  const auto open = lane.expire_open(61 * kSecond, to.retry);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].condition, "MaximumEventAgeInSeconds");
  EXPECT_EQ(open[0].match.attempts, 1);
  const auto queued = lane.expire_queued(61 * kSecond, to.retry);
  ASSERT_EQ(queued.size(), 1U);
  EXPECT_EQ(queued[0].match.place, place(1));
  EXPECT_EQ(lane.queued(), 1U);
}

TEST(LaneTest, ATargetThatFailsIsLeftAloneForAWhileAndThenTriedWithOne) {
  Lane lane;
  const RuleTarget to = target();
  for (int i = 0; i < 20; ++i) lane.route(place(i), 0);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(lane.take(0, to, 9).has_value());
  for (int i = 0; i < 5; ++i) {
    lane.resolve(place(i), Outcome::retry("CONNECTION_FAILURE", "refused"), 0, to.retry, 0.99);
  }
  EXPECT_EQ(lane.breaker(), Lane::Breaker::kOpen);
  EXPECT_FALSE(lane.take(kSecond / 2 - 1, to, 9).has_value());
  const std::int64_t reopened = *lane.next_due();
  EXPECT_GE(reopened, kSecond / 2);
  const auto probe = lane.take(reopened, to, 9);
  ASSERT_TRUE(probe.has_value());
  EXPECT_EQ(lane.breaker(), Lane::Breaker::kProbing);
  EXPECT_FALSE(lane.take(reopened, to, 9).has_value()) << "one probe";
  lane.resolve(probe->place, Outcome::retry("CONNECTION_FAILURE", "refused"), reopened, to.retry,
               0.99);
  EXPECT_EQ(lane.breaker(), Lane::Breaker::kOpen);
  EXPECT_GE(*lane.next_due() - reopened, kSecond) << "longer each time";
  const std::int64_t later = *lane.next_due();
  const auto second = lane.take(later, to, 9);
  ASSERT_TRUE(second.has_value());
  lane.resolve(second->place, Outcome::delivered(), later, to.retry, 0);
  EXPECT_EQ(lane.breaker(), Lane::Breaker::kClosed);
  EXPECT_TRUE(lane.take(later, to, 9).has_value());
}

TEST(LaneTest, ErrorsOfOneDeliveryDoNotBreakTheTarget) {
  Lane lane;
  const RuleTarget to = target();
  for (int i = 0; i < 20; ++i) {
    lane.route(place(i), 0);
    ASSERT_TRUE(lane.take(0, to, 1).has_value());
    lane.resolve(place(i), Outcome::refused("INVALID_PARAMETER", "400"), 0, to.retry, 0);
  }
  EXPECT_EQ(lane.breaker(), Lane::Breaker::kClosed);
}

TEST(LaneTest, TheTargetsOwnWishIsKept) {
  Lane lane;
  const RuleTarget to = target();
  lane.route(place(0), 0);
  lane.route(place(1), 0);
  ASSERT_TRUE(lane.take(0, to, 9).has_value());
  Outcome slow_down = Outcome::retry("THROTTLING", "429");
  slow_down.retry_after_us = 30 * kSecond;
  lane.resolve(place(0), slow_down, 0, to.retry, 0.1);
  EXPECT_FALSE(lane.take(30 * kSecond - 1, to, 9).has_value()) << "for all of its deliveries";
  EXPECT_TRUE(lane.take(30 * kSecond, to, 9).has_value());
}

TEST(LaneTest, TheRateLimitIsKept) {
  Lane lane;
  RuleTarget to = target();
  to.rate_limit = 10;
  for (int i = 0; i < 100; ++i) lane.route(place(i), 0);
  int taken = 0;
  for (std::int64_t now = 10 * kSecond; now < 12 * kSecond; now += 1000) {
    if (const auto match = lane.take(now, to, 9)) {
      ++taken;
      lane.resolve(match->place, Outcome::delivered(), now, to.retry, 0);
    }
  }
  EXPECT_GE(taken, 20);
  EXPECT_LE(taken, 21);
}

TEST(LaneTest, MatchesOfOneKeyGoOneAfterTheOther) {
  Lane lane;
  const RuleTarget to = target();
  const auto begin = [&](std::int64_t now) -> std::optional<MatchPlace> {
    while (const auto match = lane.take(now, to, 9)) {
      if (lane.enter_key(match->place, match->place.offset % 2 == 0 ? "even" : "odd")) {
        return match->place;
      }
    }
    return std::nullopt;
  };
  for (int i = 0; i < 5; ++i) lane.route(place(i), 0);
  EXPECT_EQ(begin(0), place(0));
  EXPECT_EQ(begin(0), place(1));
  EXPECT_EQ(begin(0), std::nullopt);
  lane.resolve(place(1), Outcome::delivered(), 0, to.retry, 0);
  EXPECT_EQ(begin(0), place(3));
  // A failure keeps the others of its key behind it.
  lane.resolve(place(0), Outcome::retry("TIMEOUT", "late"), 0, to.retry, 0.5);
  EXPECT_EQ(begin(0), std::nullopt);
  EXPECT_EQ(begin(kSecond), place(0));
  lane.resolve(place(0), Outcome::delivered(), kSecond, to.retry, 0);
  EXPECT_EQ(begin(kSecond), place(2));
}

TEST(LaneTest, TooManyOpenMatchesHoldNewOnesBack) {
  LaneLimits limits;
  limits.open = 3;
  limits.failures_to_break = 1000;
  Lane lane(limits);
  const RuleTarget to = target();
  for (int i = 0; i < 9; ++i) lane.route(place(i), 0);
  while (const auto match = lane.take(0, to, 100)) {
    lane.resolve(match->place, Outcome::retry("TIMEOUT", "late"), 0, to.retry, 0.9);
  }
  EXPECT_EQ(lane.open(), 3U);
  EXPECT_EQ(lane.queued(), 6U);
}

TEST(LaneTest, AMatchThatOthersHavePassedIsStored) {
  Lane lane;
  const RuleTarget to = target();
  for (int i = 0; i < 4; ++i) lane.route(place(i), 0);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(lane.take(0, to, 9).has_value());
  EXPECT_EQ(lane.progress().head, place(0)) << "nothing is done: the head says all";
  lane.resolve(place(1), Outcome::delivered(), 0, to.retry, 0);
  const Lane::Progress passed = lane.progress();
  ASSERT_EQ(passed.opened.size(), 1U);
  EXPECT_EQ(passed.opened[0].place, place(0));
  EXPECT_EQ(passed.head, place(2));
  lane.resolve(place(0), Outcome::delivered(), 0, to.retry, 0);
  EXPECT_THAT(lane.progress().closed, testing::ElementsAre(place(0)));
}

/// Plays a lane against a target that fails at random, and kills it at random: what was stored must
/// owe exactly what was not done.
TEST(LaneTest, NothingIsForgottenByARestartAtAnyMoment) {
  std::mt19937 random(7);
  const auto chance = [&](double p) { return std::uniform_real_distribution<>()(random) < p; };
  for (int round = 0; round < 300; ++round) {
    const bool keyed = round % 2 == 0;
    const std::int64_t matches = 40;
    std::map<MatchPlace, OpenMatch> rows;  // as stored
    std::optional<MatchPlace> head = place(0);
    std::set<MatchPlace> done;  // seen by the target
    std::map<std::string, std::int64_t> last_of_key;
    RuleTarget to = target();
    to.retry.backoff_ms = 1;
    to.retry.maximum_backoff_ms = 2;
    std::int64_t now = 0;
    for (int life = 0; life < 50; ++life) {
      Lane lane;
      const auto key = [](MatchPlace p) { return std::to_string(p.offset % 3); };
      for (const auto& [at, row] : rows) lane.restore(row);
      if (keyed) {
        for (const auto& [at, row] : rows) lane.restore_key(at, key(at));
      }
      for (std::int64_t i = head ? head->offset : matches; i < matches; ++i) {
        lane.route(place(i), 0);
      }
      std::set<MatchPlace> sending;
      bool killed = false;
      while (!killed && !lane.idle()) {
        now += 500;
        while (const auto match = lane.take(now, to, 6)) {
          if (keyed && !lane.enter_key(match->place, key(match->place))) continue;
          ASSERT_TRUE(sending.insert(match->place).second) << "sent twice at once";
        }
        if (!sending.empty() && chance(0.7)) {
          const auto any =
              std::next(sending.begin(), static_cast<std::ptrdiff_t>(random() % sending.size()));
          const MatchPlace at = *any;
          sending.erase(any);
          const bool good = chance(0.6);
          if (good) {
            if (keyed && !done.contains(at)) {
              const auto [known, first] = last_of_key.emplace(key(at), at.offset);
              if (!first) {
                ASSERT_LT(known->second, at.offset) << "out of order";
                known->second = at.offset;
              }
            }
            done.insert(at);
          }
          lane.resolve(at, good ? Outcome::delivered() : Outcome::retry("TIMEOUT", "x"), now,
                       to.retry, 0.5);
        }
        if (chance(0.3)) {
          const Lane::Progress progress = lane.progress();
          for (const OpenMatch& row : progress.opened) rows[row.place] = row;
          for (const MatchPlace at : progress.closed) rows.erase(at);
          head = progress.head;
        }
        killed = chance(0.05);
      }
      if (!killed) break;
    }
    ASSERT_EQ(done.size(), static_cast<std::size_t>(matches)) << "round " << round;
  }
}

}  // namespace
}  // namespace clicklake
