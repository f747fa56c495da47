#include "sql/result_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "sql/display_width.h"

namespace clicklake {
namespace {

using ::testing::HasSubstr;

class ResultWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto session = Session::open({.threads = 2});
    ASSERT_TRUE(session.has_value()) << session.error().message;
    session_ = std::move(*session);
    std::string name = (std::filesystem::temp_directory_path() / "result-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& query, OutputFormat format, const TableLimits& limits = {}) {
    auto result = session_->query(query);
    EXPECT_TRUE(result.has_value()) << result.error().message;
    auto out = Output::to_file(folder_ / "out");
    EXPECT_TRUE(out.has_value()) << out.error().message;
    auto written = write_result(*result, format, limits, *out);
    EXPECT_TRUE(written.has_value()) << written.error().message;
    if (written) written_ = *written;
    EXPECT_TRUE(out->finish().has_value());
    return content("out");
  }
  std::string content(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::unique_ptr<Session> session_;
  std::filesystem::path folder_;
  WrittenRows written_;
};

TEST_F(ResultWriterTest, TableAlignsNumbersRightAndTextLeft) {
  EXPECT_EQ(
      write("SELECT * FROM (VALUES ('page_view', 12, 'x'), ('buy', 3, NULL)) t(event_type, n, c)",
            OutputFormat::kTable),
      " event_type |  n | c\n"
      "------------+----+------\n"
      " page_view  | 12 | x\n"
      " buy        |  3 | NULL\n");
  EXPECT_EQ(written_.rows, 2);
}

TEST_F(ResultWriterTest, TableMeasuresWideCharactersAndEscapesControl) {
  EXPECT_EQ(write("SELECT * FROM (VALUES ('日本', 1), (E'a\\nb\\x1B', 2), ('é', 3)) t(s, n)",
                  OutputFormat::kTable),
            " s        | n\n"
            "----------+---\n"
            " 日本     | 1\n"
            " a\\nb\\x1b | 2\n"
            " é        | 3\n");
}

TEST_F(ResultWriterTest, TableOfNoRowsHasItsHeader) {
  EXPECT_EQ(write("SELECT 1 AS a WHERE false", OutputFormat::kTable), " a\n---\n");
}

TEST_F(ResultWriterTest, TableKeepsEveryRowAndCellOutsideOfATerminal) {
  const std::string out = write(
      "SELECT i, repeat('x', CASE WHEN i = 29999 THEN 5000 ELSE 1 END) AS s FROM range(30000) t(i)",
      OutputFormat::kTable);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 30002);
  EXPECT_THAT(out, HasSubstr(std::string(5000, 'x')));
  EXPECT_EQ(written_.rows, 30000);
  EXPECT_FALSE(written_.more);
}

TEST_F(ResultWriterTest, TableOnATerminalIsCutAndSaysSo) {
  const std::string out = write("SELECT i, repeat('é', 100) AS s FROM range(5000) t(i)",
                                OutputFormat::kTable, {.rows = 10, .cell_width = 20});
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 12);
  EXPECT_EQ(written_.rows, 10);
  EXPECT_TRUE(written_.more);
  std::string cut;
  for (int i = 0; i < 19; ++i) cut += "é";
  EXPECT_THAT(out, HasSubstr("| " + cut + "…\n"));
  EXPECT_FALSE(
      (write("SELECT i FROM range(10) t(i)", OutputFormat::kTable, {.rows = 10, .cell_width = 20}),
       written_.more));
}

TEST_F(ResultWriterTest, CsvQuotesAndTellsNullFromEmpty) {
  EXPECT_EQ(write("SELECT * FROM (VALUES ('a,b', 1.50::DECIMAL(18,4), NULL), ('say \"hi\"', 2, "
                  "''), (E'two\\nlines', NULL, 'plain')) t(s, \"a,b\", e)",
                  OutputFormat::kCsv),
            "s,\"a,b\",e\n"
            "\"a,b\",1.5000,\n"
            "\"say \"\"hi\"\"\",2.0000,\"\"\n"
            "\"two\nlines\",,plain\n");
}

