/// The canonical event, its two hashes, and surrogate keys.

#include <benchmark/benchmark.h>

#include <string>

#include "base/hash.h"
#include "transform/identity.h"

namespace clicklake {
namespace {

Record shop_record() {
  Record record;
  const auto set = [&](RawField field, std::string_view text) {
    record.fields[static_cast<std::size_t>(field)] = text;
  };
  set(RawField::kUserId, "u00012345");
  set(RawField::kSessionId, "s-000015846-02");
  set(RawField::kEventType, "add_to_cart");
  set(RawField::kDeviceType, "tablet");
  set(RawField::kPageUrl, "https://shop.example.com/shoes/product/000002?utm_source=s2&ref=2");
  set(RawField::kReferrerUrl, "https://t.co/abc");
  record.timestamp_us = 1'730'480'400'047'000;
  record.metadata = {{"app_version", "4.2.2"},  {"category", "shoes"}, {"currency", "USD"},
                     {"experiment", "exp-2:A"}, {"ip", "203.0.2.2"},   {"price", "2.99"},
                     {"product_id", "P000002"}, {"quantity", "3"}};
  return record;
}

void canonical_event(benchmark::State& state) {
  const Record record = shop_record();
  EventIdentifier identifier;
  for (auto _ : state) benchmark::DoNotOptimize(identifier.canonical(record));
}
BENCHMARK(canonical_event);

void identify_event(benchmark::State& state) {
  const Record record = shop_record();
  EventIdentifier identifier;
  for (auto _ : state) benchmark::DoNotOptimize(identifier.identify(record, 512));
}
BENCHMARK(identify_event);

void hash_both(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(event_hash(text));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(hash_both)->Arg(16)->Arg(64)->Arg(300)->Arg(4096);

void key_of_text(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(surrogate_key(text));
}
BENCHMARK(key_of_text)->Arg(9)->Arg(64);

}  // namespace
}  // namespace clicklake
