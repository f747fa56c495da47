#include <fmt/format.h>

#include <memory>
#include <thread>

#include "base/byte_size.h"
#include "base/json_text.h"
#include "cli/command.h"
#include "cli/progress_meter.h"
#include "generate/generator.h"
#include "pipeline/run.h"

namespace clicklake {

void add_generate_command(CLI::App* app, CommandContext* context) {
  struct Arguments {
    GenerateOptions options;
    std::string out;
    std::string format = "text";
  };
  auto arguments = std::make_shared<Arguments>();
  GenerateOptions& options = arguments->options;
  options.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  CLI::App* command =
      app->add_subcommand("generate",
                          "Write a shop's clickstream, the same bytes for the same options\n\n"
                          "Examples:\n"
                          "  clicklake generate --events 1000000 --hours 48 clicks\n"
                          "  clicklake generate --events 100000 --hours 6 --dirty 0.05 --seed 7 "
                          "dirty-clicks   (truth: dirty-clicks/_truth.json)\n");
  command->add_option("--events", options.events, "Clean events in all")
      ->required()
      ->type_name("N");
  command->add_option("--hours", options.hours, "Hours, from 2024-11-01T00:00:00Z on")
      ->required()
      ->type_name("H");
  command->add_option("--seed", options.seed, "Another seed, another clickstream")->type_name("S");
  command
      ->add_option("--dirty", options.dirty,
                   "Duplicates, late and bad records on top, as a share of the events (0 to 1)")
      ->type_name("RATIO");
  command->add_option("--users", options.users, "Distinct users at most")->type_name("N");
  command->add_option("--pages", options.pages, "Distinct product pages at most")->type_name("N");
  command->add_option("--threads", options.threads, "Worker threads (default: one a core)")
      ->type_name("N");
  command->add_flag("--replace", options.replace, "Empty OUT first where generate filled it");
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->add_option("OUT", arguments->out, "The folder to fill")->required();
  command->callback([=] {
    context->chosen = [=] {
      GenerateOptions run = arguments->options;
      run.out = arguments->out;
      RunProgress progress;
      progress.phase = "generate";
      run.progress = [&](std::uint64_t events, std::uint64_t bytes) {
        progress.records = events;
        progress.bytes_done = bytes;
      };
      Result<GenerateReport> report = [&] {
        const ProgressMeter meter(&progress);
        return generate(run);
      }();
      if (!report) return fail(report.error());
      if (arguments->format == "json") {
        fmt::print("{{{}, \"lines\": {}, \"files\": {}, \"bytes\": {}, \"seconds\": {:.4f}}}\n",
                   report->truth.json_members(), report->lines, report->files, report->bytes,
                   report->seconds);
      } else {
        fmt::print("wrote {} lines ({} events) in {} files, {}, in {:.2f} s ({}/s)\ntruth: {}\n",
                   report->lines, report->truth.events, report->files,
                   format_byte_size(report->bytes), report->seconds,
                   format_byte_size(static_cast<std::uint64_t>(static_cast<double>(report->bytes) /
                                                               std::max(report->seconds, 1e-9))),
                   (run.out / kTruthFileName).string());
      }
      return 0;
    };
  });
}

}  // namespace clicklake
