#include "crawl/path_layout.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "metastore/metastore.h"

namespace clicklake {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The number that all of `text` is; -1 where it has other bytes or not that many digits.
int number(std::string_view text, std::size_t min_digits, std::size_t max_digits) {
  if (text.size() < min_digits || text.size() > max_digits) return -1;
  int value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

int days_in(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

constexpr std::array<std::string_view, 4> kDateKeys{"year", "month", "day", "hour"};

/// Whether `value` may stand as date part `level` (0 year ... 3 hour) behind those of `layout`.
bool is_date_part(const PathLayout& layout, std::size_t level, int value) {
  const auto part = [&](std::string_view key) {
    for (const auto& [name, text] : layout.values) {
      if (name == key) return number(text, 1, 4);
    }
    return -1;
  };
  switch (level) {
    case 0: return value >= 1970 && value <= 2100;
    case 1: return value >= 1 && value <= 12;
    case 2: {
      const int year = part("year");
      const int month = part("month");
      return value >= 1 && month >= 1 && month <= 12 && value <= days_in(year, month);
    }
    default: return value >= 0 && value <= 23;
  }
}

bool add_date_part(std::string_view text, PathLayout* layout) {
  if (layout->date_level > 3) return false;
  const auto level = static_cast<std::size_t>(layout->date_level);
  const int value = level == 0 ? number(text, 4, 4) : number(text, 1, 2);
  if (value < 0 || !is_date_part(*layout, level, value)) return false;
  layout->values.emplace_back(kDateKeys[level], text);
  ++layout->date_level;
  return true;
}

bool add_hive_level(std::string_view name, PathLayout* layout) {
  const std::size_t equals = name.find('=');
  std::string key = lower_case(name.substr(0, equals));
  for (const auto& [known, value] : layout->values) {
    if (known == key) return false;
  }
  std::string value = unescape_path_segment(name.substr(equals + 1));
  if (value.empty() || find_invalid_utf8(value) != std::string_view::npos ||
      value.find('\0') != std::string::npos)
    return false;
  const auto level = static_cast<std::size_t>(layout->date_level);
  if (level < kDateKeys.size() && key == kDateKeys[level]) {
    const int part = number(value, 1, 4);
    if (part >= 0 && is_date_part(*layout, level, part)) ++layout->date_level;
  }
  layout->values.emplace_back(std::move(key), std::move(value));
  return true;
}

}  // namespace

std::vector<std::string> PathLayout::keys() const {
  std::vector<std::string> out;
  out.reserve(values.size());
  for (const auto& [key, value] : values) out.push_back(key);
  return out;
}

bool is_hive_level(std::string_view name) {
  const std::size_t equals = name.find('=');
  if (equals == std::string_view::npos || equals == 0 || is_digit(name[0])) return false;
  return std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool descend(std::string_view name, PathLayout* layout) {
  if (is_hive_level(name)) return add_hive_level(name, layout);
  if (name.size() == 10 && name[4] == '-' && name[7] == '-' && layout->date_level == 0) {
    PathLayout dated = *layout;
    if (!add_date_part(name.substr(0, 4), &dated) || !add_date_part(name.substr(5, 2), &dated) ||
        !add_date_part(name.substr(8, 2), &dated))
      return false;
    *layout = std::move(dated);
    return true;
  }
  return add_date_part(name, layout);
}

bool is_hidden_name(std::string_view name) {
  return name.empty() || name[0] == '.' || (name[0] == '_' && !is_hive_level(name));
}

bool is_plain_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
  });
}

std::string sanitised_name(std::string_view text) {
  constexpr std::size_t kLongest = 128;
  std::string out;
  for (const char c : lower_case(text)) {
    const bool plain = (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
    if (plain) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != '_') {
      out.push_back('_');
    }
    if (out.size() == kLongest) break;
  }
  while (out.size() > 1 && out.back() == '_' && text.back() != '_') out.pop_back();
  if (out.empty() || out == "_") return "unnamed";
  return is_digit(out[0]) ? "t_" + out : out;
}

}  // namespace clicklake
