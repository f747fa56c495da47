#pragma once
/// Page URLs without tracking parameters, and the campaign that those parameters name.
///
/// Place: transform makes page_key, dim_pages and campaign_key from it.
/// Invariant: everything but the removed parameters stays byte for byte; the list of removed names
/// has a version (kTrackingListVersion), and a new version asks
///   for a replay.
/// Thread safety: a PageUrl is thread-compatible; the free functions are pure.
/// Source: docs/design.md, "Pages and campaigns"; RFC 3986, section 3.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace clicklake {

/// Changes with the list of tracking parameters.
inline constexpr int kTrackingListVersion = 1;

enum class CampaignPart : std::uint8_t {
  kSource,
  kMedium,
  kCampaign,
  kTerm,
  kContent,
  kClickIdType
};
inline constexpr std::size_t kCampaignPartCount = 6;
/// "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "click_id_type".
inline constexpr std::array<std::string_view, kCampaignPartCount> kCampaignPartNames{
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "click_id_type"};

/// By CampaignPart; data() == nullptr: missing (an empty value counts as missing).
using CampaignParts = std::array<std::string_view, kCampaignPartCount>;

/// Whether a query parameter of this name is a tracking parameter (ASCII letter case does not
/// matter): utm_*, click ids, mail and ad campaign ids.
bool is_tracking_parameter(std::string_view name);

/// Takes URLs apart; reuses its buffers.
class PageUrl {
 public:
  /// Reads `url`; what the accessors give is valid until the next call and while `url` lives. Cost:
  /// one pass over the query, no allocation once warm.
  void parse(std::string_view url);
  /// The URL without tracking parameters; without "?" where no parameter is left.
  std::string_view clean() const { return clean_; }
  /// The campaign of the query, values percent-decoded. click_id_type is the lower-case name of the
  /// first click id that has a value.
  const CampaignParts& campaign() const { return campaign_; }
  bool has_campaign() const { return has_campaign_; }

 private:
  void take_parameter(std::string_view name, std::string_view value);

  std::string_view clean_;
  CampaignParts campaign_;
  bool has_campaign_ = false;
  std::string clean_buffer_;
  std::array<std::string, kCampaignPartCount> decoded_;
};

struct UrlParts {
  std::string_view scheme;  ///< data() == nullptr: none
  std::string_view host;    ///< without user and port; nullptr: none
  std::string_view path;    ///< without query and fragment; "" where there is none
};

/// Scheme, host and path of an absolute URL, or the path alone of a relative one.
UrlParts split_url(std::string_view url);

/// "home", "product", "category", "search", "cart", "checkout", "account", "content" or "other", by
/// the path's first words.
std::string_view page_type_of(std::string_view path);

/// Appends one part of a natural key: `<byte length>:<bytes>`, `~` where data() is null.
void append_key_part(std::string* key, std::string_view part);

}  // namespace clicklake
