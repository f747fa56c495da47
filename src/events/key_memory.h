#pragma once
/// The keys seen in earlier events, in the order in which they came: what comes next is guessed and
/// compared, not looked up.
///
/// Place: under the event reader. Invariant: a place is a key in an object; the same key in the
/// same object of another event is the same place. At most a few thousand places outlive an event.
/// Thread safety: thread-compatible, one for each thread. Source: ADR 18.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "events/event_leaves.h"

namespace clicklake::events {

/// Which number a path has. Thread safety: reads only.
class PathNumbers {
 public:
  virtual ~PathNumbers() = default;
  /// The path's number; kNone where no rule names it.
  virtual std::uint32_t find(std::string_view path) const = 0;
  /// Bytes of the longest path that find() knows.
  virtual std::size_t longest() const = 0;
};

class KeyMemory {
 public:
  /// The whole event.
  static constexpr std::uint32_t kRoot = 0;

  KeyMemory() { clear(); }

  void clear();
  /// Between two events: forgets all where there is too much.
  void trim() {
    if (places_.size() > kMostPlaces || text_.size() > kMostBytes) clear();
  }

  /// The place that came behind `previous` last time (its first member where `previous` is the
  /// object's own place and `is_first`), if its key, with quotes, is what stands at `p`; else
  /// kNone. Reads up to kGuessBytes from `p`.
  std::uint32_t guess(const char* p, std::uint32_t previous, bool is_first) const {
    const Place& before = places_[previous];
    const std::uint32_t guessed = is_first ? before.first_member : before.follower;
    const Place& place = places_[guessed];
    return place.quoted_size != 0 && same(p, place) ? guessed : kNone;
  }
  /// Bytes of the place's key with its quotes.
  std::uint32_t quoted_size(std::uint32_t place) const { return places_[place].quoted_size; }
  std::uint32_t path(std::uint32_t place) const { return places_[place].path; }

  /// The place of `key` in the object at `parent`, made where it is new; it is the next guess.
  std::uint32_t find(std::uint32_t parent, std::string_view key, std::uint32_t previous,
                     bool is_first, const PathNumbers& paths);

  std::size_t bytes() const;

  static constexpr std::size_t kGuessBytes = 48;

 private:
  static constexpr std::size_t kMostPlaces = 4096;
  static constexpr std::size_t kMostBytes = 1 << 20;

  struct Place {
    char quoted[kGuessBytes] = {};
    std::uint32_t quoted_size = 0;  ///< 0: no guessing
    std::uint32_t path = kNone;
    std::uint32_t follower = 0;  ///< 0, the whole event, is never guessed
    std::uint32_t first_member = 0;
    std::uint32_t parent = 0;
    std::uint32_t key_at = 0;
    std::uint32_t key_size = 0;
    std::uint32_t path_size = 0;
  };

  static bool same(const char* p, const Place& place) {
    std::uint32_t size = place.quoted_size;
    const char* q = place.quoted;
#if defined(__SSE2__)
    for (;;) {
      const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(q));
      const auto equal = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)));
      if (size <= 16) return (~equal & (0xFFFFU >> (16 - size))) == 0;
      if (equal != 0xFFFF) return false;
      p += 16;
      q += 16;
      size -= 16;
    }
#else
    return std::memcmp(p, q, size) == 0;
#endif
  }

  std::string_view key_of(const Place& place) const {
    return std::string_view(text_).substr(place.key_at, place.key_size);
  }
  std::uint32_t add(std::uint32_t parent, std::string_view key, const PathNumbers& paths);
  std::uint32_t number_path(const Place& place, const PathNumbers& paths) const;
  void grow();

  std::vector<Place> places_;
  std::string text_;                  // the keys
  std::vector<std::uint32_t> table_;  // places by parent and key, open addressing; 0 is free
};

}  // namespace clicklake::events
