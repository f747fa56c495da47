/// Every spelling of event_timestamp, and the way back to dates.

#include <benchmark/benchmark.h>

#include <string>

#include "model/time.h"

namespace clicklake {
namespace {

void read_text(benchmark::State& state, std::string text) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(text.data());
    benchmark::DoNotOptimize(parse_timestamp(text));
  }
}
BENCHMARK_CAPTURE(read_text, milliseconds, "2024-11-01T17:00:00.047Z");
BENCHMARK_CAPTURE(read_text, seconds, "2024-11-01T17:00:00Z");
BENCHMARK_CAPTURE(read_text, offset, "2024-11-01 17:00:00.123456+05:30");
BENCHMARK_CAPTURE(read_text, epoch_digits, "1730480400047");
BENCHMARK_CAPTURE(read_text, refused, "Fri Nov 01 17:00:00 CET 2024");

void read_number(benchmark::State& state, std::string text) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(text.data());
    benchmark::DoNotOptimize(parse_epoch(text));
  }
}
BENCHMARK_CAPTURE(read_number, milliseconds, "1730480400047");
BENCHMARK_CAPTURE(read_number, fraction, "1730480400.047");

void key_of_date(benchmark::State& state) {
  std::int64_t us = 1'730'480'400'047'000;
  for (auto _ : state) benchmark::DoNotOptimize(date_key(us += kMicrosPerHour));
}
BENCHMARK(key_of_date);

}  // namespace
}  // namespace clicklake
