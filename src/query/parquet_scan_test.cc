#include "query/parquet_scan.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "query/lake_fixture.h"

namespace clicklake {
namespace {

using Range = ParquetChunkInfo::Range;

ParquetChunkInfo chunk(std::int64_t bytes, std::optional<Range> bounds = {},
                       std::optional<std::int64_t> nulls = 0) {
  return {.compressed_bytes = bytes, .values = 10, .nulls = nulls, .bounds = bounds};
}

/// Columns a (a number), m (a map) and t (a time), two row groups.
ParquetFooter footer() {
  ParquetFooter out;
  out.columns.resize(3);
  out.columns[0].name = "a";
  out.columns[1].name = "M";
  out.columns[2].name = "t";
  out.leaves = {
      {"a", 0, {}, {}}, {"M.kv.key", 1, {}, {}}, {"M.kv.value", 1, {}, {}}, {"t", 2, {}, {}}};
  out.row_groups.push_back(
      {10, {chunk(1, Range{0, 9}), chunk(10), chunk(100), chunk(1000, Range{0, 99})}});
  out.row_groups.push_back(
      {10, {chunk(2, Range{10, 19}), chunk(20), chunk(200), chunk(2000, Range{100, 199})}});
  return out;
}

TEST(ParquetScanTest, NeededColumnsCountWithAllTheirLeaves) {
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a"}, {RowBox{}}}), 3);
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a", "m"}, {RowBox{}}}), 333);
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a", "m", "t"}, {RowBox{}}}), 3333);
}

TEST(ParquetScanTest, CountingRowsReadsNoChunk) {
  EXPECT_EQ(parquet_scan_bytes(footer(), {{}, {RowBox{}}}), 0);
}

TEST(ParquetScanTest, ColumnThatTheFileDoesNotHaveCostsNothing) {
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"new"}, {RowBox{}}}), 0);
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a"}, {RowBox{{"new", {5, 5}}}}}), 3);
}

TEST(ParquetScanTest, RowGroupsOutsideOfEveryBoxAreLeftOut) {
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a"}, {RowBox{{"t", {100, 150}}}}}), 2);
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a"}, {RowBox{{"t", {99, 100}}}}}), 3);
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a"}, {RowBox{{"t", {200, 300}}}}}), 0);
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a"}, {RowBox{{"t", {0, 5}}, {"a", {15, 15}}}}}), 0);
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a"}, {RowBox{{"t", {0, 5}}}, RowBox{{"A", {15, 15}}}}}),
            3);
  EXPECT_EQ(parquet_scan_bytes(footer(), {{"a"}, {}}), 0);
}

TEST(ParquetScanTest, AlternativesLeaveOutWhatDuckdbCanTestInTheScan) {
  const auto bytes = [](RowBoxes boxes) {
    return parquet_scan_bytes(footer(), {{"a"}, std::move(boxes)});
  };
  const std::int64_t lowest = ValueRange{}.min;
  // Single comparisons of one column, and what all alternatives share.
  EXPECT_EQ(bytes({RowBox{{"t", {5, 5}}}, RowBox{{"t", {7, 7}}}}), 1);
  EXPECT_EQ(bytes({RowBox{{"t", {lowest, 5}}}, RowBox{{"t", {7, 7}}}}), 1);
  EXPECT_EQ(bytes({RowBox{{"a", {0, 30}}, {"t", {5, 5}}}, RowBox{{"a", {0, 30}}, {"t", {7, 7}}}}),
            1);
  EXPECT_EQ(bytes({RowBox{{"a", {0, 5}}, {"t", {50, 150}}}, RowBox{{"a", {0, 5}}, {"t", {7, 9}}}}),
            1);
  // Ranges of two ends, or several columns: only the alternatives together are tested.
  EXPECT_EQ(bytes({RowBox{{"t", {5, 6}}}, RowBox{{"t", {7, 7}}}}), 3);
  EXPECT_EQ(bytes({RowBox{{"t", {5, 5}}}, RowBox{{"a", {7, 7}}}}), 3);
}

TEST(ParquetScanTest, RowGroupWithoutBoundsCanMatch) {
  ParquetFooter open = footer();
  open.row_groups[0].chunks[3].bounds.reset();
  open.row_groups[0].chunks[3].nulls.reset();
  EXPECT_EQ(parquet_scan_bytes(open, {{"a"}, {RowBox{{"t", {200, 300}}}}}), 1);
}

