// How fast matches are delivered, in one process with its receiver:
//   event_delivery FOLDER FILE_MATCHES HOOK_MATCHES LATENCY_MATCHES
// Prints one line of JSON: deliveries a second to a file and to a loopback webhook over kept
// connections, and for single matches published every 10 ms the time from the commit's bell to the
// webhook's receipt, in milliseconds.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "deliver/dispatcher.h"
#include "net/loopback_server_fixture.h"
#include "outbox/outbox_file.h"

namespace {

using namespace clicklake;  // NOLINT(google-build-using-namespace): a program of one file

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t utc_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Lake {
 public:
  explicit Lake(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_ / "rules");
  }

  void rule(const std::string& target) const {
    std::ofstream(path_ / "rules" / "r.json")
        << R"({"name":"r","eventPattern":{"n":[{"exists":true}]},"targets":[)" << target << "]}";
  }

  /// The events are as long as a click.
  void publish(int first, int count) {
    OutboxWriter writer(outbox_folder(path_), "b" + std::to_string(1'000'000 + batches_++));
    const std::string pad(300, 'x');
    for (int i = first; i < first + count; ++i) {
      const std::string id = match_id("r", std::to_string(i));
      const std::string event = R"({"n":)" + std::to_string(i) + R"(,"pad":")" + pad + "\"}";
      if (!writer.append({id, utc_us(), "r", {"t"}, "", event})) std::exit(1);
    }
    const auto file = writer.finish();
    if (!file) std::exit(1);
    names_.push_back((*file)->name);
    published_ = names_.size();
    ring_doorbell(outbox_folder(path_));
  }

  std::unique_ptr<Dispatcher> open() {
    DispatcherOptions options;
    options.lake = path_;
    names_.reserve(100'000);
    options.published = [this]() -> Result<std::vector<std::string>> {
      return std::vector<std::string>(
          names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(published_.load()));
    };
    auto dispatcher = Dispatcher::open(std::move(options));
    if (!dispatcher) {
      std::fprintf(stderr, "event_delivery: %s\n", dispatcher.error().message.c_str());
      std::exit(1);
    }
    return std::move(*dispatcher);
  }

 private:
  std::filesystem::path path_;
  std::vector<std::string> names_;
  std::atomic<std::size_t> published_{0};
  int batches_ = 0;
};

double rate(Lake* lake, int count) {
  lake->publish(0, count);
  const auto dispatcher = lake->open();
  const double begin = now();
  const auto report = dispatcher->run(Dispatcher::Until::kDrained);
  const double seconds = now() - begin;
  if (!report || report->delivered != count) std::exit(1);
  return count / seconds;
}

std::string hook(const LoopbackServer& server) {
  return R"({"id":"t","kind":"webhook","url":")" + server.url("/") + "\"}";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const std::filesystem::path folder = argv[1];
  Lake file(folder / "file");
  file.rule(R"({"id":"t","kind":"file","file":"out.ndjson"})");
  const double file_rate = rate(&file, std::atoi(argv[2]));

  double hook_rate = 0;
  {
    LoopbackServer server([](const ServedRequest&) { return ServedAnswer{}; });
    Lake lake(folder / "hook");
    lake.rule(hook(server));
    hook_rate = rate(&lake, std::atoi(argv[3]));
  }

  const auto matches = static_cast<std::size_t>(std::atoi(argv[4]));
  std::vector<std::atomic<double>> received(matches);
  std::vector<double> sent(matches);
  LoopbackServer server([&](const ServedRequest& request) {
    const auto n = std::strtoul(request.body.c_str() + 5, nullptr, 10);
    received[n] = now();
    return ServedAnswer{};
  });
  Lake lake(folder / "latency");
  lake.rule(hook(server));
  const auto dispatcher = lake.open();
  std::thread running([&] { (void)dispatcher->run(Dispatcher::Until::kStopped); });
  for (std::size_t n = 0; n < matches; ++n) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    lake.publish(static_cast<int>(n), 1);
    sent[n] = now();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  dispatcher->request_stop();
  running.join();
  std::vector<double> times;
  for (std::size_t n = 0; n < matches; ++n) times.push_back((received[n] - sent[n]) * 1000);
  std::sort(times.begin(), times.end());
  std::printf(
      "{\"file_per_s\": %.0f, \"webhook_per_s\": %.0f, \"latency_p50_ms\": %.2f, "
      "\"latency_p99_ms\": %.2f, \"latency_max_ms\": %.2f}\n",
      file_rate, hook_rate, times[matches / 2], times[matches * 99 / 100], times.back());
  return 0;
}
