#include "deliver/aws_api.h"

#include <algorithm>
#include <charconv>

#include "aws/sigv4.h"
#include "base/base64.h"
#include "base/json_text.h"
#include "base/json_value.h"
#include "deliver/sender.h"
#include "model/time.h"

namespace clicklake {
namespace {

std::string text_at(const JsonValue& value, std::string_view name) {
  const JsonValue* member = value.find(name);
  return member == nullptr ? std::string() : member->text;
}

std::vector<Outcome> all(std::size_t count, const Outcome& outcome) {
  return std::vector<Outcome>(count, outcome);
}

Outcome unreadable(const HttpResponse& response) {
  return Outcome::retry("ERROR_FROM_TARGET", "HTTP " + std::to_string(response.status) +
                                                 " with an answer that can't be read");
}

HttpRequest json_request(const std::string& url, std::string_view version, std::string_view target,
                         std::string body) {
  HttpRequest request;
  request.url = url;
  request.headers = {"Content-Type: application/x-amz-json-" + std::string(version),
                     "X-Amz-Target: " + std::string(target)};
  request.body = std::move(body);
  return request;
}

/// What orders a FIFO queue's or topic's messages: as told, else the key, else the rule.
std::string group_of(const RuleTarget& target, const Delivery& delivery) {
  std::string group = target.message_group_id;
  if (group.empty()) group = delivery.key.empty() ? delivery.rule : delivery.key;
  std::replace_if(
      group.begin(), group.end(),
      [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) > 0x7E;
      },
      '_');
  return group.substr(0, 128);
}

class SqsApi final : public AwsApi {
 public:
  SqsApi(const RuleTarget& target, Arn arn)
      : target_(target), arn_(std::move(arn)), fifo_(arn_.resource.ends_with(".fifo")) {}

  std::string_view service() const override { return "sqs"; }
  std::size_t batch() const override { return 10; }
  std::size_t batch_bytes() const override { return 256'000; }

  HttpRequest request(std::span<const Delivery> batch, const std::string& endpoint) const override {
    JsonText json;
    json.begin_object().member("QueueUrl", endpoint + "/" + arn_.account + "/" + arn_.resource);
    json.key("Entries").begin_array();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Delivery& delivery = batch[i];
      json.begin_object().member("Id", std::to_string(i));
      if (delivery.target.ends_with(kDeadLetterSuffix)) {
        add_dead_letter(&json, delivery);
      } else {
        json.member("MessageBody", delivery.payload);
        json.key("MessageAttributes").begin_object();
        add_attribute(&json, "DeliveryId", delivery.id);
        json.end_object();
      }
      if (fifo_) {
        json.member("MessageGroupId", group_of(target_, delivery));
        json.member("MessageDeduplicationId", delivery.id.substr(0, 128));
      }
      json.end_object();
    }
    json.end_array().end_object();
    return json_request(endpoint + "/", "1.0", "AmazonSQS.SendMessageBatch", json.text());
  }

  std::vector<Outcome> outcomes(std::span<const Delivery> batch,
                                const HttpResponse& response) const override {
    const auto value = parse_json(response.body);
    const JsonValue* successful = value ? value->find("Successful") : nullptr;
    const JsonValue* failed = value ? value->find("Failed") : nullptr;
    std::vector<Outcome> outcomes = all(batch.size(), unreadable(response));
    const auto each = [&](const JsonValue* list, const auto& outcome) {
      if (list == nullptr) return;
      for (const JsonValue& entry : list->elements) {
        std::size_t index = 0;
        const std::string id = text_at(entry, "Id");
        const auto read = std::from_chars(id.data(), id.data() + id.size(), index);
        if (read.ec == std::errc() && index < outcomes.size()) outcomes[index] = outcome(entry);
      }
    };
    each(successful, [](const JsonValue&) { return Outcome::delivered(); });
    each(failed, [](const JsonValue& entry) {
      const JsonValue* fault = entry.find("SenderFault");
      Outcome outcome = aws_error(text_at(entry, "Code"), text_at(entry, "Message"),
                                  fault != nullptr && fault->truth ? 400 : 500);
      outcome.target_failed = false;
      return outcome;
    });
    return outcomes;
  }

 private:
  static void add_attribute(JsonText* json, std::string_view name, std::string_view value) {
    json->key(name).begin_object().member("DataType", "String");
    json->member("StringValue", value.empty() ? std::string_view("-") : value).end_object();
  }

  static void add_dead_letter(JsonText* json, const Delivery& delivery) {
    const auto letter = parse_json(delivery.event);
    const JsonValue* event = letter ? letter->find("event") : nullptr;
    const JsonValue* attributes = letter ? letter->find("attributes") : nullptr;
    json->member("MessageBody", event == nullptr ? delivery.event : to_json(*event));
    json->key("MessageAttributes").begin_object();
    for (std::size_t i = 0; attributes != nullptr && i < attributes->names.size(); ++i) {
      add_attribute(json, attributes->names[i], attributes->elements[i].text);
    }
    json->end_object();
  }

