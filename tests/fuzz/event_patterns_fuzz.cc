// A line that may be a pattern, and behind it what may be an event: the parser refuses what the
// judge refuses, the matcher matches what the judge matches, and `explain` agrees.
#include <cstdint>
#include <string_view>

#include "events/explain.h"
#include "events/matcher.h"
#include "events/pattern.h"
#include "events/slow_matcher_fixture.h"
#include "slow_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  using namespace clicklake::events;
  using clicklake::fuzz::require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  const std::string_view pattern = text.substr(0, end);
  const std::string_view event = end == std::string_view::npos ? "{}" : text.substr(end + 1);

  MatcherOptions options;
  options.pattern.max_stars = 100'000;  // the judge knows no such limit
  PatternFault fault;
  const Result<Pattern> parsed = parse_pattern(pattern, options.pattern, &fault);
  const SlowAnswer expected = slow_match(pattern, event);
  require(parsed.has_value() == (expected != SlowAnswer::kBadPattern));
  require(parsed.has_value() || (!fault.reason.empty() && !fault.example.empty()));

  Matcher matcher(options);
  require(matcher.put("rule", pattern).has_value() == parsed.has_value());
  MatchReader reader(matcher);
  const auto names = reader.match(event);
  if (!parsed) return 0;
  require(names.has_value() == (expected != SlowAnswer::kBadEvent));
  const auto told = explain(*parsed, event);
  require(told.has_value() == names.has_value());
  if (!names) return 0;
  require(names->size() == (expected == SlowAnswer::kMatch ? 1U : 0U));
  require(told->matches == (expected == SlowAnswer::kMatch));
  return 0;
}
