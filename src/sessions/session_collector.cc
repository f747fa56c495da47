#include "sessions/session_collector.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <vector>

#include "sessions/session_index.h"

namespace clicklake {
namespace {

void see(const SessionEvent& event, SessionRow* row) {
  auto& a = row->activity;
  a.see(event.time, event.event_key, event.user, event.page, event.referrer, event.campaign,
        event.device);
  if (event.is_page_view) ++a.page_views;
  if (event.is_purchase) {
    ++a.purchases;
    a.add_revenue(event.revenue);
  }
}

std::size_t partition_of(const SessionRow& row) {
  return session_partition(row.by_silence() ? row.activity.user : row.session_key);
}

}  // namespace

Status SessionCollector::add(const SessionEvent& event) {
  if (event.session_key != 0) {
    const auto [it, fresh] = clients_.try_emplace(event.session_key);
    SessionRow& row = it->second;
    if (!fresh && row.session_id != event.session_id) {
      // Two ids under one key: parts of their own, which join_sessions() tells apart.
      SessionRow other{event.session_key, event.session_id, {}};
      see(event, &other);
      return log_->add(partition_of(other), other);
    }
    if (fresh) {
      row.session_key = event.session_key;
      row.session_id = ids_.store(event.session_id);
    }
    see(event, &row);
  } else {
    const auto [it, fresh] = silent_.try_emplace(event.user);
    SessionRow& row = it->second;
    const auto& a = row.activity;
    if (!fresh && (event.time < a.first_time - kSessionSilenceUs ||
                   event.time > a.last_time + kSessionSilenceUs)) {
      RETURN_IF_ERROR(log_->add(partition_of(row), row));
      row = {};
    }
    see(event, &row);
  }
  return clients_.size() + silent_.size() > kMostOpen ? finish() : Status{};
}

Status SessionCollector::finish() {
  for (const auto& [key, row] : clients_) RETURN_IF_ERROR(log_->add(partition_of(row), row));
  for (const auto& [user, row] : silent_) RETURN_IF_ERROR(log_->add(partition_of(row), row));
  clients_.clear();
  silent_.clear();
  ids_.clear();
  return {};
}

Status join_sessions(std::span<const SessionRow> rows,
                     const std::function<Status(const SessionRow&)>& take,
                     const std::function<void(std::string_view id)>& collision) {
  struct Place {
    bool silent;
    std::int64_t key, time;  ///< of the client's id, 0; or of the user, and when the part began
    std::uint32_t row;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> places(rows.size());
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    const SessionRow& row = rows[i];
    places[i] = row.by_silence() ? Place{true, row.activity.user, row.activity.first_time, i}
                                 : Place{false, row.session_key, 0, i};
  }
  std::sort(places.begin(), places.end());
  for (std::size_t i = 0; i < places.size();) {
    const Place& first = places[i];
    SessionRow session = rows[places[i++].row];
    auto& a = session.activity;
    for (; i < places.size(); ++i) {
      if (places[i].silent != first.silent || places[i].key != first.key) break;
      const SessionRow& next = rows[places[i].row];
      if (first.silent) {
        if (next.activity.first_time > a.last_time + kSessionSilenceUs) break;
      } else if (next.session_id != session.session_id) {
        collision(std::max(next.session_id, session.session_id));
        continue;
      }
      a.add(next.activity);
    }
    RETURN_IF_ERROR(take(session));
  }
  return {};
}

}  // namespace clicklake
