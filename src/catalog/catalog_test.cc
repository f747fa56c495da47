#include "catalog/catalog.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/fault_point.h"
#include "catalog/catalog_fixture.h"
#include "model/star_schema.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using CatalogTest = CatalogFixture;

TEST_F(CatalogTest, NewOneHasEveryStarTableWithoutSnapshot) {
  const auto catalog = create();
  const auto tables = catalog->tables();
  ASSERT_THAT(tables, IsOk());
  ASSERT_EQ(tables->size(), star_tables().size());
  for (std::size_t i = 0; i < tables->size(); ++i) {
    EXPECT_EQ((*tables)[i].name, star_tables()[i]->name);
    EXPECT_EQ((*tables)[i].snapshot, 0);
    EXPECT_EQ((*tables)[i].rows, 0);
  }
  EXPECT_EQ(*catalog->max_event_us(), 0);
  EXPECT_TRUE(catalog->open_batches()->empty());
  EXPECT_TRUE(catalog->untransformed_raw_files()->empty());
}

TEST_F(CatalogTest, CreateNeverReplaces) {
  begin(*create(), "b1");
  EXPECT_THAT(Catalog::create(file_), IsError(ErrorCode::kAlreadyExists, file_.string()));
  EXPECT_EQ(open()->open_batches()->size(), 1U);
}

TEST_F(CatalogTest, IsOneFileWhenNobodyHasItOpen) {
  {
    const auto catalog = create();
    begin(*catalog, "b1");
    EXPECT_TRUE(fs::exists(file_.string() + "-wal"));
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir_)) names.push_back(entry.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"catalog.db"});
}

TEST_F(CatalogTest, KilledWhileCreatingLeavesNoCatalogAndCanBeDoneAgain) {
  for (const char* spec : {"kill@1", "kill@2"}) {
    ASSERT_EQ(in_process([&] {
                arm_fault_points(spec);
                return Catalog::create(file_).has_value();
              }),
              -SIGKILL);
    EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kNotFound, "clicklake init"));
    for (const auto& entry : fs::directory_iterator(dir_)) {
      EXPECT_TRUE(is_temporary_name(entry.path().filename().string())) << entry.path();
    }
  }
  create();
  EXPECT_THAT(Catalog::open(file_), IsOk());
}

TEST_F(CatalogTest, KilledBeforeTheFolderIsSyncedHasAWholeCatalog) {
  ASSERT_EQ(in_process([&] {
              arm_fault_points("kill@3");
              return Catalog::create(file_).has_value();
            }),
            -SIGKILL);
  EXPECT_THAT(Catalog::open(file_), IsOk());
}

TEST_F(CatalogTest, MissingOneSaysHowToMakeALake) {
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kNotFound, file_.string()));
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kNotFound, "clicklake init"));
}

TEST_F(CatalogTest, DamagedFileIsCorruptionWithPathAndWayOut) {
  std::ofstream(file_)
      << "this is not a database, and long enough to have a header as one has.....";
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kCorruption, file_.string()));
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kCorruption, "put back a backup"));
  std::ofstream(file_).close();
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kCorruption, "is empty"));
  EXPECT_EQ(fs::file_size(file_), 0U) << "it must not be made a database";
  fs::remove(file_);
  fs::create_directory(file_);
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kCorruption, "is not a file"));
}

TEST_F(CatalogTest, DamagedPageIsCorruption) {
  create();
  {
    std::fstream out(file_, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(100);
    out << std::string(static_cast<std::size_t>(fs::file_size(file_)) - 100, 'x');
  }
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kCorruption, file_.string()));
}

TEST_F(CatalogTest, KilledWriterLeavesACatalogThatOpens) {
  create();
  // Not closed: the log stays, with the committed batch and the half of another.
  ASSERT_EQ(in_process([&] {
              const auto catalog = Catalog::open(file_);
              begin(**catalog, "committed");
              ::kill(::getpid(), SIGKILL);
              return false;
            }),
            -SIGKILL);
  EXPECT_TRUE(fs::exists(file_.string() + "-wal"));
  const auto catalog = open();
  ASSERT_EQ(catalog->open_batches()->size(), 1U);
  EXPECT_EQ(catalog->open_batches()->front().id, "committed");
}

TEST_F(CatalogTest, ReadsWhereNothingCanBeWritten) {
  begin(*create(), "b1");
  ::chmod(file_.c_str(), 0444);
  ::chmod(dir_.c_str(), 0555);
  EXPECT_EQ(in_process([&] {
              if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return false;
              const auto catalog = Catalog::open(file_);
              if (!catalog || (*catalog)->open_batches()->size() != 1) return false;
              const auto written = (*catalog)->abandon_batch("b1");
              return !written && written.error().code == ErrorCode::kIo;
            }),
            0);
  ::chmod(dir_.c_str(), 0755);
}

TEST_F(CatalogTest, ReadsWhereNoFileCanGrow) {
  begin(*create(), "b1");
  EXPECT_EQ(in_process([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              const struct rlimit none {
                0, 0
              };
              ::setrlimit(RLIMIT_FSIZE, &none);
              const auto catalog = Catalog::open(file_);
              if (!catalog || (*catalog)->open_batches()->size() != 1) return false;
              return !(*catalog)->abandon_batch("b1").has_value();
            }),
            0);
  EXPECT_EQ(open()->open_batches()->size(), 1U);
}

TEST_F(CatalogTest, ReaderSeesOneMomentWhileAWriterCommits) {
  const auto writer = create();
  const auto reader = open();
  auto commit = begin(*writer, "b1");
  commit.changes.push_back({"fact_clicks", 0, {data_file("a.parquet", 5, 0, 1)}, {}});
  {
    const auto view = reader->read_view();
    ASSERT_THAT(view, IsOk());
    EXPECT_THAT(reader->read_view(), IsError(ErrorCode::kInvalidArgument, "open already"));
    ASSERT_THAT(writer->commit_batch(commit), IsOk()) << "a reader never blocks a writer";
    EXPECT_TRUE(live(*reader, "fact_clicks").empty());
    EXPECT_EQ(*reader->current_snapshot("fact_clicks"), 0);
  }
  EXPECT_EQ(live(*reader, "fact_clicks"), std::vector<std::string>{"a.parquet"});
}

}  // namespace
}  // namespace clicklake
