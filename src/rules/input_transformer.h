#pragma once
/// What of an event a target gets: all of it, a constant, a part, or a template filled in.
///
/// Place: a rule's target has one; the delivery process applies it before an event is sent.
/// Invariant: what comes out is JSON (one value, or one a line), or an error; never a text broken
/// by
///   a value in it.
/// Thread safety: immutable once compiled.
/// Source: EventBridge user guide, "Input transformation"; the service's own answers where the
/// guide
///   is silent: a path that finds nothing yields "" (between quotes: nothing), `aws.events.event`
///   spells its key detailType, objects between quotes lose their quotes.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_value.h"
#include "base/result.h"
#include "rules/json_path.h"

namespace clicklake {

/// What is known of a match besides its event.
struct MatchContext {
  std::string_view rule_name;
  std::string_view rule_arn;
  std::string_view ingestion_time;  ///< ISO 8601, when the event was accepted
};

class InputTransformer {
 public:
  using Paths = std::vector<std::pair<std::string, std::string>>;  ///< name -> JSONPath, in order

  /// Errors: kInvalidData: a path that can't be read, a reserved name, a placeholder without a
  /// path, one as an object's key, a template that is not JSON; each with the way out.
  static Result<InputTransformer> compile(const Paths& paths, std::string_view input_template);

  /// The template filled in from `event` (an object). Errors: kInvalidData, the result is not JSON.
  Result<std::string> apply(const JsonValue& event, const MatchContext& context) const;

  const Paths& paths() const { return paths_; }
  const std::string& input_template() const { return template_; }
  bool operator==(const InputTransformer& other) const {
    return paths_ == other.paths_ && template_ == other.template_;
  }

 private:
  struct Piece {
    std::string text;     ///< copied as it is, before the placeholder
    int variable = -1;    ///< an index of variables_, -1: none (the end)
    bool quoted = false;  ///< the placeholder stands between quotes
  };
  struct Variable {
    std::string name;
    int path = -1;  ///< an index of compiled_; -1: predefined
  };
  Status split();
  int variable_of(std::string_view name);

  Paths paths_;
  std::string template_;
  std::vector<JsonPath> compiled_;
  std::vector<Variable> variables_;
  std::vector<Piece> pieces_;
};

}  // namespace clicklake
