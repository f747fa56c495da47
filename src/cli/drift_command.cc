#include <fmt/format.h>

#include <cstdio>
#include <limits>
#include <memory>

#include "base/json_text.h"
#include "catalog/catalog.h"
#include "cli/command.h"
#include "cli/report.h"
#include "crawl/drift.h"
#include "model/time.h"

namespace clicklake {
namespace {

struct DriftArguments {
  std::string lake;
  std::string since;
  std::string until;
  std::string fail_on;
  std::string format = "text";
};

Result<std::int64_t> parse_day(const char* flag, const std::string& text) {
  const auto time = text.size() == 10 ? parse_timestamp(text) : std::nullopt;
  if (!time)
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} '{}' is no day: write it as in 2024-11-04", flag, text)};
  return *time / kMicrosPerDay;
}

std::string kinds_text(const std::vector<ValueKind>& kinds) {
  std::string out;
  for (const ValueKind kind : kinds) {
    if (!out.empty()) out += ", ";
    out += to_string(kind);
  }
  return out.empty() ? "null" : out;
}

void kinds_json(std::string_view name, const std::vector<ValueKind>& kinds, JsonText* json) {
  json->key(name).begin_array();
  for (const ValueKind kind : kinds) json->value(to_string(kind));
  json->end_array();
}

std::string drift_json(const std::vector<DayDrift>& days, const std::vector<std::string>& caught) {
  JsonText json;
  json.begin_object().key("days").begin_array();
  for (const DayDrift& day : days) {
    json.begin_object().member("day", day_text(day.day)).member("records", day.records);
    json.key("drifts").begin_array();
    for (const KeyDrift& drift : day.drifts) {
      json.begin_object().member("kind", to_string(drift.kind)).member("key", drift.key);
      kinds_json("before", drift.before, &json);
      kinds_json("now", drift.now, &json);
      json.member("records", drift.records)
          .member("nulls_before", drift.nulls_before)
          .member("nulls", drift.nulls);
      if (drift.kind == KeyDrift::Kind::kStoppedKey) {
        json.member("last_day", day_text(drift.last_day));
      } else {
        json.member("example", drift.example)
            .member("file", as_utf8(drift.file))
            .member("line", drift.line)
            .member("offset", drift.offset);
      }
      json.end_object();
    }
    json.end_array().key("keys").begin_array();
    for (const KeyOfDay& key : day.keys) {
      json.begin_object()
          .member("key", key.key)
          .member("records", key.records)
          .member("nulls", key.nulls);
      kinds_json("kinds", key.kinds, &json);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().key("failed_on").begin_array();
  for (const std::string& line : caught) json.value(line);
  return json.end_array().end_object().text();
}

void print_drift(const KeyDrift& drift) {
  std::string what;
  switch (drift.kind) {
    case KeyDrift::Kind::kNewKey: what = kinds_text(drift.now); break;
    case KeyDrift::Kind::kNewType:
      what = fmt::format("{} (was {})", kinds_text(drift.now), kinds_text(drift.before));
      break;
    case KeyDrift::Kind::kStoppedKey:
      what = fmt::format("last seen {}", day_text(drift.last_day));
      break;
    case KeyDrift::Kind::kNulls:
      what = fmt::format("{:.1f} % (was {:.1f} %)", 100 * drift.nulls, 100 * drift.nulls_before);
      break;
  }
  fmt::print("  {:<12} {:<28} {:<34} {:>12} records\n", to_string(drift.kind), as_line(drift.key),
             what, number_text(drift.records));
  if (drift.kind == KeyDrift::Kind::kStoppedKey) return;
  fmt::print("               e.g. {} in {}, line {}\n", as_line(drift.example), as_line(drift.file),
             drift.line);
}

void print_days(const std::vector<DayDrift>& days) {
  for (const DayDrift& day : days) {
    fmt::print("{}  {} records, {} keys{}\n", day_text(day.day), number_text(day.records),
               day.keys.size(), day.drifts.empty() ? ": as before" : "");
    for (const KeyDrift& drift : day.drifts) print_drift(drift);
  }
  if (days.empty()) fmt::print("no days with counted records\n");
}

Result<int> execute(const DriftArguments& arguments) {
  std::int64_t since = std::numeric_limits<std::int64_t>::min();
  std::int64_t until = std::numeric_limits<std::int64_t>::max();
  if (!arguments.since.empty()) {
    ASSIGN_OR_RETURN(since, parse_day("--since", arguments.since));
  }
  if (!arguments.until.empty()) {
    ASSIGN_OR_RETURN(until, parse_day("--until", arguments.until));
  }
  ASSIGN_OR_RETURN(const DriftGate gate, parse_drift_gate(arguments.fail_on));
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
  ASSIGN_OR_RETURN(const std::vector<KeyCount> counts, catalog->key_counts(until));
  const std::vector<DayDrift> days = find_drift(counts, since);
  const std::vector<std::string> caught = caught_by(gate, days);
  if (arguments.format == "json") {
    fmt::print("{}\n", drift_json(days, caught));
  } else {
    print_days(days);
  }
  std::fflush(stdout);
  for (const std::string& line : caught)
    fmt::print(stderr, "clicklake: drift: {}\n", as_line(line));
  return caught.empty() ? 0 : 1;
}

}  // namespace

void add_drift_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<DriftArguments>();
  CLI::App* command = app->add_subcommand(
      "drift",
      "What changed in the keys of events from day to day: new and stopped keys, new types, "
      "nulls\n\n"
      "Examples:\n"
      "  clicklake drift --lake mylake --since 2024-11-01\n"
      "  clicklake drift --lake mylake --since 2024-11-04 --until 2024-11-04 --fail-on "
      "new-type,stopped-key,nulls:0.5\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_option("--since", arguments->since, "First day to show (default: the first one)")
      ->type_name("DAY");
  command->add_option("--until", arguments->until, "Last day to show (default: the last one)")
      ->type_name("DAY");
  command
      ->add_option("--fail-on", arguments->fail_on,
                   "End with exit code 1 where the days shown have any of: new-key, new-type, "
                   "stopped-key, nulls:SHARE (of 1)")
      ->type_name("LIST");
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([=] {
    context->chosen = [=] {
      const Result<int> code = execute(*arguments);
      return code ? *code : fail(code.error());
    };
  });
}

}  // namespace clicklake
