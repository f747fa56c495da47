#include "console/sql_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "objstore/durable_file.h"
#include "query/lake_fixture.h"

namespace clicklake {
namespace {

using ::testing::HasSubstr;

class SqlCommandTest : public ::testing::Test {
 protected:
  void SetUp() override { lake_.publish_hours(0, 3); }

  Result<int> run(SqlCommandOptions options) {
    options.session.session.threads = 1;
    return run_sql_command(lake_.catalog(), lake_.folder(), options);
  }
  std::string content(const std::filesystem::path& file) const {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
  }
  SqlCommandOptions to_file(const std::string& sql, OutputFormat format) const {
    SqlCommandOptions options;
    options.sql = sql;
    options.format = format;
    options.output = output_;
    return options;
  }

  LakeFixture lake_;
  std::filesystem::path output_ = lake_.folder() / "result";
};

TEST_F(SqlCommandTest, StatementsRunInOrderAndTheirRowsFollowEachOther) {
  const auto code = run(
      to_file("CREATE TEMP TABLE t(a INT); INSERT INTO t VALUES (1), (2); SELECT sum(a) AS s FROM "
              "t; SELECT count(*) AS n FROM fact_clicks;",
              OutputFormat::kCsv));
  ASSERT_TRUE(code.has_value()) << code.error().message;
  EXPECT_EQ(*code, 0);
  EXPECT_EQ(content(output_), "Count\n2\ns\n3\nn\n30\n");
}

TEST_F(SqlCommandTest, FailingStatementIsNumberedAndLeavesNoOutput) {
  std::ofstream(output_) << "before";
  const auto code = run(to_file("SELECT 1; SELECT nothing; SELECT 3", OutputFormat::kCsv));
  ASSERT_FALSE(code.has_value());
  EXPECT_EQ(code.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(code.error().message, HasSubstr("statement 2 of 3: Binder Error"));
  EXPECT_EQ(content(output_), "before");
  EXPECT_FALSE(std::filesystem::exists(temporary_path(output_)));
}

TEST_F(SqlCommandTest, FilesOfStatementsAreRead) {
  std::ofstream(lake_.folder() / "q.sql")
      << "-- how many\nSELECT count(*) AS n\nFROM fact_clicks -- all\n";
  SqlCommandOptions options;
  options.file = lake_.folder() / "q.sql";
  options.format = OutputFormat::kJson;
  options.output = output_;
  ASSERT_TRUE(run(options).has_value());
  EXPECT_EQ(content(output_),
            "{\"columns\":[{\"name\":\"n\",\"type\":\"BIGINT\"}],\"rows\":[\n[30]\n]}\n");
  options.file = lake_.folder() / "missing.sql";
  const auto missing = run(options);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("missing.sql"));
}

TEST_F(SqlCommandTest, ParquetIsWrittenOfTheLastStatementAndReadsBack) {
  const auto code =
      run(to_file("CREATE TABLE t AS SELECT 5 AS least; SELECT event_key, event_timestamp, "
                  "metadata FROM fact_clicks, t WHERE event_key >= least -- to the end",
                  OutputFormat::kParquet));
  ASSERT_TRUE(code.has_value()) << code.error().message;
  EXPECT_FALSE(std::filesystem::exists(temporary_path(output_)));
  auto session = Session::open({.threads = 1});
  ASSERT_TRUE(session.has_value());
  auto result = (*session)->query("SELECT count(*)::BIGINT, min(event_key) FROM read_parquet(" +
                                  quote_literal(output_.string()) + ")");
  ASSERT_TRUE(result.has_value()) << result.error().message;
  auto chunk = result->next();
  ASSERT_TRUE(chunk.has_value());
  EXPECT_EQ((*chunk)->longs(0)[0], 25);
  EXPECT_EQ((*chunk)->longs(1)[0], 5);
}

TEST_F(SqlCommandTest, FailingParquetLeavesTheOldFileAndNoTemporaryOne) {
  std::ofstream(output_) << "before";
  const auto code =
      run(to_file("SELECT error('on purpose') FROM fact_clicks", OutputFormat::kParquet));
  ASSERT_FALSE(code.has_value());
  EXPECT_THAT(code.error().message, HasSubstr("on purpose"));
  EXPECT_EQ(content(output_), "before");
  EXPECT_FALSE(std::filesystem::exists(temporary_path(output_)));
  const auto no_query = run(to_file("CREATE TEMP TABLE t(a INT)", OutputFormat::kParquet));
  ASSERT_FALSE(no_query.has_value());
  EXPECT_EQ(no_query.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(SqlCommandTest, OptionsThatContradictAreRefused) {
  SqlCommandOptions both = to_file("SELECT 1", OutputFormat::kCsv);
  both.file = "q.sql";
  const auto twice = run(both);
  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error().code, ErrorCode::kInvalidArgument);
  SqlCommandOptions nowhere = to_file("SELECT 1", OutputFormat::kParquet);
  nowhere.output.clear();
  const auto no_file = run(nowhere);
  ASSERT_FALSE(no_file.has_value());
  EXPECT_THAT(no_file.error().message, HasSubstr("--output"));
  const auto nothing = run(to_file(" -- nothing\n", OutputFormat::kCsv));
  ASSERT_FALSE(nothing.has_value());
  EXPECT_THAT(nothing.error().message, HasSubstr("no SQL statement"));
}

}  // namespace
}  // namespace clicklake
