#include "cli/rules_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace clicklake {
namespace {

namespace fs = std::filesystem;

struct FileCloser {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

Result<File> open_file(const std::string& file) {
  if (file == "-") return File(stdin);
  File opened(std::fopen(file.c_str(), "rbe"));
  if (opened == nullptr) return errno_error(errno, "read " + file);
  return opened;
}

Result<std::vector<std::string>> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  std::error_code error;
  for (const std::string& path : paths) {
    if (path == "-" || !fs::is_directory(path, error)) {
      out.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (auto entry = fs::recursive_directory_iterator(path, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      const std::string extension = entry->path().extension().string();
      if (entry->is_regular_file(error) &&
          (extension == ".json" || extension == ".jsonl" || extension == ".ndjson"))
        found.push_back(entry->path().string());
    }
    if (error) {
      return Error{ErrorCode::kIo, fmt::format("list the folder {}: {}", path, error.message())};
    }
    if (found.empty()) {
      return Error{ErrorCode::kNotFound,
                   fmt::format("the folder {} holds no .json, .jsonl or .ndjson file", path)};
    }
    std::sort(found.begin(), found.end());
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

}  // namespace

Result<std::string> read_whole(const std::string& file) {
  ASSIGN_OR_RETURN(const File opened, open_file(file));
  std::string out;
  char block[1 << 16];
  for (;;) {
    const std::size_t size = std::fread(block, 1, sizeof block, opened.get());
    out.append(block, size);
    if (size < sizeof block) break;
  }
  if (std::ferror(opened.get()) != 0) return errno_error(errno, "read " + file);
  return out;
}

Result<std::string> text_or_file(const std::string& argument) {
  const std::size_t first = argument.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && argument[first] == '{') return argument;
  return read_whole(argument);
}

Status each_line(const std::string& file,
                 const std::function<void(std::string_view, std::uint64_t)>& line) {
  ASSIGN_OR_RETURN(const File opened, open_file(file));
  std::string held(1 << 20, '\0');
  std::size_t kept = 0;  // bytes of a line whose end was not read yet
  std::uint64_t number = 0;
  const auto take = [&](std::string_view text) {
    ++number;
    if (text.find_first_not_of(" \t\r") != std::string_view::npos) line(text, number);
  };
  for (;;) {
    if (kept == held.size()) held.resize(held.size() * 2);
    const std::size_t size = std::fread(held.data() + kept, 1, held.size() - kept, opened.get());
    std::string_view rest(held.data(), kept + size);
    if (size == 0) {
      if (std::ferror(opened.get()) != 0) return errno_error(errno, "read " + file);
      if (!rest.empty()) take(rest);
      return {};
    }
    for (;;) {
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos) break;
      take(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    kept = rest.size();
    std::memmove(held.data(), rest.data(), kept);
  }
}

Result<std::vector<RuleOfFile>> load_rules(const std::vector<std::string>& paths) {
  ASSIGN_OR_RETURN(const std::vector<std::string> files, files_of(paths));
  std::vector<RuleOfFile> out;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const std::string text, read_whole(file));
    const std::string stem = file == "-" ? "rule" : fs::path(file).stem().string();
    ASSIGN_OR_RETURN(std::vector<events::RuleText> rules, events::read_rules(text, file, stem));
    for (events::RuleText& rule : rules) out.push_back({file, std::move(rule)});
  }
  return out;
}

void add_format_option(CLI::App* command, std::string* format) {
  command->add_option("--format", *format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
}

void add_rules_command(CLI::App* app, CommandContext* context) {
  CLI::App* rules =
      app->add_subcommand("rules",
                          "Event rules, in EventBridge's pattern language: check, match, test, "
                          "explain; the lake's own: "
                          "list, enable, disable, import, export\n\n"
                          "Examples:\n"
                          "  clicklake rules check rules/ --aws\n"
                          "  clicklake rules match --rules rules.jsonl events.ndjson --count\n"
                          "  clicklake rules explain rules/big-basket.json event.json\n");
  rules->require_subcommand(1);
  add_rules_check_command(rules, context);
  add_rules_match_command(rules, context);
  add_rules_test_command(rules, context);
  add_rules_explain_command(rules, context);
  add_rule_folder_commands(rules, context);
  add_ready_rules_commands(rules, context);
}

}  // namespace clicklake
