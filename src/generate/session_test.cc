#include "generate/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace clicklake::synthetic {
namespace {

class SessionTest : public ::testing::Test {
 protected:
  void Play(Cohort cohort, std::uint32_t visits, bool within_hour) {
    for (std::uint32_t i = 0; i < visits; ++i) {
      Visit visit = model_.visit(cohort, i);
      model_.play(visit, visit.clicks, within_hour, &sessions_, &clicks_);
    }
  }

  Shop shop_{{1000, 500}};
  SessionModel model_{shop_, 42};
  std::vector<Session> sessions_;
  std::vector<Click> clicks_;
};

TEST_F(SessionTest, ClicksOfASessionAreInOrderAndApart) {
  Play({3, 0}, 3000, false);
  for (std::size_t i = 1; i < clicks_.size(); ++i) {
    if (clicks_[i].session != clicks_[i - 1].session) continue;
    ASSERT_LT(clicks_[i - 1].at_ms, clicks_[i].at_ms);
    ASSERT_EQ(clicks_[i].step, clicks_[i - 1].step + 1);
  }
}

TEST_F(SessionTest, NoSessionOutlastsItsBounds) {
  Play({3, 0}, 20'000, false);
  std::uint32_t longest = 0;
  for (std::size_t first = 0; first < clicks_.size();) {
    std::size_t end = first;
    while (end < clicks_.size() && clicks_[end].session == clicks_[first].session) ++end;
    std::uint32_t lasted = clicks_[end - 1].at_ms - clicks_[first].at_ms;
    ASSERT_LE(lasted, longest_ms(static_cast<std::uint32_t>(end - first)));
    longest = std::max(longest, lasted);
    first = end;
  }
  EXPECT_LE(longest, kMaxSessionMs);
  EXPECT_GT(longest, kMaxSessionMs / 4);  // the bound was put to the test
}

TEST_F(SessionTest, WithinHourKeepsEveryClickInTheHour) {
  Play({3, 0}, 5000, true);
  for (const Click& click : clicks_) ASSERT_LT(click.at_ms, kHourMs);
}

TEST_F(SessionTest, EverySessionHasAUidOfItsOwn) {
  Play({3, 0}, 500, false);
  Play({3, 1}, 500, false);
  Play({4, 0}, 500, false);
  Play({3, 0, true}, 500, false);
  std::set<std::uint64_t> uids;
  for (const Session& session : sessions_) {
    uids.insert(session.uid);
    ASSERT_EQ(session.uid & 63, 0U);  // room for the step
  }
  EXPECT_EQ(uids.size(), 2000U);
}

TEST_F(SessionTest, EverySessionIsKnownBySomething) {
  Play({0, 0}, 5000, false);
  int anonymous = 0, without_session_id = 0;
  for (const Session& session : sessions_) {
    ASSERT_TRUE(session.has_session_id || session.login_step == 0);
    anonymous += session.login_step > 0 ? 1 : 0;
    without_session_id += session.has_session_id ? 0 : 1;
  }
  EXPECT_GT(anonymous, 0);
  EXPECT_GT(without_session_id, 0);
}

TEST_F(SessionTest, PurchaseFollowsCheckout) {
  Play({0, 0}, 20'000, false);
  int purchases = 0;
  for (std::size_t i = 0; i < clicks_.size(); ++i) {
    if (clicks_[i].type != EventType::kPurchase) continue;
    ++purchases;
    ASSERT_GT(clicks_[i].step, 0);
    ASSERT_GE(clicks_[i].quantity, 1);
    ASSERT_TRUE(clicks_[i].from.kind == PageKind::kCheckout) << "step " << int{clicks_[i].step};
  }
  EXPECT_GT(purchases, 100);
}

TEST_F(SessionTest, SeedChangesWhatHappens) {
  SessionModel other(shop_, 43);
  int same_start = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    same_start += model_.visit({0, 0}, i).start_ms == other.visit({0, 0}, i).start_ms ? 1 : 0;
  }
  EXPECT_LT(same_start, 5);
}

}  // namespace
}  // namespace clicklake::synthetic
