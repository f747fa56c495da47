#include "deliver/aws_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/base64.h"
#include "base/json_value.h"
#include "deliver/dispatcher_fixture.h"
#include "net/loopback_server_fixture.h"

namespace clicklake {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Delivery delivery(int n, std::string payload = R"({"n":1})") {
  Delivery made;
  made.id = "id" + std::to_string(n);
  made.rule = "r";
  made.target = "t";
  made.payload = std::move(payload);
  return made;
}

std::unique_ptr<AwsApi> api(TargetKind kind, std::string arn, const RuleTarget& base = {}) {
  RuleTarget target = base;
  target.kind = kind;
  target.arn = std::move(arn);
  return make_aws_api(target);
}

HttpResponse answer(std::string body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

TEST(AwsApiTest, SqsEntriesAreAnsweredOneByOne) {
  const auto sqs = api(TargetKind::kSqs, "arn:aws:sqs:eu-west-1:111122223333:orders.fifo");
  const std::vector<Delivery> batch = {delivery(0), delivery(1), delivery(2), delivery(3)};
  const HttpRequest request = sqs->request(batch, "https://sqs");
  EXPECT_THAT(request.body,
              AllOf(HasSubstr(R"("QueueUrl":"https://sqs/111122223333/orders.fifo")"),
                    HasSubstr(R"("MessageBody":"{\"n\":1}")"),
                    HasSubstr(R"("MessageGroupId":"r","MessageDeduplicationId":"id3")")));
  const auto outcomes =
      sqs->outcomes(batch, answer(R"({"Successful":[{"Id":"0"},{"Id":"9"}],"Failed":[
        {"Id":"1","Code":"InvalidMessageContents","Message":"x","SenderFault":true},
        {"Id":"2","Code":"InternalError","SenderFault":false}]})"));
  ASSERT_EQ(outcomes.size(), 4U);
  EXPECT_EQ(outcomes[0].kind, Outcome::Kind::kDelivered);
  EXPECT_EQ(outcomes[1].kind, Outcome::Kind::kRefused);
  EXPECT_EQ(outcomes[2].kind, Outcome::Kind::kRetry);
  EXPECT_EQ(outcomes[3].kind, Outcome::Kind::kRetry) << "not mentioned: not known to be there";
}

TEST(AwsApiTest, DeadLettersGoToTheirQueueAsEventBridgeSendsThem) {
  const auto sqs = api(TargetKind::kSqs, "arn:aws:sqs:eu-west-1:111122223333:dead");
  std::vector<Delivery> batch = {delivery(0)};
  batch[0].target = "t._dlq";
  batch[0].event = R"({"event":{"n":7},"attributes":{"ERROR_CODE":"TIMEOUT","TARGET_ARN":""}})";
  const HttpRequest request = sqs->request(batch, "https://sqs");
  EXPECT_THAT(request.body,
              AllOf(HasSubstr(R"("MessageBody":"{\"n\":7}")"),
                    HasSubstr(R"("ERROR_CODE":{"DataType":"String","StringValue":"TIMEOUT"})")));
}

TEST(AwsApiTest, SnsAnswersAreReadFromXml) {
  RuleTarget base;
  base.subject = "A & B";
  const auto sns = api(TargetKind::kSns, "arn:aws:sns:eu-west-1:111122223333:alerts", base);
  const std::vector<Delivery> batch = {delivery(0, "a=b&ü"), delivery(1), delivery(2)};
  const HttpRequest request = sns->request(batch, "https://sns");
  EXPECT_THAT(request.body,
              AllOf(HasSubstr("Action=PublishBatch"), HasSubstr("Message=a%3Db%26%C3%BC"),
                    HasSubstr("Subject=A+%26+B"), Not(HasSubstr("MessageGroupId"))));
  const auto outcomes = sns->outcomes(
      batch,
      answer("<R><Failed><member><Id>1</Id><Code>KMSThrottling</Code><Message>a &lt; b"
             "</Message><SenderFault>true</SenderFault></member></Failed><Successful><member>"
             "<Id>0</Id></member></Successful></R>"));
  EXPECT_EQ(outcomes[0].kind, Outcome::Kind::kDelivered);
  EXPECT_EQ(outcomes[1].kind, Outcome::Kind::kRetry);
  EXPECT_EQ(outcomes[1].message, "KMSThrottling: a < b");
  EXPECT_EQ(outcomes[2].kind, Outcome::Kind::kRetry);
}

TEST(AwsApiTest, EnvelopesKeepTheirSourceOnABus) {
  const auto bus = api(TargetKind::kEventBridge, "arn:aws:events:eu-west-1:1:event-bus/b");
  const std::vector<Delivery> batch = {
      delivery(0, R"({"source":"shop","detail-type":"purchase","time":"2024-11-04T15:00:00Z",)"
                  R"("resources":["x"],"detail":{"a":1}})"),
      delivery(1, R"({"source":"aws.events","detail-type":"Scheduled Event","detail":{}})"),
      delivery(2, R"("text")"), delivery(3, R"({"a":1})")};
  const auto body = parse_json(bus->request(batch, "https://events").body);
  ASSERT_TRUE(body.has_value());
  const std::vector<JsonValue>& entries = body->find("Entries")->elements;
  EXPECT_EQ(to_json(entries[0]),
            R"({"EventBusName":"arn:aws:events:eu-west-1:1:event-bus/b","Source":"shop",)"
            R"("DetailType":"purchase","Detail":"{\"a\":1}","Time":1730732400,"Resources":["x"]})");
  EXPECT_EQ(entries[1].find("Source")->text, "clicklake") << "aws. is not ours to use";
  EXPECT_EQ(entries[2].find("Detail")->text, R"({"input":"text"})");
  EXPECT_EQ(entries[3].find("DetailType")->text, "r");
  const auto outcomes =
      bus->outcomes(batch, answer(R"({"FailedEntryCount":2,"Entries":[{"EventId":"e"},
        {"ErrorCode":"ThrottlingException"},{"ErrorCode":"MalformedDetail"}]})"));
  EXPECT_EQ(outcomes[0].kind, Outcome::Kind::kDelivered);
  EXPECT_EQ(outcomes[1].kind, Outcome::Kind::kRetry);
  EXPECT_EQ(outcomes[2].code, "INVALID_JSON");
  EXPECT_EQ(outcomes[3].kind, Outcome::Kind::kRetry);
}

TEST(AwsApiTest, FirehoseRecordsAreLines) {
  const auto stream =
      api(TargetKind::kFirehose, "arn:aws:firehose:eu-west-1:1:deliverystream/clicks");
  const std::vector<Delivery> batch = {delivery(0), delivery(1)};
  const HttpRequest request = stream->request(batch, "https://firehose");
  EXPECT_THAT(request.body, AllOf(HasSubstr(R"("DeliveryStreamName":"clicks")"),
                                  HasSubstr(to_base64("{\"n\":1}\n"))));
  const auto outcomes =
      stream->outcomes(batch, answer(R"({"FailedPutCount":1,"RequestResponses":[{"RecordId":"x"},
        {"ErrorCode":"ServiceUnavailableException"}]})"));
  EXPECT_EQ(outcomes[0].kind, Outcome::Kind::kDelivered);
  EXPECT_EQ(outcomes[1].kind, Outcome::Kind::kRetry);
}

TEST(AwsApiTest, AFunctionIsNamedByItsWholeArn) {
  const auto function = api(TargetKind::kLambda, "arn:aws:lambda:eu-west-1:1:function:f:live");
  const std::vector<Delivery> batch = {delivery(0)};
  EXPECT_EQ(function->request(batch, "https://lambda").url,
            "https://lambda/2015-03-31/functions/"
            "arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af%3Alive/invocations");
}

TEST(AwsApiTest, ErrorsAreRetriedOrNotAsEventBridgeDoes) {
  const auto outcome = [](std::string body, int status) {
    return aws_error_answer(answer(std::move(body), status), 0);
  };
  const auto gone =
      outcome(R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no queue"})", 400);
  EXPECT_EQ(gone.kind, Outcome::Kind::kRefused);
  EXPECT_EQ(gone.code, "NO_RESOURCE");
  EXPECT_EQ(gone.message, "QueueDoesNotExist: no queue");
  const auto denied = outcome("<E><Error><Code>AuthorizationError</Code></Error></E>", 403);
  EXPECT_EQ(denied.kind, Outcome::Kind::kRefused);
  EXPECT_EQ(denied.code, "NO_PERMISSIONS");
  EXPECT_EQ(outcome(R"({"__type":"ThrottlingException"})", 400).code, "THROTTLING");
  EXPECT_EQ(outcome(R"({"__type":"ExpiredTokenException"})", 400).kind, Outcome::Kind::kRetry);
  EXPECT_EQ(outcome("oops", 503).kind, Outcome::Kind::kRetry);
  EXPECT_EQ(outcome(R"({"__type":"ValidationException"})", 400).code, "INVALID_PARAMETER");
}

class AwsSenderTest : public DispatcherTest {};

TEST_F(AwsSenderTest, LargeBatchesAreSplitAndDeadLettersReachTheirQueue) {
  std::atomic<int> messages{0};
  LoopbackServer server([&](const ServedRequest& request) {
    ServedAnswer answer;
    if (request.header("authorization").find("Credential=AK/") == std::string_view::npos) {
      answer.status = 403;
      return answer;
    }
    const auto body = parse_json(request.body);
    const bool dead = body->find("QueueUrl")->text.ends_with("/dead");
    answer.body = R"({"Successful":[)";
    std::string failed;
    for (const JsonValue& entry : body->find("Entries")->elements) {
      const std::string id = entry.find("Id")->text;
      const auto event = parse_json(entry.find("MessageBody")->text);
      if (!dead && event->find("n")->text == "3") {
        failed = R"({"Id":")" + id + R"(","Code":"InvalidMessageContents","SenderFault":true})";
        continue;
      }
      ++messages;
      if (!answer.body.ends_with('[')) answer.body += ',';
      answer.body += R"({"Id":")" + id + "\"}";
    }
    answer.body += R"(],"Failed":[)" + failed + "]}";
    return answer;
  });
  const std::map<std::string, std::string> variables = {{"AWS_ENDPOINT_URL", server.url("")},
                                                        {"AWS_ACCESS_KEY_ID", "AK"},
                                                        {"AWS_SECRET_ACCESS_KEY", "SK"}};
  options_.environment = [&](std::string_view name) {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::string() : found->second;
  };
  write_rule(R"({"id":"q","arn":"arn:aws:sqs:eu-west-1:111122223333:orders",
                 "deadLetter":{"arn":"arn:aws:sqs:eu-west-1:111122223333:dead"}})");
  publish("b", 0, 25, {"q"});
  const DispatchReport report = run();
  EXPECT_EQ(report.delivered, 25) << "24 and a dead letter";
  EXPECT_EQ(report.dead, 1);
  EXPECT_EQ(messages, 25);
  EXPECT_LE(server.requests().size(), 4U);
  EXPECT_THAT(server.requests().back().body,
              AllOf(HasSubstr("/111122223333/dead"), HasSubstr("INVALID_PARAMETER"),
                    HasSubstr(R"("MessageBody":"{\"n\":3,)")));
}

TEST_F(AwsSenderTest, WithoutCredentialsDeliveriesWaitAndSayWhy) {
  options_.environment = [](std::string_view name) {
    return std::string(name == "AWS_EC2_METADATA_DISABLED" ? "true" : "");
  };
  write_rule(R"({"id":"q","arn":"arn:aws:sqs:eu-west-1:111122223333:orders"})");
  publish("b", 0, 2, {"q"});
  const DispatchReport report = run();
  EXPECT_EQ(report.owed, 2);
  EXPECT_EQ(report.failed, 0);
  EXPECT_THAT(warnings_, testing::Contains(HasSubstr("no AWS credentials")));
}

}  // namespace
}  // namespace clicklake
