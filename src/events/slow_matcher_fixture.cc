#include "events/slow_matcher_fixture.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/letter_case_table.h"
#include "events/slow_tree_fixture.h"

namespace clicklake::events {
namespace {

// ---- values ----

/// A decimal as its digits without zeros around them and the exponent of 0.digits.
std::pair<std::string, long> plain_decimal(std::string text) {
  std::string digits;
  long exponent = 0;
  bool behind = false;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') behind = true;
    if (text[i] < '0' || text[i] > '9') continue;
    digits += text[i];
    if (!behind) ++exponent;
  }
  if (i < text.size()) {
    const double wide = std::strtod(text.c_str() + i + 1, nullptr);
    exponent += static_cast<long>(std::clamp(wide, -1e9, 1e9));
  }
  while (!digits.empty() && digits[0] == '0') {
    digits.erase(0, 1);
    --exponent;
  }
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return {digits, digits.empty() ? 0 : exponent};
}

std::optional<double> comparable(const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  for (int digits = 1; digits <= 17; ++digits) {
    char shortest[64];
    std::snprintf(shortest, sizeof shortest, "%.*e", digits - 1, value);
    if (std::strtod(shortest, nullptr) != value) continue;
    if (plain_decimal(shortest) != plain_decimal(text)) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

std::optional<std::vector<unsigned char>> address(std::string text) {
  if (text.find_first_not_of("0123456789.") == std::string::npos && text.size() <= 15) {
    std::vector<unsigned char> out;
    std::string part;
    text += '.';
    for (const char c : text) {
      if (c != '.') {
        part += c;
        continue;
      }
      if (part.empty() || std::stol(part) > 255) return std::nullopt;
      out.push_back(static_cast<unsigned char>(std::stol(part)));
      part.clear();
    }
    if (out.size() != 4) return std::nullopt;
    return out;
  }
  if (text.find(':') == std::string::npos ||
      text.find_first_not_of("0123456789abcdefABCDEF:") != std::string::npos) {
    return std::nullopt;
  }
  std::string shorter;  // at most four digits a group
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool leads = text[i] == '0' && (i == 0 || text[i - 1] == ':');
    if (leads && i + 1 < text.size() && text[i + 1] != ':') {
      text.erase(i--, 1);
      continue;
    }
  }
  unsigned char bytes[16];
  if (inet_pton(AF_INET6, text.c_str(), bytes) != 1) return std::nullopt;
  std::vector<unsigned char> out(bytes, bytes + 16);
  static const std::vector<unsigned char> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(kMapped.begin(), kMapped.end(), out.begin()))
    out.erase(out.begin(), out.begin() + 12);
  return out;
}

using Cases = std::vector<std::vector<std::string>>;  // of each unit: what stands for it

Cases cases_of(const std::string& text) {
  Cases out;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    const std::string character = text.substr(i, size);
    i += size;
    if (size == 4) {
      out.push_back({"?"});
      out.push_back({"?"});
      continue;
    }
    unsigned c = size == 1 ? first : first & (size == 2 ? 0x1F : 0x0F);
    for (std::size_t k = 1; k < size; ++k)
      c = c * 64 + (static_cast<unsigned char>(character[k]) & 0x3F);
    if (c >= 0xD800 && c < 0xE000) {
      out.push_back({"?"});
      continue;
    }
    const auto text_of = [](const std::vector<unsigned>& units) {
      std::string made;
      for (const unsigned unit : units) append_code_point(&made, unit);
      return made;
    };
    std::vector<std::string> both = {character};
    for (const CaseRun& run : case_runs()) {
      if (c < run.first || c > run.last) continue;
      if (run.alternating) {
        both.push_back(text_of({(c - run.first) % 2 == 0 ? c + 1 : c - 1}));
      } else {
        both = {text_of({c + static_cast<unsigned>(run.lower)}),
                text_of({c + static_cast<unsigned>(run.upper)})};
      }
    }
    for (const LongCase& known : long_cases()) {
      if (known.unit != c) continue;
      both.clear();
      for (const char16_t* units : {known.lower, known.upper}) {
        std::vector<unsigned> wide;
        for (int k = 0; k < 3 && units[k] != 0; ++k) wide.push_back(units[k]);
        both.push_back(text_of(wide));
      }
    }
    out.push_back(both);
  }
  return out;
}

/// Where in `value` the units can end that begin at `from`.
std::set<std::size_t> fold_ends(const Cases& cases, const std::string& value, std::size_t from) {
  std::set<std::size_t> ends = {from};
  for (const auto& unit : cases) {
    std::set<std::size_t> next;
    for (const std::size_t end : ends) {
      for (const std::string& one : unit) {
        if (value.compare(end, one.size(), one) == 0) next.insert(end + one.size());
      }
    }
    ends = next;
  }
  return ends;
}

