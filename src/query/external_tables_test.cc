#include "query/external_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "query/lake_session.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

class ExternalTablesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string scratch = (fs::temp_directory_path() / "external_tables_XXXXXX").string();
    ASSERT_NE(mkdtemp(scratch.data()), nullptr);
    lake_ = fs::path(scratch) / "lake";
    fs::create_directories(lake_);
    auto catalog = Catalog::create(lake_ / "catalog.db");
    ASSERT_TRUE(catalog.has_value()) << catalog.error().message;
    catalog_ = std::move(*catalog);
    auto session = LakeSession::open(*catalog_, lake_, {.session = {.threads = 2}});
    ASSERT_TRUE(session.has_value()) << session.error().message;
    session_ = std::move(*session);
  }
  void TearDown() override {
    session_.reset();
    catalog_.reset();
    fs::remove_all(lake_.parent_path());
  }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((lake_ / path).parent_path());
    std::ofstream(lake_ / path) << text;
  }

  /// Rows as texts, columns joined by '|'; "error: ..." where the statement fails.
  std::vector<std::string> rows(const std::string& statement) {
    std::vector<std::string> out;
    auto result = session_->query(statement);
    if (!result) return {"error: " + result.error().message};
    for (;;) {
      auto chunk = result->next();
      if (!chunk) return {"error: " + chunk.error().message};
      if (*chunk == nullptr) return out;
      for (std::size_t row = 0; row < (*chunk)->rows(); ++row) {
        std::string text;
        for (int column = 0; column < static_cast<int>(result->columns().size()); ++column) {
          if (column > 0) text += "|";
          text += (*chunk)->valid(column, row)
                      ? cell(**chunk, result->columns()[column].storage, column, row)
                      : "NULL";
        }
        out.push_back(text);
      }
    }
  }
  static std::string cell(const Chunk& chunk, Storage storage, int column, std::size_t row) {
    switch (storage) {
      case Storage::kInt32: return std::to_string(chunk.ints(column)[row]);
      case Storage::kInt64: return std::to_string(chunk.longs(column)[row]);
      case Storage::kBool: return chunk.bools(column)[row] != 0 ? "true" : "false";
      case Storage::kString: return std::string(chunk.string(column, row));
      default: return "?";
    }
  }
  std::string row(const std::string& statement) {
    const auto all = rows(statement);
    return all.size() == 1 ? all.front() : std::to_string(all.size()) + " rows";
  }
  void run(const std::string& statement) {
    EXPECT_THAT(rows(statement), Not(Fails())) << statement;
  }
  static ::testing::Matcher<std::vector<std::string>> Fails() {
    return ElementsAre(::testing::StartsWith("error: "));
  }

  /// Partitions that the last statement read of its only external table; -1: none was bound.
  std::int64_t partitions() const {
    const auto& bound = session_->bound_externals();
    return bound.size() == 1 ? bound.front().partitions : -1;
  }
  /// Every file below the lake's folder but those of the catalog.
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(lake_)) {
      if (entry.is_regular_file() && entry.path().filename().string().find("catalog.db") != 0 &&
          entry.path().filename() != ".lock") {
        out.push_back(entry.path().lexically_relative(lake_).string());
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  /// `clicks`: two years of months 11 and 12, days 1 to 4, hours 0 and 13; two rows in each, one
  /// with n NULL; and a partition of region NULL.
  void make_clicks() {
    run("CREATE EXTERNAL TABLE clicks (n bigint, name string) PARTITIONED BY (year int, month int, "
        "day "
        "int, hour int, region string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' "
        "LOCATION "
        "'clicks/'");
    int n = 0;
    for (const int year : {2023, 2024}) {
      for (const int month : {11, 12}) {
        for (int day = 1; day <= 4; ++day) {
          for (const int hour : {0, 13}) {
            const std::string folder = "clicks/" + std::to_string(year) + "-" +
                                       std::to_string(month) + "-" + std::to_string(day) + "-" +
                                       std::to_string(hour);
            write(folder + "/f.json", "{\"n\":" + std::to_string(n) + ",\"name\":\"x" +
                                          std::to_string(n % 7) + "\"}\n{\"name\":\"none\"}\n");
            run("ALTER TABLE clicks ADD PARTITION (year=" + std::to_string(year) +
                ", month=" + std::to_string(month) + ", day=0" + std::to_string(day) +
                ", hour=" + std::to_string(hour) + ", region='" +
                (n % 5 == 0   ? "__HIVE_DEFAULT_PARTITION__"
                 : n % 2 == 0 ? "eu"
                              : "u''s") +
                "') LOCATION '" + folder + "'");
            ++n;
          }
        }
      }
    }
  }

  fs::path lake_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<LakeSession> session_;
};

TEST_F(ExternalTablesTest, FiltersOnPartitionColumnsChoosePartitions) {
  make_clicks();
  struct Case {
    const char* filter;
    std::int64_t partitions;
  };
  for (const Case& each : std::vector<Case>{
           {"true", 32},
           {"year = 2024", 16},
           {"2024 = year", 16},
           {"year = 2024 AND month = 11 AND day = 04", 2},
           {"day IN (1, 3)", 16},
           {"day NOT IN (1, 3)", 16},
           {"hour BETWEEN 10 AND 20", 16},
           {"year = 2024 OR month = 12", 24},
           {"(year = 2024 AND day = 1) OR (year = 2023 AND n > 5)", 20},
           {"(year = 2024 AND day = 1) OR n > 5", 32},
           {"NOT (year = 2024)", 16},
           {"NOT (year = 2024 AND n = 3)", 32},
           {"n = 3 AND year = 2023", 16},
           {"make_date(year, month, day) BETWEEN DATE '2023-12-03' AND DATE '2024-11-02'", 8},
           {"lpad(CAST(day AS VARCHAR), 2, '0') = '04'", 8},
           {"year || '-' || month || '-' || day = '2024-11-2'", 2},
           {"year * 100 + month >= 202411", 16},
           {"day % 2 = 0", 16},
           {"region = 'eu'", 12},
           {"region = 'u''s'", 13},
           {"region IS NULL", 7},
           {"region IS DISTINCT FROM 'eu'", 20},
           {"coalesce(region, 'none') = 'none'", 7},
           {"region LIKE 'e%'", 12},
           {"upper(region) IN ('EU', 'X')", 12},
           {"CASE WHEN day = 1 THEN true ELSE month = 12 END", 20},
           {"year > 3000", 0},
           {"year = 2024 AND year = 2023", -1},
           {"strftime(make_date(year, month, day), '%Y-%m') = '2024-11'", 8},
           {"day = CAST('3' AS INTEGER) + 1", 8},
           {"random() < 2 AND day = 1", 8},
           {"day = 1 AND name = 'none'", 8},
       }) {
    const auto answer = rows(std::string("SELECT count(*) FROM clicks WHERE ") + each.filter);
    EXPECT_EQ(partitions(), each.partitions) << each.filter;
    const auto all = rows(
        std::string("SELECT count(*) FROM (SELECT * FROM clicks OFFSET 0) WHERE ") + each.filter);
    EXPECT_EQ(answer, all) << each.filter;
  }
}

TEST_F(ExternalTablesTest, RandomFiltersAnswerAsOverAllPartitions) {
  make_clicks();
  run("CREATE TEMP TABLE copy_of AS SELECT * FROM clicks");
  std::mt19937 random(7);
  const std::vector<std::string> atoms{
      "year = 2024",         "month < 12",          "day IN (1, 2)", "hour <> 0",
      "region = 'eu'",       "region IS NULL",      "n > 9",         "name = 'none'",
      "n IS NULL",           "day + hour > 4",      "region > 'f'",  "length(region) = 2",
      "day BETWEEN 2 AND 3", "year % 4 = month % 4"};
  const auto pick = [&](std::size_t count) { return random() % count; };
  for (int round = 0; round < 200; ++round) {
    std::string filter = atoms[pick(atoms.size())];
    for (std::size_t more = pick(4); more > 0; --more) {
      const std::string& other = atoms[pick(atoms.size())];
      switch (pick(4)) {
        case 0: filter = joined({"(", filter, " AND ", other, ")"}); break;
        case 1: filter = joined({"(", filter, " OR ", other, ")"}); break;
        case 2: filter = joined({"(NOT ", filter, " OR ", other, ")"}); break;
        default: filter = joined({"(CASE WHEN ", filter, " THEN ", other, " ELSE day = 2 END)"});
      }
    }
    const std::string query = "SELECT count(*), sum(n)::BIGINT, count(n) FROM ";
    const auto pruned = rows(joined({query, "clicks WHERE ", filter}));
    EXPECT_EQ(pruned, rows(joined({query, "copy_of WHERE ", filter}))) << filter;
  }
}

TEST_F(ExternalTablesTest, ProjectedPartitionsAreComputedAndChosen) {
  run("CREATE EXTERNAL TABLE p (a int) PARTITIONED BY (dt string, hour int, region string) ROW "
      "FORMAT SERDE "
      "'org.openx.data.jsonserde.JsonSerDe' LOCATION 'p/' TBLPROPERTIES "
      "('projection.enabled'='true', "
      "'projection.dt.type'='date', 'projection.dt.range'='2024/11/01,2024/11/30', "
      "'projection.dt.format'='yyyy/MM/dd', 'projection.hour.type'='integer', "
      "'projection.hour.range'='0,23', 'projection.hour.digits'='2', "
      "'projection.region.type'='enum', "
      "'projection.region.values'='us,eu', "
      "'storage.location.template'='p/${dt}/${hour}/${region}/')");
  write("p/2024/11/04/05/us/f.json", "{\"a\":1}\n");
  write("p/2024/11/04/15/eu/f.json", "{\"a\":2}\n");
  write("p/2024/12/01/15/eu/f.json", "{\"a\":3}\n");
  EXPECT_THAT(rows("SELECT a, dt, hour, region FROM p ORDER BY a"),
              ElementsAre("1|2024/11/04|5|us", "2|2024/11/04|15|eu"));
  EXPECT_EQ(partitions(), 30 * 24 * 2);
  EXPECT_EQ(row("SELECT a FROM p WHERE dt = '2024/11/04' AND hour >= 12"), "2");
  EXPECT_EQ(partitions(), 12 * 2);
  EXPECT_EQ(row("SELECT sum(a)::BIGINT FROM p WHERE dt BETWEEN '2024/11/03' AND '2024/11/05' AND "
                "(hour = 5 "
                "OR region = 'eu')"),
            "3");
  EXPECT_EQ(partitions(), 3 * (24 + 1));
  EXPECT_THAT(rows("SHOW PARTITIONS p"), IsEmpty());
  run("ALTER TABLE p SET TBLPROPERTIES ('projection.enabled'='false')");
  EXPECT_EQ(row("SELECT count(*) FROM p"), "0");
}

TEST_F(ExternalTablesTest, InjectedColumnNeedsAnEquality) {
  run("CREATE EXTERNAL TABLE i (a int) PARTITIONED BY (device string) ROW FORMAT SERDE "
      "'org.openx.data.jsonserde.JsonSerDe' LOCATION 'i/' TBLPROPERTIES "
      "('projection.enabled'='true', "
      "'projection.device.type'='injected', 'storage.location.template'='i/${device}/')");
  write("i/x1/f.json", "{\"a\":1}\n");
  write("i/x2/f.json", "{\"a\":2}\n");
  EXPECT_EQ(row("SELECT a FROM i WHERE device = 'x2'"), "2");
  EXPECT_EQ(row("SELECT sum(a)::BIGINT FROM i WHERE device IN ('x1', 'x2', 'x3')"), "3");
  EXPECT_THAT(row("SELECT count(*) FROM i"), HasSubstr("injected"));
  EXPECT_THAT(row("SELECT count(*) FROM i WHERE device > 'a'"), HasSubstr("injected"));
}

TEST_F(ExternalTablesTest, ScansOfOneTableAddUp) {
  make_clicks();
  EXPECT_EQ(
      row("SELECT count(*) FROM clicks a, clicks b WHERE a.day = 1 AND b.day = 2 AND a.hour = 0 "
          "AND b.hour = 0 AND a.year = b.year AND a.month = b.month AND a.n + 2 = b.n"),
      "4");
  EXPECT_EQ(partitions(), 8);
}

TEST_F(ExternalTablesTest, PartitionWithoutAFolderHasNoRows) {
  run("CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (d string) STORED AS TEXTFILE LOCATION 't/'");
  run("ALTER TABLE t ADD PARTITION (d='gone')");
  EXPECT_EQ(row("SELECT count(*) FROM t"), "0");
}

TEST_F(ExternalTablesTest, HiddenFilesAreNotRead) {
  run("CREATE EXTERNAL TABLE t (a int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' "
      "LOCATION "
      "'t/'");
  write("t/a.json", "{\"a\":1}\n");
  write("t/deeper/still/b.json", "{\"a\":2}\n");
  write("t/_SUCCESS", "not json");
  write("t/.hidden", "not json");
  write("t/_temporary/c.json", "not json");
  EXPECT_THAT(rows("SELECT a FROM t ORDER BY a"), ElementsAre("1", "2"));
}

TEST_F(ExternalTablesTest, PathIsThereForThoseWhoAsk) {
  make_clicks();
  EXPECT_EQ(row("SELECT \"$path\" FROM clicks WHERE n = 3"),
            (lake_ / "clicks/2023-11-2-13/f.json").string());
  EXPECT_EQ(row("SELECT count(*) FROM (DESCRIBE SELECT * FROM clicks)"), "7");
  EXPECT_EQ(row("SELECT count(DISTINCT \"$path\") FROM clicks"), "32");
}

TEST_F(ExternalTablesTest, LocationThatIsNotMappedNamesTheLineThatHelps) {
  run("CREATE EXTERNAL TABLE t (a int) STORED AS TEXTFILE LOCATION 's3://nowhere/t/'");
  EXPECT_THAT(row("SELECT * FROM t"), HasSubstr("s3://nowhere/"));
  EXPECT_THAT(row("SELECT * FROM t"), HasSubstr("[locations]"));
}

TEST_F(ExternalTablesTest, ViewsOfTheCatalogReadTables) {
  make_clicks();
  run("CREATE VIEW by_day AS SELECT day, count(n) AS clicks, year FROM clicks GROUP BY day, year");
  run("CREATE VIEW best AS SELECT max(clicks) AS most FROM default.by_day WHERE year = 2024");
  EXPECT_EQ(row("SELECT most FROM default.best"), "4");
  EXPECT_EQ(partitions(), 16);
  EXPECT_THAT(row("CREATE VIEW best AS SELECT 1 AS a"), HasSubstr("View already exists"));
  run("CREATE OR REPLACE VIEW best AS SELECT 7 AS most");
  EXPECT_EQ(row("SELECT most FROM best"), "7");
  run("DROP VIEW best");
  EXPECT_THAT(row("SELECT most FROM best"), HasSubstr("best"));
}

TEST_F(ExternalTablesTest, ParquetTablesTakeColumnsByNameAndPartitionsByCatalog) {
  run("UNLOAD (SELECT 1::INTEGER AS a, 'x' AS B) TO 'p/one/' WITH (format = 'PARQUET')");
  run("UNLOAD (SELECT 'y' AS b) TO 'p/two/' WITH (format = 'PARQUET', compression = 'ZSTD')");
  run("CREATE EXTERNAL TABLE p (b string, a bigint, c double) PARTITIONED BY (k string) STORED AS "
      "PARQUET LOCATION 'p/'");
  run("ALTER TABLE p ADD PARTITION (k='1') LOCATION 'p/one/' PARTITION (k='2') LOCATION 'p/two/'");
  EXPECT_THAT(rows("SELECT b, a, c IS NULL, k FROM p ORDER BY k"),
              ElementsAre("x|1|true|1", "y|NULL|true|2"));
  EXPECT_EQ(row("SELECT b FROM p WHERE k = '2'"), "y");
  EXPECT_EQ(partitions(), 1);
  EXPECT_THAT(row("SELECT \"$path\" FROM p WHERE k = '2'"), HasSubstr("/p/two/"));
}

TEST_F(ExternalTablesTest, CopiedTableHasTheRowsOfItsQuery) {
  make_clicks();
  for (const std::string format : {"PARQUET", "JSON"}) {
    const std::string name = "copy_" + format;
    constexpr const char* kQuery =
        "', partitioned_by = ARRAY['day', 'region']) AS SELECT n, name, map {'k': name} AS m, day, "
        "region FROM clicks";
    run(joined({"CREATE TABLE ", name, " WITH (format = '", format, kQuery}));
    EXPECT_EQ(
        row("SELECT count(*) || ' ' || count(n) || ' ' || sum(n) || ' ' || count(region) || ' ' || "
            "sum(day) || ' ' || count(m['k']) FROM " +
            name),
        "64 32 496 50 160 64");
    EXPECT_EQ(row("SELECT count(*) FROM " + name + " WHERE day = 2 AND region IS NULL"), "2");
    EXPECT_EQ(partitions(), 1);
    run("INSERT INTO " + name + " (name, day, region) VALUES ('new', 9, 'a/b=c')");
    EXPECT_EQ(row("SELECT name FROM " + name + " WHERE day = 9 AND region = 'a/b=c'"), "new");
  }
  run("CREATE TABLE as_text WITH (format = 'TEXTFILE', field_delimiter = ',') AS SELECT n, name, "
      "day FROM "
      "clicks");
  EXPECT_EQ(row("SELECT count(*) || ' ' || count(n) || ' ' || sum(n) FROM as_text"), "64 32 496");
  run("CREATE TABLE nothing AS SELECT * FROM clicks WITH NO DATA");
  EXPECT_EQ(row("SELECT count(*) FROM nothing"), "0");
}

TEST_F(ExternalTablesTest, SymlinkManifestsAreFollowed) {
  run("CREATE TABLE data WITH (format = 'PARQUET', external_location = 'data/') AS SELECT range AS "
      "n, 'x' AS name FROM range(7)");
  std::vector<std::filesystem::path> parts;
  for (const auto& entry : std::filesystem::directory_iterator(lake_ / "data"))
    parts.push_back(entry.path());
  ASSERT_FALSE(parts.empty());
  std::filesystem::create_directories(lake_ / "links/day=1");
  std::filesystem::create_directories(lake_ / "links/day=2");
  std::ofstream(lake_ / "links/day=1/manifest") << "file://" << parts[0].string() << "\r\n\n";
  std::ofstream(lake_ / "links/day=2/manifest");
  run("CREATE EXTERNAL TABLE linked (n bigint, name string) PARTITIONED BY (day int) ROW FORMAT "
      "SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' STORED AS INPUTFORMAT "
      "'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat' OUTPUTFORMAT "
      "'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION 'links/'");
  run("MSCK REPAIR TABLE linked");
  EXPECT_EQ(row("SELECT count(*) FROM linked WHERE day = 1"),
            row("SELECT count(*) FROM read_parquet('" + parts[0].string() + "')"));
  EXPECT_EQ(row("SELECT count(*) FROM linked WHERE day = 2"), "0");
  EXPECT_THAT(row("INSERT INTO linked VALUES (1, 'x', 1)"), HasSubstr("symlink manifests"));
  EXPECT_THAT(rows("SHOW CREATE TABLE linked"),
              ::testing::Contains(HasSubstr("SymlinkTextInputFormat")));
  std::ofstream(lake_ / "links/day=2/manifest") << "\nfile:///not/there\n";
  EXPECT_THAT(row("SELECT count(*) FROM linked WHERE day = 2"),
              ::testing::AllOf(HasSubstr("links/day=2/manifest, line 2"), HasSubstr("/not/there")));
}

TEST_F(ExternalTablesTest, InsertWritesWhereItsPartitionsAreRead) {
  run("CREATE TABLE t WITH (format = 'JSON', external_location = 't/', partitioned_by = "
      "ARRAY['p']) AS "
      "SELECT 1 AS a, 'x' AS p");
  run("ALTER TABLE t ADD PARTITION (p='inside') LOCATION 't/other/place/'");
  run("ALTER TABLE t ADD PARTITION (p='outside') LOCATION 'elsewhere/'");
  run("INSERT INTO t VALUES (2, 'inside'), (3, 'new')");
  EXPECT_THAT(rows("SELECT a, p FROM t ORDER BY a"), ElementsAre("1|x", "2|inside", "3|new"));
  const auto before = files();
  EXPECT_THAT(row("INSERT INTO t VALUES (4, 'outside')"),
              HasSubstr("outside of the table's location"));
  EXPECT_EQ(files(), before);
}

TEST_F(ExternalTablesTest, ConditionThatFailsForAPartitionKeepsIt) {
  make_clicks();
  EXPECT_EQ(row("SELECT count(*) FROM clicks WHERE TRY_CAST(region AS INTEGER) IS NULL"), "64");
  EXPECT_THAT(row("SELECT count(*) FROM clicks WHERE CAST(region AS INTEGER) = 1"),
              HasSubstr("Conversion Error"));
  EXPECT_EQ(row("SELECT count(*) FROM clicks WHERE day = 1"), "16") << "the session goes on";
}

TEST_F(ExternalTablesTest, FailedWriteLeavesNoTableAndNoFiles) {
  make_clicks();
  const auto before = files();
  EXPECT_THAT(
      row("CREATE TABLE bad AS SELECT CASE WHEN n = 31 THEN error('late') ELSE n END AS n FROM "
          "clicks"),
      HasSubstr("late"));
  EXPECT_THAT(
      row("CREATE TABLE bad WITH (format = 'TEXTFILE', field_delimiter = 'x') AS SELECT name FROM "
          "clicks"),
      HasSubstr("field delimiter"));
  EXPECT_THAT(
      row("CREATE TABLE bad WITH (partitioned_by = ARRAY['p']) AS SELECT 1 AS a, i AS p FROM "
          "range(101) AS t(i)"),
      HasSubstr("HIVE_TOO_MANY_OPEN_PARTITIONS"));
  EXPECT_THAT(row("UNLOAD (SELECT error('no') AS a) TO 'out/' WITH (format = 'JSON')"),
              HasSubstr("no"));
  EXPECT_THAT(row("CREATE TABLE clicks AS SELECT 1 AS a"), HasSubstr("already exists"));
  EXPECT_THAT(row("CREATE TABLE bad WITH (external_location = 'clicks/') AS SELECT 1 AS a"),
              HasSubstr("HIVE_PATH_ALREADY_EXISTS"));
  EXPECT_EQ(files(), before);
  EXPECT_THAT(rows("SHOW TABLES"), ElementsAre("clicks"));
  run("CREATE TABLE good AS SELECT 1 AS a");
  const auto after = files();
  EXPECT_THAT(row("INSERT INTO good SELECT CAST(name AS INTEGER) FROM clicks"), HasSubstr("error"));
  EXPECT_THAT(row("INSERT INTO good SELECT 1, 2"), HasSubstr("column count"));
  EXPECT_EQ(files(), after);
  EXPECT_EQ(row("SELECT count(*) FROM good"), "1");
}

TEST_F(ExternalTablesTest, UnpublishedFilesAreNotReadAndAreRemovedByTheNextWriter) {
  run("CREATE TABLE t WITH (format = 'JSON', external_location = 't/') AS SELECT 1 AS a");
  auto metastore = Metastore::open(lake_ / "catalog.db");
  ASSERT_TRUE(metastore.has_value());
  ASSERT_TRUE((*metastore)->begin_write({.id = "dead-write", .folder = (lake_ / "t").string()}));
  write("t/dead-write-0.json", "{\"a\":2}\n");
  write("t/p/dead-write-1.json", "{\"a\":3}\n");
  write("t/_clicklake_dead-write/0.json", "{\"a\":4}\n");
  EXPECT_THAT(rows("SELECT a FROM t"), ElementsAre("1"));
  run("INSERT INTO t VALUES (5)");
  EXPECT_THAT(rows("SELECT a FROM t ORDER BY a"), ElementsAre("1", "5"));
  EXPECT_EQ(files().size(), 2U);
  EXPECT_FALSE(fs::exists(lake_ / "t/p"));
  EXPECT_THAT(*(*metastore)->pending_writes(), IsEmpty());
}

TEST_F(ExternalTablesTest, NamesAreNeverTakenForSql) {
  for (const std::string name : {"a\"b", "x'; DROP TABLE clicks; --", "$path"}) {
    EXPECT_THAT(rows("CREATE TABLE \"" + name + "\" AS SELECT 1 AS a"), Fails()) << name;
  }
  run("CREATE EXTERNAL TABLE t (`a\"b` int, `c'd` string) PARTITIONED BY (`p\"q` string) ROW "
      "FORMAT SERDE "
      "'org.openx.data.jsonserde.JsonSerDe' LOCATION 't/'");
  write("t/x/f.json", "{\"a\\\"b\":1,\"c'd\":\"v\"}\n");
  run("ALTER TABLE t ADD PARTITION (`p\"q`='it''s \"here\"') LOCATION 't/x/'");
  EXPECT_EQ(
      row("SELECT \"a\"\"b\", \"c'd\", \"p\"\"q\" FROM t WHERE \"p\"\"q\" = 'it''s \"here\"'"),
      "1|v|it's \"here\"");
}

TEST_F(ExternalTablesTest, PreparedStatementsTakeTheirParameters) {
  make_clicks();
  run("PREPARE q FROM SELECT count(*) FROM clicks WHERE day = ? AND name <> '?' AND hour < ?");
  EXPECT_EQ(row("EXECUTE q USING 1, 12"), "8");
  EXPECT_EQ(partitions(), 4);
  EXPECT_THAT(row("EXECUTE q USING 1"), HasSubstr("expected 2 but found 1"));
  EXPECT_THAT(row("EXECUTE other USING 1"), HasSubstr("Prepared statement not found: other"));
  run("DEALLOCATE PREPARE q");
  EXPECT_THAT(row("EXECUTE q USING 1, 12"), HasSubstr("not found"));
}

TEST_F(ExternalTablesTest, TemporaryTablesStayDuckdbs) {
  run("CREATE TEMP TABLE mine(a INTEGER)");
  run("INSERT INTO mine VALUES (1), (2)");
  run("DELETE FROM mine WHERE a = 1");
  EXPECT_THAT(rows("SELECT a FROM mine"), ElementsAre("2"));
  run("DROP TABLE mine");
  EXPECT_THAT(rows("SHOW TABLES"), IsEmpty());
}

TEST_F(ExternalTablesTest, TransactionOfTheUserReadsExternalTables) {
  make_clicks();
  run("BEGIN");
  EXPECT_EQ(row("SELECT count(*) FROM clicks WHERE day = 1"), "16");
  EXPECT_EQ(row("SELECT count(*) FROM clicks"), "64");
  run("ROLLBACK");
  EXPECT_EQ(row("SELECT count(*) FROM clicks WHERE day = 1"), "16");
}

}  // namespace
}  // namespace clicklake
