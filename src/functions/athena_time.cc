#include "functions/athena_time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>

namespace clicklake {

namespace {

constexpr std::int64_t kMillisADay = 86'400'000;
constexpr int kPivotYear = 2020;  ///< %y is a year from 1970 to 2069
constexpr int kDefaultYear = 2000;

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};

using Days = std::int64_t;  ///< since 1970

Days days_of(int year, int month, int day) {
  return std::chrono::sys_days(std::chrono::year(year) / month / day).time_since_epoch().count();
}

std::chrono::year_month_day date_of(Days days) {
  return std::chrono::sys_days(std::chrono::days(days));
}

/// 1: Monday.
int weekday_of(Days days) { return static_cast<int>((((days + 3) % 7) + 7) % 7) + 1; }

/// Monday of the first ISO week of `year`, the one with January 4.
Days first_week(int year) {
  const Days fourth = days_of(year, 1, 4);
  return fourth - weekday_of(fourth) + 1;
}

int year_of_week(Days days) {
  const int year = static_cast<int>(date_of(days).year());
  if (days >= first_week(year + 1)) return year + 1;
  return days < first_week(year) ? year - 1 : year;
}

int length_of_month(int year, int month) {
  const auto last = std::chrono::year(year) / month / std::chrono::last;
  return static_cast<int>(static_cast<unsigned>(std::chrono::year_month_day(last).day()));
}

/// What a text says; nothing: it does not.
struct Fields {
  std::optional<int> year;
  std::optional<int> week_year;
  std::optional<int> month;
  std::optional<int> day_of_year;
  std::optional<int> day;
  std::optional<int> week;
  std::optional<int> weekday;
  std::optional<int> half;  ///< 1: PM
  std::optional<int> hour;
  std::optional<int> half_hour;  ///< 1 to 12
  std::optional<int> minute;
  std::optional<int> second;
  std::optional<int> milli;
};

bool outside(const std::optional<int>& value, int min, int max) {
  return value && (*value < min || *value > max);
}

/// Nothing where there is no such time.
std::optional<std::int64_t> millis_of(const Fields& fields) {
  if (outside(fields.month, 1, 12) || outside(fields.weekday, 1, 7) ||
      outside(fields.hour, 0, 23) || outside(fields.half_hour, 1, 12) ||
      outside(fields.minute, 0, 59) || outside(fields.second, 0, 59)) {
    return std::nullopt;
  }
  Days days = 0;
  if (fields.week_year || fields.week) {
    const int year = fields.week_year.value_or(1970);
    const auto weeks = (first_week(year + 1) - first_week(year)) / 7;
    if (outside(fields.week, 1, static_cast<int>(weeks))) return std::nullopt;
    // The day that Joda-Time is left with: the week's first where nothing smaller is said, else
    // that of 1970-01-01, a Thursday.
    const bool time = fields.half || fields.hour || fields.half_hour || fields.minute ||
                      fields.second || fields.milli;
    days = first_week(year) + Days{7} * (fields.week.value_or(1) - 1) + (time ? 3 : 0);
  } else {
    const bool part_of_date = fields.month || fields.day || fields.day_of_year || fields.weekday;
    const int year = fields.year.value_or(part_of_date ? kDefaultYear : 1970);
    int month = fields.month.value_or(1);
    days = days_of(year, month, 1);
    if (fields.day_of_year) {
      const int length = days_of(year + 1, 1, 1) - days_of(year, 1, 1) == 366 ? 366 : 365;
      if (outside(fields.day_of_year, 1, length)) return std::nullopt;
      days = days_of(year, 1, 1) + *fields.day_of_year - 1;
      month = static_cast<int>(static_cast<unsigned>(date_of(days).month()));
    }
    if (fields.day) {
      if (outside(fields.day, 1, length_of_month(year, month))) return std::nullopt;
      days = days_of(year, month, *fields.day);
    }
  }
  if (fields.weekday) days += *fields.weekday - weekday_of(days);
  int hour = fields.half.value_or(0) * 12;
  if (fields.hour) hour = *fields.hour;
  if (fields.half_hour) hour = hour / 12 * 12 + *fields.half_hour % 12;
  return days * kMillisADay + std::int64_t{hour} * 3'600'000 + fields.minute.value_or(0) * 60'000 +
         fields.second.value_or(0) * 1000 + fields.milli.value_or(0);
}

class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  bool at_digit() const { return !at_end() && text_[at_] >= '0' && text_[at_] <= '9'; }

