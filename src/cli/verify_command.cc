#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

#include "base/byte_size.h"
#include "base/json_text.h"
#include "catalog/catalog.h"
#include "catalog/lake_lock.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/report.h"
#include "model/star_schema.h"
#include "pipeline/replay.h"
#include "upkeep/backup.h"
#include "upkeep/verify.h"

namespace clicklake {
namespace {

struct VerifyArguments {
  std::string lake;
  std::string format = "text";
  int threads = 0;
  bool repair = false;
};

Damage damage_of(const VerifyReport& report) {
  Damage damage;
  std::set<std::string> lost;
  for (const Finding& finding : report.findings) {
    const bool data = finding.path.ends_with(".parquet");
    switch (finding.kind) {
      case FindingKind::kFileMissing:
      case FindingKind::kFileDamaged:
      case FindingKind::kRowCount:
        if (!data) break;
        if (finding.table == "fact_clicks") {
          lost.insert(finding.path);
        } else if (find_table(finding.table) == nullptr) {
          damage.marts = true;
        } else {
          damage.dimensions = true;
        }
        break;
      case FindingKind::kDuplicateEvent: damage.fact_rows = true; break;
      case FindingKind::kDuplicateKey:
      case FindingKind::kOrphanKey: damage.dimensions = true; break;
      case FindingKind::kUnusedMember:
      case FindingKind::kUserTotals: damage.users = true; break;
      case FindingKind::kMartRows: damage.marts = true; break;
      case FindingKind::kCounts:
      case FindingKind::kIceberg:
      case FindingKind::kMoved: break;
    }
  }
  damage.lost_facts.assign(lost.begin(), lost.end());
  return damage;
}

bool is_of_metadata(const Finding& finding) {
  return finding.kind == FindingKind::kIceberg || finding.kind == FindingKind::kMoved ||
         finding.path.find("/metadata/") != std::string::npos;
}

/// Builds again what can be; what can't is found again by the verify that follows.
Status repair(const std::filesystem::path& lake, const Config& config, const VerifyReport& report,
              bool everything) {
  Damage damage = damage_of(report);
  damage.dimensions |= everything && damage.users;
  if (std::any_of(report.findings.begin(), report.findings.end(), is_of_metadata)) {
    ASSIGN_OR_RETURN(const std::int64_t tables, relocate(lake, true, true));
    fmt::print(stderr, "metadata of {} tables was written anew\n", tables);
  }
  if (!damage.dimensions && !damage.fact_rows && !damage.users && !damage.marts &&
      damage.lost_facts.empty())
    return {};
  ASSIGN_OR_RETURN(const LakeLock lock, LakeLock::acquire(lake, "verify --repair", true));
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
  RunProgress progress;
  ASSIGN_OR_RETURN(const RunReport done, run_repair(*catalog, config.run, damage, &progress));
  fmt::print(stderr, "built again: {} rows took the place of {}\n", done.accepted, done.replaced);
  return {};
}

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
  options.marts = config.run.marts;
  ASSIGN_OR_RETURN(VerifyReport report, verify(options));
  if (!arguments.repair || report.findings.empty()) return report;
  for (const Finding& finding : report.findings) fmt::print(stderr, "found: {}\n", finding.message);
  RETURN_IF_ERROR(repair(lake, config, report, false));
  ASSIGN_OR_RETURN(report, verify(options));
  // Members that are where no key of theirs belongs are not found by their keys.
  if (!damage_of(report).users) return report;
  RETURN_IF_ERROR(repair(lake, config, report, true));
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
  command->add_flag("--repair", arguments->repair,
                    "Build again from raw what is wrong, then verify again");
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
