#include "query/text_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "sql/session.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

HiveColumn column(const std::string& name, const std::string& type) {
  auto parsed = parse_hive_type(type);
  EXPECT_TRUE(parsed.has_value()) << type;
  return {name, parsed.value_or(HiveType::of(HiveKind::kString)), ""};
}

class TextScanTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("text_scan_test." + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    auto session = Session::open({.threads = 2, .temp_dir = {}});
    ASSERT_TRUE(session.has_value()) << session.error().message;
    session_ = std::move(*session);
    ASSERT_TRUE(register_text_scan(*session_, scans_).has_value());
    request_.table = "raw.events";
  }
  void TearDown() override {
    session_.reset();
    std::filesystem::remove_all(folder_);
  }

  void add_file(const std::string& name, const std::string& text,
                std::vector<std::optional<std::string>> partition = {}) {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    request_.files.push_back({path.string(), static_cast<std::int64_t>(text.size()),
                              "s3://bucket/" + name, std::move(partition)});
  }

  /// The rows of `sql`, whose only column is text, `?` in it standing for the scan.
  std::vector<std::string> rows(const std::string& sql) {
    auto result = session_->query(with_scan(sql));
    EXPECT_TRUE(result.has_value()) << result.error().message;
    std::vector<std::string> out;
    while (result.has_value()) {
      auto chunk = result->next();
      EXPECT_TRUE(chunk.has_value()) << chunk.error().message;
      if (!chunk.has_value() || *chunk == nullptr) break;
      for (std::size_t row = 0; row < (*chunk)->rows(); ++row) {
        out.emplace_back((*chunk)->valid(0, row) ? (*chunk)->string(0, row) : "NULL");
      }
    }
    return out;
  }
  Error failure(const std::string& sql) {
    const Status done = session_->execute(with_scan(sql));
    EXPECT_FALSE(done.has_value());
    return done.has_value() ? Error{ErrorCode::kCorruption, ""} : done.error();
  }

  std::filesystem::path folder_;
  TextScans scans_;
  TextScanRequest request_;
  std::unique_ptr<Session> session_;

 private:
  std::string with_scan(std::string sql) {
    if (name_.empty()) name_ = scans_.add(request_);
    const std::size_t at = sql.find('?');
    return sql.replace(at, 1, "lake_text_scan('" + name_ + "')");
  }
  std::string name_;
};

TEST_F(TextScanTest, ColumnsPartitionKeysAndThePathAreRead) {
  request_.columns = {column("user_id", "string"), column("at", "timestamp"),
                      column("metadata", "map<string,string>")};
  request_.partition_keys = {column("day", "int"), column("region", "string")};
  request_.with_path = true;
  add_file("a.json",
           R"({"user_id":"u1","at":"2024-11-04T15:00:00.250Z","metadata":{"a":"1","b":null}})"
           "\n",
           {"4", "eu"});
  add_file("b.json", R"({"user_id":"a user with a long name","metadata":{}})", {"5", std::nullopt});
  EXPECT_THAT(rows("SELECT concat_ws('|', user_id, \"at\", metadata, \"day\", ifnull(region, "
                   "'none'), \"$path\") FROM ? ORDER BY 1"),
              ElementsAre("a user with a long name|{}|5|none|s3://bucket/b.json",
                          "u1|2024-11-04 15:00:00.25|{a=1, b=NULL}|4|eu|s3://bucket/a.json"));
  EXPECT_THAT(rows("SELECT string_agg(\"day\"::VARCHAR, ',' ORDER BY \"day\") FROM ?"),
              ElementsAre("4,5"));
  EXPECT_EQ(scans_.counts().rows, 4);
  EXPECT_EQ(scans_.counts().files_read, 4);
}

TEST_F(TextScanTest, RowsAreCountedWithoutReadingAColumn) {
  request_.columns = {column("a", "int")};
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "{\"a\":" + std::to_string(i) + "}\n";
  add_file("a.json", text);
  EXPECT_THAT(rows("SELECT count(*)::VARCHAR FROM ?"), ElementsAre("5000"));
  EXPECT_EQ(scans_.counts().bytes_read, static_cast<std::int64_t>(text.size()));
}

