#include "engines/symlink_manifests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>

#include "model/star_schema.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return in ? std::string(std::istreambuf_iterator<char>(in), {}) : "(no such file)";
}

class SymlinkManifestsTest : public ::testing::Test {
 protected:
  SymlinkManifestsTest()
      : lake_(fs::temp_directory_path() / ("symlink_manifests_" + std::to_string(::getpid()))) {
    fs::remove_all(lake_);
    fs::create_directories(lake_);
    auto catalog = Catalog::create(lake_ / "catalog.db");
    EXPECT_TRUE(catalog.has_value());
    catalog_ = *std::move(catalog);
    options_.enabled = true;
    options_.location = "s3://bucket/lake/";
  }
  ~SymlinkManifestsTest() override {
    catalog_.reset();
    fs::remove_all(lake_);
  }

  static DataFile file(const std::string& table, const std::string& partition,
                       const std::string& name) {
    DataFile file;
    file.partition = partition;
    file.path = "processed/" + table + "/" + (partition.empty() ? "" : partition + "/") + name;
    file.info.record_count = 1;
    file.info.size_bytes = 100;
    return file;
  }
  static DataFile fact(const std::string& day, const std::string& name) {
    return file("fact_clicks", "event_timestamp_day=" + day, name);
  }

  /// Publishes; gives the changes as the writer of manifests gets them.
  std::vector<TableChange> commit(const std::string& table, std::vector<DataFile> added,
                                  std::vector<std::string> removed) {
    const std::string batch = "b" + std::to_string(++batches_);
    EXPECT_TRUE(catalog_->begin_batch({.id = batch, .kind = BatchKind::kRun, .counts = {}}));
    BatchCommit commit;
    commit.batch_id = batch;
    TableChange change;
    change.table = table;
    change.base_snapshot = *catalog_->current_snapshot(table);
    change.added = std::move(added);
    change.removed = std::move(removed);
    commit.changes.push_back(std::move(change));
    const Status done = catalog_->commit_batch(commit);
    EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().message);
    return commit.changes;
  }
  void refresh(const std::vector<TableChange>& changes) {
    const Status done = refresh_symlink_manifests(*catalog_, lake_, options_, changes);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  fs::path manifest(const std::string& day) const {
    return lake_ / "symlinks/fact_clicks" / ("event_timestamp_day=" + day) / "manifest";
  }

  fs::path lake_;
  std::unique_ptr<Catalog> catalog_;
  SymlinkOptions options_;
  int batches_ = 0;
};

TEST_F(SymlinkManifestsTest, APartitionListsItsLiveFiles) {
  refresh(commit("fact_clicks", {fact("2024-11-01", "a"), fact("2024-11-02", "b")}, {}));
  EXPECT_EQ(contents(manifest("2024-11-01")),
            "s3://bucket/lake/processed/fact_clicks/event_timestamp_day=2024-11-01/a\n");
  refresh(commit("fact_clicks", {fact("2024-11-01", "c")}, {fact("2024-11-01", "a").path}));
  EXPECT_EQ(contents(manifest("2024-11-01")),
            "s3://bucket/lake/processed/fact_clicks/event_timestamp_day=2024-11-01/c\n");
  EXPECT_EQ(contents(manifest("2024-11-02")),
            "s3://bucket/lake/processed/fact_clicks/event_timestamp_day=2024-11-02/b\n");
}

TEST_F(SymlinkManifestsTest, TablesByBucketAreOneList) {
  refresh(commit("dim_users",
                 {file("dim_users", "user_key_bucket_8=0", "a"),
                  file("dim_users", "user_key_bucket_8=1", "b")},
                 {}));
  EXPECT_EQ(contents(lake_ / "symlinks/dim_users/manifest"),
            "s3://bucket/lake/processed/dim_users/user_key_bucket_8=0/a\n"
            "s3://bucket/lake/processed/dim_users/user_key_bucket_8=1/b\n");
}

