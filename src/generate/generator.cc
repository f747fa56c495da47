#include "generate/generator.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "generate/hour_file.h"
#include "model/time.h"

namespace clicklake {

namespace {

namespace fs = std::filesystem;
using synthetic::FileReport;
using synthetic::HourFileMaker;
using synthetic::Traffic;

constexpr std::uint64_t kMaxEvents = 1'000'000'000'000;
constexpr int kMaxHours = 500'000;
constexpr int kMaxThreads = 256;
constexpr std::uint32_t kMaxPopulation = 1U << 24;
/// A session's name has 12 bits for its file and 24 for its number in it.
constexpr std::uint64_t kMaxFilesAnHour = 4096;

Error out_of_range(const std::string& option, const std::string& range) {
  return {ErrorCode::kInvalidArgument, "generate: " + option + " must be " + range};
}

Status check(const GenerateOptions& options) {
  if (options.events > kMaxEvents) return out_of_range("events", "at most 10^12");
  if (options.hours < 1 || options.hours > kMaxHours) return out_of_range("hours", "1 to 500000");
  if (!(options.dirty >= 0.0 && options.dirty <= 1.0))
    return out_of_range("dirty", "a share from 0 to 1");
  if (options.threads < 1 || options.threads > kMaxThreads)
    return out_of_range("threads", "1 to 256");
  if (options.users < 1 || options.users > kMaxPopulation)
    return out_of_range("users", "1 to 16777216");
  if (options.pages < 1 || options.pages > kMaxPopulation)
    return out_of_range("pages", "1 to 16777216");
  if (options.out.empty()) return out_of_range("the output", "a folder's path");
  std::int64_t first = days_from_civil(1974, 1, 1) * kMicrosPerDay,
               end = days_from_civil(2101, 1, 1) * kMicrosPerDay;
  if (options.start_us % kMicrosPerHour != 0 || options.start_us < first ||
      options.start_us > end - options.hours * kMicrosPerHour) {
    return out_of_range("the start",
                        "a full UTC hour, so that all hours lie within the years 1974 to 2100");
  }
  return {};
}

/// Makes `out` an empty folder, or says why not.
Status prepare_folder(const fs::path& out, bool replace) {
  std::error_code error;
  fs::create_directories(out, error);
  if (error) return errno_error(error.value(), "make the folder " + out.string());
  bool empty = fs::is_empty(out, error);
  if (error) return errno_error(error.value(), "read the folder " + out.string());
  if (empty) return {};
  fs::path truth = out / kTruthFileName;
  if (!replace || !fs::exists(truth, error)) {
    return Error{
        ErrorCode::kAlreadyExists,
        "generate: " + out.string() + " is not empty" +
            (replace ? " and holds no " + std::string(kTruthFileName) + ", so it was not generated"
                     : "; name another folder") +
            ", or remove it"};
  }
  fs::remove(truth, error);  // first: without it the folder counts as unfinished
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(out, error)) {
    if (entry.path().filename().string().starts_with("year=")) old.push_back(entry.path());
  }
  for (const fs::path& path : old) {
    if (!error) fs::remove_all(path, error);
  }
  if (error) return errno_error(error.value(), "empty the folder " + out.string());
  return {};
}

/// What the threads share.
class Progress {
 public:
  explicit Progress(const GenerateOptions& options) : options_(options) {}

  void add(std::uint64_t events, std::uint64_t bytes) {
    if (!options_.progress) return;
    std::lock_guard lock(mutex_);
    events_ += events;
    bytes_ += bytes;
    options_.progress(events_, bytes_);
  }

 private:
  const GenerateOptions& options_;
  std::mutex mutex_;
  std::uint64_t events_ = 0, bytes_ = 0;
};

Result<GenerateReport> write_files(const GenerateOptions& options, const Traffic& traffic) {
  std::size_t slices = traffic.plan.slices().size();
  Progress progress(options);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  GenerateReport report;
  std::optional<Error> failure;
  auto work = [&] {
    HourFileMaker maker(
        traffic, options.out,
        [&progress](std::uint64_t events, std::uint64_t bytes) { progress.add(events, bytes); });
    for (std::size_t i = next++; i < slices && !stop; i = next++) {
      Result<FileReport> made = maker.make(i);
      std::lock_guard lock(mutex);
      if (!made.has_value()) {
        stop = true;
        if (!failure) failure = made.error();
        return;
      }
      report.truth.add(made->truth);
      report.bytes += made->bytes;
      report.files += made->written ? 1 : 0;
    }
  };
  {
    std::vector<std::jthread> threads;
    auto count = std::min<std::size_t>(static_cast<std::size_t>(options.threads), slices);
    for (std::size_t i = 1; i < count; ++i) threads.emplace_back(work);
    work();
  }
  if (failure) return *failure;
  report.lines = report.truth.records_read();
  return report;
}

std::string truth_text(const GenerateOptions& options, const GenerateReport& report) {
  std::string text = "{" + report.truth.json_members();
  auto add = [&text](const char* name, const std::string& value) {
    text.append(", \"").append(name).append("\": ").append(value);
  };
  add("files", std::to_string(report.files));
  add("bytes", std::to_string(report.bytes));
  text += ", \"options\": {\"events\": " + std::to_string(options.events);
  add("hours", std::to_string(options.hours));
  add("seed", std::to_string(options.seed));
  add("dirty_lines", std::to_string(report.lines - report.truth.events));
  add("start", "\"" + format_timestamp(options.start_us) + "\"");
  add("users", std::to_string(options.users));
  add("pages", std::to_string(options.pages));
  return text + "}}\n";
}

Status write_truth(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return Error{ErrorCode::kIo, "generate: cannot write " + path.string()};
  return {};
}

}  // namespace

Result<GenerateReport> generate(const GenerateOptions& options) {
  auto begin = std::chrono::steady_clock::now();
  RETURN_IF_ERROR(check(options));
  auto dirty =
      static_cast<std::uint64_t>(std::llround(static_cast<double>(options.events) * options.dirty));
  Traffic traffic({options.users, options.pages}, options.seed, options.events,
                  hour_of(options.start_us), static_cast<std::uint32_t>(options.hours), dirty);
  for (const synthetic::Slice& slice : traffic.plan.slices()) {
    if (slice.shards > kMaxFilesAnHour)
      return out_of_range("events", "at most 2 * 10^9 in one hour");
  }
  RETURN_IF_ERROR(prepare_folder(options.out, options.replace));
  ASSIGN_OR_RETURN(GenerateReport report, write_files(options, traffic));
  RETURN_IF_ERROR(write_truth(options.out / kTruthFileName, truth_text(options, report)));
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace clicklake
