// What a commit pays for Iceberg's files: a manifest of fact_clicks' columns, a list of manifests,
// table metadata with a history.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "iceberg/manifest.h"
#include "iceberg/manifest_list.h"
#include "iceberg/star_iceberg.h"
#include "model/star_schema.h"

namespace clicklake::iceberg {
namespace {

std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(value >> (8 * i));
  return out;
}

/// Bounds as facts have them: keys are hashes, so a file's least and greatest are near the ends;
/// times are of the file's day; texts and small numbers are much the same in every file.
std::string bound_of(const ColumnDefinition& column, bool is_upper, std::mt19937_64& random,
                     std::int64_t day) {
  constexpr std::uint64_t kRows = 50'000;
  switch (column.type) {
    case ColumnType::kBoolean: return std::string(1, is_upper ? '\1' : '\0');
    case ColumnType::kInt:
    case ColumnType::kDate: return little_endian(is_upper ? 23 : 1, 4);
    case ColumnType::kLong: {
      const std::uint64_t from_end = random() / kRows;
      return little_endian((std::uint64_t{1} << 63) + (is_upper ? ~from_end : from_end), 8);
    }
    case ColumnType::kTimestampTz:
      return little_endian(static_cast<std::uint64_t>(day) * 86'400'000'000ULL +
                               (is_upper ? 86'399'000'000ULL : 0) + random() % 1'000'000,
                           8);
    case ColumnType::kDecimal18_4: return decimal_bytes(is_upper ? 19'999'900 : 100);
    default: return (is_upper ? "z" : "a") + std::string(column.name).substr(0, 11);
  }
}

std::vector<ManifestEntry> entries_of_facts(std::int64_t count) {
  std::mt19937_64 random(1);
  std::vector<ManifestEntry> entries;
  const TableDefinition& table = fact_clicks_definition();
  for (std::int64_t i = 0; i < count; ++i) {
    ParquetFileInfo info;
    info.record_count = 50'000 + static_cast<std::int64_t>(random() % 1000);
    info.size_bytes = 2'000'000 + static_cast<std::int64_t>(random() % 100'000);
    info.split_offsets = {4};
    const std::int64_t day = 20'000 + i / 24;
    for (const ColumnDefinition& column : table.columns) {
      ColumnStatistics statistics;
      statistics.field_id = column.field_id;
      statistics.size_bytes = static_cast<std::int64_t>(random() % 400'000);
      statistics.value_count = info.record_count;
      statistics.lower = bound_of(column, false, random, day);
      statistics.upper = bound_of(column, true, random, day);
      info.columns.push_back(statistics);
    }
    ManifestEntry& entry = entries.emplace_back();
    entry.snapshot_id = 77;
    entry.file =
        star_data_file(info,
                       "/data/lake/processed/fact_clicks/data/event_timestamp_day=2024-11-01/"
                       "01a20993-4211-7b57-947e-2417bb2e7a2d-00-" +
                           std::to_string(i) + ".parquet",
                       {Value(day)}, kStarSortOrderId);
  }
  return entries;
}

struct Facts {
  Schema schema;
  PartitionSpec spec;
};

Facts facts() {
  const TableMetadata metadata = star_metadata(fact_clicks_definition(), "u", "/t", 1, 0);
  return {metadata.schemas[0], metadata.partition_specs[0]};
}

void encode(benchmark::State& state) {
  const auto entries = entries_of_facts(state.range(0));
  const Facts table = facts();
  const auto codec = static_cast<AvroCodec>(state.range(1));
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto manifest =
        encode_manifest(table.schema, table.spec, ManifestContent::kData, entries, codec);
    bytes = manifest->size();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(encode)
    ->Name("encode_manifest")
    ->ArgsProduct({{1, 100, 10'000}, {0, 1}})
    ->Unit(benchmark::kMicrosecond);

void decode(benchmark::State& state) {
  const Facts table = facts();
  const std::string bytes =
      encode_manifest(table.schema, table.spec, ManifestContent::kData,
                      entries_of_facts(state.range(0)), static_cast<AvroCodec>(state.range(1)))
          .value();
  for (auto _ : state) benchmark::DoNotOptimize(decode_manifest(bytes, "m"));
}
BENCHMARK(decode)
    ->Name("decode_manifest")
    ->ArgsProduct({{1, 100, 10'000}, {0, 1}})
    ->Unit(benchmark::kMicrosecond);

void list(benchmark::State& state) {
  ManifestFile manifest;
  manifest.path =
      "/data/lake/processed/fact_clicks/metadata/01a20993-4211-7b57-947e-2417bb2e7a2d-m0.avro";
  manifest.length = 123'456;
  manifest.partitions = {{false, false, "\x3C\x4E\x01\x01", "\x3C\x4E\x01\x01"}};
  std::vector<ManifestFile> manifests(static_cast<std::size_t>(state.range(0)), manifest);
  for (std::size_t i = 0; i < manifests.size(); ++i) manifests[i].path += std::to_string(i);
  std::size_t bytes = 0;
  for (auto _ : state) bytes = encode_manifest_list({2, 1, 2}, manifests)->size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(list)
    ->Name("encode_manifest_list")
    ->Arg(1)
    ->Arg(100)
    ->Arg(10'000)
    ->Unit(benchmark::kMicrosecond);

TableMetadata with_history(std::int64_t snapshots) {
  TableMetadata metadata = star_metadata(fact_clicks_definition(), "u", "/t", 1, 0);
  for (std::int64_t i = 1; i <= snapshots; ++i) {
    Snapshot snapshot;
    snapshot.id = i;
    snapshot.sequence_number = i;
    snapshot.timestamp_ms = i;
    snapshot.manifest_list =
        "/data/lake/processed/fact_clicks/metadata/"
        "snap-1-01a20993-4211-7b57-947e-2417bb2e7a2d.avro";
    snapshot.summary =
        make_summary("append", {.added_files = 3, .added_rows = 4, .total_files = 5});
    snapshot.summary["clicklake.batch-id"] = "01a20993-4211-7b57-947e-2417bb2e7a2d";
    add_snapshot(metadata, snapshot);
  }
  return metadata;
}

void write_metadata(benchmark::State& state) {
  const TableMetadata metadata = with_history(state.range(0));
  std::size_t bytes = 0;
  for (auto _ : state) bytes = to_json(metadata).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(write_metadata)->Arg(1)->Arg(100)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void read_metadata(benchmark::State& state) {
  const std::string text = to_json(with_history(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(parse_table_metadata(text, "f"));
}
BENCHMARK(read_metadata)->Arg(1)->Arg(100)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace clicklake::iceberg
