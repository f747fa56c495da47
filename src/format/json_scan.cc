#include "format/json_scan.h"

#include <array>

namespace clicklake::json {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The four hex digits at `p`; -1, and `*p_end` at the fault, where one is none.
std::int32_t hex4(const char* p, const char** p_end) {
  std::int32_t v = 0;
  for (int i = 0; i < 4; ++i, ++p) {
    const int h = hex_value(*p);
    if (h < 0) {
      *p_end = p;
      return -1;
    }
    v = v * 16 + h;
  }
  *p_end = p;
  return v;
}

/// The byte of a number at `p`, which scan_number refuses, where its next digit is missing.
const char* number_fault(const char* p) {
  const auto skip_digits = [&] {
    const char* const first = p;
    while (*p >= '0' && *p <= '9') ++p;
    return p != first;
  };
  if (*p == '-') ++p;
  if (!skip_digits()) return p;
  if (*p == '.') {
    ++p;
    if (!skip_digits()) return p;
  }
  ++p;  // 'e'
  return *p == '+' || *p == '-' ? p + 1 : p;
}

char* put_utf8(char* out, std::uint32_t c) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | c >> 6);
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | c >> 12);
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | c >> 18);
    *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

/// A decoded character as JSON string content: the short escape where there is one.
char* put_escaped(char* out, std::uint32_t c) {
  const auto escape = [&](char letter) {
    *out++ = '\\';
    *out++ = letter;
    return out;
  };
  switch (c) {
    case '"': return escape('"');
    case '\\': return escape('\\');
    case '\b': return escape('b');
    case '\f': return escape('f');
    case '\n': return escape('n');
    case '\r': return escape('r');
    case '\t': return escape('t');
    default: break;
  }
  if (c >= 0x20) return put_utf8(out, c);
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const char prefix : std::string_view("\\u00")) *out++ = prefix;
  out[0] = kDigits[c >> 4];
  out[1] = kDigits[c & 15];
  return out + 2;
}

}  // namespace

const char* read_escape(const char* p, std::uint32_t* code_point, Fault* fault) {
  switch (p[1]) {
    case '"':
    case '\\':
    case '/': *code_point = static_cast<unsigned char>(p[1]); return p + 2;
    case 'b': *code_point = '\b'; return p + 2;
    case 'f': *code_point = '\f'; return p + 2;
    case 'n': *code_point = '\n'; return p + 2;
    case 'r': *code_point = '\r'; return p + 2;
    case 't': *code_point = '\t'; return p + 2;
    case 'u': break;
    default: *fault = Fault::kSyntax; return p + 1;
  }
  const char* end = nullptr;
  const std::int32_t first = hex4(p + 2, &end);
  if (first < 0) {
    *fault = Fault::kSyntax;
    return end;
  }
  *code_point = static_cast<std::uint32_t>(first);
  if (first < 0xD800 || first > 0xDFFF) return end;
  if (first <= 0xDBFF && end[0] == '\\' && end[1] == 'u') {
    const char* second_end = nullptr;
    const std::int32_t second = hex4(end + 2, &second_end);
    if (second < 0) {
      *fault = Fault::kSyntax;
      return second_end;
    }
    if (second >= 0xDC00 && second <= 0xDFFF) {
      *code_point = 0x10000U + ((static_cast<std::uint32_t>(first) - 0xD800U) << 10) +
                    (static_cast<std::uint32_t>(second) - 0xDC00U);
      return second_end;
    }
  }
  *code_point = 0xFFFD;
  *fault = Fault::kLoneSurrogate;
  return end;
}

const char* decode_string(const char* p, char* out, char** out_end, std::uint32_t* high,
                          Fault* fault) {
  for (;;) {
    const char* const stop = scan_string(p, high);
    std::memcpy(out, p, static_cast<std::size_t>(stop - p));
    out += stop - p;
    p = stop;
    if (*p == '"') {
      *out_end = out;
      return p + 1;
    }
    if (*p != '\\') {
      *fault = Fault::kSyntax;
      return p;
    }
    std::uint32_t c = 0;
    Fault escape_fault = Fault::kNone;
    p = read_escape(p, &c, &escape_fault);
    if (escape_fault != Fault::kNone) *fault = escape_fault;
    if (escape_fault == Fault::kSyntax) return p;
    out = put_utf8(out, c);
  }
}

