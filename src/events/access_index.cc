#include "events/access_index.h"

#include <cmath>

namespace clicklake::events {
namespace {

/// Grams that a value of usual length has.
constexpr double kGramsOfValue = 48;
constexpr double kShortCost = 0.8;
constexpr double kRangeCost = 1.5;
constexpr double kPresentCost = 2;
constexpr double kAbsentCost = 4;

/// Calls each(text) with the literal texts that every value that passes holds.
template <typename Each>
void literals_of(const CompiledTests& tests, const CompiledTest& test, Each&& each) {
  std::string_view text = tests.text(test);
  switch (test.kind) {
    case TestKind::kPrefix:  // an operand's last quote may be that behind the value
      each(text.ends_with('"') ? text.substr(0, text.size() - 1) : text);
      break;
    case TestKind::kSuffix: each(text.starts_with('"') ? text.substr(1) : text); break;
    case TestKind::kWildcard:
      for (const std::string& part : tests.wildcard(test).parts) each(std::string_view(part));
      break;
    default: break;
  }
}

bool has_literals(TestKind kind) {
  return kind == TestKind::kPrefix || kind == TestKind::kSuffix || kind == TestKind::kWildcard;
}

std::string_view bytes_of(const IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes.data()), address.size};
}

/// Two grams of one key are taken for one another: they are only counted here.
std::uint64_t gram_key(std::uint32_t path, std::uint64_t gram) {
  return fold_hash(gram ^ 0xD6E8FEB86659FD93ULL, path + 0x9E3779B97F4A7C15ULL);
}

/// The size of the grams of a literal text; 0 where it is too short for any.
std::size_t gram_size(std::string_view text) {
  return text.size() >= 8 ? 8 : text.size() >= 4 ? 4 : 0;
}

/// Calls each(gram) with the grams of a literal text.
template <typename Each>
void each_gram(std::string_view text, Each&& each) {
  const std::size_t size = gram_size(text);
  for (std::size_t i = 0; size > 0 && i + size <= text.size(); ++i) each(text.substr(i, size));
}

}  // namespace

AccessIndex::Path& AccessIndex::at(std::uint32_t path) {
  if (paths_.size() <= path) {
    paths_.resize(path + 1);
    path_grams_.resize(path + 1, 0);
  }
  return paths_[path];
}

std::uint32_t* AccessIndex::gram_count(std::uint32_t path, std::uint64_t gram) {
  if (gram_counts_.size() < 2 * (gram_total_ + 1)) {
    std::vector<std::uint64_t> keys(std::max<std::size_t>(1024, gram_keys_.size() * 2));
    std::vector<std::uint32_t> counts(keys.size(), 0);
    for (std::size_t i = 0; i < gram_keys_.size(); ++i) {
      if (gram_counts_[i] == 0) continue;
      std::size_t to = gram_keys_[i] & (keys.size() - 1);
      while (counts[to] != 0) to = (to + 1) & (keys.size() - 1);
      keys[to] = gram_keys_[i];
      counts[to] = gram_counts_[i];
    }
    gram_keys_ = std::move(keys);
    gram_counts_ = std::move(counts);
  }
  const std::uint64_t key = gram_key(path, gram);
  std::size_t at = key & (gram_keys_.size() - 1);
  while (gram_counts_[at] != 0 && gram_keys_[at] != key) at = (at + 1) & (gram_keys_.size() - 1);
  if (gram_counts_[at] == 0) {
    gram_keys_[at] = key;
    ++gram_total_;
    ++path_grams_[path];
  }
  return &gram_counts_[at];
}

std::uint32_t AccessIndex::gram_count(std::uint32_t path, std::uint64_t gram) const {
  if (gram_keys_.empty()) return 0;
  const std::uint64_t key = gram_key(path, gram);
  std::size_t at = key & (gram_keys_.size() - 1);
  while (gram_counts_[at] != 0 && gram_keys_[at] != key) at = (at + 1) & (gram_keys_.size() - 1);
  return gram_counts_[at];
}

void AccessIndex::count(std::uint32_t path, const CompiledTests& tests, const CompiledTest& test) {
  Path& entry = at(path);
  if (has_literals(test.kind)) {
    literals_of(tests, test, [&](std::string_view text) {
      each_gram(text, [&](std::string_view gram) {
        ++*gram_count(path, gram_at(gram.data(), gram.size()));
      });
    });
  } else if (!test.is_negated) {
    ++entry.exact_keys;
  }
}

AccessIndex::Route AccessIndex::route(std::uint32_t path, const CompiledTests& tests,
                                      const CompiledTest& test) const {
  if (test.is_negated) return {.way = Way::kPresent};
  switch (test.kind) {
    case TestKind::kText: return {.way = Way::kKey, .key_class = KeyClass::kText};
    case TestKind::kWord: return {.way = Way::kKey, .key_class = KeyClass::kWord};
    case TestKind::kNumber: return {.way = Way::kKey, .key_class = KeyClass::kNumber};
    case TestKind::kNumberText: return {.way = Way::kKey, .key_class = KeyClass::kNumberText};
    case TestKind::kAddress: return {.way = Way::kKey, .key_class = KeyClass::kAddress};
    case TestKind::kCidr: return {.way = Way::kKey, .key_class = KeyClass::kCidr};
    case TestKind::kFolded:
      if (!tests.folded(test).is_ascii()) return {.way = Way::kPresent};
      return {.way = Way::kKey, .key_class = KeyClass::kFolded};
    case TestKind::kRange: return {.way = Way::kRange};
    case TestKind::kAbsent: return {.way = Way::kAbsent};
    case TestKind::kPrefix:
    case TestKind::kSuffix:
    case TestKind::kWildcard: break;
    default: return {.way = Way::kPresent};
  }
  Route best{.way = Way::kPresent};
  std::string_view first;
  std::string_view last;
  bool is_first = true;
  literals_of(tests, test, [&](std::string_view text) {
    if (is_first) first = text;
    is_first = false;
    last = text;
    each_gram(text, [&](std::string_view gram) {
      const std::uint32_t frequency = gram_count(path, gram_at(gram.data(), gram.size()));
      if (best.way == Way::kGram && frequency >= best.frequency) return;
      best = {.way = Way::kGram, .text = gram, .frequency = frequency};
    });
  });
  if (best.way == Way::kGram) return best;
  if (test.kind != TestKind::kSuffix && !first.empty())
    return {.way = Way::kHead, .text = first.substr(0, 3)};
  if (test.kind != TestKind::kPrefix && !last.empty())
    return {.way = Way::kTail,
            .text = last.substr(last.size() - std::min<std::size_t>(3, last.size()))};
  return best;
}

