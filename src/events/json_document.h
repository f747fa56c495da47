#pragma once
/// A JSON object as a tree that remembers what was written: for patterns, rules and explanations.
///
/// Place: under the pattern parser; events on the hot path go through events/event_reader.h.
/// Invariant: nodes lie in the order of the text, an inner node before what it holds; texts are
/// decoded, lone surrogates as three bytes; numbers are as written.
/// Thread safety: a document is thread-compatible and can be used again.
/// Source: RFC 8259, strictly; what stands behind the closing brace is not looked at.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake::events {

/// Levels of objects and arrays in patterns and events.
inline constexpr int kMaxDepth = 1000;

enum class JsonKind : std::uint8_t { kNull, kTrue, kFalse, kNumber, kText, kArray, kObject };

struct JsonNode {
  JsonKind kind = JsonKind::kNull;
  std::string_view key = {};   ///< of a member of an object
  std::string_view text = {};  ///< of a text: decoded; of others: as written
  std::uint32_t next = 0;      ///< the node behind this one and all that it holds
  std::uint32_t count = 0;     ///< members or elements
};

class JsonDocument {
 public:
  /// Reads the object at the beginning of `text` (after white space). `text` must outlive the
  /// nodes. Errors: kInvalidData with the byte at which it is none.
  Status read(std::string_view text);

  /// The member of node `at` of this key, the last where there are several; 0 where there is none.
  std::uint32_t member(std::uint32_t at, std::string_view key) const;

  /// Node 0 is the whole object.
  const std::vector<JsonNode>& nodes() const { return nodes_; }
  /// Offset behind the closing brace.
  std::size_t end() const { return at_; }

 private:
  Status fault(std::string_view what) const;
  Status read_value(int depth);
  Status read_container(int depth);
  Status read_word(std::string_view word, JsonKind kind);
  Status read_number();
  Status read_text(std::string_view* out);
  /// The escape at the cursor (behind its backslash), appended to `out`.
  bool read_escape(std::string* out);
  bool read_unit(std::uint32_t* unit);
  void skip_space();
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<JsonNode> nodes_;
  std::deque<std::string> decoded_;  // texts with escapes
};

}  // namespace clicklake::events
