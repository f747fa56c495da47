#pragma once
/// The cases of tests/conformance/eventbridge: pattern, event, and what Event Ruler answers.

#include <optional>
#include <string>
#include <vector>

namespace clicklake::events {

struct VectorCase {
  std::string name;
  std::string pattern;
  std::string event;
  std::string expect;  ///< "true", "false" or "invalid"; of quirks the clean answer
  bool bad_event = false;
};

/// The cases of an NDJSON file. Ends the process where it can't be read.
std::vector<VectorCase> read_vectors(const std::string& file);

/// The cases that are the project's own.
std::vector<VectorCase> generated_vectors();
/// Event Ruler's own, in $CLICKLAKE_SHARED or ../shared; nothing where that is not there.
std::optional<std::vector<VectorCase>> upstream_vectors();

}  // namespace clicklake::events
