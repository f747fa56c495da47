#pragma once
/// Rules that many lakes want, ready to be copied into rules/.
///
/// Place: `rules add`. Invariant: each is a sound document, disabled, with a file as its target, so
///   that adding one sends nothing anywhere before somebody says so.
/// Thread safety: immutable.
/// Source: docs/events.md, "Ready rules"; ADR-0024.

#include <span>
#include <string_view>

namespace clicklake {

struct ReadyRule {
  std::string_view name;
  std::string_view document;  ///< JSON
};

std::span<const ReadyRule> ready_rules();

}  // namespace clicklake
