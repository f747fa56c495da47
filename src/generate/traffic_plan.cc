#include "generate/traffic_plan.h"

#include <array>

namespace clicklake::synthetic {

namespace {

// Relative traffic by UTC hour of a shop whose visitors live between New York and Berlin.
constexpr std::array<std::uint8_t, 24> kWeekday{30, 24, 20, 16, 16, 22, 38, 56,  64, 68, 70, 76,
                                                74, 72, 70, 72, 78, 88, 98, 100, 94, 76, 56, 40};
constexpr std::array<std::uint8_t, 24> kWeekend{36,  30,  24,  18,  16,  18, 26, 40,
                                                60,  78,  90,  94,  92,  94, 98, 100,
                                                100, 104, 112, 116, 106, 84, 60, 42};

std::uint64_t weight_of(std::int64_t hour) {
  std::int64_t weekday = (hour / 24 + 4) % 7;  // 1970-01-01 was a Thursday; 0 is Sunday
  auto of_day = static_cast<std::size_t>(hour % 24);
  return weekday == 0 || weekday == 6 ? kWeekend[of_day] : kWeekday[of_day];
}

/// total x part / whole, rounded down, without overflow.
std::uint64_t share(std::uint64_t total, std::uint64_t part, std::uint64_t whole) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(total) * part / whole);
}

}  // namespace

TrafficPlan::TrafficPlan(std::uint64_t events, std::int64_t first_hour, std::uint32_t hours,
                         std::uint64_t dirty) {
  std::uint64_t whole = 0;
  for (std::uint32_t h = 0; h < hours; ++h) whole += weight_of(first_hour + h);
  std::uint64_t weight = 0, done = 0;
  for (std::uint32_t h = 0; h < hours; ++h) {
    first_slice_.push_back(slices_.size());
    weight += weight_of(first_hour + h);
    std::uint64_t of_hour = share(events, weight, whole) - done;
    std::uint64_t shards = of_hour == 0 ? 1 : (of_hour + kMaxSliceEvents - 1) / kMaxSliceEvents;
    for (std::uint64_t s = 0; s < shards; ++s) {
      std::uint64_t begin = done + share(of_hour, s, shards),
                    end = done + share(of_hour, s + 1, shards);
      std::uint64_t first_dirty = events == 0 ? 0 : share(dirty, begin, events);
      std::uint64_t end_dirty = events == 0 ? 0 : share(dirty, end, events);
      slices_.push_back({h, static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(shards),
                         end - begin, first_dirty, end_dirty - first_dirty});
    }
    done += of_hour;
  }
  first_slice_.push_back(slices_.size());
}

}  // namespace clicklake::synthetic
