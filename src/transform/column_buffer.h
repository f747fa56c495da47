#pragma once
/// A column's values while rows are gathered, without a size of its own.
///
/// Place: under HourColumns, whose columns all have as many rows: one count and one check for room
/// serve all of them. Invariant: memory that nobody wrote to is not touched. Thread safety:
/// thread-compatible.

#include <cstddef>
#include <cstdlib>
#include <new>
#include <type_traits>

namespace clicklake {

template <typename T>
class ColumnBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ColumnBuffer() = default;
  ~ColumnBuffer() { std::free(data_); }
  ColumnBuffer(const ColumnBuffer&) = delete;
  ColumnBuffer& operator=(const ColumnBuffer&) = delete;

  /// Room for `count` (>= 1) values; those that were there stay. Throws std::bad_alloc.
  void set_capacity(std::size_t count) {
    void* const moved = std::realloc(data_, count * sizeof(T));
    if (moved == nullptr) throw std::bad_alloc();
    data_ = static_cast<T*>(moved);
  }

  /// Requires room for it.
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  const T* data() const { return data_; }

 private:
  T* data_ = nullptr;
};

}  // namespace clicklake
