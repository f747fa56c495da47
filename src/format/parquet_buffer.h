#pragma once
/// Memory that the Parquet encoder writes into, kept and used again.
///
/// Place: pages are built in an arena, and finished chunks are appended to a row group's buffer.
/// Invariant: neither clears memory that is about to be written; pages of memory, once touched,
/// stay with their owner. Thread safety: thread-compatible.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace clicklake {

/// A growing run of bytes.
class ByteBuffer {
 public:
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {bytes_.get(), size_}; }
  void clear() { size_ = 0; }

  /// Room for `more` bytes at the end; write there, then advance().
  char* reserve(std::size_t more) {
    if (capacity_ - size_ < more) grow(more);
    return bytes_.get() + size_;
  }
  void advance(std::size_t written) { size_ += written; }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(reserve(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
  }

 private:
  void grow(std::size_t more) {
    const std::size_t capacity = std::max(capacity_ * 2, size_ + more + 4096);
    std::unique_ptr<char[]> bytes(new char[capacity]);
    if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Allocations that stay where they are until clear(); the last one can be cut to what was used.
class Arena {
 public:
  /// `size` bytes, 64-byte aligned, not initialised.
  char* allocate(std::size_t size) {
    size = (size + kAlignment - 1) / kAlignment * kAlignment;
    while (block_ < blocks_.size()) {
      if (blocks_[block_].size - used_ >= size) {
        char* place = blocks_[block_].begin() + used_;
        used_ += size;
        return place;
      }
      ++block_;
      used_ = 0;
    }
    blocks_.emplace_back(std::max(size, kBlockBytes));
    used_ = size;
    return blocks_.back().begin();
  }
  template <typename T>
  T* allocate_array(std::size_t count) {
    return reinterpret_cast<T*>(allocate(count * sizeof(T)));
  }
  /// Gives back what lies behind the first `used` bytes of the last allocation, `place`.
  void shrink(const char* place, std::size_t used) {
    used_ = static_cast<std::size_t>(place - blocks_[block_].begin()) +
            (used + kAlignment - 1) / kAlignment * kAlignment;
  }
  void clear() {
    block_ = 0;
    used_ = 0;
  }

 private:
  static constexpr std::size_t kAlignment = 64;
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

  struct Block {
    explicit Block(std::size_t bytes) : memory(new char[bytes + kAlignment]), size(bytes) {}
    char* begin() const {
      const auto address = reinterpret_cast<std::uintptr_t>(memory.get());
      return memory.get() + (kAlignment - address % kAlignment) % kAlignment;
    }
    std::unique_ptr<char[]> memory;
    std::size_t size;
  };

  std::vector<Block> blocks_;
  std::size_t block_ = 0;
  std::size_t used_ = 0;
};

}  // namespace clicklake
