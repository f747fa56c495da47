#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "base/byte_size.h"
#include "base/json_text.h"
#include "catalog/catalog.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/report.h"
#include "upkeep/verify.h"

namespace clicklake {
namespace {

struct VerifyArguments {
  std::string lake;
  std::string format = "text";
  int threads = 0;
};

Result<VerifyReport> execute(const VerifyArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(const Config config, load_config(lake));
  // Takes over what other engines committed, and migrates.
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
  VerifyOptions options;
  options.lake = lake;
  options.threads = arguments.threads > 0 ? arguments.threads : config.run.threads;
  options.memory_limit = config.run.memory_limit;
  options.temp_dir = config.run.temp_dir;
  options.base_currency = config.run.base_currency;
  options.dedupe_window_hours = config.run.dedupe_window_hours;
  return verify(options);
}

void print_json(const VerifyReport& report) {
  JsonText json;
  json.begin_object().member("sound", report.findings.empty() && report.skipped.empty());
  json.key("findings").begin_array();
  for (const Finding& finding : report.findings) {
    json.begin_object()
        .member("kind", to_string(finding.kind))
        .member("table", finding.table)
        .member("path", as_utf8(finding.path))
        .member("message", as_utf8(finding.message))
        .member("way_out", finding.way_out)
        .end_object();
  }
  json.end_array();
  json.key("skipped").begin_array();
  for (const std::string& check : report.skipped) json.value(as_utf8(check));
  json.end_array();
  json.key("notes").begin_array();
  for (const std::string& note : report.notes) json.value(as_utf8(note));
  json.end_array();
  json.member("files", report.files)
      .member("bytes", report.bytes)
      .member("without_checksum", report.without_checksum)
      .member("batches", report.batches)
      .member("facts", report.facts)
      .member("raw_records", report.raw_records)
      .member("seconds", report.seconds)
      .end_object();
  fmt::print("{}\n", json.text());
}

void print_text(const VerifyReport& report) {
  for (const Finding& finding : report.findings) {
    fmt::print("{}: {}\n    {}\n", to_string(finding.kind), finding.message, finding.way_out);
  }
  for (const std::string& check : report.skipped) fmt::print("not checked: {}\n", check);
  for (const std::string& note : report.notes) fmt::print("note: {}\n", note);
  fmt::print("{} files, {} held against their checksums{}; {} batches, {} facts, {} raw records\n",
             report.files, format_byte_size(static_cast<std::uint64_t>(report.bytes)),
             report.without_checksum > 0
                 ? fmt::format(" ({} files have none)", report.without_checksum)
                 : "",
             report.batches, report.facts, report.raw_records);
  if (report.findings.empty() && report.skipped.empty()) {
    fmt::print("sound: nothing is wrong ({:.2f} s)\n", report.seconds);
  } else {
    fmt::print("{} findings ({:.2f} s)\n", report.findings.size(), report.seconds);
  }
}

}  // namespace

void add_verify_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* command = app->add_subcommand(
      "verify",
      "Prove that a lake is whole, or say what is wrong with it and what to do; exit code 0 or "
      "1\n\n"
      "Every published file and its checksum, the counts of all batches, identities, keys and\n"
      "references, users' totals, and Iceberg's metadata against the catalog.\n\n"
      "Example:\n  clicklake verify --lake mylake --format json\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_option("--threads", arguments->threads, "Worker threads (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([=] {
    context->chosen = [=] {
      const Result<VerifyReport> report = execute(*arguments);
      if (!report) return fail(report.error());
      if (arguments->format == "json") {
        print_json(*report);
      } else {
        print_text(*report);
      }
      return report->findings.empty() && report->skipped.empty() ? 0 : 1;
    };
  });
}

}  // namespace clicklake
