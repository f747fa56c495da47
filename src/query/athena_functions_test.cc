#include "query/athena_functions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "query/athena_macros.h"
#include "query/lake_fixture.h"
#include "query/lake_session.h"
#include "sql/session.h"

namespace clicklake {
namespace {

using ::testing::HasSubstr;

class AthenaFunctionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto session = Session::open({.threads = 1});
    ASSERT_TRUE(session.has_value()) << session.error().message;
    session_ = std::move(*session);
    ASSERT_TRUE(register_athena_functions(*session_));
  }

  /// The first value as text; the message of what went wrong.
  std::string value(const std::string& expression) {
    const std::string statement = "SELECT (" + expression + ")::VARCHAR";
    if (const Status ready = prepare_athena_functions(*session_, statement); !ready)
      return ready.error().message;
    auto result = session_->query(statement);
    if (!result) return result.error().message;
    auto chunk = result->next();
    if (!chunk) return chunk.error().message;
    return (*chunk)->valid(0, 0) ? std::string((*chunk)->string(0, 0)) : "NULL";
  }

  Status prepare(const std::string& statement) {
    return prepare_athena_functions(*session_, statement);
  }

  std::unique_ptr<Session> session_;
};

TEST_F(AthenaFunctionsTest, EveryMacroIsAccepted) {
  for (const AthenaFunction& function : athena_functions()) {
    if (function.kind == AthenaFunctionKind::kRefused) continue;
    const Status ready = prepare("SELECT " + std::string(function.name) + "(x)");
    EXPECT_TRUE(ready.has_value()) << function.name << ": " << ready.error().message;
  }
}

