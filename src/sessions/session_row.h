#pragma once
/// What the events of one session add up to.
///
/// Place: collected by each worker from the rows of an hour, merged across hours, workers and
/// published files, written as a row of `sessions`. Invariant: merging is associative and
/// commutative, so neither order nor batching shows.
/// Thread safety: values.
/// Source: docs/design.md, "sessions".

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

namespace clicklake {

/// A session without a client's id ends where its user is silent for longer.
inline constexpr std::int64_t kSessionSilenceUs = 30LL * 60 * 1'000'000;

/// `Ref` names a user, page, referrer, campaign or device: a worker's number, or a surrogate key.
/// 0 is the unknown one in both.
template <typename Ref>
struct SessionActivity {
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kNotYet = std::numeric_limits<std::int64_t>::max();

  std::int64_t first_time = kNotYet, first_event = 0;  ///< UTC microseconds; event_key
  std::int64_t last_time = kNever, last_event = 0;
  std::int64_t entry_time = kNotYet, entry_event = 0;  ///< of the first event that names a page
  std::int64_t exit_time = kNever, exit_event = 0;     ///< of the last one
  std::int64_t user_time = kNever, user_event = 0;     ///< of the last event that names a user
  std::int64_t revenue = 0;                            ///< ten-thousandths of the base currency
  Ref user{}, entry_page{}, exit_page{}, referrer{}, campaign{}, device{};
  std::uint32_t events = 0;
  std::uint32_t page_views = 0;
  std::uint32_t purchases = 0;

  void see(std::int64_t time, std::int64_t event, Ref of_user, Ref page, Ref of_referrer,
           Ref of_campaign, Ref of_device) {
    ++events;
    if (is_before(time, event, first_time, first_event)) {
      first_time = time;
      first_event = event;
      referrer = of_referrer;
      campaign = of_campaign;
      device = of_device;
    }
    if (is_before(last_time, last_event, time, event)) {
      last_time = time;
      last_event = event;
    }
    if (page != Ref{}) {
      if (is_before(time, event, entry_time, entry_event)) {
        entry_time = time;
        entry_event = event;
        entry_page = page;
      }
      if (is_before(exit_time, exit_event, time, event)) {
        exit_time = time;
        exit_event = event;
        exit_page = page;
      }
    }
    if (of_user != Ref{} && is_before(user_time, user_event, time, event)) {
      user_time = time;
      user_event = event;
      user = of_user;
    }
  }

  void add(const SessionActivity& more) {
    events += more.events;
    page_views += more.page_views;
    purchases += more.purchases;
    add_revenue(more.revenue);
    if (is_before(more.first_time, more.first_event, first_time, first_event)) {
      first_time = more.first_time;
      first_event = more.first_event;
      referrer = more.referrer;
      campaign = more.campaign;
      device = more.device;
    }
    if (is_before(last_time, last_event, more.last_time, more.last_event)) {
      last_time = more.last_time;
      last_event = more.last_event;
    }
    if (is_before(more.entry_time, more.entry_event, entry_time, entry_event)) {
      entry_time = more.entry_time;
      entry_event = more.entry_event;
      entry_page = more.entry_page;
    }
    if (is_before(exit_time, exit_event, more.exit_time, more.exit_event)) {
      exit_time = more.exit_time;
      exit_event = more.exit_event;
      exit_page = more.exit_page;
    }
    if (is_before(user_time, user_event, more.user_time, more.user_event)) {
      user_time = more.user_time;
      user_event = more.user_event;
      user = more.user;
    }
  }

  /// Sums stop at the largest DECIMAL(18,4).
  void add_revenue(std::int64_t more) {
    constexpr std::int64_t kMost = 999'999'999'999'999'999;
    revenue = std::clamp(revenue + more, -kMost, kMost);
  }

 private:
  static bool is_before(std::int64_t time, std::int64_t event, std::int64_t other_time,
                        std::int64_t other_event) {
    return time < other_time || (time == other_time && event < other_event);
  }
};

/// A session, or what a part of the events says of it.
struct SessionRow {
  std::int64_t session_key = 0;  ///< of the client's id; 0: the session is one by silence
  std::string_view session_id;   ///< "" where session_key is 0; borrowed
  SessionActivity<std::int64_t> activity;

  bool by_silence() const { return session_key == 0; }
};

/// The key of a session without a client's id.
std::int64_t silent_session_key(std::int64_t user_key, std::int64_t started_us);

}  // namespace clicklake
