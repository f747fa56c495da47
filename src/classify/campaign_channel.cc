#include "classify/campaign_channel.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii_case.h"
#include "classify/referrer_sites.h"

namespace clicklake {
namespace {

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// What a click id alone tells: its network tags paid clicks, or any.
struct ClickId {
  std::string_view type;
  bool paid;
  std::string_view channel;
};
constexpr std::array<ClickId, 14> kClickIds{{{"gclid", true, "paid_search"},
                                             {"gbraid", true, "paid_search"},
                                             {"wbraid", true, "paid_search"},
                                             {"msclkid", true, "paid_search"},
                                             {"yclid", true, "paid_search"},
                                             {"dclid", true, "display"},
                                             {"ttclid", true, "paid_social"},
                                             {"twclid", true, "paid_social"},
                                             {"li_fat_id", true, "paid_social"},
                                             {"rdt_cid", true, "paid_social"},
                                             {"sccid", true, "paid_social"},
                                             {"irclickid", true, "affiliates"},
                                             {"fbclid", false, "social"},
                                             {"epik", false, "social"}}};

const ClickId* find_click_id(std::string_view type) {
  const auto at = std::find_if(kClickIds.begin(), kClickIds.end(),
                               [&](const ClickId& id) { return id.type == type; });
  return at == kClickIds.end() ? nullptr : &*at;
}

bool is_paid_medium(std::string_view medium) {
  return medium.find("cp") != std::string_view::npos || medium == "ppc" ||
         medium == "retargeting" || medium.starts_with("paid");
}

/// A campaign named for a shop: "shopping", or a word that begins with "shop".
bool names_shopping(std::string_view campaign) {
  for (std::size_t at = campaign.find("shop"); at != std::string_view::npos;
       at = campaign.find("shop", at + 1)) {
    const char before = at == 0 ? ' ' : campaign[at - 1];
    if (before < 'a' || before > 'z' || campaign.substr(at).starts_with("shopping")) return true;
  }
  return false;
}

}  // namespace

std::string_view channel_of(const CampaignParts& parts) {
  const auto part = [&](CampaignPart p) { return lower_case(parts[static_cast<std::size_t>(p)]); };
  const std::string source = part(CampaignPart::kSource);
  const std::string medium = part(CampaignPart::kMedium);
  const std::string campaign = part(CampaignPart::kCampaign);
  const std::string click_id_type = part(CampaignPart::kClickIdType);
  const ClickId* click_id = find_click_id(click_id_type);
  if (source.empty() && medium.empty()) {
    if (click_id != nullptr) return click_id->channel;
    const bool any = std::any_of(parts.begin(), parts.end(), [](auto p) { return !p.empty(); });
    return any ? "other" : "none";
  }

  const SiteKind kind = source.empty() ? SiteKind::kOther : find_site_of_source(source).kind;
  const bool paid =
      is_paid_medium(medium) || (medium.empty() && click_id != nullptr && click_id->paid);
  const bool shopping = kind == SiteKind::kShopping || names_shopping(campaign);
  if (campaign.find("cross-network") != std::string::npos) return "cross_network";
  if (paid) {
    if (shopping) return "paid_shopping";
    if (kind == SiteKind::kSearch) return "paid_search";
    if (kind == SiteKind::kSocial) return "paid_social";
    if (kind == SiteKind::kVideo) return "paid_video";
  }
  if (one_of(medium, std::array<std::string_view, 5>{"display", "banner", "expandable",
                                                     "interstitial", "cpm"}) ||
      (medium.empty() && click_id_type == "dclid"))
    return "display";
  if (paid) return "paid_other";

  constexpr std::array<std::string_view, 4> kEmailWords{"email", "e-mail", "e_mail", "e mail"};
  if (one_of(medium, kEmailWords) || one_of(source, kEmailWords)) return "email";
  if (shopping) return "shopping";
  if (kind == SiteKind::kSocial ||
      one_of(medium, std::array<std::string_view, 6>{"social", "social-network", "social-media",
                                                     "sm", "social network", "social media"}))
    return "social";
  if (kind == SiteKind::kVideo || medium.find("video") != std::string::npos) return "video";
  if (kind == SiteKind::kAi) return "ai";
  if (kind == SiteKind::kSearch || medium == "organic") return "search";
  if (kind == SiteKind::kEmail || medium == "newsletter" || source == "newsletter") return "email";
  if (one_of(medium, std::array<std::string_view, 3>{"referral", "app", "link"})) return "referral";
  if (medium == "affiliate" || medium == "affiliates") return "affiliates";
  if (medium == "audio") return "audio";
  if (medium == "sms" || source == "sms") return "sms";
  if (medium.ends_with("push") || medium.find("mobile") != std::string::npos ||
      medium.find("notification") != std::string::npos || source == "firebase")
    return "push";
  return "other";
}

}  // namespace clicklake
