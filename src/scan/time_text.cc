#include "scan/time_text.h"

#include <array>
#include <limits>

#include "scan/number_text.h"

namespace clicklake {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Moves along a text; every step says whether it could be made.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : p_(text.data()), end_(p_ + text.size()) {}
  bool at_end() const { return p_ == end_; }
  char peek() const { return p_ == end_ ? '\0' : *p_; }
  std::string_view rest() const { return {p_, static_cast<std::size_t>(end_ - p_)}; }
  void skip(std::size_t count) { p_ += count; }
  bool take(char c) {
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }
  bool take_number(int min_digits, int max_digits, std::int64_t* value) {
    std::int64_t v = 0;
    int n = 0;
    for (; p_ != end_ && n < max_digits && is_digit(*p_); ++p_, ++n) v = v * 10 + (*p_ - '0');
    *value = v;
    return n >= min_digits;
  }
  /// Up to nine digits of a fraction, in nanoseconds.
  bool take_fraction(int min_digits, std::int64_t* nanos) {
    std::int64_t unit = 100'000'000;
    std::int64_t v = 0;
    int n = 0;
    for (; p_ != end_ && n < 9 && is_digit(*p_); ++p_, ++n) {
      v += (*p_ - '0') * unit;
      unit /= 10;
    }
    *nanos = v;
    return n >= min_digits;
  }

 private:
  const char* p_;
  const char* end_;
};

struct Fields {
  std::int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, nanos = 0;
};

/// Days since 1970, months and days beyond their ends moved on.
std::int64_t days_of(const Fields& f) {
  const std::int64_t months = f.year * 12 + (f.month - 1);
  const std::int64_t year = months >= 0 ? months / 12 : -((-months + 11) / 12);
  const std::int64_t month = months - year * 12;
  // 400 years are 146097 days: keeps the calendar's arithmetic within int.
  const std::int64_t eras = (year >= 0 ? year : year - 399) / 400;
  return days_from_civil(static_cast<int>(year - eras * 400), static_cast<int>(month) + 1, 1) +
         eras * 146'097 + (f.day - 1);
}

std::optional<std::int64_t> micros_of(const Fields& f, std::int64_t offset_seconds) {
  const auto seconds = static_cast<__int128>(days_of(f)) * 86'400 + f.hour * 3600 + f.minute * 60 +
                       f.second - offset_seconds;
  const __int128 us = seconds * kMicrosPerSecond + f.nanos / 1000;
  // The engine keeps the two ends of the range for infinity.
  constexpr std::int64_t kLimit = std::numeric_limits<std::int64_t>::max() - 1;
  if (us > kLimit || us < -kLimit) return std::nullopt;
  return static_cast<std::int64_t>(us);
}

bool take_date(Cursor* c, Fields* f) {
  const bool negative = c->take('-');
  if (!negative) c->take('+');
  if (!c->take_number(1, 10, &f->year)) return false;
  if (negative) f->year = -f->year;
  return c->take('-') && c->take_number(1, 9, &f->month) && c->take('-') &&
         c->take_number(1, 9, &f->day);
}

bool take_time(Cursor* c, bool needs_seconds, Fields* f) {
  if (!c->take_number(1, 9, &f->hour) || !c->take(':') || !c->take_number(1, 9, &f->minute)) {
    return false;
  }
  if (!c->take(':')) return !needs_seconds;
  if (!c->take_number(1, 9, &f->second)) return false;
  return !c->take('.') || c->take_fraction(0, &f->nanos);
}