const char* copy_compact(const char* p, char* out, char** out_end, int depth, int max_depth,
                         std::uint32_t* high, Fault* fault) {
  // One bit a level: 1 for an object. Levels beyond 64 are refused, so a word does.
  std::uint64_t objects = 0;
  int open = 0;
  bool lone = false;
  const auto put = [&](const char* from, const char* to) {
    if (out == nullptr) return;
    std::memcpy(out, from, static_cast<std::size_t>(to - from));
    out += to - from;
  };
  const auto fail = [&](const char* at, Fault what = Fault::kSyntax) {
    *fault = what;
    return at;
  };
  const auto string_at = [&](const char* q, const char** end) {  // q: at the opening quote
    put(q, q + 1);
    ++q;
    for (;;) {
      const char* const stop = scan_string(q, high);
      put(q, stop);
      q = stop;
      if (*q == '"') {
        put(q, q + 1);
        *end = q + 1;
        return true;
      }
      *end = q;
      if (*q != '\\') return false;
      std::uint32_t c = 0;
      Fault escape_fault = Fault::kNone;
      q = read_escape(q, &c, &escape_fault);
      *end = q;
      if (escape_fault == Fault::kSyntax) return false;
      lone |= escape_fault == Fault::kLoneSurrogate;
      if (out != nullptr) out = put_escaped(out, c);
    }
  };
  const auto key_at = [&](const char** at) {  // a key and its colon
    const char* q = skip_space(*at);
    *at = q;
    if (*q != '"') return false;
    const bool whole = string_at(q, at);
    if (!whole) return false;
    *at = q = skip_space(*at);
    if (*q != ':') return false;
    put(q, q + 1);
    *at = q + 1;
    return true;
  };

  for (;;) {
    // A value.
    p = skip_space(p);
    const char c = *p;
    if (c == '{' || c == '[') {
      if (depth + open + 1 > max_depth) return fail(p, Fault::kTooDeep);
      objects = objects << 1 | (c == '{' ? 1U : 0U);
      ++open;
      put(p, p + 1);
      p = skip_space(p + 1);
      if (c == '{' && *p != '}') {
        if (!key_at(&p)) return fail(p);
        continue;
      }
      if (c == '[' && *p != ']') continue;
    } else if (c == '"') {
      const char* end = nullptr;
      if (!string_at(p, &end)) return fail(end);
      p = end;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const char* const end = scan_number(p);
      if (end == nullptr) return fail(number_fault(p));
      put(p, end);
      p = end;
    } else {
      static constexpr std::array<std::string_view, 3> kLiterals{"true", "false", "null"};
      bool found = false;
      for (const auto literal : kLiterals) {
        if (c != literal[0]) continue;
        std::size_t n = 0;
        while (n < literal.size() && p[n] == literal[n]) ++n;
        if (n < literal.size()) return fail(p + n);
        put(p, p + n);
        p += n;
        found = true;
        break;
      }
      if (!found) return fail(p);
    }
    // What may stand behind it.
    for (;;) {
      if (open == 0) {
        if (lone) *fault = Fault::kLoneSurrogate;
        if (out_end != nullptr) *out_end = out;
        return p;
      }
      p = skip_space(p);
      const bool object = (objects & 1) != 0;
      if (*p == ',') {
        put(p, p + 1);
        ++p;
        if (object && !key_at(&p)) return fail(p);
        break;
      }
      if (*p != (object ? '}' : ']')) return fail(p);
      put(p, p + 1);
      ++p;
      objects >>= 1;
      --open;
    }
  }
}

}  // namespace clicklake::json
