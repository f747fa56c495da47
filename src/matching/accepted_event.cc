#include "matching/accepted_event.h"

#include "base/json_text.h"
#include "model/time.h"

namespace clicklake {
namespace {

void append_hex(std::string* out, std::uint64_t value, int digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    out->push_back(kDigits[value >> shift & 15]);
}

/// In the form of a UUID, as EventBridge's ids are.
void append_id(std::string* out, const EventHash& identity) {
  append_hex(out, identity.key >> 32, 8);
  out->push_back('-');
  append_hex(out, identity.key >> 16, 4);
  out->push_back('-');
  append_hex(out, identity.key, 4);
  out->push_back('-');
  append_hex(out, identity.check >> 48, 4);
  out->push_back('-');
  append_hex(out, identity.check, 12);
}

/// Keys are texts: numbers beyond 2^53 lose digits in most readers of JSON.
void append_key(std::string* out, std::string_view name, std::int64_t key) {
  if (key == 0) return;
  out->append(",\"").append(name).append("\":\"").append(std::to_string(key)).append("\"");
}

void append_money(std::string* out, std::int64_t ten_thousandths) {
  const bool negative = ten_thousandths < 0;
  const auto value = negative ? 0 - static_cast<std::uint64_t>(ten_thousandths)
                              : static_cast<std::uint64_t>(ten_thousandths);
  if (negative) out->push_back('-');
  out->append(std::to_string(value / 10'000));
  std::string fraction = std::to_string(10'000 + value % 10'000).substr(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (!fraction.empty()) out->append(".").append(fraction);
}

}  // namespace

std::string identity_text(const AcceptedEvent& event) {
  std::string text;
  append_hex(&text, event.identity.key, 16);
  append_hex(&text, event.identity.check, 16);
  return text.append("@").append(std::to_string(event.time_us));
}

std::string_view object_of_line(std::string_view line) {
  const std::size_t begin = line.find('{');
  const std::size_t end = line.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return line;
  return line.substr(begin, end - begin + 1);
}

void append_event_with_keys(std::string* out, const AcceptedEvent& event, std::string_view replay) {
  std::string_view object = object_of_line(event.line);
  object.remove_suffix(1);
  while (object.ends_with(' ') || object.ends_with('\t') || object.ends_with('\r'))
    object.remove_suffix(1);
  out->append(object);
  if (!object.ends_with('{')) out->push_back(',');
  out->append(R"("lake":{"event_key":")");
  out->append(std::to_string(static_cast<std::int64_t>(event.identity.key))).append("\"");
  append_key(out, "user_key", event.user_key);
  append_key(out, "session_key", event.session_key);
  append_key(out, "page_key", event.page_key);
  append_key(out, "referrer_key", event.referrer_key);
  append_key(out, "campaign_key", event.campaign_key);
  append_key(out, "device_key", event.device_key);
  if (event.revenue) {
    out->append(",\"revenue\":");
    append_money(out, *event.revenue);
  }
  if (!replay.empty()) out->append(",\"replay_name\":\"").append(replay).append("\"");
  out->append("}}");
}

void append_envelope(std::string* out, const AcceptedEvent& event, bool with_keys,
                     std::string_view replay) {
  out->append(R"({"version":"0","id":")");
  append_id(out, event.identity);
  out->append(R"(","detail-type":)");
  append_json_string(out, event.event_type);
  out->append(R"(,"source":"clicklake","account":"000000000000","time":")");
  out->append(format_timestamp(event.time_us));
  out->append(R"(","region":"local","resources":[],)");
  if (!replay.empty()) out->append(R"("replay-name":")").append(replay).append("\",");
  out->append(R"("detail":)");
  if (with_keys) {
    append_event_with_keys(out, event, replay);
  } else {
    out->append(object_of_line(event.line));
  }
  out->append("}");
}

}  // namespace clicklake
