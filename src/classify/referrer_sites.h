#pragma once
/// What kind of site a referrer is, by its host.
///
/// Place: dim_referrers' medium and source; campaign channels look sources up in the same table.
/// Invariant: follows from the host, the table and the lake's own hosts alone; the most specific
/// entry decides. Thread safety: immutable, safe.
/// Source: docs/lists.md, "Referrers".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

/// Changes with the table of sites, or with how it is applied.
inline constexpr int kReferrerTableVersion = 1;

enum class SiteKind : std::uint8_t { kSearch, kSocial, kEmail, kAi, kVideo, kShopping, kOther };

struct Site {
  SiteKind kind = SiteKind::kOther;
  std::string_view name;  ///< as dim_referrers.source shows it; "" where the table has none
};

/// The site of `host` ("www.google.co.uk"; ASCII letter case and a last dot do not matter).
/// Cost: a few look-ups.
Site find_site(std::string_view host);
/// The site that a campaign's utm_source means: its name ("google", "hacker_news"), another word
/// for it ("fb"), or its host ("google.com").
Site find_site_of_source(std::string_view source);

struct Referrer {
  std::string_view medium;  ///< search, social, email, ai, internal, direct or other
  std::string_view source;  ///< a site's name; for internal and other the host without "www.";
                            ///< data() == nullptr: none
};

/// A lake's own view: the table and the hosts that are the shop's own.
class ReferrerSites {
 public:
  /// `own_hosts`: "shop.example.com" stands for itself and all hosts below it.
  explicit ReferrerSites(std::vector<std::string> own_hosts);

  /// `host` is of referrer_url, data() == nullptr where it has none; `missing`: there was no
  /// referrer at all. `scratch` holds the source where it is a host.
  Referrer classify(std::string_view host, bool missing, std::string* scratch) const;

  /// Names the table and the hosts: two lakes with one version classify alike.
  std::string version() const;

 private:
  std::vector<std::string> own_hosts_;  ///< lower case, sorted
};

}  // namespace clicklake
