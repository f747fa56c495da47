#include "sql/value_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "sql/session.h"

namespace clicklake {
namespace {

class ValueTextTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto session = Session::open({.threads = 1});
    ASSERT_TRUE(session.has_value()) << session.error().message;
    session_ = std::move(*session);
  }

  struct Texts {
    std::vector<std::string> plain;  ///< "NULL" for nulls
    std::vector<std::string> json;
  };

  /// Texts of the first column, and of the second one where it is VARCHAR in `casts`.
  Texts texts(const std::string& query, std::vector<std::string>* casts = nullptr) {
    Texts out;
    auto result = session_->query(query);
    EXPECT_TRUE(result.has_value()) << query << "\n" << result.error().message;
    if (!result.has_value()) return out;
    auto text = ColumnText::create(
        *result->api(), static_cast<duckdb_logical_type>(result->column_types()[0]), "x");
    EXPECT_TRUE(text.has_value()) << text.error().message;
    if (!text.has_value()) return out;
    while (true) {
      auto chunk = result->next();
      EXPECT_TRUE(chunk.has_value()) << chunk.error().message;
      if (!chunk.has_value() || *chunk == nullptr) return out;
      text->bind(result->api()->duckdb_data_chunk_get_vector(
          static_cast<duckdb_data_chunk>((*chunk)->handle()), 0));
      for (std::size_t row = 0; row < (*chunk)->rows(); ++row) {
        out.plain.emplace_back();
        if (text->is_null(row)) {
          out.plain.back() = "NULL";
        } else {
          text->append_text(out.plain.back(), row);
        }
        out.json.emplace_back();
        text->append_json(out.json.back(), row);
        if (casts != nullptr)
          casts->emplace_back((*chunk)->valid(1, row) ? (*chunk)->string(1, row) : "NULL");
      }
    }
  }

  std::string json(const std::string& value) {
    const auto out = texts("SELECT " + value);
    return out.json.empty() ? "" : out.json.front();
  }
  std::string plain(const std::string& value) {
    const auto out = texts("SELECT " + value);
    return out.plain.empty() ? "" : out.plain.front();
  }

  std::unique_ptr<Session> session_;
};

TEST_F(ValueTextTest, ScalarsReadAsDuckdbCastsThem) {
  const std::vector<std::string> columns{
      "bool",      "tinyint",     "smallint",     "int",          "bigint",  "hugeint",  "uhugeint",
      "utinyint",  "usmallint",   "uint",         "ubigint",      "bignum",  "date",     "time",
      "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "time_tz", "float",    "double",
      "dec_4_1",   "dec_9_4",     "dec_18_6",     "dec38_10",     "uuid",    "interval", "varchar",
      "bit",       "small_enum",  "medium_enum",  "large_enum",   "time_ns"};
  for (const std::string& column : columns) {
    std::vector<std::string> casts;
    const Texts out = texts("SELECT " + quote_identifier(column) + ", CAST(" +
                                quote_identifier(column) + " AS VARCHAR) FROM test_all_types()",
                            &casts);
    EXPECT_EQ(out.plain.size(), 3U) << column;
    EXPECT_EQ(out.plain, casts) << column;
  }
}

TEST_F(ValueTextTest, NumbersReadAsDuckdbCastsThem) {
  for (const char* query :
       {"SELECT x, x::VARCHAR FROM (SELECT (random() - 0.5) * 10 ** (i % 40 - 20) AS x FROM "
        "range(2000) t(i))",
        "SELECT x, x::VARCHAR FROM (SELECT unnest([0.1, 1, 100, 1e15, 1e16, 1e17, "
        "123456789012345678, 1e-4, 1e-5, 0.0001234, -0.0, 5e-324, "
        "1.7976931348623157e308]::DOUBLE[]) AS x)",
        "SELECT x, x::VARCHAR FROM (SELECT ((random() - 0.5) * 10 ** (i % 13))::DECIMAL(18,4) AS x "
        "FROM range(2000) t(i))",
        "SELECT x, x::VARCHAR FROM (SELECT ((random() - 0.5) * 1e18)::HUGEINT * i::HUGEINT AS x "
        "FROM range(2000) t(i))",
        "SELECT x, x::VARCHAR FROM (SELECT TIMESTAMP '1900-02-28 23:59:59.999999' + i * INTERVAL "
        "'97 hours 13 seconds 10 microseconds' AS x "
        "FROM range(20000) t(i))",
        "SELECT x, x::VARCHAR FROM (SELECT TIMESTAMPTZ '1900-02-28 23:59:59.999999+00' + i * "
        "INTERVAL '97 hours 13 seconds 100 microseconds' AS x "
        "FROM range(20000) t(i))",
        "SELECT x, x::VARCHAR FROM (SELECT i::DATE AS x FROM range(DATE '1890-01-01', DATE "
        "'2110-01-01', INTERVAL 1 day) t(i))",
        "SELECT x, x::VARCHAR FROM (SELECT to_microseconds(((random() - 0.5) * 1e14)::BIGINT) + "
        "to_months(i % 30 - 15) + to_days(i % 7 - 3) AS x "
        "FROM range(2000) t(i))"}) {
    std::vector<std::string> casts;
    const Texts out = texts(query, &casts);
    ASSERT_FALSE(casts.empty()) << query;
    ASSERT_EQ(out.plain, casts) << query;
  }
}

