/// Page URLs without their tracking parameters, and their parts.

#include <benchmark/benchmark.h>

#include <string>

#include "model/page_url.h"

namespace clicklake {
namespace {

void clean_url(benchmark::State& state, const std::string& url) {
  PageUrl page;
  for (auto _ : state) {
    page.parse(url);
    benchmark::DoNotOptimize(page.clean());
    benchmark::DoNotOptimize(page.campaign());
  }
}
BENCHMARK_CAPTURE(clean_url, no_query, "https://shop.example.com/shoes/product/000002");
BENCHMARK_CAPTURE(clean_url, nothing_to_remove,
                  "https://shop.example.com/search?q=red+shoes&page=2&sort=price");
BENCHMARK_CAPTURE(clean_url, one_removed,
                  "https://shop.example.com/shoes/product/000002?utm_source=s2&ref=2");
BENCHMARK_CAPTURE(clean_url, whole_campaign,
                  "https://shop.example.com/p/"
                  "2?utm_source=news%20letter&utm_medium=email&utm_campaign=autumn+sale&utm_term="
                  "shoes&utm_content=top&gclid=Cj0KCQ&ref=2#top");

void split_parts(benchmark::State& state) {
  const std::string url = "https://shop.example.com/shoes/product/000002?ref=2";
  for (auto _ : state) {
    const UrlParts parts = split_url(url);
    benchmark::DoNotOptimize(parts);
    benchmark::DoNotOptimize(page_type_of(parts.path));
  }
}
BENCHMARK(split_parts);

}  // namespace
}  // namespace clicklake
