#include <unistd.h>

#include <csignal>
#include <ctime>
#include <iostream>

#include "base/fault_point.h"
#include "catalog/catalog.h"
#include "catalog/catalog_fixture.h"

namespace clicklake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CatalogCommitTest : public CatalogFixture {
 protected:
  /// A commit that has one of everything.
  BatchCommit full_commit(Catalog& catalog, const std::string& id, std::int64_t base) {
    BatchCommit commit = begin(catalog, id);
    commit.counts = {100, 90, 5, 0, 3, 2, 1000, 500, {{"invalid_json", 2}, {"not_object", 1}}};
    commit.sources = {{"/in/" + id + ".json", 1000, 77, "hash-" + id, false}};
    commit.raw_files = {raw_file("raw/" + id + "-0.json", 5)};
    commit.changes = {{"fact_clicks", base, {data_file("fact/" + id + ".parquet", 90, 10, 20)}, {}},
                      {"dim_pages", base == 0 ? 0 : base + 1, {page_file("pages/" + id)}, {}}};
    commit.quarantine_file = "quarantine/" + id + ".ndjson";
    commit.max_event_us = 1234;
    return commit;
  }
  static DataFile page_file(const std::string& path) {
    DataFile file;
    file.path = path;
    file.partition = "page_key_bucket_8=3";
    file.info.record_count = 7;
    file.info.size_bytes = 70;
    return file;
  }
};

TEST_F(CatalogCommitTest, PublishesEverythingAtOnce) {
  const auto catalog = create();
  const BatchCommit commit = full_commit(*catalog, "b1", 0);
  EXPECT_EQ(catalog->open_batches()->size(), 1U);
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());

  const auto reader = open();
  EXPECT_THAT(*reader->open_batches(), IsEmpty());
  const auto batches = reader->recent_batches(10);
  ASSERT_EQ(batches->size(), 1U);
  const BatchInfo& batch = batches->front();
  EXPECT_EQ(batch.id, "b1");
  EXPECT_EQ(batch.kind, BatchKind::kRun);
  EXPECT_EQ(batch.started_us, 1'730'000'000'000'000);
  EXPECT_GT(batch.committed_us, batch.started_us);
  EXPECT_EQ(batch.counts.records_read, 100);
  EXPECT_EQ(batch.counts.accepted, 90);
  EXPECT_EQ(batch.counts.duplicate, 5);
  EXPECT_EQ(batch.counts.quarantined, 3);
  EXPECT_EQ(batch.counts.blank, 2);
  EXPECT_EQ(batch.counts.bytes_in, 1000);
  EXPECT_EQ(batch.counts.bytes_out, 500);
  EXPECT_EQ(batch.counts.quarantined_by_reason, commit.counts.quarantined_by_reason);
  EXPECT_EQ(*reader->max_event_us(), 1234);
  EXPECT_TRUE(*reader->source_taken("/in/b1.json", 1000, 77));
  EXPECT_EQ(reader->untransformed_raw_files()->size(), 1U);
  EXPECT_THAT(live(*reader, "fact_clicks"), ElementsAre("fact/b1.parquet"));
  EXPECT_THAT(live(*reader, "dim_pages"), ElementsAre("pages/b1"));
  const auto tables = reader->tables();
  EXPECT_EQ(tables->front().rows, 90);
  EXPECT_EQ(tables->front().files, 1);
  EXPECT_EQ(tables->front().bytes, 9000);
  EXPECT_EQ(tables->front().snapshot, *reader->current_snapshot("fact_clicks"));
  EXPECT_NE(tables->front().snapshot, 0);
}

TEST_F(CatalogCommitTest, ConflictLeavesEverythingUnchanged) {
  const auto catalog = create();
  ASSERT_THAT(catalog->commit_batch(full_commit(*catalog, "b1", 0)), IsOk());
  // dim_pages is right, fact_clicks was changed since.
  BatchCommit stale = full_commit(*catalog, "b2", 0);
  stale.changes[1].base_snapshot = *catalog->current_snapshot("dim_pages");
  std::swap(stale.changes[0], stale.changes[1]);
  const std::string before = dump();
  EXPECT_THAT(catalog->commit_batch(stale), IsError(ErrorCode::kConflict, "fact_clicks"));
  EXPECT_EQ(dump(), before);
  // Reloaded, it goes through.
  stale.changes[1].base_snapshot = *catalog->current_snapshot("fact_clicks");
  EXPECT_THAT(catalog->commit_batch(stale), IsOk());
  EXPECT_EQ(catalog->tables()->front().rows, 180);
}

