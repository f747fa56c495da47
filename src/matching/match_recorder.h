#pragma once
/// One worker's accepted events on their way to the outbox: which rules they meet, as lines.
///
/// Place: dedupe -> MatchRecorder -> OutboxWriter -> the batch's commit.
/// Invariant: an event is asked about once; what was held is written when it is settled that the
///   event stays, and only then. Memory: 8 MiB of held lines, the others lie in a temporary file.
/// Thread safety: thread-compatible; one a worker. RuleSet and OutboxWriter are shared.
/// Source: ADR-0020; docs/formats/outbox.md.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/matcher.h"
#include "matching/accepted_event.h"
#include "matching/rule_set.h"
#include "outbox/outbox_file.h"
#include "rows/spill_file.h"

namespace clicklake {

struct MatchCounts {
  std::int64_t matches = 0;     ///< lines of the outbox: a rule and an event each
  std::int64_t unreadable = 0;  ///< events that the matcher could not read

  void add(const MatchCounts& other) {
    matches += other.matches;
    unreadable += other.unreadable;
  }
};

class MatchRecorder {
 public:
  /// `rules` and `outbox` outlive it. `replay`: the name of the replay, "" for none.
  MatchRecorder(const RuleSet& rules, OutboxWriter* outbox, std::int64_t accepted_us,
                std::filesystem::path temp_dir, std::string replay = {});

  /// Whether meets() may say yes for an event of that type.
  bool may_meet(std::string_view event_type) const { return rules_->may_match(event_type); }
  /// Whether meets() wants to know the keys of the event, too; else record() and hold() do.
  bool asks_for_keys() const { return rules_->asks_for_keys(); }
  /// Whether any rule matches; which ones is remembered until the next call.
  bool meets(const AcceptedEvent& event);
  /// Writes the matches of the event that meets() was asked about last. Errors: kIo, kNoSpace.
  Status record(const AcceptedEvent& event);
  /// Keeps them until settle(): whether the event in `row` stays is not known yet. Errors: kIo,
  /// kNoSpace naming the temporary folder.
  Status hold(const AcceptedEvent& event, std::uint32_t row);
  /// Writes what was held for rows that `dropped` (a byte a row; empty: none) has no 1 for.
  Status settle(const std::vector<std::uint8_t>& dropped);
  /// Gives all that was written to the outbox. Errors: kIo, kNoSpace.
  Status finish();

  const MatchCounts& counts() const { return counts_; }

 private:
  struct Held {
    std::uint32_t row = 0;
    std::int64_t matches = 0;
    std::uint64_t end = 0;  ///< of its lines, in spill_ and held_text_ behind it
  };

  void match(events::MatchReader* reader, std::string_view text);
  void append_lines(const AcceptedEvent& event, std::string* out);
  Status flush();

  const RuleSet* rules_;
  OutboxWriter* outbox_;
  std::int64_t accepted_us_;
  std::string replay_;
  std::unique_ptr<events::MatchReader> envelope_reader_;
  std::unique_ptr<events::MatchReader> event_reader_;
  std::vector<std::string_view> matched_;  ///< rules over the event itself come first
  std::size_t over_event_ = 0;             ///< how many these are
  bool unread_ = false;
  std::string scratch_;
  std::string lines_;
  std::int64_t lines_matches_ = 0;
  std::string held_text_;
  SpillFile spill_;
  std::vector<Held> held_;
  MatchCounts counts_;
};

}  // namespace clicklake
