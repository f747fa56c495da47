#pragma once
/// A JSON text as a tree, read strictly (RFC 8259) or as leniently as the openx SerDe does.
///
/// Place: the general way from a line to cells; lines that follow a known shape don't come here.
/// Invariant: never reads beyond the '\n' behind the text, which no token may hold. Memory is kept
/// between texts. Thread safety: thread-compatible.
/// Source: RFC 8259; for the lenient form Trino's description of its OpenX reader.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

struct JsonNode {
  enum class Kind : std::uint8_t {
    kNull,
    kText,     ///< quoted
    kLiteral,  ///< a number, true, false, or (lenient) any bare word
    kArray,
    kObject,
  };
  Kind kind = Kind::kNull;
  bool escaped_key = false;     ///< the key is not as it stands in the line
  std::uint32_t next = 0;       ///< sibling; 0: none
  std::uint32_t child = 0;      ///< first child; 0: none
  std::uint32_t count = 0;      ///< of children
  const char* begin = nullptr;  ///< of the value in the line, with its quotes
  const char* end = nullptr;
  std::string_view key;   ///< members of objects
  std::string_view text;  ///< decoded; a literal's as it stands
};

class JsonTree {
 public:
  static constexpr int kMaxDepth = 128;

  /// Reads the value at `begin` (blanks before it are passed over); `end` is the text's '\n', with
  /// kLinePadding readable bytes behind it. False on a fault. Views live until the next call and
  /// while the text does.
  bool read_strictly(const char* begin, const char* end);
  /// The lenient form: bare words, 'single quotes', comments, `=` and `;` as separators. Of members
  /// whose keys are equal (ASCII letter case does not count if `ignore_case`) the last stays.
  bool read_leniently(const char* begin, const char* end, bool ignore_case);

  const JsonNode& root() const { return nodes_[1]; }
  const JsonNode& node(std::uint32_t index) const { return nodes_[index]; }
  /// Behind the value that was read.
  const char* stop() const { return p_; }
  const char* fault_at() const { return fault_at_; }
  const char* fault() const { return fault_; }
  /// Takes out members of objects whose key comes again later in the same object; whether there
  /// were any.
  bool drop_repeats(bool ignore_case);
  /// Whether there are any; the same cost.
  bool has_repeats(bool ignore_case);

 private:
  bool read(const char* begin, const char* end);
  std::uint32_t add() {
    nodes_.emplace_back();
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }
  bool fail(const char* at, const char* what) {
    fault_at_ = at;
    fault_ = what;
    return false;
  }
  bool read_value(std::uint32_t at, int depth);
  bool read_object(std::uint32_t at, int depth);
  bool read_array(std::uint32_t at, int depth);
  bool read_string(char quote, std::string_view* text, bool* escaped);
  bool read_literal(std::uint32_t at);
  bool read_key(std::uint32_t at);
  bool skip_blanks();
  bool find_repeats(std::uint32_t object, bool ignore_case);
  void drop_found(std::uint32_t object);

  std::vector<JsonNode> nodes_;  ///< 0 is none, 1 the root
  std::vector<std::uint32_t> repeated_;
  std::vector<char> arena_;
  char* free_text_ = nullptr;
  const char* p_ = nullptr;
  const char* end_ = nullptr;
  bool lenient_ = false;
  const char* fault_at_ = nullptr;
  const char* fault_ = "";
};

/// The node as compact JSON, as the openx SerDe writes it: literals in canonical form, `</` as
/// `<\/`.
void append_compact(const JsonTree& tree, const JsonNode& node, std::string* out);

}  // namespace clicklake
