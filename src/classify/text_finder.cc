#include "classify/text_finder.h"

namespace clicklake {

TextFinder::TextFinder(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    for (const char c : text) {
      auto& of_byte = classes_[static_cast<unsigned char>(c)];
      if (of_byte == 0) of_byte = static_cast<std::uint8_t>(width_++);
    }
  }
  for (int c = 'a'; c <= 'z'; ++c)
    classes_[static_cast<std::size_t>(c - 'a' + 'A')] = classes_[static_cast<std::size_t>(c)];

  const auto add_state = [&] {
    next_.resize(next_.size() + width_, kNone);
    ends_.push_back(0);
    text_of_.push_back(kNone);
    shorter_.push_back(kNone);
    return static_cast<std::uint32_t>(ends_.size() - 1);
  };
  add_state();
  for (std::uint32_t number = 0; number < texts.size(); ++number) {
    std::uint32_t state = 0;
    for (const char c : texts[number]) {
      const std::size_t edge =
          std::size_t{state} * width_ + classes_[static_cast<unsigned char>(c)];
      if (next_[edge] == kNone) {
        const std::uint32_t added = add_state();  // next_ moves
        next_[edge] = added;
      }
      state = next_[edge];
    }
    text_of_[state] = number;
    ends_[state] = 1;
  }

  // Breadth first: a state's suffix is known before those of its children.
  std::vector<std::uint32_t> suffix(ends_.size(), 0);
  std::vector<std::uint32_t> order{0};
  order.reserve(ends_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::uint32_t state = order[i];
    for (std::uint32_t c = 0; c < width_; ++c) {
      std::uint32_t& edge = next_[std::size_t{state} * width_ + c];
      const std::uint32_t by_suffix =
          state == 0 ? 0 : next_[std::size_t{suffix[state]} * width_ + c];
      if (edge == kNone) {
        edge = by_suffix;
        continue;
      }
      suffix[edge] = by_suffix;
      if (ends_[by_suffix] != 0) {
        ends_[edge] = 1;
        shorter_[edge] = text_of_[by_suffix] != kNone ? by_suffix : shorter_[by_suffix];
      }
      order.push_back(edge);
    }
  }
  for (std::uint32_t& edge : next_) edge *= width_;
}

}  // namespace clicklake
