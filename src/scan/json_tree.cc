#include "scan/json_tree.h"

#include <algorithm>
#include <cstring>

#include "format/json_scan.h"
#include "scan/number_text.h"

namespace clicklake {
namespace {

constexpr std::size_t kArenaSlack = 64;
constexpr std::uint32_t kFewMembers = 24;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// Order of keys, with or without their letters' case.
int compare_keys(std::string_view a, std::string_view b, bool ignore_case) {
  if (!ignore_case) return a.compare(b);
  const std::size_t n = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = static_cast<unsigned char>(lower(a[i]));
    const auto y = static_cast<unsigned char>(lower(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// The UTF-16 unit of four hex digits; -1 where one is none.
int hex_unit(const char* p) {
  int v = 0;
  for (int i = 0; i < 4; ++i) {
    const int h = hex_value(p[i]);
    if (h < 0) return -1;
    v = v * 16 + h;
  }
  return v;
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

bool ends_word(char c) {
  return std::string_view(" \r\n\t\f{}[]/\\:,=;#").find(c) != std::string_view::npos;
}

}  // namespace

bool JsonTree::read_strictly(const char* begin, const char* end) {
  lenient_ = false;
  return read(begin, end);
}

bool JsonTree::read_leniently(const char* begin, const char* end, bool ignore_case) {
  lenient_ = true;
  if (!read(begin, end)) return false;
  drop_repeats(ignore_case);
  return true;
}

bool JsonTree::read(const char* begin, const char* end) {
  const std::size_t room = static_cast<std::size_t>(end - begin) + kArenaSlack;
  if (arena_.size() < room) arena_.resize(room);
  free_text_ = arena_.data();
  nodes_.clear();
  nodes_.resize(2);
  p_ = begin;
  end_ = end;
  fault_at_ = nullptr;
  fault_ = "";
  return skip_blanks() && read_value(1, 0);
}

/// Passes over blanks and, leniently, comments.
bool JsonTree::skip_blanks() {
  for (;;) {
    while (p_ < end_ && json::is_space(*p_)) ++p_;
    if (!lenient_ || p_ == end_) return true;
    if (*p_ == '#' || (*p_ == '/' && p_ + 1 < end_ && p_[1] == '/')) {
      while (p_ < end_ && *p_ != '\r') ++p_;
    } else if (*p_ == '/' && p_ + 1 < end_ && p_[1] == '*') {
      const std::string_view rest(p_ + 2, static_cast<std::size_t>(end_ - p_ - 2));
      const std::size_t close = rest.find("*/");
      if (close == std::string_view::npos) return fail(p_, "a comment is not closed");
      p_ += close + 4;
    } else {
      return true;
    }
  }
}

bool JsonTree::read_value(std::uint32_t at, int depth) {
  if (p_ == end_) return fail(p_, "the text ends too early");
  nodes_[at].begin = p_;
  const char c = *p_;
  if (c == '{' || c == '[') {
    if (depth == kMaxDepth) return fail(p_, "too many values within one another");
    ++p_;
    nodes_[at].kind = c == '{' ? JsonNode::Kind::kObject : JsonNode::Kind::kArray;
    if (!(c == '{' ? read_object(at, depth + 1) : read_array(at, depth + 1))) return false;
  } else if (c == '"' || (lenient_ && c == '\'')) {
    bool escaped = false;
    std::string_view text;
    if (!read_string(c, &text, &escaped)) return false;
    nodes_[at].kind = JsonNode::Kind::kText;
    nodes_[at].text = text;
  } else if (!read_literal(at)) {
    return false;
  }
  nodes_[at].end = p_;
  return true;
}

/// From its opening quote on.
bool JsonTree::read_string(char quote, std::string_view* text, bool* escaped) {
  const char* const open = p_;
  std::uint32_t high = 0;
  if (!lenient_) {
    const char* const stop = json::scan_string(open + 1, &high);
    if (*stop == '"') {
      *text = {open + 1, static_cast<std::size_t>(stop - open - 1)};
      p_ = stop + 1;
      return true;
    }
  }
  *escaped = true;
  char* const begin = free_text_;
  char* out = begin;
  for (const char* p = open + 1;;) {
    if (p >= end_) return fail(open, "a string is not closed");
    const char c = *p;
    if (c == quote) {
      p_ = p + 1;
      break;
    }
    if (c != '\\') {
      if (!lenient_ && static_cast<unsigned char>(c) < 0x20) {
        return fail(p, "a control character stands in a string");
      }
      *out++ = c;
      ++p;
      continue;
    }
    if (p + 1 >= end_) return fail(p, "a string is not closed");
    const char e = p[1];
    p += 2;
    switch (e) {
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u': {
        if (end_ - p < 4) return fail(p, "an escape is cut");
        int unit = hex_unit(p);
        if (unit < 0) return fail(p, "an escape is no four hexadecimal digits");
        p += 4;
        auto code = static_cast<std::uint32_t>(unit);
        if (code >= 0xD800 && code <= 0xDFFF) {
          unit =
              code <= 0xDBFF && end_ - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex_unit(p + 2) : -1;
          if (unit >= 0xDC00 && unit <= 0xDFFF) {
            code =
                0x10000U + ((code - 0xD800U) << 10) + (static_cast<std::uint32_t>(unit) - 0xDC00U);
            p += 6;
          } else {
            code = '?';  // half of a pair: what Java writes for it
          }
        }
        out = put_utf8(out, code);
        break;
      }
      default:
        if (e == '"' || e == '\\' || e == '/') {
          *out++ = e;
        } else if (!lenient_) {
          return fail(p - 1, "an escape is unknown");
        } else {
          *out++ = e == 'a' ? '\a' : e == 'v' ? '\t' : e;
        }
        break;
    }
  }
  free_text_ = out;
  *text = {begin, static_cast<std::size_t>(out - begin)};
  return true;
}

bool JsonTree::read_literal(std::uint32_t at) {
  const char* const begin = p_;
  if (lenient_) {
    while (p_ < end_ && !ends_word(*p_)) ++p_;
    if (p_ == begin) return fail(p_, "a value is missing");
  } else {
    const char* end = nullptr;
    if (*begin == '-' || (*begin >= '0' && *begin <= '9')) {
      end = json::scan_number(begin);
    } else {
      for (const std::string_view word : {"true", "false", "null"}) {
        if (json::is_literal(begin, word)) end = begin + word.size();
      }
    }
    if (end == nullptr || end > end_) return fail(begin, "a value is missing");
    p_ = end;
  }
  const std::string_view text(begin, static_cast<std::size_t>(p_ - begin));
  const bool null = text.size() == 4 && compare_keys(text, "null", lenient_) == 0;
  nodes_[at].kind = null ? JsonNode::Kind::kNull : JsonNode::Kind::kLiteral;
  nodes_[at].text = text;
  return true;
}

/// A key and what parts it from its value.
bool JsonTree::read_key(std::uint32_t at) {
  if (p_ == end_) return fail(p_, "an object is not closed");
  const char* const begin = p_;
  if (*p_ == '"' || (lenient_ && *p_ == '\'')) {
    bool escaped = false;
    std::string_view key;
    if (!read_string(*p_, &key, &escaped)) return false;
    nodes_[at].key = key;
    nodes_[at].escaped_key = escaped;
  } else if (!lenient_) {
    return fail(p_, "a key is missing");
  } else {
    if (*p_ == '{' || *p_ == '[') return fail(p_, "a key is no text");
    if (!read_literal(at)) return false;
    if (nodes_[at].kind == JsonNode::Kind::kNull) return fail(begin, "a key is null");
    nodes_[at].key = nodes_[at].text;
    nodes_[at].escaped_key = true;
  }
  if (!skip_blanks()) return false;
  if (p_ < end_ && *p_ == ':') {
    ++p_;
  } else if (lenient_ && p_ < end_ && *p_ == '=') {
    ++p_;
    if (p_ < end_ && *p_ == '>') ++p_;
  } else {
    return fail(p_, "a ':' is missing behind a key");
  }
  return skip_blanks();
}

bool JsonTree::read_object(std::uint32_t at, int depth) {
  if (!skip_blanks()) return false;
  if (p_ < end_ && *p_ == '}') {
    ++p_;
    return true;
  }
  for (std::uint32_t last = 0;;) {
    const std::uint32_t member = add();
    (last == 0 ? nodes_[at].child : nodes_[last].next) = member;
    last = member;
    ++nodes_[at].count;
    if (!read_key(member) || !read_value(member, depth) || !skip_blanks()) return false;
    if (p_ == end_) return fail(p_, "an object is not closed");
    const char c = *p_;
    if (c == '}') {
      ++p_;
      return true;
    }
    if (c != ',' && !(lenient_ && c == ';')) return fail(p_, "a ',' is missing between members");
    ++p_;
    if (!skip_blanks()) return false;
  }
}

bool JsonTree::read_array(std::uint32_t at, int depth) {
  bool behind_comma = false;
  for (std::uint32_t last = 0;;) {
    if (!skip_blanks()) return false;
    if (p_ == end_) return fail(p_, "an array is not closed");
    const bool closes = *p_ == ']';
    const bool empty = lenient_ && (*p_ == ',' || *p_ == ';');
    if (closes && (!behind_comma || (!lenient_ && last == 0))) {
      ++p_;
      return true;
    }
    if (closes && !lenient_) return fail(p_, "a value is missing");
    // Leniently, what is missing around a comma is null.
    const std::uint32_t element = add();
    (last == 0 ? nodes_[at].child : nodes_[last].next) = element;
    last = element;
    ++nodes_[at].count;
    if (closes) {
      ++p_;
      return true;
    }
    if (empty) {
      ++p_;
      behind_comma = true;
      continue;
    }
    if (!read_value(element, depth) || !skip_blanks()) return false;
    if (p_ == end_) return fail(p_, "an array is not closed");
    const char c = *p_++;
    if (c == ']') return true;
    if (c != ',' && !(lenient_ && c == ';')) {
      return fail(p_ - 1, "a ',' is missing between elements");
    }
    behind_comma = true;
  }
}

bool JsonTree::drop_repeats(bool ignore_case) {
  bool any = false;
  for (std::uint32_t i = 1; i < nodes_.size(); ++i) {
    if (nodes_[i].kind != JsonNode::Kind::kObject || !find_repeats(i, ignore_case)) continue;
    drop_found(i);
    any = true;
  }
  return any;
}

bool JsonTree::has_repeats(bool ignore_case) {
  for (std::uint32_t i = 1; i < nodes_.size(); ++i) {
    if (nodes_[i].kind == JsonNode::Kind::kObject && find_repeats(i, ignore_case)) return true;
  }
  return false;
}

/// Puts the members of `object` that come again into repeated_, in order.
bool JsonTree::find_repeats(std::uint32_t object, bool ignore_case) {
  const JsonNode& node = nodes_[object];
  repeated_.clear();
  if (node.count <= kFewMembers) {
    for (std::uint32_t a = node.child; a != 0; a = nodes_[a].next) {
      for (std::uint32_t b = nodes_[a].next; b != 0; b = nodes_[b].next) {
        if (nodes_[a].key.size() == nodes_[b].key.size() &&
            compare_keys(nodes_[a].key, nodes_[b].key, ignore_case) == 0) {
          repeated_.push_back(a);
          break;
        }
      }
    }
  } else {
    std::vector<std::uint32_t> members;
    for (std::uint32_t m = node.child; m != 0; m = nodes_[m].next) members.push_back(m);
    std::sort(members.begin(), members.end(), [&](std::uint32_t a, std::uint32_t b) {
      const int order = compare_keys(nodes_[a].key, nodes_[b].key, ignore_case);
      return order != 0 ? order < 0 : a < b;
    });
    for (std::size_t i = 0; i + 1 < members.size(); ++i) {
      if (compare_keys(nodes_[members[i]].key, nodes_[members[i + 1]].key, ignore_case) == 0) {
        repeated_.push_back(members[i]);
      }
    }
    std::sort(repeated_.begin(), repeated_.end());
  }
  return !repeated_.empty();
}

void JsonTree::drop_found(std::uint32_t object) {
  std::uint32_t* link = &nodes_[object].child;
  for (std::size_t i = 0; *link != 0 && i < repeated_.size();) {
    if (*link == repeated_[i]) {
      *link = nodes_[*link].next;
      --nodes_[object].count;
      ++i;
    } else {
      link = &nodes_[*link].next;
    }
  }
}

namespace {

void append_string(std::string_view text, std::string* out) {
  out->push_back('"');
  char before = '\0';
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\': out->append({'\\', c}); break;
      case '/':
        if (before == '<') out->push_back('\\');
        out->push_back(c);
        break;
      case '\t': out->append("\\t"); break;
      case '\b': out->append("\\b"); break;
      case '\n': out->append("\\n"); break;
      case '\r': out->append("\\r"); break;
      case '\f': out->append("\\f"); break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          constexpr std::string_view kDigits = "0123456789abcdef";
          out->append("\\u00").append({kDigits[static_cast<unsigned char>(c) >> 4],
                                       kDigits[static_cast<unsigned char>(c) & 15]});
        } else {
          out->push_back(c);
        }
        break;
    }
    before = c;
  }
  out->push_back('"');
}

}  // namespace

void append_compact(const JsonTree& tree, const JsonNode& node, std::string* out) {
  switch (node.kind) {
    case JsonNode::Kind::kNull: out->append("null"); break;
    case JsonNode::Kind::kText: append_string(node.text, out); break;
    case JsonNode::Kind::kLiteral: {
      // A bare word that is neither number nor truth becomes a string.
      if (const auto text = canonical_literal(node.text)) {
        out->append(*text);
      } else {
        append_string(node.text, out);
      }
      break;
    }
    case JsonNode::Kind::kArray:
    case JsonNode::Kind::kObject: {
      const bool object = node.kind == JsonNode::Kind::kObject;
      out->push_back(object ? '{' : '[');
      for (std::uint32_t i = node.child; i != 0; i = tree.node(i).next) {
        if (i != node.child) out->push_back(',');
        if (object) {
          append_string(tree.node(i).key, out);
          out->push_back(':');
        }
        append_compact(tree, tree.node(i), out);
      }
      out->push_back(object ? '}' : ']');
      break;
    }
  }
}

}  // namespace clicklake
