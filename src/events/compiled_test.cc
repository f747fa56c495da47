#include "events/compiled_test.h"

#include <algorithm>

#include "base/bytes_equal.h"

namespace clicklake::events {
namespace {

/// What anything-but lists: the tests of which none may hold.
TestKind listed_kind(TestKind kind) {
  switch (kind) {
    case TestKind::kNotText: return TestKind::kText;
    case TestKind::kNotNumber: return TestKind::kNumber;
    case TestKind::kNotPrefix: return TestKind::kPrefix;
    case TestKind::kNotSuffix: return TestKind::kSuffix;
    case TestKind::kNotFolded: return TestKind::kFolded;
    default: return TestKind::kWildcard;
  }
}

/// The quotes around a value belong to it: an operand may reach the far one.
bool begins(std::string_view value, std::string_view head) {
  if (value.size() >= head.size()) return bytes_equal(value.data(), head.data(), head.size());
  return value.size() + 1 == head.size() && head.back() == '"' && head.starts_with(value);
}

bool ends(std::string_view value, std::string_view tail) {
  if (value.size() >= tail.size()) return value.ends_with(tail);
  return value.size() + 1 == tail.size() && tail.front() == '"' && tail.ends_with(value);
}

}  // namespace

CompiledTest CompiledTests::compile_positive(TestKind kind, std::string_view text) {
  CompiledTest out{kind, false, false, false, 0, 0, 0, 0};
  switch (kind) {
    case TestKind::kFolded:
    case TestKind::kFoldedPrefix:
    case TestKind::kFoldedSuffix:
      out.at = static_cast<std::uint32_t>(folded_.size());
      folded_.emplace_back(text);
      break;
    case TestKind::kWildcard: {
      std::string reason;
      out.at = static_cast<std::uint32_t>(wildcards_.size());
      wildcards_.push_back(parse_wildcard(text, &reason).value_or(Wildcard{{""}}));
      break;
    }
    default:
      out.at = static_cast<std::uint32_t>(text_.size());
      out.size = static_cast<std::uint32_t>(text.size());
      text_.append(text);
  }
  return out;
}

CompiledTest CompiledTests::compile(const ValueTest& test) {
  CompiledTest out{test.kind, test.low_open, test.high_open, false, 0, 0, 0, 0};
  switch (test.kind) {
    case TestKind::kExists:
    case TestKind::kAbsent: return out;
    case TestKind::kAddress:
    case TestKind::kCidr:
      out.at = static_cast<std::uint32_t>(addresses_.size());
      out.size = static_cast<std::uint32_t>(test.bits);
      addresses_.push_back(test.address);
      return out;
    case TestKind::kNumber: out.low = test.numbers[0]; return out;
    case TestKind::kRange:
      out.low = test.numbers[0];
      out.high = test.numbers[1];
      return out;
    case TestKind::kNotText:
    case TestKind::kNotNumber:
    case TestKind::kNotPrefix:
    case TestKind::kNotSuffix:
    case TestKind::kNotFolded:
    case TestKind::kNotWildcard: {
      std::vector<CompiledTest> list;
      list.reserve(test.texts.size() + test.numbers.size());
      for (const std::string& text : test.texts)
        list.push_back(compile_positive(listed_kind(test.kind), text));
      for (const double number : test.numbers)
        list.push_back({TestKind::kNumber, false, false, false, 0, 0, number, 0});
      out.is_negated = true;
      out.at = static_cast<std::uint32_t>(listed_.size());
      out.size = static_cast<std::uint32_t>(list.size());
      listed_.insert(listed_.end(), list.begin(), list.end());
      return out;
    }
    default: return compile_positive(test.kind, test.texts[0]);
  }
}

bool CompiledTests::holds(const CompiledTest& test, EventLeaves* leaves, EventLeaf* leaf) const {
  if (test.is_negated) {
    const CompiledTest* const first = listed_.data() + test.at;
    return std::none_of(first, first + test.size,
                        [&](const CompiledTest& one) { return holds(one, leaves, leaf); });
  }
  const bool is_text = leaf->kind == JsonKind::kText;
  const std::string_view value = leaf->text;
  switch (test.kind) {
    case TestKind::kText: return is_text && bytes_equal(value, text(test));
    case TestKind::kWord: return !is_text && leaf->kind != JsonKind::kNumber && value == text(test);
    case TestKind::kNumberText: return leaf->kind == JsonKind::kNumber && value == text(test);
    case TestKind::kNumber: {
      const double* const number = leaves->number_of(leaf);
      return number != nullptr && *number == test.low;
    }
    case TestKind::kRange: {
      const double* const number = leaves->number_of(leaf);
      return number != nullptr && (test.low_open ? *number > test.low : *number >= test.low) &&
             (test.high_open ? *number < test.high : *number <= test.high);
    }
    case TestKind::kAddress: {
      const IpAddress* const ip = leaves->address_of(leaf);
      return ip != nullptr && *ip == address(test);
    }
    case TestKind::kCidr: {
      const IpAddress* const ip = leaves->address_of(leaf);
      return ip != nullptr && ip->masked(static_cast<int>(test.size)) == address(test);
    }
    case TestKind::kExists: return true;
    case TestKind::kPrefix: return is_text && begins(value, text(test));
    case TestKind::kSuffix: return is_text && ends(value, text(test));
    case TestKind::kFolded: return is_text && folded(test).equals(value);
    case TestKind::kFoldedPrefix: return is_text && folded(test).starts(std::string(value) + '"');
    case TestKind::kFoldedSuffix: return is_text && folded(test).ends('"' + std::string(value));
    case TestKind::kWildcard: return is_text && wildcard(test).matches(value);
    default: return false;
  }
}

std::size_t CompiledTests::bytes() const {
  std::size_t out = text_.capacity() + folded_.capacity() * sizeof(FoldedText) +
                    addresses_.capacity() * sizeof(IpAddress) +
                    listed_.capacity() * sizeof(CompiledTest) +
                    wildcards_.capacity() * sizeof(Wildcard);
  for (const FoldedText& one : folded_) out += one.ascii_lower().capacity();
  for (const Wildcard& one : wildcards_) {
    out += one.parts.capacity() * sizeof(std::string);
    for (const std::string& part : one.parts) out += part.capacity() > 15 ? part.capacity() : 0;
  }
  return out;
}

void CompiledTests::shrink() {
  text_.shrink_to_fit();
  folded_.shrink_to_fit();
  wildcards_.shrink_to_fit();
  addresses_.shrink_to_fit();
  listed_.shrink_to_fit();
}

}  // namespace clicklake::events
