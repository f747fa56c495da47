#pragma once
/// What rules ask for of one event: the values under the paths that any rule names.
///
/// Place: between the event reader and the rules' index. Invariant: the leaves of a path are linked
/// in the order of the text. Thread safety: thread-compatible, one for each thread.
/// Source: docs/events.md, "What an event is".

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "events/ip_address.h"
#include "events/json_document.h"

namespace clicklake::events {

inline constexpr std::uint32_t kNone = 0xFFFFFFFF;

/// One value. Text lives until the next event.
struct EventLeaf {
  std::string_view text;  ///< of a string: decoded; of others: as written
  std::uint32_t path;
  std::uint32_t next;        ///< the path's next leaf, or kNone
  std::uint32_t membership;  ///< the innermost array element that it lies in, or kNone
  JsonKind kind;
  std::uint32_t reading;  ///< what the text was found to be, plus 1; 0: not looked at yet
};

/// "Lies in element `index` of the array `array`", and in what that array lies in.
struct Membership {
  std::uint32_t array;
  std::uint32_t index;
  std::uint32_t outer;  ///< or kNone
};

class EventLeaves {
 public:
  /// Forgets the last event; paths are numbered below `paths`.
  void begin(std::uint32_t paths);

  void add(std::uint32_t path, JsonKind kind, std::string_view text, std::uint32_t membership) {
    Place& place = places_[path];
    const auto number = static_cast<std::uint32_t>(leaves_.size());
    if (place.epoch != epoch_) {
      place = {epoch_, number, number};
      touched_.push_back(path);
    } else {
      leaves_[place.last].next = number;
      place.last = number;
    }
    leaves_.push_back({text, path, kNone, membership, kind, 0});
    if (membership != kNone) in_arrays_ = true;
  }
  std::uint32_t add_membership(Membership membership) {
    memberships_.push_back(membership);
    return static_cast<std::uint32_t>(memberships_.size() - 1);
  }

  /// The paths that have leaves, in the order in which the event names them.
  const std::vector<std::uint32_t>& touched() const { return touched_; }
  /// The path's first leaf, or kNone.
  std::uint32_t first(std::uint32_t path) const {
    return path < places_.size() && places_[path].epoch == epoch_ ? places_[path].first : kNone;
  }
  EventLeaf& leaf(std::uint32_t number) { return leaves_[number]; }
  const EventLeaf& leaf(std::uint32_t number) const { return leaves_[number]; }
  const Membership& membership(std::uint32_t number) const { return memberships_[number]; }
  std::uint32_t membership_count() const { return static_cast<std::uint32_t>(memberships_.size()); }
  /// Whether some leaf lies in an array's object or array: only then leaves can exclude each other.
  bool in_arrays() const { return in_arrays_; }

  /// The leaf's value where it is a comparable number; null otherwise.
  const double* number_of(EventLeaf* leaf);
  /// The leaf's address where it is a string that is one; null otherwise.
  const IpAddress* address_of(EventLeaf* leaf);

  std::size_t bytes() const;

 private:
  struct Place {
    std::uint32_t epoch = 0;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  /// A number's value, or a string's address; where it is none, neither.
  struct Reading {
    double number = 0;
    IpAddress address;
    bool is_one = false;
  };

  const Reading& reading_of(EventLeaf* leaf);

  std::uint32_t epoch_ = 0;
  bool in_arrays_ = false;
  std::vector<Place> places_;
  std::vector<EventLeaf> leaves_;
  std::vector<Membership> memberships_;
  std::vector<std::uint32_t> touched_;
  std::deque<Reading> readings_;
};

}  // namespace clicklake::events