TEST_F(TextScanTest, MalformedLineFailsTheQueryAndNamesItsPlace) {
  request_.columns = {column("a", "int"), column("b", "string")};
  add_file("a.json", "{\"a\":1}\n{\"a\":2,\n");
  const Error error = failure("SELECT sum(a) FROM ?");
  EXPECT_EQ(error.code, ErrorCode::kInvalidData);
  EXPECT_THAT(error.message, HasSubstr("HIVE_CURSOR_ERROR: raw.events: " +
                                       (folder_ / "a.json").string() + ", line 2, byte offset"));
  EXPECT_THAT(error.message, HasSubstr("'ignore.malformed.json'='true'"));
  // The answer does not depend on the columns asked for.
  EXPECT_EQ(failure("SELECT count(*) FROM ?").code, ErrorCode::kInvalidData);
}

TEST_F(TextScanTest, IgnoredMalformedLineIsARowOfNulls) {
  request_.format.ignore_malformed = true;
  request_.columns = {column("a", "int"), column("m", "map<string,string>")};
  request_.partition_keys = {column("day", "int")};
  add_file("a.json", "{\"a\":1}\n\n{\"a\":2,\n{\"a\":3,\"m\":\"text\"}\n", {"7"});
  EXPECT_THAT(rows("SELECT concat_ws('|', ifnull(a, -1), \"day\") FROM ? ORDER BY 1"),
              ElementsAre("-1|7", "-1|7", "1|7"));
  EXPECT_EQ(scans_.counts().malformed, 2);
}

TEST_F(TextScanTest, MissingFileFailsTheQueryByName) {
  request_.columns = {column("a", "int")};
  add_file("a.json", "{}\n");
  std::filesystem::remove(folder_ / "a.json");
  const Error error = failure("SELECT a FROM ?");
  EXPECT_EQ(error.code, ErrorCode::kIo);
  EXPECT_THAT(error.message, HasSubstr("a.json"));
}

TEST_F(TextScanTest, NestedTypesKeepTheirValues) {
  request_.columns = {column("a", "array<int>"),
                      column("s", "struct<x:int,y:array<string>>"),
                      column("m", "map<string,array<double>>"),
                      column("d", "decimal(10,2)"),
                      column("big", "decimal(38,3)"),
                      column("t", "date"),
                      column("b", "binary")};
  std::string text;
  std::string sum;
  for (int i = 0; i < 3000; ++i) {
    text +=
        R"({"a":[1,null,)" + std::to_string(i) +
        R"(],"s":{"x":null,"y":["one long text of many bytes","b"]},"m":{"k":[1.5,2],"l":null},)"
        R"("d":1.005,"big":12345678901234567890123.4567,"t":"2024-11-04","b":"aGk="})"
        "\n";
  }
  add_file("a.json", text);
  EXPECT_THAT(
      rows("SELECT concat_ws('|', a, s, m, d, big, t, b) FROM ? WHERE a[3] = 2999"),
      ElementsAre("[1, NULL, 2999]|{'x': NULL, 'y': [one long text of many bytes, b]}|{k=[1.5, "
                  "2.0], l=NULL}|1.01|12345678901234567890123.457|2024-11-04|hi"));
  EXPECT_THAT(rows("SELECT sum(a[3])::VARCHAR FROM ?"), ElementsAre("4498500"));
}

TEST_F(TextScanTest, TypeNamesAreDuckdbs) {
  const auto name = [](const std::string& type) {
    return duckdb_type_name(column("c", type).type);
  };
  EXPECT_EQ(name("map<string,bigint>"), "MAP(VARCHAR, BIGINT)");
  EXPECT_EQ(name("array<struct<a:int,b:timestamp>>"), "STRUCT(\"a\" INTEGER, \"b\" TIMESTAMP)[]");
  EXPECT_EQ(name("decimal(10,2)"), "DECIMAL(10,2)");
  EXPECT_EQ(name("varchar(5)"), "VARCHAR");
  EXPECT_EQ(name("binary"), "BLOB");
}

}  // namespace
}  // namespace clicklake
