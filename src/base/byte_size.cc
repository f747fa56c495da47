#include "base/byte_size.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace clicklake {

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  const auto fail = [&] {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("'{}' is not a size: write digits and a unit, as in 128MB or 1GiB", text)};
  };
  const std::string copy(text);
  if (copy.empty() || std::isdigit(static_cast<unsigned char>(copy[0])) == 0) return fail();
  char* end = nullptr;
  const double number = std::strtod(copy.c_str(), &end);
  while (*end == ' ') ++end;
  std::string unit;
  for (; *end != '\0'; ++end)
    unit.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(*end))));
  static constexpr std::array<std::pair<std::string_view, double>, 15> kUnits{
      {{"", 1},
       {"b", 1},
       {"k", 1e3},
       {"kb", 1e3},
       {"kib", 1024},
       {"m", 1e6},
       {"mb", 1e6},
       {"mib", 1048576},
       {"g", 1e9},
       {"gb", 1e9},
       {"gib", 1073741824},
       {"t", 1e12},
       {"tb", 1e12},
       {"tib", 1099511627776},
       {"ki", 1024}}};
  for (const auto& [name, factor] : kUnits) {
    if (unit == name) {
      const double bytes = number * factor;
      if (!(bytes >= 0 && bytes < 1.8e19)) return fail();
      return static_cast<std::uint64_t>(std::llround(bytes));
    }
  }
  return fail();
}

std::string format_byte_size(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> kNames{"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kNames.size()) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kNames[unit]);
}

}  // namespace clicklake
