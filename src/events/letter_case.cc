#include "events/letter_case.h"

#include <algorithm>

#include "base/ascii_case.h"
#include "base/utf8.h"
#include "events/letter_case_table.h"

namespace clicklake::events {
namespace {

std::string utf8_of(const char16_t* units, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size && units[i] != 0; ++i) {
    append_utf8(&out, units[i]);
  }
  return out;
}

struct Cases {
  std::string lower;
  std::string upper;
};

Cases cases_of(char16_t unit) {
  if (unit >= 0xD800 && unit <= 0xDFFF) return {"?", "?"};
  for (const LongCase& known : long_cases()) {
    if (known.unit == unit) return {utf8_of(known.lower, 3), utf8_of(known.upper, 3)};
  }
  std::int32_t lower = 0;
  std::int32_t upper = 0;
  const auto runs = case_runs();
  const auto run = std::upper_bound(runs.begin(), runs.end(), unit,
                                    [](char16_t u, const CaseRun& r) { return u < r.first; });
  if (run != runs.begin() && unit <= std::prev(run)->last) {
    const CaseRun& found = *std::prev(run);
    if (found.alternating) {
      const bool is_upper = (unit - found.first) % 2 == 0;
      lower = is_upper ? 1 : 0;
      upper = is_upper ? 0 : -1;
    } else {
      lower = found.lower;
      upper = found.upper;
    }
  }
  const auto moved = [&](std::int32_t by) {
    const auto out = static_cast<char16_t>(unit + by);
    return utf8_of(&out, 1);
  };
  // utf8_of ends at 0, which has no case.
  return unit == 0 ? Cases{std::string(1, '\0'), std::string(1, '\0')}
                   : Cases{moved(lower), moved(upper)};
}

/// The UTF-16 units of valid UTF-8, surrogates as three bytes let through.
std::vector<char16_t> units_of(std::string_view text) {
  std::vector<char16_t> out;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at]));
    };
    const std::uint32_t first = byte(i);
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t c = size == 1 ? first : first & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size && i + k < text.size(); ++k) c = c << 6 | (byte(i + k) & 0x3F);
    i += size;
    if (c >= 0x10000) {
      out.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
      out.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
    } else {
      out.push_back(static_cast<char16_t>(c));
    }
  }
  return out;
}

char lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

FoldedText::FoldedText(std::string_view text) {
  ascii_ = std::all_of(text.begin(), text.end(), [](char c) { return (c & '\x80') == 0; });
  if (ascii_) {  // no ASCII letter has a case beyond ASCII
    lower_ = lower_case(text);
    return;
  }
  for (const char16_t unit : units_of(text)) {
    Cases cases = cases_of(unit);
    units_.push_back({std::move(cases.lower), std::move(cases.upper)});
  }
}

std::size_t FoldedText::taken_from_start(std::string_view value) const {
  std::size_t at = 0;
  for (const Unit& unit : units_) {
    const std::string_view rest = value.substr(at);
    if (rest.starts_with(unit.lower)) {
      at += unit.lower.size();
    } else if (rest.starts_with(unit.upper)) {
      at += unit.upper.size();
    } else {
      return std::string_view::npos;
    }
  }
  return at;
}

bool FoldedText::equals(std::string_view value) const {
  return ascii_ ? value.size() == lower_.size() && starts(value)
                : taken_from_start(value) == value.size();
}

bool FoldedText::starts(std::string_view value) const {
  if (!ascii_) return taken_from_start(value) != std::string_view::npos;
  return value.size() >= lower_.size() &&
         std::equal(lower_.begin(), lower_.end(), value.begin(),
                    [](char a, char b) { return a == lower_of(b); });
}

bool FoldedText::ends(std::string_view value) const {
  if (ascii_) {
    return value.size() >= lower_.size() && starts(value.substr(value.size() - lower_.size()));
  }
  for (auto unit = units_.rbegin(); unit != units_.rend(); ++unit) {
    if (value.ends_with(unit->lower)) {
      value.remove_suffix(unit->lower.size());
    } else if (value.ends_with(unit->upper)) {
      value.remove_suffix(unit->upper.size());
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace clicklake::events
