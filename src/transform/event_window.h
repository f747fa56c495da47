#pragma once
/// Finds events with one event id in neighbouring hours.
///
/// Place: dedupe of events that carry an id; hours pass through it in ascending order.
/// Invariant: of the events with one id whose hours lie within the window of each other, the one
/// with the smallest (event_timestamp, hash of the canonical
///   event) stays. Memory: the window's ids only.
/// Thread safety: safe; an hour waits until all earlier ones have passed.
/// Source: docs/design.md, "Identity of an event".

#include <boost/unordered/unordered_flat_map.hpp>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "rows/existing_rows.h"

namespace clicklake {

struct IdentifiedRow {
  EventHash identity;
  std::int64_t time = 0;
  std::int64_t canonical_key = 0;  ///< hash of the canonical event, signed as all keys are
  std::uint32_t row = 0;           ///< in its hour
};

/// A row of a file that an event of this batch takes the place of.
struct Replaced {
  EventHash identity;
  std::int64_t time = 0;
  std::int64_t canonical_key = 0;
};

class EventWindow {
 public:
  EventWindow(ExistingRows* existing, std::int64_t window_hours)
      : existing_(existing), window_hours_(window_hours) {}

  /// Says that the hour with this sequence number (0, 1, ...) is through. Every number is passed
  /// exactly once, by this or by resolve().
  void pass(std::size_t sequence);

  /// Waits for its turn, then gives the rows of `rows` (of one hour) that are duplicates; the hour
  /// is then through. Adds to `replacing`, where it is not null, those that take the place of an
  /// event that a file holds already.
  Result<std::vector<std::uint32_t>> resolve(std::size_t sequence, std::int64_t hour,
                                             std::vector<IdentifiedRow> rows,
                                             std::vector<std::uint32_t>* replacing = nullptr);

  /// Lets waiting hours go on after a failure elsewhere.
  void cancel();

  /// Rows of published files, or of files that the batch wrote before, that must go.
  const std::vector<Replaced>& replaced() const { return replaced_; }

 private:
  struct HashOfIdentity {
    using is_avalanching = void;
    std::size_t operator()(const EventHash& h) const { return h.key; }
  };
  struct Kept {
    std::int64_t hour;
    std::int64_t time;
    std::int64_t canonical_key;
    bool in_file;  ///< published or written before; else of this pass
  };

  void advance(std::unique_lock<std::mutex>* lock, std::size_t sequence);
  Status load_until(std::int64_t hour);
  void forget_before(std::int64_t hour);

  ExistingRows* existing_;
  std::int64_t window_hours_;
  std::mutex mutex_;
  std::condition_variable turn_;
  std::vector<bool> through_;
  std::size_t next_ = 0;
  bool cancelled_ = false;
  boost::unordered_flat_map<EventHash, std::vector<Kept>, HashOfIdentity> kept_;
  std::int64_t loaded_until_ = -1;  ///< hours up to this one (inclusive) were read from files
  std::int64_t forgotten_before_ = 0;
  std::vector<Replaced> replaced_;
};

}  // namespace clicklake