TEST_F(CatalogCommitTest, ReplacedFilesAreListedNoMoreButStayKnown) {
  const auto catalog = create();
  ASSERT_THAT(catalog->commit_batch(full_commit(*catalog, "b1", 0)), IsOk());
  BatchCommit second = begin(*catalog, "b2");
  second.changes = {{"fact_clicks",
                     *catalog->current_snapshot("fact_clicks"),
                     {data_file("fact/new.parquet", 91, 10, 20)},
                     {"fact/b1.parquet"}}};
  ASSERT_THAT(catalog->commit_batch(second), IsOk());
  EXPECT_THAT(live(*catalog, "fact_clicks"), ElementsAre("fact/new.parquet"));
  const TableInfo fact = catalog->tables()->front();
  EXPECT_EQ(fact.files, 1);
  EXPECT_EQ(fact.rows, 91);
  EXPECT_EQ(fact.bytes, 9100);
  EXPECT_THAT(*catalog->known_paths_of_batch("b1"), ::testing::Contains("fact/b1.parquet"));
  EXPECT_EQ(sql("SELECT operation, added_files, removed_files, added_rows, removed_rows, "
                "sequence_number, parent FROM snapshots ORDER BY snapshot_id DESC LIMIT 1"),
            "overwrite|1|1|91|90|2|1");
}

TEST_F(CatalogCommitTest, RemovedPathThatIsNotLiveIsAConflict) {
  const auto catalog = create();
  ASSERT_THAT(catalog->commit_batch(full_commit(*catalog, "b1", 0)), IsOk());
  BatchCommit commit = begin(*catalog, "b2");
  commit.sources = {{"/in/x", 1, 1, "", false}};
  for (const char* path : {"fact/never.parquet", "pages/b1"}) {
    commit.changes = {{"fact_clicks", *catalog->current_snapshot("fact_clicks"), {}, {path}}};
    const std::string before = dump();
    EXPECT_THAT(catalog->commit_batch(commit), IsError(ErrorCode::kConflict, path));
    EXPECT_EQ(dump(), before);
  }
  commit.changes = {{"fact_clicks",
                     *catalog->current_snapshot("fact_clicks"),
                     {},
                     {"fact/b1.parquet", "fact/b1.parquet"}}};
  EXPECT_THAT(catalog->commit_batch(commit), IsError(ErrorCode::kConflict, "not live"));
}

TEST_F(CatalogCommitTest, BadChangesStoreNothing) {
  const auto catalog = create();
  ASSERT_THAT(catalog->commit_batch(full_commit(*catalog, "b0", 0)), IsOk());
  BatchCommit commit = begin(*catalog, "b1");
  commit.sources = {{"/in/x", 1, 1, "", false}};
  commit.raw_files = {raw_file("raw/x", 1)};
  const std::int64_t base = *catalog->current_snapshot("fact_clicks");
  const std::int64_t pages = *catalog->current_snapshot("dim_pages");
  const TableChange good{"dim_pages", pages, {page_file("pages/x")}, {}};
  const std::string before = dump();

  commit.changes = {good, {"no_such_table", 0, {page_file("y")}, {}}};
  EXPECT_THAT(catalog->commit_batch(commit), IsError(ErrorCode::kNotFound, "no_such_table"));
  EXPECT_EQ(dump(), before);

  commit.changes = {good, good};
  EXPECT_THAT(catalog->commit_batch(commit), IsError(ErrorCode::kInvalidArgument, "twice"));
  EXPECT_EQ(dump(), before);

  for (const char* path : {"/abs/olute", "../out", "a/../../out", ""}) {
    commit.changes = {good, {"fact_clicks", base, {data_file(path, 1, 1, 1)}, {}}};
    EXPECT_THAT(catalog->commit_batch(commit), IsError(ErrorCode::kInvalidArgument, path));
    EXPECT_EQ(dump(), before);
  }

  commit.changes = {good, {"fact_clicks", base, {data_file("fact/b0.parquet", 1, 1, 1)}, {}}};
  EXPECT_THAT(catalog->commit_batch(commit), IsError(ErrorCode::kInvalidArgument, "known already"));
  EXPECT_EQ(dump(), before);

  commit.changes = {good};
  EXPECT_THAT(catalog->commit_batch(commit), IsOk());
}

