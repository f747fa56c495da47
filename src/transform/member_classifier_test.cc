#include "transform/member_classifier.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

constexpr std::string_view kList = "clicklake-agents 1\ttest\nB\t(Chrome)\nC\tbot\n";

TEST(MemberClassifierTest, AVersionFollowsWhatItsTableFollows) {
  const MemberClassifier plain({}, kList);
  const MemberClassifier with_hosts({"shop.example"}, kList);
  const MemberClassifier without_agents({}, "");
  const auto differ = [](const MemberClassifier& a, const MemberClassifier& b,
                         const TableDefinition& table) {
    return a.version_of(table) != b.version_of(table);
  };
  EXPECT_TRUE(differ(plain, with_hosts, dim_referrers_definition()));
  EXPECT_FALSE(differ(plain, with_hosts, dim_devices_definition()));
  EXPECT_TRUE(differ(plain, without_agents, dim_devices_definition()));
  EXPECT_FALSE(differ(plain, with_hosts, dim_campaigns_definition()));
  EXPECT_EQ(plain.version_of(dim_pages_definition()), "");
}

TEST(MemberClassifierTest, RowsOfAnotherListAreOutdatedUnlessThereIsNoList) {
  const MemberClassifier plain({}, kList);
  const MemberClassifier without_agents({}, "");
  const TableDefinition& devices = dim_devices_definition();
  EXPECT_FALSE(plain.is_outdated(devices, plain.version_of(devices)));
  EXPECT_TRUE(plain.is_outdated(devices, ""));
  EXPECT_TRUE(plain.is_outdated(devices, without_agents.version_of(devices)));
  EXPECT_FALSE(without_agents.is_outdated(devices, plain.version_of(devices)));
}

TEST(MemberClassifierTest, DevicesFollowTheList) {
  MemberClassifier classifier({}, kList);
  EXPECT_EQ(classifier.device("Chrome/1")->browser, "Chrome");
  EXPECT_EQ(classifier.device("Chrome/1")->is_bot, false);
  EXPECT_EQ(classifier.device("robot")->is_bot, true);
  MemberClassifier without_agents({}, "");
  EXPECT_EQ(without_agents.device("Chrome/1")->browser, "unknown");
}

}  // namespace
}  // namespace clicklake
