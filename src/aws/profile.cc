#include "aws/profile.h"

#include <algorithm>

namespace clicklake {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

void read_profile(std::string_view text, std::string_view profile, bool config_file,
                  ProfileSettings* settings) {
  bool inside = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view bare = trimmed(line);
    if (bare.empty() || bare.front() == '#' || bare.front() == ';') continue;
    if (bare.front() == '[') {
      std::string_view name = trimmed(bare.substr(1, bare.find(']') - 1));
      if (config_file && name.starts_with("profile ")) {
        name = trimmed(name.substr(8));
      } else if (config_file && name != "default") {
        name = {};
      }
      inside = !name.empty() && name == profile;
      continue;
    }
    const std::size_t equals = bare.find('=');
    // Lines that are indented belong to a nested setting.
    if (!inside || equals == std::string_view::npos || line.front() == ' ' ||
        line.front() == '\t') {
      continue;
    }
    std::string_view value = trimmed(bare.substr(equals + 1));
    const std::size_t comment = std::min(value.find(" #"), value.find(" ;"));
    if (comment != std::string_view::npos) value = trimmed(value.substr(0, comment));
    settings->emplace(trimmed(bare.substr(0, equals)), value);
  }
}

}  // namespace clicklake
