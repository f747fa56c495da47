#pragma once
/// An event that dedupe keeps, as rules see it.
///
/// Place: between transform, which accepts it, and the rules; replay makes the same of raw lines.
/// Invariant: envelope and match id are functions of the event alone, so a batch done again says
/// the
///   same. Thread safety: values and pure functions.
/// Source: EventBridge user guide, "Events"; docs/events.md, "What a rule sees".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace clicklake {

struct AcceptedEvent {
  std::string_view line;  ///< the raw event, a JSON object; white space around it does no harm
  std::string_view event_type;  ///< decoded
  std::int64_t time_us = 0;
  EventHash identity;

  // As the star schema has them; 0: unknown.
  std::int64_t user_key = 0;
  std::int64_t session_key = 0;
  std::int64_t page_key = 0;
  std::int64_t referrer_key = 0;
  std::int64_t campaign_key = 0;
  std::int64_t device_key = 0;
  std::optional<std::int64_t> revenue;  ///< ten-thousandths
};

/// 32 hex digits and the event's time: what match ids are made of.
std::string identity_text(const AcceptedEvent& event);

/// The JSON object of `line`, without a byte order mark and what stands around it.
std::string_view object_of_line(std::string_view line);

/// Appends the raw event with the lake's keys, and the name of the replay, as its member "lake".
void append_event_with_keys(std::string* out, const AcceptedEvent& event, std::string_view replay);

/// Appends EventBridge's envelope: source "clicklake", detail-type the event type, detail the
/// event, with its keys where `with_keys`. `replay`: the name of the replay that sends it, "" for
/// none. Cost: a copy of the line.
void append_envelope(std::string* out, const AcceptedEvent& event, bool with_keys,
                     std::string_view replay);

}  // namespace clicklake
