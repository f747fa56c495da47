#pragma once
/// The columns that rows are read into: flat arrays that belong to whoever asked for the rows.
///
/// Place: between the readers of this module and the engine, whose vectors are laid out alike.
/// Invariant: a row is written once, in rising order; where `validity` is null all rows are valid.
/// Thread safety: thread-compatible; a set of vectors belongs to one thread.
/// Source: DuckDB's vector formats (flat vectors, lists, structs), docs/adr/0012-raw-scan.md.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "model/hive_type.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace clicklake {

/// A text in 16 bytes: up to 12 bytes in place, else their first four and where they lie.
struct TextCell {
  static constexpr std::size_t kInline = 12;

  std::uint32_t length;
  char prefix[4];
  union {
    const char* pointer;
    char rest[8];
  };

  std::string_view view() const { return {length <= kInline ? prefix : pointer, length}; }
};
static_assert(sizeof(TextCell) == 16);

/// The elements of one list or the entries of one map, in the children's rows.
struct ListCell {
  std::uint64_t offset;
  std::uint64_t length;
};

struct ColumnVector;

/// From byte 12 - n on: n bytes of ones, then zeros.
inline constexpr unsigned char kTextMasks[28] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                                 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

/// What the owner of vectors does for them.
class VectorMemory {
 public:
  virtual ~VectorMemory() = default;
  /// Room for texts that live as long as what is in `vector`: at least `size` bytes, from
  /// text_room to text_end. May write to the cell of `row`, which is written next.
  virtual void add_text_room(ColumnVector& vector, std::size_t row, std::size_t size) = 0;
  /// Gives `vector` a validity mask with every row valid.
  virtual void add_validity(ColumnVector& vector) = 0;
  /// Makes room for at least `capacity` rows in the children of a list or map; sets their data and
  /// validity anew, keeping what is there.
  virtual void grow_children(ColumnVector& vector, std::size_t capacity) = 0;
};

/// By kind, `data` holds: boolean and tinyint 1 byte; smallint 2; int and date (days since 1970) 4;
/// bigint and timestamp (microseconds since 1970) 8; float, double; decimals of up to 4, 9, 18, 38
/// digits 2, 4, 8, 16 bytes; texts and binary a TextCell; arrays and maps a ListCell; structs
/// nothing.
struct ColumnVector {
  const HiveType* type = nullptr;
  void* data = nullptr;
  std::uint64_t* validity = nullptr;
  VectorMemory* memory = nullptr;
  void* handle = nullptr;  ///< the owner's
  /// Array: the elements; map: keys, values; struct: one a field.
  std::vector<ColumnVector> children;
  std::size_t child_rows = 0;      ///< lists and maps: rows of the children that are taken
  std::size_t child_capacity = 0;  ///< lists and maps
  char* text_room = nullptr;       ///< of long texts: free from here
  char* text_end = nullptr;        ///< to here

  template <typename T>
  T* values() {
    return static_cast<T*>(data);
  }

  void put_text(std::size_t row, std::string_view text) {
    if (text.size() > TextCell::kInline) return put_long_text(row, text);
    char bytes[16] = {};
    const auto length = static_cast<std::uint32_t>(text.size());
    std::memcpy(bytes, &length, sizeof length);
    if (length > 0) std::memcpy(bytes + sizeof length, text.data(), length);
    std::memcpy(values<TextCell>() + row, bytes, sizeof bytes);
  }
  /// The same where 16 bytes from the text's beginning on are readable.
  void put_readable_text(std::size_t row, std::string_view text) {
#if defined(__SSE2__)
    if (text.size() > TextCell::kInline) return put_long_text(row, text);
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
    const __m128i kept = _mm_loadu_si128(
        reinterpret_cast<const __m128i*>(kTextMasks + TextCell::kInline - text.size()));
    const __m128i cell = _mm_or_si128(_mm_slli_si128(_mm_and_si128(bytes, kept), 4),
                                      _mm_cvtsi32_si128(static_cast<int>(text.size())));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(values<TextCell>() + row), cell);
#else
    put_text(row, text);
#endif
  }
  void put_long_text(std::size_t row, std::string_view text) {
    if (static_cast<std::size_t>(text_end - text_room) < text.size()) {
      memory->add_text_room(*this, row, text.size());
    }
    TextCell cell{static_cast<std::uint32_t>(text.size()), {}, {}};
    std::memcpy(cell.prefix, text.data(), sizeof cell.prefix);
    std::memcpy(text_room, text.data(), text.size());
    cell.pointer = text_room;
    text_room += text.size();
    values<TextCell>()[row] = cell;
  }

  void put_null(std::size_t row) {
    if (validity == nullptr) memory->add_validity(*this);
    validity[row >> 6] &= ~(std::uint64_t{1} << (row & 63));
    if (type->kind == HiveKind::kStruct) {
      for (ColumnVector& child : children) child.put_null(row);
    } else if (type->kind == HiveKind::kArray || type->kind == HiveKind::kMap) {
      values<ListCell>()[row] = {child_rows, 0};
    }
  }

  /// Takes `count` rows of the children for `row`; the first of them.
  std::size_t put_list(std::size_t row, std::size_t count) {
    const std::size_t first = child_rows;
    child_rows += count;
    if (child_rows > child_capacity) memory->grow_children(*this, child_rows);
    values<ListCell>()[row] = {first, count};
    return first;
  }
};

/// The bytes of a value of `type` in ColumnVector::data; 0 for structs.
std::size_t value_width(const HiveType& type);

}  // namespace clicklake
