#pragma once
/// What the subcommands of `rules` share: rules from files, events from files.
///
/// Place: one file a subcommand, each with one add_... function; add_rules_command() puts them
/// together.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "events/rule_file.h"

namespace clicklake {

/// A rule and the file that it is from.
struct RuleOfFile {
  std::string file;
  events::RuleText rule;
};

/// The rules of files and folders (.json, .jsonl, .ndjson of all levels, by name). "-" is standard
/// input.
Result<std::vector<RuleOfFile>> load_rules(const std::vector<std::string>& paths);

/// The whole of a file; "-" is standard input.
Result<std::string> read_whole(const std::string& file);

/// The text itself where it begins with '{', else the file of that name.
Result<std::string> text_or_file(const std::string& argument);

/// Calls line(text, number from 1) for every line of the file that is not blank; "-" is standard
/// input. Memory: the longest line.
Status each_line(const std::string& file,
                 const std::function<void(std::string_view, std::uint64_t)>& line);

void add_rules_check_command(CLI::App* rules, CommandContext* context);
void add_rules_match_command(CLI::App* rules, CommandContext* context);
void add_rules_test_command(CLI::App* rules, CommandContext* context);
void add_rules_explain_command(CLI::App* rules, CommandContext* context);
/// `rules add` and `rules query`.
void add_ready_rules_commands(CLI::App* rules, CommandContext* context);
void add_rule_folder_commands(CLI::App* rules, CommandContext* context);

/// `--format text|json`.
void add_format_option(CLI::App* command, std::string* format);

}  // namespace clicklake
