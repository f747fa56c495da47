#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>

#include "catalog/catalog.h"
#include "catalog/lake_lock.h"
#include "cli/command.h"
#include "cli/config.h"
#include "marts/mart_folder.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

constexpr std::array<const char*, 6> kZones{"raw",        "processed", "curated",
                                            "quarantine", "rules",     "marts"};

Status init_lake(const std::string& argument, bool* existed, std::filesystem::path* lake) {
  std::error_code error;
  *lake = std::filesystem::absolute(argument, error).lexically_normal();
  if (!lake->has_filename()) *lake = lake->parent_path();
  if (std::filesystem::exists(*lake / "catalog.db", error)) {
    *existed = true;
    // Power was lost between the catalog's renaming and the removal of the folder that it was made
    // in.
    std::filesystem::remove_all(temporary_path(*lake / "catalog.db"), error);
    const auto catalog = Catalog::open(*lake / "catalog.db");
    return catalog ? Status{} : Status{catalog.error()};
  }
  if (std::filesystem::exists(*lake, error)) {
    for (const auto& entry : std::filesystem::directory_iterator(*lake, error)) {
      const std::string name = entry.path().filename().string();
      const bool ours = name == "clicklake.toml" || name == ".lock" || is_temporary_name(name) ||
                        std::find(kZones.begin(), kZones.end(), name) != kZones.end();
      if (!ours) {
        return Error{
            ErrorCode::kAlreadyExists,
            fmt::format("{} is not empty (it holds {}): name a new or empty folder for the lake",
                        lake->string(), name)};
      }
    }
    if (error) return errno_error(error.value(), "read the folder " + lake->string());
  }
  std::filesystem::path there = lake->parent_path();  // the deepest folder that is there already
  while (!std::filesystem::exists(there, error) && there.has_relative_path())
    there = there.parent_path();
  RETURN_IF_ERROR(make_folders(*lake));
  // Of two who make one lake at once, the later finds the first one's.
  ASSIGN_OR_RETURN(const LakeLock lock, LakeLock::acquire(*lake, "init", true));
  if (std::filesystem::exists(*lake / "catalog.db", error)) {
    *existed = true;
    return {};
  }
  for (const char* zone : kZones) RETURN_IF_ERROR(make_folders(*lake / zone));
  if (!std::filesystem::exists(*lake / "clicklake.toml", error)) {
    ASSIGN_OR_RETURN(DurableFile file, DurableFile::create(*lake / "clicklake.toml"));
    RETURN_IF_ERROR(file.append(default_config_text()));
    RETURN_IF_ERROR(file.commit("config.sync", "config.rename"));
  }
  for (const ReadyMart& mart : ready_marts()) {
    const Status written = write_mart(marts_folder(*lake), mart.name, mart.text);
    if (!written && written.error().code != ErrorCode::kAlreadyExists) return written;
  }
  RETURN_IF_ERROR(sync_folder(*lake));
  // The catalog comes last: with it the folder is a lake.
  const auto catalog = Catalog::create(*lake / "catalog.db");
  if (!catalog) return catalog.error();
  RETURN_IF_ERROR(sync_folder(*lake));
  return sync_folders_up_to(lake->parent_path(), there);
}

}  // namespace

void add_init_command(CLI::App* app, CommandContext* context) {
  auto argument = std::make_shared<std::string>();
  CLI::App* command =
      app->add_subcommand("init",
                          "Make a lake: its folders, catalog and a commented clicklake.toml\n\n"
                          "Example:\n  clicklake init mylake\n");
  command->add_option("LAKE", *argument, "The folder to make")->required();
  command->callback([=] {
    context->chosen = [=] {
      bool existed = false;
      std::filesystem::path lake;
      if (const Status done = init_lake(*argument, &existed, &lake); !done)
        return fail(done.error());
      if (existed) {
        fmt::print("{} is a lake already; nothing was changed\n", lake.string());
      } else {
        fmt::print("made a lake in {}\nnext: clicklake run --lake {} SOURCE...   (settings: {})\n",
                   lake.string(), *argument, (lake / "clicklake.toml").string());
      }
      return 0;
    };
  });
}

}  // namespace clicklake
