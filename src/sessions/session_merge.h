#pragma once
/// Makes the table `sessions` follow the facts of a batch.
///
/// Place: after the facts of a batch are written, before the dimensions are merged (which take over
/// how many sessions users have) and before its commit. In: what workers saw of sessions, by key.
/// First the parts of a session are put together, key by key; then published rows that they
/// continue are looked up (by the session index, or by user and time) and added to, or the session
/// is computed anew from the facts where adding can't tell; last, each day's rows are written.
/// Invariant: a session's row follows from the facts alone, whatever batches they came in; files
/// without a touched session are left alone. Thread safety: a function of its inputs; it runs
/// `threads` workers of its own.
/// Source: docs/design.md, "sessions"; ADR-0021.

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "rows/existing_rows.h"
#include "sessions/session_files.h"
#include "sessions/session_index.h"
#include "sessions/session_log.h"

namespace clicklake {

struct SessionMergeOptions {
  SessionFileOptions files;
  std::filesystem::path temp_dir;
  std::string base_currency = "USD";
  int threads = 2;
};

/// An event that left the facts.
struct LostEvent {
  std::int64_t session_key = 0;  ///< 0: it had no client's session id
  std::int64_t user_key = 0;
  std::int64_t time = 0;  ///< UTC microseconds
};

struct SessionMergeInput {
  Catalog* catalog = nullptr;
  std::vector<SessionLog*> logs;  ///< partitioned by session_partition() of the session's key, or
                                  ///< of the user's for sessions by silence
  std::vector<LostEvent> lost;
  std::int64_t base_snapshot = 0;  ///< of `sessions`
  /// The facts as they will be have all: a lake of an older version, or one that is repaired. The
  /// logs are not read.
  bool rebuild = false;
  /// The logs have all sessions that there are: they take the place of what is published.
  bool unread = false;
  ExistingRows* existing = nullptr;
  /// Makes `existing` list the fact files as they will be after the commit.
  std::function<Status()> load_all_facts;
};

struct SessionMergeOutput {
  TableChange change;
  std::vector<SideFile> index_added;
  std::vector<SessionIndexWriter> index_files;  ///< to be synced before they are published
  std::vector<std::string> index_removed;
  /// Sessions that users have more, or fewer, by user_key.
  boost::unordered_flat_map<std::int64_t, std::int64_t> counts;
  bool whole = false;           ///< all sessions were counted
  std::set<std::int64_t> days;  ///< since 1970, on which sessions began whose rows changed
  /// Session ids whose key another one has: not empty: nothing may be published.
  std::vector<std::string> collisions;
};

Result<SessionMergeOutput> merge_sessions(const SessionMergeOptions& options,
                                          const SessionMergeInput& input);

}  // namespace clicklake