double AccessIndex::cost(std::uint32_t path, const CompiledTests& tests,
                         const CompiledTest& test) const {
  switch (route(path, tests, test).way) {
    case Way::kKey: return 1.0 / (paths_[path].exact_keys + 1.0);
    case Way::kGram: return kGramsOfValue / (kGramsOfValue + path_grams_[path]);
    case Way::kHead:
    case Way::kTail: return kShortCost;
    case Way::kRange: return kRangeCost;
    case Way::kPresent: return kPresentCost;
    case Way::kAbsent: break;
  }
  return kAbsentCost;
}

void AccessIndex::add(std::uint32_t path, const CompiledTests& tests, const CompiledTest& test,
                      std::uint32_t predicate) {
  Path& entry = at(path);
  const Route way = route(path, tests, test);
  const auto add_key = [&](KeyClass key_class, std::string_view key) {
    entry.classes |= 1U << static_cast<unsigned>(key_class);
    keys_.add(path, key_class, key, predicate);
  };
  switch (way.way) {
    case Way::kGram:
      add_key(way.text.size() == 8 ? KeyClass::kLongGram : KeyClass::kGram, way.text);
      (way.text.size() == 8 ? entry.long_grams : entry.grams)
          .added.push_back(gram_at(way.text.data(), way.text.size()));
      return;
    case Way::kHead:
      add_key(KeyClass::kHead, way.text);
      entry.head_sizes |= static_cast<std::uint8_t>(1U << way.text.size());
      return;
    case Way::kTail:
      add_key(KeyClass::kTail, way.text);
      entry.tail_sizes |= static_cast<std::uint8_t>(1U << way.text.size());
      return;
    case Way::kRange: entry.ranges.push_back({test.low, test.high, 0, predicate}); return;
    case Way::kPresent: entry.present.push_back(predicate); return;
    case Way::kAbsent: entry.absent.push_back(predicate); return;
    case Way::kKey: break;
  }
  switch (way.key_class) {
    case KeyClass::kNumber: {
      const double value = test.low + 0.0;
      char key[sizeof value];
      std::memcpy(key, &value, sizeof value);
      add_key(KeyClass::kNumber, {key, sizeof key});
      return;
    }
    case KeyClass::kAddress: add_key(KeyClass::kAddress, bytes_of(tests.address(test))); return;
    case KeyClass::kCidr: {
      const IpAddress& block = tests.address(test);
      const std::pair<std::uint8_t, std::uint8_t> shape(block.size,
                                                        static_cast<std::uint8_t>(test.size));
      if (std::find(entry.blocks.begin(), entry.blocks.end(), shape) == entry.blocks.end())
        entry.blocks.push_back(shape);
      std::string key(bytes_of(block));
      key.push_back(static_cast<char>(test.size));
      add_key(KeyClass::kCidr, key);
      return;
    }
    case KeyClass::kFolded: add_key(KeyClass::kFolded, tests.folded(test).ascii_lower()); return;
    default: add_key(way.key_class, tests.text(test));
  }
}

void AccessIndex::GramFilter::finish() {
  if (added.empty()) return;
  // 16 bits a gram, from 1 KiBit to 1 MiBit.
  std::uint32_t width = 10;
  while (width < 20 && (1ULL << width) < 16 * added.size()) ++width;
  shift = 64 - width;
  bits.assign((1ULL << width) / 64, 0);
  for (const std::uint64_t gram : added) {
    const std::uint64_t bit = gram * 0x9E3779B97F4A7C15ULL >> shift;
    bits[bit >> 6] |= 1ULL << (bit & 63);
  }
  added = {};
}

void AccessIndex::finish() {
  keys_.finish();
  for (std::uint32_t i = 0; i < paths_.size(); ++i) {
    Path& path = paths_[i];
    if (!path.absent.empty()) absent_paths_.push_back(i);
    path.present.shrink_to_fit();
    std::sort(path.ranges.begin(), path.ranges.end(),
              [](const Range& a, const Range& b) { return a.low < b.low; });
    double highest = -HUGE_VAL;
    for (Range& range : path.ranges) {
      highest = std::max(highest, range.high);
      range.highest = highest;
    }
    path.grams.finish();
    path.long_grams.finish();
  }
  gram_keys_ = {};
  gram_counts_ = {};
  path_grams_ = {};
}

std::size_t AccessIndex::bytes() const {
  std::size_t out = keys_.bytes() + paths_.capacity() * sizeof(Path);
  for (const Path& path : paths_) {
    out += (path.grams.bits.capacity() + path.long_grams.bits.capacity()) * 8 +
           path.ranges.capacity() * sizeof(Range) + path.present.capacity() * 4 +
           path.absent.capacity() * 4 + path.blocks.capacity() * 2;
  }
  return out;
}

}  // namespace clicklake::events
