#include "generate/click_text.h"

#include <cstring>
#include <string_view>

#include "model/time.h"

namespace clicklake::synthetic {

namespace {

/// Appends a literal; its length is known when compiling, so this is a few moves.
template <std::size_t N>
inline char* put(char* out, const char (&text)[N]) {
  std::memcpy(out, text, N - 1);
  return out + N - 1;
}

struct DigitPairs {
  char text[200];
};
constexpr DigitPairs kPairs = [] {
  DigitPairs pairs{};
  for (int i = 0; i < 100; ++i) {
    pairs.text[2 * i] = static_cast<char>('0' + i / 10);
    pairs.text[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

inline char* put_pair(char* out, std::uint32_t value) {
  std::memcpy(out, kPairs.text + 2 * static_cast<std::size_t>(value), 2);
  return out + 2;
}

inline char* put_8_digits(char* out, std::uint32_t value) {
  std::uint32_t high = value / 10000, low = value % 10000;
  out = put_pair(out, high / 100);
  out = put_pair(out, high % 100);
  out = put_pair(out, low / 100);
  return put_pair(out, low % 100);
}

inline char* put_hex16(char* out, std::uint64_t value) {
  constexpr char kHex[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) *out++ = kHex[(value >> shift) & 15];
  return out;
}

/// 20 characters a round of base64url, as click ids look.
char* put_token(char* out, std::uint64_t bits, int rounds) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int i = 0; i < 2 * rounds; ++i) {
    bits = mix64(bits + 0x9e3779b97f4a7c15ULL);
    for (int shift = 0; shift < 60; shift += 6) *out++ = kAlphabet[(bits >> shift) & 63];
  }
  return out;
}

char* put_price(char* out, std::uint32_t cents) {
  out = put_number(out, cents / 100);
  *out++ = '.';
  return put_pair(out, cents % 100);
}

/// Ranks spread over eight digits, so that popular users do not stand in a row. The modulus is
/// prime: distinct ranks stay distinct.
std::uint32_t user_number(std::uint32_t rank) {
  return static_cast<std::uint32_t>((std::uint64_t{rank} * 48'271'013 + 7'919) % 99'999'989);
}

std::uint64_t click_name(const Session& session, const Click& click) {
  return mix64(session.uid + click.step + (std::uint64_t{1} << 63));
}

}  // namespace

HourText::HourText(std::int64_t hour) {
  CivilTime civil = civil_from_micros(hour_start(hour));
  char* out = put(bytes_.data(), ",\"event_timestamp\":\"");
  out = put_number(out, static_cast<std::uint64_t>(civil.year), 4);
  *out++ = '-';
  out = put_pair(out, static_cast<std::uint32_t>(civil.month));
  *out++ = '-';
  out = put_pair(out, static_cast<std::uint32_t>(civil.day));
  *out++ = 'T';
  out = put_pair(out, static_cast<std::uint32_t>(civil.hour));
  *out++ = ':';
  size_ = static_cast<std::size_t>(out - bytes_.data());
}

char* ClickText::put_line(char* out, const HourText& hour, const Session& session,
                          const Click& click) const {
  out = put_identity(out, session, click);
  switch (click.type) {
    case EventType::kPageView: out = put(out, "\"event_type\":\"page_view\""); break;
    case EventType::kClick: out = put(out, "\"event_type\":\"click\""); break;
    case EventType::kSearch: out = put(out, "\"event_type\":\"search\""); break;
    case EventType::kAddToCart: out = put(out, "\"event_type\":\"add_to_cart\""); break;
    case EventType::kPurchase: out = put(out, "\"event_type\":\"purchase\""); break;
  }
  std::memcpy(out, hour.bytes().data(), hour.bytes().size());
  out += hour.size();
  std::uint32_t ms = click.at_ms;
  out = put_pair(out, ms / 60'000);
  *out++ = ':';
  ms %= 60'000;
  out = put_pair(out, ms / 1000);
  *out++ = '.';
  ms %= 1000;
  *out++ = static_cast<char>('0' + ms / 100);
  out = put_pair(out, ms % 100);
  out = put(out, "Z\",");
  out = put(out, shop_.device(session.device).type_field);
  out = put_pages(out, session, click);
  out = put_metadata(out, session, click);
  return put(out, "}}\n");
}

char* ClickText::put_identity(char* out, const Session& session, const Click& click) const {
  *out++ = '{';
  if (click.step >= session.login_step) {
    out = put(out, "\"user_id\":\"u");
    out = put_8_digits(out, user_number(session.user));
    out = put(out, "\",");
  } else if (session.null_not_missing) {
    out = put(out, "\"user_id\":null,");
  }
  if (session.has_session_id) {
    out = put(out, "\"session_id\":\"s-");
    out = put_hex16(out, mix64(session.uid));
    out = put(out, "\",");
  } else if (session.null_not_missing) {
    out = put(out, "\"session_id\":null,");
  }
  return out;
}

char* ClickText::put_pages(char* out, const Session& session, const Click& click) const {
  out = put(out, "\"page_url\":\"");
  out = shop_.put_url(out, click.page);
  const Arrival& arrival = shop_.arrival(session.arrival);
  if (click.step ==
      0) {  // the shop takes tracking parameters off the address once it has read them
    char separator = Shop::has_query(click.page) ? '&' : '?';
    if (arrival.campaign.size > 0) {
      *out++ = separator;
      out = put(out, arrival.campaign);
      separator = '&';
    }
    if (arrival.click_id == ClickId::kGclid) {
      *out++ = separator;
      out = put_token(put(out, "gclid=Cj0KCQiA"), session.uid ^ click.noise, 2);
    } else if (arrival.click_id == ClickId::kFbclid) {
      *out++ = separator;
      out = put_token(put(out, "fbclid=IwZXh0bgNhZW"), session.uid ^ click.noise, 2);
    }
  }
  out = put(out, "\",");
  if (shop_.device(session.device).is_app) return out;  // apps send no referrer
  if (click.from.kind != PageKind::kNone) {
    out = shop_.put_url(put(out, "\"referrer_url\":\""), click.from);
    out = put(out, "\",");
  } else if (arrival.referrer.size > 0) {
    out = put(put(out, "\"referrer_url\":\""), arrival.referrer);
    out = put(out, "\",");
  } else if (session.null_not_missing) {
    out = put(out, "\"referrer_url\":null,");
  }
  return out;
}

char* ClickText::put_metadata(char* out, const Session& session, const Click& click) const {
  const Device& device = shop_.device(session.device);
  std::uint64_t traits = session.traits;
  out = put(put(out, "\"metadata\":{"), device.agent_field);
  // Addresses of the shared range 100.64.0.0/10: never anybody's own.
  out = put_number(put(out, ",\"ip\":\"100."), 64 + ((traits >> 8) & 63));
  *out++ = '.';
  out = put_number(out, (traits >> 16) & 255);
  *out++ = '.';
  out = put_number(out, 1 + ((traits >> 24) & 127));
  *out++ = '"';
  out = put(out, shop_.country_field(shop_.pick_country(mix64(traits))));
  out = put(out, ",\"experiment\":\"exp-");
  *out++ = static_cast<char>('0' + ((traits >> 32) & 7));
  *out++ = ':';
  *out++ = static_cast<char>('A' + ((traits >> 36) & 1));
  *out++ = '"';
  if (device.is_app) {
    std::string_view agent = device.agent_field.view();
    std::size_t from = agent.find('/') + 1;
    std::string_view version = agent.substr(from, agent.find(' ') - from);
    out = put(out, ",\"app_version\":\"");
    std::memcpy(out, version.data(), version.size());
    out += version.size();
    *out++ = '"';
  }
  if (!session.has_session_id) {
    out = put_hex16(put(out, ",\"request_id\":\""), click_name(session, click));
    *out++ = '"';
  }
  return put_details(out, session, click, device.is_app);
}

char* ClickText::put_details(char* out, const Session& session, const Click& click,
                             bool is_app) const {
  bool sells = click.type == EventType::kAddToCart || click.type == EventType::kPurchase;
  if (sells || click.page.kind == PageKind::kProduct) {
    out = put_8_digits(put(out, ",\"product_id\":\"P"), click.product);
    *out++ = '"';
    out = put(out, shop_.category_field(Shop::category_of(click.product)));
  } else if (click.page.kind == PageKind::kCategory) {
    out = put(out, shop_.category_field(click.page.ref));
  }
  switch (click.type) {
    case EventType::kPageView:
      if ((click.noise & 3) != 0)
        out = put_number(put(out, ",\"load_ms\":"), 90 + (click.noise >> 8) % 1900);
      break;
    case EventType::kClick: {
      static constexpr char kElements[8][16] = {"gallery-next", "size-select",  "filter-price",
                                                "menu-open",    "wishlist-add", "read-more",
                                                "banner-hero",  "reviews-tab"};
      const char* element = kElements[click.noise & 7];
      std::size_t length = std::strlen(element);
      out = put(out, ",\"element\":\"");
      std::memcpy(out, element, 16);
      out = put_number(put(out + length, "\",\"x\":"), (click.noise >> 8) % 1920);
      out = put_number(put(out, ",\"y\":"), (click.noise >> 20) % 1080);
      break;
    }
    case EventType::kSearch:
      out = put(put(out, ",\"query\":\""), shop_.query(click.page.ref).json);
      out = put_number(put(out, "\",\"results\":"), (click.noise >> 8) % 240);
      break;
    case EventType::kPurchase:
      out =
          put_number(put(out, ",\"order_id\":\"O"), mix64(session.uid + 1) % 1'000'000'000'000, 12);
      *out++ = '"';
      [[fallthrough]];
    case EventType::kAddToCart: {
      // The app sends these as text, the site as numbers.
      out = is_app ? put(out, ",\"price\":\"") : put(out, ",\"price\":");
      out = put_price(out, Shop::price_cents(click.product));
      out = is_app ? put(out, "\",\"quantity\":\"") : put(out, ",\"quantity\":");
      out = put_number(out, click.quantity);
      if (is_app) *out++ = '"';
      std::uint32_t country = shop_.pick_country(mix64(session.traits));
      out = put(out, shop_.currency_field(shop_.country_currency(country)));
      break;
    }
  }
  return out;
}

}  // namespace clicklake::synthetic
