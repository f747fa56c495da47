#include "format/parquet_statistics.h"

#include <algorithm>
#include <cstring>

namespace clicklake {
namespace {

constexpr std::size_t kIcebergCharacters = 16;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// The longest prefix of whole characters within `bytes` bytes.
std::string_view prefix_of_bytes(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && continues_character(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

std::string_view prefix_of_characters(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size() && characters > 0; --characters) {
    ++at;
    while (at < text.size() && continues_character(text[at])) ++at;
  }
  return text.substr(0, at);
}

/// The character of well-formed UTF-8 after `character`; nothing behind the last one, or where it
/// is no UTF-8.
std::optional<std::string> next_character(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length != character.size() || (lead >= 0x80 && lead < 0xC2)) return std::nullopt;
  std::uint32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    code = code << 6 | (static_cast<unsigned char>(character[i]) & 0x3FU);
  ++code;
  if (code >= 0xD800 && code < 0xE000) code = 0xE000;
  if (code > 0x10FFFF) return std::nullopt;
  std::string next;
  if (code < 0x80) {
    next += static_cast<char>(code);
  } else if (code < 0x800) {
    next += static_cast<char>(0xC0 | code >> 6);
    next += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    next += static_cast<char>(0xE0 | code >> 12);
    next += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    next += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    next += static_cast<char>(0xF0 | code >> 18);
    next += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    next += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    next += static_cast<char>(0x80 | (code & 0x3F));
  }
  return next;
}

/// The least string above all that start with `prefix`, within its length.
std::optional<std::string> round_up(std::string_view prefix) {
  while (!prefix.empty()) {
    std::size_t last = prefix.size() - 1;
    while (last > 0 && continues_character(prefix[last])) --last;
    if (const auto next = next_character(prefix.substr(last)))
      return std::string(prefix.substr(0, last)) + *next;
    prefix = prefix.substr(0, last);
  }
  return std::nullopt;
}

/// The first 8 bytes as a number that compares as they do.
std::uint64_t leading_bytes(std::string_view text) {
  std::uint64_t bytes = 0;
  if (text.size() >= 8) {
    std::memcpy(&bytes, text.data(), 8);
  } else if (!text.empty()) {
    std::memcpy(&bytes, text.data(), text.size());
  }
  return __builtin_bswap64(bytes);
}

std::string little_endian(std::int64_t value, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    out[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return out;
}

/// Two's complement, most significant byte first, as short as the sign allows.
std::string shortest_big_endian(std::int64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
  std::size_t skip = 0;
  while (skip < 7) {
    const char first = out[skip];
    const bool next_is_negative = (out[skip + 1] & 0x80) != 0;
    if (!(first == 0 && !next_is_negative) && !(first == -1 && next_is_negative)) break;
    ++skip;
  }
  return out.substr(skip);
}

std::string iceberg_bytes(ColumnType type, std::int64_t value) {
  switch (type) {
    case ColumnType::kBoolean: return little_endian(value, 1);
    case ColumnType::kInt:
    case ColumnType::kDate: return little_endian(value, 4);
    case ColumnType::kDecimal18_4: return shortest_big_endian(value);
    default: return little_endian(value, 8);
  }
}

template <typename T>
Bounds numeric_bounds(std::span<const T> values) {
  T min = values[0];
  T max = values[0];
  for (const T value : values) {
    min = std::min(min, value);
    max = std::max(max, value);
  }
  Bounds bounds;
  bounds.kind = Bounds::Kind::kLong;
  bounds.min_long = min;
  bounds.max_long = max;
  return bounds;
}

}  // namespace

Bounds bounds_of(std::span<const std::int64_t> values) { return numeric_bounds(values); }
Bounds bounds_of(std::span<const std::int32_t> values) { return numeric_bounds(values); }

Bounds bounds_of(std::span<const std::string_view> values) {
  std::string_view min = values[0];
  std::string_view max = values[0];
  std::uint64_t min_bytes = leading_bytes(min);
  std::uint64_t max_bytes = min_bytes;
  for (const std::string_view value : values) {
    const std::uint64_t bytes = leading_bytes(value);
    if (bytes <= min_bytes && (bytes < min_bytes || value < min)) {
      min = value;
      min_bytes = bytes;
    }
    if (bytes >= max_bytes && (bytes > max_bytes || value > max)) {
      max = value;
      max_bytes = bytes;
    }
  }
  Bounds bounds;
  bounds.kind = Bounds::Kind::kString;
  bounds.min_string = prefix_of_bytes(min, kMostBoundBytes);
  bounds.min_is_exact = bounds.min_string.size() == min.size();
  const std::string_view prefix = prefix_of_bytes(max, kMostBoundBytes);
  bounds.max_is_exact = prefix.size() == max.size();
  bounds.max_string = bounds.max_is_exact ? std::string(prefix) : round_up(prefix);
  return bounds;
}

void merge(Bounds& bounds, const Bounds& more) {
  if (more.kind == Bounds::Kind::kNone) return;
  if (bounds.kind == Bounds::Kind::kNone) {
    bounds = more;
    return;
  }
  if (bounds.kind == Bounds::Kind::kLong) {
    bounds.min_long = std::min(bounds.min_long, more.min_long);
    bounds.max_long = std::max(bounds.max_long, more.max_long);
    return;
  }
  if (more.min_string < bounds.min_string) {
    bounds.min_string = more.min_string;
    bounds.min_is_exact = more.min_is_exact;
  }
  if (!bounds.max_string || !more.max_string) {
    bounds.max_string.reset();
  } else if (*more.max_string > *bounds.max_string) {
    bounds.max_string = more.max_string;
    bounds.max_is_exact = more.max_is_exact;
  }
}

std::string parquet_bound(ColumnType type, std::int64_t value) {
  switch (type) {
    case ColumnType::kBoolean: return little_endian(value, 1);
    case ColumnType::kInt:
    case ColumnType::kDate: return little_endian(value, 4);
    default: return little_endian(value, 8);
  }
}

std::optional<std::string> iceberg_lower(ColumnType type, const Bounds& bounds) {
  if (bounds.kind == Bounds::Kind::kNone) return std::nullopt;
  if (bounds.kind == Bounds::Kind::kLong) return iceberg_bytes(type, bounds.min_long);
  return std::string(prefix_of_characters(bounds.min_string, kIcebergCharacters));
}

std::optional<std::string> iceberg_upper(ColumnType type, const Bounds& bounds) {
  if (bounds.kind == Bounds::Kind::kNone) return std::nullopt;
  if (bounds.kind == Bounds::Kind::kLong) return iceberg_bytes(type, bounds.max_long);
  if (!bounds.max_string) return std::nullopt;
  const std::string_view prefix = prefix_of_characters(*bounds.max_string, kIcebergCharacters);
  if (prefix.size() == bounds.max_string->size()) return bounds.max_string;
  return round_up(prefix);
}

}  // namespace clicklake
