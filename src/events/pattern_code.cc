#include "events/pattern_code.h"

#include <cstring>
#include <type_traits>

namespace clicklake::events {
namespace {

template <typename T>
void put(T value, std::string* out) {
  static_assert(std::is_trivially_copyable_v<T>);
  const std::size_t at = out->size();
  out->resize(at + sizeof value);
  std::memcpy(out->data() + at, &value, sizeof value);
}

template <typename T>
T take(std::string_view* rest) {
  T value;
  std::memcpy(&value, rest->data(), sizeof value);
  rest->remove_prefix(sizeof value);
  return value;
}

std::string_view take_bytes(std::string_view* rest) {
  const auto size = take<std::uint32_t>(rest);
  const std::string_view out = rest->substr(0, size);
  rest->remove_prefix(size);
  return out;
}

void put_size(std::size_t size, std::string* out) { put(static_cast<std::uint32_t>(size), out); }

bool has_address(TestKind kind) { return kind == TestKind::kAddress || kind == TestKind::kCidr; }

void encode_test(const ValueTest& test, std::string* out) {
  put(test.kind, out);
  put(static_cast<std::uint8_t>((test.low_open ? 1 : 0) | (test.high_open ? 2 : 0)), out);
  if (has_address(test.kind)) {
    put(test.address.size, out);
    put(static_cast<std::uint8_t>(test.bits), out);
    out->append(reinterpret_cast<const char*>(test.address.bytes.data()), test.address.size);
    return;
  }
  put_size(test.texts.size(), out);
  for (const std::string& text : test.texts) {
    put_size(text.size(), out);
    out->append(text);
  }
  put_size(test.numbers.size(), out);
  for (const double number : test.numbers) put(number, out);
}

ValueTest decode_test(std::string_view* rest) {
  ValueTest test;
  test.kind = take<TestKind>(rest);
  const auto open = take<std::uint8_t>(rest);
  test.low_open = (open & 1) != 0;
  test.high_open = (open & 2) != 0;
  if (has_address(test.kind)) {
    test.address.size = take<std::uint8_t>(rest);
    test.bits = take<std::uint8_t>(rest);
    std::memcpy(test.address.bytes.data(), rest->data(), test.address.size);
    rest->remove_prefix(test.address.size);
    return test;
  }
  for (auto n = take<std::uint32_t>(rest); n > 0; --n) test.texts.emplace_back(take_bytes(rest));
  for (auto n = take<std::uint32_t>(rest); n > 0; --n) test.numbers.push_back(take<double>(rest));
  return test;
}

}  // namespace

void encode_pattern(const Pattern& pattern,
                    const std::function<std::uint32_t(std::string_view)>& number,
                    std::string* out) {
  put_size(pattern.leaves.size(), out);
  for (const PatternLeaf& leaf : pattern.leaves) {
    const std::size_t size_at = out->size();
    put_size(0, out);
    put(number(leaf.path), out);
    for (const ValueTest& test : leaf.tests) encode_test(test, out);
    const auto size = static_cast<std::uint32_t>(out->size() - size_at - sizeof(std::uint32_t));
    std::memcpy(out->data() + size_at, &size, sizeof size);
  }
  put_size(pattern.alternatives.size(), out);
  for (const auto& alternative : pattern.alternatives) {
    put_size(alternative.size(), out);
    for (const std::uint32_t leaf : alternative) put(leaf, out);
  }
}

void PatternCode::read(std::vector<std::string_view>* leaves,
                       std::vector<std::vector<std::uint32_t>>* alternatives) {
  leaves->clear();
  for (auto n = take<std::uint32_t>(&rest_); n > 0; --n) leaves->push_back(take_bytes(&rest_));
  alternatives->resize(take<std::uint32_t>(&rest_));
  for (auto& alternative : *alternatives) {
    alternative.resize(take<std::uint32_t>(&rest_));
    for (std::uint32_t& leaf : alternative) leaf = take<std::uint32_t>(&rest_);
  }
}

std::uint32_t path_of_leaf(std::string_view leaf) { return take<std::uint32_t>(&leaf); }

std::vector<std::string_view> wildcards_of_leaf(std::string_view leaf) {
  leaf.remove_prefix(sizeof(std::uint32_t));
  std::vector<std::string_view> out;
  while (!leaf.empty()) {
    const auto kind = take<TestKind>(&leaf);
    leaf.remove_prefix(1);
    if (has_address(kind)) {
      const auto size = take<std::uint8_t>(&leaf);
      leaf.remove_prefix(1U + size);
      continue;
    }
    const bool is_wildcard = kind == TestKind::kWildcard || kind == TestKind::kNotWildcard;
    for (auto n = take<std::uint32_t>(&leaf); n > 0; --n) {
      const std::string_view text = take_bytes(&leaf);
      if (is_wildcard) out.push_back(text);
    }
    leaf.remove_prefix(take<std::uint32_t>(&leaf) * sizeof(double));
  }
  return out;
}

std::vector<ValueTest> tests_of_leaf(std::string_view leaf) {
  leaf.remove_prefix(sizeof(std::uint32_t));
  std::vector<ValueTest> tests;
  while (!leaf.empty()) tests.push_back(decode_test(&leaf));
  return tests;
}

}  // namespace clicklake::events
