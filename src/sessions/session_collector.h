#pragma once
/// Events, in any order, to sessions.
///
/// Place: where sessions are computed from the facts and not from an hour's columns; and the one
/// place that says which parts are one session. Thread safety: thread-compatible.

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rows/text_arena.h"
#include "sessions/session_log.h"
#include "sessions/session_row.h"

namespace clicklake {

struct SessionEvent {
  std::int64_t session_key = 0;  ///< 0: no client's id
  std::string_view session_id;
  std::int64_t user = 0, time = 0, event_key = 0, page = 0, referrer = 0, campaign = 0, device = 0;
  bool is_page_view = false;
  bool is_purchase = false;
  std::int64_t revenue = 0;  ///< ten-thousandths of the base currency, of purchases in it
};

/// Adds up events and hands what is complete as far as it knows to a log. Events that come about in
/// the order of time take little memory.
class SessionCollector {
 public:
  static constexpr std::size_t kMostOpen = 50'000;  ///< sessions at once

  explicit SessionCollector(SessionLog* log) : log_(log) {}

  /// Errors: kIo, kNoSpace.
  Status add(const SessionEvent& event);
  /// Hands over the rest.
  Status finish();

 private:
  SessionLog* log_;
  boost::unordered_flat_map<std::int64_t, SessionRow> clients_;  ///< by session_key
  boost::unordered_flat_map<std::int64_t, SessionRow> silent_;   ///< by user_key
  TextArena ids_;
};

/// Puts the parts of sessions together: `take` gets each session once, by session_key, then by user
/// and time. `collision` gets ids whose key another one has, too: the batch is then done again
/// without them.
Status join_sessions(std::span<const SessionRow> rows,
                     const std::function<Status(const SessionRow&)>& take,
                     const std::function<void(std::string_view id)>& collision);

}  // namespace clicklake
