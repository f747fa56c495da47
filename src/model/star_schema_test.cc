#include "model/star_schema.h"

#include <gtest/gtest.h>

#include <set>

namespace clicklake {
namespace {

TEST(StarSchemaTest, FieldIdsAreUniqueWithinATable) {
  for (const TableDefinition* table : star_tables()) {
    std::set<int> ids;
    for (const ColumnDefinition& column : table->columns) {
      EXPECT_TRUE(ids.insert(column.field_id).second) << table->name << "." << column.name;
      if (column.type == ColumnType::kMapStringString) {
        EXPECT_TRUE(ids.insert(column.key_field_id).second);
        EXPECT_TRUE(ids.insert(column.value_field_id).second);
      }
    }
    if (!table->partition_source.empty()) {
      EXPECT_GE(column_index(*table, table->partition_source), 0);
    }
    EXPECT_GE(column_index(*table, table->sort_column), 0) << table->name;
  }
}

TEST(IcebergBucketTest, EqualsTheSpecificationsExample) {
  // Appendix B: bucket hash of the long 34 is 2017239379.
  EXPECT_EQ(iceberg_bucket(34, 1 << 30), 2017239379 % (1 << 30));
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    const int bucket = iceberg_bucket(value, 16);
    EXPECT_GE(bucket, 0);
    EXPECT_LT(bucket, 16);
  }
}

}  // namespace
}  // namespace clicklake
