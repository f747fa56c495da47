#pragma once
/// Where AWS credentials come from.
///
/// Place: the delivery process asks before it signs.
/// Invariant: what is found is never logged, stored or put into a message; the order is that of
/// AWS's
///   own tools: environment, a profile's role, web identity, a profile's keys, the container, the
///   machine (IMDSv2 alone).
/// Thread safety: functions are safe; CredentialCache is safe.
/// Source: AWS SDKs and Tools Reference Guide, "Standardized credential providers".

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "aws/sigv4.h"
#include "base/result.h"

namespace clicklake {

using Environment = std::function<std::string(std::string_view)>;

/// Looks through the chain. Errors: kNotFound, nobody has any: lists what was tried;
/// kInvalidArgument, a source that was chosen does not work; kUnsupported, a profile that asks for
/// SSO or a process; kUnavailable, a service did not answer. Cost: up to several requests, each of
/// 1 to 5 s.
Result<AwsCredentials> find_aws_credentials(const Environment& environment, std::int64_t now_us);

/// The base of a service's address: $AWS_ENDPOINT_URL_<SERVICE>, $AWS_ENDPOINT_URL, or AWS's own of
/// the region; no '/' at the end.
std::string aws_endpoint(std::string_view service, std::string_view region,
                         std::string_view partition, const Environment& environment);

/// Credentials that are fetched anew before they end, on a thread of its own.
class CredentialCache {
 public:
  explicit CredentialCache(Environment environment) : environment_(std::move(environment)) {}
  CredentialCache(const CredentialCache&) = delete;
  CredentialCache& operator=(const CredentialCache&) = delete;
  ~CredentialCache();  ///< waits for a fetch under way

  /// Those that are good at `now_us`; nothing while they are being fetched or can't be had.
  std::optional<AwsCredentials> get(std::int64_t now_us);
  /// Why there are none; "" while there is hope.
  std::string trouble() const;
  /// The service refused them: fetch others before the next use.
  void drop();

 private:
  void fetch(std::int64_t now_us);

  Environment environment_;
  mutable std::mutex mutex_;
  std::optional<AwsCredentials> found_;
  std::string trouble_;
  std::int64_t next_try_us_ = 0;
  bool fetching_ = false;
  std::thread thread_;
};

}  // namespace clicklake
