#pragma once
/// The shop that the clickstream is of: its pages, products, campaigns, devices and visitors'
/// words, as ready-made JSON text.
///
/// Place: session.cc draws from it what happens, click_text.cc copies its pieces into the lines.
/// Invariant: made from the numbers in ShopSize alone, so equal sizes give equal shops; every piece
/// is valid JSON text as it stands. Thread safety: immutable once made; shared by all threads.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "generate/random.h"

namespace clicklake::synthetic {

/// Text that may be read in whole blocks of kPieceBlock bytes.
struct Piece {
  const char* data = nullptr;
  std::uint32_t size = 0;
  std::string_view view() const { return {data, size}; }
};
inline constexpr std::size_t kPieceBlock = 32;

/// Appends `piece` at `out`, which has at least kPieceBlock bytes of room behind the piece's end.
inline char* put(char* out, Piece piece) {
  const char* in = piece.data;
  char* end = out + piece.size;
  do {
    std::memcpy(out, in, kPieceBlock);
    out += kPieceBlock;
    in += kPieceBlock;
  } while (out < end);
  return end;
}

inline constexpr std::uint32_t kCategories = 10;
inline constexpr std::uint32_t kArticles = 48;
inline constexpr std::uint32_t kCurrencies = 5;

enum class PageKind : std::uint8_t {
  kHome,
  kCategory,
  kProduct,
  kSearch,
  kArticle,
  kCart,
  kCheckout,
  kThanks,
  kNone
};

/// A page of the shop: `ref` is the category, product, query or article.
struct Page {
  PageKind kind = PageKind::kNone;
  std::uint32_t ref = 0;
};

enum class ClickId : std::uint8_t { kNone, kGclid, kFbclid };

struct Device {
  Piece type_field;   ///< `"device_type":"mobile",`
  Piece agent_field;  ///< `"user_agent":"..."`
  bool is_app;
};

/// How a visitor came: where from and by which campaign.
struct Arrival {
  Piece referrer;  ///< a URL; size 0: none
  Piece campaign;  ///< `utm_source=...&...`; size 0: none
  ClickId click_id;
  PageKind landing;  ///< the most likely first page
};

struct Query {
  Piece json;  ///< what was typed, with JSON's escapes
  Piece url;   ///< the same, percent-encoded
};

struct ShopSize {
  std::uint32_t users;     ///< 1 to 2^24
  std::uint32_t products;  ///< 1 to 2^24
};

class Shop {
 public:
  explicit Shop(ShopSize size);

  std::uint32_t users() const { return size_.users; }
  std::uint32_t pick_user(std::uint64_t random) const { return user_popularity_.pick(random); }
  std::uint32_t pick_product(std::uint64_t random) const {
    return product_popularity_.pick(random);
  }
  std::uint32_t pick_query(std::uint64_t random) const { return query_popularity_.pick(random); }
  std::uint32_t pick_human_device(std::uint64_t random) const {
    return human_devices_.pick(random);
  }
  std::uint32_t pick_bot_device(std::uint64_t random) const;
  std::uint32_t pick_arrival(std::uint64_t random) const { return arrival_share_.pick(random); }

  static std::uint32_t category_of(std::uint32_t product) { return product % kCategories; }
  /// The product of `category` nearest to `product` (or `product`, where the shop ends before it).
  std::uint32_t moved_to(std::uint32_t product, std::uint32_t category) const;
  /// 100 to 89,999 cents by category.
  static std::uint32_t price_cents(std::uint32_t product);
  std::uint32_t query_category(std::uint32_t query) const { return query_category_[query]; }

  const Device& device(std::uint32_t i) const { return devices_[i]; }
  const Arrival& arrival(std::uint32_t i) const { return arrivals_[i]; }
  const Query& query(std::uint32_t i) const { return queries_[i]; }
  Piece category_field(std::uint32_t category) const { return category_field_[category]; }
  Piece currency_field(std::uint32_t i) const { return currency_field_[i]; }
  /// `"country":"DE"` and the currency of that country.
  Piece country_field(std::uint32_t i) const { return country_field_[i]; }
  std::uint32_t country_currency(std::uint32_t i) const { return country_currency_[i]; }
  std::uint32_t pick_country(std::uint64_t random) const { return countries_.pick(random); }

  /// Appends the page's URL (at most 160 bytes; PageKind::kNone appends nothing) at `out`.
  char* put_url(char* out, Page page) const;
  static bool has_query(Page page) { return page.kind == PageKind::kSearch; }

 private:
  Piece keep(std::string_view text);
  void add_devices();
  void add_arrivals();
  void add_queries();
  void add_pages();
  void add_countries();

  ShopSize size_;
  std::vector<std::unique_ptr<char[]>> texts_;
  std::vector<Device> devices_;  // humans' first, then bots
  std::vector<Arrival> arrivals_;
  std::vector<std::uint64_t> arrival_weights_;
  std::vector<Query> queries_;
  std::vector<std::uint32_t> query_category_;
  std::vector<Piece> category_field_, category_url_, product_url_, article_url_, currency_field_,
      country_field_;
  std::vector<std::uint32_t> country_currency_;
  std::vector<std::uint64_t> country_weights_;
  Piece home_, search_, cart_, checkout_, thanks_;
  std::uint32_t product_digits_;
  AliasTable user_popularity_, product_popularity_, query_popularity_, human_devices_,
      arrival_share_, countries_;
};

/// Appends `value` in decimal, at least `width` digits.
char* put_number(char* out, std::uint64_t value, int width = 1);

}  // namespace clicklake::synthetic
