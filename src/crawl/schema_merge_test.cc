#include "crawl/schema_merge.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

HiveColumn column(const std::string& name, const std::string& type) {
  return {name, *parse_hive_type(type), ""};
}
FoundColumn found(const std::string& name, const std::string& type) {
  return {column(name, type), "", true, "/files/new.json", "/files/change.json"};
}

const std::vector<HiveColumn> kHave{column("id", "int"), column("tags", "array<string>")};

TEST(SchemaMergeTest, WhatFitsChangesNothing) {
  const MergedSchema merged = merge_schema(kHave, {found("id", "int")}, {});
  EXPECT_TRUE(merged.changes.empty());
  EXPECT_EQ(merged.columns, kHave);
}

TEST(SchemaMergeTest, NewColumnsComeLastWithTheirFile) {
  const MergedSchema merged = merge_schema(kHave, {found("a", "double"), found("id", "int")}, {});
  ASSERT_EQ(merged.columns.size(), 3U);
  EXPECT_EQ(merged.columns[2].name, "a");
  ASSERT_EQ(merged.changes.size(), 1U);
  EXPECT_TRUE(merged.changes[0].applied);
  EXPECT_EQ(merged.changes[0].what, "added column a double");
  EXPECT_EQ(merged.changes[0].origin, "/files/new.json");
}

TEST(SchemaMergeTest, TypesWidenWithTheFileThatHasThem) {
  const MergedSchema merged = merge_schema(kHave, {found("id", "bigint")}, {});
  EXPECT_EQ(to_string(merged.columns[0].type), "bigint");
  EXPECT_EQ(merged.changes[0].kind, SchemaChange::Kind::kWiderType);
  EXPECT_EQ(merged.changes[0].origin, "/files/change.json");
}

TEST(SchemaMergeTest, ColumnsOfNullsChangeNoType) {
  FoundColumn nulls = found("id", "string");
  nulls.has_values = false;
  EXPECT_TRUE(merge_schema(kHave, {nulls}, {}).changes.empty());
}

TEST(SchemaMergeTest, IgnoredChangesAreToldAndNotApplied) {
  const SchemaPolicies ignore{ChangePolicy::kIgnore, ChangePolicy::kIgnore};
  const MergedSchema merged =
      merge_schema(kHave, {found("a", "int"), found("id", "double")}, ignore);
  EXPECT_EQ(merged.columns, kHave);
  ASSERT_EQ(merged.changes.size(), 2U);
  EXPECT_FALSE(merged.changes[0].applied);
  EXPECT_FALSE(merged.changes[1].applied);
  EXPECT_FALSE(merged.refused);
}

TEST(SchemaMergeTest, EachPolicyRefusesItsOwnKind) {
  const SchemaPolicies new_columns{ChangePolicy::kRefuse, ChangePolicy::kApply};
  const SchemaPolicies types{ChangePolicy::kApply, ChangePolicy::kRefuse};
  EXPECT_TRUE(merge_schema(kHave, {found("a", "int")}, new_columns).refused);
  EXPECT_FALSE(merge_schema(kHave, {found("a", "int")}, types).refused);
  EXPECT_TRUE(merge_schema(kHave, {found("id", "double")}, types).refused);
  EXPECT_FALSE(merge_schema(kHave, {found("id", "double")}, new_columns).refused);
}

TEST(SchemaMergeTest, WhatNoTypeReadsStaysAsItIs) {
  const MergedSchema merged = merge_schema(kHave, {found("tags", "int")}, {});
  EXPECT_EQ(merged.columns, kHave);
  ASSERT_EQ(merged.changes.size(), 1U);
  EXPECT_EQ(merged.changes[0].kind, SchemaChange::Kind::kMisfit);
  EXPECT_FALSE(merged.changes[0].applied);
  const SchemaPolicies refuse{ChangePolicy::kApply, ChangePolicy::kRefuse};
  EXPECT_TRUE(merge_schema(kHave, {found("tags", "int")}, refuse).refused);
}

TEST(SchemaMergeTest, FieldsOfStructsAreNewColumns) {
  const std::vector<HiveColumn> have{column("m", "struct<a:int>")};
  const MergedSchema added = merge_schema(have, {found("m", "struct<a:int,b:int>")}, {});
  EXPECT_EQ(to_string(added.columns[0].type), "struct<a:int,b:int>");
  EXPECT_EQ(added.changes[0].kind, SchemaChange::Kind::kNewField);
  const SchemaPolicies refuse{ChangePolicy::kRefuse, ChangePolicy::kApply};
  EXPECT_TRUE(merge_schema(have, {found("m", "struct<a:int,b:int>")}, refuse).refused);
}

}  // namespace
}  // namespace clicklake
