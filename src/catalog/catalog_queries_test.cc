#include <chrono>
#include <iostream>
#include <limits>

#include "catalog/catalog.h"
#include "catalog/catalog_fixture.h"
#include "model/time.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using CatalogQueriesTest = CatalogFixture;

TEST_F(CatalogQueriesTest, FilesArePrunedByBounds) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  DataFile unknown = data_file("unknown", 5, 0, 0);
  unknown.info.columns.clear();
  DataFile nulls = data_file("nulls", 5, 0, 0);
  nulls.info.columns.front().lower.reset();
  nulls.info.columns.front().upper.reset();
  nulls.info.columns.front().null_count = 5;
  commit.changes = {
      {"fact_clicks",
       0,
       {data_file("early", 5, 100, 199), data_file("late", 5, 200, 299), unknown, nulls},
       {}}};
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  const int field = event_timestamp_field();
  const auto with = [&](std::optional<std::int64_t> min, std::optional<std::int64_t> max) {
    return live(*catalog, "fact_clicks", {{field, min, max}});
  };
  EXPECT_THAT(live(*catalog, "fact_clicks"), ElementsAre("early", "late", "nulls", "unknown"));
  EXPECT_THAT(with(200, std::nullopt), ElementsAre("late", "unknown"));
  EXPECT_THAT(with(std::nullopt, 199), ElementsAre("early", "unknown"));
  EXPECT_THAT(with(199, 200), ElementsAre("early", "late", "unknown")) << "bounds are inclusive";
  EXPECT_THAT(with(300, 400), ElementsAre("unknown"));
  EXPECT_THAT(with(std::nullopt, std::nullopt), ElementsAre("early", "late", "nulls", "unknown"));
  EXPECT_THAT(live(*catalog, "fact_clicks", {{field, 150, 250}, {field, 250, 260}}),
              ElementsAre("late", "unknown"))
      << "every filter counts";
  EXPECT_THAT(live(*catalog, "fact_clicks", {{9999, 1, 2}}).size(), 4U);
}

TEST_F(CatalogQueriesTest, ATimesDayIsFoundWithoutLookingAtTheOthers) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  std::vector<DataFile> files;
  const std::int64_t first = days_from_civil(2024, 12, 28) * kMicrosPerDay;
  for (int day = 0; day < 8; ++day) {
    const std::int64_t from = first + day * kMicrosPerDay;
    files.push_back(data_file(std::to_string(day), 5, from, from + kMicrosPerDay - 1));
  }
  commit.changes = {{"fact_clicks", 0, files, {}}};
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  const auto with = [&](std::optional<std::int64_t> min, std::optional<std::int64_t> max) {
    return live(*catalog, "fact_clicks", {{event_timestamp_field(), min, max}});
  };
  EXPECT_THAT(with(first, first + kMicrosPerDay - 1), ElementsAre("0"));
  EXPECT_THAT(with(first + kMicrosPerDay - 1, first + kMicrosPerDay), ElementsAre("0", "1"));
  EXPECT_THAT(with(first + 3 * kMicrosPerDay, first + 4 * kMicrosPerDay), ElementsAre("3", "4"))
      << "over the turn of the year";
  EXPECT_THAT(with(first + 6 * kMicrosPerDay, std::nullopt), ElementsAre("6", "7"));
  EXPECT_THAT(with(std::nullopt, first), ElementsAre("0"));
  EXPECT_THAT(with(first + kMicrosPerDay, first), IsEmpty());
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(with(kLowest, kHighest).size(), 8U);
  // Damage to what is known of other days is not seen: it was not read.
  sql("DELETE FROM file_bounds");
  EXPECT_THAT(with(first, first + kMicrosPerDay - 1), ElementsAre("0"));
}

TEST_F(CatalogQueriesTest, StatisticsComeBackWhereAskedFor) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  const DataFile stored = data_file("a", 5, 100, 199);
  commit.changes = {{"fact_clicks", 0, {stored}, {}}};
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  const auto plain = catalog->live_files("fact_clicks", {}, false);
  ASSERT_EQ(plain->size(), 1U);
  EXPECT_THAT(plain->front().info.columns, IsEmpty());
  EXPECT_EQ(plain->front().info.record_count, 5);
  EXPECT_EQ(plain->front().info.size_bytes, 500);
  EXPECT_EQ(plain->front().partition, "event_timestamp_day=1970-01-01");
  const auto full = catalog->live_files("fact_clicks", {}, true);
  ASSERT_EQ(full->front().info.columns.size(), 2U);
  EXPECT_EQ(full->front().info.columns[0].lower, stored.info.columns[0].lower);
  EXPECT_EQ(full->front().info.columns[1].upper, "z");
  EXPECT_EQ(full->front().info.split_offsets, stored.info.split_offsets);
}

