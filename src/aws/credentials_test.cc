#include "aws/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "aws/profile.h"
#include "model/time.h"
#include "net/loopback_server_fixture.h"

namespace clicklake {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CredentialsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "aws-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    home_ = name;
    std::filesystem::create_directories(home_ / ".aws");
    variables_ = {{"HOME", home_.string()}, {"AWS_EC2_METADATA_DISABLED", "true"}};
  }
  void TearDown() override { std::filesystem::remove_all(home_); }
  Environment environment() const {
    return [this](std::string_view name) {
      const auto found = variables_.find(std::string(name));
      return found == variables_.end() ? std::string() : found->second;
    };
  }
  Result<AwsCredentials> find() const { return find_aws_credentials(environment(), 0); }
  void write(const char* name, std::string_view text) const {
    std::ofstream(home_ / ".aws" / name) << text;
  }

  std::filesystem::path home_;
  std::map<std::string, std::string> variables_;
};

constexpr const char* kStsAnswer =
    "<R><AssumeRoleResult><Credentials><AccessKeyId>AK</AccessKeyId><SecretAccessKey>SK"
    "</SecretAccessKey><SessionToken>ST</SessionToken><Expiration>2024-11-04T15:00:00Z"
    "</Expiration></Credentials></AssumeRoleResult></R>";
constexpr const char* kJsonAnswer =
    R"({"AccessKeyId":"AK","SecretAccessKey":"SK","Token":"ST","Expiration":"2024-11-04T15:00:00Z"})";

void expect_temporary(const Result<AwsCredentials>& found) {
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->access_key, "AK");
  EXPECT_EQ(found->secret_key, "SK");
  EXPECT_EQ(found->session_token, "ST");
  EXPECT_EQ(found->expires_us, parse_timestamp("2024-11-04T15:00:00Z"));
}

TEST_F(CredentialsTest, TheEnvironmentComesFirst) {
  write("credentials", "[default]\naws_access_key_id=F\naws_secret_access_key=G\n");
  variables_["AWS_ACCESS_KEY_ID"] = "A";
  variables_["AWS_SECRET_ACCESS_KEY"] = "B";
  variables_["AWS_SESSION_TOKEN"] = "C";
  EXPECT_EQ(find()->access_key, "A");
  EXPECT_EQ(find()->session_token, "C");
}

TEST_F(CredentialsTest, ProfilesAreReadFromBothFiles) {
  write("credentials",
        "# keys\n[default]\naws_access_key_id = F\naws_secret_access_key = G ; mine\n"
        "[other]\naws_access_key_id=O\naws_secret_access_key=P\n");
  write("config",
        "[profile third]\naws_access_key_id=T\ns3 =\n  aws_access_key_id=no\n"
        "aws_secret_access_key=U\n[third]\naws_access_key_id=no\n");
  EXPECT_EQ(find()->access_key, "F");
  EXPECT_EQ(find()->secret_key, "G");
  variables_["AWS_PROFILE"] = "other";
  EXPECT_EQ(find()->access_key, "O");
  variables_["AWS_PROFILE"] = "third";
  EXPECT_EQ(find()->access_key, "T");
  variables_["AWS_PROFILE"] = "gone";
  EXPECT_THAT(find().error().message, HasSubstr("'gone'"));
}

TEST_F(CredentialsTest, ARoleIsAssumedWithTheKeysOfAnotherProfile) {
  LoopbackServer server([](const ServedRequest& request) {
    ServedAnswer answer;
    answer.body = request.header("authorization").find("Credential=F/") != std::string_view::npos
                      ? kStsAnswer
                      : "";
    return answer;
  });
  variables_["AWS_ENDPOINT_URL_STS"] = server.url("");
  variables_["AWS_PROFILE"] = "deploy";
  write("credentials", "[base]\naws_access_key_id=F\naws_secret_access_key=G\n");
  write("config", "[profile deploy]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=base\n");
  expect_temporary(find());
  EXPECT_THAT(server.requests()[0].body,
              AllOf(HasSubstr("Action=AssumeRole&"), HasSubstr("RoleArn=arn%3Aaws%3Aiam")));
  write("config", "[profile deploy]\nrole_arn=x\nsource_profile=deploy\n");
  EXPECT_THAT(find().error().message, HasSubstr("circle"));
}

