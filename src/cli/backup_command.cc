#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "base/byte_size.h"
#include "base/json_text.h"
#include "catalog/catalog.h"
#include "cli/command.h"
#include "upkeep/backup.h"

namespace clicklake {
namespace {

struct BackupArguments {
  std::string lake;
  std::string destination;
  std::string format = "text";
  bool copy = false;
  bool all = false;
  bool no_wait = false;
};

int run_backup(const BackupArguments& arguments) {
  const auto report = [&]() -> Result<BackupReport> {
    ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
    // Takes over what other engines committed, and migrates.
    ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
    return backup(lake, std::filesystem::absolute(arguments.destination).lexically_normal(),
                  arguments.copy);
  }();
  if (!report) return fail(report.error());
  if (arguments.format == "json") {
    JsonText json;
    json.begin_object()
        .member("files_linked", report->files_linked)
        .member("files_copied", report->files_copied)
        .member("bytes", report->bytes)
        .member("in_place_files", report->in_place_files)
        .member("seconds", report->seconds)
        .end_object();
    fmt::print("{}\n", json.text());
    return 0;
  }
  fmt::print("{}: {} files linked, {} copied, {} in all ({:.2f} s)\n", arguments.destination,
             report->files_linked, report->files_copied,
             format_byte_size(static_cast<std::uint64_t>(report->bytes)), report->seconds);
  if (report->in_place_files > 0) {
    fmt::print("{} files are registered in place and not in it: back them up where they lie\n",
               report->in_place_files);
  }
  return 0;
}

int run_relocate(const BackupArguments& arguments) {
  const auto tables = [&]() -> Result<std::int64_t> {
    ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
    return relocate(lake, arguments.all, !arguments.no_wait);
  }();
  if (!tables) return fail(tables.error());
  if (arguments.format == "json") {
    JsonText json;
    json.begin_object().member("tables", *tables).end_object();
    fmt::print("{}\n", json.text());
  } else if (*tables == 0) {
    fmt::print("every table's metadata names this folder already (--all writes it anew)\n");
  } else {
    fmt::print("metadata of {} tables written anew; its history begins here\n", *tables);
  }
  return 0;
}

void add_format_option(CLI::App* command, std::string* format) {
  command->add_option("--format", *format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
}

}  // namespace

void add_backup_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<BackupArguments>();
  CLI::App* command =
      app->add_subcommand("backup",
                          "Make a copy of a lake that is a lake itself, while others write\n\n"
                          "Published files never change, so they are linked where they can be.\n\n"
                          "Examples:\n"
                          "  clicklake backup --lake mylake /backups/mylake-monday\n"
                          "  clicklake backup --lake mylake --copy /mnt/other-disk/mylake\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_option("DEST", arguments->destination, "A folder that is not there yet")->required();
  command->add_flag("--copy", arguments->copy, "Copy every file, link none");
  add_format_option(command, &arguments->format);
  command->callback([=] { context->chosen = [=] { return run_backup(*arguments); }; });
}

void add_relocate_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<BackupArguments>();
  CLI::App* command = app->add_subcommand(
      "relocate",
      "After a lake was moved or put back: write Iceberg's metadata for where it lies now\n\n"
      "Example:\n  mv mylake /data/lakes/ && clicklake relocate --lake /data/lakes/mylake\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_flag("--all", arguments->all,
                    "Also of tables whose metadata names this folder: from the catalog alone");
  command->add_flag("--no-wait", arguments->no_wait,
                    "Fail at once, saying who, where another command works on the lake");
  add_format_option(command, &arguments->format);
  command->callback([=] { context->chosen = [=] { return run_relocate(*arguments); }; });
}

}  // namespace clicklake
