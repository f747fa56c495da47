#include "rules/rule_folder.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/hash.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

std::vector<std::filesystem::path> rule_files(const std::filesystem::path& folder,
                                              std::error_code* error) {
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator at(folder, *error), end; !*error && at != end;
       at.increment(*error)) {
    const std::string name = at->path().filename().string();
    if (name.ends_with(".json") && !name.starts_with('.')) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::filesystem::path rules_folder(const std::filesystem::path& lake) { return lake / "rules"; }

const RuleDocument* RuleFolder::find(std::string_view name) const {
  const auto at = std::lower_bound(
      rules.begin(), rules.end(), name,
      [](const StoredRule& stored, std::string_view wanted) { return stored.rule.name < wanted; });
  return at == rules.end() || at->rule.name != name ? nullptr : &at->rule;
}

std::uint64_t rule_folder_version(const std::filesystem::path& folder) {
  std::error_code error;
  std::string text;
  for (const std::filesystem::path& file : rule_files(folder, &error)) {
    text +=
        file.string() + '\n' +
        std::to_string(std::filesystem::last_write_time(file, error).time_since_epoch().count()) +
        ' ' + std::to_string(std::filesystem::file_size(file, error)) + '\n';
  }
  return xxh64(text, 0);
}

Result<RuleFolder> load_rule_folder(const std::filesystem::path& folder) {
  RuleFolder loaded;
  loaded.version = rule_folder_version(folder);
  std::error_code error;
  const std::vector<std::filesystem::path> files = rule_files(folder, &error);
  if (error && error != std::errc::no_such_file_or_directory) {
    return errno_error(error.value(), "list the rules in " + folder.string());
  }
  for (const std::filesystem::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) {
      loaded.problems.push_back({ErrorCode::kIo, "cannot read the rule " + file.string()});
      continue;
    }
    auto rule = parse_rule_document(text, file.string());
    if (!rule) {
      loaded.problems.push_back(rule.error());
      continue;
    }
    loaded.rules.push_back({file, std::move(*rule)});
  }
  std::stable_sort(
      loaded.rules.begin(), loaded.rules.end(),
      [](const StoredRule& a, const StoredRule& b) { return a.rule.name < b.rule.name; });
  for (std::size_t i = 1; i < loaded.rules.size();) {
    if (loaded.rules[i - 1].rule.name != loaded.rules[i].rule.name) {
      ++i;
      continue;
    }
    loaded.problems.push_back(
        {ErrorCode::kInvalidData,
         loaded.rules[i].file.string() + ": the rule '" + loaded.rules[i].rule.name + "' is in " +
             loaded.rules[i - 1].file.string() + " already: give it another name, or remove one"});
    loaded.rules.erase(loaded.rules.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return loaded;
}

Result<std::filesystem::path> store_rule(const std::filesystem::path& folder,
                                         const RuleDocument& rule) {
  ASSIGN_OR_RETURN(const RuleFolder known, load_rule_folder(folder));
  std::filesystem::path path = folder / (rule.name + ".json");
  for (const StoredRule& stored : known.rules) {
    if (stored.rule.name == rule.name) path = stored.file;
  }
  ASSIGN_OR_RETURN(DurableFile file, DurableFile::create(path));
  RETURN_IF_ERROR(file.append(rule_document_json(rule)));
  RETURN_IF_ERROR(file.commit("rule.fsync", "rule.rename"));
  RETURN_IF_ERROR(sync_folder(folder));
  return path;
}

}  // namespace clicklake
