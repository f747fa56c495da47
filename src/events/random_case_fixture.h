#pragma once
/// Random patterns and events of few paths and values, so that they often nearly match.
///
/// Place: the differential tests. Invariant: the same seed gives the same texts.

#include <cstdint>
#include <random>
#include <string>

namespace clicklake::events {

class RandomCases {
 public:
  explicit RandomCases(std::uint64_t seed) : random_(seed) {}

  /// JSON; now and then not a pattern, or not even JSON.
  std::string pattern();
  /// JSON; now and then not an event.
  std::string event();
  /// A pattern over a few fields of arrays of objects, and an event of such arrays.
  std::string array_pattern();
  std::string array_event();
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

 private:
  std::string key();
  std::string text();
  std::string quoted(const std::string& text);
  std::string number();
  std::string matcher();
  std::string fields(int depth);
  std::string value(int depth);
  std::string object(int depth);
  std::string array_of(int depth, std::uint32_t longest);
  std::string damage(std::string json);

  std::mt19937_64 random_;
};

}  // namespace clicklake::events
