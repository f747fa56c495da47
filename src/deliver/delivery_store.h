#pragma once
/// How far delivery has come: events/deliveries.db of a lake.
///
/// Place: the dispatcher writes it a few times a second, however many deliveries that is; commands
///   read it, and ask for retries and redrives through it.
/// Invariant: one transaction says all at once: what was routed, what is done, what waits, what is
///   dead. A match is owed until a transaction says otherwise.
/// Thread safety: thread-compatible; any number of processes.
/// Source: ADR-0020; docs/formats/outbox.md.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite_connection.h"
#include "deliver/lane.h"
#include "deliver/query_firing.h"

namespace clicklake {

struct OutboxFileRow {
  std::int64_t number = 0;  ///< in the order in which they were first seen
  std::string name;
  bool removed = false;  ///< all delivered, and its file gone
};

struct LaneRow {
  std::int64_t id = 0;
  std::string rule;
  std::string target;
  std::optional<MatchPlace> head;  ///< nothing: all that was routed is done or open
  LaneCounters counters;
  std::string breaker;  ///< "closed", "open", "probing"
  std::string last_error;
  std::int64_t open = 0;  ///< tried, and neither done nor dead
};

struct OpenRow {
  std::int64_t lane = 0;
  std::string id;  ///< the delivery's
  OpenMatch match;
};

/// An entry of the dead letters' index; the letter itself is in `file` at `offset`.
struct DeadRow {
  std::int64_t number = 0;
  std::string id;
  std::string rule;
  std::string target;
  std::string code;
  std::string message;
  std::string condition;
  std::int64_t attempts = 0;
  std::int64_t at_us = 0;
  std::string file;
  std::int64_t offset = 0;
  bool redriven = false;
};

struct DeliveryState {
  MatchPlace routed;  ///< all lines before it are known to their lanes
  std::vector<OutboxFileRow> files;
  std::vector<LaneRow> lanes;
  std::vector<OpenRow> open;
  std::vector<std::pair<std::string, std::int64_t>> fired;  ///< rule, last time of its schedule
  std::vector<std::string> own_files;  ///< outbox files of schedules and redrives
  std::vector<SentRow> sent_rows;      ///< of rules' queries
};

class DeliveryStore {
 public:
  struct LaneCommit {
    LaneRow row;
    std::vector<OpenRow> opened;
    std::vector<MatchPlace> closed;
  };
  struct Commit {
    MatchPlace routed;
    std::vector<OutboxFileRow> files;  ///< new, or changed
    std::vector<LaneCommit> lanes;
    std::vector<DeadRow> dead;
    std::vector<std::pair<std::string, std::int64_t>> fired;
    std::vector<std::string> own_files;
    std::vector<SentRow> sent_rows;  ///< new, or seen again on another day
  };

  /// Opens `<lake>/events/deliveries.db`, made where there is none. Errors: kIo, kNoSpace,
  /// kCorruption, kUnsupported (of a newer version).
  static Result<std::unique_ptr<DeliveryStore>> open(const std::filesystem::path& lake);

  Result<DeliveryState> load();
  /// Durable on return. Fault points "deliver.commit", "deliver.committed". Cost: one fsync, and a
  /// row a match that waits.
  Status commit(const Commit& commit);
  /// Changes when another process has written.
  Result<std::int64_t> version();
  /// Rows of open matches as another process may have changed their due times.
  Result<std::vector<OpenRow>> open_rows();
  /// Names of outbox files that schedules and redrives have published, in order.
  Result<std::vector<std::string>> own_files();

  // For commands, beside a running dispatcher.
  Result<std::vector<LaneRow>> lanes();
  /// Makes waiting deliveries due; those of `id`, or of a rule and target ("" is any). Returns how
  /// many.
  Result<std::int64_t> retry(std::string_view id, std::string_view rule, std::string_view target,
                             std::int64_t now_us);
  /// The index, newest last; only those not redriven unless `all`.
  Result<std::vector<DeadRow>> dead_letters(bool all);
  /// Forgets rows of queries that were seen last before `seen_us`, and dead letters of before
  /// `letters_us` that lie in files of earlier days; and the outbox files of these numbers.
  Status forget(std::int64_t seen_us, std::int64_t letters_us,
                const std::vector<std::int64_t>& outbox_files);
  /// Publishes an outbox file made by a command; whether it was not published already.
  Result<bool> publish(const std::string& outbox_file);
  /// Publishes an outbox file of these dead letters and marks them, all in one.
  Status redrive(const std::string& outbox_file, const std::vector<std::int64_t>& numbers);

 private:
  Result<std::vector<OutboxFileRow>> files();
  explicit DeliveryStore(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  Status create();
  Status put_lane(const LaneCommit& lane);

  std::unique_ptr<Connection> connection_;
};

}  // namespace clicklake