bool folded(const std::string& text, const std::string& value, bool from_start, bool to_end) {
  const Cases cases = cases_of(text);
  for (std::size_t from = 0; from <= (from_start ? 0 : value.size()); ++from) {
    const std::set<std::size_t> ends = fold_ends(cases, value, from);
    if (to_end ? ends.count(value.size()) > 0 : !ends.empty()) return true;
  }
  return false;
}

/// A wildcard as its characters; a star is -1.
std::vector<int> wildcard_of(const std::string& text) {
  std::vector<int> out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '*') {
      if (!out.empty() && out.back() == -1) throw Refused{};
      out.push_back(-1);
    } else if (text[i] == '\\') {
      ++i;
      if (i == text.size() || (text[i] != '*' && text[i] != '\\')) throw Refused{};
      out.push_back(static_cast<unsigned char>(text[i]));
    } else {
      out.push_back(static_cast<unsigned char>(text[i]));
    }
  }
  return out;
}

bool fits(const std::vector<int>& wildcard, const std::string& value) {
  std::vector<char> can(value.size() + 1, 0);  // can[j]: what is read so far takes j bytes
  can[0] = 1;
  for (const int c : wildcard) {
    std::vector<char> next(value.size() + 1, 0);
    for (std::size_t j = 0; j <= value.size(); ++j) {
      if (can[j] == 0) continue;
      if (c == -1) {
        std::fill(next.begin() + static_cast<std::ptrdiff_t>(j), next.end(), 1);
      } else if (j < value.size() && static_cast<unsigned char>(value[j]) == c) {
        next[j + 1] = 1;
      }
    }
    can = next;
  }
  return can[value.size()] != 0;
}

// ---- patterns ----

struct Value {
  std::string path;
  char kind;
  std::string text;
  std::map<int, int> membership;  // array -> element
};

using Test = std::function<bool(const Value&)>;

struct Leaf {
  std::vector<Test> tests;
  bool absent = false;
};

using Rule = std::vector<std::pair<std::string, Leaf>>;

const Tree& only(const Tree& tree) {
  if (tree.kind != '{' || tree.members.size() != 1) throw Refused{};
  return tree.members[0].second;
}

std::string string_of(const Tree& tree) {
  if (tree.kind != '"') throw Refused{};
  return tree.text;
}

double number_of(const Tree& tree) {
  if (tree.kind != '0') throw Refused{};
  const auto value = comparable(tree.text);
  if (!value) throw Refused{};
  return *value;
}

Test when_string(const std::function<bool(const std::string&)>& holds) {
  return [holds](const Value& v) { return v.kind == '"' && holds(v.text); };
}

Test when_number(const std::function<bool(double)>& holds) {
  return [holds](const Value& v) {
    if (v.kind != '0') return false;
    const auto value = comparable(v.text);
    return value && holds(*value);
  };
}

Test none_of(const std::vector<Test>& tests) {
  return [tests](const Value& v) {
    return std::none_of(tests.begin(), tests.end(), [&](const Test& test) { return test(v); });
  };
}

Test string_test(const std::string& name, const std::string& s) {
  // The quotes around a value belong to it: a prefix may reach the closing one, a suffix the other.
  if (name == "prefix")
    return when_string([s](const std::string& v) { return (v + '"').starts_with(s); });
  if (name == "suffix")
    return when_string([s](const std::string& v) { return ('"' + v).ends_with(s); });
  if (name == "equals-ignore-case")
    return when_string([s](const std::string& v) { return folded(s, v, true, true); });
  if (name == "wildcard") {
    const auto wildcard = wildcard_of(s);
    return when_string([wildcard](const std::string& v) { return fits(wildcard, v); });
  }
  return when_string([s](const std::string& v) { return v == s; });
}

Test numeric_test(const Tree& list) {
  if (list.kind != '[' || list.members.empty()) throw Refused{};
  const auto& m = list.members;
  const std::string first = string_of(m[0].second);
  if (m.size() < 2) throw Refused{};
  const double a = number_of(m[1].second);
  const auto holds = [](const std::string& op, double v, double bound) {
    if (op == "=") return v == bound;
    if (op == "<") return v < bound;
    if (op == "<=") return v <= bound;
    if (op == ">") return v > bound;
    if (op == ">=") return v >= bound;
    throw Refused{};
  };
  holds(first, 0, 0);
  if (m.size() == 2) return when_number([=](double v) { return holds(first, v, a); });
  if (m.size() != 4 || first[0] != '>') throw Refused{};
  const std::string second = string_of(m[2].second);
  const double b = number_of(m[3].second);
  if (second[0] != '<' || !(a < b)) throw Refused{};
  holds(second, 0, 0);
  return when_number([=](double v) { return holds(first, v, a) && holds(second, v, b); });
}