TEST_F(CatalogCommitTest, BatchIsBegunAndCommittedOnce) {
  const auto catalog = create();
  BatchCommit commit;
  commit.batch_id = "b1";
  EXPECT_THAT(catalog->commit_batch(commit), IsError(ErrorCode::kNotFound, "b1"));
  commit = begin(*catalog, "b1");
  EXPECT_THAT(catalog->begin_batch({.id = "b1", .kind = BatchKind::kRun, .counts = {}}),
              IsError(ErrorCode::kAlreadyExists, "b1"));
  EXPECT_THAT(catalog->commit_batch(commit), IsOk());
  EXPECT_THAT(catalog->commit_batch(commit), IsError(ErrorCode::kAlreadyExists, "committed"));
  EXPECT_THAT(catalog->abandon_batch("b1"), IsError(ErrorCode::kAlreadyExists, "committed"));
  EXPECT_THAT(catalog->abandon_batch("b9"), IsError(ErrorCode::kNotFound, "b9"));
  begin(*catalog, "b2");
  EXPECT_THAT(catalog->abandon_batch("b2"), IsOk());
  EXPECT_THAT(*catalog->open_batches(), IsEmpty());
}

TEST_F(CatalogCommitTest, ChangeWithoutFilesKeepsTheSnapshotButIsChecked) {
  const auto catalog = create();
  ASSERT_THAT(catalog->commit_batch(full_commit(*catalog, "b1", 0)), IsOk());
  const std::int64_t base = *catalog->current_snapshot("fact_clicks");
  BatchCommit commit = begin(*catalog, "b2");
  commit.changes = {{"fact_clicks", base + 1, {}, {}}};
  EXPECT_THAT(catalog->commit_batch(commit), IsError(ErrorCode::kConflict, "fact_clicks"));
  commit.changes = {{"fact_clicks", base, {}, {}}};
  EXPECT_THAT(catalog->commit_batch(commit), IsOk());
  EXPECT_EQ(*catalog->current_snapshot("fact_clicks"), base);
}

TEST_F(CatalogCommitTest, SourceTakenByAnotherBatchIsAConflict) {
  const auto catalog = create();
  BatchCommit first = begin(*catalog, "b1");
  BatchCommit second = begin(*catalog, "b2");
  first.sources = {{"/in/a", 5, 6, "h", false},
                   {"/in/a", 5, 6, "h", false},
                   {"/in/t", 5, 6, "t", true},
                   {"-", 5, 0, "s1", false}};
  ASSERT_THAT(catalog->commit_batch(first), IsOk()) << "named twice in one batch is taken once";
  EXPECT_EQ(catalog->sources_below("/in")->size(), 1U);
  second.sources = {{"/in/t", 5, 6, "t", false}, {"-", 5, 0, "s2", false}};
  second.sources.push_back(first.sources.front());
  const std::string before = dump();
  EXPECT_THAT(catalog->commit_batch(second), IsError(ErrorCode::kConflict, "/in/a"));
  EXPECT_EQ(dump(), before);
  second.sources.pop_back();
  EXPECT_THAT(catalog->commit_batch(second), IsOk())
      << "a torn one comes again, and standard input has no identity";
}

TEST_F(CatalogCommitTest, RawFileIsTransformedOnce) {
  const auto catalog = create();
  BatchCommit ingest = begin(*catalog, "b1", BatchKind::kIngest);
  ingest.raw_files = {raw_file("raw/a", 1), raw_file("raw/b", 0)};
  ASSERT_THAT(catalog->commit_batch(ingest), IsOk());
  const auto pending = catalog->untransformed_raw_files();
  ASSERT_EQ(pending->size(), 2U);
  EXPECT_EQ(pending->front().path, "raw/b") << "by hour";
  BatchCommit one = begin(*catalog, "b2", BatchKind::kTransform);
  BatchCommit two = begin(*catalog, "b3", BatchKind::kTransform);
  one.consumed_raw_files = {(*pending)[0].id};
  two.consumed_raw_files = {(*pending)[1].id, (*pending)[0].id};
  ASSERT_THAT(catalog->commit_batch(one), IsOk());
  EXPECT_THAT(catalog->commit_batch(two), IsError(ErrorCode::kConflict, "raw file"));
  ASSERT_EQ(catalog->untransformed_raw_files()->size(), 1U);
  EXPECT_EQ(catalog->untransformed_raw_files()->front().path, "raw/a");
}

