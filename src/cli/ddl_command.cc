#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "catalog/catalog.h"
#include "catalog/lake_index.h"
#include "cli/command.h"
#include "cli/config.h"
#include "engines/engine_ddl.h"
#include "engines/symlink_manifests.h"
#include "metastore/metastore.h"

namespace clicklake {
namespace {

constexpr const char* kRawDatabase = "clickstream_raw";
constexpr const char* kRawTable = "click_events_raw";

struct DdlArguments {
  std::string lake;
  std::string engine;
  std::string location;
};

/// A location of the metastore as readers elsewhere see it, with a slash at its end.
std::string as_uri(const std::string& location, const std::string& lake_uri) {
  std::string uri = location.find("://") != std::string::npos ? location
                    : location.starts_with('/')               ? "file://" + location
                                                              : lake_uri + "/" + location;
  if (!uri.ends_with('/')) uri += '/';
  return uri;
}

/// The raw table with the partitions that don't lie where their keys say; nothing where it was
/// dropped.
Status add_raw(Catalog& catalog, ReadLake* out) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Metastore> metastore, Metastore::open(catalog));
  auto raw = metastore->table(kRawDatabase, kRawTable);
  if (!raw && raw.error().code == ErrorCode::kNotFound) return {};
  if (!raw) return raw.error();
  out->raw_location = as_uri(raw->storage.location, out->location);
  ASSIGN_OR_RETURN(const std::vector<Partition> partitions,
                   metastore->partitions(kRawDatabase, kRawTable,
                                         [](const std::vector<std::string>&) { return true; }));
  for (const Partition& partition : partitions) {
    if (partition.location.empty()) continue;
    std::string location = as_uri(partition.location, out->location);
    // Below the table's folder in `key=value` folders MSCK finds them.
    if (location.starts_with(out->raw_location) && location.find("/year=") != std::string::npos)
      continue;
    out->raw_elsewhere.push_back({partition.values, std::move(location)});
  }
  out->raw = std::move(*raw);
  return {};
}

Status add_star(Catalog& catalog, const std::filesystem::path& lake, ReadLake* out) {
  ASSIGN_OR_RETURN(const std::unique_ptr<LakeIndex> index, LakeIndex::open(lake / "catalog.db"));
  ASSIGN_OR_RETURN(const std::vector<IndexedTable> tables, index->tables());
  for (const IndexedTable& table : tables) {
    ReadTable& read = out->tables.emplace_back();
    ASSIGN_OR_RETURN(read.definition, catalog.definition(table.name));
    read.metadata_file = std::filesystem::path(table.metadata_location).filename().string();
    if (symlink_partition_column(*read.definition).empty()) continue;
    ASSIGN_OR_RETURN(const std::vector<DataFile> files, catalog.live_files(table.name, {}, false));
    for (const DataFile& file : files) {
      if (read.partitions.empty() || read.partitions.back() != file.partition)
        read.partitions.push_back(file.partition);
    }
  }
  return {};
}

Status print_ddl(const DdlArguments& arguments) {
  const Engine engine = *engine_of(arguments.engine);
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(Config config, load_config(lake));
  if (!arguments.location.empty()) {
    if (arguments.location.find("://") == std::string::npos) {
      return Error{ErrorCode::kInvalidArgument, "--location '" + arguments.location +
                                                    "' is no URI: write it as s3://bucket/lake"};
    }
    config.run.symlinks.location = arguments.location;
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
  ReadLake read;
  read.location = reader_location(lake, config.run.symlinks);
  RETURN_IF_ERROR(add_raw(*catalog, &read));
  RETURN_IF_ERROR(add_star(*catalog, lake, &read));
  const std::string text = engine_statements(engine, read);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  if ((engine == Engine::kAthena || engine == Engine::kSpectrum) && !config.run.symlinks.enabled) {
    fmt::print(stderr,
               "clicklake: the star tables are read by symlink manifests, which are off: write\n"
               "  [symlinks]\n  enabled = true\nin {} and run `clicklake run` once\n",
               (lake / "clicklake.toml").string());
  }
  return {};
}

}  // namespace

void add_ddl_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<DdlArguments>();
  CLI::App* command = app->add_subcommand(
      "ddl",
      "The statements by which another engine reads the lake's tables\n\n"
      "Examples:\n"
      "  clicklake ddl --for athena --lake mylake --location s3://bucket/lake > athena.sql\n"
      "  clicklake ddl --for trino --lake mylake\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_option("--for", arguments->engine, "athena, spectrum, hive or trino")
      ->required()
      ->type_name("ENGINE")
      ->check(CLI::IsMember({"athena", "spectrum", "hive", "trino"}));
  command
      ->add_option("--location", arguments->location,
                   "The lake's folder as the engine sees it (config: [symlinks] location)")
      ->type_name("URI");
  command->callback([=] {
    context->chosen = [=] {
      const Status printed = print_ddl(*arguments);
      return printed ? 0 : fail(printed.error());
    };
  });
}

}  // namespace clicklake
