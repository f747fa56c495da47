#include "events/event_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/json_lexing.h"
#include "base/utf8.h"

namespace clicklake::events {
namespace {

constexpr std::size_t kPadding = 64;
constexpr std::string_view kNoValue = "this is no JSON value";

inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

inline const char* skip_space(const char* p) {
  while (is_space(*p)) ++p;
  return p;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Four hex digits; -1 where one is none.
std::int32_t hex4(const char* p) {
  std::int32_t v = 0;
  for (int i = 0; i < 4; ++i) {
    const int h = hex_value(p[i]);
    if (h < 0) return -1;
    v = v * 16 + h;
  }
  return v;
}

char* put_utf8(char* out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
  return out;
}

/// The escape at the backslash `p` as a code point (half a pair stays one); null where it is none.
const char* read_escape(const char* p, std::uint32_t* c) {
  switch (p[1]) {
    case '"':
    case '\\':
    case '/': *c = static_cast<unsigned char>(p[1]); return p + 2;
    case 'b': *c = '\b'; return p + 2;
    case 'f': *c = '\f'; return p + 2;
    case 'n': *c = '\n'; return p + 2;
    case 'r': *c = '\r'; return p + 2;
    case 't': *c = '\t'; return p + 2;
    case 'u': break;
    default: return nullptr;
  }
  const std::int32_t first = hex4(p + 2);
  if (first < 0) return nullptr;
  *c = static_cast<std::uint32_t>(first);
  p += 6;
  if (first < 0xD800 || first > 0xDBFF || p[0] != '\\' || p[1] != 'u') return p;
  const std::int32_t second = hex4(p + 2);
  if (second < 0) return nullptr;
  if (second < 0xDC00 || second > 0xDFFF) return p;
  *c = 0x10000U + ((static_cast<std::uint32_t>(first) - 0xD800U) << 10) +
       (static_cast<std::uint32_t>(second) - 0xDC00U);
  return p + 6;
}

}  // namespace

Status EventReader::fault(const char* at, std::string_view what) const {
  const auto offset = static_cast<std::size_t>(at - text_.get());
  if (offset >= size_) what = "the text ends inside the event";
  return Error{ErrorCode::kInvalidData,
               fmt::format("the event is not JSON at byte {}: {}", std::min(offset, size_), what)};
}

void EventReader::hold(std::string_view event) {
  if (text_ == nullptr || capacity_ < event.size() || capacity_ > 16 * event.size() + (1U << 20)) {
    capacity_ = event.size() + event.size() / 2 + 1024;
    text_ = std::make_unique_for_overwrite<char[]>(capacity_ + kPadding);
    decoded_ = std::make_unique_for_overwrite<char[]>(capacity_ + kPadding);
  }
  size_ = event.size();
  if (size_ > 0) std::memcpy(text_.get(), event.data(), size_);
  std::memset(text_.get() + size_, 0, kPadding);
  decoded_end_ = decoded_.get();
  high_ = 0;
}

const char* EventReader::decode(const char* p, const char* stop, std::string_view* out,
                                const char** p_fault) {
  char* const begin = decoded_end_;
  char* to = begin;
  for (;;) {
    std::memcpy(to, p, static_cast<std::size_t>(stop - p));
    to += stop - p;
    if (*stop == '"') break;
    std::uint32_t c = 0;
    const char* const next = *stop == '\\' ? read_escape(stop, &c) : nullptr;
    if (next == nullptr) {
      *p_fault = stop;
      return nullptr;
    }
    to = put_utf8(to, c);
    p = next;
    stop = json::scan_string(p, &high_);
  }
  *out = {begin, static_cast<std::size_t>(to - begin)};
  decoded_end_ = to;
  return stop + 1;
}

const char* EventReader::read_key(const char* p, Frame* frame, const PathNumbers& paths,
                                  std::uint32_t* place, const char** p_fault) {
  if (*p != '"') {
    *p_fault = p;
    return nullptr;
  }
  const char* const stop = json::scan_string(p + 1, &high_);
  std::string_view key(p + 1, static_cast<std::size_t>(stop - p - 1));
  const char* end = stop + 1;
  if (*stop != '"') {
    char* const kept = decoded_end_;
    end = decode(p + 1, stop, &key, p_fault);
    if (end == nullptr) return nullptr;
    decoded_end_ = kept;  // the memory has a copy
  }
  *place = keys_.find(frame->place, key, frame->is_first ? frame->place : frame->previous,
                      frame->is_first, paths);
  return end;
}

const char* EventReader::run(const PathNumbers& paths, EventLeaves* leaves, const char** p_fault,
                             std::string_view* reason) {
  const auto fail = [&](const char* at, std::string_view why) {
    *p_fault = at;
    *reason = why;
    return nullptr;
  };
  frames_.clear();
  std::uint32_t arrays = 0;
  const char* p = skip_space(text_.get());
  if (*p != '{') return fail(p, "an object must begin here, with '{'");
  Frame frame{KeyMemory::kRoot, 0, kNone, 0, 0, false, true};
  std::uint32_t place = KeyMemory::kRoot;  // of the value that comes
  goto open;

member:
  place = keys_.guess(p, frame.is_first ? frame.place : frame.previous, frame.is_first);
  if (place != kNone) {
    p += keys_.quoted_size(place);
  } else {
    p = read_key(p, &frame, paths, &place, p_fault);
    if (p == nullptr) {
      *reason = "a key in double quotes, without control characters, must stand here";
      return nullptr;
    }
  }
  frame.previous = place;
  frame.is_first = false;
  if (*p != ':') {
    p = skip_space(p);
    if (*p != ':') return fail(p, "':' is missing behind a key");
  }
  ++p;

value:
  if (is_space(*p)) p = skip_space(p);
  {
    const std::uint32_t path = keys_.path(place);
    switch (*p) {
      case '"': {
        const char* const begin = p + 1;
        const char* const stop = json::scan_string(begin, &high_);
        if (*stop == '"') {
          if (path != kNone)
            leaves->add(path, JsonKind::kText, {begin, static_cast<std::size_t>(stop - begin)},
                        frame.membership);
          p = stop + 1;
          break;
        }
        std::string_view text;
        char* const kept = decoded_end_;
        p = decode(begin, stop, &text, p_fault);
        if (p == nullptr) {
          *reason = **p_fault == '\\' ? "this is no JSON escape"
                                      : "a control character must be escaped, as in \\n";
          return nullptr;
        }
        if (path == kNone) {
          decoded_end_ = kept;
        } else {
          leaves->add(path, JsonKind::kText, text, frame.membership);
        }
        break;
      }
      case '{':
      case '[': {
        if (frames_.size() + 1 >= static_cast<std::size_t>(kMaxDepth))
          return fail(p, "more than 1,000 levels");
        frames_.push_back(frame);
        std::uint32_t membership = frame.membership;
        if (frame.is_array) {
          membership = leaves->add_membership({frame.array, frame.index, frame.membership});
        }
        frame = {place, 0, membership, 0, 0, *p == '[', true};
        if (frame.is_array) frame.array = arrays++;
        goto open;
      }
      case 't':
        if (std::memcmp(p, "true", 4) != 0) return fail(p, kNoValue);
        if (path != kNone) leaves->add(path, JsonKind::kTrue, {p, 4}, frame.membership);
        p += 4;
        break;
      case 'f':
        if (std::memcmp(p, "false", 5) != 0) return fail(p, kNoValue);
        if (path != kNone) leaves->add(path, JsonKind::kFalse, {p, 5}, frame.membership);
        p += 5;
        break;
      case 'n':
        if (std::memcmp(p, "null", 4) != 0) return fail(p, kNoValue);
        if (path != kNone) leaves->add(path, JsonKind::kNull, {p, 4}, frame.membership);
        p += 4;
        break;
      default: {
        const char* const end = json::scan_number(p);
        if (end == nullptr) return fail(p, kNoValue);
        if (path != kNone)
          leaves->add(path, JsonKind::kNumber, {p, static_cast<std::size_t>(end - p)},
                      frame.membership);
        p = end;
      }
    }
  }

behind:
  if (is_space(*p)) p = skip_space(p);
  if (*p == ',') {
    ++p;
    if (!frame.is_array) {
      if (is_space(*p)) p = skip_space(p);
      goto member;
    }
    ++frame.index;
    place = frame.place;
    goto value;
  }
  if (*p != (frame.is_array ? ']' : '}'))
    return fail(p, frame.is_array ? "',' or ']' is missing" : "',' or '}' is missing");
  ++p;

close:
  if (frames_.empty()) return p;
  frame = frames_.back();
  frames_.pop_back();
  goto behind;

open:
  ++p;
  if (is_space(*p)) p = skip_space(p);
  if (*p == (frame.is_array ? ']' : '}')) {
    ++p;
    goto close;
  }
  if (frame.is_array) {
    place = frame.place;
    goto value;
  }
  goto member;
}

Status EventReader::read(std::string_view event, const PathNumbers& paths, EventLeaves* leaves) {
  if (event.size() >= 0x7FFFFFFF) {
    return Error{ErrorCode::kInvalidData, "the event is larger than 2 GiB"};
  }
  hold(event);
  keys_.trim();
  const char* at = nullptr;
  std::string_view reason;
  const char* const end = run(paths, leaves, &at, &reason);
  if (end == nullptr) return fault(at, reason);
  if (high_ != 0) {
    const std::string_view text(text_.get(), static_cast<std::size_t>(end - text_.get()));
    const std::size_t invalid = find_invalid_utf8(text);
    if (invalid != std::string_view::npos) {
      return fault(text_.get() + invalid, "this byte is not UTF-8");
    }
  }
  return {};
}

std::size_t EventReader::bytes() const {
  return keys_.bytes() + 2 * capacity_ + frames_.capacity() * sizeof(Frame);
}

}  // namespace clicklake::events
