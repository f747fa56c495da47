#pragma once
/// The channel that a campaign belongs to.
///
/// Place: dim_campaigns.channel. Invariant: follows from the campaign's natural key and the tables
/// of this version alone. Thread safety: a pure function.
/// Source: docs/lists.md, "Channels"; the categories follow GA4's default channel group.

#include <string_view>

#include "model/page_url.h"

namespace clicklake {

/// Changes with the rules.
inline constexpr int kChannelRulesVersion = 1;

/// paid_search, paid_social, paid_shopping, paid_video, paid_other, cross_network, display, search,
/// social, video, shopping, ai, referral, email, affiliates, audio, sms, push, or other where no
/// rule fits. `parts` without any value: none.
std::string_view channel_of(const CampaignParts& parts);

}  // namespace clicklake
