#pragma once
/// Memory for many short texts that live and go together.
///
/// Place: pools and dimension tables of a batch. Invariant: a view given out stays valid until
/// clear(). Thread safety: thread-compatible.

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace clicklake {

class TextArena {
 public:
  explicit TextArena(std::size_t block_bytes = 256U << 10) : block_bytes_(block_bytes) {}

  std::string_view store(std::string_view text) {
    if (text.size() > left_ || free_ == nullptr) next_block(text.size());
    char* const at = free_;
    std::memcpy(at, text.data(), text.size());
    free_ += text.size();
    left_ -= text.size();
    bytes_ += text.size();
    return {at, text.size()};
  }

  std::size_t bytes() const { return bytes_; }

  /// Forgets all texts; keeps the blocks of the usual size for the next ones.
  void clear() {
    std::erase_if(blocks_, [&](const Block& b) { return b.size != block_bytes_; });
    used_ = 0;
    left_ = 0;
    bytes_ = 0;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size;
  };

  void next_block(std::size_t need) {
    if (need > block_bytes_) {
      blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(used_),
                     Block{std::make_unique_for_overwrite<char[]>(need), need});
    } else if (used_ == blocks_.size()) {
      blocks_.push_back(Block{std::make_unique_for_overwrite<char[]>(block_bytes_), block_bytes_});
    }
    free_ = blocks_[used_].data.get();
    left_ = blocks_[used_].size;
    ++used_;
  }

  std::size_t block_bytes_;
  std::vector<Block> blocks_;
  std::size_t used_ = 0;
  char* free_ = nullptr;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace clicklake