  bool take(std::string_view literal) {
    if (text_.substr(at_, literal.size()) != literal) return false;
    at_ += literal.size();
    return true;
  }

  bool take_one_of(std::string_view set, char* out) {
    if (at_end() || set.find(text_[at_]) == std::string_view::npos) return false;
    *out = text_[at_++];
    return true;
  }

  /// One to `most` digits, at least `least`.
  bool number(int least, int most, std::optional<int>* out, int* count = nullptr) {
    int value = 0;
    int digits = 0;
    while (digits < most && at_digit()) {
      value = value * 10 + (text_[at_++] - '0');
      ++digits;
    }
    if (count != nullptr) *count = digits;
    if (digits < least) return false;
    *out = value;
    return true;
  }

  bool signed_number(int most, std::optional<int>* out) {
    const bool negative = take("-");
    if (!negative) take("+");
    if (!number(1, most, out)) return false;
    if (negative) *out = -**out;
    return true;
  }

  /// Digits behind a point, as thousandths.
  bool fraction(std::optional<int>* out) {
    std::optional<int> value;
    int digits = 0;
    if (!number(1, 9, &value, &digits)) return false;
    for (; digits < 3; ++digits) *value *= 10;
    for (; digits > 3; --digits) *value /= 10;
    *out = value;
    return true;
  }

  /// One of `names`, whole or their first three letters, in lower, upper or title case.
  template <std::size_t N>
  bool name(const std::array<std::string_view, N>& names, std::optional<int>* out) {
    std::size_t best = 0;
    for (std::size_t i = 0; i < N; ++i) {
      for (const std::string_view form : {names[i], names[i].substr(0, 3)}) {
        if (form.size() > best && is_form_of(text_.substr(at_, form.size()), form)) {
          best = form.size();
          *out = static_cast<int>(i) + 1;
        }
      }
    }
    at_ += best;
    return best > 0;
  }

 private:
  static bool is_form_of(std::string_view text, std::string_view title) {
    const auto equals = [&](auto change) {
      return std::equal(text.begin(), text.end(), title.begin(), title.end(),
                        [&](char a, char b) { return a == change(b); });
    };
    return equals([](char c) { return c; }) ||
           equals([](char c) { return static_cast<char>(c | 0x20); }) ||
           equals([](char c) { return static_cast<char>(c & ~0x20); });
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool read_two_digit_year(TextReader& reader, Fields* fields) {
  std::optional<int> year;
  if (!reader.number(2, 2, &year)) return false;
  constexpr int kLow = kPivotYear - 50;
  fields->year = *year + kLow + (*year < kLow % 100 ? 100 : 0) - kLow % 100;
  return true;
}

bool read_half(TextReader& reader, Fields* fields) {
  for (const std::string_view name : {"AM", "am", "PM", "pm"}) {
    if (reader.take(name)) {
      fields->half = name == "PM" || name == "pm" ? 1 : 0;
      return true;
    }
  }
  return false;
}

bool read_part(TextReader& reader, char specifier, Fields* fields) {
  switch (specifier) {
    case 'a':
    case 'W': return reader.name(kWeekdays, &fields->weekday);
    case 'b':
    case 'M': return reader.name(kMonths, &fields->month);
    case 'c':
    case 'm': return reader.number(1, 2, &fields->month);
    case 'd':
    case 'e': return reader.number(1, 2, &fields->day);
    case 'f': return reader.fraction(&fields->milli);
    case 'H':
    case 'k': return reader.number(1, 2, &fields->hour);
    case 'I':
    case 'l': return reader.number(1, 2, &fields->half_hour);
    case 'i': return reader.number(1, 2, &fields->minute);
    case 'j': return reader.number(1, 3, &fields->day_of_year);
    case 'p': return read_half(reader, fields);
    case 'S': return reader.number(1, 2, &fields->second);
    case 'v': return reader.number(1, 2, &fields->week);
    case 'x': return reader.signed_number(4, &fields->week_year);
    case 'Y': return reader.signed_number(4, &fields->year);
    default: return read_two_digit_year(reader, fields);
  }
}

std::string padded(int value, int width) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%0*d", width, value);
  return buffer.data();
}

/// Date and time of a moment, for printing.
struct Moment {
  Days days;
  std::chrono::year_month_day date;
  int hour;
  int minute;
  int second;
  int milli;