  RuleTarget target_;
  Arn arn_;
  bool fifo_;
};

/// As HTML forms encode: a blank is a +.
std::string form_encoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    out += aws_encoded(text.substr(0, blank));
    if (blank < text.size()) out += '+';
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return out;
}

class SnsApi final : public AwsApi {
 public:
  explicit SnsApi(const RuleTarget& target)
      : target_(target), fifo_(target.arn.ends_with(".fifo")) {}

  std::string_view service() const override { return "sns"; }
  std::size_t batch() const override { return 10; }
  std::size_t batch_bytes() const override { return 256'000; }

  HttpRequest request(std::span<const Delivery> batch, const std::string& endpoint) const override {
    HttpRequest request;
    request.url = endpoint + "/";
    request.headers = {"Content-Type: application/x-www-form-urlencoded; charset=utf-8"};
    std::string& body = request.body;
    body = "Action=PublishBatch&Version=2010-03-31&TopicArn=" + form_encoded(target_.arn);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::string entry = "&PublishBatchRequestEntries.member." + std::to_string(i + 1) + ".";
      body += entry + "Id=" + std::to_string(i);
      body += entry + "Message=" + form_encoded(batch[i].payload);
      if (!target_.subject.empty()) body += entry + "Subject=" + form_encoded(target_.subject);
      body += entry + "MessageAttributes.entry.1.Name=DeliveryId";
      body += entry + "MessageAttributes.entry.1.Value.DataType=String";
      body += entry + "MessageAttributes.entry.1.Value.StringValue=" + form_encoded(batch[i].id);
      if (fifo_) {
        body += entry + "MessageGroupId=" + form_encoded(group_of(target_, batch[i]));
        body += entry + "MessageDeduplicationId=" + form_encoded(batch[i].id.substr(0, 128));
      }
    }
    return request;
  }

  std::vector<Outcome> outcomes(std::span<const Delivery> batch,
                                const HttpResponse& response) const override {
    std::vector<Outcome> outcomes = all(batch.size(), unreadable(response));
    const std::string_view body = response.body;
    const std::size_t failed = std::min(body.find("<Failed>"), body.size());
    const std::size_t failed_end = std::min(body.find("</Failed>"), body.size());
    for (std::size_t at = body.find("<member>"); at != std::string_view::npos;
         at = body.find("<member>", at + 1)) {
      const std::size_t end = std::min(body.find("</member>", at), body.size());
      const std::string_view member = body.substr(at, end - at);
      const std::string id = xml_text(member, "Id");
      std::size_t index = 0;
      const auto read = std::from_chars(id.data(), id.data() + id.size(), index);
      if (read.ec != std::errc() || index >= outcomes.size()) continue;
      if (at < failed || at > failed_end) {
        outcomes[index] = Outcome::delivered();
        continue;
      }
      outcomes[index] = aws_error(xml_text(member, "Code"), xml_text(member, "Message"),
                                  xml_text(member, "SenderFault") == "true" ? 400 : 500);
      outcomes[index].target_failed = false;
    }
    return outcomes;
  }

 private:
  RuleTarget target_;
  bool fifo_;
};

class LambdaApi final : public AwsApi {
 public:
  explicit LambdaApi(const RuleTarget& target) : arn_(target.arn) {}

  std::string_view service() const override { return "lambda"; }
  std::size_t batch() const override { return 1; }
  std::size_t batch_bytes() const override { return 1 << 20; }

  HttpRequest request(std::span<const Delivery> batch, const std::string& endpoint) const override {
    HttpRequest request;
    request.url = endpoint + "/2015-03-31/functions/" + aws_encoded(arn_) + "/invocations";
    request.headers = {"Content-Type: application/json", "X-Amz-Invocation-Type: Event"};
    request.body = batch.front().payload;
    return request;
  }

  std::vector<Outcome> outcomes(std::span<const Delivery> batch,
                                const HttpResponse& /*response*/) const override {
    return all(batch.size(), Outcome::delivered());
  }

 private:
  std::string arn_;
};

class EventBridgeApi final : public AwsApi {
 public:
  explicit EventBridgeApi(const RuleTarget& target) : arn_(target.arn) {}

