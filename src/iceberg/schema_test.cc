#include "iceberg/schema.h"

#include <gtest/gtest.h>

#include "format/parquet_schema.h"
#include "iceberg/partition_spec.h"
#include "model/star_schema.h"

namespace clicklake::iceberg {
namespace {

TEST(SchemaTest, TypesReadAndWriteTheSame) {
  for (const char* text :
       {"boolean", "int", "long", "float", "double", "date", "time", "timestamp", "timestamptz",
        "string", "uuid", "binary", "decimal(38, 10)", "fixed[16]"}) {
    const auto type = parse_primitive_type(text);
    ASSERT_TRUE(type.has_value()) << text;
    EXPECT_EQ(to_string(*type), text);
  }
  EXPECT_EQ(parse_primitive_type("decimal(9,2)")->scale, 2);
  for (const char* text : {"", "Long", "variant", "decimal(39, 1)", "decimal(9, 10)", "decimal(9)",
                           "decimal(9, 2", "fixed[]", "fixed[1", "fixed[-1]", "geometry(srid)"}) {
    EXPECT_FALSE(parse_primitive_type(text).has_value()) << text;
  }
}

TEST(SchemaTest, NestedFieldsAreFoundByTheirIds) {
  const auto schema = parse_schema(
      R"({"schema-id": 7, "type": "struct", "identifier-field-ids": [1], "fields": [
          {"id": 1, "name": "a", "required": true, "type": "long"},
          {"id": 2, "name": "s", "required": false, "type": {"type": "struct", "fields": [
             {"id": 9, "name": "x", "required": true, "type": "date"}]}},
          {"id": 3, "name": "l", "required": false, "type": {"type": "list", "element-id": 10,
             "element-required": false, "element": "string"}},
          {"id": 4, "name": "m", "required": false, "type": {"type": "map", "key-id": 11,
             "key": "string", "value-id": 12, "value-required": true, "value": "double"}},
          {"id": 5, "name": "v", "required": false, "type": "variant"}]})");
  ASSERT_TRUE(schema.has_value()) << schema.error().message;
  EXPECT_EQ(schema->id, 7);
  EXPECT_EQ(schema->highest_id, 12);
  EXPECT_EQ(schema->find(9)->name, "s.x");
  EXPECT_EQ(schema->find(10)->name, "l.element");
  EXPECT_EQ(schema->find(11)->name, "m.key");
  EXPECT_TRUE(schema->find(12)->required);
  EXPECT_EQ(schema->find(5), nullptr);  // a type of a later format
  EXPECT_NE(schema->json.find("\"identifier-field-ids\":[1]"), std::string::npos);
}

TEST(SchemaTest, BrokenSchemasAreRefused) {
  for (const char* text :
       {"", "[]", "{}", R"({"fields": {}})", R"({"fields": [{"name": "a", "type": "long"}]})",
        R"({"fields": [{"id": 1, "type": "long"}]})", R"({"fields": [{"id": 1, "name": "a"}]})",
        R"({"fields": [{"id": 1, "name": "a", "type": {"type": "list"}}]})",
        R"({"schema-id": "x", "fields": []})", R"({"fields": [{"id": 5e9, "name": "a"}]})"}) {
    const auto schema = parse_schema(text);
    ASSERT_FALSE(schema.has_value()) << text;
    EXPECT_EQ(schema.error().code, ErrorCode::kInvalidData);
  }
}

TEST(SchemaTest, SchemasOfStarTablesAreRead) {
  for (const TableDefinition* table : star_tables()) {
    const auto schema = parse_schema(iceberg_schema_json(*table, 3));
    ASSERT_TRUE(schema.has_value());
    EXPECT_EQ(schema->id, 3);
    EXPECT_EQ(schema->json, iceberg_schema_json(*table, 3));
    for (const ColumnDefinition& column : table->columns) {
      if (column.type == ColumnType::kMapStringString) {
        EXPECT_NE(schema->find(column.value_field_id), nullptr);
        continue;
      }
      const SchemaField* field = schema->find(column.field_id);
      ASSERT_NE(field, nullptr);
      EXPECT_EQ(to_string(field->type), iceberg_type(column.type));
      EXPECT_EQ(field->required, column.required);
    }
  }
}

TEST(PartitionSpecTest, TransformsHaveTheSpecsResultTypes) {
  const SchemaField name{1, "name", *parse_primitive_type("string"), false};
  const SchemaField price{2, "price", *parse_primitive_type("decimal(9, 2)"), false};
  EXPECT_EQ(to_string(*transform_result("identity", &price)), "decimal(9, 2)");
  EXPECT_EQ(to_string(*transform_result("truncate[10]", &name)), "string");
  EXPECT_EQ(to_string(*transform_result("bucket[16]", &name)), "int");
  EXPECT_EQ(to_string(*transform_result("day", &name)), "date");
  EXPECT_EQ(to_string(*transform_result("hour", &name)), "int");
  EXPECT_EQ(to_string(*transform_result("month", nullptr)), "int");
  EXPECT_EQ(to_string(*transform_result("void", nullptr)), "int");
  EXPECT_FALSE(transform_result("identity", nullptr).has_value());
  EXPECT_FALSE(transform_result("zorder", &name).has_value());
  for (const char* text :
       {"bucket", "bucket[]", "bucket[0]", "bucket[-1]", "bucket[4", "bucket[4]x"}) {
    EXPECT_FALSE(bucket_count(text).has_value()) << text;
  }
  EXPECT_EQ(bucket_count("bucket[4]"), 4);
}

TEST(PartitionSpecTest, JsonIsKeptAsItWasRead) {
  const std::string text =
      R"({"spec-id":2,"fields":[{"name":"d","transform":"day","source-id":2,"field-id":1000}],"x":1})";
  const auto spec = parse_partition_spec(*parse_json(text));
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(to_json(*spec), text);
  EXPECT_EQ(*spec, (PartitionSpec{2, {{2, 1000, "d", "day"}}, ""}));
  EXPECT_EQ(partition_fields_json(*spec),
            R"([{"name":"d","transform":"day","source-id":2,"field-id":1000}])");
}

TEST(PartitionSpecTest, FieldsOfVersionOneAreNumberedInOrder) {
  const auto fields = parse_partition_fields(*parse_json(
      R"([{"name":"a","transform":"day","source-id":2},{"name":"b","transform":"void","source-id":3}])"));
  ASSERT_TRUE(fields.has_value());
  EXPECT_EQ((*fields)[0].field_id, 1000);
  EXPECT_EQ((*fields)[1].field_id, 1001);
}

TEST(PartitionSpecTest, TypesThatCannotBeComputedAreUnsupported) {
  const Schema schema = parse_schema(R"({"fields":[{"id":1,"name":"a","type":"long"}]})").value();
  const auto types = partition_types({0, {{2, 1000, "gone", "identity"}}, ""}, schema);
  ASSERT_FALSE(types.has_value());
  EXPECT_EQ(types.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(types.error().message.find("gone"), std::string::npos);
}

}  // namespace
}  // namespace clicklake::iceberg
