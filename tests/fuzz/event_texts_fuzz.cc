// Any bytes as events, one after the other through the same reader, which learns keys from each: a
// fixed set of rules matches what the judge says, for a reader that has seen others and for a new
// one.
#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "events/matcher.h"
#include "events/slow_matcher_fixture.h"
#include "slow_json.h"

namespace clicklake::events {
namespace {

constexpr std::array<std::string_view, 12> kPatterns = {
    R"({"a":["x"]})",
    R"({"a":[{"exists":true}],"b":[{"exists":false}]})",
    R"({"a":{"b":[1]},"c":["10.0.0.1",{"cidr":"10.0.0.0/8"}]})",
    R"({"a":{"b":[{"exists":true}],"c":[{"exists":true}]}})",
    R"({"b":{"a":["x"],"z":[{"exists":false}]}})",
    R"({"z":{"a":["x"],"b":[{"exists":false}],"c":[{"anything-but":"x"}]}})",
    R"({"a":[{"prefix":"abcd"},{"suffix":"y"}]})",
    R"({"a":[{"wildcard":"*x*y*"}]})",
    R"({"b":[{"equals-ignore-case":"xY"},{"numeric":[">",1]}]})",
    R"({"$or":[{"c":[null]},{"b":[true]}],"a":[{"exists":true}]})",
    R"({"a.b":[{"anything-but":{"prefix":"x"}}]})",
    R"({"é":["é"]})"};

/// The rules that match; "bad" alone where the text is no event.
std::set<std::string> ask(MatchReader* reader, std::string_view event) {
  const auto names = reader->match(event);
  if (!names) return {"bad"};
  std::set<std::string> out;
  for (const std::string_view name : *names) fuzz::require(out.insert(std::string(name)).second);
  return out;
}

std::set<std::string> judge(std::string_view event) {
  std::set<std::string> out;
  for (std::size_t i = 0; i < kPatterns.size(); ++i) {
    const SlowAnswer answer = slow_match(kPatterns[i], event);
    if (answer == SlowAnswer::kBadEvent) return {"bad"};
    if (answer == SlowAnswer::kMatch) out.insert(std::to_string(i));
  }
  return out;
}

const Matcher& rules() {
  static const auto* const kMatcher = [] {
    auto* const made = new Matcher;
    for (std::size_t i = 0; i < kPatterns.size(); ++i)
      fuzz::require(made->put(std::to_string(i), kPatterns[i]).has_value());
    return made;
  }();
  return *kMatcher;
}

}  // namespace
}  // namespace clicklake::events

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake::events;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  MatchReader used(rules());
  for (bool more = true; more;) {
    const std::size_t end = text.find('\n');
    more = end != std::string_view::npos;
    // From memory of just its size, so that a read behind it is seen.
    const std::string_view line = text.substr(0, end);
    const auto exact = std::make_unique<char[]>(line.size());
    line.copy(exact.get(), line.size());
    const std::string_view event(exact.get(), line.size());
    const std::set<std::string> expected = judge(event);
    clicklake::fuzz::require(ask(&used, event) == expected);
    MatchReader fresh(rules());
    clicklake::fuzz::require(ask(&fresh, event) == expected);
    if (more) text.remove_prefix(end + 1);
  }
  return 0;
}
