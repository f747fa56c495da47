#pragma once
/// The rules of a lake: rules/*.json, a document a file.
///
/// Place: matching and delivery read it, `rules enable|disable|import` write it.
/// Invariant: a file that can't be read costs its own rule only, and is reported; two files never
///   hold one rule.
/// Thread safety: functions are safe; a RuleFolder is a value.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "rules/rule_document.h"

namespace clicklake {

/// `<lake>/rules`.
std::filesystem::path rules_folder(const std::filesystem::path& lake);

struct StoredRule {
  std::filesystem::path file;
  RuleDocument rule;
};

struct RuleFolder {
  std::vector<StoredRule> rules;  ///< by name
  std::vector<Error> problems;    ///< one a file that holds no rule
  std::uint64_t version = 0;      ///< changes with the folder's files

  const RuleDocument* find(std::string_view name) const;
};

/// Reads all files; a missing folder is an empty one. Errors: kIo, the folder can't be listed.
Result<RuleFolder> load_rule_folder(const std::filesystem::path& folder);
/// What `version` would be now. Cost: a stat a file.
std::uint64_t rule_folder_version(const std::filesystem::path& folder);

/// Writes `<folder>/<name>.json`, or the file that holds the rule already; durable on return.
/// Errors: kIo, kNoSpace.
Result<std::filesystem::path> store_rule(const std::filesystem::path& folder,
                                         const RuleDocument& rule);

}  // namespace clicklake
