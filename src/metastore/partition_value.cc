#include "metastore/partition_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <system_error>
#include <utility>

#include "model/time.h"

namespace clicklake {
namespace {

/// The bytes of FileUtils.escapePathName, and NUL.
bool is_escaped(char c) {
  static constexpr std::string_view kEscaped = "\"#%'*/:=?\\\x7F{[]^";
  return static_cast<unsigned char>(c) < 0x20 || kEscaped.find(c) != std::string_view::npos;
}

void append_escaped(std::string* out, std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (!is_escaped(c)) {
      *out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    *out += '%';
    *out += kDigits[byte >> 4];
    *out += kDigits[byte & 15];
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> read_double(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> canonical_integer(HiveKind kind, std::string_view text) {
  const int bits = kind == HiveKind::kTinyint    ? 8
                   : kind == HiveKind::kSmallint ? 16
                   : kind == HiveKind::kInt      ? 32
                                                 : 64;
  const std::optional<std::int64_t> value = read_integer(text);
  if (!value) return std::nullopt;
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
  if (*value > most || *value < -most - 1) return std::nullopt;
  return std::to_string(*value);
}

/// `2024-11-4` is `2024-11-04`.
std::optional<std::string> canonical_date(std::string_view text) {
  std::array<int, 3> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t digits = std::min(text.find('-'), text.size());
    if (i == 0 ? digits != 4 : digits < 1 || digits > 2) return std::nullopt;
    for (const char c : text.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      parts[i] = parts[i] * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    if ((i < 2) != text.starts_with('-')) return std::nullopt;
    if (i < 2) text.remove_prefix(1);
  }
  const auto [year, month, day] = parts;
  if (!text.empty() || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  const CivilTime back = civil_from_micros(days_from_civil(year, month, day) * kMicrosPerDay);
  if (back.month != month || back.day != day) return std::nullopt;
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  std::string out = std::to_string(year);
  out.insert(0, 4 - out.size(), '0');
  return out + "-" + two(month) + "-" + two(day);
}

std::optional<std::string> canonical_boolean(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (lower != "true" && lower != "false") return std::nullopt;
  return lower;
}

std::optional<std::string> as_it_is(bool fits, std::string_view text) {
  if (!fits) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> canonical(const HiveType& type, std::string_view text) {
  switch (type.kind) {
    case HiveKind::kTinyint:
    case HiveKind::kSmallint:
    case HiveKind::kInt:
    case HiveKind::kBigint: return canonical_integer(type.kind, text);
    case HiveKind::kDate: return canonical_date(text);
    case HiveKind::kBoolean: return canonical_boolean(text);
    case HiveKind::kFloat:
    case HiveKind::kDouble: return as_it_is(read_double(text).has_value(), text);
    case HiveKind::kDecimal:
      return as_it_is(read_double(text) && text.find_first_not_of("-.0123456789") == text.npos,
                      text);
    case HiveKind::kTimestamp:
      return as_it_is(parse_timestamp(text) && text.find('-') != text.npos, text);
    case HiveKind::kString:
    case HiveKind::kChar:
    case HiveKind::kVarchar:
    case HiveKind::kBinary:
      return text.empty() ? std::string(kNullPartitionValue) : std::string(text);
    case HiveKind::kArray:
    case HiveKind::kMap:
    case HiveKind::kStruct: return std::nullopt;
  }
  return std::nullopt;
}

/// A number whose order is the value's; texts are compared themselves where both have the same.
std::int64_t rank_of(HiveKind kind, const std::string& value) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  if (is_integer(kind)) return read_integer(value).value_or(kLast);
  if (is_number(kind)) {
    const std::optional<double> number = read_double(value);
    if (!number) return kLast;
    std::int64_t bits = 0;
    std::memcpy(&bits, &*number, sizeof bits);
    return bits >= 0 ? bits : std::numeric_limits<std::int64_t>::min() - bits;
  }
  return value == kNullPartitionValue ? kLast : 0;
}

}  // namespace

std::string join_partition_values(const std::vector<std::string>& values) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += '/';
    append_escaped(&out, values[i]);
  }
  return out;
}

std::vector<std::string> split_partition_values(std::string_view text) {
  std::vector<std::string> values;
  values.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '/')) + 1);
  for (;;) {
    const std::size_t slash = text.find('/');
    values.push_back(unescape_path_segment(text.substr(0, slash)));
    if (slash == std::string_view::npos) return values;
    text.remove_prefix(slash + 1);
  }
}

