#include "ddl/parse_test_support.h"

namespace clicklake::ddl {
namespace {

TEST(CreateTableAsTest, ReadsPropertiesWithTheirPlaces) {
  const auto create = parsed<CreateTableAs>(
      "CREATE TABLE IF NOT EXISTS \"D\".x WITH (Format = 'PARQUET', partitioned_by = ARRAY['a', "
      "'b'], bucket_count = 4, is_external = FALSE, field_delimiter = '\\') AS SELECT 1 a");
  EXPECT_EQ(create.name, (TableName{"d", "x", 27}));
  EXPECT_TRUE(create.if_not_exists && create.with_data);
  ASSERT_EQ(create.properties.size(), 5U);
  EXPECT_EQ(create.properties[0],
            (Property{"format", {.text = "PARQUET", .array = {}, .position = 48}, 39}));
  EXPECT_TRUE(create.properties[1].value.is_array);
  EXPECT_EQ(create.properties[1].value.array, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(create.properties[2].value.text, "4");
  EXPECT_EQ(create.properties[3].value.text, "false");
  EXPECT_EQ(create.properties[4].value.text, "\\");
  EXPECT_EQ(create.query.text, "SELECT 1 a");
  EXPECT_EQ(parsed<CreateTableAs>("CREATE TABLE x COMMENT 'c' AS TABLE t").comment, "c");
}

TEST(CreateTableAsTest, UnknownPropertyIsKeptAndTwiceIsAFault) {
  const auto create =
      parsed<CreateTableAs>("CREATE TABLE x WITH (FORMATT = 'PARQUET') AS SELECT 1");
  EXPECT_EQ(create.properties[0].name, "formatt");
  EXPECT_EQ(create.properties[0].position, 21U);
  EXPECT_EQ(fault("CREATE TABLE x WITH (a = 1, A = 2) AS SELECT 1"),
            "line 1:29: the property 'a' is given twice");
  EXPECT_EQ(fault("CREATE TABLE x WITH (a = b) AS SELECT 1"),
            "line 1:26: mismatched input 'b'. Expecting: 'ARRAY', 'FALSE', 'TRUE', <number>, "
            "<string>");
}

TEST(CreateTableAsTest, QueryIsKeptAsWrittenWithoutWithData) {
  const struct {
    std::string_view written;
    std::string_view query;
    bool with_data;
  } cases[] = {
      {"SELECT  'it''s' -- why\n FROM t -- end", "SELECT  'it''s' -- why\n FROM t", true},
      {"(SELECT 1)", "(SELECT 1)", true},
      {"SELECT 1 WITH NO DATA /* end */", "SELECT 1", false},
      {"(SELECT 1) with data", "(SELECT 1)", true},
      {"SELECT no, data FROM data", "SELECT no, data FROM data", true},
      {"SELECT * FROM (SELECT 1 WITH NO DATA)", "SELECT * FROM (SELECT 1 WITH NO DATA)", true},
      {"SELECT '(' || \"WITH NO DATA\"", "SELECT '(' || \"WITH NO DATA\"", true},
      {"WITH d AS (SELECT 1) SELECT * FROM d WITH NO DATA", "WITH d AS (SELECT 1) SELECT * FROM d",
       false},
  };
  for (const auto& [written, query, with_data] : cases) {
    const auto create = parsed<CreateTableAs>("CREATE TABLE x AS " + std::string(written));
    EXPECT_EQ(create.query.text, query);
    EXPECT_EQ(create.query.position, 18U);
    EXPECT_EQ(create.with_data, with_data) << written;
  }
}

TEST(CreateTableAsTest, BrokenQueryIsAFault) {
  EXPECT_EQ(fault("CREATE TABLE x AS"),
            "line 1:18: mismatched input '<EOF>'. Expecting: '(', 'SELECT', 'TABLE', 'VALUES', "
            "'WITH'");
  EXPECT_EQ(fault("CREATE TABLE x AS WITH NO DATA"),
            "line 1:19: there is no query before WITH DATA");
  EXPECT_EQ(fault("CREATE TABLE x AS SELECT (1"),
            "line 1:28: mismatched input '<EOF>'. Expecting: ')'");
  EXPECT_EQ(fault("CREATE TABLE x AS SELECT 1)"),
            "line 1:27: mismatched input ')'. Expecting: <EOF>");
  EXPECT_EQ(fault("CREATE TABLE x AS SELECT ARRAY[1)"),
            "line 1:33: mismatched input ')'. Expecting: ']'");
  EXPECT_EQ(fault("CREATE TABLE x AS SELECT 'a\\'b'"),
            "line 1:31: the text that begins here is not closed by a '");
  EXPECT_EQ(fault("CREATE TABLE x AS SELECT 1; DROP TABLE y"),
            "line 1:27: mismatched input ';' (one statement at a time)");
}

TEST(CreateTableAsTest, NamesStandInDoubleQuotesNotInBackticks) {
  EXPECT_EQ(parsed<CreateTableAs>("CREATE TABLE \"Order\" AS SELECT 1").name.table, "order");
  EXPECT_EQ(fault("CREATE TABLE `x` AS SELECT 1"),
            "line 1:14: backquoted identifiers are not supported; use double quotes to quote "
            "identifiers");
  EXPECT_EQ(fault("CREATE TABLE x AS SELECT `a` FROM t"),
            "line 1:26: backquoted identifiers are not supported; use double quotes to quote "
            "identifiers");
  EXPECT_EQ(fault("CREATE TABLE order AS SELECT 1"),
            "line 1:14: mismatched input 'order'. Expecting: 'IF', <identifier> (it is a reserved "
            "word: here write it in double quotes, \"order\")");
  EXPECT_EQ(parsed<CreateTableAs>("CREATE TABLE date AS SELECT 1").name.table, "date");
}

TEST(CreateViewTest, ReadsNameAndQuery) {
  const auto view =
      parsed<CreateView>("CREATE OR REPLACE VIEW AwsDataCatalog.d.v AS SELECT 1 -- one");
  EXPECT_TRUE(view.or_replace);
  EXPECT_EQ(view.name, (TableName{"d", "v", 23}));
  EXPECT_EQ(view.query, (Query{"SELECT 1", 45}));
}

TEST(InsertIntoTest, TellsColumnsFromAQuery) {
  const auto columns = parsed<InsertInto>("INSERT INTO d.t (A, \"b\") VALUES (1, '('), (2, ')')");
  EXPECT_EQ(columns.columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(columns.query.text, "VALUES (1, '('), (2, ')')");
  EXPECT_EQ(parsed<InsertInto>("INSERT INTO t (SELECT 1)").query.text, "(SELECT 1)");
  EXPECT_EQ(parsed<InsertInto>("INSERT INTO t ((SELECT 1))").query.text, "((SELECT 1))");
  EXPECT_EQ(parsed<InsertInto>("INSERT INTO t SELECT 1").columns.size(), 0U);
  EXPECT_EQ(fault("INSERT INTO t (a, A) SELECT 1, 2"), "line 1:19: Duplicate column name: a");
}

TEST(UnloadTest, ReadsQueryLocationAndProperties) {
  const auto unload =
      parsed<Unload>("UNLOAD ( SELECT ')' FROM (VALUES 1) ) TO 's3://x/' WITH (format = 'JSON')");
  EXPECT_EQ(unload.query, (Query{"SELECT ')' FROM (VALUES 1)", 9}));
  EXPECT_EQ(unload.location, "s3://x/");
  EXPECT_EQ(unload.location_position, 41U);
  EXPECT_EQ(unload.properties[0].name, "format");
  EXPECT_TRUE(parsed<Unload>("UNLOAD (SELECT 1) TO 'x'").properties.empty());
  EXPECT_EQ(fault("UNLOAD (SELECT 1) WITH (format = 'JSON')"),
            "line 1:19: mismatched input 'WITH'. Expecting: 'TO'");
  EXPECT_EQ(fault("UNLOAD (SELECT 1"), "line 1:17: mismatched input '<EOF>'. Expecting: ')'");
}

TEST(ExplainTest, ReadsOptions) {
  const auto explain = parsed<Explain>("EXPLAIN (FORMAT JSON, TYPE io) SELECT 1");
  EXPECT_EQ(explain.type, ExplainType::kIo);
  EXPECT_EQ(explain.format, ExplainFormat::kJson);
  EXPECT_EQ(explain.query, (Query{"SELECT 1", 31}));
  const auto analyze = parsed<Explain>("EXPLAIN ANALYZE VERBOSE (FORMAT TEXT) (SELECT 1)");
  EXPECT_TRUE(analyze.analyze && analyze.verbose);
  EXPECT_EQ(analyze.format, ExplainFormat::kText);
  EXPECT_EQ(analyze.query.text, "(SELECT 1)");
  EXPECT_EQ(parsed<Explain>("EXPLAIN ANALYZE (SELECT 1)").query.text, "(SELECT 1)");
  EXPECT_EQ(fault("EXPLAIN ANALYZE (TYPE LOGICAL) SELECT 1"),
            "line 1:18: mismatched input 'TYPE'. Expecting: 'FORMAT'");
  EXPECT_EQ(fault("EXPLAIN (TYPE SLOW) SELECT 1"),
            "line 1:15: mismatched input 'SLOW'. Expecting: 'DISTRIBUTED', 'IO', 'LOGICAL', "
            "'VALIDATE'");
}

TEST(PreparedStatementTest, ReadsNamesStatementsAndArguments) {
  EXPECT_EQ(parsed<Prepare>("PREPARE \"P\" FROM INSERT INTO t SELECT ?"),
            (Prepare{.name = "p", .query = {"INSERT INTO t SELECT ?", 17}}));
  EXPECT_EQ(fault("PREPARE p FROM"), "line 1:15: mismatched input '<EOF>'. Expecting: <statement>");
  const auto execute = parsed<Execute>("EXECUTE p USING 'a,''b', f(1, 2) , ARRAY[1,2] /* three */");
  EXPECT_EQ(execute.arguments,
            (std::vector<Query>{{"'a,''b'", 16}, {"f(1, 2)", 25}, {"ARRAY[1,2]", 35}}));
  EXPECT_TRUE(parsed<Execute>("EXECUTE p").arguments.empty());
  EXPECT_EQ(fault("EXECUTE p USING 1,"),
            "line 1:19: mismatched input '<EOF>'. Expecting: <expression>");
  EXPECT_EQ(parsed<Deallocate>("DEALLOCATE PREPARE p").name, "p");
}

TEST(UnsupportedStatementTest, ChangesOfRowsAreRefusedAsAthenaRefusesThem) {
  for (const char* sql : {"UPDATE t SET a = 1", "DELETE FROM t", "MERGE INTO t USING u ON true"}) {
    const auto statement = parse(sql);
    ASSERT_FALSE(statement);
    EXPECT_EQ(statement.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(fault(sql),
              "line 1:1: NOT_SUPPORTED: Modifying Hive table rows is only supported for "
              "transactional tables");
  }
}

TEST(ParseTest, LongStatementsTakeTimeInProportion) {
  const auto repeated = [](std::string_view begin, std::string_view piece, std::string_view end) {
    std::string sql(begin);
    while (sql.size() < 4'000'000) sql += piece;
    return sql + std::string(end);
  };
  EXPECT_EQ(fault(repeated("ALTER TABLE t ADD", " PARTITION (a=1)", "")), "");
  EXPECT_EQ(fault(repeated("CREATE VIEW v AS SELECT (1", "), (1", ")")), "");
  EXPECT_NE(fault(repeated("CREATE VIEW v AS ", "((", "")), "");
  EXPECT_NE(fault(repeated("CREATE EXTERNAL TABLE t (a ", "array<", "")), "");
  EXPECT_NE(fault(repeated("SHOW TABLES ", "\n\t\xff", "")), "");
  EXPECT_NE(fault(repeated("SHOW ", "/**/ /*", "")), "");
  std::string columns = "CREATE EXTERNAL TABLE t (a int";
  for (int i = 0; i < 200'000; ++i) columns += ", c" + std::to_string(i) + " int";
  EXPECT_EQ(fault(columns + ") LOCATION 'x'"), "");
}

}  // namespace
}  // namespace clicklake::ddl
