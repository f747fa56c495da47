#pragma once
/// Rules and targets as EventBridge's API spells them: PutRule's and PutTargets' members.
///
/// Place: under import and export; Terraform's and CloudFormation's spellings come down to this
/// one. Invariant: what is read and written again is equal; a member that would be lost is an
/// error, one
///   that has no meaning here (RoleArn of a rule, tags, a bus's name) a note.
/// Thread safety: pure functions.
/// Source: EventBridge API reference, PutRule, PutTargets, Target.

#include <string>
#include <vector>

#include "base/json_text.h"
#include "base/json_value.h"
#include "base/result.h"
#include "rules/rule_document.h"

namespace clicklake {

/// Reads all but the targets. EventPattern may be a text or an object. Errors: kInvalidData with
/// `path`.
Status read_aws_rule(const JsonValue& value, const std::string& path, RuleDocument* rule,
                     std::vector<std::string>* notes);
/// Reads one of Targets. Errors: kInvalidData, kUnsupported (services and parameters that nothing
/// here carries out).
Status read_aws_target(const JsonValue& value, const std::string& path, RuleTarget* target);

/// Adds the members to an open object. `pattern_as_object`: as CloudFormation has it.
void add_aws_rule(JsonText* json, const RuleDocument& rule, bool pattern_as_object);
/// Adds the target as an object.
void add_aws_target(JsonText* json, const RuleTarget& target);

}  // namespace clicklake
