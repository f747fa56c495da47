#pragma once
/// One pattern against one event, the plainest way: the judge of the differential tests and of the
/// fuzz targets. Shares nothing with what it judges but the table of letter cases.
///
/// Place: tests only. Cost: whatever it takes; a product of values a path at the worst.
/// Source: docs/events.md, "What matches".

#include <string_view>

namespace clicklake::events {

enum class SlowAnswer { kNoMatch, kMatch, kBadPattern, kBadEvent };

SlowAnswer slow_match(std::string_view pattern, std::string_view event);

}  // namespace clicklake::events
