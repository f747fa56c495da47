/// `deadletters` list, show and redrive.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "base/json_text.h"
#include "base/json_value.h"
#include "base/uuid.h"
#include "cli/command.h"
#include "deliver/dead_letters.h"
#include "deliver/delivery_store.h"
#include "model/time.h"
#include "outbox/outbox_file.h"

namespace clicklake {
namespace {

struct Arguments {
  std::string lake;
  std::string format = "text";
  std::vector<std::string> ids;
  std::string rule;
  std::string target;
  std::string code;
  bool all = false;
};

struct Opened {
  std::filesystem::path lake;
  std::unique_ptr<DeliveryStore> store;
  std::vector<DeadRow> letters;
};

Result<Opened> open(const Arguments& arguments) {
  Opened opened;
  ASSIGN_OR_RETURN(opened.lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(opened.store, DeliveryStore::open(opened.lake));
  ASSIGN_OR_RETURN(opened.letters, opened.store->dead_letters(arguments.all));
  std::erase_if(opened.letters, [&](const DeadRow& row) {
    const bool named =
        arguments.ids.empty() ||
        std::find(arguments.ids.begin(), arguments.ids.end(), row.id) != arguments.ids.end();
    return !named || (!arguments.rule.empty() && row.rule != arguments.rule) ||
           (!arguments.target.empty() && row.target != arguments.target) ||
           (!arguments.code.empty() && row.code != arguments.code);
  });
  for (const std::string& id : arguments.ids) {
    if (std::none_of(opened.letters.begin(), opened.letters.end(),
                     [&](const DeadRow& row) { return row.id == id; })) {
      return Error{ErrorCode::kNotFound,
                   "there is no dead letter '" + id + "': `clicklake deadletters list` shows them"};
    }
  }
  return opened;
}

Result<int> list(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Opened opened, open(arguments));
  for (const DeadRow& row : opened.letters) {
    if (arguments.format == "json") {
      JsonText json;
      json.begin_object().member("id", row.id).member("rule", row.rule);
      json.member("target", row.target).member("at", format_timestamp(row.at_us));
      json.member("code", row.code).member("message", row.message);
      json.member("condition", row.condition).member("attempts", row.attempts);
      json.member("redriven", row.redriven).end_object();
      fmt::print("{}\n", json.text());
    } else {
      fmt::print("{}  {}  {} after {} retries: {}{}\n", format_timestamp(row.at_us), row.id,
                 row.code, row.attempts, row.message, row.redriven ? " (redriven)" : "");
    }
  }
  return 0;
}

Result<int> show(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Opened opened, open(arguments));
  for (const DeadRow& row : opened.letters) {
    ASSIGN_OR_RETURN(const std::string letter, read_dead_letter(opened.lake, row));
    ASSIGN_OR_RETURN(const JsonValue value, parse_json(letter));
    std::string text;
    append_json_indented(&text, value);
    fmt::print("{}\n", text);
  }
  return 0;
}

Result<int> redrive(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Opened opened, open(arguments));
  if (opened.letters.empty()) {
    fmt::print("no dead letters to redrive\n");
    return 0;
  }
  const std::int64_t now = std::chrono::duration_cast<std::chrono::microseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  const std::filesystem::path folder = outbox_folder(opened.lake);
  OutboxWriter writer(folder, "redrive-" + make_uuid7(now / 1000));
  std::vector<std::int64_t> numbers;
  for (const DeadRow& row : opened.letters) {
    ASSIGN_OR_RETURN(const std::string letter, read_dead_letter(opened.lake, row));
    ASSIGN_OR_RETURN(const JsonValue value, parse_json(letter));
    const JsonValue* event = value.find("event");
    const JsonValue* match_id = value.find("matchId");
    if (event == nullptr || match_id == nullptr) {
      return Error{ErrorCode::kCorruption, "dead letter " + row.id + " in " + row.file + ", byte " +
                                               std::to_string(row.offset) +
                                               ": its event is missing"};
    }
    // Its age begins anew; its id stays, so that the target can tell.
    const std::string event_text = to_json(*event);
    RETURN_IF_ERROR(writer.append({match_id->text, now, row.rule, {row.target}, "", event_text}));
    numbers.push_back(row.number);
  }
  ASSIGN_OR_RETURN(const auto file, writer.finish());
  RETURN_IF_ERROR(opened.store->redrive(file->name, numbers));
  ring_doorbell(folder);
  fmt::print("{} dead letters are on their way again\n", numbers.size());
  return 0;
}

int exit_code(const Result<int>& result) { return result ? *result : fail(result.error()); }

}  // namespace

void add_dead_letters_command(CLI::App* app, CommandContext* context) {
  CLI::App* letters =
      app->add_subcommand("deadletters", "Deliveries that were given up: list, show, redrive");
  letters->require_subcommand(1);
  auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* text, Result<int> (*run)(const Arguments&)) {
    CLI::App* command = letters->add_subcommand(name, text);
    add_lake_option(command, *context, &arguments->lake);
    command->add_option("ID", arguments->ids, "Ids of deliveries (default: all)");
    command->add_option("--rule", arguments->rule, "Those of this rule")->type_name("NAME");
    command->add_option("--target", arguments->target, "Those of this target")->type_name("ID");
    command->add_option("--code", arguments->code, "Those of this code")->type_name("CODE");
    command->callback([=] { context->chosen = [=] { return exit_code(run(*arguments)); }; });
    return command;
  };
  CLI::App* listed = add(
      "list", "When, which, and why\n\nExample:\n  clicklake deadletters list --rule purchase\n",
      &list);
  listed->add_flag("--all", arguments->all, "Those that were redriven, too");
  listed->add_option("--format", arguments->format, "text or json, a line each")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  add("show", "The letters with their events and EventBridge's attributes", &show);
  add("redrive",
      "Deliver them again, under their old ids, as if they had just matched\n\n"
      "Example:\n  clicklake deadletters redrive --target mail\n",
      &redrive);
}

}  // namespace clicklake