  std::string_view service() const override { return "events"; }
  std::size_t batch() const override { return 10; }
  std::size_t batch_bytes() const override { return 250'000; }

  HttpRequest request(std::span<const Delivery> batch, const std::string& endpoint) const override {
    JsonText json;
    json.begin_object().key("Entries").begin_array();
    for (const Delivery& delivery : batch) add_entry(&json, delivery);
    json.end_array().end_object();
    return json_request(endpoint + "/", "1.1", "AWSEvents.PutEvents", json.text());
  }

  std::vector<Outcome> outcomes(std::span<const Delivery> batch,
                                const HttpResponse& response) const override {
    const auto value = parse_json(response.body);
    const JsonValue* entries = value ? value->find("Entries") : nullptr;
    std::vector<Outcome> outcomes = all(batch.size(), unreadable(response));
    for (std::size_t i = 0; entries != nullptr && i < entries->elements.size() && i < batch.size();
         ++i) {
      const JsonValue& entry = entries->elements[i];
      const std::string code = text_at(entry, "ErrorCode");
      outcomes[i] = code.empty() ? Outcome::delivered()
                                 : aws_error(code, text_at(entry, "ErrorMessage"), 400);
      outcomes[i].target_failed = false;
    }
    return outcomes;
  }

 private:
  /// An envelope goes with its own source, type and time; anything else as detail of the rule's
  /// name.
  void add_entry(JsonText* json, const Delivery& delivery) const {
    const auto value = parse_json(delivery.payload);
    const JsonValue* detail = value ? value->find("detail") : nullptr;
    std::string source = value ? text_at(*value, "source") : "";
    std::string type = value ? text_at(*value, "detail-type") : "";
    const bool envelope = detail != nullptr && detail->kind == JsonValue::Kind::kObject &&
                          !source.empty() && !type.empty();
    if (!envelope || source.starts_with("aws.")) source = "clicklake";
    if (!envelope) type = delivery.rule;
    json->begin_object().member("EventBusName", arn_).member("Source", source);
    json->member("DetailType", type);
    if (envelope) {
      json->member("Detail", to_json(*detail));
    } else if (value && value->kind == JsonValue::Kind::kObject) {
      json->member("Detail", to_json(*value));
    } else {
      JsonText inner;
      inner.begin_object().key("input");
      if (value) {
        inner.raw(to_json(*value));
      } else {
        inner.value(delivery.payload);
      }
      inner.end_object();
      json->member("Detail", inner.text());
    }
    if (envelope) {
      if (const auto time = parse_timestamp(text_at(*value, "time"))) {
        json->key("Time").raw(std::to_string(*time / kMicrosPerSecond));
      }
      if (const JsonValue* resources = value->find("resources");
          resources != nullptr && resources->kind == JsonValue::Kind::kArray) {
        json->key("Resources").raw(to_json(*resources));
      }
    }
    json->end_object();
  }

  std::string arn_;
};

class FirehoseApi final : public AwsApi {
 public:
  explicit FirehoseApi(const Arn& arn) : stream_(arn.name()) {}

  std::string_view service() const override { return "firehose"; }
  std::size_t batch() const override { return 500; }
  std::size_t batch_bytes() const override { return 3'000'000; }

  HttpRequest request(std::span<const Delivery> batch, const std::string& endpoint) const override {
    JsonText json;
    json.begin_object().member("DeliveryStreamName", stream_).key("Records").begin_array();
    for (const Delivery& delivery : batch) {
      // Records are put one behind the other: each ends its line.
      json.begin_object().member("Data", to_base64(delivery.payload + "\n")).end_object();
    }
    json.end_array().end_object();
    return json_request(endpoint + "/", "1.1", "Firehose_20150804.PutRecordBatch", json.text());
  }

  std::vector<Outcome> outcomes(std::span<const Delivery> batch,
                                const HttpResponse& response) const override {
    const auto value = parse_json(response.body);
    const JsonValue* records = value ? value->find("RequestResponses") : nullptr;
    std::vector<Outcome> outcomes = all(batch.size(), unreadable(response));
    for (std::size_t i = 0; records != nullptr && i < records->elements.size() && i < batch.size();
         ++i) {
      const std::string code = text_at(records->elements[i], "ErrorCode");
      outcomes[i] = code.empty()
                        ? Outcome::delivered()
                        : aws_error(code, text_at(records->elements[i], "ErrorMessage"), 500);
      outcomes[i].target_failed = false;
    }
    return outcomes;
  }

 private:
  std::string stream_;
};

}  // namespace

std::unique_ptr<AwsApi> make_aws_api(const RuleTarget& target) {
  Arn arn = parse_arn(target.arn).value_or(Arn());
  switch (target.kind) {
    case TargetKind::kSns: return std::make_unique<SnsApi>(target);
    case TargetKind::kSqs: return std::make_unique<SqsApi>(target, std::move(arn));
    case TargetKind::kLambda: return std::make_unique<LambdaApi>(target);
    case TargetKind::kFirehose: return std::make_unique<FirehoseApi>(arn);
    default: return std::make_unique<EventBridgeApi>(target);
  }
}

}  // namespace clicklake
