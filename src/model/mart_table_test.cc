#include "model/mart_table.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

MartTableWish by_day() {
  return {"visits", "date", "date", {{"date", ColumnType::kDate}, {"n", ColumnType::kLong}}};
}

TEST(MartTableTest, TextAndDefinitionSayTheSame) {
  const auto text = mart_table_text(by_day(), nullptr);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, "mart;date;date;date:1:date,n:2:bigint");
  const TableDefinition* table = mart_table("visits", *text);
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table, known_table("visits", *text));
  EXPECT_EQ(table->transform, PartitionTransform::kDate);
  EXPECT_TRUE(table->columns[0].required);
  EXPECT_FALSE(table->columns[1].required);
  EXPECT_EQ(folder_of(*table), "curated/visits");
}

TEST(MartTableTest, AColumnKeepsItsIdAndStaysWhenTheQueryGivesItNoMore) {
  const TableDefinition* before = mart_table("visits", *mart_table_text(by_day(), nullptr));
  const MartTableWish later{
      "visits", "date", "date", {{"date", ColumnType::kDate}, {"users", ColumnType::kLong}}};
  const auto text = mart_table_text(later, before);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, "mart;date;date;date:1:date,n:2:bigint,users:3:bigint");
}

TEST(MartTableTest, AnotherTypeOrPartitionIsRefused) {
  const TableDefinition* before = mart_table("visits", *mart_table_text(by_day(), nullptr));
  MartTableWish other = by_day();
  other.columns[1].type = ColumnType::kString;
  EXPECT_EQ(mart_table_text(other, before).error().code, ErrorCode::kAlreadyExists);
  other = by_day();
  other.partition = "day";
  EXPECT_EQ(mart_table_text(other, before).error().code, ErrorCode::kAlreadyExists);
  other = by_day();
  other.columns[0].type = ColumnType::kTimestampTz;
  EXPECT_EQ(mart_table_text(other, nullptr).error().code, ErrorCode::kInvalidArgument);
}

TEST(MartTableTest, TextsOfAnotherFormAreUnknown) {
  for (const char* text :
       {"", "mart;", "mart;date;date;", "mart;date;date;date:1:text", "mart;date;other;date:1:date",
        "mart;date;date;date:0:date", "mart;n;n;n:1:bigint", "date:1:date"}) {
    EXPECT_EQ(mart_table("visits", text), nullptr) << text;
  }
  EXPECT_EQ(known_table("visits", ""), nullptr);
  EXPECT_EQ(known_table("sessions", ""), &sessions_definition());
}

}  // namespace
}  // namespace clicklake
