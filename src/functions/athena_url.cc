#include "functions/athena_url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/utf8.h"

namespace clicklake {

namespace {

/// Bits of the classes of characters that RFC 2396 names.
enum CharacterClass : unsigned {
  kDigit = 1U,
  kAlpha = 2U,
  kMark = 4U,       ///< -_.!~*'()
  kReserved = 8U,   ///< ;/?:@&=+$,[]
  kRegister = 16U,  ///< $,;:@&=+ : may stand in a registry-based name
  kPathMark = 32U,  ///< :@&=+$,;/ : may stand in a path
  kUserMark = 64U,  ///< ;:&=+$, : may stand before the @
};
constexpr unsigned kAlphanumeric = kDigit | kAlpha;
constexpr unsigned kUnreserved = kAlphanumeric | kMark;

bool is_in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

unsigned classes_of(char c) {
  unsigned classes = 0;
  if (c >= '0' && c <= '9') classes |= kDigit;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) classes |= kAlpha;
  if (c == '\0') return classes;
  if (is_in("-_.!~*'()", c)) classes |= kMark;
  if (is_in(";/?:@&=+$,[]", c)) classes |= kReserved;
  if (is_in("$,;:@&=+", c)) classes |= kRegister;
  if (is_in(":@&=+$,;/", c)) classes |= kPathMark;
  if (is_in(";:&=+$,", c)) classes |= kUserMark;
  return classes;
}

const std::array<unsigned, 128>& class_table() {
  static const std::array<unsigned, 128> kTable = [] {
    std::array<unsigned, 128> table{};
    for (int c = 0; c < 128; ++c) table[c] = classes_of(static_cast<char>(c));
    return table;
  }();
  return kTable;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

int hex_value(char c) {
  if (c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

/// Length in bytes of the character of valid UTF-8 at `at` where it may stand in a URI unescaped:
/// neither a control character nor a kind of blank; else 0.
std::size_t visible_character(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || at + length > text.size()) return 0;
  std::uint32_t point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    point = (point << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  const bool control = point <= 0x9FU;
  const bool blank = point == 0xA0U || point == 0x1680U || (point >= 0x2000U && point <= 0x200AU) ||
                     point == 0x2028U || point == 0x2029U || point == 0x202FU || point == 0x205FU ||
                     point == 0x3000U;
  return control || blank ? 0 : length;
}

/// A parser that gives up at the first character that cannot stand where it is.
class UrlParser {
 public:
  explicit UrlParser(std::string_view text) : text_(text) {}

  bool parse(AthenaUrl* out) {
    const std::size_t end = text_.size();
    std::size_t at = find_any(0, end, "/?#:");
    if (at < end && text_[at] == ':') {
      if (at == 0 || (class_table()[byte(0)] & kAlpha) == 0) return false;
      if (!all_of(1, at, kAlphanumeric, "+-.", false)) return false;
      out->scheme = text_.substr(0, at);
      ++at;
      if (at < end && text_[at] == '/') {
        if (!hierarchical(&at, out)) return false;
      } else {
        const std::size_t hash = find_any(at, end, "#");
        if (hash <= at || !all_of(at, hash, kReserved | kUnreserved, "", true)) return false;
        at = hash;
      }
    } else {
      at = 0;
      if (!hierarchical(&at, out)) return false;
    }
    if (at < end && text_[at] == '#') {
      if (!all_of(at + 1, end, kReserved | kUnreserved, "", true)) return false;
      out->fragment = text_.substr(at + 1);
      at = end;
    }
    return at == end;
  }

 private:
  unsigned char byte(std::size_t at) const { return static_cast<unsigned char>(text_[at]) & 0x7FU; }

  std::size_t find_any(std::size_t at, std::size_t end, std::string_view set) const {
    return std::min(text_.find_first_of(set, at), end);
  }

  /// How far characters of `classes`, of `others` and, with `escapes`, %41 and non-ASCII ones go.
  /// `*bad` where a % is not followed by two hexadecimal digits, which no URI may have.
  std::size_t span(std::size_t at, std::size_t end, unsigned classes, std::string_view others,
                   bool escapes, bool* bad) const {
    while (at < end) {
      const char c = text_[at];
      const bool ascii = (static_cast<unsigned char>(c) & 0x80U) == 0;
      if (ascii && ((class_table()[byte(at)] & classes) != 0 || is_in(others, c))) {
        ++at;
      } else if (escapes && c == '%') {
        if (at + 3 > end || !is_hex(text_[at + 1]) || !is_hex(text_[at + 2])) {
          *bad = true;
          return at;
        }
        at += 3;
      } else if (const std::size_t length =
                     escapes && !ascii ? visible_character(text_.substr(0, end), at) : 0;
                 length > 0) {
        at += length;
      } else {
        return at;
      }
    }
    return at;
  }

  bool all_of(std::size_t at, std::size_t end, unsigned classes, std::string_view others,
              bool escapes) const {
    bool bad = false;
    return span(at, end, classes, others, escapes, &bad) == end && !bad;
  }

  bool hierarchical(std::size_t* position, AthenaUrl* out) {
    const std::size_t end = text_.size();
    std::size_t at = *position;
    if (text_.substr(at, 2) == "//") {
      at += 2;
      const std::size_t close = find_any(at, end, "/?#");
      if (close > at) {
        if (!authority(at, close, out)) return false;
        at = close;
      } else if (close == end) {
        return false;
      }
    }
    const std::size_t path_end = find_any(at, end, "?#");
    if (!all_of(at, path_end, kUnreserved | kPathMark, "", true)) return false;
    out->path = text_.substr(at, path_end - at);
    at = path_end;
    if (at < end && text_[at] == '?') {
      const std::size_t query_end = find_any(at + 1, end, "#");
      if (!all_of(at + 1, query_end, kReserved | kUnreserved, "", true)) return false;
      out->query = text_.substr(at + 1, query_end - at - 1);
      at = query_end;
    }
    *position = at;
    return true;
  }

  bool authority(std::size_t begin, std::size_t end, AthenaUrl* out) {
    bool bad = false;
    const unsigned server = kUnreserved | kUserMark;
    const bool bracket = text_.substr(begin, end - begin).find(']') != std::string_view::npos;
    const bool is_server =
        span(begin, end, server, bracket ? ".:@[]%" : ".:@[]", true, &bad) == end && !bad;
    if (bad) return false;
    const bool is_name = span(begin, end, kUnreserved | kRegister, "", true, &bad) == end;
    if (bad) return false;
    if (!is_server) return is_name;
    AthenaUrl parts;
    if (this->server(begin, end, &parts)) {
      out->host = parts.host;
      out->port = parts.port;
      return true;
    }
    return is_name;
  }

  bool server(std::size_t at, std::size_t end, AthenaUrl* out) const {
    const std::size_t sign = find_any(at, end, "@");
    if (sign < end) {
      if (!all_of(at, sign, kUnreserved | kUserMark, "", true)) return false;
      at = sign + 1;
    }
    const std::size_t begin = at;
    if (at < end && text_[at] == '[') {
      const std::size_t close = find_any(at, end, "]");
      if (close == end || !ip_v6(at + 1, close)) return false;
      at = close + 1;
    } else {
      at = ip_v4(at, end);
      if (at == begin && !host_name(&at, end)) return false;
    }
    out->host = text_.substr(begin, at - begin);
    if (at < end && text_[at] == ':') {
      ++at;
      if (at < end) {
        std::int32_t port = 0;
        if (!all_of(at, end, kDigit, "", false)) return false;
        const auto read = std::from_chars(text_.data() + at, text_.data() + end, port);
        if (read.ec != std::errc()) return false;
        out->port = port;
        at = end;
      }
    }
    return at == end;
  }

  bool ip_v6(std::size_t begin, std::size_t end) const {
    std::string_view address = text_.substr(begin, end - begin);
    if (const std::size_t scope = address.find('%'); scope != std::string_view::npos) {
      if (scope + 1 == address.size() ||
          !all_of(begin + scope + 1, end, kAlphanumeric, "_.", false)) {
        return false;
      }
      address = address.substr(0, scope);
    }
    in6_addr parsed{};
    return inet_pton(AF_INET6, std::string(address).c_str(), &parsed) == 1;
  }

  /// The end of four numbers up to 255 with dots between, followed by nothing or `:`; else `begin`.
  std::size_t ip_v4(std::size_t begin, std::size_t end) const {
    std::size_t at = begin;
    for (int i = 0; i < 4; ++i) {
      if (i > 0) {
        if (at >= end || text_[at] != '.') return begin;
        ++at;
      }
      int number = 0;
      const std::size_t digits = find_not_digit(at, end);
      if (digits == at) return begin;
      const auto read = std::from_chars(text_.data() + at, text_.data() + digits, number);
      if (read.ec != std::errc() || number > 255) return begin;
      at = digits;
    }
    return at < end && text_[at] != ':' ? begin : at;
  }

  std::size_t find_not_digit(std::size_t at, std::size_t end) const {
    while (at < end && text_[at] >= '0' && text_[at] <= '9') ++at;
    return at;
  }

  /// Labels of letters, digits and inner hyphens; the last of several begins with a letter.
  bool host_name(std::size_t* position, std::size_t end) const {
    const std::size_t begin = *position;
    std::size_t at = begin;
    std::optional<std::size_t> last_label;
    bool bad = false;
    while (at < end) {
      const std::size_t label = span(at, end, kAlphanumeric, "-", false, &bad);
      if (label == at || text_[at] == '-') break;
      if (text_[label - 1] == '-') return false;
      last_label = at;
      at = label;
      if (at >= end || text_[at] != '.') break;
      ++at;
    }
    if (at < end && text_[at] != ':') return false;
    if (!last_label) return false;
    if (*last_label > begin && (class_table()[byte(*last_label)] & kAlpha) == 0) return false;
    *position = at;
    return true;
  }

  std::string_view text_;
};

/// What is not UTF-8 becomes U+FFFD, a byte at a time after the longest valid beginning of a
/// character, as Java's decoder does it.
std::string replace_invalid(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t bad = find_invalid_utf8(text);
    if (bad == std::string_view::npos) {
      out += text;
      break;
    }
    out += text.substr(0, bad);
    append_utf8(&out, 0xFFFDU);
    // The longest beginning of a character that could still have become valid counts once.
    const auto lead = static_cast<unsigned char>(text[bad]);
    const std::size_t length = lead >= 0xF0U && lead <= 0xF4U   ? 4
                               : lead >= 0xE0U && lead <= 0xEFU ? 3
                                                                : 1;
    std::size_t skipped = 1;
    while (skipped + 1 < length && bad + skipped < text.size()) {
      const auto next = static_cast<unsigned char>(text[bad + skipped]);
      unsigned low = 0x80U;
      unsigned high = 0xBFU;
      if (skipped == 1) {
        if (lead == 0xE0U) low = 0xA0U;
        if (lead == 0xEDU) high = 0x9FU;
        if (lead == 0xF0U) low = 0x90U;
        if (lead == 0xF4U) high = 0x8FU;
      }
      if (next < low || next > high) break;
      ++skipped;
    }
    text.remove_prefix(bad + skipped);
  }
  return out;
}

std::string decode(std::string_view text, bool plus_is_blank) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
      bytes += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      bytes += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return replace_invalid(bytes);
}

}  // namespace

std::optional<AthenaUrl> parse_athena_url(std::string_view text) {
  AthenaUrl url;
  if (text.empty()) {
    url.path = text;
    return url;
  }
  if (!UrlParser(text).parse(&url)) return std::nullopt;
  return url;
}

std::string decode_percent(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  return decode(text, false);
}

std::optional<std::string> url_parameter(const AthenaUrl& url, std::string_view name) {
  if (!url.query) return std::nullopt;
  std::string_view rest = *url.query;
  while (true) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name) {
      if (equals == std::string_view::npos) return std::string();
      return decode(pair.substr(equals + 1), true);
    }
    if (end == rest.size()) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace clicklake