TEST(ParquetScanTest, RowGroupOfNullsMatchesNoRange) {
  ParquetFooter nulls = footer();
  nulls.row_groups[0].chunks[3] = chunk(1000, {}, 10);
  EXPECT_EQ(parquet_scan_bytes(nulls, {{"a"}, {RowBox{{"t", {0, 300}}}}}), 2);
  EXPECT_EQ(parquet_scan_bytes(nulls, {{"a"}, {RowBox{}}}), 3);
}

TEST(ParquetScanTest, FilesAddUpAsTheirFootersSay) {
  LakeFixture lake;
  lake.publish_hours(0, 3);
  std::vector<std::filesystem::path> files;
  std::int64_t all = 0;
  const auto live = lake.catalog().live_files("fact_clicks", {}, true);
  ASSERT_TRUE(live.has_value());
  ParquetScan everything;
  for (const ColumnDefinition& column : fact_clicks_definition().columns)
    everything.columns.emplace(column.name);
  for (const DataFile& file : *live) {
    files.push_back(lake.folder() / file.path);
    for (const ColumnStatistics& column : file.info.columns) all += column.size_bytes;
  }
  const std::vector<ParquetScan> once{everything};
  EXPECT_EQ(parquet_scan_bytes(files, once).value_or(-1), all);
  const std::vector<ParquetScan> twice{everything, everything};
  EXPECT_EQ(parquet_scan_bytes(files, twice).value_or(-1), 2 * all);

  const std::vector<ParquetScan> hour{
      {everything.columns,
       {RowBox{{"event_timestamp", {kFixtureStart, kFixtureStart + 1'000'000}}}}}};
  std::int64_t first = 0;
  for (const ColumnStatistics& column : live->at(0).info.columns) first += column.size_bytes;
  EXPECT_EQ(parquet_scan_bytes(files, hour).value_or(-1), first);
}

TEST(ParquetScanTest, FilesAreNotOpenedForWhatOnlyCounts) {
  const std::vector<std::filesystem::path> files{"/nowhere/a.parquet"};
  const std::vector<ParquetScan> counting{{{}, {RowBox{}}}, {{"a"}, {}}};
  EXPECT_EQ(parquet_scan_bytes(files, counting).value_or(-1), 0);
  const std::vector<ParquetScan> reading{{{"a"}, {RowBox{}}}};
  EXPECT_FALSE(parquet_scan_bytes(files, reading).has_value());
}

TEST(ParquetScanTest, FilesInsideOfABoxAreSummedWithoutBeingOpened) {
  LakeFixture lake;
  lake.publish_hours(0, 3);
  const TableDefinition& table = fact_clicks_definition();
  const auto live = lake.catalog().live_files("fact_clicks", {}, true);
  ASSERT_TRUE(live.has_value());
  std::vector<std::filesystem::path> paths;
  for (const DataFile& file : *live) paths.push_back(lake.folder() / file.path);
  const std::int64_t hour = 3'600'000'000;
  const ParquetScan all{{"metadata", "price"}, {RowBox{}}};
  const ParquetScan two_hours{
      {"price"}, {RowBox{{"event_timestamp", {kFixtureStart, kFixtureStart + 2 * hour - 1}}}}};
  for (const ParquetScan& scan : {all, two_hours}) {
    const auto as_footers_say = parquet_scan_bytes(paths, std::span(&scan, 1));
    ASSERT_TRUE(as_footers_say.has_value());
    EXPECT_GT(*as_footers_say, 0);
    EXPECT_EQ(lake_scan_bytes(table, lake.folder(), *live, std::span(&scan, 1)).value_or(-1),
              *as_footers_say);
  }
  EXPECT_TRUE(lake_scan_bytes(table, "/nowhere", *live, std::span(&all, 1)).has_value());
  const std::span<const DataFile> first_two = std::span(*live).first(2);
  EXPECT_TRUE(lake_scan_bytes(table, "/nowhere", first_two, std::span(&two_hours, 1)).has_value());
  EXPECT_FALSE(lake_scan_bytes(table, "/nowhere", *live, std::span(&two_hours, 1)).has_value());
}

}  // namespace
}  // namespace clicklake
