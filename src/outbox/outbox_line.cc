#include "outbox/outbox_line.h"

#include <charconv>

#include "base/hash.h"

namespace clicklake {
namespace {

bool is_name(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_';
    if (!plain) return false;
  }
  return true;
}

/// Names, digits and hex need no escapes, so the form is fixed to the byte.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) {}

  bool take(std::string_view text) {
    if (!line_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  bool name(std::string_view* out) {
    const std::size_t end = line_.find('"', at_);
    if (end == std::string_view::npos) return false;
    *out = line_.substr(at_, end - at_);
    if (!is_name(*out)) return false;
    at_ = end + 1;
    return true;
  }
  bool integer(std::int64_t* out) {
    const auto read = std::from_chars(line_.data() + at_, line_.data() + line_.size(), *out);
    if (read.ec != std::errc()) return false;
    at_ = static_cast<std::size_t>(read.ptr - line_.data());
    return true;
  }
  bool rest(std::string_view* out) {
    if (line_.size() < at_ + 3 || line_[at_] != '{' || !line_.ends_with("}}")) return false;
    *out = line_.substr(at_, line_.size() - at_ - 1);
    return true;
  }
  std::size_t position() const { return at_; }

 private:
  std::string_view line_;
  std::size_t at_ = 0;
};

bool read(LineReader* reader, OutboxMatch* match) {
  if (!reader->take(R"({"id":")") || !reader->name(&match->id)) return false;
  if (!reader->take(R"(,"at":)") || !reader->integer(&match->accepted_us)) return false;
  if (!reader->take(R"(,"rule":")") || !reader->name(&match->rule)) return false;
  if (!reader->take(R"(,"targets":[)")) return false;
  do {
    if (!reader->take("\"") || !reader->name(&match->targets.emplace_back())) return false;
  } while (reader->take(","));
  if (!reader->take("]")) return false;
  if (reader->take(R"(,"replay":")") && !reader->name(&match->replay)) return false;
  return reader->take(R"(,"event":)") && reader->rest(&match->event);
}

}  // namespace

std::string match_id(std::string_view rule, std::string_view event_identity) {
  std::string text(rule);
  text += '\n';
  text += event_identity;
  const EventHash hash = event_hash(text);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (const std::uint64_t half : {hash.key, hash.check}) {
    for (int shift = 60; shift >= 0; shift -= 4) id.push_back(kDigits[half >> shift & 15]);
  }
  return id;
}

std::string delivery_id(std::string_view match_id, std::string_view target) {
  std::string id(match_id);
  id += '-';
  id += target;
  return id;
}

void append_outbox_line(std::string* out, const OutboxMatch& match) {
  out->append(R"({"id":")").append(match.id);
  out->append(R"(","at":)").append(std::to_string(match.accepted_us));
  out->append(R"(,"rule":")").append(match.rule);
  out->append(R"(","targets":[)");
  for (std::size_t i = 0; i < match.targets.size(); ++i) {
    out->append(i > 0 ? ",\"" : "\"").append(match.targets[i]).append("\"");
  }
  out->append("]");
  if (!match.replay.empty()) out->append(R"(,"replay":")").append(match.replay).append("\"");
  out->append(R"(,"event":)").append(match.event).append("}\n");
}

Result<OutboxMatch> parse_outbox_line(std::string_view line) {
  LineReader reader(line);
  OutboxMatch match;
  if (read(&reader, &match)) return match;
  return Error{ErrorCode::kCorruption,
               "the line is no match at its byte " + std::to_string(reader.position())};
}

}  // namespace clicklake
