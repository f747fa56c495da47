#include "deliver/retry.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "model/time.h"

namespace clicklake {

std::int64_t backoff_us(const RetryPolicy& policy, int attempt, double random) {
  const double most = static_cast<double>(policy.maximum_backoff_ms) * 1000;
  const double next =
      static_cast<double>(policy.backoff_ms) * 1000 * std::pow(2.0, std::clamp(attempt, 0, 60));
  return static_cast<std::int64_t>(std::min(most, next) * random);
}

std::optional<std::int64_t> retry_after_us(std::string_view header, std::int64_t now_us) {
  std::int64_t seconds = 0;
  const auto read = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (read.ec == std::errc() && read.ptr == header.data() + header.size() && seconds >= 0) {
    return std::min<std::int64_t>(seconds, 10'000'000) * kMicrosPerSecond;
  }
  // "Sun, 06 Nov 1994 08:49:37 GMT"; the two older forms are not sent any more.
  if (header.size() != 29 || !header.ends_with(" GMT") || header[16] != ' ') return std::nullopt;
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t month = kMonths.find(header.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  std::string iso(header.substr(12, 4));
  const std::size_t number = month / 3 + 1;
  iso += number < 10 ? "-0" : "-1";
  iso += static_cast<char>('0' + number % 10);
  iso += '-';
  iso += header.substr(5, 2);
  iso += 'T';
  iso += header.substr(17, 8);
  const auto at = parse_timestamp(iso);
  if (!at) return std::nullopt;
  return std::max<std::int64_t>(*at - now_us, 0);
}

}  // namespace clicklake