Test cidr_test(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || text.find('/', slash + 1) != std::string::npos) throw Refused{};
  std::string bits_text = text.substr(slash + 1);
  if (bits_text.size() > 1 && bits_text[0] == '+') bits_text.erase(0, 1);
  if (bits_text.empty() || bits_text.find_first_not_of("0123456789") != std::string::npos)
    throw Refused{};
  const double bits = std::strtod(bits_text.c_str(), nullptr);
  const auto net = address(text.substr(0, slash));
  if (!net || bits >= static_cast<double>(net->size() * 8)) throw Refused{};
  return when_string([net, bits](const std::string& v) {
    const auto host = address(v);
    if (!host || host->size() != net->size()) return false;
    for (int i = 0; i < static_cast<int>(bits); ++i) {
      const auto at = static_cast<std::size_t>(i / 8);
      if ((((*host)[at] ^ (*net)[at]) >> (7 - i % 8) & 1) != 0) return false;
    }
    return true;
  });
}

Test anything_but(const Tree& operand) {
  std::vector<Test> tests;
  if (operand.kind == '{') {
    const Tree& inner = only(operand);
    const std::string& name = operand.members[0].first;
    if (name != "prefix" && name != "suffix" && name != "equals-ignore-case" && name != "wildcard")
      throw Refused{};
    std::vector<Tree> list = {inner};
    if (inner.kind == '[') {
      list.clear();
      for (const auto& member : inner.members) list.push_back(member.second);
    }
    if (list.empty()) throw Refused{};
    for (const Tree& one : list) {
      const std::string s = string_of(one);
      if (s.empty() && (name == "prefix" || name == "suffix")) throw Refused{};
      tests.push_back(string_test(name, s));
    }
    return none_of(tests);
  }
  std::vector<Tree> list = {operand};
  if (operand.kind == '[') {
    list.clear();
    for (const auto& member : operand.members) list.push_back(member.second);
  }
  if (list.empty()) throw Refused{};
  for (const Tree& one : list) {
    if (one.kind != list[0].kind) throw Refused{};
    if (one.kind == '"') {
      tests.push_back(string_test("", one.text));
    } else {
      const double n = number_of(one);
      tests.push_back(when_number([n](double v) { return v == n; }));
    }
  }
  return none_of(tests);
}

void add_test(const Tree& tree, Leaf* leaf) {
  if (tree.kind == '[') throw Refused{};
  if (tree.kind != '{') {
    if (tree.kind == '"') {
      if (const auto ip = address(tree.text)) {
        leaf->tests.push_back(when_string([ip](const std::string& v) { return address(v) == ip; }));
      } else {
        leaf->tests.push_back(string_test("", tree.text));
      }
      return;
    }
    const auto value = tree.kind == '0' ? comparable(tree.text) : std::nullopt;
    if (value) {
      leaf->tests.push_back(when_number([value](double v) { return v == *value; }));
    } else {
      leaf->tests.emplace_back(
          [tree](const Value& v) { return v.kind == tree.kind && v.text == tree.text; });
    }
    return;
  }
  const Tree& operand = only(tree);
  const std::string& name = tree.members[0].first;
  if (name == "exists") {
    if (operand.kind != 't' && operand.kind != 'f') throw Refused{};
    if (operand.kind == 'f') {
      leaf->absent = true;
    } else {
      leaf->tests.emplace_back([](const Value&) { return true; });
    }
  } else if (name == "numeric") {
    leaf->tests.push_back(numeric_test(operand));
  } else if (name == "cidr") {
    leaf->tests.push_back(cidr_test(string_of(operand)));
  } else if (name == "anything-but") {
    leaf->tests.push_back(anything_but(operand));
  } else if ((name == "prefix" || name == "suffix") && operand.kind == '{') {
    const std::string s = string_of(only(operand));
    if (operand.members[0].first != "equals-ignore-case") throw Refused{};
    const bool is_prefix = name == "prefix";
    leaf->tests.push_back(when_string([=](const std::string& v) {
      return folded(s, is_prefix ? v + '"' : '"' + v, is_prefix, !is_prefix);
    }));
  } else if (name == "prefix" || name == "suffix" || name == "equals-ignore-case" ||
             name == "wildcard" || name == "exactly") {
    leaf->tests.push_back(string_test(name, string_of(operand)));
  } else {
    throw Refused{};
  }
}

