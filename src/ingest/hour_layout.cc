#include "ingest/hour_layout.h"

#include <array>

#include "model/time.h"

namespace clicklake {
namespace {

struct Part {
  std::string_view key;
  std::size_t min_digits;  ///< without a key
  std::size_t max_digits;
  int low;
  int high;
};
constexpr std::array<Part, 4> kParts{{{"year", 4, 4, 1970, 2100},
                                      {"month", 2, 2, 1, 12},
                                      {"day", 2, 2, 1, 31},
                                      {"hour", 2, 2, 0, 23}}};

std::optional<int> number_in(std::string_view digits, const Part& part, std::size_t min_digits) {
  if (digits.size() < min_digits || digits.size() > part.max_digits) return std::nullopt;
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (value < part.low || value > part.high) return std::nullopt;
  return value;
}

/// The last folder of `*path`, which loses it and the slashes around it.
std::string_view take_last(std::string_view* path) {
  while (path->ends_with('/')) path->remove_suffix(1);
  const std::size_t slash = path->rfind('/');
  const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
  const std::string_view name = path->substr(begin);
  path->remove_suffix(name.size());
  return name;
}

}  // namespace

std::optional<std::int64_t> hour_of_layout(std::string_view path) {
  take_last(&path);
  std::array<int, 4> values{};
  std::optional<bool> keyed;
  for (std::size_t i = kParts.size(); i-- > 0;) {
    const Part& part = kParts[i];
    std::string_view name = take_last(&path);
    const bool has_key =
        name.size() > part.key.size() && name.starts_with(part.key) && name[part.key.size()] == '=';
    if (keyed.value_or(has_key) != has_key) return std::nullopt;
    keyed = has_key;
    if (has_key) name.remove_prefix(part.key.size() + 1);
    const std::size_t min_digits = has_key && i > 0 ? 1 : part.min_digits;
    const std::optional<int> value = number_in(name, part, min_digits);
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  const std::int64_t day = days_from_civil(values[0], values[1], values[2]);
  const CivilTime back = civil_from_micros(day * kMicrosPerDay);
  if (back.day != values[2] || back.month != values[1]) return std::nullopt;  // 30 February
  return day * 24 + values[3];
}

}  // namespace clicklake
