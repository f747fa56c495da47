#include "metastore/metastore.h"

#include <algorithm>

namespace clicklake {

const std::string* find_parameter(const Parameters& parameters, std::string_view key) {
  const auto it = std::find_if(parameters.begin(), parameters.end(),
                               [&](const auto& parameter) { return parameter.first == key; });
  return it == parameters.end() ? nullptr : &it->second;
}

void set_parameter(Parameters* parameters, std::string_view key, std::string_view value) {
  for (auto& [name, old] : *parameters) {
    if (name != key) continue;
    old = value;
    return;
  }
  parameters->emplace_back(key, value);
}

bool Table::is_lake_table() const {
  const std::string* type = find_parameter(parameters, kTableTypeParameter);
  return type != nullptr && *type == kLakeTableType;
}

}  // namespace clicklake