TEST_F(ValueTextTest, FloatsReadBackAsTheSameNumber) {
  auto result = session_->query(
      "SELECT ((random() - 0.5) * 10 ** (i % 40 - 20))::FLOAT AS x FROM range(2000) t(i)");
  ASSERT_TRUE(result.has_value()) << result.error().message;
  auto text = ColumnText::create(*result->api(),
                                 static_cast<duckdb_logical_type>(result->column_types()[0]), "x");
  ASSERT_TRUE(text.has_value());
  auto chunk = result->next();
  ASSERT_TRUE(chunk.has_value());
  duckdb_vector vector = result->api()->duckdb_data_chunk_get_vector(
      static_cast<duckdb_data_chunk>((*chunk)->handle()), 0);
  text->bind(vector);
  const auto* values = static_cast<const float*>(result->api()->duckdb_vector_get_data(vector));
  for (std::size_t row = 0; row < (*chunk)->rows(); ++row) {
    std::string out;
    text->append_text(out, row);
    ASSERT_EQ(std::strtof(out.c_str(), nullptr), values[row]) << out;
  }
}

TEST_F(ValueTextTest, JsonNumbersKeepAllTheirDigits) {
  EXPECT_EQ(json("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(json("(-9223372036854775808)::BIGINT"), "-9223372036854775808");
  EXPECT_EQ(json("12345678901234567890123456789012345678::HUGEINT"),
            "12345678901234567890123456789012345678");
  EXPECT_EQ(json("99999999999999.9999::DECIMAL(18,4)"), "99999999999999.9999");
  EXPECT_EQ(json("-0.0001::DECIMAL(18,4)"), "-0.0001");
  EXPECT_EQ(json("0.1::DOUBLE"), "0.1");
  EXPECT_EQ(json("1e300::DOUBLE"), "1e+300");
  EXPECT_EQ(json("true"), "true");
  EXPECT_EQ(json("NULL"), "null");
}

TEST_F(ValueTextTest, JsonHasNoNumbersForNanAndInfinity) {
  EXPECT_EQ(json("'nan'::DOUBLE"), "\"nan\"");
  EXPECT_EQ(json("'-inf'::FLOAT"), "\"-inf\"");
}

TEST_F(ValueTextTest, JsonTimesAreIso8601) {
  EXPECT_EQ(json("TIMESTAMPTZ '2024-11-04 15:00:00.5+02'"), "\"2024-11-04T13:00:00.5Z\"");
  EXPECT_EQ(json("TIMESTAMP '2024-11-04 15:00:00'"), "\"2024-11-04T15:00:00\"");
  EXPECT_EQ(json("DATE '2024-11-04'"), "\"2024-11-04\"");
  EXPECT_EQ(plain("TIMESTAMPTZ '2024-11-04 15:00:00.5+02'"), "2024-11-04 13:00:00.5+00");
}

TEST_F(ValueTextTest, NestedValuesAreJson) {
  EXPECT_EQ(json("MAP {'a\"b': 'x', 'c': NULL}"), "{\"a\\\"b\":\"x\",\"c\":null}");
  EXPECT_EQ(plain("MAP {'a': 'x'}"), "{\"a\":\"x\"}");
  EXPECT_EQ(json("MAP {1: [1.5, NULL], 2: []}"), "{\"1\":[1.5,null],\"2\":[]}");
  EXPECT_EQ(json("{'a': 1, 'b': {'c': [DATE '2024-01-01']}}"),
            "{\"a\":1,\"b\":{\"c\":[\"2024-01-01\"]}}");
  EXPECT_EQ(json("[1, 2, 3]::INTEGER[3]"), "[1,2,3]");
  EXPECT_EQ(json("[[1], [], NULL]"), "[[1],[],null]");
  EXPECT_EQ(json("union_value(n := 7)"), "7");
  EXPECT_EQ(plain("union_value(s := 'seven')"), "seven");
}

TEST_F(ValueTextTest, JsonTypeIsTakenAsItIs) {
  EXPECT_EQ(json("'{\"a\": [1,\n2]}'::JSON"), "{\"a\": [1, 2]}");
  EXPECT_EQ(json("'plain'"), "\"plain\"");
}

TEST_F(ValueTextTest, BlobIsHex) {
  EXPECT_EQ(plain("'\\x00\\xFFa'::BLOB"), "\\x00ff61");
  EXPECT_EQ(json("'\\x00'::BLOB"), "\"\\\\x00\"");
}

TEST_F(ValueTextTest, ArraysAndStructsOfManyRowsReadTheirOwn) {
  const Texts out = texts(
      "SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE {'n': i, 'l': range(i % 4)} END FROM range(5000) "
      "t(i)");
  ASSERT_EQ(out.json.size(), 5000U);
  EXPECT_EQ(out.json[3], "null");
  EXPECT_EQ(out.json[4001], "{\"n\":4001,\"l\":[0]}");
  EXPECT_EQ(out.json[4999], "{\"n\":4999,\"l\":[0,1,2]}");
}

TEST_F(ValueTextTest, TypesWithoutATextAreRefusedWithTheWayOut) {
  auto result = session_->query("SELECT 1::VARIANT AS v");
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const auto text = ColumnText::create(
      *result->api(), static_cast<duckdb_logical_type>(result->column_types()[0]), "v");
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(text.error().message, ::testing::HasSubstr("cast it to VARCHAR"));
}

TEST(JsonStringTest, EscapesWhatJsonNeedsAndRepairsWhatIsNotUtf8) {
  const auto string = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  EXPECT_EQ(string("plain"), "\"plain\"");
  EXPECT_EQ(string(""), "\"\"");
  EXPECT_EQ(string("a\"b\\c\n\r\t\x01\x1F z"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f z\"");
  EXPECT_EQ(string("grün 🛒"), "\"grün 🛒\"");
  EXPECT_EQ(string("a\xFF"
                   "b\xC3"),
            "\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace clicklake
