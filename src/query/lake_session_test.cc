#include "query/lake_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "query/lake_fixture.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LakeSessionTest : public ::testing::Test {
 protected:
  void open() {
    auto session = LakeSession::open(lake_.catalog(), lake_.folder(), {.session = {.threads = 2}});
    ASSERT_TRUE(session.has_value()) << session.error().message;
    session_ = std::move(*session);
  }

  /// Rows as texts, columns joined by '|'.
  std::vector<std::string> rows(const std::string& query) {
    std::vector<std::string> out;
    auto result = session_->query(query);
    EXPECT_TRUE(result.has_value()) << query << "\n" << result.error().message;
    while (result.has_value()) {
      auto chunk = result->next();
      EXPECT_TRUE(chunk.has_value()) << query << "\n" << chunk.error().message;
      if (!chunk.has_value() || *chunk == nullptr) break;
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
    return out;
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

  std::string row(const std::string& query) {
    const auto all = rows(query);
    EXPECT_EQ(all.size(), 1U) << query;
    return all.empty() ? "" : all.front();
  }

  /// Files of fact_clicks that the last statement was given; -1: it was not bound.
  int fact_files_bound() const {
    for (const BoundTable& table : session_->bound_tables()) {
      if (table.name == "fact_clicks") return static_cast<int>(table.files.size());
    }
    return -1;
  }

  LakeFixture lake_;
  std::unique_ptr<LakeSession> session_;
};

TEST_F(LakeSessionTest, EveryTableIsThereAndEmptyBeforeTheFirstSnapshot) {
  open();
  EXPECT_THAT(rows("SELECT name FROM (SHOW TABLES) ORDER BY 1"),
              ElementsAre("dim_campaigns", "dim_dates", "dim_devices", "dim_pages", "dim_referrers",
                          "dim_users", "dim_users_history", "fact_clicks", "sessions"));
  for (const TableDefinition* table : star_tables()) {
    EXPECT_THAT(rows("SELECT * FROM " + std::string(table->name)), IsEmpty()) << table->name;
  }
}

TEST_F(LakeSessionTest, TypesAreTheSameUnboundEmptyAndFilled) {
  open();
  const std::string describe = "SELECT column_name, column_type FROM (DESCRIBE fact_clicks)";
  const std::string types =
      "SELECT typeof(metadata), typeof(price), typeof(event_timestamp), typeof(is_late), "
      "typeof(date_key) FROM fact_clicks LIMIT 1";
  const auto unbound = rows(describe);
  EXPECT_EQ(unbound.size(), fact_clicks_definition().columns.size());
  EXPECT_THAT(unbound, ::testing::Contains("metadata|MAP(VARCHAR, VARCHAR)"));
  EXPECT_THAT(unbound, ::testing::Contains("price|DECIMAL(18,4)"));
  const auto empty = session_->query("SELECT * FROM fact_clicks");
  ASSERT_TRUE(empty.has_value());
  lake_.publish_hours(0, 1);
  const auto filled = session_->query("SELECT * FROM fact_clicks");
  ASSERT_TRUE(filled.has_value());
  ASSERT_EQ(empty->columns().size(), filled->columns().size());
  for (std::size_t i = 0; i < unbound.size(); ++i) {
    EXPECT_EQ(empty->columns()[i].name + "|" + empty->columns()[i].type, unbound[i]);
    EXPECT_EQ(filled->columns()[i].name + "|" + filled->columns()[i].type, unbound[i]);
  }
  EXPECT_EQ(row(types),
            "MAP(VARCHAR, VARCHAR)|DECIMAL(18,4)|TIMESTAMP WITH TIME ZONE|BOOLEAN|INTEGER");
}

TEST_F(LakeSessionTest, RowsComeBackAsTheyWerePublished) {
  lake_.publish_hours(0, 2);
  open();
  EXPECT_THAT(rows("SELECT event_key, event_type, price, (epoch_us(event_timestamp))::BIGINT, "
                   "metadata['hour'], metadata['empty'] IS NULL, "
                   "len(map_keys(metadata))::INTEGER, event_id FROM fact_clicks WHERE event_key IN "
                   "(0, 1009) ORDER BY 1"),
              ElementsAre("0|page_view|NULL|1730419200000000|0|true|1|NULL",
                          "1009|purchase|123456|1730426040000000|1|true|2|NULL"));
}

TEST_F(LakeSessionTest, NewSnapshotsAreSeenByTheNextStatement) {
  lake_.publish_hours(0, 1);
  open();
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks"), "10");
  lake_.publish_hours(1, 2);
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks"), "30");
}

TEST_F(LakeSessionTest, FiltersOnTimeAndDatePartsChooseFiles) {
  lake_.publish_hours(0, 72);
  open();
  struct Case {
    const char* where;
    int files;
    int rows;
  };
  const std::vector<Case> cases{
      {"true", 72, 720},
      {"day = 2", 24, 240},
      {"day = 2 AND hour = 5", 1, 10},
      {"2 = day AND hour BETWEEN 5 AND 6", 2, 20},
      {"year = 2024 AND month = 11 AND day IN (1, 3) AND hour IN (4, 8)", 4, 40},
      {"(day = 1 AND hour = 3) OR (day = 2 AND hour = 4)", 2, 20},
      {"day = 1 OR event_type = 'purchase'", 72, 24 * 10 + 48},
      {"day < 2", 24, 240},
      {"day <= 2 AND day > 1", 24, 240},
      {"day >= 4", 0, 0},
      {"day = 1 AND day = 2", 0, 0},
      {"date_key = 20241103", 24, 240},
      {"date_key = 20241103::BIGINT", 24, 240},
      {"event_timestamp >= '2024-11-02 05:00:00' AND event_timestamp < '2024-11-02 06:00:00'", 1,
       10},
      {"event_timestamp BETWEEN TIMESTAMPTZ '2024-11-02 05:00:00+00' AND TIMESTAMPTZ '2024-11-02 "
       "06:00:00+00'",
       2, 11},
      {"event_timestamp > '2024-11-03 23:53:00Z'", 1, 1},
      {"event_timestamp = '2024-11-02T05:06:00Z'", 1, 1},
      {"event_timestamp::DATE = DATE '2024-11-02'", 24, 240},
      {"CAST(event_timestamp AS DATE) BETWEEN '2024-11-02' AND '2024-11-03'", 48, 480},
      {"date_trunc('hour', event_timestamp) = TIMESTAMPTZ '2024-11-02 05:00:00+00'", 1, 10},
      {"date_trunc('day', event_timestamp) = '2024-11-02'", 24, 240},
      {"event_timestamp < now() - INTERVAL 1 day", 72, 720},
      {"event_timestamp > now() + INTERVAL 1000 day", 0, 0},
      {"event_key = 30005", 1, 1},
      {"NOT (day = 2)", 72, 480},
      {"day <> 2", 72, 480},
      {"day IS NOT DISTINCT FROM 2", 72, 240},
      {"day + 1 = 3", 24, 240},
      {"abs(day) = 2", 72, 240},
      {"day = 2 AND abs(hour) = 5", 24, 10},
      {"day = 2.0", 72, 240},
      {"day = NULL", 72, 0},
      {"day = (SELECT 2)", 72, 240},
      {"hour = 5 AND event_type LIKE 'page%'", 3, 27},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(row(std::string("SELECT count(*) FROM fact_clicks WHERE ") + c.where),
              std::to_string(c.rows))
        << c.where;
    if (c.rows == 0 && fact_files_bound() == -1) continue;  // the optimizer needs no scan at all
    EXPECT_LE(fact_files_bound(), c.files) << c.where;
    if (c.files < 72) {
      EXPECT_EQ(fact_files_bound(), c.files) << c.where;
    }
  }
}

TEST_F(LakeSessionTest, AnswersAreThoseOverAllFiles) {
  lake_.publish_hours(0, 30);
  lake_.publish_pages();
  open();
  // A transaction of the user's reads all files: the same statement in and outside of one must
  // agree.
  const std::vector<std::string> queries{
      R"(SELECT count(*), sum(event_key)::BIGINT FROM fact_clicks WHERE day = 1 AND hour >= 20)",
      R"(SELECT f.hour, p.page_url, count(*) FROM fact_clicks f JOIN dim_pages p USING (page_key)
         WHERE f.day = 2 AND p.page_key < 3 GROUP BY ALL ORDER BY ALL)",
      R"(SELECT a.event_key, b.event_key FROM fact_clicks a LEFT JOIN fact_clicks b ON b.event_key =
         a.event_key + 1000 AND b.hour = 6 WHERE a.hour = 5 ORDER BY ALL)",
      R"(SELECT count(*) FROM fact_clicks a RIGHT JOIN (SELECT * FROM fact_clicks WHERE hour = 3) b
         ON a.event_key = b.event_key AND a.day = 1)",
      R"(SELECT count(*) FROM fact_clicks WHERE hour = 1 UNION ALL SELECT count(*) FROM fact_clicks
         WHERE hour = 2 UNION ALL SELECT count(*) FROM fact_clicks)",
      R"(WITH h AS MATERIALIZED (SELECT * FROM fact_clicks WHERE day = 1) SELECT (SELECT count(*)
         FROM h), (SELECT count(*) FROM h WHERE hour = 4), (SELECT count(*) FROM fact_clicks WHERE
         day = 2))",
      R"(SELECT count(*) FROM (SELECT * FROM fact_clicks LIMIT 25) WHERE hour >= 2)",
      R"(SELECT count(*) FROM (SELECT *, row_number() OVER (ORDER BY event_key) AS n FROM
         fact_clicks) WHERE day = 2 AND n > 245)",
      R"(SELECT count(*) FILTER (WHERE day = 1), count(*) FROM fact_clicks)",
      R"(SELECT day, count(*) FROM fact_clicks GROUP BY day HAVING day = 2)",
      R"(SELECT count(*) FROM fact_clicks f WHERE EXISTS (SELECT 1 FROM fact_clicks g WHERE
         g.event_key = f.event_key AND g.day = 2))",
      R"(SELECT count(*) FROM fact_clicks f WHERE NOT EXISTS (SELECT 1 FROM fact_clicks g WHERE
         g.event_key = f.event_key AND g.day = 2))",
      R"(SELECT count(*) FROM fact_clicks WHERE event_key IN (SELECT event_key FROM fact_clicks
         WHERE hour = 7))",
      R"(SELECT max(d) FROM (SELECT day + 1 AS d, hour AS h FROM fact_clicks) WHERE h = 3 AND d = 3)",
      R"(WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n,
         count(*) FROM t JOIN fact_clicks ON hour = n WHERE day = 1 GROUP BY n ORDER BY n)",
      R"(SELECT count(*) FROM fact_clicks WHERE hour = 5 AND day IN (SELECT unnest([1, 2])))",
      R"(FROM fact_clicks SELECT count(*) WHERE CASE WHEN day = 1 THEN hour = 2 ELSE hour = 3 END)"};
  for (const std::string& query : queries) {
    const auto pruned = rows(query);
    ASSERT_TRUE(session_->execute("BEGIN")) << query;
    const auto all = rows(query);
    ASSERT_TRUE(session_->execute("ROLLBACK")) << query;
    EXPECT_EQ(pruned, all) << query;
    EXPECT_FALSE(pruned.empty()) << query;
  }
}