TEST_F(CatalogCommitTest, NewVersionInPlaceReplacesThePendingOne) {
  const auto catalog = create();
  BatchCommit first = begin(*catalog, "b1", BatchKind::kIngest);
  first.raw_files = {raw_file("/in/a", 1), raw_file("/in/b", 1)};
  for (RawFile& file : first.raw_files) file.in_place = true;
  ASSERT_THAT(catalog->commit_batch(first), IsOk());
  BatchCommit second = begin(*catalog, "b2", BatchKind::kIngest);
  second.raw_files = {first.raw_files.front()};
  second.raw_files.front().size = 2000;
  ASSERT_THAT(catalog->commit_batch(second), IsOk());
  const auto pending = catalog->untransformed_raw_files();
  ASSERT_EQ(pending->size(), 2U);
  EXPECT_EQ((*pending)[0].path, "/in/a");
  EXPECT_EQ((*pending)[0].size, 2000);
  EXPECT_EQ((*pending)[1].path, "/in/b");
}

TEST_F(CatalogCommitTest, FusedRunLeavesNothingToTransform) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  commit.raw_files = {raw_file("/in/a", 1)};
  commit.raw_files_transformed = true;
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  EXPECT_THAT(*catalog->untransformed_raw_files(), IsEmpty());
  EXPECT_EQ(catalog->raw_files("b1")->size(), 1U);
}

TEST_F(CatalogCommitTest, OfTwoProcessesOneWins) {
  create();
  // Both build on no snapshot; each commits when both have read it.
  const auto racer = [&](const std::string& id) {
    return [this, id] {
      const auto catalog = Catalog::open(file_);
      if (!catalog) return false;
      const BatchCommit commit = full_commit(**catalog, id, 0);
      while ((*catalog)->open_batches()->size() + (*catalog)->recent_batches(9)->size() < 2) {
      }
      const Status status = (*catalog)->commit_batch(commit);
      return status.has_value() || status.error().code != ErrorCode::kConflict;
    };
  };
  const int first = start(racer("b1"));
  const int second = start(racer("b2"));
  EXPECT_EQ(wait_for(first) + wait_for(second), 1) << "one is told of the conflict";
  const auto catalog = open();
  EXPECT_EQ(catalog->recent_batches(9)->size(), 1U);
  EXPECT_EQ(live(*catalog, "fact_clicks").size(), 1U);
  EXPECT_EQ(catalog->tables()->front().rows, 90);
}

TEST_F(CatalogCommitTest, KilledBeforeTheCommitHasNothingAndAfterItAll) {
  create();
  struct Case {
    const char* spec;
    std::size_t open, committed;
  };
  int number = 0;
  for (const Case& expected :
       {Case{"kill@catalog.begin#1", 0, 0}, Case{"kill@iceberg.rename#3", 1, 0},
        Case{"kill@iceberg.sync#1", 2, 0}, Case{"kill@catalog.commit#1", 3, 0},
        Case{"kill@catalog.committed#1", 3, 1}}) {
    const std::string id = "b" + std::to_string(++number);
    ASSERT_EQ(in_process([&] {
                arm_fault_points(expected.spec);
                const auto catalog = Catalog::open(file_);
                return (*catalog)->commit_batch(full_commit(**catalog, id, 0)).has_value();
              }),
              -SIGKILL);
    const auto catalog = open();
    EXPECT_EQ(catalog->open_batches()->size(), expected.open) << expected.spec;
    EXPECT_EQ(catalog->recent_batches(9)->size(), expected.committed) << expected.spec;
    EXPECT_EQ(live(*catalog, "fact_clicks").size(), expected.committed) << expected.spec;
  }
}

TEST_F(CatalogCommitTest, SnapshotTimesNeverGoBack) {
  const auto catalog = create();
  ASSERT_THAT(catalog->commit_batch(full_commit(*catalog, "b1", 0)), IsOk());
  sql("UPDATE snapshots SET committed_us = 9000000000000000");  // the clock was wrong once
  ASSERT_THAT(catalog->commit_batch(full_commit(*catalog, "b2", 1)), IsOk());
  EXPECT_EQ(sql("SELECT min(committed_us) AS earliest FROM snapshots"), "9000000000000000");
}

