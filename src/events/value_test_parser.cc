#include "events/value_test_parser.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>

#include "events/comparable_number.h"
#include "events/wildcard.h"

namespace clicklake::events {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr const char* kNumericExample = R"({"numeric": [">=", 10, "<", 20]})";
constexpr const char* kAnythingButExample =
    R"({"anything-but": ["a", "b"]} or {"anything-but": {"prefix": "a"}})";

class TestReader {
 public:
  TestReader(const JsonDocument& document, const PatternLimits& limits, ValueTest* test,
             PatternFault* fault)
      : nodes_(document.nodes()), limits_(limits), test_(*test), fault_(*fault) {}

  bool read(std::uint32_t at) {
    const JsonNode& node = nodes_[at];
    switch (node.kind) {
      case JsonKind::kText: return exact_text(node.text);
      case JsonKind::kNumber: return exact_number(node.text);
      case JsonKind::kTrue:
      case JsonKind::kFalse:
      case JsonKind::kNull:
        test_.kind = TestKind::kWord;
        test_.texts.emplace_back(node.text);
        return true;
      case JsonKind::kArray:
        return refuse("an array stands inside the array of values",
                      R"(["a", "b"]: one array of values for each key)");
      case JsonKind::kObject: break;
    }
    return operation(at);
  }

 private:
  bool refuse(std::string reason, std::string example) {
    fault_.path = place_;
    fault_.reason = std::move(reason);
    fault_.example = std::move(example);
    return false;
  }

  bool exact_text(std::string_view text) {
    if (const auto address = parse_ip_address(text)) {
      test_.kind = TestKind::kAddress;
      test_.address = *address;
      return true;
    }
    test_.kind = TestKind::kText;
    test_.texts.emplace_back(text);
    return true;
  }

  bool exact_number(std::string_view text) {
    if (const auto value = comparable_number(text)) {
      test_.kind = TestKind::kNumber;
      test_.numbers.push_back(*value);
      return true;
    }
    test_.kind = TestKind::kNumberText;
    test_.texts.emplace_back(text);
    return true;
  }

  /// The one member of the object `at`.
  std::optional<std::uint32_t> only_member(std::uint32_t at, const char* example) {
    if (nodes_[at].count == 1) return at + 1;
    refuse(fmt::format("an operator's object has one key, this one has {}", nodes_[at].count),
           example);
    return std::nullopt;
  }

  bool operation(std::uint32_t at) {
    const auto member = only_member(at, R"({"prefix": "a"})");
    if (!member) return false;
    const JsonNode& operand = nodes_[*member];
    place_ = '.' + std::string(operand.key);
    if (operand.key == "exactly") {
      return text_operand(operand, TestKind::kText, R"({"exactly": "a"})");
    }
    if (operand.key == "equals-ignore-case") {
      return text_operand(operand, TestKind::kFolded, R"({"equals-ignore-case": "a"})");
    }
    if (operand.key == "prefix") {
      return end_operand(*member, TestKind::kPrefix, TestKind::kFoldedPrefix);
    }
    if (operand.key == "suffix") {
      return end_operand(*member, TestKind::kSuffix, TestKind::kFoldedSuffix);
    }
    if (operand.key == "wildcard") return wildcard(*member);
    if (operand.key == "numeric") return numeric(*member);
    if (operand.key == "cidr") return cidr(operand);
    if (operand.key == "exists") return exists(operand);
    if (operand.key == "anything-but") return anything_but(*member);
    return refuse("there is no such operator",
                  "equals-ignore-case, prefix, suffix, wildcard, anything-but, numeric, cidr and "
                  "exists are the operators");
  }

  bool text_operand(const JsonNode& operand, TestKind kind, const char* example) {
    if (operand.kind != JsonKind::kText) return refuse("its operand must be a string", example);
    test_.kind = kind;
    test_.texts.emplace_back(operand.text);
    return true;
  }

  /// prefix or suffix: a string, or {"equals-ignore-case": string}.
  bool end_operand(std::uint32_t at, TestKind plain, TestKind folded) {
    const JsonNode& operand = nodes_[at];
    const std::string example =
        fmt::format(R"({{"{0}": "a"}} or {{"{0}": {{"equals-ignore-case": "a"}}}})", operand.key);
    if (operand.kind != JsonKind::kObject) return text_operand(operand, plain, example.c_str());
    const auto member = only_member(at, example.c_str());
    if (!member) return false;
    place_ += '.' + std::string(nodes_[*member].key);
    if (nodes_[*member].key != "equals-ignore-case") {
      return refuse(fmt::format("inside {} only equals-ignore-case may stand", operand.key),
                    example);
    }
    return text_operand(nodes_[*member], folded, example.c_str());
  }

