#pragma once
/// The identity of an event: two 64-bit hashes of its event id or of its canonical text.
///
/// Place: transform, before dedupe. Invariant: records with the same content have the same
/// identity, however they were spelled; the hashes equal Spark's
///   `xxhash64(c)` and `xxhash64('clicklake', c)`.
/// Thread safety: an EventIdentifier is thread-compatible.
/// Source: docs/design.md, "Identity of an event".

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "model/record.h"

namespace clicklake {

struct EventIdentity {
  EventHash hash;                ///< event_key and event_check
  std::uint64_t canonical_hash;  ///< XXH64 (seed 42) of the canonical text; equals hash.key without
                                 ///< an event id
  bool has_event_id;
};

class EventIdentifier {
 public:
  /// `most_bytes`: what keys and values of `record` have together at most; those of a line have no
  /// more than the line. Cost: one copy of the record's bytes and one hashing pass. The record's
  /// views must be readable kLinePadding bytes beyond their ends.
  EventIdentity identify(const Record& record, std::size_t most_bytes);
  /// The canonical text of `record` (for tests and tools): user_id, session_id, event_type,
  /// event_timestamp in decimal microseconds, device_type, page_url, referrer_url, then metadata's
  /// keys and values by key; each as `<byte length>:<bytes>`, `~` where missing.
  std::string_view canonical(const Record& record);

 private:
  std::string_view write(const Record& record, std::size_t most_bytes);

  std::vector<char> buffer_;
};

}  // namespace clicklake