/// `Z`, `+HH`, `+HHMM`, `+HH:MM`.
bool take_offset(Cursor* c, std::int64_t* seconds) {
  if (c->take('Z') || c->take('z')) {
    *seconds = 0;
    return true;
  }
  const bool west = c->peek() == '-';
  if (!c->take('+') && !c->take('-')) return false;
  std::int64_t hours = 0;
  std::int64_t minutes = 0;
  if (!c->take_number(2, 2, &hours)) return false;
  if (c->take(':') || is_digit(c->peek())) {
    if (!c->take_number(2, 2, &minutes)) return false;
  }
  if (hours > 18 || minutes > 59) return false;
  *seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

/// Whether the text ends in a zone: Z, +HHMM or +HH:MM with something before it.
bool ends_in_zone(std::string_view text) {
  if (text.ends_with('Z') || text.ends_with('z')) return true;
  std::size_t i = text.size();
  const auto two_digits = [&] {
    if (i < 2 || !is_digit(text[i - 1]) || !is_digit(text[i - 2])) return false;
    i -= 2;
    return true;
  };
  if (!two_digits()) return false;
  if (i > 0 && text[i - 1] == ':') --i;
  if (!two_digits()) return false;
  return i > 1 && (text[i - 1] == '+' || text[i - 1] == '-');
}

std::optional<std::int64_t> from_millis(std::int64_t millis) {
  std::int64_t us = 0;
  if (__builtin_mul_overflow(millis, 1000, &us)) return std::nullopt;
  return us;
}

constexpr std::array<std::string_view, 12> kMonths{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kDays{"monday", "tuesday",  "wednesday", "thursday",
                                                "friday", "saturday", "sunday"};

/// The index of the name that stands at the cursor, whole or its first three letters; -1: none.
template <std::size_t N>
int take_name(Cursor* c, const std::array<std::string_view, N>& names) {
  const std::string_view rest = c->rest();
  const auto stands = [&](std::string_view name) {
    if (rest.size() < name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
      if ((rest[i] | 0x20) != name[i]) return false;
    }
    c->skip(name.size());
    return true;
  };
  for (std::size_t i = 0; i < N; ++i) {
    if (stands(names[i]) || stands(names[i].substr(0, 3))) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

std::optional<std::int32_t> read_hive_date(std::string_view text) {
  text = trim(text);
  text = text.substr(0, text.find(' '));
  Cursor c(text);
  Fields f;
  if (!take_date(&c, &f) || !c.at_end()) return std::nullopt;
  const std::int64_t days = days_of(f);
  constexpr std::int64_t kLimit = std::numeric_limits<std::int32_t>::max() - 1;
  if (days > kLimit || days < -kLimit) return std::nullopt;
  return static_cast<std::int32_t>(days);
}

std::optional<std::int64_t> read_hive_timestamp(std::string_view text) {
  text = trim(text);
  Cursor c(text);
  Fields f;
  if (!take_date(&c, &f)) return std::nullopt;
  if (c.at_end()) return micros_of(f, 0);
  const bool iso = c.peek() == 'T' || c.peek() == 't';
  if (!iso && c.peek() != ' ') return std::nullopt;
  c.skip(1);
  if (!take_time(&c, !iso, &f) || !c.at_end()) return std::nullopt;
  return micros_of(f, 0);
}

std::optional<std::int64_t> read_zoned_timestamp(std::string_view text) {
  Cursor c(text);
  Fields f;
  std::int64_t offset = 0;
  if (!take_date(&c, &f)) return std::nullopt;
  if (!c.take('T') && !c.take('t')) return std::nullopt;
  if (!take_time(&c, false, &f) || !take_offset(&c, &offset) || !c.at_end()) return std::nullopt;
  return micros_of(f, offset);
}

std::optional<std::int64_t> read_openx_timestamp(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && colon > 0) {
    if (ends_in_zone(text)) {
      if (const auto us = read_zoned_timestamp(text)) return us;
    }
    return read_hive_timestamp(text);
  }
  if (text.find_first_not_of("-+.0123456789") != std::string_view::npos) return std::nullopt;
  if (text.find('.') != std::string_view::npos) {
    if (const auto micros = read_decimal(text, 38, 6)) {
      // Cut at the millisecond, towards zero.
      const __int128 millis = *micros / 1000;
      if (millis > std::numeric_limits<std::int64_t>::max() / 1000 ||
          millis < std::numeric_limits<std::int64_t>::min() / 1000) {
        return std::nullopt;
      }
      return from_millis(static_cast<std::int64_t>(millis));
    }
    return std::nullopt;
  }
  const auto number = read_long(text);
  if (!number) return std::nullopt;
  constexpr std::size_t kMillisLength = 13;
  if (text.size() >= kMillisLength) return from_millis(*number);
  return *number * kMicrosPerSecond;
}

Result<TimePattern> TimePattern::parse(std::string_view pattern) {
  TimePattern out;
  if (pattern.size() == 6 && (pattern[0] | 0x20) == 'm' && pattern.substr(1) == "illis") {
    out.millis_ = true;
    return out;
  }
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorCode::kInvalidArgument, "the time pattern '" + std::string(pattern) + "' " +
                                                  why +
                                                  "; known are y M d H h a m s S Z X x z and "
                                                  "quoted text"};
  };
  const auto literal = [&](char c) {
    if (out.pieces_.empty() || out.pieces_.back().letter != '\0') {
      out.pieces_.push_back({'\0', 0, false, {}});
    }
    out.pieces_.back().literal.push_back(c);
  };
  for (std::size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        literal('\'');
        i += 2;
        continue;
      }
      for (++i;; ++i) {
        if (i >= pattern.size()) return refuse("has a quote that is not closed");
        if (pattern[i] != '\'') {
          literal(pattern[i]);
        } else if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
          literal(pattern[i++]);
        } else {
          break;
        }
      }
      ++i;
    } else if (is_letter(c)) {
      std::size_t count = 1;
      while (i + count < pattern.size() && pattern[i + count] == c) ++count;
      constexpr std::string_view kKnown = "yuMLdDHkhKamsSnAEzZXxOV";
      if (kKnown.find(c) == std::string_view::npos) {
        return refuse(std::string("has the letter ") + c);
      }
      out.pieces_.push_back({c, static_cast<int>(count), false, {}});
      i += count;
    } else if (c == '[' || c == ']') {
      return refuse("has optional parts");
    } else {
      literal(c);
      ++i;
    }
  }
  constexpr std::string_view kNumbers = "yuMLdDHkhKmsSnA";
  const auto is_number = [&](const Piece& piece) {
    return piece.letter != '\0' && kNumbers.find(piece.letter) != std::string_view::npos &&
           !((piece.letter == 'M' || piece.letter == 'L') && piece.count >= 3);
  };
  for (std::size_t i = 0; i + 1 < out.pieces_.size(); ++i) {
    out.pieces_[i].bounded = is_number(out.pieces_[i]) && is_number(out.pieces_[i + 1]);
  }
  return out;
}

