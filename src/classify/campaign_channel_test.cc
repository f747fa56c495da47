#include "classify/campaign_channel.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

std::string_view channel(std::string_view source, std::string_view medium,
                         std::string_view campaign = {}, std::string_view click_id = {}) {
  return channel_of({source, medium, campaign, {}, {}, click_id});
}

TEST(CampaignChannelTest, PaidMediaAreToldApartBySource) {
  EXPECT_EQ(channel("google", "cpc"), "paid_search");
  EXPECT_EQ(channel("Bing", "PPC"), "paid_search");
  EXPECT_EQ(channel("facebook.com", "paid-social"), "paid_social");
  EXPECT_EQ(channel("fb", "cpc"), "paid_social");
  EXPECT_EQ(channel("youtube", "cpv"), "paid_video");
  EXPECT_EQ(channel("youtube", "cpm"), "paid_video");
  EXPECT_EQ(channel("amazon", "cpc"), "paid_shopping");
  EXPECT_EQ(channel("google", "cpc", "spring shopping"), "paid_shopping");
  EXPECT_EQ(channel("partner", "cpc"), "paid_other");
  EXPECT_EQ(channel("partner", "retargeting"), "paid_other");
}

TEST(CampaignChannelTest, DisplayComesAfterKnownSourcesAndBeforeOtherPaidMedia) {
  EXPECT_EQ(channel("news-site", "cpm"), "display");
  EXPECT_EQ(channel("google", "cpm"), "paid_search");
  EXPECT_EQ(channel("news-site", "banner"), "display");
}

TEST(CampaignChannelTest, UnpaidMediaFollowTheirSourceOrName) {
  EXPECT_EQ(channel("google", "organic"), "search");
  EXPECT_EQ(channel("instagram", {}), "social");
  EXPECT_EQ(channel("x", "social"), "social");
  EXPECT_EQ(channel("chatgpt.com", {}), "ai");
  EXPECT_EQ(channel("vimeo", "referral"), "video");
  EXPECT_EQ(channel("blog", "referral"), "referral");
  EXPECT_EQ(channel("newsletter", "email"), "email");
  EXPECT_EQ(channel("crm", "e-mail"), "email");
  EXPECT_EQ(channel("partner", "affiliate"), "affiliates");
  EXPECT_EQ(channel("firebase", "app-thing"), "push");
  EXPECT_EQ(channel("crm", "web_push"), "push");
  EXPECT_EQ(channel("crm", "sms"), "sms");
  EXPECT_EQ(channel("x1", "y1"), "other");
}

TEST(CampaignChannelTest, CrossNetworkIsToldByTheCampaign) {
  EXPECT_EQ(channel("google", "cpc", "Cross-network 1"), "cross_network");
}

TEST(CampaignChannelTest, WordsThatOnlyHoldShopAreNoShops) {
  EXPECT_EQ(channel("google", "cpc", "workshop"), "paid_search");
  EXPECT_EQ(channel("google", "cpc", "my-shop"), "paid_shopping");
}

TEST(CampaignChannelTest, AClickIdSpeaksWhereNothingElseDoes) {
  EXPECT_EQ(channel({}, {}, {}, "gclid"), "paid_search");
  EXPECT_EQ(channel({}, {}, {}, "fbclid"), "social");
  EXPECT_EQ(channel({}, {}, {}, "dclid"), "display");
  EXPECT_EQ(channel("google", {}, {}, "gclid"), "paid_search");
  EXPECT_EQ(channel("facebook", {}, {}, "fbclid"), "social");
  EXPECT_EQ(channel("newsletter", "email", {}, "fbclid"), "email");
}

TEST(CampaignChannelTest, NoCampaignIsNone) {
  EXPECT_EQ(channel({}, {}), "none");
  EXPECT_EQ(channel({}, {}, "summer"), "other");
}

}  // namespace
}  // namespace clicklake