TEST_F(CatalogQueriesTest, DamagedStatisticsNameTheFile) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  commit.changes = {{"fact_clicks", 0, {data_file("a.parquet", 5, 1, 2)}, {}}};
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  sql("UPDATE file_statistics SET statistics = x'01ff'");
  EXPECT_THAT(catalog->live_files("fact_clicks", {}, true),
              IsError(ErrorCode::kCorruption, "a.parquet"));
  EXPECT_THAT(catalog->live_files("fact_clicks", {}, false), IsOk());
}

TEST_F(CatalogQueriesTest, UnknownTableIsNotFound) {
  const auto catalog = create();
  EXPECT_THAT(catalog->live_files("nope", {}, false), IsError(ErrorCode::kNotFound, "nope"));
  EXPECT_THAT(catalog->current_snapshot("nope"), IsError(ErrorCode::kNotFound, file_.string()));
}

TEST_F(CatalogQueriesTest, SourcesAreFoundByPathContentAndSize) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  commit.sources = {{"/in/a", 10, 1, "h1", false},
                    {"/in/torn", 20, 1, "h2", true},
                    {"/in/place", 30, 1, "", false}};
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  EXPECT_TRUE(*catalog->source_taken("/in/a", 10, 1));
  EXPECT_FALSE(*catalog->source_taken("/in/a", 10, 2)) << "another version";
  EXPECT_FALSE(*catalog->source_taken("/in/a", 11, 1)) << "another version";
  EXPECT_FALSE(*catalog->source_taken("/in/torn", 20, 1)) << "a later whole copy is taken again";
  EXPECT_TRUE(*catalog->content_taken("h1"));
  EXPECT_FALSE(*catalog->content_taken("h2"));
  EXPECT_FALSE(*catalog->content_taken("")) << "unknown content equals nothing";
  EXPECT_TRUE(*catalog->size_taken(10));
  EXPECT_FALSE(*catalog->size_taken(20));
  EXPECT_FALSE(*catalog->size_taken(30)) << "nothing to compare its content with";
}

TEST_F(CatalogQueriesTest, SourcesBelowAFolderAreThoseOnly) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  for (const char* path : {"/in/a/1", "/in/a/sub/2", "/in/ab/3", "/in/a", "/in/a%/4", "-"}) {
    commit.sources.push_back({path, 10, 1, "", false});
  }
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  const auto below = [&](const std::string& folder) {
    std::vector<std::string> paths;
    const auto sources = catalog->sources_below(folder);
    for (const SourceFile& source : *sources) paths.push_back(source.path);
    return paths;
  };
  EXPECT_THAT(below("/in/a"), ElementsAre("/in/a/1", "/in/a/sub/2"));
  EXPECT_THAT(below("/in/a/"), ElementsAre("/in/a/1", "/in/a/sub/2"));
  EXPECT_THAT(below("/in/a%"), ElementsAre("/in/a%/4"));
  EXPECT_EQ(below("").size(), 6U);
  EXPECT_EQ(below("/").size(), 5U);
  EXPECT_THAT(below("/nowhere"), IsEmpty());
}

TEST_F(CatalogQueriesTest, RawFilesComeBackWhole) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  RawFile stored = raw_file("raw/x.json", 123);
  stored.mtime_us = 55;
  RawFile placed;
  placed.path = "/in/y.json";
  placed.in_place = true;
  placed.arrivals = {{77, -1}};
  commit.raw_files = {stored, placed};
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  const auto files = catalog->raw_files("b1");
  ASSERT_THAT(files, IsOk());
  ASSERT_EQ(files->size(), 2U);
  const RawFile& first = (*files)[0];
  EXPECT_GT(first.id, 0);
  EXPECT_EQ(first.batch_id, "b1");
  EXPECT_EQ(first.path, stored.path);
  EXPECT_FALSE(first.in_place);
  EXPECT_EQ(first.hour, 123);
  EXPECT_EQ(first.size, 1000);
  EXPECT_EQ(first.mtime_us, 55);
  EXPECT_EQ(first.records, 10);
  EXPECT_TRUE(first.validated);
  EXPECT_EQ(first.arrivals, stored.arrivals);
  const RawFile& second = (*files)[1];
  EXPECT_TRUE(second.in_place);
  EXPECT_EQ(second.hour, std::nullopt);
  EXPECT_EQ(second.records, -1);
  EXPECT_FALSE(second.validated);
  EXPECT_EQ(second.arrivals, placed.arrivals);
  EXPECT_THAT(*catalog->raw_files("b2"), IsEmpty());
  EXPECT_EQ(catalog->raw_files("")->size(), 2U);
}