  int year() const { return static_cast<int>(date.year()); }
  int month() const { return static_cast<int>(static_cast<unsigned>(date.month())); }
  int day() const { return static_cast<int>(static_cast<unsigned>(date.day())); }
};

std::string print_part(const Moment& at, char specifier) {
  const int half_hour = at.hour % 12 == 0 ? 12 : at.hour % 12;
  switch (specifier) {
    case 'a': return std::string(kWeekdays[weekday_of(at.days) - 1].substr(0, 3));
    case 'W': return std::string(kWeekdays[weekday_of(at.days) - 1]);
    case 'b': return std::string(kMonths[at.month() - 1].substr(0, 3));
    case 'M': return std::string(kMonths[at.month() - 1]);
    case 'c': return padded(at.month(), 1);
    case 'm': return padded(at.month(), 2);
    case 'd': return padded(at.day(), 2);
    case 'e': return padded(at.day(), 1);
    case 'f': return padded(at.milli, 3) + "000";
    case 'H': return padded(at.hour, 2);
    case 'k': return padded(at.hour, 1);
    case 'I': return padded(half_hour, 2);
    case 'l': return padded(half_hour, 1);
    case 'i': return padded(at.minute, 2);
    case 'j': return padded(static_cast<int>(at.days - days_of(at.year(), 1, 1)) + 1, 3);
    case 'p': return at.hour < 12 ? "AM" : "PM";
    case 'S': return padded(at.second, 2);
    case 'v':
      return padded(static_cast<int>((at.days - first_week(year_of_week(at.days))) / 7) + 1, 2);
    case 'x': return padded(year_of_week(at.days), 4);
    case 'Y': return padded(at.year(), 4);
    default: return padded(((at.year() % 100) + 100) % 100, 2);
  }
}

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

bool read_iso_date(TextReader& reader, Fields* fields) {
  std::optional<int> year;
  if (!reader.signed_number(9, &year)) return false;
  if (outside(year, -9999, 9999)) return false;
  if (!reader.take("-")) {
    fields->year = year;
    return true;
  }
  if (reader.take("W")) {
    fields->week_year = year;
    if (!reader.number(1, 2, &fields->week)) return false;
    return !reader.take("-") || reader.number(1, 1, &fields->weekday);
  }
  fields->year = year;
  int digits = 0;
  std::optional<int> number;
  if (!reader.number(1, 3, &number, &digits)) return false;
  if (digits == 3) {
    fields->day_of_year = number;
    return true;
  }
  fields->month = number;
  return !reader.take("-") || reader.number(1, 2, &fields->day);
}

/// The fraction of an hour, minute or second of `unit` milliseconds.
bool read_iso_fraction(TextReader& reader, int unit, std::int64_t* millis) {
  char point = 0;
  if (!reader.take_one_of(".,", &point)) return true;
  std::optional<int> value;
  int digits = 0;
  if (!reader.number(1, 9, &value, &digits)) return false;
  std::int64_t scale = 1;
  for (; digits > 0; --digits) scale *= 10;
  *millis += std::int64_t{*value} * unit / scale;
  return true;
}

bool read_iso_time(TextReader& reader, std::int64_t* millis) {
  std::optional<int> hour;
  std::optional<int> minute;
  std::optional<int> second;
  if (!reader.number(1, 2, &hour) || *hour > 23) return false;
  *millis = std::int64_t{*hour} * 3'600'000;
  if (!reader.take(":")) return read_iso_fraction(reader, 3'600'000, millis);
  if (!reader.number(1, 2, &minute) || *minute > 59) return false;
  *millis += std::int64_t{*minute} * 60'000;
  if (!reader.take(":")) return read_iso_fraction(reader, 60'000, millis);
  if (!reader.number(1, 2, &second) || *second > 59) return false;
  *millis += std::int64_t{*second} * 1000;
  return read_iso_fraction(reader, 1000, millis);
}

/// "", "+00:00", "+05:30".
bool read_iso_offset(TextReader& reader, std::string* out) {
  if (reader.take("Z")) {
    *out = "+00:00";
    return true;
  }
  char sign = 0;
  if (!reader.take_one_of("+-", &sign)) return true;
  std::optional<int> hours;
  std::optional<int> minutes = 0;
  if (!reader.number(2, 2, &hours) || *hours > 23) return false;
  if (reader.take(":")) {
    if (!reader.number(2, 2, &minutes)) return false;
  } else if (!reader.at_end() && !reader.number(2, 2, &minutes)) {
    return false;
  }
  if (*minutes > 59) return false;
  *out = sign + padded(*hours, 2) + ":" + padded(*minutes, 2);
  return true;
}

Error invalid_text(std::string_view text, const char* kind) {
  return Error{ErrorCode::kInvalidArgument,
               "Invalid format: \"" + std::string(text) + "\" is not " + kind};
}

}  // namespace

Result<DateFormat> parse_date_format(std::string_view format) {
  DateFormat out;
  const auto add_text = [&](std::string_view text) {
    if (out.parts.empty() || out.parts.back().specifier != 0) out.parts.emplace_back();
    out.parts.back().text += text;
  };
  const auto add = [&](char specifier) { out.parts.push_back({.specifier = specifier}); };
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      add_text(format.substr(i, 1));
      continue;
    }
    if (++i == format.size()) break;
    const char c = format[i];
    if (std::string_view("DUuVwX").find(c) != std::string_view::npos) {
      return Error{ErrorCode::kInvalidArgument,
                   std::string("%") + c + " not supported in date format string"};
    }
    if (c == 'T' || c == 'r') {
      add(c == 'T' ? 'H' : 'I');
      add_text(":");
      add('i');
      add_text(":");
      add('S');
      if (c == 'r') {
        add_text(" ");
        add('p');
      }
    } else if (c == 'h') {
      add('I');
    } else if (c == 's') {
      add('S');
    } else if (std::string_view("abcdefHIijklMmpSvxWYy").find(c) != std::string_view::npos) {
      add(c);
    } else {
      add_text(format.substr(i, 1));
    }
  }
  return out;
}