TEST_F(AthenaFunctionsTest, EveryRefusalNamesItsSpelling) {
  for (const AthenaFunction& function : athena_functions()) {
    EXPECT_EQ(function.spelling.empty(), function.kind == AthenaFunctionKind::kMacro)
        << function.name;
    if (function.kind != AthenaFunctionKind::kRefused) continue;
    const Status ready = prepare("SELECT " + std::string(function.name) + " (x)");
    ASSERT_FALSE(ready.has_value()) << function.name;
    EXPECT_EQ(ready.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(ready.error().message, HasSubstr(std::string(function.spelling)));
    EXPECT_THAT(ready.error().message, HasSubstr("LINE 1: SELECT "));
  }
}

TEST_F(AthenaFunctionsTest, EveryNameIsInTheDocumentation) {
  const auto path = std::filesystem::path(CLICKLAKE_SOURCE_DIR) / "docs" / "athena-functions.md";
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << "no source tree at " << path;
  std::stringstream text;
  text << file.rdbuf();
  for (const std::string_view name : athena_function_names())
    EXPECT_THAT(text.str(), HasSubstr("`" + std::string(name))) << name;
}

TEST_F(AthenaFunctionsTest, OnlyCallsAreRefused) {
  for (const char* statement :
       {"SELECT transform FROM t", "SELECT 'transform(x)'", "SELECT \"transform\"(x)",
        "SELECT 1 -- transform(x)\n", "SELECT 1 /* transform(x) */", "SELECT $$transform(x)$$",
        "WITH transform(a) AS (SELECT 1) SELECT a FROM transform",
        "WITH b AS (SELECT 1), transform (a) AS NOT MATERIALIZED (SELECT 1) SELECT 1",
        "SELECT * FROM t AS transform(a)", "SELECT * FROM t transform(a)",
        "SELECT * FROM (SELECT 1) transform(a)", "INSERT INTO transform(a) VALUES (1)",
        "CREATE TABLE transform(a INTEGER)", "SELECT mine.transform(x)"}) {
    const Status ready = prepare(statement);
    EXPECT_TRUE(ready.has_value()) << statement;
  }
  for (const char* statement :
       {"SELECT transform(a, x -> x)", "SELECT a + TRANSFORM (a, x -> x)",
        "SELECT f(transform(a, x -> x))", "SELECT CASE WHEN transform(a) THEN transform(b) END",
        "SELECT 1 FROM t WHERE transform(a)", "WITH c AS (SELECT transform(a)) SELECT 1",
        "EXPLAIN SELECT 1, transform(a)", "SELECT DISTINCT\n  transform(a)"}) {
    EXPECT_FALSE(prepare(statement).has_value()) << statement;
  }
}

TEST_F(AthenaFunctionsTest, TheMarkStandsBelowTheCall) {
  const Status ready = prepare("SELECT a,\n  json_parse(b)\nFROM t");
  ASSERT_FALSE(ready.has_value());
  EXPECT_THAT(ready.error().message, HasSubstr("\n\nLINE 2:   json_parse(b)\n          ^"));
}

TEST_F(AthenaFunctionsTest, TakenNamesCannotBeDefined) {
  for (const char* statement :
       {"CREATE MACRO date_diff(a, b, c) AS 1", "CREATE OR REPLACE TEMP MACRO main.e() AS 1",
        "CREATE FUNCTION transform(a) AS 1", "CREATE MACRO IF NOT EXISTS slice(a) AS 1"}) {
    const Status ready = prepare(statement);
    ASSERT_FALSE(ready.has_value()) << statement;
    EXPECT_THAT(ready.error().message, HasSubstr("choose another name"));
  }
  EXPECT_TRUE(prepare("CREATE MACRO mine(a) AS regexp_like(a, 'x')").has_value());
}

TEST_F(AthenaFunctionsTest, RollbackTakesNoFunctionAway) {
  const std::string days =
      "date_diff('day', TIMESTAMP '2024-01-01 23:00:00', TIMESTAMP '2024-01-02 01:00:00')";
  ASSERT_TRUE(session_->execute("BEGIN"));
  EXPECT_EQ(value(days), "0");
  ASSERT_TRUE(session_->execute("ROLLBACK"));
  EXPECT_EQ(value(days), "0");
  ASSERT_TRUE(session_->execute("CREATE SCHEMA other; USE other"));
  EXPECT_EQ(value(days), "0");
  EXPECT_EQ(value("('day').date_diff(TIMESTAMP '2024-01-01 23:00', TIMESTAMP '2024-01-02 01:00')"),
            "0");
  EXPECT_EQ(value("system.main." + days), "1");
}

TEST_F(AthenaFunctionsTest, ArgumentsThatAreNoConstantsMeanTheSame) {
  ASSERT_TRUE(session_->execute(
      "CREATE TABLE t AS SELECT * FROM (VALUES ('day', 1, '$.a', '%Y'), ('month', -1, '$.b', "
      "'%m'), (NULL, 2, NULL, NULL)) v(unit, n, path, format)"));
  EXPECT_EQ(value("SELECT string_agg(date_add(unit, n, DATE '2024-03-31')::VARCHAR, ' ') FROM t"),
            "2024-04-01 2024-02-29");
  EXPECT_EQ(value(R"(SELECT string_agg(json_extract_scalar('{"a":1,"b":2}', path), ' ') FROM t)"),
            "1 2");
  EXPECT_EQ(value("SELECT string_agg(date_format(DATE '2024-03-31', format), ' ') FROM t"),
            "2024 03");
  EXPECT_EQ(value("SELECT string_agg(element_at([5, 6], n), ' ') FROM t"), "5 6 6");
}

TEST_F(AthenaFunctionsTest, ManyRowsWithNullsKeepTheirPlaces) {
  EXPECT_EQ(value("SELECT count(*) FROM (SELECT i, url_extract_host(CASE WHEN i % 3 = 0 THEN NULL "
                  "WHEN i % 3 = 1 THEN 'http://h' || i || '.example/' ELSE 'no uri' END) AS h "
                  "FROM range(10000) r(i)) WHERE h IS NOT DISTINCT FROM CASE WHEN i % 3 = 1 THEN "
                  "'h' || i || '.example' END"),
            "10000");
}

TEST_F(AthenaFunctionsTest, HashesOfBytesAreRefused) {
  EXPECT_THAT(value("to_hex(sha256(to_utf8('a')))"), HasSubstr("upper(sha256(text))"));
  EXPECT_EQ(value("md5('a')"), "0cc175b9c0f1b6a831c399e269772661");
}

TEST(AthenaFunctionsOfALakeTest, FiltersStillChooseFiles) {
  LakeFixture lake;
  lake.publish_hours(0, 48);
  auto session = LakeSession::open(lake.catalog(), lake.folder(), {.session = {.threads = 2}});
  ASSERT_TRUE(session.has_value());
  const std::string select =
      "SELECT count_if(url_extract_path(event_type) = 'purchase') FROM fact_clicks WHERE day = 2 "
      "AND json_extract_scalar('{}', '$.a') IS NULL AND date_diff('day', event_timestamp, now()) > "
      "0 "
      "AND regexp_like(event_type, 'p')";
  if (!session.value()->execute(select)) GTEST_SKIP() << "the session does not prepare functions";
  ASSERT_EQ(session.value()->bound_tables().size(), 1U);
  EXPECT_EQ(session.value()->bound_tables()[0].files.size(), 24U);
}

}  // namespace
}  // namespace clicklake
