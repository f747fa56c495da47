#include "scan/cell_reader.h"

#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "scan/number_text.h"

namespace clicklake {
namespace {

bool is_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != lower[i]) return false;
  }
  return true;
}

template <typename T>
CellOutcome put(T value, ColumnVector* out, std::size_t row) {
  if (out != nullptr) std::memcpy(out->values<T>() + row, &value, sizeof value);
  return CellOutcome::kValue;
}

template <typename T>
bool fits(std::int64_t value) {
  return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
}

/// The first `count` characters of UTF-8.
std::string_view first_characters(std::string_view text, std::size_t count) {
  if (text.size() <= count) return text;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80) continue;
    if (count == 0) break;
    --count;
  }
  return text.substr(0, i);
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

/// RFC 4648, with or without its padding.
bool decode_base64(std::string_view text, std::string* out) {
  out->clear();
  std::size_t size = text.size();
  if (size % 4 == 0) {
    for (int i = 0; i < 2 && size > 0 && text[size - 1] == '='; ++i) --size;
  }
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text.substr(0, size)) {
    const int v = base64_value(c);
    if (v < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(v);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out->push_back(static_cast<char>(bits >> held & 0xFFU));
    }
  }
  return held < 6;
}

}  // namespace

CellReader::CellReader(const TextFormat& format) : serde_(format.serde) {
  for (const std::string& pattern : format.timestamp_formats) {
    // TextFormat::of has refused the ones that can't be read.
    if (auto parsed = TimePattern::parse(pattern)) patterns_.push_back(std::move(*parsed));
  }
}

bool CellReader::can_fault(HiveKind kind) const {
  switch (kind) {
    case HiveKind::kString:
    case HiveKind::kChar:
    case HiveKind::kVarchar: return false;
    case HiveKind::kBinary: return serde_ == SerDe::kOpenxJson;
    case HiveKind::kBoolean: return serde_ == SerDe::kOpenCsv;
    default: return unreadable() == CellOutcome::kFault;
  }
}

CellOutcome CellReader::read_integer(HiveKind kind, std::string_view text, bool quoted,
                                     ColumnVector* out, std::size_t row) const {
  std::optional<std::int64_t> value;
  switch (serde_) {
    case SerDe::kOpenxJson: value = read_any_long(text); break;
    case SerDe::kHiveJson:
      // Numbers only; a fraction is cut.
      if (!quoted && !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'))) {
        value =
            text.find_first_of("xX") == std::string_view::npos ? read_any_long(text) : std::nullopt;
      }
      break;
    case SerDe::kOpenCsv: value = read_long(text); break;
    case SerDe::kLazySimple: value = read_text_long(text); break;
  }
  if (!value) return unreadable();
  switch (kind) {
    case HiveKind::kTinyint:
      return fits<std::int8_t>(*value) ? put(static_cast<std::int8_t>(*value), out, row)
                                       : unreadable();
    case HiveKind::kSmallint:
      return fits<std::int16_t>(*value) ? put(static_cast<std::int16_t>(*value), out, row)
                                        : unreadable();
    case HiveKind::kInt:
      return fits<std::int32_t>(*value) ? put(static_cast<std::int32_t>(*value), out, row)
                                        : unreadable();
    default: return put(*value, out, row);
  }
}

CellOutcome CellReader::read_timestamp(std::string_view text, ColumnVector* out, std::size_t row) {
  std::optional<std::int64_t> us;
  if (serde_ == SerDe::kOpenCsv) {
    us = read_long(text);
    if (us && __builtin_mul_overflow(*us, 1000, &*us)) us.reset();
  } else {
    for (const TimePattern& pattern : patterns_) {
      us = pattern.read(text);
      if (us) break;
    }
    if (!us && serde_ != SerDe::kLazySimple && text.size() == 24 && text[10] == 'T' &&
        text[23] == 'Z') {
      if (std::int64_t usual = 0; timestamps_.parse(text, &usual)) us = usual;
    }
    if (!us) {
      switch (serde_) {
        case SerDe::kOpenxJson: us = read_openx_timestamp(text); break;
        case SerDe::kHiveJson:
          us = read_hive_timestamp(text);
          if (!us) us = read_zoned_timestamp(text);
          break;
        default:
          if (text.size() >= 8) us = read_hive_timestamp(text);
          break;
      }
    }
  }
  if (!us) return unreadable();
  return put(*us, out, row);
}

