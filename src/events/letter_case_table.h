#pragma once
/// The letters whose lower or upper case is another text, as data.
///
/// Place: under events/letter_case.h alone. Invariant: runs are ascending and don't overlap; a unit
/// is in one of the two tables or has no other case. Thread safety: constants. Source: Unicode 13
/// with SpecialCasing's unconditional mappings, one UTF-16 unit at a time, as the JDK 17 maps them
/// in the root locale.

#include <cstdint>
#include <span>

namespace clicklake::events {

/// Units `first` to `last`: the same distance each, or in turns upper and lower case of a letter.
struct CaseRun {
  char16_t first;
  char16_t last;
  bool alternating;    ///< first is upper case, first + 1 its lower case, and so on
  std::int32_t lower;  ///< what to add for the lower case
  std::int32_t upper;
};

/// A unit one of whose cases has several units; 0 ends them.
struct LongCase {
  char16_t unit;
  char16_t lower[3];
  char16_t upper[3];
};

std::span<const CaseRun> case_runs();
std::span<const LongCase> long_cases();

}  // namespace clicklake::events
