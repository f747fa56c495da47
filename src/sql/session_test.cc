#include "sql/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "sql/duckdb_api.h"

namespace clicklake {
namespace {

using ::testing::HasSubstr;

class SessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto session = Session::open({.threads = 2});
    ASSERT_TRUE(session.has_value()) << session.error().message;
    session_ = std::move(*session);
  }

  QueryResult run(std::string_view sql) {
    auto result = session_->query(sql);
    EXPECT_TRUE(result.has_value()) << result.error().message;
    return std::move(*result);
  }
  static const Chunk& first(QueryResult& result) {
    auto chunk = result.next();
    EXPECT_TRUE(chunk.has_value()) << chunk.error().message;
    EXPECT_NE(*chunk, nullptr);
    return **chunk;
  }
  std::string text(std::string_view sql) {
    QueryResult result = run(sql);
    return std::string(first(result).string(0, 0));
  }

  std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, ColumnsHaveNamesTypesAndStorage) {
  const QueryResult result = run(
      "SELECT 1 AS i, 2::BIGINT AS l, true AS b, 1.5::DOUBLE AS d, 'x' AS s, now() AS t, "
      "1.5::DECIMAL(18,4) AS m, DATE '2024-11-01' AS day, MAP {'k': 'v'} AS meta, [1] AS other");
  std::vector<std::string> types;
  std::vector<Storage> storages;
  for (const ResultColumn& column : result.columns()) {
    types.push_back(column.name + " " + column.type);
    storages.push_back(column.storage);
  }
  EXPECT_THAT(types,
              ::testing::ElementsAre("i INTEGER", "l BIGINT", "b BOOLEAN", "d DOUBLE", "s VARCHAR",
                                     "t TIMESTAMP WITH TIME ZONE", "m DECIMAL(18,4)", "day DATE",
                                     "meta MAP(VARCHAR, VARCHAR)", "other INTEGER[]"));
  EXPECT_THAT(storages, ::testing::ElementsAre(Storage::kInt32, Storage::kInt64, Storage::kBool,
                                               Storage::kDouble, Storage::kString, Storage::kInt64,
                                               Storage::kInt64, Storage::kInt32,
                                               Storage::kStringMap, Storage::kOther));
}

TEST_F(SessionTest, ChunksGiveTypedValuesAndValidity) {
  QueryResult result = run(
      "SELECT * FROM (VALUES (1, -5::BIGINT, true, 0.25::DOUBLE, 'short', 12.3456::DECIMAL(18,4), "
      "DATE '1970-01-03'), "
      "(NULL, NULL, NULL, NULL, NULL, NULL, NULL), "
      "(3, 9::BIGINT, false, -1, 'a text of more than twelve bytes', -0.0001, DATE '1969-12-31'))");
  const Chunk& chunk = first(result);
  ASSERT_EQ(chunk.rows(), 3U);
  for (int column = 0; column < 7; ++column) {
    EXPECT_TRUE(chunk.valid(column, 0)) << column;
    EXPECT_FALSE(chunk.valid(column, 1)) << column;
    EXPECT_TRUE(chunk.valid(column, 2)) << column;
    EXPECT_FALSE(chunk.all_valid(column)) << column;
  }
  EXPECT_EQ(chunk.ints(0)[2], 3);
  EXPECT_EQ(chunk.longs(1)[0], -5);
  EXPECT_EQ(chunk.bools(2)[0], 1);
  EXPECT_EQ(chunk.bools(2)[2], 0);
  EXPECT_EQ(chunk.doubles(3)[0], 0.25);
  EXPECT_EQ(chunk.string(4, 0), "short");
  EXPECT_EQ(chunk.string(4, 2), "a text of more than twelve bytes");
  EXPECT_EQ(chunk.longs(5)[0], 123456);
  EXPECT_EQ(chunk.longs(5)[2], -1);
  EXPECT_EQ(chunk.ints(6)[0], 2);
  EXPECT_EQ(chunk.ints(6)[2], -1);
}

