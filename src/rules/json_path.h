#pragma once
/// The JSONPath subset of EventBridge: where in an event a value is taken from.
///
/// Place: inputPath, inputPathsMap and a target's `key`; compiled once a rule, run once a delivery.
/// Invariant: of members with one name the last counts, as in the event patterns' parsed form.
/// Thread safety: immutable once compiled.
/// Source: EventBridge user guide, "Input transformation": dot notation, array indices, `*`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "base/result.h"

namespace clicklake {

class JsonPath {
 public:
  /// `$`, `$.detail.user-id`, `$.resources[0]`, `$.detail.items[*].sku`, `$.detail.*`. Errors:
  /// kInvalidData with the byte and what is allowed there.
  static Result<JsonPath> compile(std::string_view text);

  /// The value in `root`; nothing where there is none. A path with a `*` gives an array of all that
  /// it finds, and nothing for an empty one. Cost: O(members on the way).
  std::optional<JsonValue> find(const JsonValue& root) const;

  const std::string& text() const { return text_; }
  bool operator==(const JsonPath& other) const { return text_ == other.text_; }

 private:
  struct Step {
    enum class Kind : std::uint8_t { kName, kIndex, kAny };
    Kind kind = Kind::kName;
    std::string name;
    std::size_t index = 0;
  };
  void collect(const JsonValue& value, std::size_t step,
               std::vector<const JsonValue*>* found) const;

  std::string text_;
  std::vector<Step> steps_;
  bool many_ = false;
};

}  // namespace clicklake
