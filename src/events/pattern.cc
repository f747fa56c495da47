#include "events/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <numeric>

#include "events/json_document.h"
#include "events/value_test_parser.h"

namespace clicklake::events {
namespace {

/// Names that may become operators: no fields inside `$or`.
constexpr std::array<std::string_view, 24> kReserved = {"exactly",
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
                                                        "date-after",
                                                        "not-equals-ignore-case",
                                                        "date-on-or-after",
                                                        "date-before",
                                                        "date-on-or-before",
                                                        "in-date-range",
                                                        "ip-address-in-range",
                                                        "ip-address-not-in-range"};

constexpr const char* kWholeExample = R"({"detail": {"event_type": ["purchase"]}})";
constexpr const char* kOrExample = R"({"$or": [{"a": ["x"]}, {"b": ["y"]}]})";

class PatternParser {
 public:
  PatternParser(const PatternLimits& limits, PatternFault* fault)
      : limits_(limits), fault_(*fault) {}

  bool parse(std::string_view text, Pattern* out) {
    if (text.size() > limits_.max_bytes) {
      return refuse(
          fmt::format("the pattern has {} bytes, more than {}", text.size(), limits_.max_bytes),
          "several rules");
    }
    if (const Status read = document_.read(text); !read) {
      return refuse(read.error().message, kWholeExample);
    }
    ways_.emplace_back();
    if (!object(0, false)) return false;
    finish(out);
    return true;
  }

 private:
  /// Leaves of one way, by number, in the order in which they were written.
  using Way = std::vector<std::uint32_t>;

  bool refuse(std::string reason, std::string example) {
    fault_ = {place_, std::move(reason), std::move(example)};
    return false;
  }

  const JsonNode& node(std::uint32_t at) const { return document_.nodes()[at]; }

  bool object(std::uint32_t at, bool in_or) {
    if (node(at).count == 0) return refuse("an object without keys", kWholeExample);
    for (std::uint32_t i = at + 1; i < node(at).next; i = node(i).next) {
      const std::size_t place_size = place_.size();
      const std::size_t path_size = path_.size();
      if (!place_.empty()) place_ += '.';
      place_ += node(i).key;
      if (!member(i, in_or)) return false;
      place_.resize(place_size);
      path_.resize(path_size);
    }
    return true;
  }

  bool member(std::uint32_t at, bool in_or) {
    const JsonNode& value = node(at);
    if (value.key == "$or") return either(at);
    if (in_or && std::find(kReserved.begin(), kReserved.end(), value.key) != kReserved.end()) {
      return refuse("inside $or this name is kept for an operator: it can't be a field",
                    kOrExample);
    }
    // The first key has no point in front of it, even where it is empty.
    if (depth_ > 0) path_ += '.';
    path_ += value.key;
    if (value.kind == JsonKind::kArray) return leaf(at);
    if (value.kind != JsonKind::kObject) {
      return refuse("a field has an array of values or an object of fields", R"({"a": ["x"]})");
    }
    ++depth_;
    const bool good = object(at, in_or);
    --depth_;
    return good;
  }

  bool either(std::uint32_t at) {
    const JsonNode& list = node(at);
    if (list.kind != JsonKind::kArray || list.count < 2) {
      return refuse("$or has an array of two objects or more", kOrExample);
    }
    const std::vector<Way> before = std::move(ways_);
    std::vector<Way> after;
    std::uint32_t index = 0;
    for (std::uint32_t i = at + 1; i < list.next; i = node(i).next, ++index) {
      const std::size_t place_size = place_.size();
      place_ += fmt::format("[{}]", index);
      if (node(i).kind != JsonKind::kObject) {
        return refuse("only objects may stand in $or", kOrExample);
      }
      ways_ = before;
      if (!object(i, true)) return false;
      if (after.size() + ways_.size() > limits_.max_alternatives) {
        return refuse(fmt::format("the rule is too complex: its $or lists make more than {} "
                                  "combinations",
                                  limits_.max_alternatives),
                      "several rules");
      }
      after.insert(after.end(), std::make_move_iterator(ways_.begin()),
                   std::make_move_iterator(ways_.end()));
      place_.resize(place_size);
    }
    ways_ = std::move(after);
    return true;
  }

