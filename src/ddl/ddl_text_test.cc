#include "ddl/ddl_text.h"

#include "ddl/parse_test_support.h"

namespace clicklake::ddl {
namespace {

CreateTable without_position(CreateTable table) {
  table.name.position = 0;
  return table;
}

/// Writes the table, reads that, and returns the text.
std::string round_trip(const CreateTable& table) {
  std::string text = create_table_text(table);
  EXPECT_EQ(without_position(parsed<CreateTable>(text)), without_position(table)) << text;
  return text;
}

TEST(CreateTableTextTest, IsAthenasLayout) {
  CreateTable table;
  table.name = {.database = "db", .table = "t"};
  table.external = true;
  table.columns = {{"id", HiveType::of(HiveKind::kBigint), "row 'id'"},
                   {"metadata", HiveType::map_of_strings(), ""}};
  table.comment = "events";
  table.partition_keys = {{"year", HiveType::of(HiveKind::kInt), ""},
                          {"day", HiveType::of(HiveKind::kInt), ""}};
  table.row_format = RowFormat{.serde = "org.openx.data.jsonserde.JsonSerDe",
                               .properties = {{"a", "b"}, {"mapping.ts", "timestamp"}}};
  table.stored_as = StoredAs{.format = "", .input_format = "in", .output_format = "out"};
  table.location = "s3://b/t";
  table.properties = {{"classification", "json"}, {"n", "1"}};
  EXPECT_EQ(round_trip(table),
            "CREATE EXTERNAL TABLE `db.t`(\n"
            "  `id` bigint COMMENT 'row \\'id\\'', \n"
            "  `metadata` map<string,string>)\n"
            "COMMENT 'events'\n"
            "PARTITIONED BY ( \n"
            "  `year` int, \n"
            "  `day` int)\n"
            "ROW FORMAT SERDE \n"
            "  'org.openx.data.jsonserde.JsonSerDe' \n"
            "WITH SERDEPROPERTIES ( \n"
            "  'a'='b', \n"
            "  'mapping.ts'='timestamp') \n"
            "STORED AS INPUTFORMAT \n"
            "  'in' \n"
            "OUTPUTFORMAT \n"
            "  'out'\n"
            "LOCATION\n"
            "  's3://b/t'\n"
            "TBLPROPERTIES (\n"
            "  'classification'='json', \n"
            "  'n'='1')");
}

TEST(CreateTableTextTest, DelimitersAreWrittenAsEscapes) {
  CreateTable table;
  table.name.table = "t";
  table.external = true;
  table.columns = {{"a", HiveType::of(HiveKind::kInt), ""}};
  table.bucket_columns = {"a"};
  table.buckets = 4;
  table.row_format = RowFormat{.serde = "",
                               .properties = {{"field.delim", "\t"},
                                              {"escape.delim", "\\"},
                                              {"mapkey.delim", "\x03"},
                                              {"line.delim", "\n"},
                                              {"serialization.null.format", ""}}};
  table.stored_as = StoredAs{.format = "TEXTFILE", .input_format = "", .output_format = ""};
  table.location = "x";
  EXPECT_EQ(round_trip(table),
            "CREATE EXTERNAL TABLE `t`(\n"
            "  `a` int)\n"
            "CLUSTERED BY ( \n"
            "  `a`) \n"
            "INTO 4 BUCKETS\n"
            "ROW FORMAT DELIMITED \n"
            "  FIELDS TERMINATED BY '\\t' \n"
            "    ESCAPED BY '\\\\' \n"
            "  MAP KEYS TERMINATED BY '\\u0003' \n"
            "  LINES TERMINATED BY '\\n' \n"
            "  NULL DEFINED AS '' \n"
            "STORED AS TEXTFILE\n"
            "LOCATION\n"
            "  'x'");
}

TEST(CreateTableTextTest, DelimitersThatDelimitedCannotSayBecomeSerdeProperties) {
  CreateTable table;
  table.name.table = "t";
  table.external = true;
  table.columns = {{"a", HiveType::of(HiveKind::kInt), ""}};
  table.row_format = RowFormat{.serde = "", .properties = {{"escape.delim", "\\"}}};
  table.location = "x";
  table.row_format->serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
  const std::string explicitly = round_trip(table);
  table.row_format->serde = "";
  EXPECT_EQ(create_table_text(table), explicitly);
}

TEST(CreateTableTextTest, OddNamesAndTextsComeBack) {
  CreateTable table;
  table.name = {.database = "a.b", .table = "c`d"};
  table.if_not_exists = true;
  table.columns = {{"date", HiveType::of(HiveKind::kDate), "\xff\x7f \\% \\N \"\r\n"},
                   {"größe", HiveType::of(HiveKind::kInt), ""},
                   {"year", HiveType::of(HiveKind::kInt), ""}};
  table.partition_transforms = {
      {"identity", 0, "year"}, {"day", 0, "date"}, {"bucket", 4, "größe"}};
  table.location = std::string("a\0b", 3);
  table.properties = {{"table_type", "ICEBERG"}, {"", ""}};
  EXPECT_EQ(round_trip(table).substr(0, 46), "CREATE TABLE IF NOT EXISTS `a.b`.`c``d`(\n  `da");
}

TEST(QuoteTest, NamesAndTexts) {
  EXPECT_EQ(quote_name("a`b"), "`a``b`");
  EXPECT_EQ(quote_text("it's \\ \t\x01"), R"('it\'s \\ \t\u0001')");
}

}  // namespace
}  // namespace clicklake::ddl
