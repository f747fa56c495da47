#pragma once
/// Visits to the shop: who comes when, and what they do there, step by step.
///
/// Place: hour_file.cc plays the sessions that begin in an hour (and the tails of the hour before)
/// and has click_text.cc write them. Invariant: a session follows from (seed, cohort, index) alone,
/// so any thread can play any one of them and gets the same;
///   its clicks are at least 1 ms apart and its uid is nobody else's, so no two clicks are the same
///   event.
/// Thread safety: SessionModel is immutable; its methods may run at once on different outputs.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "generate/random.h"
#include "generate/shop.h"

namespace clicklake::synthetic {

inline constexpr std::uint32_t kHourMs = 3'600'000;
inline constexpr std::uint32_t kMaxSessionClicks = 40;
/// Longest time between a session's first and last click: less than an hour, so tails reach the
/// next hour only.
inline constexpr std::uint32_t kMaxSessionMs = 3'500'000;
inline constexpr std::uint32_t kMaxGapMs = 600'000;
/// Bound on the time between the first and the last of `clicks` clicks (1 or more).
constexpr std::uint32_t longest_ms(std::uint32_t clicks) {
  return (clicks - 1) * kMaxGapMs < kMaxSessionMs ? (clicks - 1) * kMaxGapMs : kMaxSessionMs;
}

enum class EventType : std::uint8_t { kPageView, kClick, kSearch, kAddToCart, kPurchase };
inline constexpr std::size_t kEventTypeCount = 5;
/// "page_view", "click", ...
std::string_view to_string(EventType type);

/// The sessions of one hour and one of its files, or (extra) those made up for dirty lines.
struct Cohort {
  std::uint32_t hour;   ///< counted from the clickstream's first, below 2^20
  std::uint32_t shard;  ///< below 2^12
  bool extra = false;
};

struct Session {
  static constexpr std::uint8_t kNever = 0xff;

  std::uint64_t uid;     ///< unique; its lowest 6 bits are free for the click's step
  std::uint64_t traits;  ///< random bits that belong to the user
  std::uint32_t user;    ///< popularity rank
  std::uint8_t arrival;
  std::uint8_t device;
  std::uint8_t login_step;  ///< the user_id is known from this step on
  bool has_session_id;      ///< old clients send none (then a request_id)
  bool null_not_missing;    ///< how this client leaves out what it has not
};

struct Click {
  std::uint32_t at_ms;    ///< since the hour of its cohort began
  std::uint32_t session;  ///< index into the caller's sessions
  std::uint32_t product;  ///< the one looked at, put into the cart or bought
  std::uint32_t noise;    ///< random bits for details
  Page page;
  Page from;  ///< the page before (kNone: the session's arrival)
  EventType type;
  std::uint8_t step;
  std::uint8_t quantity;
};

/// What is drawn first, before any click: enough to count clicks and to see whether they reach the
/// next hour.
struct Visit {
  Random random;
  std::uint64_t uid;
  std::uint32_t start_ms;  ///< below kHourMs
  std::uint32_t clicks;    ///< 1 to kMaxSessionClicks
};

class SessionModel {
 public:
  SessionModel(const Shop& shop, std::uint64_t seed);

  /// Visit number `index` (below 2^24) of `cohort`.
  Visit visit(Cohort cohort, std::uint32_t index) const;

  /// Plays the first `clicks` clicks (1 to visit.clicks) of `visit`, and appends one session and
  /// its clicks, in order of time. `within_hour`: the visit begins earlier where it would outlast
  /// its hour.
  void play(Visit visit, std::uint32_t clicks, bool within_hour, std::vector<Session>* sessions,
            std::vector<Click>* out) const;

 private:
  const Shop& shop_;
  std::uint64_t seed_;
  AliasTable length_;
};

}  // namespace clicklake::synthetic