Result<std::vector<std::string>> canonical_partition_values(
    const Table& table, const std::vector<std::string>& values) {
  const std::string name = table.database + "." + table.name;
  const std::vector<HiveColumn>& keys = table.partition_keys;
  if (keys.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "the table " + name + " is not partitioned, it takes no partitions"};
  }
  if (values.size() != keys.size()) {
    std::string names;
    for (const HiveColumn& key : keys) names += (names.empty() ? "" : ", ") + key.name;
    return Error{ErrorCode::kInvalidArgument,
                 "a partition of " + name + " has " + std::to_string(keys.size()) + " values (" +
                     names + "), not " + std::to_string(values.size())};
  }
  std::vector<std::string> canonical_values;
  canonical_values.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto value = canonical_partition_value(keys[i].type, values[i]);
    if (!value) {
      return Error{ErrorCode::kInvalidArgument, "partition key " + keys[i].name + " of " + name +
                                                    ": " + std::move(value).error().message};
    }
    canonical_values.push_back(*std::move(value));
  }
  return canonical_values;
}

std::string partition_name(const Table& table, const std::vector<std::string>& values) {
  std::string name = partition_path(table.partition_keys, values);
  if (name.ends_with('/')) name.pop_back();
  return name;
}

void sort_partitions(const std::vector<HiveColumn>& keys, std::vector<Partition>* partitions) {
  const std::size_t width = keys.size();
  std::vector<std::int64_t> ranks;
  ranks.reserve(partitions->size() * width);
  for (const Partition& partition : *partitions) {
    for (std::size_t i = 0; i < width; ++i)
      ranks.push_back(rank_of(keys[i].type.kind, partition.values[i]));
  }
  const auto before = [&](std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < width; ++i) {
      const std::int64_t left = ranks[a * width + i];
      const std::int64_t right = ranks[b * width + i];
      if (left != right) return left < right;
      if (is_integer(keys[i].type.kind)) continue;
      const int order = (*partitions)[a].values[i].compare((*partitions)[b].values[i]);
      if (order != 0) return order < 0;
    }
    return false;
  };
  std::vector<std::size_t> order(partitions->size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (std::is_sorted(order.begin(), order.end(), before)) return;
  std::sort(order.begin(), order.end(), before);
  std::vector<Partition> sorted;
  sorted.reserve(order.size());
  for (const std::size_t i : order) sorted.push_back(std::move((*partitions)[i]));
  *partitions = std::move(sorted);
}

Result<std::string> canonical_partition_value(const HiveType& type, std::string_view text) {
  if (text == kNullPartitionValue) return std::string(text);
  std::optional<std::string> value = canonical(type, text);
  if (value) return *std::move(value);
  return Error{ErrorCode::kInvalidArgument,
               "'" + std::string(text) + "' is no value of type " + to_string(type)};
}

std::string partition_path(const std::vector<HiveColumn>& keys,
                           const std::vector<std::string>& values) {
  std::string out;
  for (std::size_t i = 0; i < keys.size() && i < values.size(); ++i) {
    append_escaped(&out, keys[i].name);
    out += '=';
    append_escaped(&out, values[i].empty() ? kNullPartitionValue : std::string_view(values[i]));
    out += '/';
  }
  return out;
}

std::string unescape_path_segment(std::string_view segment) {
  std::string out;
  for (;;) {
    const std::size_t percent = segment.find('%');
    out += segment.substr(0, percent);
    if (percent == std::string_view::npos) return out;
    segment.remove_prefix(percent);
    const int high = segment.size() > 2 ? hex_digit(segment[1]) : -1;
    const int low = segment.size() > 2 ? hex_digit(segment[2]) : -1;
    const bool escape = high >= 0 && low >= 0;
    out += escape ? static_cast<char>(high * 16 + low) : '%';
    segment.remove_prefix(escape ? 3 : 1);
  }
}

std::string partition_location(const Table& table, const Partition& partition) {
  if (!partition.location.empty()) return partition.location;
  std::string location = table.storage.location;
  if (!location.empty() && !location.ends_with('/')) location += '/';
  return location + partition_path(table.partition_keys, partition.values);
}

}  // namespace clicklake
