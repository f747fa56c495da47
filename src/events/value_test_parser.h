#pragma once
/// One matcher of a pattern's leaf: a value, or an object with one operator.
///
/// Place: under the pattern parser. Thread safety: a pure function. Source: docs/events.md.

#include <cstdint>

#include "events/json_document.h"
#include "events/pattern.h"

namespace clicklake::events {

/// Reads node `at` of `document` into `test`. False where it is no matcher: then `fault` says why,
/// its path beginning behind the leaf's index (".numeric").
bool parse_value_test(const JsonDocument& document, std::uint32_t at, const PatternLimits& limits,
                      ValueTest* test, PatternFault* fault);

}  // namespace clicklake::events
