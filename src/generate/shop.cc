#include "generate/shop.h"

#include <algorithm>
#include <array>
#include <string>

namespace clicklake::synthetic {

namespace {

using std::string;
using std::string_view;

constexpr string_view kSite = "https://shop.example.com";

struct CategoryWords {
  string_view name, slug;
  std::uint32_t low_price, price_span;  // whole units
  std::array<string_view, 8> nouns;
};
constexpr std::array<CategoryWords, kCategories> kCategoryWords{{
    {"shoes",
     "shoes",
     29,
     160,
     {"runner", "boot", "sandal", "loafer", "sneaker", "clog", "pump", "slipper"}},
    {"bags",
     "bags",
     19,
     280,
     {"tote", "backpack", "satchel", "clutch", "duffel", "wallet", "messenger", "pouch"}},
    {"hats",
     "hats",
     9,
     60,
     {"beanie", "cap", "fedora", "beret", "bucket", "visor", "bonnet", "boater"}},
    {"coats",
     "coats",
     59,
     340,
     {"parka", "trench", "anorak", "poncho", "blazer", "raincoat", "duster", "cape"}},
    {"toys",
     "toys",
     4,
     90,
     {"puzzle", "robot", "kite", "blocks", "train", "doll", "drone", "yoyo"}},
    {"books",
     "books",
     5,
     45,
     {"atlas", "novel", "cookbook", "diary", "comic", "primer", "memoir", "guide"}},
    {"home & garden",
     "home-garden",
     3,
     240,
     {"lamp", "planter", "rug", "hose", "vase", "bench", "kettle", "grill"}},
    {"audio",
     "audio",
     15,
     460,
     {"earbuds", "speaker", "turntable", "amp", "mixer", "headset", "radio", "soundbar"}},
    {"phones",
     "phones",
     99,
     800,
     {"phone", "charger", "case", "stand", "cable", "screen", "powerbank", "holder"}},
    {"café",
     "cafe",
     1,
     38,
     {"espresso", "beans", "grinder", "filter", "mug", "tea", "matcha", "syrup"}},
}};
constexpr std::array<string_view, 16> kAdjectives{
    "trail", "classic", "urban", "vintage", "light",  "compact", "alpine", "coastal",
    "soft",  "bold",    "mini",  "grand",   "nordic", "solar",   "silent", "everyday"};
constexpr std::uint32_t kSlugs = 16 * 8;

string percent_encoded(string_view text) {
  constexpr string_view kHex = "0123456789ABCDEF";
  string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

string json_escaped(string_view text) {
  string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

template <typename... Parts>
string join(const Parts&... parts) {
  string out;
  (out.append(parts), ...);
  return out;
}

struct DeviceWords {
  string_view type, agent;
  bool is_app;
  std::uint64_t weight;
};
constexpr auto kDeviceWords = std::to_array<DeviceWords>({
    {"desktop",
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/130.0.0.0 Safari/537.36",
     false, 150},
    {"desktop",
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/129.0.0.0 Safari/537.36",
     false, 60},
    {"desktop",
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
     false, 60},
    {"desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
     false, 40},
    {"desktop",
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/18.0 Safari/605.1.15",
     false, 55},
    {"desktop",
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/130.0.0.0 Safari/537.36",
     false, 50},
    {"desktop",
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:131.0) Gecko/20100101 Firefox/131.0", false,
     12},
    {"desktop", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", false, 9},
    {"desktop",
     "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/129.0.0.0 Safari/537.36",
     false, 6},
    {"desktop",
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/128.0.0.0 Safari/537.36 OPR/114.0.0.0",
     false, 7},
    {"mobile",
     "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) Version/18.0.1 Mobile/15E148 Safari/604.1",
     false, 120},
    {"mobile",
     "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
     false, 60},
    {"mobile",
     "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) CriOS/130.0.6723.37 Mobile/15E148 Safari/604.1",
     false, 25},
    {"mobile",
     "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
     "Mobile Safari/537.36",
     false, 110},
    {"mobile",
     "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) "
     "SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
     false, 30},
    {"mobile", "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", false, 8},
    {"mobile",
     "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) Mobile/15E148 Instagram 354.0.0.29.90",
     false, 12},
    {"mobile", "ShopApp/4.12.2 (iPhone; iOS 18.0.1; Scale/3.00)", true, 45},
    {"mobile", "ShopApp/4.11.0 (iPhone; iOS 17.6.1; Scale/3.00)", true, 18},
    {"mobile", "ShopApp/4.12.0 (Android 14; Pixel 8)", true, 35},
    {"mobile", "ShopApp/4.9.5 (Android 13; SM-A546B)", true, 15},
    {"tablet",
     "Mozilla/5.0 (iPad; CPU OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/17.6 Mobile/15E148 Safari/604.1",
     false, 28},
    {"tablet",
     "Mozilla/5.0 (Linux; Android 13; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/129.0.0.0 Safari/537.36",
     false, 14},
    {"tablet", "ShopApp/4.12.2 (iPad; iPadOS 18.0; Scale/2.00)", true, 8},
    {"bot", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", false, 0},
    {"bot", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", false, 0},
    {"bot", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", false, 0},
    {"bot",
     "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
     "+https://openai.com/gptbot)",
     false, 0},
    {"desktop",
     "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "HeadlessChrome/129.0.0.0 Safari/537.36",
     false, 0},
    {"bot", "python-requests/2.32.3", false, 0},
});

struct ArrivalWords {
  string_view referrer, campaign;
  ClickId click_id;
  PageKind landing;
  std::uint64_t weight;
};
constexpr auto kArrivalWords = std::to_array<ArrivalWords>({
    {"", "", ClickId::kNone, PageKind::kHome, 300},
    {"", "", ClickId::kNone, PageKind::kProduct, 60},
    {"https://www.google.com/", "", ClickId::kNone, PageKind::kProduct, 170},
    {"https://www.google.com/", "", ClickId::kNone, PageKind::kArticle, 40},
    {"https://www.google.de/", "", ClickId::kNone, PageKind::kCategory, 40},
    {"https://www.bing.com/", "", ClickId::kNone, PageKind::kProduct, 26},
    {"https://duckduckgo.com/", "", ClickId::kNone, PageKind::kProduct, 12},
    {"https://www.ecosia.org/", "", ClickId::kNone, PageKind::kHome, 5},
    {"https://search.yahoo.com/", "", ClickId::kNone, PageKind::kProduct, 6},
    {"https://www.google.com/",
     "utm_source=google&utm_medium=cpc&utm_campaign=brand_eu&utm_term=shop+example",
     ClickId::kGclid, PageKind::kHome, 50},
    {"https://www.google.com/",
     "utm_source=google&utm_medium=cpc&utm_campaign=autumn_sale&utm_term=running+shoes&utm_content="
     "ad_a",
     ClickId::kGclid, PageKind::kProduct, 40},
    {"https://www.google.com/",
     "utm_source=google&utm_medium=cpc&utm_campaign=autumn_sale&utm_term=leather+bag&utm_content="
     "ad_b",
     ClickId::kGclid, PageKind::kProduct, 24},
    {"https://www.google.com/", "utm_source=google&utm_medium=shopping&utm_campaign=pmax_all",
     ClickId::kGclid, PageKind::kProduct, 45},
    {"https://www.google.com/", "", ClickId::kGclid, PageKind::kProduct, 8},
    {"https://www.bing.com/", "utm_source=bing&utm_medium=cpc&utm_campaign=brand_eu",
     ClickId::kNone, PageKind::kHome, 9},
    {"https://l.facebook.com/",
     "utm_source=facebook&utm_medium=paid_social&utm_campaign=black_friday_2024&utm_content="
     "carousel_1",
     ClickId::kFbclid, PageKind::kCategory, 30},
    {"https://l.facebook.com/",
     "utm_source=facebook&utm_medium=paid_social&utm_campaign=retargeting&utm_content=video_15s",
     ClickId::kFbclid, PageKind::kProduct, 22},
    {"https://l.instagram.com/",
     "utm_source=instagram&utm_medium=paid_social&utm_campaign=black_friday_2024&utm_content=story",
     ClickId::kFbclid, PageKind::kProduct, 26},
    {"https://l.facebook.com/", "", ClickId::kFbclid, PageKind::kArticle, 14},
    {"https://www.tiktok.com/", "utm_source=tiktok&utm_medium=paid_social&utm_campaign=gen_z_drop",
     ClickId::kNone, PageKind::kProduct, 16},
    {"https://t.co/9fKq2LmX1c", "", ClickId::kNone, PageKind::kArticle, 10},
    {"https://www.pinterest.com/", "utm_source=pinterest&utm_medium=social&utm_campaign=moodboard",
     ClickId::kNone, PageKind::kCategory, 9},
    {"https://www.youtube.com/",
     "utm_source=youtube&utm_medium=influencer&utm_campaign=unboxing&utm_content=creator%20042",
     ClickId::kNone, PageKind::kProduct, 8},
    {"https://www.reddit.com/r/BuyItForLife/", "", ClickId::kNone, PageKind::kProduct, 7},
    {"https://news.ycombinator.com/item?id=41923635", "", ClickId::kNone, PageKind::kArticle, 4},
    {"", "utm_source=newsletter&utm_medium=email&utm_campaign=weekly_2024_44&utm_content=hero",
     ClickId::kNone, PageKind::kCategory, 42},
    {"", "utm_source=newsletter&utm_medium=email&utm_campaign=weekly_2024_45&utm_content=footer",
     ClickId::kNone, PageKind::kProduct, 20},
    {"https://mail.google.com/", "utm_source=crm&utm_medium=email&utm_campaign=abandoned_cart",
     ClickId::kNone, PageKind::kCart, 14},
    {"", "utm_source=app&utm_medium=push&utm_campaign=flash_sale", ClickId::kNone,
     PageKind::kProduct, 12},
    {"https://deals.example.net/today?cat=shoes&page=2",
     "utm_source=dealsnet&utm_medium=affiliate&utm_campaign=partner_17", ClickId::kNone,
     PageKind::kProduct, 16},
    {"https://blog.example.org/best-bags-of-2024/",
     "utm_source=bagblog&utm_medium=affiliate&utm_campaign=partner_04", ClickId::kNone,
     PageKind::kProduct, 9},
    {"https://compare.example.net/preise?q=kopfh%C3%B6rer", "", ClickId::kNone, PageKind::kProduct,
     8},
    {"https://chatgpt.com/", "utm_source=chatgpt.com", ClickId::kNone, PageKind::kProduct, 8},
    {"https://www.perplexity.ai/", "", ClickId::kNone, PageKind::kProduct, 3},
    {"https://pay.example.com/return?status=ok", "", ClickId::kNone, PageKind::kCheckout, 4},
});

constexpr std::array<string_view, 14> kQueryForms{"%",
                                                  "cheap %",
                                                  "red %",
                                                  "% size 42",
                                                  "% \"size 9\"",
                                                  "best % 2024",
                                                  "% für herren",
                                                  "größe m %",
                                                  "women's %",
                                                  "% 50% off",
                                                  "kids % & more",
                                                  "黒い %",
                                                  "% 🎁",
                                                  "waterproof %"};

struct Country {
  string_view code;
  std::uint32_t currency;
  std::uint64_t weight;
};
constexpr auto kCountryWords = std::to_array<Country>({{"DE", 0, 30},
                                                       {"US", 1, 26},
                                                       {"FR", 0, 12},
                                                       {"GB", 2, 14},
                                                       {"NL", 0, 6},
                                                       {"CH", 3, 5},
                                                       {"SE", 4, 4},
                                                       {"ES", 0, 3}});
constexpr std::array<string_view, kCurrencies> kCurrencyCodes{"EUR", "USD", "GBP", "CHF", "SEK"};

template <typename Words>
std::vector<std::uint64_t> weights_of(const Words& words) {
  std::vector<std::uint64_t> weights;
  weights.reserve(words.size());
  for (const auto& word : words) weights.push_back(word.weight);
  return weights;
}

constexpr std::uint32_t kHumanDevices = 24;
constexpr auto kBotDevices = static_cast<std::uint32_t>(kDeviceWords.size()) - kHumanDevices;

}  // namespace

// The most popular user has 1 in ~1000 sessions of a small shop and 1 in ~9000 of a large one:
// nobody clicks all day.
Shop::Shop(ShopSize size)
    : size_(size),
      product_digits_(size.products > 1'000'000 ? 8 : 6),
      user_popularity_(AliasTable::zipf(size.users, std::max<std::uint32_t>(20, size.users / 100))),
      product_popularity_(AliasTable::zipf(size.products, 8)),
      query_popularity_(
          AliasTable::zipf(static_cast<std::uint32_t>(kQueryForms.size() * kCategories * 8), 3)),
      human_devices_(AliasTable(std::vector<std::uint64_t>(weights_of(kDeviceWords)))),
      arrival_share_(AliasTable(weights_of(kArrivalWords))),
      countries_(AliasTable(weights_of(kCountryWords))) {
  add_devices();
  add_arrivals();
  add_queries();
  add_pages();
  add_countries();
}

std::uint32_t Shop::pick_bot_device(std::uint64_t random) const {
  return kHumanDevices + static_cast<std::uint32_t>((random >> 32) * kBotDevices >> 32);
}

std::uint32_t Shop::moved_to(std::uint32_t product, std::uint32_t category) const {
  std::uint32_t moved = product - product % kCategories + category;
  return moved < size_.products ? moved : product;
}

std::uint32_t Shop::price_cents(std::uint32_t product) {
  constexpr std::array<std::uint32_t, 4> kCents{99, 95, 50, 0};
  const CategoryWords& words = kCategoryWords[category_of(product)];
  std::uint64_t h = mix64(product + 0x5107ULL);
  return (words.low_price + static_cast<std::uint32_t>(h >> 40) % words.price_span) * 100 +
         kCents[h & 3];
}

Piece Shop::keep(string_view text) {
  std::size_t room = (text.size() / kPieceBlock + 2) * kPieceBlock;
  texts_.push_back(std::make_unique<char[]>(room));
  std::memcpy(texts_.back().get(), text.data(), text.size());
  return {texts_.back().get(), static_cast<std::uint32_t>(text.size())};
}

void Shop::add_devices() {
  for (const DeviceWords& words : kDeviceWords) {
    devices_.push_back({keep(join("\"device_type\":\"", words.type, "\",")),
                        keep(join("\"user_agent\":\"", words.agent, "\"")), words.is_app});
  }
}

void Shop::add_arrivals() {
  for (const ArrivalWords& words : kArrivalWords) {
    arrivals_.push_back(
        {keep(words.referrer), keep(words.campaign), words.click_id, words.landing});
  }
}

void Shop::add_queries() {
  for (std::size_t noun = 0; noun < 8; ++noun) {
    for (std::uint32_t category = 0; category < kCategories; ++category) {
      for (string_view form : kQueryForms) {
        std::size_t gap = form.find('%');
        string text =
            join(form.substr(0, gap), kCategoryWords[category].nouns[noun], form.substr(gap + 1));
        queries_.push_back({keep(json_escaped(text)), keep(percent_encoded(text))});
        query_category_.push_back(category);
      }
    }
  }
}

void Shop::add_pages() {
  home_ = keep(join(kSite, "/"));
  search_ = keep(join(kSite, "/search?q="));
  cart_ = keep(join(kSite, "/cart"));
  checkout_ = keep(join(kSite, "/checkout"));
  thanks_ = keep(join(kSite, "/checkout/thank-you"));
  for (const CategoryWords& words : kCategoryWords) {
    category_field_.push_back(keep(join(",\"category\":\"", words.name, "\"")));
    category_url_.push_back(keep(join(kSite, "/category/", words.slug)));
    for (string_view noun : words.nouns) {
      for (string_view adjective : kAdjectives)
        product_url_.push_back(keep(join(kSite, "/product/", adjective, "-", noun, "-p")));
    }
  }
  for (std::uint32_t i = 0; i < kArticles; ++i) {
    const CategoryWords& words = kCategoryWords[i % kCategories];
    article_url_.push_back(
        keep(join(kSite, "/blog/", kAdjectives[i % 16], "-", words.nouns[i % 8], "-ideas")));
  }
}

void Shop::add_countries() {
  for (string_view code : kCurrencyCodes)
    currency_field_.push_back(keep(join(",\"currency\":\"", code, "\"")));
  for (const Country& country : kCountryWords) {
    country_field_.push_back(keep(join(",\"country\":\"", country.code, "\"")));
    country_currency_.push_back(country.currency);
  }
}

char* Shop::put_url(char* out, Page page) const {
  switch (page.kind) {
    case PageKind::kHome: return put(out, home_);
    case PageKind::kCategory: return put(out, category_url_[page.ref]);
    case PageKind::kProduct: {
      std::uint32_t category = category_of(page.ref);
      out = put(out, product_url_[category * kSlugs + (page.ref / kCategories) % kSlugs]);
      return put_number(out, page.ref, static_cast<int>(product_digits_));
    }
    case PageKind::kSearch: return put(put(out, search_), queries_[page.ref].url);
    case PageKind::kArticle: return put(out, article_url_[page.ref]);
    case PageKind::kCart: return put(out, cart_);
    case PageKind::kCheckout: return put(out, checkout_);
    case PageKind::kThanks: return put(out, thanks_);
    case PageKind::kNone: return out;
  }
  return out;
}

char* put_number(char* out, std::uint64_t value, int width) {
  char digits[20];
  int n = 0;
  do {
    digits[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  for (; width > n; --width) *out++ = '0';
  while (n > 0) *out++ = digits[--n];
  return out;
}

}  // namespace clicklake::synthetic
