#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "base/json_text.h"
#include "cli/report.h"
#include "cli/rules_command.h"
#include "events/json_document.h"
#include "events/matcher.h"

namespace clicklake {
namespace {

struct TestArguments {
  std::string file;
  std::string format = "text";
};

struct Outcome {
  std::uint64_t line = 0;
  std::string name;
  std::string expected;
  std::string answer;  // true, false or invalid
  std::string reason;  // why it is invalid
};

/// One case of the file. Errors: kInvalidData, it is none.
Result<Outcome> run_case(std::string_view text) {
  events::JsonDocument document;
  RETURN_IF_ERROR(document.read(text));
  const std::uint32_t pattern = document.member(0, "pattern");
  const std::uint32_t event = document.member(0, "event");
  const std::uint32_t expect = document.member(0, "expect");
  const std::uint32_t name = document.member(0, "name");
  const auto& nodes = document.nodes();
  const std::string_view expected = expect == 0 ? "" : nodes[expect].text;
  if (pattern == 0 || event == 0 ||
      (expected != "true" && expected != "false" && expected != "invalid")) {
    return Error{
        ErrorCode::kInvalidData,
        R"(a case is {"name": "n", "pattern": {...}, "event": {...}, "expect": true}, with )"
        R"(true, false or "invalid")"};
  }
  Outcome out;
  out.name = name == 0 ? "" : nodes[name].text;
  out.expected = expected;
  out.answer = "invalid";
  events::Matcher matcher;
  if (const Status put = matcher.put(out.name, nodes[pattern].text); !put) {
    out.reason = put.error().message;
    return out;
  }
  events::MatchReader reader(matcher);
  const auto found = reader.match(nodes[event].text);
  if (!found) {
    out.reason = found.error().message;
  } else {
    out.answer = found->empty() ? "false" : "true";
  }
  return out;
}

std::string as_json(std::uint64_t passed, const std::vector<Outcome>& failures) {
  JsonText json;
  json.begin_object()
      .member("passed", static_cast<std::int64_t>(passed))
      .member("failed", static_cast<std::int64_t>(failures.size()));
  json.key("failures").begin_array();
  for (const Outcome& one : failures) {
    json.begin_object()
        .member("line", static_cast<std::int64_t>(one.line))
        .member("name", one.name)
        .member("expected", one.expected)
        .member("answer", one.answer)
        .member("reason", one.reason)
        .end_object();
  }
  return json.end_array().end_object().text();
}

Result<int> execute(const TestArguments& arguments) {
  std::uint64_t passed = 0;
  std::vector<Outcome> failures;
  RETURN_IF_ERROR(each_line(arguments.file, [&](std::string_view text, std::uint64_t line) {
    Result<Outcome> outcome = run_case(text);
    if (outcome && outcome->answer == outcome->expected) {
      ++passed;
      return;
    }
    Outcome failure = outcome ? *std::move(outcome)
                              : Outcome{.line = line,
                                        .name = "",
                                        .expected = "a case",
                                        .answer = "none",
                                        .reason = outcome.error().message};
    failure.line = line;
    failures.push_back(std::move(failure));
  }));
  if (arguments.format == "json") {
    fmt::print("{}\n", as_json(passed, failures));
    return failures.empty() ? 0 : 1;
  }
  for (const Outcome& one : failures) {
    fmt::print("{}:{}: '{}': expected {}, the answer is {}{}{}\n", arguments.file, one.line,
               as_line(one.name), one.expected, one.answer, one.reason.empty() ? "" : ": ",
               one.reason);
  }
  fmt::print("{} passed, {} failed\n", passed, failures.size());
  return failures.empty() ? 0 : 1;
}

}  // namespace

void add_rules_test_command(CLI::App* rules, CommandContext* context) {
  auto arguments = std::make_shared<TestArguments>();
  CLI::App* command = rules->add_subcommand("test",
                                            "Run cases of a file, a line of NDJSON each: name, "
                                            "pattern, event, and expect: true, false or "
                                            "\"invalid\". Pattern and event are JSON, or JSON in a "
                                            "string. Exit code 1 where one fails\n\n"
                                            "Examples:\n"
                                            "  clicklake rules test cases.jsonl\n");
  command->add_option("FILE", arguments->file, "The cases; - is standard input")->required();
  add_format_option(command, &arguments->format);
  command->callback([=] {
    context->chosen = [=] {
      const Result<int> code = execute(*arguments);
      return code ? *code : fail(code.error());
    };
  });
}

}  // namespace clicklake
