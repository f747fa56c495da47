#include "aws/credentials.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "aws/profile.h"
#include "base/json_value.h"
#include "model/time.h"

namespace clicklake {
namespace {

constexpr std::int64_t kFetchTimeoutMs = 5'000;
constexpr std::int64_t kMachineTimeoutMs = 1'000;
constexpr std::int64_t kRefreshUs = 300 * kMicrosPerSecond;  ///< before the end
constexpr std::int64_t kRetryUs = 5 * kMicrosPerSecond;

std::string file_text(const std::string& path, bool* found) {
  std::ifstream in(path, std::ios::binary);
  *found = static_cast<bool>(in);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string without_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

/// The text of the first <tag> in an answer of the query API.
std::string element_text(const std::string& xml, const std::string& tag) {
  const std::size_t begin = xml.find("<" + tag + ">");
  const std::size_t end = xml.find("</" + tag + ">");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  return xml.substr(begin + tag.size() + 2, end - begin - tag.size() - 2);
}

std::string text_at(const JsonValue& value, std::string_view name) {
  const JsonValue* member = value.find(name);
  return member == nullptr ? std::string() : member->text;
}

class Chain {
 public:
  Chain(const Environment& environment, std::int64_t now_us)
      : environment_(environment), now_us_(now_us) {}

  Result<AwsCredentials> run() {
    if (auto keys = from_environment()) return *keys;
    profile_ = environment_("AWS_PROFILE");
    const bool named = !profile_.empty();
    if (!named) profile_ = "default";
    const ProfileSettings settings = profile(profile_);
    if (named && settings.empty()) {
      return Error{ErrorCode::kInvalidArgument, "no AWS credentials: there is no profile '" +
                                                    profile_ + "' in " + credentials_file() +
                                                    " or " + config_file()};
    }
    const std::string token_file = environment_("AWS_WEB_IDENTITY_TOKEN_FILE");
    if (!named && !token_file.empty()) {
      return web_identity(token_file, environment_("AWS_ROLE_ARN"),
                          environment_("AWS_ROLE_SESSION_NAME"));
    }
    if (auto found = from_profile(settings, 0);
        found || found.error().code != ErrorCode::kNotFound) {
      return found;
    }
    if (!environment_("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
        !environment_("AWS_CONTAINER_CREDENTIALS_FULL_URI").empty()) {
      return from_container();
    }
    if (environment_("AWS_EC2_METADATA_DISABLED") != "true") {
      if (auto found = from_machine()) return found;
    }
    return Error{ErrorCode::kNotFound,
                 "no AWS credentials: neither in $AWS_ACCESS_KEY_ID, nor as profile '" + profile_ +
                     "' in " + credentials_file() +
                     ", nor from web identity, a container or this machine's role"};
  }

 private:
  std::optional<AwsCredentials> from_environment() const {
    AwsCredentials keys{environment_("AWS_ACCESS_KEY_ID"), environment_("AWS_SECRET_ACCESS_KEY"),
                        environment_("AWS_SESSION_TOKEN"), 0};
    if (keys.access_key.empty() || keys.secret_key.empty()) return std::nullopt;
    return keys;
  }

  std::string home_file(const char* variable, const char* name) const {
    const std::string path = environment_(variable);
    return path.empty() ? environment_("HOME") + "/.aws/" + name : path;
  }
  std::string credentials_file() const {
    return home_file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
  }
  std::string config_file() const { return home_file("AWS_CONFIG_FILE", "config"); }

  ProfileSettings profile(const std::string& name) const {
    ProfileSettings settings;
    bool found = false;
    read_profile(file_text(credentials_file(), &found), name, false, &settings);
    read_profile(file_text(config_file(), &found), name, true, &settings);
    return settings;
  }

  Result<AwsCredentials> from_profile(const ProfileSettings& settings, int depth) {
    const auto get = [&](const char* name) {
      const auto found = settings.find(name);
      return found == settings.end() ? std::string() : found->second;
    };
    const std::string role = get("role_arn");
    if (!role.empty() && !get("web_identity_token_file").empty()) {
      return web_identity(get("web_identity_token_file"), role, get("role_session_name"));
    }
    if (!role.empty() && !get("source_profile").empty()) {
      if (depth > 5) {
        return Error{ErrorCode::kInvalidArgument,
                     "no AWS credentials: the profiles' source_profile go round in a circle"};
      }
      ASSIGN_OR_RETURN(const AwsCredentials source,
                       from_profile(profile(get("source_profile")),
                                    get("source_profile") == profile_ ? 6 : depth + 1));
      return assume_role(source, role, get("role_session_name"), get("external_id"), get("region"));
    }
    AwsCredentials keys{get("aws_access_key_id"), get("aws_secret_access_key"),
                        get("aws_session_token"), 0};
    if (!keys.access_key.empty() && !keys.secret_key.empty()) return keys;
    for (const char* name : {"sso_session", "sso_start_url", "credential_process"}) {
      if (get(name).empty()) continue;
      return Error{ErrorCode::kUnsupported,
                   "the AWS profile '" + profile_ + "' asks for " + name +
                       ", which is not followed: export credentials with `aws configure "
                       "export-credentials --format env`"};
    }
    return Error{ErrorCode::kNotFound, "the profile has no keys"};
  }

  std::string sts_region(const std::string& wished) const {
    for (const std::string& region :
         {wished, environment_("AWS_REGION"), environment_("AWS_DEFAULT_REGION")}) {
      if (!region.empty()) return region;
    }
    return "us-east-1";
  }

  Result<AwsCredentials> call_sts(HttpRequest request) {
    request.timeout_ms = kFetchTimeoutMs;
    ASSIGN_OR_RETURN(const HttpResponse response, http_fetch(std::move(request)));
    if (response.failure != HttpResponse::Failure::kNone) {
      return Error{ErrorCode::kUnavailable, "no AWS credentials: STS: " + response.error};
    }
    AwsCredentials found{element_text(response.body, "AccessKeyId"),
                         element_text(response.body, "SecretAccessKey"),
                         element_text(response.body, "SessionToken"), 0};
    if (response.status != 200 || found.secret_key.empty()) {
      return Error{response.status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kInvalidArgument,
                   "no AWS credentials: STS answered " + std::to_string(response.status) + " " +
                       element_text(response.body, "Code") + " " +
                       element_text(response.body, "Message")};
    }
    found.expires_us = parse_timestamp(element_text(response.body, "Expiration")).value_or(0);
    return found;
  }

  Result<AwsCredentials> web_identity(const std::string& token_file, const std::string& role,
                                      const std::string& session) {
    bool found = false;
    const std::string token = without_end(file_text(token_file, &found));
    if (!found || token.empty() || role.empty()) {
      return Error{ErrorCode::kInvalidArgument,
                   "no AWS credentials: web identity needs a role ($AWS_ROLE_ARN) and a token in " +
                       token_file};
    }
    HttpRequest request;
    const std::string region = sts_region("");
    request.url = aws_endpoint("sts", region, "aws", environment_) + "/";
    request.headers = {"Content-Type: application/x-www-form-urlencoded"};
    request.body =
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" + aws_encoded(role) +
        "&RoleSessionName=" + aws_encoded(session.empty() ? "clicklake" : session) +
        "&WebIdentityToken=" + aws_encoded(token);
    return call_sts(std::move(request));
  }

  Result<AwsCredentials> assume_role(const AwsCredentials& source, const std::string& role,
                                     const std::string& session, const std::string& external_id,
                                     const std::string& wished_region) {
    const std::string region = sts_region(wished_region);
    HttpRequest request;
    request.url = aws_endpoint("sts", region, "aws", environment_) + "/";
    request.headers = {"Content-Type: application/x-www-form-urlencoded"};
    request.body = "Action=AssumeRole&Version=2011-06-15&RoleArn=" + aws_encoded(role) +
                   "&RoleSessionName=" + aws_encoded(session.empty() ? "clicklake" : session);
    if (!external_id.empty()) request.body += "&ExternalId=" + aws_encoded(external_id);
    sign_aws_request(&request, source, region, "sts", now_us_);
    return call_sts(std::move(request));
  }

  /// Of the JSON that containers and machines answer with.
  Result<AwsCredentials> read_answer(const HttpResponse& response, const std::string& who) const {
    if (response.failure != HttpResponse::Failure::kNone) {
      return Error{ErrorCode::kUnavailable, "no AWS credentials: " + who + ": " + response.error};
    }
    const auto value = parse_json(response.body);
    AwsCredentials found;
    if (value) {
      found = {text_at(*value, "AccessKeyId"), text_at(*value, "SecretAccessKey"),
               text_at(*value, "Token"),
               parse_timestamp(text_at(*value, "Expiration")).value_or(0)};
    }
    if (response.status != 200 || found.access_key.empty() || found.secret_key.empty()) {
      return Error{ErrorCode::kUnavailable,
                   "no AWS credentials: " + who + " answered " + std::to_string(response.status)};
    }
    return found;
  }

  Result<AwsCredentials> from_container() {
    HttpRequest request;
    request.method = "GET";
    request.timeout_ms = kFetchTimeoutMs;
    request.direct = true;
    const std::string relative = environment_("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    request.url = relative.empty() ? environment_("AWS_CONTAINER_CREDENTIALS_FULL_URI")
                                   : "http://169.254.170.2" + relative;
    bool near = false;
    for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]",
                                        "http://169.254.170.2", "http://[fd00:ec2::23]"}) {
      const char next = request.url.size() > host.size() ? request.url[host.size()] : '/';
      near = near || (request.url.starts_with(host) && (next == ':' || next == '/'));
    }
    if (!near && !request.url.starts_with("https://")) {
      return Error{ErrorCode::kInvalidArgument,
                   "no AWS credentials: the container's address is neither https nor of this "
                   "machine"};
    }
    std::string token = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    const std::string token_file = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    bool found = true;
    if (!token_file.empty()) token = without_end(file_text(token_file, &found));
    if (!found || token.find_first_of("\r\n") != std::string::npos) {
      return Error{ErrorCode::kInvalidArgument,
                   "no AWS credentials: the token in " + token_file + " can't be used"};
    }
    if (!token.empty()) request.headers.push_back("Authorization: " + token);
    ASSIGN_OR_RETURN(const HttpResponse response, http_fetch(std::move(request)));
    return read_answer(response, "the container's service");
  }

  Result<AwsCredentials> from_machine() {
    std::string base = environment_("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (base.empty()) base = "http://169.254.169.254";
    while (base.ends_with('/')) base.pop_back();
    HttpRequest request;
    request.method = "PUT";
    request.url = base + "/latest/api/token";
    request.headers = {"X-aws-ec2-metadata-token-ttl-seconds: 21600"};
    request.timeout_ms = kMachineTimeoutMs;
    request.direct = true;
    ASSIGN_OR_RETURN(const HttpResponse token, http_fetch(request));
    if (token.failure != HttpResponse::Failure::kNone || token.status != 200 ||
        token.body.find_first_of("\r\n") != std::string::npos) {
      return Error{ErrorCode::kNotFound, "this machine has no role"};
    }
    request.method = "GET";
    request.headers = {"X-aws-ec2-metadata-token: " + token.body};
    request.url = base + "/latest/meta-data/iam/security-credentials/";
    ASSIGN_OR_RETURN(const HttpResponse role, http_fetch(request));
    if (role.failure != HttpResponse::Failure::kNone || role.status != 200) {
      return Error{ErrorCode::kNotFound, "this machine has no role"};
    }
    request.url += aws_encoded(without_end(role.body.substr(0, role.body.find('\n'))));
    ASSIGN_OR_RETURN(const HttpResponse keys, http_fetch(std::move(request)));
    return read_answer(keys, "this machine's metadata service");
  }

  const Environment& environment_;
  std::int64_t now_us_;
  std::string profile_;
};

}  // namespace

Result<AwsCredentials> find_aws_credentials(const Environment& environment, std::int64_t now_us) {
  return Chain(environment, now_us).run();
}

std::string aws_endpoint(std::string_view service, std::string_view region,
                         std::string_view partition, const Environment& environment) {
  std::string variable = "AWS_ENDPOINT_URL_";
  for (const char c : service) variable += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  std::string url = environment(variable);
  if (url.empty()) url = environment("AWS_ENDPOINT_URL");
  if (url.empty()) {
    return "https://" + std::string(service) + "." + std::string(region) + ".amazonaws.com" +
           (partition == "aws-cn" ? ".cn" : "");
  }
  while (url.ends_with('/')) url.pop_back();
  return url;
}

CredentialCache::~CredentialCache() {
  if (thread_.joinable()) thread_.join();
}

std::optional<AwsCredentials> CredentialCache::get(std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  const bool good = found_ && (found_->expires_us == 0 || found_->expires_us > now_us);
  const bool soon = found_ && found_->expires_us != 0 && found_->expires_us - kRefreshUs < now_us;
  if ((!good || soon) && !fetching_ && now_us >= next_try_us_) fetch(now_us);
  return good ? found_ : std::nullopt;
}

std::string CredentialCache::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void CredentialCache::drop() {
  const std::lock_guard lock(mutex_);
  found_.reset();
}

void CredentialCache::fetch(std::int64_t now_us) {
  if (thread_.joinable()) thread_.join();  // it has ended
  fetching_ = true;
  next_try_us_ = now_us + kRetryUs;
  thread_ = std::thread([this, now_us] {
    auto found = find_aws_credentials(environment_, now_us);
    const std::lock_guard lock(mutex_);
    fetching_ = false;
    trouble_.clear();
    if (found) {
      found_ = std::move(*found);
    } else {
      trouble_ = found.error().message;
    }
  });
}

}  // namespace clicklake
