// Any text as a time: both parsers say what a reading by regular expression, the standard library's
// calendar and decimal text arithmetic says; what is accepted survives being written and read.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

#include "model/time.h"
#include "slow_json.h"

namespace clicklake::fuzz {
namespace {

using Micros = std::optional<std::int64_t>;

constexpr std::int64_t kEnd = 4'133'980'800'000'000;  // 2101-01-01T00:00:00Z

Micros within_years(std::int64_t us) { return us >= 0 && us < kEnd ? Micros(us) : std::nullopt; }

/// The digits before the decimal point of `digits` * 10^`shift`; longer than `longest` means too
/// many.
std::string whole_part(std::string_view digits, std::int64_t shift, std::size_t longest) {
  std::string out;
  const std::int64_t length = static_cast<std::int64_t>(digits.size()) + shift;
  for (std::int64_t i = 0; i < length; ++i) {
    const char c =
        i < static_cast<std::int64_t>(digits.size()) ? digits[static_cast<std::size_t>(i)] : '0';
    if (out.empty() && c == '0') continue;
    out += c;
    if (out.size() > longest) break;
  }
  return out.empty() ? "0" : out;
}

Micros slow_epoch(const std::string& text) {
  static const std::regex kNumber(R"((-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?)([0-9]+))?)");
  std::smatch m;
  if (!std::regex_match(text, m, kNumber)) return std::nullopt;
  const std::string digits = m[2].str() + m[3].str();
  if (digits.find_first_not_of('0') == std::string::npos) return 0;
  if (m[1].length() != 0) return std::nullopt;
  std::int64_t exponent = 0;
  for (const char c : m[5].str())
    exponent = std::min<std::int64_t>(exponent * 10 + (c - '0'), 100'000);
  const std::int64_t shift = (m[4].str() == "-" ? -exponent : exponent) - m[3].length();
  // A number of n digits before the point is under 10^n.
  const std::string whole = whole_part(digits, shift, 20);
  const int power = whole.size() <= 11 ? 6 : whole.size() <= 14 ? 3 : 0;
  const std::string us = whole_part(digits, shift + power, 18);
  return us.size() > 18 ? std::nullopt : within_years(std::stoll(us));
}

Micros slow_timestamp(const std::string& text) {
  static const std::regex kDigits(R"([0-9]+(?:\.[0-9]+)?)");
  if (std::regex_match(text, kDigits)) return slow_epoch(text);
  static const std::regex kIso(R"(([0-9]{4})-([0-9]{2})-([0-9]{2}))"
                               R"((?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?)"
                               R"((?:[Zz]|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?)");
  std::smatch m;
  if (!std::regex_match(text, m, kIso)) return std::nullopt;
  const auto number = [&](std::size_t group) {
    return m[group].matched ? std::stoi(m[group].str()) : 0;
  };
  namespace ch = std::chrono;
  const ch::year_month_day date{ch::year{number(1)}, ch::month{static_cast<unsigned>(number(2))},
                                ch::day{static_cast<unsigned>(number(3))}};
  if (!date.ok() || number(4) > 23 || number(5) > 59 || number(6) > 59) return std::nullopt;
  if (number(9) > 23 || number(10) > 59) return std::nullopt;
  const std::string fraction = (m[7].str() + "000000").substr(0, 6);
  ch::microseconds us = ch::sys_days(date).time_since_epoch();
  us += ch::hours(number(4)) + ch::minutes(number(5)) + ch::seconds(number(6));
  us += ch::microseconds(std::stoi(fraction));
  const ch::minutes offset = ch::hours(number(9)) + ch::minutes(number(10));
  us -= m[8].str() == "-" ? -offset : offset;
  return within_years(us.count());
}

}  // namespace
}  // namespace clicklake::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  using namespace clicklake::fuzz;
  if (size > 200) return 0;  // the regular expressions recurse
  const std::string text(data, data + size);
  const auto time = parse_timestamp(text);
  require(time == slow_timestamp(text));
  const auto epoch = parse_epoch(text);
  require(epoch == slow_epoch(text));
  for (const auto& us : {time, epoch}) {
    if (!us) continue;
    require(parse_timestamp(format_timestamp(*us)) == us);
    require(hour_start(hour_of(*us)) <= *us && *us < hour_start(hour_of(*us) + 1));
  }
  return 0;
}
