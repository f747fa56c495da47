#pragma once
/// Signing requests to AWS.
///
/// Place: senders of AWS targets and the credential chain sign with it.
/// Invariant: of a request's headers all are signed; the secret leaves this function as a signature
///   only.
/// Thread safety: pure functions.
/// Source: AWS Signature Version 4, "Create a signed AWS API request" (paths are encoded twice, as
///   every service but S3 wants it). libcurl has a signer too, but encodes no path (a Lambda
///   function's ARN fails), and which headers it signs differs by version.

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_client.h"

namespace clicklake {

struct AwsCredentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;    ///< "" for long-lived keys
  std::int64_t expires_us = 0;  ///< 0: never
};

/// Adds x-amz-date, x-amz-security-token and Authorization. The URL is encoded already, its query
/// sorted by nobody. `now_us`: UTC microseconds.
void sign_aws_request(HttpRequest* request, const AwsCredentials& credentials,
                      std::string_view region, std::string_view service, std::int64_t now_us);

/// Percent-encoding of all but A-Z a-z 0-9 - . _ ~ (and '/' where `keep_slash`).
std::string aws_encoded(std::string_view text, bool keep_slash = false);

}  // namespace clicklake
