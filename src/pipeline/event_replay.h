#pragma once
/// Events of the past meet the rules again: from raw, which holds them all, by time.
///
/// Place: `events replay`; raw + the published facts -> a file of the outbox, which the caller
///   publishes. Raw is the archive: nothing is written to it.
/// Invariant: exactly the events that are facts now are replayed, each once; matches are marked
/// with
///   the replay's name, and their ids are made of it, so that a replay done again says the same.
/// Thread safety: thread-compatible; ingest and other replays may run beside it.
/// Source: EventBridge user guide, "Archiving and replaying events"; ADR-0024.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "matching/rule_set.h"
#include "outbox/outbox_file.h"
#include "sql/session.h"

namespace clicklake {

struct EventReplayOptions {
  std::filesystem::path lake;
  std::string name;
  std::int64_t from_us = 0;      ///< event times, UTC microseconds
  std::int64_t to_us = 0;        ///< exclusive
  std::int64_t accepted_us = 0;  ///< of the matches: now
  std::size_t max_line_bytes = 1'000'000;
  SessionOptions session;  ///< to read facts with
};

struct EventReplayReport {
  std::int64_t events = 0;   ///< that were found in raw and met the rules
  std::int64_t matches = 0;  ///< written to the outbox
  std::int64_t missing = 0;  ///< facts whose raw event is not there any more
};

/// Errors: kIo, kNoSpace, kCorruption. Cost: reads the raw files of these hours and the keys of
/// their facts; memory for the events of one hour, about 150 bytes each.
Result<EventReplayReport> replay_events(Catalog& catalog, const EventReplayOptions& options,
                                        const RuleSet& rules, OutboxWriter* outbox);

}  // namespace clicklake
