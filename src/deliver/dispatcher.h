#pragma once
/// Delivers what is published in the outbox: routes, sends, retries, gives up, remembers.
///
/// Place: one process a lake runs it beside ingest and queries, which never wait for it.
/// Invariant: at least once: a match is owed until its outcome is stored; what is sent twice has
/// one
///   id. A target that fails holds up no other target and no commit. Only places of matches are
///   kept in memory, at most LaneLimits of them a target.
/// Thread safety: thread-compatible; request_stop() may be called from anywhere.
/// Source: ADR-0020.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "deliver/lane.h"
#include "deliver/query_firing.h"

namespace clicklake {

struct DispatcherOptions {
  std::filesystem::path lake;
  /// Names of the outbox files that are published, in the order of their commits. Errors end the
  /// run.
  std::function<Result<std::vector<std::string>>()> published;
  /// The environment when the program began, for secrets and credentials.
  std::function<std::string(std::string_view)> environment;
  std::function<std::int64_t()> now_us;  ///< UTC; empty: the system's clock
  std::string account = "000000000000";  ///< of this lake's rules, in their ARNs
  std::string region = "local";
  /// Runs the queries of rules, on a thread of its own; empty: such rules fail and are told of.
  RunQuery run_query;
  LaneLimits limits;
  std::int64_t look_ms = 250;                    ///< between looks where no bell rings
  std::int64_t commit_ms = 20;                   ///< how long an outcome may wait to be stored
  std::int64_t commit_outcomes = 20'000;         ///< and how many
  std::int64_t keep_files_seconds = 7 * 86'400;  ///< outbox files of which all is delivered
  std::int64_t keep_dead_letters_seconds = 30 * 86'400;  ///< in whole days
  std::function<void(const std::string&)> warn;  ///< what an operator should know; may be empty
};

struct DispatchReport {
  std::int64_t delivered = 0;
  std::int64_t failed = 0;  ///< attempts
  std::int64_t dead = 0;
  std::int64_t owed = 0;  ///< known, and neither delivered nor dead
};

class Dispatcher {
 public:
  enum class Until : std::uint8_t {
    kIdle,     ///< nothing can be sent now
    kDrained,  ///< nothing is owed
    kStopped,  ///< request_stop()
  };

  /// Errors: kBusy, another process delivers for this lake; kIo, kCorruption, kUnsupported.
  static Result<std::unique_ptr<Dispatcher>> open(DispatcherOptions options);
  virtual ~Dispatcher() = default;

  /// Works until then. What is being sent at the end is waited for. Errors: kIo, kNoSpace: the
  /// state can't be stored (what was sent since may be sent again); kCorruption, an outbox file.
  virtual Result<DispatchReport> run(Until until) = 0;
  /// Ends run() soon; callable from a signal handler.
  virtual void request_stop() = 0;
};

}  // namespace clicklake
