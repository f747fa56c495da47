#include "events/ip_address.h"

#include <algorithm>

namespace clicklake::events {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<IpAddress> parse_v4(std::string_view text) {
  if (text.size() > 15) return std::nullopt;
  IpAddress out{.size = 4};
  std::size_t part = 0;
  int value = -1;
  for (const char c : text) {
    if (c == '.') {
      if (value < 0 || part == 3) return std::nullopt;
      out.bytes[part++] = static_cast<std::uint8_t>(value);
      value = -1;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    value = std::max(value, 0) * 10 + (c - '0');
    if (value > 255) return std::nullopt;
  }
  if (value < 0 || part != 3) return std::nullopt;
  out.bytes[3] = static_cast<std::uint8_t>(value);
  return out;
}

std::optional<IpAddress> parse_v6(std::string_view text) {
  IpAddress out{.size = 16};
  std::size_t size = 0;
  std::size_t gap = 17;  // where the bytes that "::" leaves out belong
  std::size_t i = 0;
  if (text.starts_with(':')) {
    if (!text.starts_with("::")) return std::nullopt;
    i = 1;
  }
  bool has_digit = false;
  std::uint32_t value = 0;
  const auto put = [&] {
    if (size + 2 > 16) return false;
    out.bytes[size++] = static_cast<std::uint8_t>(value >> 8);
    out.bytes[size++] = static_cast<std::uint8_t>(value & 0xFF);
    return true;
  };
  for (; i < text.size(); ++i) {
    if (text[i] == ':') {
      if (!has_digit) {
        if (gap != 17) return std::nullopt;
        gap = size;
        continue;
      }
      if (i + 1 == text.size() || !put()) return std::nullopt;
      has_digit = false;
      value = 0;
      continue;
    }
    const int digit = hex_value(text[i]);
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
    if (value > 0xFFFF) return std::nullopt;
    has_digit = true;
  }
  if (has_digit && !put()) return std::nullopt;
  if (gap != 17) {
    if (size == 16) return std::nullopt;
    std::rotate(out.bytes.begin() + static_cast<std::ptrdiff_t>(gap),
                out.bytes.begin() + static_cast<std::ptrdiff_t>(size), out.bytes.end());
    size = 16;
  }
  if (size != 16) return std::nullopt;
  const bool is_mapped =
      std::all_of(out.bytes.begin(), out.bytes.begin() + 10, [](auto b) { return b == 0; }) &&
      out.bytes[10] == 0xFF && out.bytes[11] == 0xFF;
  if (!is_mapped) return out;
  IpAddress v4{.size = 4};
  std::copy(out.bytes.begin() + 12, out.bytes.end(), v4.bytes.begin());
  return v4;
}

}  // namespace

IpAddress IpAddress::masked(int bits) const {
  IpAddress out = *this;
  for (int i = 0; i < 16; ++i) {
    const int kept = std::clamp(bits - i * 8, 0, 8);
    out.bytes[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xFF00U >> kept);
  }
  return out;
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (text.size() < 2 || (hex_value(text[0]) < 0 && text[0] != ':')) return std::nullopt;
  for (const char c : text.substr(1, 4)) {  // a group has four digits, a part three
    if (c == '.') return parse_v4(text);
    if (c == ':') return parse_v6(text);
    if (hex_value(c) < 0) return std::nullopt;
  }
  return text.find(':') != std::string_view::npos ? parse_v6(text) : parse_v4(text);
}

}  // namespace clicklake::events
