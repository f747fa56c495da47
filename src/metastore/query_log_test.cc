#include "metastore/query_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "metastore/metastore_fixture.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class QueryLogTest : public MetastoreFixture {
 protected:
  std::unique_ptr<QueryLog> open_log() const {
    auto log = QueryLog::open(dir_ / "catalog.db");
    EXPECT_THAT(log, IsOk());
    return std::move(*log);
  }
  static LoggedQuery query(std::int64_t time_us, std::string tag = "") {
    return {.time_us = time_us,
            .statement = "SELECT count(*) FROM fact_clicks",
            .tag = std::move(tag),
            .duration_us = 47'000,
            .rows = 24,
            .raw_bytes = 1000,
            .scans = {{"fact_clicks", false, 10, 2}, {"db.raw", true, 20, 1}}};
  }
  static std::vector<LoggedQuery> all(QueryLog& log, std::int64_t since = 0,
                                      std::int64_t until = 1'000'000) {
    std::vector<LoggedQuery> out;
    EXPECT_THAT(log.read(since, until,
                         [&](const LoggedQuery& each) -> Status {
                           out.push_back(each);
                           return {};
                         }),
                IsOk());
    return out;
  }
};

TEST_F(QueryLogTest, WhatWasAppendedIsReadInOrderOfTime) {
  const auto log = open_log();
  EXPECT_THAT(all(*log), IsEmpty());
  LoggedQuery without_scans = query(7);
  without_scans.scans.clear();
  ASSERT_THAT(log->append(query(9, "report")), IsOk());
  ASSERT_THAT(log->append(without_scans), IsOk());
  EXPECT_THAT(all(*open_log()), ElementsAre(without_scans, query(9, "report")));
}

TEST_F(QueryLogTest, OnlyTheTimesAskedForAreRead) {
  const auto log = open_log();
  for (const std::int64_t time : {1, 2, 3, 4}) ASSERT_THAT(log->append(query(time)), IsOk());
  EXPECT_THAT(all(*log, 2, 4), ElementsAre(query(2), query(3)));
}

TEST_F(QueryLogTest, LongStatementsAreCutAtACharacter) {
  const auto log = open_log();
  LoggedQuery long_one = query(1);
  long_one.statement = std::string(999, 'x') + "\u20ac and more";
  ASSERT_THAT(log->append(long_one), IsOk());
  EXPECT_EQ(all(*log).at(0).statement, std::string(999, 'x'));
}

TEST_F(QueryLogTest, ErrorOfTheReaderEndsReading) {
  const auto log = open_log();
  for (const std::int64_t time : {1, 2, 3}) ASSERT_THAT(log->append(query(time)), IsOk());
  int taken = 0;
  const Status ended = log->read(0, 10, [&](const LoggedQuery&) -> Status {
    return ++taken == 2 ? Status(Error{ErrorCode::kCancelled, "enough"}) : Status();
  });
  EXPECT_THAT(ended, IsError(ErrorCode::kCancelled, "enough"));
  EXPECT_EQ(taken, 2);
}

TEST_F(QueryLogTest, ProcessesLogSideBySide) {
  constexpr int kProcesses = 4;
  constexpr int kQueries = 50;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto log = QueryLog::open(dir_ / "catalog.db");
      int appended = 0;
      // A locked log is no failure: the next attempt gets its turn.
      for (int attempt = 0; log && appended < kQueries && attempt < 10'000; ++attempt)
        appended += (*log)->append(query(process * 1000 + appended)) ? 1 : 0;
      _exit(appended == kQueries ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const auto rows = all(*open_log());
  EXPECT_THAT(rows, SizeIs(kProcesses * kQueries));
  for (const LoggedQuery& row : rows) EXPECT_THAT(row.scans, SizeIs(2));
}

TEST_F(QueryLogTest, LockedCatalogIsNotWaitedFor) {
  const auto log = open_log();
  sqlite3* writer = nullptr;
  ASSERT_EQ(sqlite3_open((dir_ / "catalog.db").c_str(), &writer), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(writer, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(log->append(query(1)), IsError(ErrorCode::kBusy, ""));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  sqlite3_exec(writer, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(writer);
  EXPECT_THAT(log->append(query(2)), IsOk());
  EXPECT_THAT(all(*log), ElementsAre(query(2)));
}

TEST_F(QueryLogTest, CatalogThatCannotBeWrittenIsNotLoggedTo) {
  store_.reset();
  const auto file = dir_ / "catalog.db";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  std::filesystem::permissions(
      dir_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  if (access(file.c_str(), W_OK) != 0) {  // the superuser may write everywhere
    const auto log = QueryLog::open(file);
    ASSERT_THAT(log, IsOk());
    EXPECT_FALSE((*log)->append(query(1)).has_value());
    EXPECT_THAT(all(**log), IsEmpty());
  }
  std::filesystem::permissions(dir_, std::filesystem::perms::owner_all);
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
}

TEST_F(QueryLogTest, RawBytesAreThoseOfAllRawFiles) {
  EXPECT_EQ(open_log()->raw_bytes().value_or(-1), 0);
  sql("INSERT INTO batches(batch_id, kind, started_us) VALUES ('b', 0, 1)");
  for (const std::string path : {"a", "b"}) {
    sql("INSERT INTO raw_files(batch_no, path, in_place, size, mtime_us, records, validated, "
        "arrivals) VALUES (1, '" +
        path + "', 0, 70, 1, 1, 1, x'')");
  }
  EXPECT_EQ(open_log()->raw_bytes().value_or(-1), 140);
}

}  // namespace
}  // namespace clicklake
