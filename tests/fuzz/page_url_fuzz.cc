// Any text as a URL: what is left without tracking parameters is what joining the other parameters
// gives, is never longer, has none to lose a second time, and names the parts that are in the text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/page_url.h"
#include "slow_json.h"

namespace clicklake::fuzz {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string slow_clean(const std::string& url) {
  const std::size_t hash = std::min(url.find('#'), url.size());
  const std::string fragment = url.substr(hash);
  const std::string address = url.substr(0, hash);
  const std::size_t question = address.find('?');
  if (question == std::string::npos) return url;
  std::string kept;
  bool any_kept = false;
  for (const std::string& parameter : split(address.substr(question + 1), '&')) {
    if (is_tracking_parameter(split(parameter, '=').front())) continue;
    kept += any_kept ? "&" : "?";
    kept += parameter;
    any_kept = true;
  }
  return address.substr(0, question) + kept + fragment;
}

bool in_order(std::string_view part, std::string_view whole) {
  for (const char c : whole) {
    if (!part.empty() && part.front() == c) part.remove_prefix(1);
  }
  return part.empty();
}

bool lies_in(std::string_view part, const std::string& whole) {
  return part.data() == nullptr ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace
}  // namespace clicklake::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  using namespace clicklake::fuzz;
  const std::string url(data, data + size);
  static PageUrl used;
  used.parse(url);
  const std::string clean(used.clean());
  require(clean == slow_clean(url));
  require(clean.size() <= url.size() && in_order(clean, url));

  bool any = false;
  std::vector<std::string> campaign;
  for (const std::string_view part : used.campaign()) {
    require(part.data() == nullptr || !part.empty());
    require(utf8_until(url) < url.size() || utf8_until(part) == part.size());
    any = any || part.data() != nullptr;
    campaign.emplace_back(part);
  }
  require(used.has_campaign() == any);
  require(!any || clean.size() < url.size());
  PageUrl fresh;
  fresh.parse(url);
  require(std::equal(campaign.begin(), campaign.end(), fresh.campaign().begin()));

  used.parse(clean);
  require(used.clean() == clean && !used.has_campaign());

  const UrlParts parts = split_url(url);
  require(lies_in(parts.scheme, url) && lies_in(parts.host, url) && lies_in(parts.path, url));
  require(parts.path.find_first_of("?#") == std::string_view::npos);
  require(!page_type_of(parts.path).empty());
  return 0;
}
