#pragma once
/// Rules from where they are written down already: AWS's command line, Terraform, CloudFormation.
///
/// Place: `clicklake rules import`. Invariant: a rule comes whole or not at all; what has no
/// meaning
///   here is said, never dropped in silence.
/// Thread safety: pure functions.
/// Source: aws-cli `events put-rule`, `put-targets`, `describe-rule`, `list-targets-by-rule`;
///   Terraform's aws_cloudwatch_event_rule and _target; CloudFormation's AWS::Events::Rule.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rules/rule_document.h"

namespace clicklake {

struct ImportSource {
  std::string name;  ///< for messages
  std::string text;
};

struct ImportedRules {
  std::vector<RuleDocument> rules;  ///< in the order of the sources
  std::vector<std::string> notes;   ///< what was left out
};

/// Reads all `sources` together, so that a rule and its targets may be in different ones. Each is,
/// by its looks: JSON documents (the CLI's input or output, `terraform show -json`, a
/// CloudFormation template, this program's own documents), a script of `aws events` commands, or
/// Terraform's configuration. Errors: kInvalidData, kUnsupported, with the source and the place in
/// it.
Result<ImportedRules> import_rules(const std::vector<ImportSource>& sources);

}  // namespace clicklake
