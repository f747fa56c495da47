#include "format/parquet_thrift.h"

namespace clicklake {
namespace {

constexpr std::uint8_t kTrue = 1;
constexpr std::uint8_t kFalse = 2;
constexpr std::uint8_t kI8 = 3;
constexpr std::uint8_t kI16 = 4;
constexpr std::uint8_t kI32 = 5;
constexpr std::uint8_t kI64 = 6;
constexpr std::uint8_t kBinary = 8;
constexpr std::uint8_t kList = 9;
constexpr std::uint8_t kStruct = 12;

}  // namespace

void ThriftWriter::clear() {
  bytes_.clear();
  outer_fields_.clear();
  last_field_ = 0;
}

void ThriftWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

void ThriftWriter::zigzag(std::int64_t value) {
  varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void ThriftWriter::header(int field, std::uint8_t type) {
  const int delta = field - last_field_;
  if (delta > 0 && delta <= 15) {
    bytes_.push_back(static_cast<char>(delta << 4 | type));
  } else {
    bytes_.push_back(static_cast<char>(type));
    zigzag(field);
  }
  last_field_ = field;
}

void ThriftWriter::boolean(int field, bool value) { header(field, value ? kTrue : kFalse); }

void ThriftWriter::i8(int field, std::int8_t value) {
  header(field, kI8);
  bytes_.push_back(static_cast<char>(value));
}

void ThriftWriter::i16(int field, std::int16_t value) {
  header(field, kI16);
  zigzag(value);
}

void ThriftWriter::i32(int field, std::int32_t value) {
  header(field, kI32);
  zigzag(value);
}

void ThriftWriter::i64(int field, std::int64_t value) {
  header(field, kI64);
  zigzag(value);
}

void ThriftWriter::binary(int field, std::string_view value) {
  header(field, kBinary);
  list_binary(value);
}

void ThriftWriter::begin_struct(int field) {
  header(field, kStruct);
  begin_element();
}

void ThriftWriter::begin_element() {
  outer_fields_.push_back(last_field_);
  last_field_ = 0;
}

void ThriftWriter::end_struct() {
  stop();
  last_field_ = outer_fields_.back();
  outer_fields_.pop_back();
}

void ThriftWriter::empty_struct(int field) {
  begin_struct(field);
  end_struct();
}

void ThriftWriter::begin_list(int field, Element element, std::size_t size) {
  header(field, kList);
  const auto type = static_cast<std::uint8_t>(element);
  if (size < 15) {
    bytes_.push_back(static_cast<char>(size << 4 | type));
  } else {
    bytes_.push_back(static_cast<char>(0xF0 | type));
    varint(size);
  }
}

void ThriftWriter::list_i32(std::int32_t value) { zigzag(value); }

void ThriftWriter::list_binary(std::string_view value) {
  varint(value.size());
  bytes_.append(value);
}

}  // namespace clicklake
