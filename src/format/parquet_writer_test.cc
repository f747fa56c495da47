#include "format/parquet_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "format/parquet_test_reader.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using enum ColumnType;
using Texts = std::vector<std::string>;

constexpr std::uint32_t kNull = kNullIndex;

TableDefinition table_of(std::span<const ColumnDefinition> columns) {
  TableDefinition table{};
  table.name = "t";
  table.columns = columns;
  return table;
}

class ParquetWriterTest : public ::testing::Test {
 protected:
  ParquetWriterTest() {
    std::string folder = (fs::temp_directory_path() / "parquet_writer.XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
  }
  ~ParquetWriterTest() override { fs::remove_all(folder_); }

  struct Written {
    ParquetFileInfo info;
    ParquetContent content;
    Texts flat(std::size_t leaf = 0) const { return content.leaves.at(leaf).flat(); }
  };

  Written write(const TableDefinition& table,
                const std::vector<std::pair<std::size_t, std::vector<ColumnData>>>& groups,
                ParquetWriterOptions options = {}) {
    const fs::path path = folder_ / ("file" + std::to_string(++files_) + ".parquet");
    RowGroupEncoder encoder(table, options);
    auto file = ParquetFile::create(table, path, {{"written-by", "test"}});
    EXPECT_TRUE(file.has_value());
    for (const auto& [rows, columns] : groups) {
      auto group = encoder.encode(rows, columns);
      EXPECT_TRUE(group.has_value()) << (group ? "" : group.error().message);
      if (!group) return {};
      EXPECT_TRUE((*file)->append(**group).has_value());
    }
    auto info = (*file)->finish();
    EXPECT_TRUE(info.has_value());
    return {*info, read_parquet(path)};
  }

  /// One row group of one column.
  Written write_column(ColumnType type, bool required, std::size_t rows, const ColumnData& data,
                       ParquetWriterOptions options = {}) {
    const ColumnDefinition column[] = {{"c", 7, type, required, 8, 9}};
    return write(table_of(column), {{rows, {data}}}, options);
  }

  std::string refusal(ColumnType type, bool required, std::size_t rows, const ColumnData& data) {
    const ColumnDefinition column[] = {{"c", 7, type, required, 8, 9}};
    const TableDefinition table = table_of(column);
    RowGroupEncoder encoder(table, {});
    const auto group = encoder.encode(rows, std::span(&data, 1));
    if (group) return "taken";
    EXPECT_EQ(group.error().code, ErrorCode::kInvalidArgument);
    return group.error().message;
  }

  fs::path folder_;
  int files_ = 0;
};

TEST_F(ParquetWriterTest, PlainLongsComeBack) {
  const std::vector<std::int64_t> values = {5, -1, 7'000'000'000};
  ColumnData data;
  data.longs = values;
  EXPECT_EQ(write_column(kLong, true, 3, data).flat(), (Texts{"5", "-1", "7000000000"}));
  EXPECT_EQ(write_column(kLong, false, 3, data).flat(), (Texts{"5", "-1", "7000000000"}));
  const std::uint8_t valid[] = {1, 0, 1};
  data.valid = valid;
  const Written nulls = write_column(kDecimal18_4, false, 3, data);
  EXPECT_EQ(nulls.flat(), (Texts{"5", "~", "7000000000"}));
  EXPECT_EQ(nulls.info.columns[0].null_count, 1);
  EXPECT_EQ(nulls.info.columns[0].value_count, 3);
}

TEST_F(ParquetWriterTest, IntsBooleansAndStringsComeBack) {
  const std::vector<std::int32_t> ints = {1, -2, 3};
  const std::vector<std::uint8_t> bools = {1, 0, 2};
  const std::vector<std::string_view> strings = {"", "a", std::string_view("\0\xC3\xA9", 3)};
  const std::uint8_t valid[] = {0, 1, 1};
  ColumnData data;
  data.ints = ints;
  EXPECT_EQ(write_column(kInt, true, 3, data).flat(), (Texts{"1", "-2", "3"}));
  data.valid = valid;
  EXPECT_EQ(write_column(kDate, false, 3, data).flat(), (Texts{"~", "-2", "3"}));
  data = {};
  data.bools = bools;
  EXPECT_EQ(write_column(kBoolean, true, 3, data).flat(), (Texts{"1", "0", "1"}));
  data.valid = valid;
  EXPECT_EQ(write_column(kBoolean, false, 3, data).flat(), (Texts{"~", "0", "1"}));
  data = {};
  data.strings = strings;
  EXPECT_EQ(write_column(kString, true, 3, data).flat(),
            (Texts{"", "a", std::string("\0\xC3\xA9", 3)}));
  data.valid = valid;
  EXPECT_EQ(write_column(kString, false, 3, data).flat(),
            (Texts{"~", "a", std::string("\0\xC3\xA9", 3)}));
}

TEST_F(ParquetWriterTest, DictionariesComeBackNarrowedWhereTheTypeIs) {
  std::vector<std::uint32_t> indices;
  Texts expected;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    indices.push_back(i % 7 == 3 ? kNull : i % 3);
    expected.push_back(i % 7 == 3 ? "~" : std::to_string(static_cast<int>(i % 3) * 1000 - 1000));
  }
  const std::vector<std::int64_t> dictionary = {-1000, 0, 1000};
  ColumnData data;
  data.indices = indices;
  data.long_dictionary = dictionary;
  for (const ColumnType type : {kLong, kInt, kDate, kTimestampTz, kDecimal18_4}) {
    const Written written = write_column(type, false, 1000, data);
    EXPECT_EQ(written.flat(), expected);
    EXPECT_TRUE(written.content.dictionaries[0]);
  }
}

TEST_F(ParquetWriterTest, DictionariesThatDoNotPayArePlain) {
  std::vector<std::uint32_t> indices;
  std::vector<std::string> texts;
  std::vector<std::int64_t> numbers;
  for (std::uint32_t i = 0; i < 70000; ++i) {
    indices.push_back(69999 - i);
    texts.push_back("text " + std::to_string(i * 7919));
    numbers.push_back(static_cast<std::int64_t>(i) * 7919);
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  ColumnData strings;
  strings.indices = indices;
  strings.string_dictionary = views;
  const Written written = write_column(kString, true, 70000, strings);
  EXPECT_FALSE(written.content.dictionaries[0]);
  std::reverse(texts.begin(), texts.end());
  EXPECT_EQ(written.flat(), texts);
  ColumnData longs;
  longs.indices = indices;
  longs.long_dictionary = numbers;
  for (const ColumnType type : {kLong, kInt}) {
    const Written plain = write_column(type, false, 70000, longs);
    EXPECT_FALSE(plain.content.dictionaries[0]);
    EXPECT_EQ(plain.flat().front(), std::to_string(69999 * 7919));
    EXPECT_EQ(plain.flat().back(), "0");
  }
}

TEST_F(ParquetWriterTest, ConstantsAreOneRun) {
  ColumnData data;
  data.constant_long = -42;
  for (const ColumnType type : {kLong, kInt, kDate, kTimestampTz, kDecimal18_4}) {
    const Written written = write_column(type, false, 60000, data);
    EXPECT_EQ(written.flat(), Texts(60000, "-42"));
    EXPECT_LT(written.info.columns[0].size_bytes, 100);
  }
  data = {};
  data.constant_string = "batch";
  EXPECT_EQ(write_column(kString, true, 60000, data).flat(), Texts(60000, "batch"));
  data = {};
  data.constant_long = 1;
  const Written flags = write_column(kBoolean, true, 60001, data);
  EXPECT_EQ(flags.flat(), Texts(60001, "1"));
  EXPECT_LT(flags.info.columns[0].size_bytes, 200);
}

TEST_F(ParquetWriterTest, NoFormIsAllNull) {
  for (const ColumnType type : {kLong, kInt, kString, kBoolean, kDate}) {
    const Written written = write_column(type, false, 5000, {});
    EXPECT_EQ(written.flat(), Texts(5000, "~"));
    EXPECT_EQ(written.info.columns[0].null_count, 5000);
    EXPECT_EQ(written.info.columns[0].lower, std::nullopt);
    EXPECT_EQ(written.info.columns[0].upper, std::nullopt);
  }
  const std::vector<std::uint32_t> indices(300, kNull);
  ColumnData data;
  data.indices = indices;
  EXPECT_EQ(write_column(kString, false, 300, data).flat(), Texts(300, "~"));
}

TEST_F(ParquetWriterTest, MapsKeepEmptyRowsAndNullValues) {
  const std::vector<std::uint32_t> offsets = {1, 3, 3, 4,
                                              6, 6};  // starts behind an entry of another row group
  const std::vector<std::uint32_t> keys = {9, 0, 1, 1, 0, 2};
  const std::vector<std::uint32_t> values = {9, 0, kNull, 1, kNull, 0};
  const std::vector<std::string_view> key_texts = {"a", "b", "c"};
  const std::vector<std::string_view> value_texts = {"x", ""};
  ColumnData data;
  data.map_offsets = offsets;
  data.key_indices = keys;
  data.value_indices = values;
  data.string_dictionary = key_texts;
  data.value_dictionary = value_texts;
  for (const bool required : {true, false}) {
    const int up = required ? 0 : 1;
    const Written written = write_column(kMapStringString, required, 5, data);
    using Slot = LeafValues::Slot;
    EXPECT_EQ(written.content.leaves[0].slots, (std::vector<Slot>{{0, up + 1, "a"},
                                                                  {1, up + 1, "b"},
                                                                  {0, up, std::nullopt},
                                                                  {0, up + 1, "b"},
                                                                  {0, up + 1, "a"},
                                                                  {1, up + 1, "c"},
                                                                  {0, up, std::nullopt}}));
    EXPECT_EQ(written.content.leaves[1].slots, (std::vector<Slot>{{0, up + 2, "x"},
                                                                  {1, up + 1, std::nullopt},
                                                                  {0, up, std::nullopt},
                                                                  {0, up + 2, ""},
                                                                  {0, up + 1, std::nullopt},
                                                                  {1, up + 2, "x"},
                                                                  {0, up, std::nullopt}}));
    ASSERT_EQ(written.info.columns.size(), 2U);
    EXPECT_EQ(written.info.columns[0].field_id, 8);
    EXPECT_EQ(written.info.columns[1].field_id, 9);
    EXPECT_EQ(written.info.columns[1].value_count, 5);
    EXPECT_EQ(written.info.columns[1].null_count, 2);
    EXPECT_EQ(written.info.columns[0].lower, std::nullopt);
  }
}

TEST_F(ParquetWriterTest, MapsOfEqualSizeHaveShortLevels) {
  std::vector<std::uint32_t> offsets, ones;
  for (std::uint32_t i = 0; i <= 20000; ++i) offsets.push_back(i);
  ones.assign(20000, 0);
  const std::vector<std::string_view> text = {"only"};
  ColumnData data;
  data.map_offsets = offsets;
  data.key_indices = ones;
  data.value_indices = ones;
  data.string_dictionary = text;
  data.value_dictionary = text;
  const Written single = write_column(kMapStringString, true, 20000, data);
  EXPECT_EQ(single.flat(1), Texts(20000, "only"));
  EXPECT_LT(single.info.columns[0].size_bytes, 100);
  const Written none = write_column(kMapStringString, true, 20000, {});
  EXPECT_EQ(none.flat(0), Texts(20000, "~"));
  EXPECT_EQ(none.info.columns[0].value_count, 0);
  EXPECT_LT(none.info.columns[1].size_bytes, 100);
}

TEST_F(ParquetWriterTest, LargeMapsComeBackAcrossPages) {
  std::mt19937_64 random(3);
  std::vector<std::uint32_t> offsets = {0}, keys, values;
  std::vector<std::string> texts;
  texts.reserve(3000);
  for (int i = 0; i < 3000; ++i) texts.push_back("value " + std::to_string(i));
  for (int row = 0; row < 9000; ++row) {
    for (std::uint64_t n = random() % 4; n > 0; --n) {
      keys.push_back(static_cast<std::uint32_t>(random() % 4));
      values.push_back(random() % 5 == 0 ? kNull : static_cast<std::uint32_t>(random() % 3000));
    }
    offsets.push_back(static_cast<std::uint32_t>(keys.size()));
  }
  const std::vector<std::string_view> key_texts = {"a", "b", "c", "d"};
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  ColumnData data;
  data.map_offsets = offsets;
  data.key_indices = keys;
  data.value_indices = values;
  data.string_dictionary = key_texts;
  data.value_dictionary = views;
  Texts expected_keys, expected_values;
  for (std::size_t row = 0; row < 9000; ++row) {
    if (offsets[row] == offsets[row + 1]) {
      expected_keys.emplace_back("~");
      expected_values.emplace_back("~");
    }
    for (std::uint32_t e = offsets[row]; e < offsets[row + 1]; ++e) {
      expected_keys.emplace_back(key_texts[keys[e]]);
      expected_values.push_back(values[e] == kNull ? "~" : texts[values[e]]);
    }
  }
  for (const std::size_t page_bytes : {1U << 20, 4096U}) {
    ParquetWriterOptions options;
    options.page_bytes = page_bytes;
    const Written written = write_column(kMapStringString, true, 9000, data, options);
    EXPECT_EQ(written.flat(0), expected_keys);
    EXPECT_EQ(written.flat(1), expected_values);
    if (page_bytes == 4096) {
      EXPECT_GT(written.content.pages, 8U);
    }
  }
}

TEST_F(ParquetWriterTest, PlainNumbersThatRepeatAreADictionary) {
  std::vector<std::int64_t> longs;
  std::vector<std::int32_t> ints;
  std::vector<std::uint8_t> valid;
  Texts expected;
  std::mt19937_64 random(12);
  for (int i = 0; i < 20000; ++i) {
    ints.push_back(static_cast<std::int32_t>(random() % 500) * 9900 - 70000);
    longs.push_back(ints.back());
    valid.push_back(random() % 10 == 0 ? 1 : 0);
    expected.push_back(valid.back() != 0 ? std::to_string(longs.back()) : "~");
  }
  ColumnData data;
  data.longs = longs;
  data.valid = valid;
  const Written prices = write_column(kDecimal18_4, false, 20000, data);
  EXPECT_EQ(prices.flat(), expected);
  EXPECT_TRUE(prices.content.dictionaries[0]);
  data = {};
  data.ints = ints;
  data.valid = valid;
  const Written quantities = write_column(kInt, false, 20000, data);
  EXPECT_EQ(quantities.flat(), expected);
  EXPECT_TRUE(quantities.content.dictionaries[0]);
  data.valid = {};
  EXPECT_TRUE(write_column(kInt, true, 20000, data).content.dictionaries[0]);
}

TEST_F(ParquetWriterTest, PagesSplitAtTheirSize) {
  std::mt19937_64 random(4);
  std::vector<std::int64_t> values;
  std::vector<std::uint8_t> valid;
  Texts expected;
  for (int i = 0; i < 30000; ++i) {
    values.push_back(static_cast<std::int64_t>(random()));
    valid.push_back(random() % 3 != 0 ? 1 : 0);
    expected.push_back(valid.back() != 0 ? std::to_string(values.back()) : "~");
  }
  ParquetWriterOptions options;
  options.page_bytes = 16384;
  ColumnData data;
  data.longs = values;
  EXPECT_EQ(write_column(kLong, true, 30000, data, options).content.pages, 15U);
  data.valid = valid;
  const Written written = write_column(kTimestampTz, false, 30000, data, options);
  EXPECT_EQ(written.flat(), expected);
  EXPECT_GT(written.content.pages, 8U);
}

TEST_F(ParquetWriterTest, SortedTimesOfWholeSecondsAreADictionary) {
  std::vector<std::int64_t> times;
  Texts expected;
  for (std::int64_t i = 0; i < 50000; ++i) {
    times.push_back(1'730'419'200'000'000 + i % 3 + i / 14 * 1'000'000);
    expected.push_back(std::to_string(times.back()));
  }
  ColumnData data;
  data.longs = times;
  const Written unsorted = write_column(kTimestampTz, true, 50000, data);
  EXPECT_EQ(unsorted.flat(), expected);
  std::sort(times.begin(), times.end());
  std::vector<std::int64_t> seconds = times;
  for (std::int64_t& time : seconds) time = time / 1'000'000 * 1'000'000;
  expected.clear();
  for (const std::int64_t time : seconds) expected.push_back(std::to_string(time));
  data.longs = seconds;
  for (const bool required : {true, false}) {
    const Written written = write_column(kTimestampTz, required, 50000, data);
    EXPECT_EQ(written.flat(), expected);
    EXPECT_TRUE(written.content.dictionaries[0]);
    EXPECT_LT(written.info.columns[0].size_bytes, 50000);
  }
}

TEST_F(ParquetWriterTest, LongStringsComeBack) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 100; ++i)
    texts.push_back(std::string(i * 997, static_cast<char>('a' + i % 26)) + std::to_string(i));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  ColumnData data;
  data.strings = views;
  ParquetWriterOptions options;
  options.page_bytes = 65536;
  const Written written = write_column(kString, false, 100, data, options);
  EXPECT_EQ(written.flat(), texts);
  EXPECT_GT(written.content.pages, 1U);
}

TEST_F(ParquetWriterTest, ColumnsThatShareIndicesComeBackEach) {
  std::mt19937_64 random(6);
  for (const bool with_nulls : {false, true}) {
    std::vector<std::uint32_t> indices;
    indices.reserve(20000);
    for (int i = 0; i < 20000; ++i)
      indices.push_back(with_nulls && i % 9 == 4
                            ? kNull
                            : static_cast<std::uint32_t>(random() % 4000 * (random() % 2)));
    // Every entry is used: renumber by appearance.
    std::vector<std::uint32_t> number(4000, kNull);
    std::uint32_t entries = 0;
    for (std::uint32_t& index : indices) {
      if (index == kNull) continue;
      if (number[index] == kNull) number[index] = entries++;
      index = number[index];
    }
    std::vector<std::int64_t> keys;
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < entries; ++i) {
      keys.push_back(static_cast<std::int64_t>(random()));
      names.push_back("s-" + std::to_string(keys.back()));
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    const ColumnDefinition columns[] = {{"first", 1, kLong, !with_nulls},
                                        {"name", 2, kString, false},
                                        {"again", 3, kLong, !with_nulls},
                                        {"other", 4, kString, false}};
    std::vector<ColumnData> data(4);
    for (ColumnData& column : data) column.indices = indices;
    data[0].long_dictionary = data[2].long_dictionary = keys;
    data[1].string_dictionary = data[3].string_dictionary = views;
    const Written written = write(table_of(columns), {{20000, data}, {20000, data}});
    Texts expected_keys, expected_names;
    for (int round = 0; round < 2; ++round) {
      for (const std::uint32_t index : indices) {
        expected_keys.push_back(index == kNull ? "~" : std::to_string(keys[index]));
        expected_names.push_back(index == kNull ? "~" : names[index]);
      }
    }
    EXPECT_EQ(written.flat(0), expected_keys);
    EXPECT_EQ(written.flat(1), expected_names);
    EXPECT_EQ(written.flat(2), expected_keys);
    EXPECT_EQ(written.flat(3), expected_names);
    if (with_nulls) {
      EXPECT_GT(written.info.columns[1].null_count, 0);
      EXPECT_EQ(written.info.columns[1].null_count, written.info.columns[0].null_count);
    }
  }
}

TEST_F(ParquetWriterTest, OneRowOfEveryTypeComesBack) {
  const TableDefinition& table = fact_clicks_definition();
  std::vector<ColumnData> data(table.columns.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (table.columns[i].type == kMapStringString) continue;
    if (table.columns[i].type == kString) {
      data[i].constant_string = "s";
    } else {
      data[i].constant_long = 1;
    }
  }
  const Written written = write(table, {{1, data}});
  for (std::size_t leaf = 0; leaf < written.content.leaves.size(); ++leaf)
    EXPECT_EQ(written.flat(leaf).size(), 1U);
}

TEST_F(ParquetWriterTest, RandomNumbersAreStoredAndTextIsCompressed) {
  std::mt19937_64 random(8);
  std::vector<std::int64_t> numbers;
  std::vector<std::string> texts;
  for (int i = 0; i < 20000; ++i) {
    numbers.push_back(static_cast<std::int64_t>(random()));
    texts.push_back("https://shop.example.com/product/" + std::to_string(i));
  }
  ColumnData data;
  data.longs = numbers;
  EXPECT_EQ(write_column(kLong, true, 20000, data).content.codecs[0], "none");
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  data = {};
  data.strings = views;
  EXPECT_EQ(write_column(kString, true, 20000, data).content.codecs[0], "zstd");
}

TEST_F(ParquetWriterTest, SameRowsGiveSameBytes) {
  std::mt19937_64 random(9);
  std::vector<std::int64_t> numbers;
  numbers.reserve(5000);
  for (int i = 0; i < 5000; ++i) numbers.push_back(static_cast<std::int64_t>(random() % 100));
  ColumnData data;
  data.longs = numbers;
  const ColumnDefinition column[] = {{"c", 7, kLong, true}};
  const Written once = write(table_of(column), {{5000, {data}}, {5000, {data}}});
  const Written again = write(table_of(column), {{5000, {data}}, {5000, {data}}});
  EXPECT_TRUE(once.content.bytes == again.content.bytes);
}

TEST_F(ParquetWriterTest, ColumnsThatDoNotFitAreRefused) {
  const std::vector<std::int64_t> longs = {1, 2, 3};
  const std::vector<std::uint32_t> indices = {0, kNull, 3};
  const std::vector<std::string_view> views = {"a", "b", "c"};
  const std::uint8_t valid[] = {1, 0, 1};
  ColumnData data;
  data.longs = longs;
  EXPECT_THAT(refusal(kLong, true, 4, data),
              testing::HasSubstr("3 values in a row group of 4 rows"));
  EXPECT_THAT(refusal(kInt, true, 3, data),
              testing::HasSubstr("in a form that its type does not take"));
  data.constant_long = 1;
  EXPECT_THAT(refusal(kLong, true, 3, data), testing::HasSubstr("or in two"));
  data = {};
  data.longs = longs;
  data.valid = valid;
  EXPECT_THAT(refusal(kLong, true, 3, data), testing::HasSubstr("required and has nulls"));
  data = {};
  EXPECT_THAT(refusal(kString, true, 3, data), testing::HasSubstr("required and has nulls"));
  data.indices = indices;
  data.string_dictionary = views;
  EXPECT_THAT(refusal(kString, false, 3, data),
              testing::HasSubstr("an index lies outside its dictionary of 3 entries"));
  data.indices = std::span(indices).first(2);
  EXPECT_THAT(refusal(kString, true, 2, data), testing::HasSubstr("required and has nulls"));
  EXPECT_EQ(refusal(kString, false, 2, data), "taken");
  EXPECT_THAT(refusal(kString, false, 0, {}), testing::HasSubstr("0 rows"));
}

TEST_F(ParquetWriterTest, MapsThatDoNotFitAreRefused) {
  const std::vector<std::uint32_t> offsets = {0, 2, 1, 3};
  const std::vector<std::uint32_t> good = {0, 1, 2, 3};
  const std::vector<std::uint32_t> keys = {0, kNull, 0};
  const std::vector<std::uint32_t> values = {0, 0, 0};
  const std::vector<std::string_view> views = {"a"};
  ColumnData data;
  data.map_offsets = offsets;
  data.key_indices = values;
  data.value_indices = values;
  data.string_dictionary = views;
  data.value_dictionary = views;
  EXPECT_THAT(refusal(kMapStringString, true, 3, data), testing::HasSubstr("offsets do not fit"));
  EXPECT_THAT(refusal(kMapStringString, true, 2, data),
              testing::HasSubstr("4 offsets in a row group of 2 rows"));
  data.map_offsets = good;
  EXPECT_EQ(refusal(kMapStringString, true, 3, data), "taken");
  data.key_indices = keys;
  EXPECT_THAT(refusal(kMapStringString, true, 3, data), testing::HasSubstr("a key is null"));
  data.key_indices = good;
  EXPECT_THAT(refusal(kMapStringString, true, 3, data), testing::HasSubstr("offsets do not fit"));
  data.key_indices = std::span(good).subspan(1);
  EXPECT_THAT(refusal(kMapStringString, true, 3, data),
              testing::HasSubstr("an index lies outside"));
}

}  // namespace
}  // namespace clicklake