Result<std::int64_t> read_date(std::string_view text, const DateFormat& format) {
  Fields fields;
  TextReader reader(text);
  for (const DateFormat::Part& part : format.parts) {
    const bool read =
        part.specifier == 0 ? reader.take(part.text) : read_part(reader, part.specifier, &fields);
    if (!read) return invalid_text(text, "of the format");
  }
  if (!reader.at_end()) return invalid_text(text, "of the format: it goes on behind it");
  const bool weeks = fields.week_year || fields.week;
  if (weeks &&
      (fields.year || fields.month || fields.day || fields.day_of_year || !fields.week_year)) {
    return Error{ErrorCode::kInvalidArgument,
                 "date_parse reads %v only with %x and without %Y, %m, %d and %j"};
  }
  const auto millis = millis_of(fields);
  if (!millis) return invalid_text(text, "a date and time that there is");
  return *millis * 1000;
}

std::string print_date(std::int64_t micros, const DateFormat& format) {
  const std::int64_t millis = floor_div(micros + 500, 1000);
  const Days days = floor_div(millis, kMillisADay);
  const auto rest = static_cast<int>(millis - days * kMillisADay);
  const Moment at{.days = days,
                  .date = date_of(days),
                  .hour = rest / 3'600'000,
                  .minute = rest / 60'000 % 60,
                  .second = rest / 1000 % 60,
                  .milli = rest % 1000};
  std::string out;
  for (const DateFormat::Part& part : format.parts)
    out += part.specifier == 0 ? part.text : print_part(at, part.specifier);
  return out;
}

Result<std::string> normal_iso8601(std::string_view text) {
  const char* const kind = "an ISO 8601 date or time";
  TextReader reader(text);
  Fields fields;
  std::int64_t millis = 0;
  std::string offset;
  bool read = true;
  if (reader.take("T")) {
    read = read_iso_time(reader, &millis) && read_iso_offset(reader, &offset);
  } else if (read_iso_date(reader, &fields)) {
    if (reader.take("T")) {
      if (reader.at_digit()) {
        fields.hour = 0;
        read = read_iso_time(reader, &millis);
      }
      read = read && read_iso_offset(reader, &offset);
    }
  } else {
    read = false;
  }
  const auto day = millis_of(fields);
  if (!read || !reader.at_end() || !day) return invalid_text(text, kind);
  constexpr std::int64_t kFirst = -62'135'596'800'000;  // 0001-01-01
  if (*day < kFirst) return invalid_text(text, "of the years 1 to 9999");
  static const DateFormat kFormat = *parse_date_format("%Y-%m-%d %H:%i:%S");
  return print_date((*day + millis) * 1000, kFormat) + "." +
         padded(static_cast<int>(millis % 1000), 3) + offset;
}

Result<std::int32_t> read_iso8601_date(std::string_view text) {
  TextReader reader(text);
  Fields fields;
  if (read_iso_date(reader, &fields) && reader.at_end()) {
    if (const auto millis = millis_of(fields))
      return static_cast<std::int32_t>(floor_div(*millis, kMillisADay));
  }
  return invalid_text(text, "an ISO 8601 date");
}

}  // namespace clicklake
