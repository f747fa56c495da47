#pragma once
/// An event pattern, read and checked.
///
/// Place: a rule's `eventPattern` becomes one; a Matcher compiles many into one index.
/// Invariant: no alternative is empty or names a path twice; the leaves of each stand in the order
/// in which they are tried (paths by UTF-16 units). Thread safety: immutable values.
/// Source: the event pattern language of EventBridge as Event Ruler 2.1.0 reads it; docs/events.md.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/ip_address.h"

namespace clicklake::events {

/// What one matcher of a leaf asks of one value.
enum class TestKind : std::uint8_t {
  kText,          ///< the string is texts[0]
  kWord,          ///< the literal is texts[0]: true, false or null
  kNumber,        ///< a comparable number equal to numbers[0]
  kNumberText,    ///< a number written as texts[0], which is not comparable
  kAddress,       ///< a string that is the address
  kCidr,          ///< a string that is an address in `address`/`bits`
  kExists,        ///< any value
  kAbsent,        ///< no value at all
  kPrefix,        ///< the string begins with texts[0]
  kSuffix,        ///< the string ends with texts[0]
  kFolded,        ///< the string is texts[0] in any letter case
  kFoldedPrefix,  ///< the string begins with texts[0] in any letter case
  kFoldedSuffix,
  kWildcard,   ///< the string fits texts[0]
  kRange,      ///< a comparable number in the range
  kNotText,    ///< anything but the strings `texts`
  kNotNumber,  ///< anything but the numbers `numbers`
  kNotPrefix,  ///< anything but strings that begin with one of `texts`
  kNotSuffix,
  kNotFolded,
  kNotWildcard,
};

struct ValueTest {
  TestKind kind = TestKind::kExists;
  std::vector<std::string> texts;
  std::vector<double> numbers;  ///< of kRange: low, high (infinite where there is no bound)
  bool low_open = false;
  bool high_open = false;
  IpAddress address;
  int bits = 0;
};

struct PatternLeaf {
  std::string path;              ///< keys joined with '.'
  std::vector<ValueTest> tests;  ///< one of them must hold
};

struct Pattern {
  std::vector<PatternLeaf> leaves;
  /// One for each way through the pattern's `$or`s: indices of leaves that must all hold.
  std::vector<std::vector<std::uint32_t>> alternatives;
};

/// Why and where a text is no pattern.
struct PatternFault {
  std::string path;     ///< the place in the pattern: `detail.price[0].numeric`; "" for all of it
  std::string reason;   ///< what is wrong there
  std::string example;  ///< the right form
};

struct PatternLimits {
  std::size_t max_bytes = 262'144;
  std::size_t max_alternatives = 1'000;  ///< ways through all `$or`s, as EventBridge has it
  std::size_t max_stars = 64;            ///< in one wildcard
};

/// Reads a pattern; text behind its closing brace is not looked at.
/// Errors: kInvalidData, and `*fault` filled where it is given: the place, the reason, an example.
Result<Pattern> parse_pattern(std::string_view text, const PatternLimits& limits = {},
                              PatternFault* fault = nullptr);

/// Whether `a` comes before `b` by their UTF-16 units.
bool utf16_less(std::string_view a, std::string_view b);

}  // namespace clicklake::events
