#include "query/duckdb_hive_type.h"

#include <gtest/gtest.h>

#include <string>

namespace clicklake {
namespace {

std::string hive(std::string_view type) {
  const auto answer = hive_type_of(type);
  return answer ? to_string(*answer) : "error: " + answer.error().message;
}

TEST(DuckdbHiveType, EveryTypeThatAthenaHasIsFound) {
  EXPECT_EQ(hive("BIGINT"), "bigint");
  EXPECT_EQ(hive("DECIMAL(18,4)"), "decimal(18,4)");
  EXPECT_EQ(hive("MAP(VARCHAR, BIGINT[])"), "map<string,array<bigint>>");
  EXPECT_EQ(hive("STRUCT(A INTEGER, \"b c\" STRUCT(d DATE)[], \"q\"\"q\" VARCHAR)"),
            "struct<a:int,`b c`:array<struct<d:date>>,`q\"q`:string>");
  EXPECT_EQ(hive("VARCHAR[][3]"), "array<array<string>>");
  EXPECT_EQ(hive("ENUM('a', 'b,)')"), "string");
}

TEST(DuckdbHiveType, OthersBecomeTheNextWider) {
  EXPECT_EQ(hive("UTINYINT"), "smallint");
  EXPECT_EQ(hive("UBIGINT"), "decimal(20,0)");
  EXPECT_EQ(hive("HUGEINT"), "decimal(38,0)");
  EXPECT_EQ(hive("TIMESTAMP WITH TIME ZONE"), "timestamp");
}

TEST(DuckdbHiveType, WhatAthenaLacksIsRefused) {
  for (const char* type : {"TIME", "INTERVAL", "BIT", "UNION(a INTEGER)", "MAP(INTEGER[], VARCHAR)",
                           "STRUCT(a TIME)", "STRUCT(a", ""}) {
    EXPECT_EQ(hive(type).substr(0, 6), "error:") << type;
  }
}

}  // namespace
}  // namespace clicklake
