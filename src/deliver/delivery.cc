#include "deliver/delivery.h"

#include "base/json_text.h"
#include "base/json_value.h"
#include "model/time.h"

namespace clicklake {

std::string delivery_line(const Delivery& delivery) {
  JsonText json;
  json.begin_object().member("deliveryId", delivery.id).member("rule", delivery.rule);
  json.member("target", delivery.target);
  json.member("acceptedAt", format_timestamp(delivery.accepted_us)).key("input");
  // Lines of quoted text are no JSON value together.
  if (delivery.payload.find('\n') == std::string::npos) {
    json.raw(delivery.payload);
  } else if (const auto value = parse_json(delivery.payload)) {
    std::string compact;
    append_json(&compact, *value);
    json.raw(compact);
  } else {
    json.value(delivery.payload);
  }
  json.end_object();
  return json.text();
}

}  // namespace clicklake