TEST_F(CatalogCommitTest, HundredFilesOfThirtyColumnsTakeMilliseconds) {
  const auto catalog = create();
  BatchCommit commit = begin(*catalog, "b1");
  TableChange change{"fact_clicks", 0, {}, {}};
  for (int i = 0; i < 100; ++i) {
    DataFile file = data_file("processed/fact_clicks/data/event_timestamp_day=2024-11-01/" +
                                  std::to_string(i) + ".parquet",
                              1000, i, i + 1);
    const ColumnStatistics timestamp = file.info.columns.front();
    file.info.columns.clear();
    for (int field = 1; field <= 30; ++field) {
      file.info.columns.push_back(timestamp);
      file.info.columns.back().field_id = field;
    }
    change.added.push_back(std::move(file));
  }
  commit.changes.push_back(std::move(change));
  // Processor time: what the device's fsync takes is not the catalog's.
  const std::clock_t from = std::clock();
  ASSERT_THAT(catalog->commit_batch(commit), IsOk());
  const double ms = 1000.0 * static_cast<double>(std::clock() - from) / CLOCKS_PER_SEC;
  std::cout << "commit of 100 files: " << ms << " ms of processor time\n";
  // Ten times what it takes: this finds a lost index, not a busy machine.
  EXPECT_LT(ms, 100);
}

TEST_F(CatalogCommitTest, SideFilesComeAndGoWithTheirBatches) {
  const auto catalog = create();
  BatchCommit first = begin(*catalog, "a", BatchKind::kTransform);
  first.side_files_added = {{"outbox", "events/outbox/a.jsonl", 3, 120},
                            {"session_index", "curated/sessions/index/a.run", 9, 144}};
  ASSERT_THAT(catalog->commit_batch(first), IsOk());
  BatchCommit second = begin(*catalog, "b", BatchKind::kTransform);
  second.side_files_added = {{"session_index", "curated/sessions/index/b.run", 10, 160}};
  second.side_files_removed = {"curated/sessions/index/a.run"};
  EXPECT_THAT(*catalog->side_files("session_index"), SizeIs(1));
  ASSERT_THAT(catalog->commit_batch(second), IsOk());
  const auto runs = catalog->side_files("session_index");
  ASSERT_THAT(runs, IsOk());
  ASSERT_THAT(*runs, SizeIs(1));
  EXPECT_EQ(runs->at(0).path, "curated/sessions/index/b.run");
  EXPECT_EQ(runs->at(0).rows, 10);
  EXPECT_THAT(*catalog->side_files("outbox"), SizeIs(1));
  EXPECT_THAT(*catalog->known_paths_of_batch("a"), Contains("events/outbox/a.jsonl"));
}

TEST_F(CatalogCommitTest, WhatATableWasMadeWithIsThatOfItsLastCommit) {
  const auto catalog = create();
  EXPECT_EQ(*catalog->made_with("dim_devices"), "");
  BatchCommit first = begin(*catalog, "a", BatchKind::kTransform);
  first.made_with = {{"dim_devices", "agents 1"}, {"dim_referrers", "sites 1"}};
  ASSERT_THAT(catalog->commit_batch(first), IsOk());
  BatchCommit second = begin(*catalog, "b", BatchKind::kTransform);
  second.made_with = {{"dim_devices", "agents 2"}};
  ASSERT_THAT(catalog->commit_batch(second), IsOk());
  EXPECT_EQ(*catalog->made_with("dim_devices"), "agents 2");
  EXPECT_EQ(*catalog->made_with("dim_referrers"), "sites 1");
}

TEST_F(CatalogCommitTest, SideFileThatIsGoneOrKnownChangesNothing) {
  const auto catalog = create();
  BatchCommit first = begin(*catalog, "a", BatchKind::kTransform);
  first.side_files_added = {{"outbox", "events/outbox/a.jsonl", 3, 120}};
  ASSERT_THAT(catalog->commit_batch(first), IsOk());
  BatchCommit second = begin(*catalog, "b", BatchKind::kTransform);
  second.side_files_removed = {"events/outbox/other.jsonl"};
  EXPECT_EQ(catalog->commit_batch(second).error().code, ErrorCode::kConflict);
  second.side_files_removed.clear();
  second.side_files_added = {{"outbox", "events/outbox/a.jsonl", 1, 1}};
  EXPECT_EQ(catalog->commit_batch(second).error().code, ErrorCode::kInvalidArgument);
  second.side_files_added = {{"outbox", "../a.jsonl", 1, 1}};
  EXPECT_EQ(catalog->commit_batch(second).error().code, ErrorCode::kInvalidArgument);
  second.side_files_added.clear();
  EXPECT_THAT(catalog->commit_batch(second), IsOk());
}

}  // namespace
}  // namespace clicklake
