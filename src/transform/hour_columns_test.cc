#include "transform/hour_columns.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

/// Adds a row whose values all come from `i`, with i % 4 entries of metadata.
void add(HourColumns* c, std::uint32_t i) {
  const std::uint32_t entries = i % 4;
  c->make_room(entries);
  const std::size_t row = c->rows();
  std::size_t at = c->map_entries();
  c->time[row] = i;
  c->currency[row] = i;
  c->quantity[row] = static_cast<std::int32_t>(i);
  c->price_valid[row] = static_cast<std::uint8_t>(i);
  for (std::uint32_t e = 0; e < entries; ++e, ++at) c->map_key[at] = c->map_value[at] = i + e;
  c->map_begin[row + 1] = static_cast<std::uint32_t>(at);
  c->add_row();
}

void expect_rows(const HourColumns& c, std::uint32_t count) {
  ASSERT_EQ(c.rows(), count);
  for (std::uint32_t i = 0; i < count; ++i) {
    ASSERT_EQ(c.time[i], i);
    ASSERT_EQ(c.currency[i], i);
    ASSERT_EQ(c.quantity[i], static_cast<std::int32_t>(i));
    ASSERT_EQ(c.price_valid[i], static_cast<std::uint8_t>(i));
    ASSERT_EQ(c.map_begin[i + 1] - c.map_begin[i], i % 4);
    for (std::uint32_t e = 0; e < i % 4; ++e) ASSERT_EQ(c.map_value[c.map_begin[i] + e], i + e);
  }
}

TEST(HourColumnsTest, RowsStayWhereColumnsGrow) {
  HourColumns columns;
  columns.clear(1);
  EXPECT_EQ(columns.map_entries(), 0U);
  for (std::uint32_t i = 0; i < 20'000; ++i) add(&columns, i);
  expect_rows(columns, 20'000);
}

TEST(HourColumnsTest, ClearedColumnsTakeRowsAnew) {
  HourColumns columns;
  columns.clear(1);
  for (std::uint32_t i = 0; i < 5'000; ++i) add(&columns, i);
  columns.purchase_type = 3;
  columns.clear(2);
  EXPECT_EQ(columns.hour, 2);
  EXPECT_EQ(columns.rows(), 0U);
  EXPECT_EQ(columns.map_entries(), 0U);
  EXPECT_EQ(columns.purchase_type, kNullIndex);
  for (std::uint32_t i = 0; i < 9'000; ++i) add(&columns, i);
  expect_rows(columns, 9'000);
}

TEST(HourColumnsTest, OneRowMayHaveMoreEntriesThanAllBefore) {
  constexpr std::size_t kMany = 100'000;
  HourColumns columns;
  columns.clear(1);
  for (std::uint32_t i = 0; i < 100; ++i) add(&columns, i);
  columns.make_room(kMany);
  const std::size_t at = columns.map_entries();
  for (std::size_t e = 0; e < kMany; ++e)
    columns.map_key[at + e] = columns.map_value[at + e] = static_cast<std::uint32_t>(e);
  columns.map_begin[columns.rows() + 1] = static_cast<std::uint32_t>(at + kMany);
  columns.add_row();
  EXPECT_EQ(columns.map_entries(), at + kMany);
  EXPECT_EQ(columns.map_key[at + kMany - 1], kMany - 1);
  EXPECT_EQ(columns.map_value[at - 1], 99U + 2U);
}

}  // namespace
}  // namespace clicklake
