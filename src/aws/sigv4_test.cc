#include "aws/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/time.h"

namespace clicklake {
namespace {

using testing::EndsWith;

const AwsCredentials kKeys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", 0};

std::string authorization(HttpRequest request, const AwsCredentials& keys = kKeys) {
  sign_aws_request(&request, keys, "us-east-1", "service",
                   *parse_timestamp("2015-08-30T12:36:00Z"));
  return request.headers.back();
}

HttpRequest get(std::string url) {
  HttpRequest request;
  request.method = "GET";
  request.url = std::move(url);
  return request;
}

// The requests and signatures of AWS's published test suite for signature version 4.
TEST(Sigv4Test, TheTestSuitesSignaturesAreMet) {
  EXPECT_EQ(authorization(get("https://example.amazonaws.com/")),
            "Authorization: AWS4-HMAC-SHA256 "
            "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_THAT(authorization(get("https://example.amazonaws.com/?Param2=value2&Param1=value1")),
              EndsWith("b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
  HttpRequest post = get("https://example.amazonaws.com:443/");
  post.method = "POST";
  EXPECT_THAT(authorization(post),
              EndsWith("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
  post.headers = {"Content-Type: application/x-www-form-urlencoded"};
  post.body = "Param1=value1";
  EXPECT_THAT(authorization(post),
              EndsWith("ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"));
}

TEST(Sigv4Test, ASessionTokenIsSentAndSigned) {
  AwsCredentials keys = kKeys;
  keys.session_token = "token";
  HttpRequest request = get("https://example.amazonaws.com/");
  sign_aws_request(&request, keys, "us-east-1", "service", 0);
  EXPECT_THAT(request.headers, testing::Contains("X-Amz-Security-Token: token"));
  EXPECT_THAT(request.headers.back(),
              testing::HasSubstr("SignedHeaders=host;x-amz-date;x-amz-security-token,"));
}

TEST(Sigv4Test, TheSecretIsInNoHeader) {
  HttpRequest request = get("https://example.amazonaws.com/");
  sign_aws_request(&request, kKeys, "us-east-1", "service", 0);
  for (const std::string& header : request.headers) {
    EXPECT_EQ(header.find(kKeys.secret_key), std::string::npos);
  }
}

TEST(Sigv4Test, EncodingLeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(aws_encoded("a-Z_0.~ /:%é"), "a-Z_0.~%20%2F%3A%25%C3%A9");
  EXPECT_EQ(aws_encoded("/a b/%3A", true), "/a%20b/%253A");
}

}  // namespace
}  // namespace clicklake
