#include "format/parquet_thrift_reader.h"

#include <limits>

namespace clicklake {

bool ThriftReader::fail(std::string_view fault) {
  if (ok()) fault_ = fault;
  return false;
}

bool ThriftReader::enter() {
  if (!ok()) return false;
  if (depth_ == kMostDepth) return fail("structures are nested too deeply");
  ++depth_;
  return true;
}

std::uint8_t ThriftReader::byte() {
  if (!ok()) return 0;
  if (at_end()) {
    fail("the structure goes on behind its last byte");
    return 0;
  }
  return static_cast<std::uint8_t>(bytes_[at_++]);
}

std::uint64_t ThriftReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t next = byte();
    value |= static_cast<std::uint64_t>(next & 0x7FU) << shift;
    if (next < 0x80) return value;
  }
  fail("a number has more than 64 bits");
  return 0;
}

std::int64_t ThriftReader::zigzag() {
  const std::uint64_t value = varint();
  return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
}

std::size_t ThriftReader::length() {
  const std::size_t begin = at_;
  const std::uint64_t value = varint();
  if (!ok()) return 0;
  if (value > bytes_.size() - at_) {
    at_ = begin;
    fail("a length is greater than the bytes that are left");
    return 0;
  }
  return static_cast<std::size_t>(value);
}

std::optional<ThriftType> ThriftReader::next_field(int* id) {
  const std::size_t begin = at_;
  const std::uint8_t header = byte();
  const unsigned type = header & 0x0FU;
  if (!ok() || header == 0) return std::nullopt;
  const std::int64_t next = header >> 4U == 0 ? zigzag() : *id + (header >> 4U);
  if (!ok()) return std::nullopt;
  if (type == 0 || type > static_cast<unsigned>(ThriftType::kStruct) || next <= 0 ||
      next > std::numeric_limits<std::int16_t>::max()) {
    at_ = begin;
    fail("this is no field");
    return std::nullopt;
  }
  *id = static_cast<int>(next);
  return static_cast<ThriftType>(type);
}

ThriftList ThriftReader::begin_list(ThriftType type) {
  if (!ok()) return {};
  if (type != ThriftType::kList && type != ThriftType::kSet) {
    fail("expected a list");
    return {};
  }
  const std::size_t begin = at_;
  const std::uint8_t header = byte();
  const unsigned element = header & 0x0FU;
  const std::size_t size = header >> 4U == 15 ? length() : header >> 4U;
  if (!ok()) return {};
  if (element == 0 || element > static_cast<unsigned>(ThriftType::kStruct) ||
      size > bytes_.size() - at_) {
    at_ = begin;
    fail("this is no list, or a longer one than the bytes that are left");
    return {};
  }
  return {static_cast<ThriftType>(element), size};
}

bool ThriftReader::expect(ThriftType type, ThriftType wanted) {
  if (!ok()) return false;
  return type == wanted || fail("a field has another type than the format's");
}

std::int64_t ThriftReader::integer(ThriftType type) {
  switch (type) {
    case ThriftType::kByte: return static_cast<std::int8_t>(byte());
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64: return zigzag();
    default: fail("expected a whole number"); return 0;
  }
}

std::int32_t ThriftReader::integer32(ThriftType type) {
  const std::size_t begin = at_;
  const std::int64_t value = integer(type);
  if (value < std::numeric_limits<std::int32_t>::min() ||
      value > std::numeric_limits<std::int32_t>::max()) {
    at_ = begin;
    fail("a number has more than 32 bits");
    return 0;
  }
  return static_cast<std::int32_t>(value);
}

bool ThriftReader::boolean(ThriftType type) {
  if (type != ThriftType::kTrue && type != ThriftType::kFalse) fail("expected true or false");
  return type == ThriftType::kTrue;
}

std::string_view ThriftReader::binary(ThriftType type) {
  if (!expect(type, ThriftType::kBinary)) return {};
  const std::size_t size = length();
  if (!ok()) return {};
  const std::string_view value = bytes_.substr(at_, size);
  at_ += size;
  return value;
}

void ThriftReader::skip(ThriftType type) {
  switch (type) {
    case ThriftType::kTrue:
    case ThriftType::kFalse: return;
    case ThriftType::kByte: byte(); return;
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64: varint(); return;
    case ThriftType::kDouble:
      for (int i = 0; i < 8; ++i) byte();
      return;
    case ThriftType::kBinary: binary(type); return;
    case ThriftType::kStruct: structure([](int, ThriftType) { return false; }); return;
    case ThriftType::kList:
    case ThriftType::kSet:
    case ThriftType::kMap: break;
  }
  if (!enter()) return;
  const auto element = [&](ThriftType of) {
    // Inside of containers a boolean is a byte.
    if (of == ThriftType::kTrue || of == ThriftType::kFalse) {
      byte();
    } else {
      skip(of);
    }
  };
  if (type != ThriftType::kMap) {
    list(type, element);
  } else if (const std::size_t size = length(); size > 0) {
    const std::uint8_t types = byte();
    const unsigned key = types >> 4U;
    const unsigned value = types & 0x0FU;
    if (key == 0 || key > 12 || value == 0 || value > 12) fail("this is no map");
    for (std::size_t i = 0; i < size && ok(); ++i) {
      element(static_cast<ThriftType>(key));
      element(static_cast<ThriftType>(value));
    }
  }
  leave();
}

}  // namespace clicklake
