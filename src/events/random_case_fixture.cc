#include "events/random_case_fixture.h"

#include <iterator>

namespace clicklake::events {

std::string RandomCases::key() {
  static const char* const kKeys[] = {"a", "b", "c", "d", "a.b", "", "\xC3\xA9", "\\u0061"};
  return kKeys[below(10) < 7 ? below(4) : below(std::size(kKeys))];
}

std::string RandomCases::text() {
  static const char* const kTexts[] = {"",
                                       "a",
                                       "ab",
                                       "abc",
                                       "Ab",
                                       "B",
                                       "10.0.0.1",
                                       "010.0.0.1",
                                       "::ffff:a00:1",
                                       "2001:db8::5",
                                       "https://shop.example.com/shoes/product/000123?utm=s1",
                                       "https://shop.example.com/bags/product/000124?utm=s2",
                                       "shoes/product",
                                       "product/0001",
                                       "\xC3\x9F",
                                       "SS",
                                       "\xC3\xA9",
                                       "\xC3\x89",
                                       "k",
                                       "\xE2\x84\xAA",
                                       "\xF0\x9F\x98\x80",
                                       "??",
                                       "\"",
                                       "a\"",
                                       "\\",
                                       "true",
                                       "1",
                                       "x\ny"};
  if (below(4) > 0) return kTexts[below(std::size(kTexts))];
  std::string out;
  for (std::uint32_t n = below(12); n > 0; --n) out += "abAB*0"[below(6)];
  return out;
}

std::string RandomCases::quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == 'a' && below(12) == 0) {
      out += "\\u0061";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string RandomCases::number() {
  static const char* const kNumbers[] = {"0",
                                         "-0",
                                         "1",
                                         "1.0",
                                         "1e0",
                                         "2",
                                         "2.5",
                                         "10",
                                         "1E1",
                                         "-3",
                                         "300e-1",
                                         "-122.422003528252475",
                                         "9007199254740993",
                                         "1e400",
                                         "0.1",
                                         "123456789012345678",
                                         "5e-324"};
  return kNumbers[below(std::size(kNumbers))];
}

std::string RandomCases::matcher() {
  static const char* const kWords[] = {"true", "false", "null"};
  const auto list = [&](auto&& one) {
    std::string out = "[" + one();
    for (std::uint32_t n = below(3); n > 0; --n) out += "," + one();
    return out + "]";
  };
  const auto string = [&] { return quoted(text()); };
  const auto literal = [&] { return number(); };
  // A text in which some runs became stars.
  const auto wildcard = [&] {
    std::string from = text();
    std::string out;
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (below(5) == 0 && (out.empty() || out.back() != '*')) {
        out += '*';
        i += below(4);
      } else if (from[i] == '*' || from[i] == '\\') {
        out += std::string("\\") + from[i];
      } else {
        out += from[i];
      }
    }
    if (below(3) == 0 && !out.ends_with('*')) out += '*';
    return quoted(out);
  };
  // The beginning or end of a text.
  const auto piece = [&] {
    const std::string from = text();
    const std::size_t size = below(static_cast<std::uint32_t>(from.size()) + 1);
    std::string out = below(2) == 0 ? from.substr(0, size) : from.substr(from.size() - size);
    // Not inside a character.
    while (!out.empty() && (out[0] & '\xC0') == '\x80') out.erase(0, 1);
    std::size_t whole = out.size();
    while (whole > 0 && (out[whole - 1] & '\xC0') == '\x80') --whole;
    if (whole > 0 && (out[whole - 1] & '\x80') != 0) {
      const auto first = static_cast<unsigned char>(out[whole - 1]);
      const std::size_t needs = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
      if (out.size() - (whole - 1) < needs) out.resize(whole - 1);
    }
    return quoted(out);
  };
  const auto name = [&](const char* key, const std::string& operand) {
    return "{\"" + std::string(key) + "\":" + operand + "}";
  };
  switch (below(20)) {
    case 0: return kWords[below(3)];
    case 1:
    case 2: return number();
    case 3: return name("exists", below(2) == 0 ? "true" : "false");
    case 4: return name("prefix", piece());
    case 5: return name("suffix", piece());
    case 6: return name("equals-ignore-case", string());
    case 7: return name("prefix", name("equals-ignore-case", piece()));
    case 8: return name("suffix", name("equals-ignore-case", piece()));
    case 9: return name("wildcard", wildcard());
    case 10: return name("anything-but", below(2) == 0 ? string() : list(string));
    case 11: return name("anything-but", below(2) == 0 ? number() : list(literal));
    case 12: return name("anything-but", name("prefix", below(2) == 0 ? piece() : list(piece)));
    case 13: return name("anything-but", name("suffix", below(2) == 0 ? piece() : list(piece)));
    case 14:
      return name("anything-but", below(2) == 0 ? name("wildcard", list(wildcard))
                                                : name("equals-ignore-case",
                                                       below(2) == 0 ? string() : list(string)));
    case 15: {
      static const char* const kOperators[] = {"=", "<", "<=", ">", ">="};
      if (below(2) == 0)
        return name("numeric", "[\"" + std::string(kOperators[below(5)]) + "\"," + number() + "]");
      return name("numeric", "[\"" + std::string(kOperators[3 + below(2)]) + "\"," + number() +
                                 ",\"" + kOperators[1 + below(2)] + "\"," + number() + "]");
    }
    case 16: {
      static const char* const kBlocks[] = {"10.0.0.0/8", "10.0.0.1/31", "2001:db8::/32",
                                            "::/0",       "0.0.0.0/0",   "10.0.0.0/32"};
      return name("cidr", quoted(kBlocks[below(std::size(kBlocks))]));
    }
    default: return string();
  }
}

