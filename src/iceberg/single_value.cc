#include "iceberg/single_value.h"

#include <array>
#include <bit>
#include <limits>

namespace clicklake::iceberg {
namespace {

using Kind = PrimitiveType::Kind;

std::string little_endian(std::uint64_t bits, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(bits >> (8 * i));
  return out;
}

std::uint64_t from_little_endian(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return bits;
}

bool is_four_bytes(Kind kind) { return kind == Kind::kInt || kind == Kind::kDate; }

bool is_negative(std::string_view big_endian) {
  return !big_endian.empty() && (static_cast<unsigned char>(big_endian[0]) & 0x80) != 0;
}

Error wrong_length(std::string_view bytes, const PrimitiveType& type) {
  return Error{ErrorCode::kInvalidData, "a value of type " + to_string(type) + " has " +
                                            std::to_string(bytes.size()) + " bytes"};
}

}  // namespace

bool fits(const Value& value, const PrimitiveType& type) {
  if (is_null(value)) return true;
  const auto* number = std::get_if<std::int64_t>(&value);
  const auto* bytes = std::get_if<std::string>(&value);
  switch (type.kind) {
    case Kind::kBoolean: return std::holds_alternative<bool>(value);
    case Kind::kInt:
    case Kind::kDate:
      return number != nullptr && *number >= std::numeric_limits<std::int32_t>::min() &&
             *number <= std::numeric_limits<std::int32_t>::max();
    case Kind::kLong:
    case Kind::kTime:
    case Kind::kTimestamp:
    case Kind::kTimestampTz: return number != nullptr;
    case Kind::kFloat:
    case Kind::kDouble: return std::holds_alternative<double>(value);
    case Kind::kDecimal:
      return bytes != nullptr && !bytes->empty() &&
             bytes->size() <= decimal_length(type.precision) &&
             shorten_decimal(*bytes).size() == bytes->size();
    case Kind::kUuid: return bytes != nullptr && bytes->size() == 16;
    case Kind::kFixed:
      return bytes != nullptr && bytes->size() == static_cast<std::size_t>(type.length);
    case Kind::kString:
    case Kind::kBinary: return bytes != nullptr;
  }
  return false;
}

std::string encode_single_value(const Value& value, const PrimitiveType& type) {
  if (const auto* truth = std::get_if<bool>(&value)) return std::string(1, *truth ? '\1' : '\0');
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return little_endian(static_cast<std::uint64_t>(*number), is_four_bytes(type.kind) ? 4 : 8);
  }
  if (const auto* number = std::get_if<double>(&value)) {
    if (type.kind == Kind::kDouble) return little_endian(std::bit_cast<std::uint64_t>(*number), 8);
    return little_endian(std::bit_cast<std::uint32_t>(static_cast<float>(*number)), 4);
  }
  if (const auto* bytes = std::get_if<std::string>(&value)) return *bytes;
  return {};
}

Result<Value> decode_single_value(std::string_view bytes, const PrimitiveType& type) {
  const std::uint64_t bits = bytes.size() <= 8 ? from_little_endian(bytes) : 0;
  const bool is_four = bytes.size() == 4;
  const bool is_eight = bytes.size() == 8;
  switch (type.kind) {
    case Kind::kBoolean:
      if (bytes.size() != 1) return wrong_length(bytes, type);
      return Value(bits != 0);
    case Kind::kInt:
    case Kind::kDate:
    case Kind::kLong:
    case Kind::kTime:
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      if (is_four) return Value(std::int64_t{static_cast<std::int32_t>(bits)});
      if (!is_eight || is_four_bytes(type.kind)) return wrong_length(bytes, type);
      return Value(static_cast<std::int64_t>(bits));
    case Kind::kFloat:
    case Kind::kDouble:
      if (is_four) return Value(double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))});
      if (!is_eight || type.kind == Kind::kFloat) return wrong_length(bytes, type);
      return Value(std::bit_cast<double>(bits));
    case Kind::kDecimal: {
      const std::string_view shortest = shorten_decimal(bytes);
      if (shortest.empty() || shortest.size() > decimal_length(type.precision)) {
        return wrong_length(bytes, type);
      }
      return Value(std::string(shortest));
    }
    case Kind::kUuid:
    case Kind::kFixed:
      if (!fits(Value(std::string(bytes)), type)) return wrong_length(bytes, type);
      return Value(std::string(bytes));
    case Kind::kString:
    case Kind::kBinary: return Value(std::string(bytes));
  }
  return wrong_length(bytes, type);
}

bool less(const Value& a, const Value& b, const PrimitiveType& type) {
  if (type.kind != Kind::kDecimal) return a < b;
  const auto& x = std::get<std::string>(a);
  const auto& y = std::get<std::string>(b);
  if (is_negative(x) != is_negative(y)) return is_negative(x);
  // Shortest forms of one sign: more bytes are further from zero.
  if (x.size() != y.size()) return (x.size() < y.size()) != is_negative(x);
  return x < y;
}

std::string decimal_bytes(std::int64_t unscaled) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(unscaled) >> shift);
  }
  return std::string(shorten_decimal(bytes));
}

std::string widen_decimal(std::string_view bytes, std::size_t length) {
  std::string out(length - bytes.size(), is_negative(bytes) ? '\xFF' : '\0');
  out += bytes;
  return out;
}

std::string_view shorten_decimal(std::string_view bytes) {
  while (bytes.size() > 1) {
    const char sign = is_negative(bytes) ? '\xFF' : '\0';
    if (bytes[0] != sign || is_negative(bytes.substr(1)) != is_negative(bytes)) break;
    bytes.remove_prefix(1);
  }
  return bytes;
}

std::size_t decimal_length(int precision) {
  // Digits that n bytes of two's complement hold.
  constexpr std::array<int, 17> kDigits{0,  2,  4,  6,  9,  11, 14, 16, 18,
                                        21, 23, 26, 28, 31, 33, 35, 38};
  std::size_t length = 1;
  while (length < kDigits.size() - 1 && kDigits[length] < precision) ++length;
  return length;
}

}  // namespace clicklake::iceberg
