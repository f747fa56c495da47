#include "sql/statement_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SplitStatementsTest, CutsAtSemicolonsOnly) {
  EXPECT_THAT(split_statements("SELECT 1; SELECT 2 ;\n SELECT 3"),
              ElementsAre("SELECT 1", "SELECT 2", "SELECT 3"));
}

TEST(SplitStatementsTest, QuotesAndCommentsHideSemicolons) {
  EXPECT_THAT(
      split_statements("SELECT ';''; ' AS \"a;\"\"b\" -- one; comment\n, $$ ; $$, $t$ ; $$ ; $t$ "
                       "/* ; /* ; */ ; */; SELECT E'\\'; '"),
      ElementsAre("SELECT ';''; ' AS \"a;\"\"b\" -- one; comment\n, $$ ; $$, $t$ ; $$ ; $t$",
                  "SELECT E'\\'; '"));
}

TEST(SplitStatementsTest, EmptyOnesAreLeftOut) {
  EXPECT_THAT(split_statements(" ; ;; -- nothing\n /* nothing */ ;"), IsEmpty());
  EXPECT_THAT(split_statements(""), IsEmpty());
}

TEST(SplitStatementsTest, CommentsAroundAreCutOff) {
  EXPECT_THAT(split_statements("-- first\nSELECT 1 -- last"), ElementsAre("SELECT 1"));
}

TEST(SplitStatementsTest, ParametersAreNotDollarQuotes) {
  EXPECT_THAT(split_statements("EXECUTE q($1, $2); SELECT 1"),
              ElementsAre("EXECUTE q($1, $2)", "SELECT 1"));
}

TEST(IsCompleteTest, NeedsASemicolonOutsideOfQuotesAndComments) {
  EXPECT_TRUE(is_complete("SELECT 1;"));
  EXPECT_TRUE(is_complete("SELECT 1; -- done"));
  EXPECT_TRUE(is_complete("  "));
  EXPECT_FALSE(is_complete("SELECT 1"));
  EXPECT_FALSE(is_complete("SELECT ';"));
  EXPECT_FALSE(is_complete("SELECT 1; /* open"));
  EXPECT_FALSE(is_complete("SELECT 1; SELECT 2"));
  EXPECT_FALSE(is_complete("SELECT $$ ;"));
}

TEST(StatementShapeTest, ReadsAreFoundBelowExplainAndCopy) {
  const auto query = [](std::string_view statement) {
    const StatementShape shape = statement_shape(statement);
    EXPECT_EQ(shape.statement_class, StatementClass::kRead) << statement;
    return shape.query;
  };
  EXPECT_EQ(query("SELECT 1"), "SELECT 1");
  EXPECT_EQ(query("with a AS (SELECT 1) FROM a"), "with a AS (SELECT 1) FROM a");
  EXPECT_EQ(query("(SELECT 1) UNION (SELECT 2)"), "(SELECT 1) UNION (SELECT 2)");
  EXPECT_EQ(query("EXPLAIN SELECT 1"), "SELECT 1");
  EXPECT_EQ(query("explain analyze FROM t"), "FROM t");
  EXPECT_EQ(query("EXPLAIN (ANALYZE, FORMAT json) SELECT 1"), "SELECT 1");
  EXPECT_EQ(query("EXPLAIN (SELECT 1)"), "(SELECT 1)");
  EXPECT_EQ(query("COPY (SELECT ')' FROM (FROM t)) TO 'x' (FORMAT csv)"),
            "SELECT ')' FROM (FROM t)");
  EXPECT_EQ(query("DESCRIBE t"), "DESCRIBE t");
}

TEST(StatementShapeTest, TransactionsAndSettingsAreToldFromTheRest) {
  const auto shape = [](std::string_view statement) {
    return statement_shape(statement).statement_class;
  };
  EXPECT_EQ(shape("BEGIN"), StatementClass::kBegin);
  EXPECT_EQ(shape("start transaction"), StatementClass::kBegin);
  EXPECT_EQ(shape("ROLLBACK"), StatementClass::kEnd);
  EXPECT_EQ(shape("commit"), StatementClass::kEnd);
  EXPECT_EQ(shape("SET threads = 1"), StatementClass::kSettings);
  EXPECT_EQ(shape("CREATE TABLE t AS SELECT 1"), StatementClass::kOther);
  EXPECT_EQ(shape("COPY t TO 'x'"), StatementClass::kOther);
  EXPECT_EQ(shape("EXPLAIN CREATE TABLE t(a INT)"), StatementClass::kOther);
  EXPECT_EQ(shape("INSERT INTO t SELECT 1"), StatementClass::kOther);
  EXPECT_EQ(shape("COPY (SELECT 1"), StatementClass::kOther);
}

TEST(Identifiers, AreThoseOutsideOfTextsAndComments) {
  EXPECT_THAT(
      identifiers(
          "SELECT \"$Path\", a.b FROM Clicks /* not */ WHERE x = 'y' -- nor\n AND \"q\"\"q\""),
      ::testing::ElementsAre("$path", "a", "and", "b", "clicks", "from", "q\"q", "select", "where",
                             "x"));
  EXPECT_THAT(identifiers(""), ::testing::IsEmpty());
  EXPECT_THAT(identifiers("'unfinished"), ::testing::IsEmpty());
}

TEST(QuoteBeforeDotTest, ReservedNamesOfDatabasesAreQuoted) {
  EXPECT_EQ(
      quote_before_dot("SELECT Default.t.a, 'default.t' FROM default.t -- default.t", "default"),
      "SELECT \"default\".t.a, 'default.t' FROM \"default\".t -- default.t");
  EXPECT_EQ(
      quote_before_dot("SELECT 1 AS x, my_default.t, \"default\".t DEFAULT VALUES", "default"),
      "SELECT 1 AS x, my_default.t, \"default\".t DEFAULT VALUES");
}

}  // namespace
}  // namespace clicklake
