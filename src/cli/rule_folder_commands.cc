/// The subcommands of `rules` over a lake's own rules: list, enable, disable, import, export.

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "base/json_text.h"
#include "cli/rules_command.h"
#include "rules/rule_export.h"
#include "rules/rule_folder.h"
#include "rules/rule_import.h"

namespace clicklake {
namespace {

void print_notes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) fmt::print(stderr, "clicklake: note: {}\n", note);
}

/// Files that hold no rule, on standard error; whether there were any.
bool print_problems(const RuleFolder& folder) {
  for (const Error& problem : folder.problems) {
    fmt::print(stderr, "clicklake: {}\n", problem.message);
  }
  return !folder.problems.empty();
}

std::string targets_text(const RuleDocument& rule) {
  std::string text;
  for (const RuleTarget& target : rule.targets) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", target.id, to_string(target.kind));
  }
  return text.empty() ? "no targets" : text;
}

int list_rules(const std::string& lake_name, bool json) {
  const auto lake = find_lake(lake_name);
  if (!lake) return fail(lake.error());
  const auto folder = load_rule_folder(rules_folder(*lake));
  if (!folder) return fail(folder.error());
  JsonText out;
  out.begin_array();
  for (const StoredRule& stored : folder->rules) {
    const RuleDocument& rule = stored.rule;
    if (!json) {
      fmt::print("{:<32} {:<9} {:<28} {}\n", rule.name, rule.enabled ? "enabled" : "disabled",
                 rule.schedule ? rule.schedule->text() : "pattern", targets_text(rule));
      continue;
    }
    out.begin_object().member("name", rule.name).member("file", stored.file.string());
    out.member("state", rule.enabled ? "ENABLED" : "DISABLED");
    if (rule.schedule) out.member("scheduleExpression", rule.schedule->text());
    out.member("description", rule.description).key("targets").begin_array();
    for (const RuleTarget& target : rule.targets) {
      out.begin_object().member("id", target.id).member("kind", to_string(target.kind));
      out.end_object();
    }
    out.end_array().end_object();
  }
  if (json) fmt::print("{}\n", out.end_array().text());
  if (!json && folder->rules.empty()) {
    fmt::print("no rules in {}\n", rules_folder(*lake).string());
  }
  std::fflush(stdout);
  return print_problems(*folder) ? 1 : 0;
}

int set_state(const std::string& lake_name, const std::vector<std::string>& names, bool enabled) {
  const auto lake = find_lake(lake_name);
  if (!lake) return fail(lake.error());
  const std::filesystem::path path = rules_folder(*lake);
  const auto folder = load_rule_folder(path);
  if (!folder) return fail(folder.error());
  for (const std::string& name : names) {
    const RuleDocument* known = folder->find(name);
    if (known == nullptr) {
      (void)print_problems(*folder);
      return fail(
          {ErrorCode::kNotFound, fmt::format("there is no rule '{}' in {}: `clicklake rules "
                                             "list` shows them",
                                             name, path.string())});
    }
    if (known->enabled == enabled) continue;
    RuleDocument rule = *known;
    rule.enabled = enabled;
    if (const auto stored = store_rule(path, rule); !stored) return fail(stored.error());
    fmt::print("{} {}\n", enabled ? "enabled" : "disabled", name);
  }
  return 0;
}

struct ImportArguments {
  std::string lake;
  std::vector<std::string> files;
  bool dry_run = false;
  bool replace = false;
};

Result<int> import_files(const ImportArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  std::vector<ImportSource> sources;
  for (const std::string& file : arguments.files) {
    ASSIGN_OR_RETURN(std::string text, read_whole(file));
    sources.push_back({file, std::move(text)});
  }
  ASSIGN_OR_RETURN(const ImportedRules imported, import_rules(sources));
  print_notes(imported.notes);
  const std::filesystem::path path = rules_folder(lake);
  ASSIGN_OR_RETURN(const RuleFolder folder, load_rule_folder(path));
  for (const RuleDocument& rule : imported.rules) {
    const RuleDocument* known = folder.find(rule.name);
    if (known != nullptr && !(*known == rule) && !arguments.replace && !arguments.dry_run) {
      return Error{ErrorCode::kAlreadyExists,
                   fmt::format("there is another rule '{}' in {} already: nothing was imported; "
                               "--replace takes the new one",
                               rule.name, path.string())};
    }
  }
  for (const RuleDocument& rule : imported.rules) {
    if (arguments.dry_run) {
      fmt::print("{}", rule_document_json(rule));
      continue;
    }
    ASSIGN_OR_RETURN(const std::filesystem::path file, store_rule(path, rule));
    fmt::print("imported {} to {}\n", rule.name, file.string());
  }
  return 0;
}

struct ExportArguments {
  std::string lake;
  std::vector<std::string> names;
  bool terraform = false;
  bool cloudformation = false;
  bool aws_cli = false;
};