/// Filters over the columns that files are chosen by, of all the forms that are read and some that
/// are not.
class RandomFilter {
 public:
  explicit RandomFilter(unsigned seed) : random_(seed) {}

  std::string make(int depth) {
    switch (depth > 0 ? pick(0, 9) : pick(3, 9)) {
      case 0: return "(" + make(depth - 1) + " AND " + make(depth - 1) + ")";
      case 1: return "(" + make(depth - 1) + " OR " + make(depth - 1) + ")";
      case 2: return "NOT (" + make(depth - 1) + ")";
      case 3: return number() + comparison() + std::to_string(pick(0, 24));
      case 4: return std::to_string(pick(0, 24)) + comparison() + number();
      case 5:
        return number() + " BETWEEN " + std::to_string(pick(0, 12)) + " AND " +
               std::to_string(pick(5, 24));
      case 6:
        return number() + " IN (" + std::to_string(pick(0, 4)) + ", " +
               std::to_string(pick(3, 24)) + (pick(0, 5) == 0 ? ", NULL)" : ")");
      case 7:
        return time() + comparison() + "TIMESTAMPTZ '2024-11-0" + std::to_string(pick(1, 4)) + " " +
               std::to_string(pick(10, 23)) + ":" + std::to_string(pick(0, 5)) + "0:00+00'";
      case 8:
        return "event_timestamp::DATE" + comparison() + "DATE '2024-11-0" +
               std::to_string(pick(1, 4)) + "'";
      default: return "event_type = 'purchase'";
    }
  }

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  std::string comparison() {
    static constexpr const char* kAll[] = {" = ",
                                           " < ",
                                           " <= ",
                                           " > ",
                                           " >= ",
                                           " <> ",
                                           " IS DISTINCT FROM ",
                                           " IS NOT DISTINCT FROM "};
    return kAll[pick(0, 7)];
  }
  std::string number() {
    static constexpr const char* kAll[] = {"day",         "hour",           "hour + 1",
                                           "year - 2020", "day::BIGINT",    "page_key",
                                           "quantity",    "nullif(hour, 3)"};
    return kAll[pick(0, 7)];
  }
  std::string time() {
    static constexpr const char* kAll[] = {"event_timestamp", "date_trunc('hour', event_timestamp)",
                                           "date_trunc('day', event_timestamp)", "arrived_at"};
    return kAll[pick(0, 3)];
  }