  bool good_wildcard(std::string_view text) {
    std::string reason;
    const auto wildcard = parse_wildcard(text, &reason);
    if (!wildcard) {
      return refuse(reason,
                    R"({"wildcard": "a*b"}; a literal star is written \\*, a backslash \\\\)");
    }
    if (wildcard->stars() > limits_.max_stars) {
      return refuse(fmt::format("the rule is too complex: {} stars in one wildcard, more than {}",
                                wildcard->stars(), limits_.max_stars),
                    "several rules, or a prefix with fewer stars");
    }
    return true;
  }

  bool wildcard(std::uint32_t at) {
    return text_operand(nodes_[at], TestKind::kWildcard, R"({"wildcard": "*.jpg"})") &&
           good_wildcard(nodes_[at].text);
  }

  bool exists(const JsonNode& operand) {
    if (operand.kind != JsonKind::kTrue && operand.kind != JsonKind::kFalse) {
      return refuse("its operand must be true or false", R"({"exists": true})");
    }
    test_.kind = operand.kind == JsonKind::kTrue ? TestKind::kExists : TestKind::kAbsent;
    return true;
  }

  bool cidr(const JsonNode& operand) {
    constexpr const char* kExample = R"({"cidr": "10.0.0.0/24"} or {"cidr": "2001:db8::/32"})";
    if (operand.kind != JsonKind::kText) return refuse("its operand must be a string", kExample);
    const std::string_view text = operand.text;
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || text.find('/', slash + 1) != std::string_view::npos) {
      return refuse("an address block has one '/'", kExample);
    }
    std::string_view mask = text.substr(slash + 1);
    if (mask.size() > 1 && mask[0] == '+') mask.remove_prefix(1);
    int bits = -1;
    const auto [end, error] = std::from_chars(mask.data(), mask.data() + mask.size(), bits);
    if (error != std::errc() || end != mask.data() + mask.size() || bits < 0) {
      return refuse(fmt::format("'{}' is no number of bits", mask), kExample);
    }
    const auto address = parse_ip_address(text.substr(0, slash));
    if (!address) return refuse(fmt::format("'{}' is no address", text.substr(0, slash)), kExample);
    const int most = address->size == 4 ? 31 : 127;
    if (bits > most) {
      return refuse(fmt::format("an IPv{} block has at most {} bits, not {}",
                                address->size == 4 ? 4 : 6, most, bits),
                    std::string(kExample) + "; a single address is written as a string");
    }
    test_.kind = TestKind::kCidr;
    test_.address = address->masked(bits);
    test_.bits = bits;
    return true;
  }

  std::optional<double> number(const JsonNode& node) {
    if (node.kind != JsonKind::kNumber) {
      refuse(node.kind == JsonKind::kText
                 ? fmt::format("a number must stand in place of the string '{}'", node.text)
                 : std::string("a number is missing"),
             kNumericExample);
      return std::nullopt;
    }
    const auto value = comparable_number(node.text);
    if (!value) {
      refuse(fmt::format("the number {} can't be compared: a double does not hold it exactly",
                         node.text),
             "numbers of up to 15 digits");
    }
    return value;
  }

  bool numeric(std::uint32_t at) {
    const JsonNode& list = nodes_[at];
    if (list.kind != JsonKind::kArray || list.count == 0) {
      return refuse("its operand must be an array", kNumericExample);
    }
    if (nodes_[at + 1].kind != JsonKind::kText) {
      return refuse("a comparison must stand first", kNumericExample);
    }
    const std::string_view first = nodes_[at + 1].text;
    const bool is_low = first == ">" || first == ">=";
    if (!is_low && first != "=" && first != "<" && first != "<=") {
      return refuse(fmt::format("'{}' is no comparison", first), R"(one of = < <= > >=)");
    }
    if (list.count == 1) return refuse("a number is missing", kNumericExample);
    // Scalars only from here on: each element is one node, or the list is refused.
    if (list.next != at + 1 + list.count) {
      return refuse("numbers and comparisons take turns", kNumericExample);
    }
    const auto value = number(nodes_[at + 2]);
    if (!value) return false;
    if (first == "=") {
      if (list.count != 2) return refuse("behind = stands one number", R"({"numeric": ["=", 5]})");
      test_.kind = TestKind::kNumber;
      test_.numbers = {*value};
      return true;
    }
    test_.kind = TestKind::kRange;
    if (!is_low) {
      if (list.count != 2) {
        return refuse("the lower bound comes first, and nothing behind an upper bound",
                      kNumericExample);
      }
      test_.numbers = {-kInfinity, *value};
      test_.high_open = first == "<";
      return true;
    }
    test_.numbers = {*value, kInfinity};
    test_.low_open = first == ">";
    if (list.count == 2) return true;
    const JsonNode& second = nodes_[at + 3];
    if (second.kind != JsonKind::kText || (second.text != "<" && second.text != "<=")) {
      return refuse("behind a lower bound comes < or <=", kNumericExample);
    }
    if (list.count != 4) {
      return refuse(list.count < 4 ? "a number is missing" : "a range has two bounds",
                    kNumericExample);
    }
    const auto high = number(nodes_[at + 4]);
    if (!high) return false;
    if (!(*value < *high)) {
      return refuse("the lower bound must be less than the upper one",
                    std::string(kNumericExample) + R"(; one value is ["=", 5])");
    }
    test_.numbers[1] = *high;
    test_.high_open = second.text == "<";
    return true;
  }