std::string RandomCases::fields(int depth) {
  std::string out = "{";
  const std::uint32_t count = below(20) == 0 ? 0 : 1 + below(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0) out += ",";
    if (below(8) == 0 && depth < 3) {
      out += "\"$or\":[" + fields(depth + 1);
      for (std::uint32_t n = below(10) == 0 ? 0 : 1 + below(2); n > 0; --n)
        out += "," + fields(depth + 1);
      out += "]";
      continue;
    }
    out += "\"" + key() + "\":";
    if (below(3) == 0 && depth < 3) {
      out += fields(depth + 1);
      continue;
    }
    out += "[" + matcher();
    for (std::uint32_t n = below(3); n > 0; --n) out += "," + matcher();
    out += "]";
  }
  return out + "}";
}

std::string RandomCases::value(int depth) {
  const std::uint32_t kind = below(depth > 4 ? 6 : 10);
  if (kind < 4) return quoted(text());
  if (kind == 4) return number();
  if (kind == 5) {
    static const char* const kWords[] = {"true", "false", "null"};
    return kWords[below(3)];
  }
  if (kind < 8) return object(depth + 1);
  std::string out = "[";
  for (std::uint32_t n = below(4), i = 0; i < n; ++i) {
    if (i > 0) out += ",";
    out += below(2) == 0 ? object(depth + 1) : value(depth + 1);
  }
  return out + "]";
}

std::string RandomCases::object(int depth) {
  std::string out = below(6) == 0 ? "{ " : "{";
  for (std::uint32_t n = below(5), i = 0; i < n; ++i) {
    if (i > 0) out += below(6) == 0 ? " , " : ",";
    out += "\"" + key() + (below(6) == 0 ? "\" : " : "\":") + value(depth);
  }
  return out + "}";
}

std::string RandomCases::damage(std::string json) {
  if (below(40) > 0 || json.empty()) return json;
  const std::size_t at = below(static_cast<std::uint32_t>(json.size()));
  switch (below(3)) {
    case 0: json.erase(at, 1); break;
    case 1: json.insert(at, 1, "\",:{}[]x\\\x01\xFF"[below(11)]); break;
    default: json.resize(at);
  }
  return json;
}

std::string RandomCases::array_pattern() {
  static const char* const kMatchers[] = {R"("0")",
                                          R"("1")",
                                          R"({"exists":false})",
                                          R"({"exists":false},"1")",
                                          R"({"exists":true})",
                                          R"({"anything-but":"0"})"};
  static const char* const kPaths[] = {"p.x",   "p.y", "p.z", "p.q.x", "p.q.y",
                                       "p.q.z", "r.x", "r.y", "r.q.x", "s"};
  std::string out = "{";
  for (std::uint32_t n = 2 + below(4), i = 0; i < n; ++i) {
    out += (i == 0 ? "\"" : ",\"") + std::string(kPaths[below(std::size(kPaths))]) + "\":[" +
           kMatchers[below(std::size(kMatchers))] + "]";
  }
  return out + "}";
}

std::string RandomCases::array_of(int depth, std::uint32_t longest) {
  const auto field = [&](const char* key) {
    return std::string(key) + (below(3) == 0   ? R"(:["0","1"])"
                               : below(2) == 0 ? R"(:"0")"
                                               : R"(:"1")");
  };
  std::string out = "[";
  for (std::uint32_t n = below(longest + 1), i = 0; i < n; ++i) {
    out += i == 0 ? "{" : ",{";
    std::string fields;
    for (const char* key : {R"("x")", R"("y")", R"("z")"}) {
      if (below(2) == 0) fields += (fields.empty() ? "" : ",") + field(key);
    }
    if (depth > 0 && below(2) == 0)
      fields += (fields.empty() ? "" : ",") + (R"("q":)" + array_of(depth - 1, longest));
    out += fields + "}";
  }
  return out + "]";
}

std::string RandomCases::array_event() {
  const std::uint32_t longest = below(20) == 0 ? 12 : 3;
  return R"({"p":)" + array_of(1, longest) + R"(,"r":)" + array_of(1, longest) +
         (below(2) == 0 ? R"(,"s":"0"})" : "}");
}

std::string RandomCases::pattern() { return damage(fields(0)); }
std::string RandomCases::event() { return damage(object(0)); }

}  // namespace clicklake::events