TEST_F(CatalogQueriesTest, DamagedArrivalsNameTheFile) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  commit.raw_files = {raw_file("raw/x.json", 1)};
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  sql("UPDATE raw_files SET arrivals = x'01'");
  EXPECT_THAT(catalog->raw_files("b1"), IsError(ErrorCode::kCorruption, "raw/x.json"));
}

TEST_F(CatalogQueriesTest, CountsAndTimesAreOfCommittedBatches) {
  const auto catalog = create();
  for (const char* id : {"b1", "b2", "b3"}) {
    BatchCommit commit = begin(*catalog, id);
    commit.counts.quarantined_by_reason = {{"truncated", 2}, {"not_object", 1}, {"truncated", 1}};
    commit.max_event_us = std::string(id) == "b2" ? 99 : 5;
    ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  }
  begin(*catalog, "b4");
  EXPECT_THAT(*catalog->quarantine_counts(),
              ElementsAre(std::pair("not_object", 3), std::pair("truncated", 9)));
  EXPECT_EQ(*catalog->max_event_us(), 99);
  const auto recent = catalog->recent_batches(2);
  ASSERT_EQ(recent->size(), 2U);
  EXPECT_EQ((*recent)[0].id, "b3");
  EXPECT_EQ((*recent)[1].id, "b2");
  EXPECT_EQ((*recent)[0].counts.quarantined_by_reason.size(), 2U);
}

TEST_F(CatalogQueriesTest, KnownPathsAreThoseOfTheBatch) {
  const auto catalog = create();
  for (const char* id : {"b1", "b2"}) {
    const std::string name = id;
    BatchCommit commit = begin(*catalog, name);
    RawFile placed = raw_file("/elsewhere/" + name, 1);
    placed.in_place = true;
    commit.raw_files = {raw_file("raw/" + name, 1), placed};
    commit.quarantine_file = "quarantine/" + name;
    commit.changes = {{"fact_clicks",
                       *catalog->current_snapshot("fact_clicks"),
                       {data_file("fact/" + name, 1, 1, 2)},
                       {}}};
    ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  }
  EXPECT_THAT(*catalog->known_paths_of_batch("b1"),
              ::testing::UnorderedElementsAre("raw/b1", "fact/b1", "quarantine/b1"));
  begin(*catalog, "open");
  EXPECT_THAT(*catalog->known_paths_of_batch("open"), IsEmpty());
  EXPECT_THAT(*catalog->known_paths_of_batch("never"), IsEmpty());
}

TEST_F(CatalogQueriesTest, ALakeOf480HoursIsLookedUpInMilliseconds) {
  {
    const auto catalog = create();
    for (int hour = 0; hour < 480; ++hour) {
      BatchCommit commit = begin(*catalog, "b" + std::to_string(hour));
      const std::string path =
          "/data/clicks/year=2024/month=11/day=01/hour=00/" + std::to_string(hour);
      commit.sources = {{path, hour, 1, "h" + std::to_string(hour), false}};
      commit.raw_files = {raw_file(path, hour)};
      commit.raw_files_transformed = true;
      commit.changes = {{"fact_clicks",
                         *catalog->current_snapshot("fact_clicks"),
                         {data_file("fact/" + std::to_string(hour), 1, hour, hour)},
                         {}}};
      ASSERT_THAT(catalog->commit_batch(commit), IsOk());
    }
  }
  const auto from = std::chrono::steady_clock::now();
  const auto catalog = open();
  EXPECT_EQ(catalog->sources_below("/data/clicks")->size(), 480U);
  EXPECT_THAT(*catalog->untransformed_raw_files(), IsEmpty());
  EXPECT_THAT(*catalog->open_batches(), IsEmpty());
  EXPECT_EQ(catalog->tables()->front().files, 480);
  EXPECT_EQ(live(*catalog, "fact_clicks", {{event_timestamp_field(), 100, 100}}).size(), 1U);
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - from;
  std::cout << "open and look up: " << taken.count() << " ms\n";
  EXPECT_LT(taken.count(), 50);
}

}  // namespace
}  // namespace clicklake
