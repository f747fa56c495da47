#pragma once
/// A growing block of bytes that is kept between uses and always has kLinePadding readable bytes
/// behind its end.
///
/// Place: what line blocks lie in. Memory is not cleared when it is used again: clearing pages was
/// a fifth of a naive reader's time.
/// Thread safety: thread-compatible.

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "format/line_reader.h"

namespace clicklake {

class TextBuffer {
 public:
  char* data() { return data_.get(); }
  const char* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::string_view view() const { return {data_.get(), size_}; }
  void clear() { size_ = 0; }
  /// Requires size <= reserved room.
  void set_size(std::size_t size) { size_ = size; }

  /// Makes room for `more` bytes behind the end; grows by at least half.
  void reserve_more(std::size_t more) {
    if (size_ + more <= capacity_) return;
    const std::size_t wanted = size_ + more;
    const std::size_t capacity =
        wanted > capacity_ + capacity_ / 2 ? wanted : capacity_ + capacity_ / 2;
    std::unique_ptr<char[]> grown(new char[capacity + kLinePadding]);
    if (size_ > 0) std::memcpy(grown.get(), data_.get(), size_);
    std::memset(grown.get() + capacity, 0, kLinePadding);
    data_ = std::move(grown);
    capacity_ = capacity;
  }
  void append(const char* bytes, std::size_t count) {
    reserve_more(count);
    std::memcpy(data_.get() + size_, bytes, count);
    size_ += count;
  }
  void push_back(char byte) {
    reserve_more(1);
    data_[size_++] = byte;
  }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace clicklake
