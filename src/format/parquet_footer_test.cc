#include "format/parquet_footer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "format/parquet_schema.h"
#include "format/parquet_thrift.h"

namespace clicklake {
namespace {

std::string footer_of(const TableDefinition& table) {
  ThriftWriter out;
  out.i32(1, 2);
  write_parquet_schema(table, out);
  out.i64(3, 7);
  out.stop();
  return std::string(out.bytes());
}

std::string types_of(std::string_view footer) {
  const auto columns = parquet_columns(footer);
  if (!columns) return columns.error().message;
  std::string out;
  for (const HiveColumn& column : *columns)
    out += (out.empty() ? "" : ", ") + column.name + " " + to_string(column.type);
  return out;
}

TEST(ParquetFooterTest, ColumnsOfTheStarTablesAreRead) {
  const std::string types = types_of(footer_of(fact_clicks_definition()));
  EXPECT_THAT(types, ::testing::HasSubstr("event_timestamp timestamp"));
  EXPECT_THAT(types, ::testing::HasSubstr("event_type string"));
  EXPECT_THAT(types, ::testing::HasSubstr("metadata map<string,string>"));
  EXPECT_THAT(types, ::testing::HasSubstr("price decimal("));
}

/// A schema list of elements that `add` writes behind the root.
template <typename F>
std::string schema(int children, std::size_t elements, F add) {
  ThriftWriter out;
  out.begin_list(2, ThriftWriter::Element::kStruct, elements + 1);
  out.begin_element();
  out.binary(4, "root");
  out.i32(5, children);
  out.end_struct();
  add(out);
  out.stop();
  return std::string(out.bytes());
}

void element(ThriftWriter& out, const char* name, int type, int repetition, int children,
             int converted) {
  out.begin_element();
  if (children == 0) out.i32(1, type);
  out.i32(3, repetition);
  out.binary(4, name);
  if (children > 0) out.i32(5, children);
  if (converted >= 0) out.i32(6, converted);
  out.end_struct();
}

TEST(ParquetFooterTest, ListsAndMapsAndStructsAreRead) {
  const std::string footer = schema(3, 10, [](ThriftWriter& out) {
    element(out, "Tags", 0, 1, 1, 3);
    element(out, "list", 0, 2, 1, -1);
    element(out, "element", 6, 1, 0, 0);
    element(out, "m", 0, 1, 1, 1);
    element(out, "key_value", 0, 2, 2, -1);
    element(out, "key", 6, 0, 0, 0);
    element(out, "value", 2, 1, 0, -1);
    element(out, "s", 0, 1, 2, -1);
    element(out, "a", 1, 1, 0, 6);
    element(out, "b", 5, 2, 0, -1);
  });
  EXPECT_EQ(types_of(footer),
            "tags array<string>, m map<string,bigint>, s struct<a:date,b:array<double>>");
}

TEST(ParquetFooterTest, OlderListsAreRead) {
  const std::string footer = schema(2, 5, [](ThriftWriter& out) {
    element(out, "x", 0, 1, 1, 3);
    element(out, "array", 1, 2, 0, -1);
    element(out, "y", 0, 1, 1, 3);
    element(out, "array", 0, 2, 1, -1);
    element(out, "f", 4, 1, 0, -1);
  });
  EXPECT_EQ(types_of(footer), "x array<int>, y array<struct<f:float>>");
}

TEST(ParquetFooterTest, ATreeThatDoesNotAddUpIsDamaged) {
  EXPECT_FALSE(
      parquet_columns(schema(2, 1, [](ThriftWriter& out) { element(out, "x", 1, 1, 0, -1); })));
  EXPECT_FALSE(parquet_columns(schema(1, 2, [](ThriftWriter& out) {
    element(out, "x", 1, 1, 0, -1);
    element(out, "y", 1, 1, 0, -1);
  })));
  EXPECT_FALSE(parquet_columns(""));
}

TEST(ParquetFooterTest, CutOrChangedFootersAreReadToAnErrorOrAnAnswer) {
  const std::string footer = footer_of(fact_clicks_definition());
  int errors = 0;
  for (std::size_t size = 0; size < footer.size(); ++size) {
    const std::string cut = footer.substr(0, size);
    errors += parquet_columns(cut) ? 0 : 1;
    std::string changed = footer;
    changed[size] = static_cast<char>(~changed[size]);
    errors += parquet_columns(changed) ? 0 : 1;
  }
  EXPECT_GT(errors, static_cast<int>(footer.size()) / 2);
}

TEST(ParquetFooterTest, FilesThatAreNoParquetAreNamed) {
  const auto file = std::filesystem::temp_directory_path() / "parquet_footer_test.parquet";
  std::ofstream(file) << "PAR1 this is no footer, but long enough";
  const auto columns = read_parquet_columns(file);
  ASSERT_FALSE(columns);
  EXPECT_EQ(columns.error().code, ErrorCode::kInvalidData);
  EXPECT_THAT(columns.error().message, ::testing::HasSubstr(file.string()));
  std::filesystem::remove(file);
  EXPECT_EQ(read_parquet_columns(file).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace clicklake
