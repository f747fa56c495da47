#include "classify/referrer_sites.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "classify/site_table.h"

namespace clicklake {
namespace {

std::pair<std::string, std::string> classify(std::string_view host,
                                             std::vector<std::string> own = {}) {
  std::string scratch;
  const Referrer r = ReferrerSites(std::move(own)).classify(host, false, &scratch);
  return {std::string(r.medium), std::string(r.source)};
}
using Pair = std::pair<std::string, std::string>;

TEST(ReferrerSitesTest, HostsBelowAnEntryAreItsSite) {
  EXPECT_EQ(classify("bing.com"), Pair("search", "Bing"));
  EXPECT_EQ(classify("www.bing.com"), Pair("search", "Bing"));
  EXPECT_EQ(classify("l.facebook.com"), Pair("social", "Facebook"));
  EXPECT_EQ(classify("notbing.com"), Pair("other", "notbing.com"));
  EXPECT_EQ(classify("WWW.Bing.COM."), Pair("search", "Bing"));
}

TEST(ReferrerSitesTest, ASiteOfManyCountriesIsKnownInEach) {
  for (const char* host : {"google.com", "www.google.de", "google.co.uk", "www.google.com.br"})
    EXPECT_EQ(classify(host), Pair("search", "Google")) << host;
  EXPECT_EQ(classify("google.example.com").first, "other");
  EXPECT_EQ(classify("google.com.evil.example").first, "other");
}

TEST(ReferrerSitesTest, TheMostSpecificEntryDecides) {
  EXPECT_EQ(classify("mail.google.com"), Pair("email", "Gmail"));
  EXPECT_EQ(classify("gemini.google.com"), Pair("ai", "Gemini"));
  EXPECT_EQ(classify("uk.search.yahoo.com"), Pair("search", "Yahoo!"));
  EXPECT_EQ(classify("mail.yahoo.com"), Pair("email", "Yahoo! Mail"));
  EXPECT_EQ(classify("chatgpt.com"), Pair("ai", "ChatGPT"));
  EXPECT_EQ(classify("www.amazon.de"), Pair("other", "Amazon"));
}

TEST(ReferrerSitesTest, OwnHostsAreInternalBeforeAllElse) {
  EXPECT_EQ(classify("www.shop.example.com", {"Shop.Example.com"}),
            Pair("internal", "shop.example.com"));
  EXPECT_EQ(classify("example.com", {"shop.example.com"}), Pair("other", "example.com"));
  EXPECT_EQ(classify("shop.google.com", {"shop.google.com"}).first, "internal");
}

TEST(ReferrerSitesTest, NoReferrerIsDirectAndOneWithoutAHostIsOther) {
  std::string scratch;
  const ReferrerSites sites({});
  EXPECT_EQ(sites.classify({}, true, &scratch).medium, "direct");
  const Referrer relative = sites.classify({}, false, &scratch);
  EXPECT_EQ(relative.medium, "other");
  EXPECT_EQ(relative.source.data(), nullptr);
}

TEST(ReferrerSitesTest, TheVersionFollowsTheHostsNotTheirOrder) {
  EXPECT_EQ(ReferrerSites({"a.com", "b.com"}).version(),
            ReferrerSites({"B.com", "a.com", "a.com"}).version());
  EXPECT_NE(ReferrerSites({"a.com"}).version(), ReferrerSites({}).version());
}

TEST(ReferrerSitesTest, EachHostIsInTheTableOnceInLowerCase) {
  std::set<std::string_view> hosts;
  for (const SiteEntry& entry : site_table()) {
    EXPECT_TRUE(hosts.insert(entry.host).second) << entry.host;
    EXPECT_EQ(entry.host.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ /"), std::string_view::npos);
    EXPECT_FALSE(entry.name.empty());
  }
}

/// Hosts of a list of Matomo's, by line: "      - www.google.com" or "  - x.com".
std::vector<std::string> listed_hosts(const std::filesystem::path& file) {
  std::vector<std::string> hosts;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t at = line.find("- ");
    if (at == std::string::npos || line.find_first_not_of(' ') != at) continue;
    const std::string host = line.substr(at + 2);
    if (host.find_first_of("{}/ '\"=") == std::string::npos && host.find('.') != std::string::npos)
      hosts.push_back(host);
  }
  return hosts;
}

TEST(ReferrerSitesTest, AgreesWithMatomosListsWhereBothKnowAHost) {
  const std::filesystem::path lists = CLICKLAKE_SOURCE_DIR "/../shared/data/lookups/matomo-lists";
  if (!std::filesystem::exists(lists)) GTEST_SKIP() << "Matomo's lists are not there";
  // Theirs has assistants and pages of social sites among search engines.
  const std::set<std::string> apart{"www.facebook.com",  "searchservice.myspace.com",
                                    "chatgpt.com",       "chat.openai.com",
                                    "www.perplexity.ai", "you.com",
                                    "search.aol.com",    "msnbc.msn.com"};
  int known = 0;
  for (const std::string& host : listed_hosts(lists / "SearchEngines.yml")) {
    const Site site = find_site(host);
    if (site.name.empty() || apart.contains(host)) continue;
    ++known;
    EXPECT_EQ(site.kind, SiteKind::kSearch) << host;
  }
  EXPECT_GT(known, 150);
  known = 0;
  for (const std::string& host : listed_hosts(lists / "Socials.yml")) {
    const Site site = find_site(host);
    if (site.name.empty() || host.find("google") != std::string::npos) continue;
    ++known;
    EXPECT_TRUE(site.kind == SiteKind::kSocial || site.kind == SiteKind::kVideo) << host;
  }
  EXPECT_GT(known, 80);
}

}  // namespace
}  // namespace clicklake
