#include "deliver/query_firing.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "base/json_text.h"
#include "model/time.h"

namespace clicklake {

std::string query_event(const std::string& match_id, const std::string& rule_arn,
                        std::int64_t time_us, std::string_view row) {
  JsonText json;
  json.begin_object().member("version", "0").member("id", match_id);
  json.member("detail-type", "Scheduled Query").member("source", "clicklake");
  json.member("account", "000000000000").member("time", format_timestamp(time_us));
  json.member("region", "local").key("resources").begin_array().value(rule_arn).end_array();
  json.key("detail").raw(row).end_object();
  return json.text();
}

QueryFiring::QueryFiring(RunQuery run)
    : run_(std::move(run)), fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

QueryFiring::~QueryFiring() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  if (fd_ >= 0) ::close(fd_);
}

void QueryFiring::restore(const std::vector<SentRow>& sent) {
  for (const SentRow& row : sent) sent_[row.rule][row.match_id] = row.seen_us;
}

void QueryFiring::start(const RuleDocument& rule, std::int64_t time_us) {
  ++running_;
  if (!run_) {
    const std::lock_guard lock(mutex_);
    done_.push_back(
        {rule, time_us, Error{ErrorCode::kUnsupported, "no queries can be run in this process"}});
    return;
  }
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }
  const std::lock_guard lock(mutex_);
  waiting_.emplace_back(rule, time_us);
  wake_.notify_one();
}

void QueryFiring::work(const std::stop_token& stop) {
  for (;;) {
    std::pair<RuleDocument, std::int64_t> next;
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    Result<std::vector<QueryRow>> rows = run_(next.first, next.second, stop);
    const std::lock_guard lock(mutex_);
    done_.push_back({std::move(next.first), next.second, std::move(rows)});
    const std::uint64_t one = 1;
    (void)!::write(fd_, &one, sizeof(one));
  }
}

std::vector<QueryDone> QueryFiring::take() {
  const std::lock_guard lock(mutex_);
  std::uint64_t count = 0;
  (void)!::read(fd_, &count, sizeof(count));
  std::vector<QueryDone> done = std::exchange(done_, {});
  running_ -= done.size();
  return done;
}

bool QueryFiring::note(const std::string& rule, const std::string& match_id, std::int64_t now_us) {
  const auto [known, is_new] = sent_[rule].emplace(match_id, now_us);
  if (is_new || now_us - known->second > kMicrosPerDay) {
    known->second = now_us;
    changes_.push_back({rule, match_id, now_us});
  }
  return is_new;
}

std::vector<SentRow> QueryFiring::take_changes() { return std::exchange(changes_, {}); }

void QueryFiring::forget_before(std::int64_t us) {
  for (auto& [rule, rows] : sent_)
    std::erase_if(rows, [&](const auto& row) { return row.second < us; });
}

}  // namespace clicklake