const std::set<std::string> kReserved = {"exactly",
                                         "equals-ignore-case",
                                         "prefix",
                                         "suffix",
                                         "anything-but",
                                         "exists",
                                         "wildcard",
                                         "numeric",
                                         "cidr",
                                         "=",
                                         "<",
                                         "<=",
                                         ">",
                                         ">=",
                                         "regex",
                                         "not-wildcard",
                                         "not-equals-ignore-case",
                                         "date-after",
                                         "date-on-or-after",
                                         "date-before",
                                         "date-on-or-before",
                                         "in-date-range",
                                         "ip-address-in-range",
                                         "ip-address-not-in-range"};

void expand(const Tree& object, const std::string& path, bool in_or, std::vector<Rule>* rules) {
  if (object.members.empty()) throw Refused{};
  for (const auto& [key, value] : object.members) {
    if (key == "$or") {
      if (value.kind != '[' || value.members.size() < 2) throw Refused{};
      const std::vector<Rule> before = *rules;
      rules->clear();
      for (const auto& item : value.members) {
        if (item.second.kind != '{') throw Refused{};
        std::vector<Rule> branch = before;
        expand(item.second, path, true, &branch);
        rules->insert(rules->end(), branch.begin(), branch.end());
        if (rules->size() > 1000) throw Refused{};
      }
      continue;
    }
    if (in_or && kReserved.count(key) > 0) throw Refused{};
    const std::string inner = path + key;
    if (value.kind == '{') {
      expand(value, inner + ".", in_or, rules);
      continue;
    }
    if (value.kind != '[' || value.members.empty()) throw Refused{};
    Leaf leaf;
    for (const auto& item : value.members) add_test(item.second, &leaf);
    for (Rule& rule : *rules) {
      std::erase_if(rule, [&](const auto& other) { return other.first == inner; });
      rule.emplace_back(inner, leaf);
    }
  }
}

// ---- events ----

void flatten(const Tree& tree, const std::string& path, const std::map<int, int>& membership,
             int* arrays, std::vector<Value>* out) {
  if (tree.kind == '{') {
    for (const auto& [key, value] : tree.members) {
      std::string inner = path.empty() ? "/" : path + ".";
      inner += key;
      flatten(value, inner, membership, arrays, out);
    }
  } else if (tree.kind == '[') {
    const int id = (*arrays)++;
    int index = 0;
    for (const auto& item : tree.members) {
      std::map<int, int> inner = membership;
      if (item.second.kind == '{' || item.second.kind == '[') inner[id] = index;
      flatten(item.second, path, inner, arrays, out);
      ++index;
    }
  } else {
    out->push_back({path.substr(1), tree.kind, tree.text, membership});
  }
}

std::u16string utf16(const std::string& text) {
  std::u16string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    unsigned c = size == 1 ? first : first & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size; ++k)
      c = c * 64 + (static_cast<unsigned char>(text[i + k]) & 0x3F);
    i += size;
    if (c >= 0x10000) {
      out += static_cast<char16_t>(0xD800 + (c - 0x10000) / 0x400);
      c = 0xDC00 + (c - 0x10000) % 0x400;
    }
    out += static_cast<char16_t>(c);
  }
  return out;
}

bool matches(const Rule& rule, std::size_t step, const std::vector<Value>& values,
             const std::map<int, int>& fixed) {
  if (step == rule.size()) return true;
  const auto& [path, leaf] = rule[step];
  bool any = false;
  for (const Value& value : values) {
    if (value.path != path) continue;
    std::map<int, int> merged = fixed;
    bool fits_in = true;
    for (const auto& [array, index] : value.membership) {
      fits_in = fits_in && (fixed.count(array) == 0 || fixed.at(array) == index);
      merged[array] = index;
    }
    if (!fits_in) continue;
    any = true;
    const bool holds = std::any_of(leaf.tests.begin(), leaf.tests.end(),
                                   [&](const Test& test) { return test(value); });
    if (holds && matches(rule, step + 1, values, merged)) return true;
  }
  return leaf.absent && !any && matches(rule, step + 1, values, fixed);
}

}  // namespace

SlowAnswer slow_match(std::string_view pattern, std::string_view event) {
  std::vector<Rule> rules(1);
  try {
    expand(read_object(pattern), "", false, &rules);
  } catch (const Refused&) {
    return SlowAnswer::kBadPattern;
  }
  std::vector<Value> values;
  try {
    int arrays = 0;
    flatten(read_object(event), "", {}, &arrays, &values);
  } catch (const Refused&) {
    return SlowAnswer::kBadEvent;
  }
  for (Rule& rule : rules) {
    std::sort(rule.begin(), rule.end(),
              [](const auto& a, const auto& b) { return utf16(a.first) < utf16(b.first); });
    if (matches(rule, 0, values, {})) return SlowAnswer::kMatch;
  }
  return SlowAnswer::kNoMatch;
}

}  // namespace clicklake::events
