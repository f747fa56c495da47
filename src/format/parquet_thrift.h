#pragma once
/// The Thrift compact protocol, as far as Parquet's page headers and footer need it.
///
/// Place: every page header and the footer of a file are written through it.
/// Invariant: fields are written in ascending order of their ids within a struct.
/// Thread safety: thread-compatible.
/// Source: Thrift's "compact protocol" specification; apache/parquet-format 2.10, parquet.thrift.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

class ThriftWriter {
 public:
  enum class Element : std::uint8_t { kI32 = 5, kBinary = 8, kStruct = 12 };

  void boolean(int field, bool value);
  void i8(int field, std::int8_t value);
  void i16(int field, std::int16_t value);
  void i32(int field, std::int32_t value);
  void i64(int field, std::int64_t value);
  void binary(int field, std::string_view value);

  /// A struct-valued field, up to the matching end_struct().
  void begin_struct(int field);
  /// An element of a list of structs, up to the matching end_struct().
  void begin_element();
  void end_struct();
  /// A struct without fields.
  void empty_struct(int field);

  /// A list-valued field; exactly `size` elements follow: list_i32, list_binary or begin_element.
  void begin_list(int field, Element element, std::size_t size);
  void list_i32(std::int32_t value);
  void list_binary(std::string_view value);

  /// Ends the outermost struct.
  void stop() { bytes_.push_back('\0'); }

  std::string_view bytes() const { return bytes_; }
  void clear();

 private:
  void header(int field, std::uint8_t type);
  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);

  std::string bytes_;
  std::vector<int> outer_fields_;
  int last_field_ = 0;
};

}  // namespace clicklake
