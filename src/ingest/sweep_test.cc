#include "ingest/sweep.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/fault_point.h"
#include "ingest/ingest_fixture.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SweepTest : public IngestFixture {
 protected:
  void begin(const std::string& batch) {
    ASSERT_TRUE(catalog_->begin_batch({batch, BatchKind::kIngest, 1, 0, {}}));
  }
};

TEST_F(SweepTest, WithoutAnOpenBatchNothingIsLookedAt) {
  folder_.write("lake/raw/clickstream/.x.json.tmp", "left");
  const auto report = sweep(*catalog_, lake_);
  ASSERT_TRUE(report);
  EXPECT_THAT(report->batches, IsEmpty());
  EXPECT_THAT(report->files, IsEmpty());
  EXPECT_THAT(lake_files(), SizeIs(1));
}

TEST_F(SweepTest, FilesOfOpenBatchesAndTemporaryOnesGo) {
  begin("batch-a");
  begin("batch-b");
  for (const char* name :
       {"raw/clickstream/year=2024/month=11/day=04/hour=05/batch-a-0000.json",
        "raw/clickstream/year=2024/month=11/day=04/hour=05/.batch-b-0001.json.tmp",
        "raw/clickstream/year=2024/month=11/day=04/hour=06/batch-c-0000.json",
        "processed/fact_clicks/data/event_timestamp_day=2024-11-04/batch-b-00001.parquet",
        "processed/dim_users/data/.other-00001.parquet.tmp", "quarantine/batch-a.ndjson",
        "quarantine/batch-c.ndjson", "curated/batch-a.parquet"}) {
    folder_.write(lake_ / name, "12345");
  }
  const auto report = sweep(*catalog_, lake_);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->batches, ElementsAre("batch-a", "batch-b"));
  EXPECT_THAT(report->files, SizeIs(5));
  EXPECT_EQ(report->bytes, 25U);
  EXPECT_THAT(lake_files(),
              ElementsAre("curated/batch-a.parquet", "quarantine/batch-c.ndjson",
                          "raw/clickstream/year=2024/month=11/day=04/hour=06/batch-c-0000.json"));
  EXPECT_FALSE(fs::exists(lake_ / "raw/clickstream/year=2024/month=11/day=04/hour=05"));
  EXPECT_FALSE(fs::exists(lake_ / "processed/fact_clicks"));
  EXPECT_TRUE(fs::exists(lake_ / "processed"));
  EXPECT_THAT(*catalog_->open_batches(), IsEmpty());
  EXPECT_THAT(sweep(*catalog_, lake_)->files, IsEmpty());
}

TEST_F(SweepTest, BatchThatIsNotOpenIsLeftAlone) {
  folder_.write(in_ / "a.json", click(1) + "\n");
  const IngestReport taken = take({in_});
  const auto before = lake_files();
  const auto report = remove_batch(*catalog_, lake_, taken.batch_id);
  ASSERT_TRUE(report);
  EXPECT_THAT(report->files, IsEmpty());
  EXPECT_EQ(lake_files(), before);
}

TEST_F(SweepTest, KilledAtAnyDurableStepTheNextRunTakesEveryRecordOnce) {
  for (int hour = 0; hour < 3; ++hour) {
    folder_.write(in_ / (std::to_string(hour) + ".json"),
                  click_in_hour(480749 + hour, hour) + "\nbad\n");
  }
  catalog_.reset();
  int killed = 0;
  for (int step = 1; step < 200; ++step) {
    fs::remove_all(lake_);
    fs::create_directories(lake_);
    { ASSERT_TRUE(Catalog::create(lake_ / "catalog.db")); }
    for (const char* layer : {"raw", "processed", "curated", "quarantine"}) {
      fs::create_directories(lake_ / layer);
    }
    const pid_t child = ::fork();
    if (child == 0) {
      arm_fault_points("kill@" + std::to_string(step));
      auto catalog = Catalog::open(lake_ / "catalog.db");
      auto listing = list_sources({in_}, lake_);
      const bool good =
          catalog && listing && ingest(**catalog, options_, *std::move(listing)).has_value();
      ::_exit(good ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    auto catalog = Catalog::open(lake_ / "catalog.db");
    ASSERT_TRUE(catalog) << catalog.error().message;
    catalog_ = *std::move(catalog);
    if (WIFSIGNALED(status)) {
      ASSERT_EQ(WTERMSIG(status), SIGKILL);
      ++killed;
    } else {
      ASSERT_EQ(WEXITSTATUS(status), 0);
    }
    ASSERT_TRUE(sweep(*catalog_, lake_));
    take({in_});
    ASSERT_THAT(all_raw_lines(), SizeIs(3)) << "step " << step;
    ASSERT_THAT(quarantine_lines(), SizeIs(3)) << "step " << step;
    ASSERT_THAT(*catalog_->untransformed_raw_files(), SizeIs(3)) << "step " << step;
    for (const std::string& file : lake_files()) {
      ASSERT_FALSE(file.ends_with(".tmp")) << "step " << step << ": " << file;
    }
    catalog_.reset();
    if (!WIFSIGNALED(status)) break;
  }
  EXPECT_GT(killed, 10);
}

}  // namespace
}  // namespace clicklake
