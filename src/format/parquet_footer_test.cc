#include "format/parquet_footer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <string>

#include "format/parquet_footer_fixture.h"
#include "format/parquet_writer.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using enum ColumnType;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Range = ParquetChunkInfo::Range;

constexpr ColumnDefinition kColumns[] = {
    {"tags", 3, kMapStringString, true, 4, 5},
    {"at", 1, kTimestampTz, true},
    {"name", 2, kString, false},
    {"day", 6, kDate, false},
};
constexpr TableDefinition kTable{"t", kColumns, PartitionTransform::kNone, "", "", "at"};
constexpr int kInt32 = 1;
constexpr int kInt64 = 2;

class ParquetFooterTest : public ::testing::Test {
 protected:
  ParquetFooterTest() {
    std::string folder = (fs::temp_directory_path() / "parquet_footer.XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
    path_ = folder_ / "a.parquet";
  }
  ~ParquetFooterTest() override { fs::remove_all(folder_); }

  ParquetFileInfo write_file() {
    auto file = ParquetFile::create(kTable, path_, {});
    EXPECT_TRUE(file.has_value());
    for (const std::int64_t at : {1000, 2000, 3000}) {
      std::vector<ColumnData> data(4);
      std::vector<std::int64_t> times(100);
      std::iota(times.begin(), times.end(), at);
      data[1].longs = times;
      data[2].constant_string = "n";
      data[3].constant_long = at / 1000;
      auto encoded = encoder_.encode(times.size(), data);
      EXPECT_TRUE(encoded.has_value());
      EXPECT_TRUE((*file)->append(**encoded).has_value());
    }
    auto info = (*file)->finish();
    EXPECT_TRUE(info.has_value());
    return *info;
  }

  std::string file_bytes() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(std::string_view bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  Error refusal(std::string_view bytes) const {
    put(bytes);
    const auto footer = read_parquet_footer(path_);
    EXPECT_FALSE(footer.has_value());
    return footer ? Error{} : footer.error();
  }

  RowGroupEncoder encoder_{kTable, {}};
  fs::path folder_;
  fs::path path_;
};

/// A file around `metadata`.
std::string around(std::string_view metadata) {
  return "PAR1" + std::string(metadata) + stored(static_cast<std::int64_t>(metadata.size()), 4) +
         "PAR1";
}

ParquetFooter parsed(std::string_view metadata) {
  auto footer = parse_parquet_footer(metadata, 1000, "f.parquet");
  EXPECT_TRUE(footer.has_value()) << footer.error().message;
  return footer ? *footer : ParquetFooter{};
}

std::string fault(std::string_view metadata) {
  const auto footer = parse_parquet_footer(metadata, 1000, "f.parquet");
  EXPECT_FALSE(footer.has_value());
  if (footer) return "";
  EXPECT_EQ(footer.error().code, ErrorCode::kInvalidData);
  EXPECT_THAT(footer.error().message, HasSubstr("f.parquet, byte "));
  return footer.error().message;
}

std::optional<Range> bounds_of(const FooterElement& element, std::string min, std::string max,
                               bool deprecated = false) {
  const ParquetFooter footer = parsed(
      make_footer(1, {element},
                  {{1, {{*element.type, 10, 1, std::move(min), std::move(max), deprecated}}}}, 1));
  return footer.row_groups.at(0).chunks.at(0).bounds;
}

TEST_F(ParquetFooterTest, FooterOfAWrittenFileIsWhatTheWriterReported) {
  const ParquetFileInfo info = write_file();
  const auto footer = read_parquet_footer(path_);
  ASSERT_TRUE(footer.has_value()) << footer.error().message;
  EXPECT_EQ(footer->rows, 300);
  EXPECT_EQ(footer->file_bytes, info.size_bytes);
  EXPECT_THAT(footer->created_by, HasSubstr("clicklake"));
  ASSERT_EQ(footer->columns.size(), 4U);
  EXPECT_EQ(footer->columns[0].field_id, 3);
  ASSERT_EQ(footer->leaves.size(), 5U);
  EXPECT_EQ(footer->leaves[0].path, "tags.key_value.key");
  EXPECT_EQ(footer->leaves[1].path, "tags.key_value.value");
  EXPECT_EQ(footer->leaves[1].column, 0U);
  EXPECT_EQ(footer->leaves[2].path, "at");
  EXPECT_EQ(footer->leaves[2].column, 1U);
  ASSERT_EQ(footer->row_groups.size(), 3U);
  ASSERT_EQ(info.columns.size(), 5U);
  std::int64_t all = 0;
  for (std::size_t leaf = 0; leaf < 5; ++leaf) {
    std::int64_t bytes = 0;
    for (const ParquetRowGroupInfo& group : footer->row_groups)
      bytes += group.chunks.at(leaf).compressed_bytes;
    EXPECT_EQ(bytes, info.columns[leaf].size_bytes);
    all += bytes;
  }
  EXPECT_EQ(all, footer->file_bytes - footer->footer_bytes - 12);
  EXPECT_EQ(footer->row_groups[1].rows, 100);
  EXPECT_EQ(footer->row_groups[1].chunks[2].bounds, (Range{2000, 2099}));
  EXPECT_EQ(footer->row_groups[2].chunks[4].bounds, (Range{3, 3}));
  EXPECT_EQ(footer->row_groups[0].chunks[3].bounds, std::nullopt);
  EXPECT_EQ(footer->row_groups[0].chunks[3].nulls, 0);
}

TEST_F(ParquetFooterTest, FooterAboveTheTailTakesAnotherRead) {
  std::vector<FooterElement> columns;
  columns.reserve(5000);
  for (int i = 0; i < 5000; ++i)
    columns.push_back({.name = "column_of_a_long_name_" + std::to_string(i), .type = kInt32});
  const std::string bytes = around(make_footer(5000, columns, {}, 0));
  ASSERT_GT(bytes.size(), 100'000U);
  put(bytes);
  const auto footer = read_parquet_footer(path_);
  ASSERT_TRUE(footer.has_value()) << footer.error().message;
  EXPECT_EQ(footer->leaves.size(), 5000U);
  EXPECT_EQ(footer->leaves.back().path, "column_of_a_long_name_4999");
}

TEST_F(ParquetFooterTest, WhatIsNoParquetFileIsRefusedByName) {
  EXPECT_EQ(read_parquet_footer(folder_ / "none").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(read_parquet_footer(folder_).has_value());
  for (const std::string_view bytes : {"", "PAR1", "PAR1PAR1", "{\"event\":1}\n{\"event\":2}\n"}) {
    const Error error = refusal(bytes);
    EXPECT_EQ(error.code, ErrorCode::kInvalidData);
    EXPECT_THAT(error.message, AllOf(HasSubstr("a.parquet"), HasSubstr("no Parquet file")));
  }
  EXPECT_EQ(refusal("PARE0000abcdPARE").code, ErrorCode::kUnsupported);
}

TEST_F(ParquetFooterTest, LengthBeyondTheFileIsRefused) {
  const Error error = refusal("PAR1abc" + stored(4, 4) + "PAR1");
  EXPECT_EQ(error.code, ErrorCode::kInvalidData);
  EXPECT_THAT(error.message, AllOf(HasSubstr("a.parquet, byte 7"), HasSubstr("its length, 4,")));
}

TEST_F(ParquetFooterTest, FooterCutAnywhereIsRefused) {
  write_file();
  const std::string bytes = file_bytes();
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + bytes.size() - 8, 4);
  const std::string metadata = bytes.substr(bytes.size() - 8 - length, length);
  for (std::size_t cut = 0; cut < metadata.size(); ++cut) {
    const auto footer = parse_parquet_footer(metadata.substr(0, cut), 1'000'000, "f");
    ASSERT_FALSE(footer.has_value()) << cut;
    EXPECT_THAT(footer.error().message, HasSubstr("f, byte "));
  }
  EXPECT_FALSE(parse_parquet_footer(metadata + '\0', 1'000'000, "f").has_value());
}

TEST_F(ParquetFooterTest, ContradictionsAreRefused) {
  const FooterElement column{.name = "a", .type = kInt32};
  const FooterChunk chunk{kInt32};
  EXPECT_THAT(fault(make_footer(1, {column}, {{1, {chunk}}}, 2)), HasSubstr("add up"));
  EXPECT_THAT(fault(make_footer(1, {column}, {{-1, {chunk}}}, -1)), HasSubstr("number of rows"));
  EXPECT_THAT(fault(make_footer(1, {column}, {{1, {}}}, 1)), HasSubstr("fewer columns"));
  EXPECT_THAT(fault(make_footer(1, {column}, {{1, {chunk, chunk}}}, 1)), HasSubstr("more columns"));
  EXPECT_THAT(fault(make_footer(1, {column}, {{1, {{kInt64}}}}, 1)), HasSubstr("another type"));
  EXPECT_THAT(fault(make_footer(1, {column}, {{1, {{kInt32, 1001}}}}, 1)), HasSubstr("size"));
  EXPECT_THAT(fault(make_footer(1, {column}, {{1, {{kInt32, -1}}}}, 1)), HasSubstr("size"));
  EXPECT_THAT(fault(make_footer(2, {column}, {}, 0)), HasSubstr("fewer columns than it counts"));
  EXPECT_THAT(fault(make_footer(0, {column}, {}, 0)), HasSubstr("more columns than it counts"));
  EXPECT_THAT(fault(make_footer(1, {{.name = "a", .type = 9}}, {}, 0)), HasSubstr("a type"));
  EXPECT_THAT(fault(std::string(1, '\0')), HasSubstr("no schema"));
}

TEST_F(ParquetFooterTest, DeepNestingIsRefused) {
  std::vector<FooterElement> nested(100, {.name = "g", .children = 1});
  nested.push_back({.name = "a", .type = kInt32});
  EXPECT_THAT(fault(make_footer(1, nested, {}, 0)), HasSubstr("nested too deeply"));
  // Structures inside of structures of a field that nobody knows.
  EXPECT_THAT(fault(std::string(100'000, '\x1C')), HasSubstr("nested too deeply"));
}

TEST_F(ParquetFooterTest, NamesThatWouldFillTheMemoryAreRefused) {
  std::vector<FooterElement> columns{{.name = std::string(1 << 20, 'x'), .children = 100}};
  for (int i = 0; i < 100; ++i) columns.push_back({.name = "a", .type = kInt32});
  EXPECT_THAT(fault(make_footer(1, columns, {}, 0)), HasSubstr("too long"));
}

TEST_F(ParquetFooterTest, BoundsAreWholeNumbersDatesAndTimes) {
  EXPECT_EQ(bounds_of({.name = "a", .type = kInt32}, stored(-5, 4), stored(7, 4)), (Range{-5, 7}));
  EXPECT_EQ(bounds_of({.name = "a", .type = kInt64}, stored(-5, 8), stored(7, 8)), (Range{-5, 7}));
  EXPECT_EQ(
      bounds_of({.name = "a", .type = kInt32, .converted = 6}, stored(20000, 4), stored(20001, 4)),
      (Range{20000, 20001}));
  EXPECT_EQ(bounds_of({.name = "a", .type = 5}, "12345678", "12345678"), std::nullopt);
  EXPECT_EQ(bounds_of({.name = "a", .type = 6, .logical = 1}, "ab", "cd"), std::nullopt);
  // A decimal's digits are no whole number.
  EXPECT_EQ(bounds_of({.name = "a", .type = kInt32, .converted = 5, .precision = 9, .scale = 2},
                      stored(1, 4), stored(2, 4)),
            std::nullopt);
}

TEST_F(ParquetFooterTest, BoundsOfTimesAreMicrosecondsRoundedOutwards) {
  const auto at = [](int unit) {
    return FooterElement{.name = "t", .type = kInt64, .logical = 8, .unit = unit};
  };
  EXPECT_EQ(bounds_of(at(1), stored(-3, 8), stored(5, 8)), (Range{-3000, 5000}));
  EXPECT_EQ(bounds_of(at(2), stored(-3, 8), stored(5, 8)), (Range{-3, 5}));
  EXPECT_EQ(bounds_of(at(3), stored(-3, 8), stored(5001, 8)), (Range{-1, 6}));
  const std::int64_t far = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(bounds_of(at(1), stored(0, 8), stored(far, 8)), std::nullopt);
}

TEST_F(ParquetFooterTest, UnsignedBoundsAreNotTakenForNegative) {
  const FooterElement u32{
      .name = "a", .type = kInt32, .logical = 10, .bits = 32, .is_signed = false};
  EXPECT_EQ(bounds_of(u32, stored(1, 4), stored(0xFFFFFFFF, 4)), (Range{1, 0xFFFFFFFF}));
  // Old writers compared them as signed.
  EXPECT_EQ(bounds_of(u32, stored(1, 4), stored(5, 4), true), std::nullopt);
  const FooterElement u64{
      .name = "a", .type = kInt64, .logical = 10, .bits = 64, .is_signed = false};
  EXPECT_EQ(bounds_of(u64, stored(1, 8), stored(-1, 8)), std::nullopt);
  EXPECT_EQ(bounds_of({.name = "a", .type = kInt32}, stored(1, 4), stored(5, 4), true),
            (Range{1, 5}));
}

TEST_F(ParquetFooterTest, BoundsThatContradictThemselvesSayNothing) {
  EXPECT_EQ(bounds_of({.name = "a", .type = kInt32}, stored(5, 4), stored(1, 4)), std::nullopt);
  EXPECT_EQ(bounds_of({.name = "a", .type = kInt32}, stored(5, 8), stored(6, 8)), std::nullopt);
}

}  // namespace
}  // namespace clicklake