std::optional<std::int64_t> TimePattern::read(std::string_view text) const {
  text = trim(text);
  if (millis_) {
    const auto millis = read_text_long(text);
    return millis ? from_millis(*millis) : std::nullopt;
  }
  Cursor c(text);
  Fields f;
  std::int64_t offset = 0;
  std::int64_t day_of_year = 0;
  std::int64_t half = -1;  // hours behind midnight where an AM or PM was read
  bool twelve = false;
  for (const Piece& piece : pieces_) {
    const int most = piece.bounded ? piece.count : 9;
    const int least = piece.bounded ? piece.count : 1;
    bool read = false;
    switch (piece.letter) {
      case '\0':
        read = c.rest().starts_with(piece.literal);
        if (read) c.skip(piece.literal.size());
        break;
      case 'y':
      case 'u': {
        const bool negative = !piece.bounded && c.take('-');
        if (piece.count == 2) {
          read = c.take_number(2, 2, &f.year);
          f.year += 2000;
        } else {
          read = c.take_number(least, most, &f.year);
        }
        if (negative) f.year = -f.year;
        break;
      }
      case 'M':
      case 'L':
        if (piece.count >= 3) {
          const int month = take_name(&c, kMonths);
          read = month >= 0;
          f.month = month + 1;
        } else {
          read = c.take_number(least, most, &f.month) && f.month >= 1 && f.month <= 12;
        }
        break;
      case 'd': read = c.take_number(least, most, &f.day) && f.day >= 1 && f.day <= 31; break;
      case 'D': read = c.take_number(least, most, &day_of_year) && day_of_year >= 1; break;
      case 'H':
      case 'k':
        read = c.take_number(least, most, &f.hour) && f.hour <= 24;
        if (piece.letter == 'k' && f.hour == 24) f.hour = 0;
        read = read && f.hour < 24;
        break;
      case 'h':
      case 'K':
        read = c.take_number(least, most, &f.hour) && f.hour <= 12;
        if (f.hour == 12) f.hour = 0;
        twelve = true;
        break;
      case 'a': {
        const char first = static_cast<char>(c.peek() | 0x20);
        read =
            (first == 'a' || first == 'p') && c.rest().size() >= 2 && (c.rest()[1] | 0x20) == 'm';
        if (read) c.skip(2);
        half = first == 'p' ? 12 : 0;
        break;
      }
      case 'm': read = c.take_number(least, most, &f.minute) && f.minute < 60; break;
      case 's': read = c.take_number(least, most, &f.second) && f.second < 60; break;
      case 'S': read = c.take_fraction(1, &f.nanos); break;
      case 'n': read = c.take_number(1, 9, &f.nanos); break;
      case 'A': {
        std::int64_t millis = 0;
        read = c.take_number(1, 9, &millis) && millis < 86'400'000;
        f.second = millis / 1000;
        f.nanos = millis % 1000 * 1'000'000;
        break;
      }
      case 'E': read = take_name(&c, kDays) >= 0; break;
      default:  // zones
        if (c.rest().starts_with("UTC") || c.rest().starts_with("GMT")) {
          c.skip(3);
          read = true;
          if (c.peek() == '+' || c.peek() == '-') read = take_offset(&c, &offset);
        } else {
          read = take_offset(&c, &offset);
        }
        break;
    }
    if (!read) return std::nullopt;
  }
  if (!c.at_end()) return std::nullopt;
  if (twelve && half > 0) f.hour += half;
  if (day_of_year > 0) {
    f.month = 1;
    f.day = day_of_year;
  }
  return micros_of(f, offset);
}

}  // namespace clicklake
