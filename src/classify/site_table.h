#pragma once
/// The table of search engines, social sites, mail, assistants, video sites and shops.
///
/// Place: behind find_site(). Invariant: a host is there once; names are as their owners write
/// them. Thread safety: constant.

#include <span>
#include <string_view>

#include "classify/referrer_sites.h"

namespace clicklake {

struct SiteEntry {
  /// Stands for itself and every host below it; "google.*" for google.com, google.co.uk and the
  /// like.
  std::string_view host;
  SiteKind kind;
  std::string_view name;
};

std::span<const SiteEntry> site_table();

}  // namespace clicklake
