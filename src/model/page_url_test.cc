#include "model/page_url.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

std::string cleaned(std::string_view url) {
  PageUrl page;
  page.parse(url);
  return std::string(page.clean());
}

TEST(PageUrlTest, TrackingParametersGoAndTheRestStays) {
  EXPECT_EQ(cleaned("https://s.com/p?utm_source=x&ref=1"), "https://s.com/p?ref=1");
  EXPECT_EQ(cleaned("https://s.com/p?ref=1&utm_source=x"), "https://s.com/p?ref=1");
  EXPECT_EQ(cleaned("https://s.com/p?a=1&gclid=x&b=2&fbclid=y#top"), "https://s.com/p?a=1&b=2#top");
  EXPECT_EQ(cleaned("https://s.com/p?UTM_Source=x"), "https://s.com/p");
  EXPECT_EQ(cleaned("https://s.com/p?utm_source=x#frag"), "https://s.com/p#frag");
  EXPECT_EQ(cleaned("https://s.com/p?utmost=1&ga=2"), "https://s.com/p?utmost=1&ga=2");
}

TEST(PageUrlTest, UntouchedUrlsAreByteForByte) {
  for (const char* url : {"", "https://s.com/", "/a/b?x", "https://s.com/p?",
                          "https://s.com/p?&&a=1", "#x?utm_source=1", "https://s.com/p?a=%zz&b"}) {
    EXPECT_EQ(cleaned(url), url);
  }
}

TEST(PageUrlTest, CampaignComesFromTheQueryDecoded) {
  PageUrl page;
  page.parse(
      "https://s.com/?utm_source=news+letter&utm_medium=e%2Dmail&utm_term=&gclid=abc&fbclid=def");
  EXPECT_EQ(page.campaign()[0], "news letter");
  EXPECT_EQ(page.campaign()[1], "e-mail");
  EXPECT_EQ(page.campaign()[3].data(), nullptr);
  EXPECT_EQ(page.campaign()[5], "gclid");
  page.parse("https://s.com/?x=1");
  EXPECT_FALSE(page.has_campaign());
}

TEST(SplitUrlTest, PartsOfAbsoluteAndRelativeUrls) {
  const UrlParts a = split_url("https://user@shop.example.com:8443/a/b?x=1#y");
  EXPECT_EQ(a.scheme, "https");
  EXPECT_EQ(a.host, "shop.example.com");
  EXPECT_EQ(a.path, "/a/b");
  const UrlParts b = split_url("/only/path?redirect=http://x/");
  EXPECT_EQ(b.scheme.data(), nullptr);
  EXPECT_EQ(b.path, "/only/path");
  EXPECT_EQ(split_url("http://[::1]:80/").host, "[::1]");
}

TEST(PageTypeTest, FirstKnownWordDecides) {
  EXPECT_EQ(page_type_of("/"), "home");
  EXPECT_EQ(page_type_of("/shoes/product/000001"), "product");
  EXPECT_EQ(page_type_of("/Checkout/step-2"), "checkout");
  EXPECT_EQ(page_type_of("/x/y"), "other");
}

TEST(KeyPartTest, PartsCarryTheirLengths) {
  std::string key;
  append_key_part(&key, "desktop");
  append_key_part(&key, {});
  append_key_part(&key, "");
  EXPECT_EQ(key, "7:desktop~0:");
}

}  // namespace
}  // namespace clicklake
