#pragma once
/// What the events of one user add up to.
///
/// Place: dim_users; kept by each worker beside its table of users, merged when the batch ends.
/// Invariant: merging is associative and commutative, so neither order nor batching shows.
/// Thread safety: values.
/// Source: docs/design.md, "dim_users".

#include <algorithm>
#include <cstdint>
#include <limits>

namespace clicklake {

/// `Ref` names a page, referrer, campaign or device: a worker's number, or a surrogate key in the
/// merge.
template <typename Ref>
struct UserActivity {
  std::int64_t first_seen = std::numeric_limits<std::int64_t>::max();  ///< UTC microseconds
  std::int64_t first_event_key = 0;
  std::int64_t last_seen = std::numeric_limits<std::int64_t>::min();
  std::int64_t last_event_key = 0;
  std::int64_t revenue = 0;  ///< ten-thousandths of the base currency
  Ref first_page{}, first_referrer{}, first_campaign{}, first_device{}, last_device{};
  std::int64_t sessions = 0;
  std::uint32_t events = 0;
  std::uint32_t purchases = 0;
  std::uint32_t other_currency_purchases = 0;

  /// Sums stop at the largest DECIMAL(18,4).
  void add_revenue(std::int64_t more) {
    constexpr std::int64_t kMost = 999'999'999'999'999'999;
    revenue = std::clamp(revenue + more, -kMost, kMost);
  }

  /// The first event is the earliest, ties by event_key; the last one the latest, likewise.
  void see(std::int64_t time, std::int64_t event_key, Ref page, Ref referrer, Ref campaign,
           Ref device) {
    ++events;
    if (time < first_seen || (time == first_seen && event_key < first_event_key)) {
      first_seen = time;
      first_event_key = event_key;
      first_page = page;
      first_referrer = referrer;
      first_campaign = campaign;
      first_device = device;
    }
    if (time > last_seen || (time == last_seen && event_key > last_event_key)) {
      last_seen = time;
      last_event_key = event_key;
      last_device = device;
    }
  }
};

}  // namespace clicklake
