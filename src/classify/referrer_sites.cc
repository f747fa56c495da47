#include "classify/referrer_sites.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/ascii_case.h"
#include "base/hash.h"
#include "classify/site_table.h"

namespace clicklake {
namespace {

std::string normal_host(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  return lower_case(host);
}

/// Whether `text` can be what follows a site's name in its hosts around the world: "de", "com",
/// "co.uk", "com.br".
bool is_public_suffix(std::string_view text) {
  constexpr std::string_view kSecondLevel[] = {"co", "com", "net", "org", "ne", "or", "edu", "gov"};
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return text.size() >= 2;
  const std::string_view last = text.substr(dot + 1);
  return last.size() == 2 && std::find(std::begin(kSecondLevel), std::end(kSecondLevel),
                                       text.substr(0, dot)) != std::end(kSecondLevel);
}

using SiteMap = std::unordered_map<std::string_view, Site>;

const SiteMap& sites_by_host() {
  static const SiteMap kMap = [] {
    SiteMap out;
    for (const SiteEntry& entry : site_table())
      out.emplace(entry.host, Site{entry.kind, entry.name});
    return out;
  }();
  return kMap;
}

/// Letters and digits in lower case: "Hacker News", "hacker_news" and "HackerNews" are one word.
std::string word_of(std::string_view text) {
  std::string out;
  for (const char c : lower_case(text)) {
    if (std::string_view(" -_.!").find(c) == std::string_view::npos) out += c;
  }
  return out;
}

const std::unordered_map<std::string, Site>& sites_by_word() {
  static const std::unordered_map<std::string, Site> kMap = [] {
    std::unordered_map<std::string, Site> out;
    for (const SiteEntry& entry : site_table())
      out.emplace(word_of(entry.name), Site{entry.kind, entry.name});
    constexpr std::pair<std::string_view, std::string_view> kOtherWords[] = {
        {"fb", "facebook"},         {"meta", "facebook"},
        {"ig", "instagram"},        {"insta", "instagram"},
        {"twitter", "x"},           {"adwords", "google"},
        {"googleads", "google"},    {"yt", "youtube"},
        {"openai", "chatgpt"},      {"copilot", "microsoftcopilot"},
        {"linkedinads", "linkedin"}};
    for (const auto& [word, name] : kOtherWords) out.emplace(word, out.at(std::string(name)));
    return out;
  }();
  return kMap;
}

std::string_view medium_of(SiteKind kind) {
  switch (kind) {
    case SiteKind::kSearch: return "search";
    case SiteKind::kSocial:
    case SiteKind::kVideo: return "social";
    case SiteKind::kEmail: return "email";
    case SiteKind::kAi: return "ai";
    case SiteKind::kShopping:
    case SiteKind::kOther: return "other";
  }
  return "other";
}

}  // namespace

Site find_site(std::string_view host) {
  const std::string normal = normal_host(host);
  const SiteMap& sites = sites_by_host();
  std::string with_any_suffix;
  for (std::string_view rest = normal;;) {
    if (const auto at = sites.find(rest); at != sites.end()) return at->second;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos;
         dot = rest.find('.', dot + 1)) {
      if (!is_public_suffix(rest.substr(dot + 1))) continue;
      with_any_suffix.assign(rest.substr(0, dot)).append(".*");
      if (const auto at = sites.find(with_any_suffix); at != sites.end()) return at->second;
    }
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) return {};
    rest.remove_prefix(dot + 1);
  }
}

Site find_site_of_source(std::string_view source) {
  const auto& words = sites_by_word();
  if (const auto at = words.find(word_of(source)); at != words.end()) return at->second;
  return source.find('.') == std::string_view::npos ? Site{} : find_site(source);
}

ReferrerSites::ReferrerSites(std::vector<std::string> own_hosts)
    : own_hosts_(std::move(own_hosts)) {
  for (std::string& host : own_hosts_) host = normal_host(host);
  std::sort(own_hosts_.begin(), own_hosts_.end());
  own_hosts_.erase(std::unique(own_hosts_.begin(), own_hosts_.end()), own_hosts_.end());
}

Referrer ReferrerSites::classify(std::string_view host, bool missing, std::string* scratch) const {
  if (missing) return {"direct", "(direct)"};
  if (host.empty()) return {"other", {}};
  *scratch = normal_host(host);
  bool own = false;
  for (std::string_view rest = *scratch; !own && !own_hosts_.empty();) {
    own = std::binary_search(own_hosts_.begin(), own_hosts_.end(), rest);
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  const Site site = own ? Site{} : find_site(*scratch);
  if (!site.name.empty()) return {medium_of(site.kind), site.name};
  if (scratch->starts_with("www.")) scratch->erase(0, 4);
  return {own ? "internal" : "other", *scratch};
}

std::string ReferrerSites::version() const {
  std::string hosts;
  for (const std::string& host : own_hosts_) hosts += host + '\n';
  return fmt::format("sites {} own {:016x}", kReferrerTableVersion, xxh64(hosts, 42));
}

}  // namespace clicklake
