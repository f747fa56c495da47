#include "model/added_columns.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

TEST(AddedColumnsTest, TheyFollowTheProgramsOwn) {
  const TableDefinition& base = fact_clicks_definition();
  const TableDefinition* table = with_added_columns(base, "plan:31:string,seats:32:int");
  ASSERT_NE(table, nullptr);
  ASSERT_EQ(table->columns.size(), base.columns.size() + 2);
  for (std::size_t i = 0; i < base.columns.size(); ++i)
    EXPECT_EQ(table->columns[i].field_id, base.columns[i].field_id);
  EXPECT_EQ(table->columns[base.columns.size()].name, "plan");
  EXPECT_EQ(table->columns.back().type, ColumnType::kInt);
  EXPECT_FALSE(table->columns.back().required);
  EXPECT_EQ(added_columns_text(*table), "plan:31:string,seats:32:int");
  EXPECT_EQ(&base_of(*table), &base);
}

TEST(AddedColumnsTest, EqualDefinitionsAreOne) {
  const TableDefinition& base = fact_clicks_definition();
  EXPECT_EQ(with_added_columns(base, ""), &base);
  EXPECT_EQ(with_added_columns(base, "a:31:int"), with_added_columns(base, "a:31:int"));
  EXPECT_NE(with_added_columns(base, "a:31:int"), with_added_columns(base, "a:32:int"));
}

TEST(AddedColumnsTest, OtherTextsAreRefused) {
  for (const char* text : {"a", "a:31", "a:31:text", "a::int", "a:0:int", "A:31:int", "a:3x:int",
                           "1a:31:int", ":31:int", "a:31:int:"})
    EXPECT_EQ(with_added_columns(fact_clicks_definition(), text), nullptr) << text;
}

}  // namespace
}  // namespace clicklake
