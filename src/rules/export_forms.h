#pragma once
/// Rules as Terraform's configuration and as a CloudFormation template.
///
/// Place: under rule_export, which leaves out what EventBridge can't hold. A webhook becomes an API
///   destination with its connection; secrets become variables, and are never written.
/// Thread safety: pure functions.
/// Source: Terraform's AWS provider, aws_cloudwatch_event_*; CloudFormation, AWS::Events::*.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule_document.h"

namespace clicklake {

std::string terraform(const std::vector<RuleDocument>& rules);
std::string cloudformation(const std::vector<RuleDocument>& rules);

/// `text` as a name in Terraform, or with `only_letters` (and digits) in CloudFormation.
std::string export_identifier(std::string_view text, bool only_letters);
/// As an API's AuthorizationType.
std::string_view export_authorization(const WebhookAuth& auth);
std::string indented_json(const std::string& json);
/// Deliveries a second as an API destination takes them.
std::int64_t export_rate(const RuleTarget& target);

}  // namespace clicklake