CellOutcome CellReader::read_text(const HiveType& type, std::string_view text, bool quoted,
                                  ColumnVector* out, std::size_t row) const {
  if (out == nullptr) return CellOutcome::kValue;
  std::optional<std::string> canonical;
  if (serde_ == SerDe::kOpenxJson && !quoted) {
    canonical = canonical_literal(text);
    if (canonical) text = *canonical;
  }
  if (type.kind != HiveKind::kString) {
    text = first_characters(text, static_cast<std::size_t>(type.precision));
    if (type.kind == HiveKind::kChar) {
      while (text.ends_with(' ')) text.remove_suffix(1);
    }
  }
  out->put_text(row, text);
  return CellOutcome::kValue;
}

CellOutcome CellReader::read_binary(std::string_view text, bool quoted, ColumnVector* out,
                                    std::size_t row) {
  switch (serde_) {
    case SerDe::kOpenxJson:
      if (!quoted || !decode_base64(text, &bytes_)) return CellOutcome::kFault;
      text = bytes_;
      break;
    case SerDe::kLazySimple:
      if (decode_base64(text, &bytes_)) text = bytes_;
      break;
    default: break;
  }
  if (out != nullptr) out->put_text(row, text);
  return CellOutcome::kValue;
}

CellOutcome CellReader::read(const HiveType& type, std::string_view text, bool quoted,
                             ColumnVector* out, std::size_t row) {
  switch (type.kind) {
    case HiveKind::kString:
      if (out != nullptr && quoted) {
        out->put_text(row, text);
        return CellOutcome::kValue;
      }
      return read_text(type, text, quoted, out, row);
    case HiveKind::kChar:
    case HiveKind::kVarchar: return read_text(type, text, quoted, out, row);
    case HiveKind::kTimestamp: return read_timestamp(text, out, row);
    case HiveKind::kBoolean: {
      const bool truth = is_word(text, "true");
      if (!truth && serde_ != SerDe::kOpenxJson && serde_ != SerDe::kHiveJson &&
          !is_word(text, "false")) {
        return unreadable();
      }
      return put(static_cast<std::uint8_t>(truth ? 1 : 0), out, row);
    }
    case HiveKind::kTinyint:
    case HiveKind::kSmallint:
    case HiveKind::kInt:
    case HiveKind::kBigint: return read_integer(type.kind, text, quoted, out, row);
    case HiveKind::kFloat: {
      const auto value = serde_ == SerDe::kHiveJson && quoted ? std::nullopt : read_float(text);
      return value ? put(*value, out, row) : unreadable();
    }
    case HiveKind::kDouble: {
      const auto value = serde_ == SerDe::kHiveJson && quoted ? std::nullopt : read_double(text);
      return value ? put(*value, out, row) : unreadable();
    }
    case HiveKind::kDecimal: {
      const auto value = read_decimal(text, type.precision, type.scale);
      if (!value) return unreadable();
      if (type.precision <= 4) return put(static_cast<std::int16_t>(*value), out, row);
      if (type.precision <= 9) return put(static_cast<std::int32_t>(*value), out, row);
      if (type.precision <= 18) return put(static_cast<std::int64_t>(*value), out, row);
      return put(*value, out, row);
    }
    case HiveKind::kDate: {
      std::optional<std::int32_t> days;
      if (serde_ != SerDe::kOpenCsv) days = read_hive_date(text);
      if (!days && (serde_ == SerDe::kOpenCsv || serde_ == SerDe::kOpenxJson)) {
        const auto number = serde_ == SerDe::kOpenCsv ? read_long(text) : read_radix_long(text);
        if (number && fits<std::int32_t>(*number)) days = static_cast<std::int32_t>(*number);
      }
      return days ? put(*days, out, row) : unreadable();
    }
    case HiveKind::kBinary: return read_binary(text, quoted, out, row);
    case HiveKind::kArray:
    case HiveKind::kMap:
    case HiveKind::kStruct: break;
  }
  return CellOutcome::kFault;
}

}  // namespace clicklake
