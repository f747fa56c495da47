#pragma once
/// How many events fall into which hour: night and day, weekends, and files of bounded size.
///
/// Place: made once; each worker takes slices from it.
/// Invariant: the slices' events sum up to the total exactly, so do their dirty lines.
/// Thread safety: immutable once made.

#include <cstdint>
#include <vector>

namespace clicklake::synthetic {

/// More events than this in one hour are spread over several files, so that memory does not grow
/// with the hour.
inline constexpr std::uint64_t kMaxSliceEvents = std::uint64_t{1} << 19;

/// What one file begins with: its sessions' events (their tails may go to the next hour), and its
/// dirty lines.
struct Slice {
  std::uint32_t hour;    ///< 0 for the clickstream's first
  std::uint32_t shard;   ///< part-0000.json, part-0001.json, ...
  std::uint32_t shards;  ///< of this hour
  std::uint64_t events;
  std::uint64_t first_dirty;  ///< number of its first dirty line
  std::uint64_t dirty;
};

class TrafficPlan {
 public:
  /// `first_hour`: hours since 1970; `hours` >= 1; `dirty`: number of dirty lines.
  TrafficPlan(std::uint64_t events, std::int64_t first_hour, std::uint32_t hours,
              std::uint64_t dirty);

  const std::vector<Slice>& slices() const { return slices_; }
  std::uint32_t hours() const { return static_cast<std::uint32_t>(first_slice_.size() - 1); }
  /// Index of the hour's first slice; of hours(): the number of slices.
  std::size_t first_slice(std::uint32_t hour) const { return first_slice_[hour]; }

 private:
  std::vector<Slice> slices_;
  std::vector<std::size_t> first_slice_;
};

}  // namespace clicklake::synthetic
