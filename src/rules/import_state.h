#pragma once
/// Rules being put together from the sources of one import.
///
/// Place: for rule_import's sources only. Thread safety: thread-compatible.

#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "base/result.h"
#include "rules/rule_document.h"

namespace clicklake {

class ImportState {
 public:
  /// Of PutRule's members. A rule that was there keeps its targets. Errors: kInvalidData.
  Status put_rule(const JsonValue& value, const std::string& path);
  /// Of PutTargets' members of one target; replaces one of the same id. An empty `rule` is the one
  /// rule there is so far.
  Status put_target(const std::string& rule, const JsonValue& value, const std::string& path);
  void put_document(RuleDocument rule);
  void note(std::string text) { notes_.push_back(std::move(text)); }

  /// Errors: kInvalidData, targets of a rule that no source has, or a rule that is incomplete.
  Result<std::vector<RuleDocument>> take();
  std::vector<std::string>& notes() { return notes_; }

 private:
  struct Entry {
    RuleDocument rule;
    bool has_rule = false;
    std::string first_seen;  ///< for messages
  };
  Entry& entry(const std::string& name, const std::string& path);

  std::vector<Entry> entries_;
  std::vector<std::string> notes_;
};

/// A script of `aws events put-rule` and `put-targets`. Errors: kInvalidData, kUnsupported.
Status import_aws_script(std::string_view text, const std::string& where, ImportState* state);
/// Terraform's configuration files.
Status import_hcl(std::string_view text, const std::string& where, ImportState* state);
/// `terraform show -json` of a state or a plan.
Status import_terraform_show(const JsonValue& root, const std::string& where, ImportState* state);

}  // namespace clicklake
