#pragma once
/// A match as a line of an outbox file: which rule, which targets, which event.
///
/// Place: matching writes them, delivery reads them. Invariant: a line says all that a delivery
///   needs besides the rule's document; the event is the last member, so that it is found by its
///   beginning alone. The id of a match is a function of rule and event: whoever writes the line
///   again writes the same id.
/// Thread safety: pure functions.
/// Source: docs/formats/outbox.md.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

struct OutboxMatch {
  std::string_view id;                    ///< 32 hex digits: match_id()
  std::int64_t accepted_us = 0;           ///< UTC microseconds
  std::string_view rule;                  ///< its name
  std::vector<std::string_view> targets;  ///< ids of its targets, at least one
  std::string_view replay;                ///< name of the replay that made it; "" for none
  std::string_view event;                 ///< a JSON object without line breaks
};

/// The id of the match of `rule` with the event of that identity (its event id, or the hash of its
/// line).
std::string match_id(std::string_view rule, std::string_view event_identity);
/// What the target sees as the delivery's id, and can tell duplicates by. At most 128 characters
/// where rule and target keep EventBridge's limits.
std::string delivery_id(std::string_view match_id, std::string_view target);

void append_outbox_line(std::string* out, const OutboxMatch& match);
/// Reads a line without its '\n'; the views are into it. Errors: kCorruption with the byte.
Result<OutboxMatch> parse_outbox_line(std::string_view line);

}  // namespace clicklake
