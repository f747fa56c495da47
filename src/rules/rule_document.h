#pragma once
/// A rule as its file says it: what it matches or when it fires, and where its matches go.
///
/// Place: rules/*.json of a lake; matching reads the pattern, delivery the targets. Import and
///   export give and take this.
/// Invariant: a document that was parsed can be carried out: paths, templates and schedules are
///   compiled, a target has what its kind needs. The pattern itself is the matcher's to judge.
/// Thread safety: a value.
/// Source: EventBridge API, PutRule and PutTargets; docs/events-delivery.md.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "rules/input_transformer.h"
#include "rules/json_path.h"
#include "rules/schedule.h"

namespace clicklake {

enum class TargetKind : std::uint8_t {
  kSns,
  kSqs,
  kLambda,
  kEventBridge,
  kFirehose,
  kWebhook,
  kCommand,
  kFile,
  kStdout,
};

std::string_view to_string(TargetKind kind);

/// A secret, or where it is kept. Never shown, logged or exported.
struct SecretText {
  enum class From : std::uint8_t { kNowhere, kDocument, kEnvironment, kFile };
  From from = From::kNowhere;
  std::string text;  ///< the secret itself, the variable's name, or the file's path

  bool is_set() const { return from != From::kNowhere; }
  bool operator==(const SecretText&) const = default;
};

struct RetryPolicy {
  int maximum_attempts = 185;                 ///< after the first one
  std::int64_t maximum_age_seconds = 86'400;  ///< since the event was accepted
  std::int64_t backoff_ms = 1'000;            ///< the first pause is up to this
  std::int64_t maximum_backoff_ms = 900'000;  ///< no pause is longer, unless the target asks
  bool operator==(const RetryPolicy&) const = default;
};

struct WebhookAuth {
  enum class Kind : std::uint8_t { kNone, kBasic, kApiKey, kOauth };
  Kind kind = Kind::kNone;
  std::string name;   ///< basic: user; apiKey: the header; oauth: client id
  SecretText secret;  ///< password, key, client secret
  std::string url;    ///< oauth: the token endpoint
  std::string scope;  ///< oauth
  bool operator==(const WebhookAuth&) const = default;
};

struct Webhook {
  std::string url;
  std::string method = "POST";
  std::vector<std::pair<std::string, std::string>> headers;
  WebhookAuth auth;
  SecretText signing_secret;  ///< HMAC-SHA256 over id, time and body; see deliver/webhook.h
  std::string ca_file;        ///< PEM of authorities to trust instead of the system's
  bool operator==(const Webhook&) const = default;
};

struct RuleTarget {
  std::string id;
  TargetKind kind = TargetKind::kStdout;
  std::string arn;       ///< of the AWS kinds
  std::string role_arn;  ///< kept for export; deliveries are signed with this machine's credentials

  // What of the event is sent: at most one; none: all of it.
  std::optional<std::string> input;  ///< a JSON text
  std::optional<JsonPath> input_path;
  std::optional<InputTransformer> transformer;

  RetryPolicy retry;
  std::string dead_letter_arn;  ///< an SQS queue; dead letters are kept in the lake in any case
  std::optional<JsonPath> key;  ///< matches with equal values go one after the other
  double rate_limit = 0;        ///< deliveries a second; 0: as fast as it takes them
  int concurrency = 0;          ///< at once; 0: what the kind likes
  std::int64_t timeout_ms = 5'000;

  std::string message_group_id;  ///< FIFO queues and topics; empty: the key's value
  std::string subject;           ///< SNS
  Webhook webhook;
  std::vector<std::string> command;  ///< program and arguments; the input comes on standard input
  std::string file;                  ///< relative to the lake

  bool operator==(const RuleTarget&) const = default;
};

struct RuleDocument {
  std::string name;
  std::string description;
  std::string event_pattern;    ///< JSON; empty: none
  bool scope_is_event = false;  ///< the pattern sees the event itself, not EventBridge's envelope
  std::optional<Schedule> schedule;
  std::string query;                   ///< SQL that a schedule runs: each row is an event
  std::vector<std::string> query_key;  ///< columns that make a row's identity; empty: all of them
  bool enabled = true;
  std::vector<RuleTarget> targets;

  bool operator==(const RuleDocument& other) const;
};

/// Reads one document. Errors: kInvalidData with `where` (a file's name), the path in the document,
/// and what is allowed there.
Result<RuleDocument> parse_rule_document(std::string_view json, std::string_view where);

/// The document as its file holds it, indented, with what differs from the defaults.
std::string rule_document_json(const RuleDocument& rule);

/// A target of the kind that `arn` names the service of. Errors: kUnsupported naming the services
/// that can be delivered to; kInvalidData, no ARN.
Result<TargetKind> kind_of_arn(std::string_view arn);

/// Checks what no single member shows: a rule has a pattern or a schedule, a target what its kind
/// needs. Errors: kInvalidData with the member.
Status check_rule(const RuleDocument& rule);

/// Where the rule goes beyond what EventBridge takes: sizes, counts, kinds it has not. One line
/// each, with the limit.
std::vector<std::string> eventbridge_warnings(const RuleDocument& rule);

}  // namespace clicklake
