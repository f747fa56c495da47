#include "generate/session.h"

#include <algorithm>
#include <array>

namespace clicklake::synthetic {

namespace {

constexpr std::uint32_t kMinGapMs = 350;
constexpr std::uint32_t kHurryAfterMs = 2'800'000;  // then the rest of a session takes seconds
constexpr std::uint32_t kMaxCart = 4;

std::array<std::uint64_t, kMaxSessionClicks> length_weights() {
  std::array<std::uint64_t, kMaxSessionClicks> weights{};
  weights[0] = 2'600'000;  // bounces
  std::uint64_t w = 1'100'000;
  for (std::uint32_t i = 1; i < kMaxSessionClicks; ++i, w = w * 87 / 100) weights[i] = w;
  return weights;
}

/// One visitor in the shop: where they are and what they carry.
class Visitor {
 public:
  Visitor(const Shop& shop, Random random, const Session& session, bool is_bot)
      : shop_(shop), random_(random), session_(session), is_bot_(is_bot) {}

  /// Fills in what the click at `step` is; `click->at_ms` is the caller's.
  void step(std::uint32_t step, Click* click) {
    quantity_ = 0;
    EventType type = step == 0 ? land() : next();
    click->product = product_;
    click->noise = static_cast<std::uint32_t>(random_.next());
    click->page = page_;
    click->from = from_;
    click->type = type;
    click->step = static_cast<std::uint8_t>(step);
    click->quantity = quantity_;
  }