  std::mt19937 random_;
};

TEST_F(LakeSessionTest, RandomFiltersAnswerAsOverAllFiles) {
  lake_.publish_hours(0, 60);
  open();
  RandomFilter filter(20241101);
  std::vector<std::string> queries;
  std::vector<std::string> pruned;
  int fewer = 0;
  for (int i = 0; i < 100; ++i) {
    queries.push_back("SELECT count(*), sum(event_key)::BIGINT FROM fact_clicks WHERE " +
                      filter.make(3));
    pruned.push_back(row(queries.back()));
    if (fact_files_bound() < 60) ++fewer;
  }
  EXPECT_GT(fewer, 25);
  // A transaction of the user's reads all files.
  ASSERT_TRUE(session_->execute("BEGIN").has_value());
  for (std::size_t i = 0; i < queries.size(); ++i)
    ASSERT_EQ(pruned[i], row(queries[i])) << queries[i];
}

TEST_F(LakeSessionTest, FilesThatCannotHoldTheRowsAreNeverOpened) {
  lake_.publish_hours(0, 48);
  open();
  const int kept = 29;  // day 2, hour 5
  for (int hour = 0; hour < 48; ++hour) {
    if (hour != kept) std::filesystem::remove(lake_.folder() / lake_.fact_files()[hour]);
  }
  EXPECT_EQ(row("SELECT count(*), min(event_key) FROM fact_clicks WHERE day = 2 AND hour = 5"),
            "10|29000");
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks WHERE event_timestamp >= '2024-11-02 05:00:00Z' "
                "AND event_timestamp < '2024-11-02 06:00:00Z'"),
            "10");
  const auto all = session_->query("SELECT sum(event_key) FROM fact_clicks");
  ASSERT_FALSE(all.has_value());
  EXPECT_EQ(all.error().code, ErrorCode::kNotFound) << all.error().message;
}

