#include "deliver/payload.h"

#include <optional>

#include "base/json_value.h"

namespace clicklake {

Result<Payload> make_payload(const RuleTarget& target, std::string_view event,
                             const MatchContext& context) {
  Payload payload;
  JsonValue tree;
  if (target.key || target.input_path || target.transformer) {
    ASSIGN_OR_RETURN(tree, parse_json(event));
  }
  if (target.key) {
    if (const std::optional<JsonValue> key = target.key->find(tree)) {
      if (key->kind == JsonValue::Kind::kString) {
        payload.key = key->text;
      } else {
        append_json(&payload.key, *key);
      }
    }
  }
  if (target.input) {
    payload.text = *target.input;
  } else if (target.input_path) {
    const std::optional<JsonValue> part = target.input_path->find(tree);
    if (!part) {
      return Error{ErrorCode::kInvalidData,
                   "inputPath " + target.input_path->text() + " finds nothing in the event"};
    }
    append_json(&payload.text, *part);
  } else if (target.transformer) {
    ASSIGN_OR_RETURN(payload.text, target.transformer->apply(tree, context));
  } else {
    payload.text = event;
  }
  return payload;
}

}  // namespace clicklake
