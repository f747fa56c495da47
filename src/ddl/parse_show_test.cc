#include "ddl/parse_test_support.h"

namespace clicklake::ddl {
namespace {

using Path = std::vector<std::string>;

TEST(ShowTest, PatternStandsWithAndWithoutLike) {
  EXPECT_EQ(parsed<ShowDatabases>("SHOW SCHEMAS").pattern, "");
  EXPECT_EQ(parsed<ShowDatabases>("SHOW DATABASES LIKE '.*a'").pattern, ".*a");
  EXPECT_EQ(parsed<ShowDatabases>("SHOW DATABASES 'a*'").pattern, "a*");
  EXPECT_EQ(parsed<ShowTables>("SHOW TABLES IN d '*logs|*x*'"),
            (ShowTables{.database = "d", .pattern = "*logs|*x*"}));
  EXPECT_EQ(parsed<ShowTables>("SHOW TABLES FROM d LIKE 'p'"),
            (ShowTables{.database = "d", .pattern = "p"}));
  EXPECT_EQ(parsed<ShowTables>("SHOW TABLES 'p'").pattern, "p");
  EXPECT_EQ(parsed<ShowViews>("SHOW VIEWS IN d LIKE 'o*'"),
            (ShowViews{.database = "d", .pattern = "o*"}));
  EXPECT_EQ(fault("SHOW TABLES IN d LIKE 'p' x"),
            "line 1:27: mismatched input 'x'. Expecting: <EOF>");
}

TEST(ShowTest, ColumnsOfATableInADatabase) {
  const ShowColumns all{.name = {"c", "orders", 16}};
  EXPECT_EQ(parsed<ShowColumns>("SHOW COLUMNS IN orders IN c"), all);
  EXPECT_EQ(parsed<ShowColumns>("SHOW COLUMNS IN orders FROM c"), all);
  EXPECT_EQ(parsed<ShowColumns>("SHOW COLUMNS IN c.orders"), all);
  EXPECT_EQ(parsed<ShowColumns>("SHOW COLUMNS FROM orders").name.database, "");
  EXPECT_EQ(fault("SHOW COLUMNS IN a.b IN c"),
            "line 1:21: mismatched input 'IN'. Expecting: <EOF>");
  EXPECT_EQ(fault("SHOW COLUMNS t"), "line 1:14: mismatched input 't'. Expecting: 'FROM', 'IN'");
}

TEST(ShowTest, PartitionsPropertiesAndStatements) {
  EXPECT_EQ(parsed<ShowPartitions>("SHOW PARTITIONS d.t").partition, std::nullopt);
  EXPECT_EQ(parsed<ShowPartitions>("SHOW PARTITIONS t PARTITION (a=1)").partition->values[0].second,
            "1");
  EXPECT_EQ(parsed<ShowTableProperties>("SHOW TBLPROPERTIES t").key, std::nullopt);
  EXPECT_EQ(parsed<ShowTableProperties>("SHOW TBLPROPERTIES t('comment')").key, "comment");
  EXPECT_EQ(parsed<ShowCreateTable>("SHOW CREATE TABLE d.t").name.database, "d");
  EXPECT_EQ(parsed<ShowCreateView>("SHOW CREATE VIEW \"V\"").name.table, "v");
}

TEST(DescribeTest, FormsAndPaths) {
  EXPECT_EQ(parsed<Describe>("DESCRIBE d.t").name, (TableName{"d", "t", 9}));
  EXPECT_EQ(parsed<Describe>("DESC EXTENDED t").form, DescribeForm::kExtended);
  EXPECT_EQ(parsed<Describe>("DESCRIBE HISTORY t").form, DescribeForm::kHistory);
  const auto column = parsed<Describe>("DESCRIBE FORMATTED d.t PARTITION (part_col = 100) ColumnA");
  EXPECT_EQ(column.form, DescribeForm::kFormatted);
  EXPECT_EQ(column.partition->values[0].second, "100");
  EXPECT_EQ(column.column_path, Path{"columna"});
  EXPECT_EQ(parsed<Describe>("DESCRIBE t metadata.$key$").column_path, (Path{"metadata", "$key$"}));
  EXPECT_EQ(parsed<Describe>("DESCRIBE t `date`.'$elem$'.x").column_path,
            (Path{"date", "$elem$", "x"}));
  EXPECT_EQ(parsed<Describe>("DESCRIBE VIEW \"d\".v").name, (TableName{"d", "v", 14}));
}

TEST(DescribeTest, WordsOfFormsAreTablesWhereNoNameFollows) {
  for (const char* word : {"history", "formatted", "view"}) {
    const auto describe = parsed<Describe>("DESCRIBE " + std::string(word));
    EXPECT_EQ(describe.name.table, word);
    EXPECT_EQ(describe.form, DescribeForm::kPlain);
  }
}

TEST(DescribeTest, DescribeTableIsOfATableNamedTable) {
  const auto describe = parsed<Describe>("DESCRIBE TABLE orders");
  EXPECT_EQ(describe.name, (TableName{"", "table", 9}));
  EXPECT_EQ(describe.column_path, Path{"orders"});
}

TEST(MsckTest, RepairMayBeLeftOut) {
  EXPECT_EQ(parsed<RepairTable>("MSCK REPAIR TABLE d.t").name, (TableName{"d", "t", 18}));
  EXPECT_EQ(parsed<RepairTable>("MSCK TABLE t").name, (TableName{"", "t", 11}));
}

}  // namespace
}  // namespace clicklake::ddl