TEST_F(SymlinkManifestsTest, AnEmptiedPartitionKeepsAnEmptyManifest) {
  refresh(commit("fact_clicks", {fact("2024-11-01", "a"), fact("2024-11-02", "b")}, {}));
  refresh(commit("fact_clicks", {}, {fact("2024-11-01", "a").path}));
  EXPECT_EQ(contents(manifest("2024-11-01")), "");
}

TEST_F(SymlinkManifestsTest, CommitsThatWereMissedAreCaughtUpWith) {
  refresh(commit("fact_clicks", {fact("2024-11-01", "a"), fact("2024-11-02", "b")}, {}));
  commit("fact_clicks", {fact("2024-11-03", "c")}, {fact("2024-11-01", "a").path});  // cut off here
  refresh(commit("fact_clicks", {fact("2024-11-04", "d")}, {}));
  EXPECT_EQ(contents(manifest("2024-11-01")), "");
  EXPECT_THAT(contents(manifest("2024-11-03")), HasSubstr("2024-11-03/c\n"));
  EXPECT_THAT(contents(manifest("2024-11-04")), HasSubstr("2024-11-04/d\n"));
}

TEST_F(SymlinkManifestsTest, WithoutChangesOnlyWhatIsBehindIsWritten) {
  refresh(commit("fact_clicks", {fact("2024-11-01", "a")}, {}));
  std::ofstream(manifest("2024-11-01")) << "spoiled";
  refresh({});  // the state says that it is of the current snapshot
  EXPECT_EQ(contents(manifest("2024-11-01")), "spoiled");
  fs::remove(lake_ / "symlinks/state.json");
  refresh({});
  EXPECT_THAT(contents(manifest("2024-11-01")), HasSubstr("2024-11-01/a\n"));
}

TEST_F(SymlinkManifestsTest, ADamagedStateIsWrittenAnew) {
  refresh(commit("fact_clicks", {fact("2024-11-01", "a")}, {}));
  for (const char* damage :
       {"", "{", "{\"location\": 1}",
        "{\"location\":\"s3://bucket/lake\",\"snapshots\":{\"fact_clicks\":\"x\"}}"}) {
    std::ofstream(lake_ / "symlinks/state.json") << damage;
    std::ofstream(manifest("2024-11-01")) << "spoiled";
    refresh({});
    EXPECT_THAT(contents(manifest("2024-11-01")), HasSubstr("2024-11-01/a\n")) << damage;
  }
}

TEST_F(SymlinkManifestsTest, AnotherLocationIsWrittenEverywhere) {
  refresh(commit("fact_clicks", {fact("2024-11-01", "a"), fact("2024-11-02", "b")}, {}));
  options_.location = "";
  refresh({});
  EXPECT_EQ(
      contents(manifest("2024-11-02")),
      "file://" + lake_.string() + "/processed/fact_clicks/event_timestamp_day=2024-11-02/b\n");
}

TEST_F(SymlinkManifestsTest, TurnedOffNothingIsWritten) {
  options_.enabled = false;
  refresh(commit("fact_clicks", {fact("2024-11-01", "a")}, {}));
  EXPECT_FALSE(fs::exists(lake_ / "symlinks"));
}

TEST_F(SymlinkManifestsTest, AFailedWriteSaysWhichAndIsMadeGoodNextTime) {
  const auto changes = commit("fact_clicks", {fact("2024-11-01", "a")}, {});
  fs::create_directories(manifest("2024-11-01") / "in the way");
  const Status failed = refresh_symlink_manifests(*catalog_, lake_, options_, changes);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().message, HasSubstr("event_timestamp_day=2024-11-01"));
  fs::remove_all(manifest("2024-11-01"));
  refresh({});
  EXPECT_THAT(contents(manifest("2024-11-01")), HasSubstr("2024-11-01/a\n"));
}

}  // namespace
}  // namespace clicklake
