#pragma once
/// Rules as Terraform, CloudFormation or the AWS command line take them.
///
/// Place: `clicklake rules export`. Invariant: what is exported and imported again is the same
/// rule,
///   apart from what the notes say; secrets are never written.
/// Thread safety: pure functions.
/// Source: as rule_import.h.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rules/rule_document.h"

namespace clicklake {

enum class ExportForm : std::uint8_t { kTerraform, kCloudFormation, kAwsCli };

struct ExportedRules {
  std::string text;
  std::vector<std::string> notes;  ///< what EventBridge has no counterpart of, and was left out
};

ExportedRules export_rules(std::span<const RuleDocument> rules, ExportForm form);

}  // namespace clicklake
