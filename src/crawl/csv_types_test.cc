#include "crawl/csv_types.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

using Fields = std::vector<std::string>;

TEST(CsvTypesTest, TheDelimiterIsTheOneThatCutsLinesAlike) {
  EXPECT_EQ(find_csv_dialect({"a,b,c", "1,2,3"})->delimiter, ',');
  EXPECT_EQ(find_csv_dialect({"a\tb, c", "1\t2"})->delimiter, '\t');
  EXPECT_EQ(find_csv_dialect({"a;b", "1,5;2,5", "3;4"})->delimiter, ';');
  EXPECT_EQ(find_csv_dialect({"a|b|c", "1|2|3"})->delimiter, '|');
  EXPECT_FALSE(find_csv_dialect({"one", "two"}));
}

TEST(CsvTypesTest, DelimitersInQuotesCutNothing) {
  const auto dialect = find_csv_dialect({"name,city", "\"Doe, Jane\",Paris", "x,y"});
  ASSERT_TRUE(dialect);
  EXPECT_EQ(dialect->delimiter, ',');
  EXPECT_TRUE(dialect->quoted);
  EXPECT_EQ(split_csv("\"Doe, \"\"J\"\"\",Paris,", ','), (Fields{"Doe, \"J\"", "Paris", ""}));
}

TEST(CsvTypesTest, TextAboveTypedColumnsIsAHeader) {
  const CsvSample sample = sample_csv({"id,name", "1,a", "2,b"});
  EXPECT_TRUE(sample.header);
  EXPECT_EQ(csv_column_names(sample.first, sample.header), (Fields{"id", "name"}));
  EXPECT_EQ(to_string(type_of(sample.columns[0], nullptr)), "int");
}

TEST(CsvTypesTest, DataAboveDataIsNoHeader) {
  EXPECT_FALSE(sample_csv({"1,a", "2,b"}).header);
  EXPECT_FALSE(sample_csv({"alice,paris", "bob,rome"}).header);
  EXPECT_FALSE(sample_csv({"id,id", "1,2"}).header);
}

TEST(CsvTypesTest, NamesWithUnderscoresAboveTextAreAHeader) {
  EXPECT_TRUE(sample_csv({"user_name,home_city", "alice,paris"}).header);
}

TEST(CsvTypesTest, HeaderNamesAreMadeDifferent) {
  EXPECT_EQ(csv_column_names({"User Id", "user-id", "3rd"}, true),
            (Fields{"user_id", "user_id_2", "t_3rd"}));
  EXPECT_EQ(csv_column_names({"x", "y"}, false), (Fields{"col0", "col1"}));
}

TEST(CsvTypesTest, FieldsAreTypedByTheirText) {
  const CsvDialect plain;
  EXPECT_EQ(form_of_csv_field("", plain), ValueForm::kNull);
  EXPECT_EQ(form_of_csv_field("\\N", plain), ValueForm::kNull);
  EXPECT_EQ(form_of_csv_field("TRUE", plain), ValueForm::kBoolean);
  EXPECT_EQ(form_of_csv_field("-7", plain), ValueForm::kInt);
  EXPECT_EQ(form_of_csv_field("007", plain), ValueForm::kText);
  EXPECT_EQ(form_of_csv_field("2024-11-04 15:00:00", plain), ValueForm::kTimestamp);
  EXPECT_EQ(form_of_csv_field("2024-11-04T15:00:00Z", plain), ValueForm::kText);
  EXPECT_EQ(form_of_csv_field("2024-11-04", plain), ValueForm::kDate);
  EXPECT_EQ(form_of_csv_field("2024-11-04", CsvDialect{',', true}), ValueForm::kText);
}

}  // namespace
}  // namespace clicklake
