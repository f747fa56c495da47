#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "format/parquet_test_reader.h"
#include "format/parquet_writer.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using enum ColumnType;

constexpr ColumnDefinition kColumns[] = {
    {"tags", 3, kMapStringString, true, 4, 5},
    {"at", 1, kTimestampTz, true},
    {"name", 2, kString, false},
    {"price", 6, kDecimal18_4, false},
};
constexpr TableDefinition kTable{"t", kColumns, PartitionTransform::kNone, "", "", "at"};

class ParquetFileTest : public ::testing::Test {
 protected:
  ParquetFileTest() {
    std::string folder = (fs::temp_directory_path() / "parquet_file.XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
    path_ = folder_ / "data" / "a.parquet";
  }
  ~ParquetFileTest() override { fs::remove_all(folder_); }

  EncodedRowGroupPtr group(std::int64_t at, std::string_view name, std::size_t rows) {
    std::vector<ColumnData> data(4);
    data[1].constant_long = at;
    data[2].constant_string = name;
    auto encoded = encoder_.encode(rows, data);
    EXPECT_TRUE(encoded.has_value());
    return std::move(*encoded);
  }

  std::unique_ptr<ParquetFile> open() {
    auto file = ParquetFile::create(kTable, path_, {{"batch", "b1"}});
    EXPECT_TRUE(file.has_value());
    return std::move(*file);
  }

  RowGroupEncoder encoder_{kTable, {}};
  fs::path folder_;
  fs::path path_;
};

TEST_F(ParquetFileTest, NothingIsThereUnderTheFinalNameBeforeFinish) {
  auto file = open();
  ASSERT_TRUE(file->append(*group(1, "a", 10)).has_value());
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_TRUE(fs::exists(temporary_path(path_)));
  ASSERT_TRUE(file->finish().has_value());
  EXPECT_TRUE(fs::exists(path_));
  EXPECT_FALSE(fs::exists(temporary_path(path_)));
}

TEST_F(ParquetFileTest, UnfinishedFilesLeaveNothing) {
  auto file = open();
  ASSERT_TRUE(file->append(*group(1, "a", 10)).has_value());
  file.reset();
  EXPECT_TRUE(fs::is_empty(path_.parent_path()));
}

TEST_F(ParquetFileTest, WhatFinishReportsIsWhatTheFooterSays) {
  auto file = open();
  ASSERT_TRUE(file->append(*group(50, "middle", 10)).has_value());
  ASSERT_TRUE(file->append(*group(-7, "zebra crossing street", 20)).has_value());
  ASSERT_TRUE(file->append(*group(9, "aardvark", 5)).has_value());
  const auto info = file->finish();
  ASSERT_TRUE(info.has_value());
  const ParquetContent content = read_parquet(path_);
  EXPECT_EQ(info->record_count, 35);
  EXPECT_EQ(content.footer[3].number, 35);
  EXPECT_EQ(info->size_bytes, static_cast<std::int64_t>(fs::file_size(path_)));
  const auto& groups = content.footer[4].list;
  ASSERT_EQ(groups.size(), 3U);
  ASSERT_EQ(info->split_offsets.size(), 3U);
  std::vector<std::int64_t> sizes(5);
  for (std::size_t g = 0; g < 3; ++g) {
    EXPECT_EQ(info->split_offsets[g], groups[g][5].number);
    EXPECT_EQ(groups[g][7].number, static_cast<std::int64_t>(g));
    for (std::size_t c = 0; c < 5; ++c) sizes[c] += groups[g][1].list[c][3][7].number;
  }
  ASSERT_EQ(info->columns.size(), 5U);
  const int ids[] = {4, 5, 1, 2, 6};
  for (std::size_t c = 0; c < 5; ++c) {
    EXPECT_EQ(info->columns[c].field_id, ids[c]);
    EXPECT_EQ(info->columns[c].size_bytes, sizes[c]);
  }
  EXPECT_EQ(info->columns[2].lower, std::string("\xF9\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
  EXPECT_EQ(info->columns[2].upper, std::string("\x32\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(info->columns[3].lower, "aardvark");
  EXPECT_EQ(info->columns[3].upper, "zebra crossing t");
  EXPECT_EQ(info->columns[4].null_count, 35);
  EXPECT_EQ(info->columns[4].value_count, 35);
}

TEST_F(ParquetFileTest, FooterHoldsSchemaOrderAndMetadata) {
  auto file = open();
  ASSERT_TRUE(file->append(*group(1, "a", 10)).has_value());
  ASSERT_TRUE(file->finish().has_value());
  const ParquetContent content = read_parquet(path_);
  EXPECT_EQ(content.metadata("batch"), "b1");
  EXPECT_EQ(
      content.metadata("iceberg.schema"),
      R"({"type":"struct","schema-id":0,"fields":[)"
      R"({"id":3,"name":"tags","required":true,"type":{"type":"map","key-id":4,"key":"string","value-id":5,"value":"string","value-required":false}},)"
      R"({"id":1,"name":"at","required":true,"type":"timestamptz"},{"id":2,"name":"name","required":false,"type":"string"},)"
      R"json({"id":6,"name":"price","required":false,"type":"decimal(18, 4)"}]})json");
  EXPECT_TRUE(content.footer[6].bytes.starts_with("clicklake version ")) << content.footer[6].bytes;
  EXPECT_EQ(content.footer[7].list.size(), 5U);

  const auto& schema = content.footer[2].list;
  ASSERT_EQ(schema.size(), 8U);
  EXPECT_EQ(schema[1][4].bytes, "tags");
  EXPECT_EQ(schema[1][9].number, 3);
  EXPECT_EQ(schema[1][6].number, 1);  // MAP
  EXPECT_TRUE(schema[1][10].has(2));
  EXPECT_EQ(schema[2][3].number, 2);  // repeated
  EXPECT_FALSE(schema[2].has(9));
  EXPECT_EQ(schema[3][9].number, 4);
  EXPECT_EQ(schema[4][9].number, 5);
  EXPECT_EQ(schema[5][1].number, 2);         // INT64
  EXPECT_EQ(schema[5][6].number, 10);        // TIMESTAMP_MICROS
  EXPECT_EQ(schema[5][10][8][1].number, 1);  // adjusted to UTC
  EXPECT_TRUE(schema[5][10][8][2].has(2));
  EXPECT_EQ(schema[6][6].number, 0);  // UTF8
  EXPECT_EQ(schema[7][10][5][1].number, 4);
  EXPECT_EQ(schema[7][10][5][2].number, 18);

  // The sort column by its leaf: the map before it has two.
  const auto& sorting = content.footer[4].list[0][4].list;
  ASSERT_EQ(sorting.size(), 1U);
  EXPECT_EQ(sorting[0][1].number, 2);
  EXPECT_EQ(sorting[0][2].number, 0);
  EXPECT_EQ(sorting[0][3].number, 1);
}

TEST_F(ParquetFileTest, AFileWithoutRowsIsValid) {
  const auto info = open()->finish();
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->record_count, 0);
  EXPECT_TRUE(info->split_offsets.empty());
  const ParquetContent content = read_parquet(path_);
  EXPECT_EQ(content.footer[4].list.size(), 0U);
}

TEST_F(ParquetFileTest, RowGroupsOfAnotherTableAreRefused) {
  TableDefinition other = kTable;
  other.columns = other.columns.subspan(1, 1);
  RowGroupEncoder encoder(other, {});
  std::vector<ColumnData> data(1);
  data[0].constant_long = 1;
  const auto encoded = encoder.encode(1, data);
  ASSERT_TRUE(encoded.has_value());
  auto file = open();
  const Status status = file->append(**encoded);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(ParquetFileTest, AFolderThatCannotBeMadeIsReported) {
  std::ofstream(folder_ / "data") << "a file where the folder should be";
  const auto file = ParquetFile::create(kTable, path_, {});
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code, ErrorCode::kIo);
}

TEST_F(ParquetFileTest, RowGroupsOutliveTheirEncoder) {
  auto encoder = std::make_unique<RowGroupEncoder>(kTable, ParquetWriterOptions{});
  std::vector<ColumnData> data(4);
  data[1].constant_long = 5;
  auto encoded = encoder->encode(3, data);
  ASSERT_TRUE(encoded.has_value());
  encoder.reset();
  auto file = open();
  EXPECT_TRUE(file->append(**encoded).has_value());
  EXPECT_TRUE(file->finish().has_value());
  EXPECT_EQ(read_parquet(path_).leaves[2].flat(), std::vector<std::string>(3, "5"));
}

}  // namespace
}  // namespace clicklake
