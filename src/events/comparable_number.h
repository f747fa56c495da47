#pragma once
/// The numbers that event patterns compare by value.
///
/// Place: `numeric`, numbers as exact values and in anything-but.
/// Invariant: two numbers of which one is comparable are equal where their decimals are; all others
/// only equal their own spelling. Thread safety: pure functions.
/// Source: Event Ruler 2.1.0; docs/events.md, "Numbers".

#include <optional>
#include <string_view>

namespace clicklake::events {

/// The value of a JSON number whose decimal is exactly that of the shortest decimal of a finite
/// double; -0 is 0. Nothing for others: coordinates of 18 digits, 2^53 + 1, 1e400.
/// `text` must be a number as RFC 8259 writes it. Cost: some ns up to 15 digits, else about 150.
std::optional<double> comparable_number(std::string_view text);

}  // namespace clicklake::events