Result<int> export_to_stdout(const ExportArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(const RuleFolder folder, load_rule_folder(rules_folder(lake)));
  std::vector<RuleDocument> rules;
  for (const StoredRule& stored : folder.rules) {
    if (arguments.names.empty()) rules.push_back(stored.rule);
  }
  for (const std::string& name : arguments.names) {
    const RuleDocument* rule = folder.find(name);
    if (rule == nullptr) {
      return Error{ErrorCode::kNotFound, fmt::format("there is no rule '{}'", name)};
    }
    rules.push_back(*rule);
  }
  const ExportForm form = arguments.cloudformation ? ExportForm::kCloudFormation
                          : arguments.aws_cli      ? ExportForm::kAwsCli
                                                   : ExportForm::kTerraform;
  const ExportedRules exported = export_rules(rules, form);
  fmt::print("{}", exported.text);
  std::fflush(stdout);
  print_notes(exported.notes);
  for (const RuleDocument& rule : rules) {
    for (const std::string& warning : eventbridge_warnings(rule)) {
      fmt::print(stderr, "clicklake: note: rule '{}': {}\n", rule.name, warning);
    }
  }
  return print_problems(folder) ? 1 : 0;
}

int exit_code(const Result<int>& result) { return result ? *result : fail(result.error()); }

}  // namespace

void add_rule_folder_commands(CLI::App* rules, CommandContext* context) {
  struct ListArguments {
    std::string lake;
    std::string format = "text";
  };
  auto listed = std::make_shared<ListArguments>();
  CLI::App* list = rules->add_subcommand("list",
                                         "The lake's rules, their state and targets\n\n"
                                         "Example:\n  clicklake rules list --lake mylake\n");
  add_lake_option(list, *context, &listed->lake);
  add_format_option(list, &listed->format);
  list->callback([=] {
    context->chosen = [=] { return list_rules(listed->lake, listed->format == "json"); };
  });

  for (const bool enabled : {true, false}) {
    struct Arguments {
      std::string lake;
      std::vector<std::string> names;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = rules->add_subcommand(
        enabled ? "enable" : "disable",
        enabled ? "Let rules match again\n\nExample:\n  clicklake rules enable purchase\n"
                : "Let rules match no more; what matched already is still delivered\n\n"
                  "Example:\n  clicklake rules disable purchase\n");
    add_lake_option(command, *context, &arguments->lake);
    command->add_option("NAME", arguments->names, "Names of rules")->required();
    command->callback([=] {
      context->chosen = [=] { return set_state(arguments->lake, arguments->names, enabled); };
    });
  }

  auto import_arguments = std::make_shared<ImportArguments>();
  CLI::App* import = rules->add_subcommand(
      "import",
      "Rules from AWS's command line, Terraform or CloudFormation to rules/\n\n"
      "A FILE is what put-rule and put-targets take or describe-rule and list-targets-by-rule give "
      "(JSON), a script of these commands, Terraform's configuration, the output of `terraform "
      "show "
      "-json`, or a CloudFormation template. A rule and its targets may be in different files.\n\n"
      "Examples:\n"
      "  clicklake rules import rule.json targets.json\n"
      "  clicklake rules import --dry-run alerts.tf\n"
      "  terraform show -json | clicklake rules import -\n");
  add_lake_option(import, *context, &import_arguments->lake);
  import->add_option("FILE", import_arguments->files, "Files; - is standard input")->required();
  import->add_flag("--dry-run", import_arguments->dry_run, "Print the rules, write nothing");
  import->add_flag("--replace", import_arguments->replace, "Replace rules of the same name");
  import->callback(
      [=] { context->chosen = [=] { return exit_code(import_files(*import_arguments)); }; });

  auto export_arguments = std::make_shared<ExportArguments>();
  CLI::App* exported = rules->add_subcommand(
      "export",
      "Rules of the lake in AWS's terms, to standard output; what EventBridge has not is noted\n\n"
      "Examples:\n"
      "  clicklake rules export --terraform > alerts.tf\n"
      "  clicklake rules export --aws-cli purchase | sh\n");
  add_lake_option(exported, *context, &export_arguments->lake);
  exported->add_option("NAME", export_arguments->names, "Names of rules (default: all)");
  CLI::Option_group* form = exported->add_option_group("form");
  form->add_flag("--terraform", export_arguments->terraform, "Terraform's configuration");
  form->add_flag("--cloudformation", export_arguments->cloudformation, "A template, as JSON");
  form->add_flag("--aws-cli", export_arguments->aws_cli, "A script of `aws events` commands");
  form->require_option(1);
  exported->callback(
      [=] { context->chosen = [=] { return exit_code(export_to_stdout(*export_arguments)); }; });
}

}  // namespace clicklake