  std::uint32_t gap_after(EventType type) {
    if (is_bot_) return kMinGapMs + random_.below(2500);
    if (to_buy_ > 0) return 3 + random_.below(9);  // one order's lines are sent together
    static constexpr std::array<std::uint32_t, kEventTypeCount> kMean{26'000, 7'000, 9'000, 14'000,
                                                                      30'000};
    return std::min(kMaxGapMs,
                    kMinGapMs + random_.exponential(kMean[static_cast<std::size_t>(type)]));
  }

 private:
  EventType land() {
    product_ = shop_.pick_product(random_.next());
    PageKind landing = is_bot_ ? PageKind::kProduct : shop_.arrival(session_.arrival).landing;
    if (!is_bot_ && random_.permille(200)) landing = PageKind::kHome;
    switch (landing) {
      case PageKind::kCategory: page_ = {landing, Shop::category_of(product_)}; break;
      case PageKind::kProduct: page_ = {landing, product_}; break;
      case PageKind::kArticle: page_ = {landing, random_.below(kArticles)}; break;
      case PageKind::kCart:
      case PageKind::kCheckout:
        page_ = {landing, 0};
        fill_cart();
        break;
      default: page_ = {PageKind::kHome, 0}; break;
    }
    return EventType::kPageView;
  }

  EventType next() {
    if (is_bot_) return view_product(shop_.pick_product(random_.next()));
    std::uint32_t dice = random_.below(1000);
    switch (page_.kind) {
      case PageKind::kHome:
        if (dice < 260) return EventType::kClick;
        if (dice < 450) return search();
        if (dice < 820) return view({PageKind::kCategory, random_category()});
        return view_product(shop_.pick_product(random_.next()));
      case PageKind::kCategory:
        if (dice < 280) return EventType::kClick;
        if (dice < 350) return search();
        if (dice < 400) return view({PageKind::kHome, 0});
        return view_product(shop_.moved_to(shop_.pick_product(random_.next()), page_.ref));
      case PageKind::kSearch:
        if (dice < 300) return EventType::kClick;
        if (dice < 450) return search();
        return view_product(
            shop_.moved_to(shop_.pick_product(random_.next()), shop_.query_category(page_.ref)));
      case PageKind::kProduct:
        if (dice < 330) return EventType::kClick;
        if (dice < 500) return add_to_cart();
        if (dice < 560) return search();
        if (dice < 700) return view({PageKind::kCategory, Shop::category_of(product_)});
        if (dice < 860 && cart_size_ > 0) return view({PageKind::kCart, 0});
        return view_product(shop_.pick_product(random_.next()));
      case PageKind::kArticle:
        if (dice < 350) return EventType::kClick;
        if (dice < 500) return view({PageKind::kArticle, random_.below(kArticles)});
        return view_product(shop_.pick_product(random_.next()));
      case PageKind::kCart:
        if (dice < 200) return EventType::kClick;
        if (dice < 780 && cart_size_ > 0) return view({PageKind::kCheckout, 0});
        return view({PageKind::kCategory, random_category()});
      case PageKind::kCheckout:
        if (dice < 300) return EventType::kClick;
        if (dice < 880) return purchase();
        return view({PageKind::kCart, 0});
      case PageKind::kThanks:
        if (to_buy_ > 0) return purchase();
        if (dice < 500) return EventType::kClick;
        return view({PageKind::kHome, 0});
      case PageKind::kNone: break;
    }
    return EventType::kClick;
  }

  void go(Page page) {
    from_ = page_;
    page_ = page;
  }
  EventType view(Page page) {
    go(page);
    return EventType::kPageView;
  }
  EventType view_product(std::uint32_t product) {
    product_ = product;
    return view({PageKind::kProduct, product});
  }
  EventType search() {
    go({PageKind::kSearch, shop_.pick_query(random_.next())});
    return EventType::kSearch;
  }
  EventType add_to_cart() {
    quantity_ = static_cast<std::uint8_t>(1 + (random_.permille(150) ? random_.below(3) : 0));
    if (cart_size_ < kMaxCart) cart_[cart_size_++] = {product_, quantity_};
    return EventType::kAddToCart;
  }
  /// A visitor who comes back to an earlier cart.
  void fill_cart() {
    cart_[0] = {product_, 1};
    cart_size_ = 1;
  }
  EventType purchase() {
    if (to_buy_ == 0) {
      if (cart_size_ == 0) fill_cart();
      to_buy_ = cart_size_;
      cart_size_ = 0;
      go({PageKind::kThanks, 0});
    }
    --to_buy_;
    product_ = cart_[to_buy_].product;
    quantity_ = cart_[to_buy_].quantity;
    return EventType::kPurchase;
  }
  std::uint32_t random_category() { return Shop::category_of(shop_.pick_product(random_.next())); }

  struct CartLine {
    std::uint32_t product;
    std::uint8_t quantity;
  };

  const Shop& shop_;
  Random random_;
  const Session& session_;
  bool is_bot_;
  Page page_, from_;
  std::uint32_t product_ = 0;
  std::uint8_t quantity_ = 0;
  std::array<CartLine, kMaxCart> cart_{};
  std::uint32_t cart_size_ = 0;
  std::uint32_t to_buy_ = 0;
};

}  // namespace

std::string_view to_string(EventType type) {
  switch (type) {
    case EventType::kPageView: return "page_view";
    case EventType::kClick: return "click";
    case EventType::kSearch: return "search";
    case EventType::kAddToCart: return "add_to_cart";
    case EventType::kPurchase: return "purchase";
  }
  return "";
}

SessionModel::SessionModel(const Shop& shop, std::uint64_t seed)
    : shop_(shop), seed_(mix64(seed + 0x636c69636b73ULL)), length_(length_weights()) {}

Visit SessionModel::visit(Cohort cohort, std::uint32_t index) const {
  // 1 + 20 + 12 + 24 bits name the visit, 6 more its clicks; mix64 keeps them apart under any seed.
  std::uint64_t name = (std::uint64_t{cohort.extra} << 56) | (std::uint64_t{cohort.hour} << 36) |
                       (std::uint64_t{cohort.shard} << 24) | index;
  Visit visit{Random(mix64(name ^ seed_)), (name << 6) ^ (mix64(seed_) & ~std::uint64_t{63}), 0, 0};
  visit.start_ms = visit.random.below(kHourMs);
  visit.clicks = 1 + length_.pick(visit.random.next());
  return visit;
}

void SessionModel::play(Visit visit, std::uint32_t clicks, bool within_hour,
                        std::vector<Session>* sessions, std::vector<Click>* out) const {
  Random& random = visit.random;
  Session session{};
  session.uid = visit.uid;
  session.user = shop_.pick_user(random.next());
  session.traits = mix64(session.user ^ (seed_ << 1));
  session.arrival = static_cast<std::uint8_t>(shop_.pick_arrival(random.next()));
  std::uint32_t kind = random.below(1000);
  bool is_bot = kind < 40;
  std::uint64_t device_bits =
      mix64(session.traits + (kind < 200 ? 1 : 0));  // most visits come from the usual device
  session.device = static_cast<std::uint8_t>(is_bot ? shop_.pick_bot_device(random.next())
                                                    : shop_.pick_human_device(device_bits));
  session.has_session_id = is_bot || kind >= 60;
  session.null_not_missing = (session.traits & 3) == 0;
  if (is_bot || (session.has_session_id && kind >= 780)) {
    session.login_step = Session::kNever;
  } else if (session.has_session_id && kind >= 660) {
    session.login_step = static_cast<std::uint8_t>(1 + random.below(6));
  }

  auto session_index = static_cast<std::uint32_t>(sessions->size());
  std::size_t first = out->size();
  Visitor visitor(shop_, random, session, is_bot);
  std::uint32_t elapsed = 0;
  for (std::uint32_t step = 0; step < clicks; ++step) {
    Click click{};
    click.at_ms = visit.start_ms + elapsed;
    click.session = session_index;
    visitor.step(step, &click);
    out->push_back(click);
    std::uint32_t gap = visitor.gap_after(click.type);
    elapsed += elapsed < kHurryAfterMs ? gap : std::min(gap, 2'000U);
  }
  if (within_hour && out->back().at_ms >= kHourMs) {
    std::uint32_t earlier = out->back().at_ms - (kHourMs - 1);
    for (std::size_t i = first; i < out->size(); ++i) (*out)[i].at_ms -= earlier;
  }
  sessions->push_back(session);
}

}  // namespace clicklake::synthetic
