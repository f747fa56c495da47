#include "scan/text_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* kOpenx = "org.openx.data.jsonserde.JsonSerDe";
constexpr const char* kHiveJson = "org.apache.hive.hcatalog.data.JsonSerDe";
constexpr const char* kCsv = "org.apache.hadoop.hive.serde2.OpenCSVSerde";
constexpr const char* kLazy = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";

TextFormat format_of(const char* serde, const TextFormat::Properties& serde_properties,
                     const TextFormat::Properties& table_properties = {}) {
  auto format = TextFormat::of(serde, serde_properties, table_properties);
  EXPECT_TRUE(format.has_value()) << format.error().message;
  return format.value_or(TextFormat{});
}

TEST(TextFormatTest, OpenxPropertiesAreRead) {
  const TextFormat format = format_of(kOpenx, {{"ignore.malformed.json", "TRUE"},
                                               {"case.insensitive", "false"},
                                               {"dots.in.keys", "true"},
                                               {"mapping.UserId", "userId"},
                                               {"unknown", "kept away"}});
  EXPECT_TRUE(format.ignore_malformed);
  EXPECT_FALSE(format.case_insensitive);
  EXPECT_TRUE(format.dots_in_keys);
  EXPECT_THAT(format.mappings, ElementsAre(Pair("userid", "userId")));
}

TEST(TextFormatTest, TimestampFormatsAreSplitAtCommas) {
  EXPECT_THAT(
      format_of(kHiveJson, {{"timestamp.formats", "yyyy-MM-dd,,dd\\, MM yyyy"}}).timestamp_formats,
      ElementsAre("yyyy-MM-dd", "dd, MM yyyy"));
  const auto bad = TextFormat::of(kHiveJson, {{"timestamp.formats", "yyyy-ww"}}, {});
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(bad.error().message, HasSubstr("timestamp.formats"));
}

TEST(TextFormatTest, DelimitersAreCharactersOrTheirCodes) {
  const TextFormat format = format_of(kLazy,
                                      {{"field.delim", "9"},
                                       {"colelction.delim", "|"},
                                       {"mapkey.delim", ":"},
                                       {"escape.delim", "\\"},
                                       {"serialization.null.format", ""}},
                                      {{"skip.header.line.count", "2"}});
  EXPECT_EQ(format.field_delimiter, '\t');
  EXPECT_EQ(format.collection_delimiter, '|');
  EXPECT_EQ(format.map_key_delimiter, ':');
  EXPECT_EQ(format.escape, '\\');
  EXPECT_EQ(format.null_text, "");
  EXPECT_EQ(format.skip_header_lines, 2);
  EXPECT_EQ(format_of(kLazy, {{"serialization.format", "1"}}).field_delimiter, '\1');
}

TEST(TextFormatTest, CsvCharactersMustDiffer) {
  const TextFormat format = format_of(kCsv, {{"separatorChar", ";"}, {"escapeChar", "\""}});
  EXPECT_EQ(format.field_delimiter, ';');
  EXPECT_EQ(format.quote, '"');
  EXPECT_EQ(format.escape, '\\');
  EXPECT_FALSE(TextFormat::of(kCsv, {{"separatorChar", "\""}}, {}).has_value());
}

TEST(TextFormatTest, OtherSerDesAndBadCountsAreRefused) {
  const auto parquet =
      TextFormat::of("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", {}, {});
  ASSERT_FALSE(parquet.has_value());
  EXPECT_EQ(parquet.error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(TextFormat::of(kCsv, {}, {{"skip.header.line.count", "one"}}).has_value());
}

}  // namespace
}  // namespace clicklake