TEST_F(SessionTest, TimestampsAreUtcMicrosecondsWhateverTheZoneOfTheProcess) {
  QueryResult result = run(
      "SELECT TIMESTAMPTZ '1970-01-01 00:00:01.5', CAST(TIMESTAMP '1970-01-02' AS TIMESTAMPTZ)");
  const Chunk& chunk = first(result);
  EXPECT_EQ(chunk.longs(0)[0], 1'500'000);
  EXPECT_EQ(chunk.longs(1)[0], 86'400'000'000);
  EXPECT_EQ(text("SELECT current_setting('TimeZone')"), "UTC");
}

TEST_F(SessionTest, MapsFromParquetKeepEveryEntry) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("session_test." + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string file = quote_literal((folder / "map.parquet").string());
  // Few distinct values, so that the file holds them dictionary-coded; maps of 0 to 4 entries; NULL
  // values.
  ASSERT_TRUE(
      session_->execute("COPY (SELECT i, map_from_entries([(printf('key %d of some length', j), "
                        "CASE WHEN (i + j) % 7 = 0 THEN NULL ELSE "
                        "printf('value %d of some length', (i + j) % 3) END) FOR j IN range(i % "
                        "5)]) AS m FROM range(10000) t(i)) TO " +
                        file));
  QueryResult result = run("SELECT i, m FROM read_parquet(" + file + ") ORDER BY i");
  std::int64_t expected = 0;
  while (true) {
    auto chunk = result.next();
    ASSERT_TRUE(chunk.has_value()) << chunk.error().message;
    if (*chunk == nullptr) break;
    for (std::size_t row = 0; row < (*chunk)->rows(); ++row, ++expected) {
      ASSERT_EQ((*chunk)->longs(0)[row], expected);
      const StringMapView map = (*chunk)->map(1, row);
      ASSERT_EQ(map.size(), static_cast<std::size_t>(expected % 5));
      for (std::size_t j = 0; j < map.size(); ++j) {
        ASSERT_EQ(map.key(j), "key " + std::to_string(j) + " of some length");
        const auto sum = expected + static_cast<std::int64_t>(j);
        if (sum % 7 == 0) {
          ASSERT_FALSE(map.value(j).has_value());
        } else {
          ASSERT_EQ(map.value(j), "value " + std::to_string(sum % 3) + " of some length");
        }
      }
    }
  }
  EXPECT_EQ(expected, 10000);
  std::filesystem::remove_all(folder);
}

TEST_F(SessionTest, StreamsInOrderWithoutLosingRows) {
  QueryResult result = run("SELECT i FROM range(1000000) t(i)");
  std::int64_t expected = 0;
  while (true) {
    auto chunk = result.next();
    ASSERT_TRUE(chunk.has_value());
    if (*chunk == nullptr) break;
    for (const std::int64_t value : (*chunk)->longs(0)) ASSERT_EQ(value, expected++);
  }
  EXPECT_EQ(expected, 1'000'000);
  auto after = result.next();
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(*after, nullptr);
}

TEST_F(SessionTest, SeveralStatementsRunInOrderAndTheLastAnswers) {
  EXPECT_EQ(
      text(
          "CREATE TABLE t(a VARCHAR); INSERT INTO t VALUES ('one'), ('two'); SELECT max(a) FROM t"),
      "two");
}

TEST_F(SessionTest, KindTellsRowsFromCountsFromNothing) {
  EXPECT_EQ(run("CREATE TABLE t(a INT)").kind(), ResultKind::kNothing);
  EXPECT_EQ(run("SELECT 1").kind(), ResultKind::kRows);
  QueryResult inserted = run("INSERT INTO t VALUES (1), (2)");
  EXPECT_EQ(inserted.kind(), ResultKind::kChangedRows);
  EXPECT_EQ(first(inserted).longs(0)[0], 2);
}

TEST_F(SessionTest, ParserErrorsCarryThePosition) {
  const auto result = session_->query("SELECT 1\nFROM WHERE");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(result.error().message, HasSubstr("LINE 2: FROM WHERE"));
  EXPECT_THAT(result.error().message, HasSubstr("^"));
}

TEST_F(SessionTest, BinderErrorsNameWhatIsMissing) {
  const auto result = session_->query("SELECT nothing_like_it FROM range(3)");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(result.error().message, HasSubstr("nothing_like_it"));
}

TEST_F(SessionTest, EmptyTextIsRefused) {
  for (const char* sql : {"", "  ", ";", "-- only a comment"}) {
    const auto result = session_->query(sql);
    ASSERT_FALSE(result.has_value()) << sql;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument) << sql;
  }
}

