/// How long the Parquet encoder takes for an hour of clicks.
///
///   parquet_writer_bench [Google Benchmark's flags]
///   parquet_writer_bench --write=FILE [--row_groups=N]    writes the rows as a file, and its CPU
///   time a row as JSON (for bench/peers/parquet_encode.py)

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <random>
#include <string>
#include <unordered_map>

#include "base/hash.h"
#include "format/parquet_writer.h"

namespace clicklake {
namespace {

using Random = std::mt19937_64;

/// A dictionary-coded column as the transform holds one.
struct CodedColumn {
  std::vector<std::uint32_t> indices;
  std::vector<std::string> texts;
  std::vector<std::int64_t> keys;
  std::vector<std::string_view> views;
  std::unordered_map<std::string, std::uint32_t> numbers;

  void add(const std::string& text) {
    const auto [found, is_new] =
        numbers.try_emplace(text, static_cast<std::uint32_t>(texts.size()));
    if (is_new) {
      texts.push_back(text);
      keys.push_back(surrogate_key(text));
    }
    indices.push_back(found->second);
  }
  void add_null() { indices.push_back(kNullIndex); }
  void finish() { views.assign(texts.begin(), texts.end()); }
  ColumnData as_keys() const {
    ColumnData data;
    data.indices = indices;
    data.long_dictionary = keys;
    return data;
  }
  ColumnData as_strings() const {
    ColumnData data;
    data.indices = indices;
    data.string_dictionary = views;
    return data;
  }
};

std::string padded(std::uint64_t number, int digits) {
  std::string text = std::to_string(number);
  return text.size() < static_cast<std::size_t>(digits)
             ? std::string(static_cast<std::size_t>(digits) - text.size(), '0') + text
             : text;
}

/// One hour of a shop's clicks, sorted by time.
class ClickHour {
 public:
  ClickHour(std::uint64_t hour, std::size_t rows);
  std::size_t rows() const { return rows_; }
  const std::vector<ColumnData>& columns() const { return columns_; }