TEST_F(CredentialsTest, WebIdentitySendsTheTokenUnsigned) {
  LoopbackServer server([](const ServedRequest&) {
    ServedAnswer answer;
    answer.body = kStsAnswer;
    return answer;
  });
  write("token", "jwt\n");
  variables_["AWS_ENDPOINT_URL"] = server.url("/");
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = (home_ / ".aws" / "token").string();
  variables_["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
  expect_temporary(find());
  EXPECT_THAT(server.requests()[0].body, HasSubstr("WebIdentityToken=jwt"));
  EXPECT_EQ(server.requests()[0].header("authorization"), "");
}

TEST_F(CredentialsTest, AContainerIsAskedWithItsToken) {
  LoopbackServer server([](const ServedRequest& request) {
    ServedAnswer answer;
    answer.body = request.header("authorization") == "t0" ? kJsonAnswer : "{}";
    return answer;
  });
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url("/creds");
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "t0";
  expect_temporary(find());
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://localhost.example.com/creds";
  EXPECT_THAT(find().error().message, HasSubstr("neither https"));
}

TEST_F(CredentialsTest, TheMachineIsAskedByItsSecondVersionOnly) {
  LoopbackServer server([](const ServedRequest& request) {
    ServedAnswer answer;
    if (request.target == "/latest/api/token" && request.method == "PUT") {
      answer.body = "tok";
    } else if (request.header("x-aws-ec2-metadata-token") != "tok") {
      answer.status = 401;
    } else if (request.target.ends_with("/role-1")) {
      answer.body = kJsonAnswer;
    } else {
      answer.body = "role-1";
    }
    return answer;
  });
  variables_["AWS_EC2_METADATA_DISABLED"] = "";
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url("/");
  expect_temporary(find());
}

TEST_F(CredentialsTest, WhatWasTriedIsSaidAndNoSecretIs) {
  EXPECT_THAT(find().error().message,
              AllOf(HasSubstr("$AWS_ACCESS_KEY_ID"), HasSubstr("profile 'default'")));
  write("config", "[default]\nsso_session = x\n");
  EXPECT_EQ(find().error().code, ErrorCode::kUnsupported);
  LoopbackServer server([](const ServedRequest&) {
    ServedAnswer answer;
    answer.status = 403;
    answer.body = "<Error><Code>AccessDenied</Code></Error>";
    return answer;
  });
  write("token", "verysecret");
  variables_["AWS_ENDPOINT_URL"] = server.url("");
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = (home_ / ".aws" / "token").string();
  variables_["AWS_ROLE_ARN"] = "r";
  EXPECT_THAT(find().error().message,
              AllOf(HasSubstr("AccessDenied"), Not(HasSubstr("verysecret"))));
}

TEST_F(CredentialsTest, CachedOnesAreFetchedAgainBeforeTheyEnd) {
  variables_["AWS_ACCESS_KEY_ID"] = "A";
  variables_["AWS_SECRET_ACCESS_KEY"] = "B";
  CredentialCache cache(environment());
  EXPECT_FALSE(cache.get(1).has_value());
  for (int i = 0; i < 200 && !cache.get(2); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(cache.get(3)->access_key, "A");
  cache.drop();
  EXPECT_FALSE(cache.get(4).has_value()) << "not hammered: the next try is in five seconds";
  (void)cache.get(6'000'000);
  for (int i = 0; i < 200 && !cache.get(6'000'001); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(cache.get(6'000'002).has_value());
}

TEST(AwsEndpointTest, AddressesAreAwssOwnUnlessTheEnvironmentSaysOtherwise) {
  std::map<std::string, std::string> variables;
  const Environment environment = [&](std::string_view name) {
    return variables[std::string(name)];
  };
  EXPECT_EQ(aws_endpoint("sqs", "eu-west-1", "aws", environment),
            "https://sqs.eu-west-1.amazonaws.com");
  EXPECT_EQ(aws_endpoint("sqs", "cn-north-1", "aws-cn", environment),
            "https://sqs.cn-north-1.amazonaws.com.cn");
  variables["AWS_ENDPOINT_URL"] = "http://localhost:5000/";
  EXPECT_EQ(aws_endpoint("sqs", "eu-west-1", "aws", environment), "http://localhost:5000");
  variables["AWS_ENDPOINT_URL_SQS"] = "http://localhost:6000";
  EXPECT_EQ(aws_endpoint("sqs", "eu-west-1", "aws", environment), "http://localhost:6000");
}

}  // namespace
}  // namespace clicklake