TEST_F(SessionTest, ErrorInTheMiddleOfAStreamIsReportedAndTheSessionGoesOn) {
  QueryResult result =
      run("SELECT CASE WHEN i < 500000 THEN i ELSE error('row ' || i)::BIGINT END FROM "
          "range(600000) t(i)");
  ErrorCode code{};
  std::string message;
  while (true) {
    auto chunk = result.next();
    if (!chunk.has_value()) {
      code = chunk.error().code;
      message = chunk.error().message;
      break;
    }
    ASSERT_NE(*chunk, nullptr) << "the stream ended without its error";
  }
  EXPECT_EQ(code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(message, HasSubstr("row 5"));
  EXPECT_EQ(text("SELECT 'still here'"), "still here");
}

TEST_F(SessionTest, InterruptCancelsAndTheSessionGoesOn) {
  std::atomic<bool> done{false};
  std::thread interrupter([&] {
    while (!done) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      session_->interrupt();
    }
  });
  const Status status =
      session_->execute("SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(1000000) b(i)");
  done = true;
  interrupter.join();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(text("SELECT 'still here'"), "still here");
}

TEST_F(SessionTest, OptionsBindDuckdb) {
  auto session =
      Session::open({.threads = 1, .memory_limit = 64ULL << 20, .temp_dir = "/nowhere/spill"});
  ASSERT_TRUE(session.has_value()) << session.error().message;
  auto result = (*session)->query(
      "SELECT current_setting('threads')::VARCHAR, current_setting('memory_limit'), "
      "current_setting('temp_directory'), "
      "current_setting('autoinstall_known_extensions')::VARCHAR, "
      "current_setting('autoload_known_extensions')::VARCHAR");
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const Chunk& chunk = first(*result);
  EXPECT_EQ(chunk.string(0, 0), "1");
  EXPECT_EQ(chunk.string(1, 0), "64.0 MiB");
  EXPECT_EQ(chunk.string(2, 0), "/nowhere/spill");
  EXPECT_EQ(chunk.string(3, 0), "false");
  EXPECT_EQ(chunk.string(4, 0), "false");
}

TEST_F(SessionTest, MoreThanTheMemoryLimitIsNoSpaceWithTheWayOut) {
  auto session = Session::open({.threads = 1, .memory_limit = 32ULL << 20});
  ASSERT_TRUE(session.has_value());
  const Status status = (*session)->execute(
      "CREATE TABLE t AS SELECT hash(i)::VARCHAR AS a, hash(-i) AS b FROM range(10000000) t(i)");
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kNoSpace) << status.error().message;
  EXPECT_THAT(status.error().message, HasSubstr("memory_limit in clicklake.toml"));
}

TEST_F(SessionTest, NegativeThreadsAreRefused) {
  const auto session = Session::open({.threads = -1});
  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(SessionTest, MissingAndBrokenFilesAreToldApart) {
  const auto missing = session_->query("SELECT * FROM read_parquet('/nowhere/x.parquet')");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound) << missing.error().message;
  const auto broken = session_->query("SELECT * FROM read_parquet(" +
                                      quote_literal(CLICKLAKE_SOURCE_DIR "/LICENSE") + ")");
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().code, ErrorCode::kCorruption) << broken.error().message;
}

TEST(DuckdbApiTest, HeaderAndLibraryAreOneVersion) {
  const auto api = DuckdbApi::load();
  ASSERT_TRUE(api.has_value()) << api.error().message;
  EXPECT_STREQ((*api)->duckdb_library_version(), CLICKLAKE_DUCKDB_VERSION);
}

TEST(DuckdbApiTest, MissingLibraryNamesThePlacesAndTheWayOut) {
  const auto api = DuckdbApi::load({"/nowhere/lib/libduckdb.so"});
  ASSERT_FALSE(api.has_value());
  EXPECT_EQ(api.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(api.error().message, HasSubstr("/nowhere/lib/libduckdb.so"));
  EXPECT_THAT(api.error().message, HasSubstr("tools/bootstrap"));
}

TEST(DuckdbApiTest, AnotherLibraryIsRefused) {
  const auto text_file = DuckdbApi::load({CLICKLAKE_SOURCE_DIR "/LICENSE"});
  ASSERT_FALSE(text_file.has_value());
  EXPECT_EQ(text_file.error().code, ErrorCode::kIo);
  const auto other = DuckdbApi::load({"/lib/x86_64-linux-gnu/libm.so.6"});
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kUnsupported);
}

TEST(DuckdbApiTest, InstalledLibraryIsLookedForBesideTheExecutableFirst) {
  const auto candidates = DuckdbApi::library_candidates();
  ASSERT_EQ(candidates.size(), 2U);
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  EXPECT_EQ(candidates[0], self.parent_path().parent_path() / "lib/libduckdb.so");
  EXPECT_EQ(candidates[1], CLICKLAKE_DUCKDB_LIBRARY);
}

TEST(QuoteTest, QuotesAreDoubled) {
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
}

}  // namespace
}  // namespace clicklake
