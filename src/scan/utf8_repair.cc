#include "scan/utf8_repair.h"

#include <algorithm>
#include <cstddef>

#include "base/utf8.h"

namespace clicklake {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Bytes of the broken character that begins `text`, which one replacement stands for.
std::size_t broken_size(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t wanted = lead >= 0xF0 && lead <= 0xF4   ? 4
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xC2 && lead <= 0xDF ? 2
                                                            : 1;
  // The longest beginning that some bytes would make whole.
  for (std::size_t size = std::min(wanted - 1, text.size()); size > 1; --size) {
    for (const char last : {'\x80', '\xBF'}) {
      std::string whole(text.substr(0, size));
      whole.resize(wanted, last);
      if (find_invalid_utf8(whole) == std::string_view::npos) return size;
    }
  }
  return 1;
}

}  // namespace

bool is_utf8(std::string_view text, std::string* repaired) {
  std::size_t bad = find_invalid_utf8(text);
  if (bad == std::string_view::npos) return true;
  repaired->clear();
  for (; bad != std::string_view::npos; bad = find_invalid_utf8(text)) {
    repaired->append(text.substr(0, bad)).append(kReplacement);
    text.remove_prefix(bad + broken_size(text.substr(bad)));
  }
  repaired->append(text);
  return false;
}

}  // namespace clicklake