 private:
  std::size_t rows_;
  std::vector<std::int64_t> event_keys_, event_checks_, times_;
  CodedColumn users_, sessions_, pages_, referrers_, devices_, campaigns_, types_, products_,
      categories_, currencies_, map_values_, map_keys_;
  std::vector<std::uint32_t> prices_, revenues_, quantities_, map_offsets_;
  std::vector<std::int64_t> price_values_, revenue_values_, quantity_values_;
  std::vector<ColumnData> columns_;
};

ClickHour::ClickHour(std::uint64_t hour, std::size_t rows) : rows_(rows) {
  static const char* const kTypes[] = {"page_view", "click", "add_to_cart", "search", "purchase"};
  static const char* const kDevices[] = {"desktop", "mobile", "tablet"};
  static const char* const kCategories[] = {"shoes", "bags",   "hats",  "coats", "toys",
                                            "books", "garden", "audio", "video", "phones"};
  static const char* const kReferrers[] = {"https://www.google.com/search?q=shoes",
                                           "https://www.facebook.com/",
                                           "https://t.co/abc",
                                           "",
                                           "https://news.ycombinator.com/item?id=1",
                                           "https://www.bing.com/search?q=bag"};
  Random random(hour);
  const auto below = [&](std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random);
  };
  const auto pareto = [&](double alpha) {
    return std::pow(1 - std::uniform_real_distribution<>(0, 1)(random), -1 / alpha);
  };
  const std::int64_t start = (1'730'419'200 + static_cast<std::int64_t>(hour) * 3600) * 1'000'000;
  for (std::size_t i = 0; i < rows; ++i)
    times_.push_back(start + static_cast<std::int64_t>(below(3'600'000)) * 1000);
  std::sort(times_.begin(), times_.end());
  std::unordered_map<std::int64_t, std::uint32_t> price_numbers, revenue_numbers, quantity_numbers;
  const auto number = [](std::unordered_map<std::int64_t, std::uint32_t>& numbers,
                         std::vector<std::int64_t>& values, std::int64_t value) {
    const auto [found, is_new] =
        numbers.try_emplace(value, static_cast<std::uint32_t>(values.size()));
    if (is_new) values.push_back(value);
    return found->second;
  };
  map_offsets_.push_back(0);
  for (std::size_t i = 0; i < rows; ++i) {
    event_keys_.push_back(static_cast<std::int64_t>(random()));
    event_checks_.push_back(static_cast<std::int64_t>(random()));
    const auto user = static_cast<std::uint64_t>(std::fmod(pareto(0.35), 200000));
    const std::uint64_t session = (user * 7919 + hour / 2) % 1'000'000'000;
    const std::uint64_t draw = below(100);
    const int type = draw < 60 ? 0 : draw < 85 ? 1 : draw < 93 ? 2 : draw < 98 ? 3 : 4;
    const std::string category = kCategories[below(10)];
    const auto product = static_cast<std::uint64_t>(std::fmod(pareto(0.7), 20000));
    users_.add("u" + padded(user, 8));
    sessions_.add("s-" + padded(session, 9) + "-" + padded(user % 97, 2));
    pages_.add("https://shop.example.com/" + category + "/product/" + padded(product, 6) +
               "?ref=" + std::to_string(product % 3));
    referrers_.add(kReferrers[user % 6]);
    devices_.add(kDevices[user % 3]);
    campaigns_.add("s" + std::to_string(user % 5));
    types_.add(kTypes[type]);
    products_.add("P" + padded(product, 6));
    categories_.add(category);
    if (type == 2 || type == 4) {
      const std::int64_t price = static_cast<std::int64_t>(product % 500) * 10000 + 9900;
      const std::int64_t quantity = 1 + static_cast<std::int64_t>(user % 3);
      currencies_.add("USD");
      prices_.push_back(number(price_numbers, price_values_, price));
      quantities_.push_back(number(quantity_numbers, quantity_values_, quantity));
      revenues_.push_back(type == 4 ? number(revenue_numbers, revenue_values_, price * quantity)
                                    : kNullIndex);
    } else {
      currencies_.add_null();
      prices_.push_back(kNullIndex);
      quantities_.push_back(kNullIndex);
      revenues_.push_back(kNullIndex);
    }
    map_keys_.add("app_version");
    map_values_.add("4." + std::to_string(product % 17) + ".2");
    map_keys_.add("ip");
    map_values_.add("203.0." + std::to_string(product % 113) + "." + std::to_string(user % 250));
    map_keys_.add("experiment");
    map_values_.add("exp-" + std::to_string(product % 7) + ":" + (user % 2 != 0 ? "B" : "A"));
    if (type == 3) {
      map_keys_.add("query");
      map_values_.add("cheap " + category + " \"size " + std::to_string(product % 12) + "\"");
    }
    map_offsets_.push_back(static_cast<std::uint32_t>(map_keys_.indices.size()));
  }
  for (CodedColumn* column :
       {&users_, &sessions_, &pages_, &referrers_, &devices_, &campaigns_, &types_, &products_,
        &categories_, &currencies_, &map_values_, &map_keys_}) {
    column->finish();
  }
  const auto longs = [](const std::vector<std::int64_t>& values) {
    ColumnData data;
    data.longs = values;
    return data;
  };
  const auto coded = [](const std::vector<std::uint32_t>& indices,
                        const std::vector<std::int64_t>& values) {
    ColumnData data;
    data.indices = indices;
    data.long_dictionary = values;
    return data;
  };
  const auto constant = [](std::int64_t value) {
    ColumnData data;
    data.constant_long = value;
    return data;
  };
  const TableDefinition& table = fact_clicks_definition();
  columns_.resize(table.columns.size());
  const auto set = [&](std::string_view name, const ColumnData& data) {
    columns_[static_cast<std::size_t>(column_index(table, name))] = data;
  };
  set("event_key", longs(event_keys_));
  set("event_check", longs(event_checks_));
  set("user_key", users_.as_keys());
  set("session_key", sessions_.as_keys());
  set("page_key", pages_.as_keys());
  set("referrer_key", referrers_.as_keys());
  set("device_key", devices_.as_keys());
  set("campaign_key", campaigns_.as_keys());
  set("date_key", constant(20241101 + static_cast<std::int64_t>(hour / 24)));
  set("event_type", types_.as_strings());
  set("event_timestamp", longs(times_));
  set("session_id", sessions_.as_strings());
  set("product_id", products_.as_strings());
  set("category", categories_.as_strings());
  set("price", coded(prices_, price_values_));
  set("quantity", coded(quantities_, quantity_values_));
  set("currency", currencies_.as_strings());
  set("revenue", coded(revenues_, revenue_values_));
  ColumnData map;
  map.map_offsets = map_offsets_;
  map.key_indices = map_keys_.indices;
  map.string_dictionary = map_keys_.views;
  map.value_indices = map_values_.indices;
  map.value_dictionary = map_values_.views;
  set("metadata", map);
  set("arrived_at", constant(start + 3'700'000'000));
  set("is_late", constant(0));
  ColumnData batch;
  batch.constant_string = "01J0000000000000000000000A";
  set("ingest_batch_id", batch);
  set("year", constant(2024));
  set("month", constant(11));
  set("day", constant(1 + static_cast<std::int64_t>(hour / 24)));
  set("hour", constant(static_cast<std::int64_t>(hour % 24)));
}

void encode_hour(benchmark::State& state) {
  const ClickHour hour(0, static_cast<std::size_t>(state.range(0)));
  RowGroupEncoder encoder(fact_clicks_definition(), {});
  for (auto _ : state) {
    auto group = encoder.encode(hour.rows(), hour.columns());
    benchmark::DoNotOptimize(group);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(hour.rows()));
  state.counters["ns_row"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(hour.rows()) / 1e9,
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(encode_hour)->Arg(50000)->Arg(65000)->Arg(1000)->Unit(benchmark::kMicrosecond);

/// One column of fact_clicks alone.
void encode_column(benchmark::State& state, std::string_view name) {
  static const ClickHour kHour(0, 50000);
  const TableDefinition& whole = fact_clicks_definition();
  const auto index = static_cast<std::size_t>(column_index(whole, name));
  TableDefinition table = whole;
  table.columns = whole.columns.subspan(index, 1);
  RowGroupEncoder encoder(table, {});
  for (auto _ : state) {
    auto group = encoder.encode(kHour.rows(), std::span(kHour.columns()).subspan(index, 1));
    benchmark::DoNotOptimize(group);
  }
  state.counters["ns_row"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(kHour.rows()) / 1e9,
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

int write_file(const std::string& path, std::size_t row_groups) {
  RowGroupEncoder encoder(fact_clicks_definition(), {});
  auto file = ParquetFile::create(fact_clicks_definition(), path, {});
  if (!file) return std::cerr << file.error().message << "\n", 1;
  double seconds = 0;
  std::size_t rows = 0;
  for (std::size_t i = 0; i < row_groups; ++i) {
    const ClickHour hour(i, 50000);
    const double start = cpu_seconds();
    auto group = encoder.encode(hour.rows(), hour.columns());
    seconds += cpu_seconds() - start;
    if (!group) return std::cerr << group.error().message << "\n", 1;
    if (auto status = (*file)->append(**group); !status)
      return std::cerr << status.error().message << "\n", 1;
    rows += hour.rows();
  }
  auto info = (*file)->finish();
  if (!info) return std::cerr << info.error().message << "\n", 1;
  std::printf("{\"rows\": %zu, \"bytes\": %lld, \"encode_cpu_seconds\": %.6f}\n", rows,
              static_cast<long long>(info->size_bytes), seconds);
  return 0;
}

}  // namespace
}  // namespace clicklake

int main(int argc, char** argv) {
  std::string path;
  std::size_t row_groups = 4;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--write=")) path = argument.substr(8);
    if (argument.starts_with("--row_groups="))
      row_groups = std::stoul(std::string(argument.substr(13)));
  }
  if (!path.empty()) return clicklake::write_file(path, row_groups);
  for (const clicklake::ColumnDefinition& column : clicklake::fact_clicks_definition().columns) {
    benchmark::RegisterBenchmark(("encode_column/" + std::string(column.name)).c_str(),
                                 clicklake::encode_column, column.name)
        ->Unit(benchmark::kMicrosecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