  bool leaf(std::uint32_t at) {
    const JsonNode& list = node(at);
    if (list.count == 0) return refuse("an array without values", R"({"a": ["x"]})");
    PatternLeaf leaf{.path = path_, .tests = {}};
    leaf.tests.reserve(list.count);
    std::uint32_t index = 0;
    for (std::uint32_t i = at + 1; i < list.next; i = node(i).next, ++index) {
      if (!parse_value_test(document_, i, limits_, &leaf.tests.emplace_back(), &fault_)) {
        fault_.path = fmt::format("{}[{}]{}", place_, index, fault_.path);
        return false;
      }
    }
    const auto number = static_cast<std::uint32_t>(leaves_.size());
    const auto path =
        path_numbers_.try_emplace(path_, static_cast<std::uint32_t>(path_numbers_.size()));
    path_of_.push_back(path.first->second);
    leaves_.push_back(std::move(leaf));
    for (Way& way : ways_) {  // the later of two leaves of a path counts
      if (!path.second) {
        std::erase_if(way,
                      [&](std::uint32_t other) { return path_of_[other] == path_of_[number]; });
      }
      way.push_back(number);
    }
    return true;
  }

  void finish(Pattern* out) {
    std::vector<std::uint32_t> order(leaves_.size());
    std::iota(order.begin(), order.end(), 0U);
    if (order.size() > 1) {
      std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return utf16_less(leaves_[a].path, leaves_[b].path);
      });
    }
    std::vector<std::uint32_t> place(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    for (const std::uint32_t i : order) out->leaves.push_back(std::move(leaves_[i]));
    for (Way& way : ways_) {
      for (std::uint32_t& number : way) number = place[number];
      std::sort(way.begin(), way.end());
    }
    out->alternatives = std::move(ways_);
  }

  const PatternLimits& limits_;
  PatternFault& fault_;
  JsonDocument document_;
  std::string place_;  // in the pattern, for the user
  std::string path_;   // in the event
  int depth_ = 0;
  std::vector<Way> ways_;
  std::vector<PatternLeaf> leaves_;
  std::vector<std::uint32_t> path_of_;
  boost::unordered_flat_map<std::string, std::uint32_t> path_numbers_;
};

/// The next UTF-16 unit of valid UTF-8: `*low` holds the second half of a pair between two calls.
std::uint32_t next_unit(std::string_view text, std::size_t* at, std::uint32_t* low) {
  if (*low != 0) {
    const std::uint32_t unit = *low;
    *low = 0;
    return unit;
  }
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0x80;
  };
  const std::uint32_t first = byte(*at);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t c = size == 1 ? first : first & (0xFFU >> (size + 1));
  for (std::size_t k = 1; k < size; ++k) c = c << 6 | (byte(*at + k) & 0x3F);
  *at += size;
  if (c < 0x10000) return c;
  *low = 0xDC00 + ((c - 0x10000) & 0x3FF);
  return 0xD800 + ((c - 0x10000) >> 10);
}

}  // namespace

bool utf16_less(std::string_view a, std::string_view b) {
  const auto is_ascii = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c & '\x80') == 0; });
  };
  if (is_ascii(a) && is_ascii(b)) return a < b;
  std::size_t at_a = 0;
  std::size_t at_b = 0;
  std::uint32_t low_a = 0;
  std::uint32_t low_b = 0;
  for (;;) {
    const bool end_a = at_a >= a.size() && low_a == 0;
    const bool end_b = at_b >= b.size() && low_b == 0;
    if (end_a || end_b) return end_a && !end_b;
    const std::uint32_t unit_a = next_unit(a, &at_a, &low_a);
    const std::uint32_t unit_b = next_unit(b, &at_b, &low_b);
    if (unit_a != unit_b) return unit_a < unit_b;
  }
}

Result<Pattern> parse_pattern(std::string_view text, const PatternLimits& limits,
                              PatternFault* fault) {
  PatternFault own;
  PatternFault& found = fault == nullptr ? own : *fault;
  Pattern out;
  if (PatternParser(limits, &found).parse(text, &out)) return out;
  return Error{ErrorCode::kInvalidData,
               fmt::format("{}{}{}; the right form: {}", found.path, found.path.empty() ? "" : ": ",
                           found.reason, found.example)};
}

}  // namespace clicklake::events