TEST_F(ResultWriterTest, CsvReadsBackAsItWas) {
  write(
      "SELECT i, CASE WHEN i % 5 = 0 THEN NULL WHEN i % 7 = 0 THEN '' ELSE chr((i % 90 + 33)::INT) "
      "|| E'\"\\n,' || i END AS s, "
      "TIMESTAMPTZ '2024-11-01' + i * INTERVAL '1 hour 1 microsecond' AS t FROM range(3000) t(i)",
      OutputFormat::kCsv);
  auto back = session_->query(
      "SELECT count(*)::BIGINT FROM ((SELECT i, CASE WHEN i % 5 = 0 THEN NULL WHEN i % 7 = 0 THEN "
      "'' ELSE chr((i % 90 + 33)::INT) || E'\"\\n,' || i END AS s, "
      "TIMESTAMPTZ '2024-11-01' + i * INTERVAL '1 hour 1 microsecond' AS t FROM range(3000) t(i)) "
      "INTERSECT "
      "SELECT * FROM read_csv(" +
      quote_literal((folder_ / "out").string()) +
      ", header = true, columns = {'i': 'BIGINT', 's': 'VARCHAR', 't': 'TIMESTAMPTZ'}, quote = "
      "'\"', escape = '\"', nullstr = '', allow_quoted_nulls = false))");
  ASSERT_TRUE(back.has_value()) << back.error().message;
  auto chunk = back->next();
  ASSERT_TRUE(chunk.has_value()) << chunk.error().message;
  EXPECT_EQ((*chunk)->longs(0)[0], 3000);
}

TEST_F(ResultWriterTest, JsonHasColumnsAndRows) {
  EXPECT_EQ(write("SELECT 1::BIGINT AS a, 'x' AS b, NULL::DECIMAL(18,4) AS c UNION ALL SELECT 2, "
                  "NULL, 0.5 ORDER BY 1",
                  OutputFormat::kJson),
            "{\"columns\":[{\"name\":\"a\",\"type\":\"BIGINT\"},{\"name\":\"b\",\"type\":"
            "\"VARCHAR\"},{\"name\":\"c\",\"type\":\"DECIMAL(18,4)\"}],\"rows\":[\n"
            "[1,\"x\",null],\n"
            "[2,null,0.5000]\n"
            "]}\n");
  EXPECT_EQ(write("SELECT 1 AS a WHERE false", OutputFormat::kJson),
            "{\"columns\":[{\"name\":\"a\",\"type\":\"INTEGER\"}],\"rows\":[]}\n");
}

TEST_F(ResultWriterTest, NdjsonHasAnObjectARowWithKeysOfItsOwn) {
  EXPECT_EQ(write("SELECT 1 AS a, 2 AS a, {'b': [3]} AS \"q\"\"\"", OutputFormat::kNdjson),
            "{\"a\":1,\"a_1\":2,\"q\\\"\":{\"b\":[3]}}\n");
  EXPECT_EQ(write("SELECT 1 AS a WHERE false", OutputFormat::kNdjson), "");
}

TEST_F(ResultWriterTest, UnfinishedFilesAreNotThere) {
  {
    auto out = Output::to_file(folder_ / "never");
    ASSERT_TRUE(out.has_value());
    ASSERT_TRUE(out->write(std::string(200'000, 'x')).has_value());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(ResultWriterTest, ReplacedFileIsTheOldOneOrTheNewOne) {
  std::ofstream(folder_ / "out") << "old";
  auto out = Output::to_file(folder_ / "out");
  ASSERT_TRUE(out.has_value());
  ASSERT_TRUE(out->write("new").has_value());
  ASSERT_TRUE(out->flush().has_value());
  EXPECT_EQ(content("out"), "old");
  ASSERT_TRUE(out->finish().has_value());
  EXPECT_EQ(content("out"), "new");
}

TEST_F(ResultWriterTest, DevicesAreWrittenAsTheyAre) {
  auto null = Output::to_file("/dev/null");
  ASSERT_TRUE(null.has_value()) << null.error().message;
  ASSERT_TRUE(null->write("gone").has_value());
  EXPECT_TRUE(null->finish().has_value());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  auto full = Output::to_file("/dev/full");
  ASSERT_TRUE(full.has_value());
  ASSERT_TRUE(full->write("no room").has_value());
  const Status status = full->finish();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kNoSpace);
}

TEST(OutputFormatTest, NamesAreKnownAndOthersListed) {
  EXPECT_EQ(*parse_output_format("ndjson"), OutputFormat::kNdjson);
  const auto unknown = parse_output_format("xml");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(unknown.error().message, HasSubstr("table, csv, json, ndjson or parquet"));
}

TEST(DisplayWidthTest, CountsColumnsOfATerminal) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("é"), 1U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("🛒"), 2U);
}

}  // namespace
}  // namespace clicklake