  bool anything_but(std::uint32_t at) {
    const JsonNode& operand = nodes_[at];
    if (operand.kind == JsonKind::kObject) return anything_but_operator(at);
    if (operand.kind == JsonKind::kArray) {
      if (operand.count == 0) return refuse("the list is empty", kAnythingButExample);
      for (std::uint32_t i = at + 1; i < operand.next; i = nodes_[i].next) {
        if (!add_exception(nodes_[i])) return false;
      }
      return true;
    }
    return add_exception(operand);
  }

  /// A value of anything-but: all are strings, or all numbers.
  bool add_exception(const JsonNode& node) {
    const bool is_text = node.kind == JsonKind::kText;
    if (!is_text && node.kind != JsonKind::kNumber) {
      return refuse("only strings and numbers may stand here", kAnythingButExample);
    }
    if (is_text ? !test_.numbers.empty() : !test_.texts.empty()) {
      return refuse("strings and numbers are mixed", R"({"anything-but": ["a", "b"]})");
    }
    test_.kind = is_text ? TestKind::kNotText : TestKind::kNotNumber;
    if (is_text) {
      test_.texts.emplace_back(node.text);
      return true;
    }
    const auto value = number(node);
    if (value) test_.numbers.push_back(*value);
    return value.has_value();
  }

  bool anything_but_operator(std::uint32_t at) {
    const auto member = only_member(at, kAnythingButExample);
    if (!member) return false;
    const JsonNode& operand = nodes_[*member];
    place_ += '.' + std::string(operand.key);
    bool may_be_empty = false;
    if (operand.key == "prefix") {
      test_.kind = TestKind::kNotPrefix;
    } else if (operand.key == "suffix") {
      test_.kind = TestKind::kNotSuffix;
    } else if (operand.key == "equals-ignore-case") {
      test_.kind = TestKind::kNotFolded;
      may_be_empty = true;
    } else if (operand.key == "wildcard") {
      test_.kind = TestKind::kNotWildcard;
      may_be_empty = true;
    } else {
      return refuse(
          "inside anything-but only prefix, suffix, equals-ignore-case and wildcard may stand",
          kAnythingButExample);
    }
    if (operand.kind == JsonKind::kArray) {
      if (operand.count == 0) return refuse("the list is empty", kAnythingButExample);
      for (std::uint32_t i = *member + 1; i < operand.next; i = nodes_[i].next) {
        if (!add_excepted_text(nodes_[i], may_be_empty)) return false;
      }
      return true;
    }
    return add_excepted_text(operand, may_be_empty);
  }

  bool add_excepted_text(const JsonNode& node, bool may_be_empty) {
    if (node.kind != JsonKind::kText) {
      return refuse("only strings may stand here", kAnythingButExample);
    }
    if (node.text.empty() && !may_be_empty) {
      return refuse("every string begins and ends with the empty string: nothing would match",
                    kAnythingButExample);
    }
    if (test_.kind == TestKind::kNotWildcard && !good_wildcard(node.text)) return false;
    test_.texts.emplace_back(node.text);
    return true;
  }

  const std::vector<JsonNode>& nodes_;
  const PatternLimits& limits_;
  ValueTest& test_;
  PatternFault& fault_;
  std::string place_;
};

}  // namespace

bool parse_value_test(const JsonDocument& document, std::uint32_t at, const PatternLimits& limits,
                      ValueTest* test, PatternFault* fault) {
  return TestReader(document, limits, test, fault).read(at);
}

}  // namespace clicklake::events
