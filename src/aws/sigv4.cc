#include "aws/sigv4.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <vector>

#include "base/sha256.h"
#include "model/time.h"

namespace clicklake {
namespace {

struct UrlParts {
  std::string host;  ///< with a port that is not the scheme's own
  std::string path;
  std::string query;
};

UrlParts split_url(std::string_view url) {
  UrlParts parts;
  const bool secure = url.starts_with("https://");
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  const std::size_t path = std::min(url.find_first_of("/?"), url.size());
  parts.host = url.substr(0, path);
  const std::string_view own_port = secure ? ":443" : ":80";
  if (parts.host.ends_with(own_port)) parts.host.resize(parts.host.size() - own_port.size());
  url.remove_prefix(path);
  const std::size_t query = std::min(url.find('?'), url.size());
  parts.path = url.substr(0, query);
  if (query < url.size()) parts.query = url.substr(query + 1);
  return parts;
}

std::string canonical_query(const std::string& query) {
  std::vector<std::string> members;
  for (std::size_t at = 0; at < query.size();) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    std::string member = query.substr(at, end - at);
    if (member.find('=') == std::string::npos) member += '=';
    if (member != "=") members.push_back(std::move(member));
    at = end + 1;
  }
  std::sort(members.begin(), members.end());
  std::string out;
  for (const std::string& member : members) out += (out.empty() ? "" : "&") + member;
  return out;
}

/// Without blanks at the ends, and one where there are several.
std::string trimmed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

std::string aws_encoded(std::string_view text, bool keep_slash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || (keep_slash && c == '/');
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
    }
  }
  return out;
}

void sign_aws_request(HttpRequest* request, const AwsCredentials& credentials,
                      std::string_view region, std::string_view service, std::int64_t now_us) {
  // 2024-11-04T15:00:00Z -> 20241104T150000Z
  std::string date = format_timestamp(now_us / kMicrosPerSecond * kMicrosPerSecond);
  std::erase_if(date, [](char c) { return c == '-' || c == ':'; });
  request->headers.push_back("X-Amz-Date: " + date);
  if (!credentials.session_token.empty()) {
    request->headers.push_back("X-Amz-Security-Token: " + credentials.session_token);
  }
  const UrlParts url = split_url(request->url);
  std::map<std::string, std::string> headers{{"host", url.host}};
  for (const std::string& header : request->headers) {
    const std::size_t colon = header.find(':');
    if (colon == std::string::npos) continue;
    std::string name = header.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    headers[name] = trimmed(std::string_view(header).substr(colon + 1));
  }
  std::string names;
  std::string text = request->method + "\n";
  text += url.path.empty() ? "/" : aws_encoded(url.path, /*keep_slash=*/true);
  text += "\n" + canonical_query(url.query) + "\n";
  for (const auto& [name, value] : headers) {
    text.append(name).append(":").append(value).append("\n");
    names += (names.empty() ? "" : ";") + name;
  }
  text += "\n" + names + "\n" + hex_of(sha256(request->body));

  const std::string day = date.substr(0, 8);
  const std::string scope =
      day + "/" + std::string(region) + "/" + std::string(service) + "/aws4_request";
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + hex_of(sha256(text));
  Sha256 key = hmac_sha256("AWS4" + credentials.secret_key, day);
  for (const std::string_view part : {region, service, std::string_view("aws4_request")}) {
    key = hmac_sha256(bytes_of(key), part);
  }
  request->headers.push_back(
      "Authorization: AWS4-HMAC-SHA256 Credential=" + credentials.access_key + "/" + scope +
      ", SignedHeaders=" + names + ", Signature=" + hex_of(hmac_sha256(bytes_of(key), to_sign)));
}

}  // namespace clicklake
