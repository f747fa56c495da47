/// Lines of four shapes through the record parser.

#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <vector>

#include "format/line_reader.h"
#include "format/record_parser.h"

namespace clicklake {
namespace {

constexpr char kShop[] =
    R"({"user_id":"u00012345","session_id":"s-000015846-02","event_type":"add_to_cart","event_timestamp":"2024-11-01T17:00:00.047Z","device_type":"tablet","page_url":"https://shop.example.com/shoes/product/000002?utm_source=s2&ref=2","referrer_url":"https://t.co/abc","metadata":{"product_id":"P000002","category":"shoes","app_version":"4.2.2","ip":"203.0.2.2","experiment":"exp-2:A","price":"2.99","currency":"USD","quantity":"3"}})";
/// As a pretty printer leaves it, keys in another order, numbers as numbers.
constexpr char kSpaced[] =
    R"({ "event_timestamp" : 1730480400047 , "metadata" : { "status" : 200 , "bytes" : 19735 , "nested" : { "a" : [ 1 , 2 ] } } , "event_type" : "page_view" , "user_id" : "3cf2599038237cb7" , "page_url" : "http://example.com/articles/" , "extra" : true })";
constexpr char kEscaped[] =
    R"({"user_id":"u\u00e9\u00e8","event_type":"search","event_timestamp":"2024-11-01 17:00:00+01:00","page_url":"https:\/\/shop.example.com\/search?q=\u0041","metadata":{"query":"cheap \"shoes\" \u2713 \ud83d\ude00","path":"a\\b\/c","line":"one\ntwo"}})";
constexpr char kBroken[] =
    R"({"user_id":"u00012345","session_id":"s-000015846-02","event_type":"page_view","event_timestamp":"2024-11-01T17:00:00.047Z","page_url":"https://shop)";

void parse_line(benchmark::State& state, std::string text) {
  std::vector<char> padded(text.size() + 1 + kLinePadding);
  std::memcpy(padded.data(), text.data(), text.size());
  padded[text.size()] = '\n';
  RecordParser parser;
  Record record;
  for (auto _ : state) {
    auto outcome = parser.parse({padded.data(), text.size()}, &record);
    benchmark::DoNotOptimize(outcome);
    benchmark::DoNotOptimize(record.metadata.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK_CAPTURE(parse_line, shop, kShop);
BENCHMARK_CAPTURE(parse_line, spaced_and_nested, kSpaced);
BENCHMARK_CAPTURE(parse_line, escaped, kEscaped);
BENCHMARK_CAPTURE(parse_line, truncated, kBroken);

}  // namespace
}  // namespace clicklake
