#include "sessions/session_log.h"

#include <cstring>

namespace clicklake {
namespace {

using Activity = SessionActivity<std::int64_t>;

// What most rows do without: the first event names a page, the last one a page and a user.
constexpr std::uint32_t kHasEvents = 1;  ///< keys of the first and the last event follow
constexpr std::uint32_t kHasEntry = 2;   ///< entry_time and entry_event follow, not those of first
constexpr std::uint32_t kHasExit = 4;    ///< exit_..., not those of last
constexpr std::uint32_t kHasUser = 8;    ///< user_..., not those of last

struct Stored {
  std::int64_t session_key, first_time, last_time, revenue, user, entry_page, exit_page, referrer,
      campaign, device;
  std::uint32_t events, page_views, purchases, flags;
  std::uint64_t id_bytes;
};

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  void take(void* to, std::size_t size) {
    std::memcpy(to, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }
  void take(std::int64_t* a, std::int64_t* b) {
    take(a, sizeof *a);
    take(b, sizeof *b);
  }
  std::string_view text(std::size_t size) {
    const std::string_view out = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return out;
  }

 private:
  std::string_view bytes_;
};

void take_rows(std::string_view bytes, std::vector<SessionRow>* rows, TextArena* texts) {
  for (Bytes in(bytes); !in.empty();) {
    Stored stored;
    in.take(&stored, sizeof stored);
    SessionRow& row = rows->emplace_back();
    row.session_key = stored.session_key;
    Activity& a = row.activity;
    a.first_time = a.entry_time = stored.first_time;
    a.last_time = a.exit_time = a.user_time = stored.last_time;
    a.revenue = stored.revenue;
    a.user = stored.user;
    a.entry_page = stored.entry_page;
    a.exit_page = stored.exit_page;
    a.referrer = stored.referrer;
    a.campaign = stored.campaign;
    a.device = stored.device;
    a.events = stored.events;
    a.page_views = stored.page_views;
    a.purchases = stored.purchases;
    if ((stored.flags & kHasEvents) != 0) in.take(&a.first_event, &a.last_event);
    a.entry_event = a.first_event;
    a.exit_event = a.user_event = a.last_event;
    if ((stored.flags & kHasEntry) != 0) in.take(&a.entry_time, &a.entry_event);
    if ((stored.flags & kHasExit) != 0) in.take(&a.exit_time, &a.exit_event);
    if ((stored.flags & kHasUser) != 0) in.take(&a.user_time, &a.user_event);
    if (stored.id_bytes != 0) row.session_id = texts->store(in.text(stored.id_bytes));
  }
}

void append(std::string* out, std::int64_t a, std::int64_t b) {
  out->append(reinterpret_cast<const char*>(&a), sizeof a);
  out->append(reinterpret_cast<const char*>(&b), sizeof b);
}

}  // namespace

Status SessionLog::add_one(std::size_t partition, const SessionRow& row) {
  if (partition >= partitions_.size()) partitions_.resize(partition + 1);
  const Activity& a = row.activity;
  std::uint32_t flags = 0;
  if (kind_ == Rows::kParts) {
    flags = kHasEvents;
    if (a.entry_time != a.first_time || a.entry_event != a.first_event) flags |= kHasEntry;
    if (a.exit_time != a.last_time || a.exit_event != a.last_event) flags |= kHasExit;
    if (a.user_time != a.last_time || a.user_event != a.last_event) flags |= kHasUser;
  }
  const Stored stored{
      row.session_key, a.first_time, a.last_time, a.revenue,  a.user,
      a.entry_page,    a.exit_page,  a.referrer,  a.campaign, a.device,
      a.events,        a.page_views, a.purchases, flags,      row.session_id.size()};
  Partition& to = partitions_[partition];
  const std::size_t before = to.held.size();
  to.held.append(reinterpret_cast<const char*>(&stored), sizeof stored);
  if ((flags & kHasEvents) != 0) append(&to.held, a.first_event, a.last_event);
  if ((flags & kHasEntry) != 0) append(&to.held, a.entry_time, a.entry_event);
  if ((flags & kHasExit) != 0) append(&to.held, a.exit_time, a.exit_event);
  if ((flags & kHasUser) != 0) append(&to.held, a.user_time, a.user_event);
  to.held.append(row.session_id);
  held_ += to.held.size() - before;
  ++to.rows;
  ++rows_;
  return held_ > kHeldBytes ? spill() : Status{};
}

Status SessionLog::add(std::size_t partition, const SessionRow& row) {
  const std::lock_guard lock(mutex_);
  return add_one(partition, row);
}

Status SessionLog::spill() {
  for (Partition& partition : partitions_) {
    if (partition.held.empty()) continue;
    const std::uint64_t offset = spill_.size();
    RETURN_IF_ERROR(spill_.append(partition.held));
    // Pieces that lie behind each other are one.
    if (!partition.spilled.empty() &&
        partition.spilled.back().first + partition.spilled.back().second == offset) {
      partition.spilled.back().second += partition.held.size();
    } else {
      partition.spilled.emplace_back(offset, partition.held.size());
    }
    partition.held.clear();
  }
  held_ = 0;
  return {};
}

Status SessionLog::read(std::size_t partition, std::vector<SessionRow>* rows,
                        TextArena* texts) const {
  if (partition >= partitions_.size()) return {};
  const Partition& from = partitions_[partition];
  rows->reserve(rows->size() + from.rows);
  std::string bytes;
  for (const auto& [offset, size] : from.spilled) {
    bytes.resize(size);
    RETURN_IF_ERROR(spill_.read(offset, bytes.data(), size));
    take_rows(bytes, rows, texts);
  }
  take_rows(from.held, rows, texts);
  return {};
}

}  // namespace clicklake
