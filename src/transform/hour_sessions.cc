/// HourWorker's part in sessions: the rows of a row group added up, on their way to the log.

#include <algorithm>

#include "sessions/session_index.h"
#include "transform/hour_worker.h"

namespace clicklake {

/// Adds the rows of columns_ up by session.
Status HourWorker::see_sessions() {
  const HourColumns& c = columns_;
  const auto id_of = [](const StringPool& pool, std::string_view text) {
    const auto texts = pool.texts();
    return static_cast<std::uint32_t>(std::find(texts.begin(), texts.end(), text) - texts.begin());
  };
  const std::uint32_t page_view = id_of(c.event_types, "page_view");
  const std::uint32_t base_currency = id_of(c.currencies, options_.base_currency);
  const auto see = [&](std::size_t row, SessionActivity<std::uint32_t>* session) {
    session->see(c.time[row], c.event_key[row], c.user[row], c.page[row], c.referrer[row],
                 c.campaign[row], c.device[row]);
    if (c.event_type[row] == page_view) ++session->page_views;
    if (c.event_type[row] == c.purchase_type) {
      ++session->purchases;
      const bool in_base = c.currency[row] == kNullIndex || c.currency[row] == base_currency;
      if (in_base && c.revenue_valid[row] != 0) session->add_revenue(c.revenue[row]);
    }
  };
  session_activity_.assign(c.sessions.size(), {});
  silent_rows_.clear();
  for (std::uint32_t row = 0; row < c.rows(); ++row) {
    if (!dropped_.empty() && dropped_[row] != 0) continue;
    if (c.session[row] == kNullIndex) {
      silent_rows_.push_back(row);
    } else {
      see(row, &session_activity_[c.session[row]]);
    }
  }
  for (std::size_t id = 0; id < session_activity_.size(); ++id) {
    if (session_activity_[id].events == 0) continue;
    RETURN_IF_ERROR(add_session(c.session_keys[id], c.sessions.texts()[id], session_activity_[id]));
  }
  std::sort(silent_rows_.begin(), silent_rows_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return c.user[a] != c.user[b] ? c.user[a] < c.user[b] : c.time[a] < c.time[b];
  });
  for (std::size_t i = 0; i < silent_rows_.size();) {
    SessionActivity<std::uint32_t> session;
    const std::uint32_t user = c.user[silent_rows_[i]];
    do {
      see(silent_rows_[i++], &session);
    } while (i < silent_rows_.size() && c.user[silent_rows_[i]] == user &&
             c.time[silent_rows_[i]] <= session.last_time + kSessionSilenceUs);
    RETURN_IF_ERROR(add_session(0, {}, session));
  }
  return {};
}

Status HourWorker::add_session(std::int64_t key, std::string_view id,
                               const SessionActivity<std::uint32_t>& a) {
  const SessionActivity<std::int64_t> activity{
      .first_time = a.first_time,
      .first_event = a.first_event,
      .last_time = a.last_time,
      .last_event = a.last_event,
      .entry_time = a.entry_time,
      .entry_event = a.entry_event,
      .exit_time = a.exit_time,
      .exit_event = a.exit_event,
      .user_time = a.user_time,
      .user_event = a.user_event,
      .revenue = a.revenue,
      .user = dimensions_.users.key(a.user),
      .entry_page = dimensions_.pages.key(a.entry_page),
      .exit_page = dimensions_.pages.key(a.exit_page),
      .referrer = dimensions_.referrers.key(a.referrer),
      .campaign = dimensions_.campaigns.key(a.campaign),
      .device = dimensions_.devices.key(a.device),
      .events = a.events,
      .page_views = a.page_views,
      .purchases = a.purchases,
  };
  return sessions_.add(session_partition(key != 0 ? key : activity.user), {key, id, activity});
}

}  // namespace clicklake
