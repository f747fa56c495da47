#pragma once
/// Footers made field by field, for the tests of what reads them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/parquet_thrift.h"

namespace clicklake {

/// An element of the schema; absent fields are left out.
struct FooterElement {
  std::string name;
  std::optional<int> type = std::nullopt;  ///< nothing: a group of `children`
  int children = 0;
  int repetition = 1;
  std::optional<int> converted = std::nullopt;
  /// Fields of LogicalType: its number, and what its struct holds.
  std::optional<int> logical = std::nullopt;
  int unit = 0;           ///< of times: 1 millis, 2 micros, 3 nanos
  int bits = 0;           ///< of integers
  bool is_signed = true;  ///< of integers
  int precision = 0;      ///< of decimals, converted
  int scale = 0;
};

struct FooterChunk {
  int type = 1;
  std::int64_t bytes = 10;
  std::int64_t values = 1;
  std::string min{};
  std::string max{};
  bool deprecated_bounds = false;
};

struct FooterGroup {
  std::int64_t rows = 1;
  std::vector<FooterChunk> chunks{};
};

inline void write_element(const FooterElement& element, ThriftWriter& out) {
  out.begin_element();
  if (element.type) out.i32(1, *element.type);
  out.i32(3, element.repetition);
  out.binary(4, element.name);
  if (!element.type) out.i32(5, element.children);
  if (element.converted) out.i32(6, *element.converted);
  if (element.precision > 0) {
    out.i32(7, element.scale);
    out.i32(8, element.precision);
  }
  if (element.logical) {
    out.begin_struct(10);
    out.begin_struct(*element.logical);
    if (element.unit > 0) {
      out.boolean(1, true);
      out.begin_struct(2);
      out.empty_struct(element.unit);
      out.end_struct();
    }
    if (element.bits > 0) {
      out.i8(1, static_cast<std::int8_t>(element.bits));
      out.boolean(2, element.is_signed);
    }
    out.end_struct();
    out.end_struct();
  }
  out.end_struct();
}

/// `elements` without the root, of which `columns` are top-level.
inline std::string make_footer(int columns, const std::vector<FooterElement>& elements,
                               const std::vector<FooterGroup>& groups, std::int64_t rows) {
  using Element = ThriftWriter::Element;
  ThriftWriter out;
  out.i32(1, 1);
  out.begin_list(2, Element::kStruct, elements.size() + 1);
  write_element({.name = "root", .children = columns}, out);
  for (const FooterElement& element : elements) write_element(element, out);
  out.i64(3, rows);
  out.begin_list(4, Element::kStruct, groups.size());
  for (const FooterGroup& group : groups) {
    out.begin_element();
    out.begin_list(1, Element::kStruct, group.chunks.size());
    for (const FooterChunk& chunk : group.chunks) {
      out.begin_element();
      out.i64(2, 4);
      out.begin_struct(3);
      out.i32(1, chunk.type);
      out.i64(5, chunk.values);
      out.i64(7, chunk.bytes);
      if (!chunk.min.empty()) {
        out.begin_struct(12);
        out.binary(chunk.deprecated_bounds ? 1 : 5, chunk.max);
        out.binary(chunk.deprecated_bounds ? 2 : 6, chunk.min);
        out.end_struct();
      }
      out.end_struct();
      out.end_struct();
    }
    out.i64(3, group.rows);
    out.end_struct();
  }
  out.stop();
  return std::string(out.bytes());
}

/// `value` in PLAIN form.
inline std::string stored(std::int64_t value, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    out[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return out;
}

}  // namespace clicklake