TEST_F(LakeSessionTest, NeighbourThatTheLakesNameFitsAsAPatternIsNotRead) {
  lake_.publish_hours(0, 2);
  std::filesystem::copy(lake_.folder(), lake_.folder().parent_path() / "lake's aX",
                        std::filesystem::copy_options::recursive);
  open();
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks"), "20");
}

TEST_F(LakeSessionTest, StatementsWithoutRowsOpenNoFile) {
  lake_.publish_hours(0, 3);
  open();
  for (const std::string& file : lake_.fact_files()) std::filesystem::remove(lake_.folder() / file);
  EXPECT_EQ(rows("DESCRIBE fact_clicks").size(), fact_clicks_definition().columns.size());
  EXPECT_EQ(row("SELECT 1"), "1");
  EXPECT_TRUE(session_->execute("SET threads = 1").has_value());
}

TEST_F(LakeSessionTest, ScansOfOneTableAddUp) {
  lake_.publish_hours(0, 24);
  open();
  EXPECT_EQ(row("SELECT (SELECT count(*) FROM fact_clicks WHERE hour = 1) + (SELECT count(*) FROM "
                "fact_clicks WHERE hour >= 22)"),
            "30");
  EXPECT_EQ(fact_files_bound(), 3);
}

TEST_F(LakeSessionTest, ExplainAndCopyArePrunedToo) {
  lake_.publish_hours(0, 24);
  open();
  EXPECT_FALSE(rows("EXPLAIN ANALYZE SELECT count(*) FROM fact_clicks WHERE hour = 1").empty());
  EXPECT_EQ(fact_files_bound(), 1);
  const std::string file = (lake_.folder() / "out.csv").string();
  EXPECT_EQ(
      row("COPY (SELECT event_key FROM fact_clicks WHERE hour = 1) TO " + quote_literal(file)),
      "10");
  EXPECT_EQ(fact_files_bound(), 1);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(LakeSessionTest, ViewsAndMacrosOfTheUserArePrunedAndStayRight) {
  lake_.publish_hours(0, 24);
  open();
  ASSERT_TRUE(session_->execute(
      "CREATE VIEW buys AS SELECT * FROM fact_clicks WHERE event_type = 'purchase'"));
  ASSERT_TRUE(session_->execute(
      "CREATE MACRO of_hour(h) AS TABLE SELECT * FROM fact_clicks WHERE hour = h"));
  EXPECT_EQ(row("SELECT count(*) FROM buys WHERE hour = 3"), "1");
  EXPECT_EQ(fact_files_bound(), 1);
  EXPECT_EQ(row("SELECT count(*) FROM buys"), "24");
  EXPECT_EQ(row("SELECT count(*) FROM of_hour(7)"), "10");
  EXPECT_EQ(fact_files_bound(), 1);
  lake_.publish_hours(24, 1);
  EXPECT_EQ(row("SELECT count(*) FROM buys"), "25");
}

TEST_F(LakeSessionTest, TemporaryTablesOutliveTheStatement) {
  lake_.publish_hours(0, 24);
  open();
  ASSERT_TRUE(session_->execute("CREATE TABLE mine AS SELECT * FROM fact_clicks WHERE hour < 2"));
  EXPECT_EQ(row("SELECT count(*) FROM mine"), "20");
  ASSERT_TRUE(session_->execute("INSERT INTO mine SELECT * FROM fact_clicks WHERE hour = 2"));
  EXPECT_EQ(row("SELECT count(*), (SELECT count(*) FROM fact_clicks) FROM mine"), "30|240");
  ASSERT_TRUE(session_->execute("PREPARE q AS SELECT count(*) FROM fact_clicks WHERE hour = $1"));
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks WHERE hour = 5"), "10");
  EXPECT_EQ(row("EXECUTE q(7)"), "10");
  EXPECT_EQ(row("PIVOT (SELECT hour, event_type FROM fact_clicks WHERE hour = 1) ON event_type "
                "USING count(*)"),
            "1|9|1");
}

TEST_F(LakeSessionTest, TransactionOfTheUserSeesTheSnapshotsOfItsBegin) {
  lake_.publish_hours(0, 2);
  open();
  ASSERT_TRUE(session_->execute("BEGIN"));
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks"), "20");
  lake_.publish_hours(2, 1);
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks"), "20");
  ASSERT_TRUE(session_->execute("CREATE TABLE mine AS SELECT 1 AS a"));
  ASSERT_TRUE(session_->execute("COMMIT"));
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks"), "30");
  EXPECT_EQ(row("SELECT a FROM mine"), "1");
  ASSERT_TRUE(session_->execute("BEGIN"));
  ASSERT_FALSE(session_->query("SELECT nothing FROM fact_clicks").has_value());
  ASSERT_TRUE(session_->execute("ROLLBACK"));
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks WHERE hour = 2"), "10");
}

TEST_F(LakeSessionTest, OtherTimeZonesGetTheirOwnDays) {
  lake_.publish_hours(0, 72);
  open();
  ASSERT_TRUE(session_->execute("SET TimeZone = 'America/New_York'"));
  // 2024-11-02 in New York is 04:00 to 04:00 UTC.
  EXPECT_EQ(row("SELECT min(event_key), max(event_key) FROM fact_clicks WHERE "
                "event_timestamp::DATE = DATE '2024-11-02'"),
            "28000|51009");
}

TEST_F(LakeSessionTest, ErrorsAreDuckdbsOwnAndTheSessionGoesOn) {
  lake_.publish_hours(0, 2);
  open();
  const auto missing = session_->query("SELECT event_kye FROM fact_clicks");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(missing.error().message, HasSubstr("event_kye"));
  EXPECT_THAT(missing.error().message, HasSubstr("LINE 1"));
  const auto syntax = session_->query("SELEC 1");
  ASSERT_FALSE(syntax.has_value());
  EXPECT_THAT(syntax.error().message, HasSubstr("syntax error at or near \"SELEC\""));
  const Status running = session_->execute("SELECT error('on purpose') FROM fact_clicks");
  ASSERT_FALSE(running.has_value());
  EXPECT_THAT(running.error().message, HasSubstr("on purpose"));
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks"), "20");
}

TEST_F(LakeSessionTest, UnboundTablesRefuseToBeRead) {
  lake_.publish_hours(0, 1);
  open();
  const Status status = session_->execute("SELECT * FROM unbound_lake_table('fact_clicks')");
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().message, HasSubstr("name the table itself"));
  const Status unknown = session_->execute("SELECT * FROM unbound_lake_table('fact_clocks')");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_THAT(unknown.error().message, HasSubstr("fact_clocks"));
}

TEST_F(LakeSessionTest, AbandonedStreamsDoNotHoldBackTheNextStatement) {
  lake_.publish_hours(0, 24);
  open();
  {
    auto half =
        session_->query("SELECT a.event_key FROM fact_clicks a, fact_clicks b, fact_clicks c");
    ASSERT_TRUE(half.has_value());
    ASSERT_TRUE(half->next().has_value());
  }
  EXPECT_EQ(row("SELECT count(*) FROM fact_clicks"), "240");
}

}  // namespace
}  // namespace clicklake
