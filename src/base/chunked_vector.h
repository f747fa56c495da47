#pragma once
/// A vector that grows without moving what it holds.
///
/// Place: per-member state of a batch. A vector that doubles holds three times what it needs while
/// it moves; this one holds at most a chunk too much. Thread safety: thread-compatible.

#include <cstddef>
#include <memory>
#include <vector>

namespace clicklake {

template <typename T>
class ChunkedVector {
 public:
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return chunks_[i / kChunk][i % kChunk]; }
  const T& operator[](std::size_t i) const { return chunks_[i / kChunk][i % kChunk]; }

  /// Makes it at least `size` long; new elements are T{}.
  void grow_to(std::size_t size) {
    while (chunks_.size() * kChunk < size) chunks_.push_back(std::make_unique<T[]>(kChunk));
    if (size > size_) size_ = size;
  }

 private:
  static constexpr std::size_t kChunk = 4096;
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace clicklake
