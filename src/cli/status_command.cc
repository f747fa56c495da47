#include <chrono>
#include <memory>

#include "catalog/catalog.h"
#include "cli/command.h"
#include "cli/report.h"
#include "pipeline/status.h"

namespace clicklake {

void add_status_command(CLI::App* app, CommandContext* context) {
  struct Arguments {
    std::string lake;
    std::string format = "text";
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app->add_subcommand("status",
                          "Tables, rows, files, last batch, lag and quarantine\n\n"
                          "Example:\n  clicklake status --lake mylake --format json\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([=] {
    context->chosen = [=] {
      const auto status = [&]() -> Result<LakeStatus> {
        ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments->lake));
        ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog,
                         Catalog::open(lake / "catalog.db"));
        const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now().time_since_epoch());
        return lake_status(*catalog, now.count());
      }();
      if (!status) return fail(status.error());
      print_status(*status, arguments->format == "json");
      return 0;
    };
  });
}

}  // namespace clicklake
