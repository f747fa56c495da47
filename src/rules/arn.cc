#include "rules/arn.h"

namespace clicklake {

std::string_view Arn::name() const {
  const std::size_t at = resource.find_last_of(":/");
  return at == std::string::npos ? std::string_view(resource)
                                 : std::string_view(resource).substr(at + 1);
}

std::optional<Arn> parse_arn(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  Arn arn;
  std::string_view rest = text.substr(4);
  for (std::string* part : {&arn.partition, &arn.service, &arn.region, &arn.account}) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    *part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  arn.resource = rest;
  if (arn.partition.empty() || arn.service.empty() || arn.resource.empty()) return std::nullopt;
  return arn;
}

}  // namespace clicklake
