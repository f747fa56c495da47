#include "format/parquet_thrift.h"

#include <gtest/gtest.h>

#include <limits>

#include "format/parquet_test_reader.h"

namespace clicklake {
namespace {

TEST(ThriftWriterTest, BytesAreThoseOfTheCompactProtocol) {
  ThriftWriter out;
  out.i32(1, 1);
  out.boolean(2, true);
  out.binary(20, "ab");
  out.begin_struct(21);
  out.i64(1, -1);
  out.end_struct();
  out.begin_list(22, ThriftWriter::Element::kI32, 2);
  out.list_i32(0);
  out.list_i32(-3);
  out.stop();
  const char expected[] = "\x15\x02\x11\x08\x28\x02\x61\x62\x1C\x16\x01\x00\x19\x25\x00\x05";
  EXPECT_EQ(out.bytes(), std::string_view(expected, sizeof expected));
}

TEST(ThriftWriterTest, ValuesComeBack) {
  ThriftWriter out;
  out.i64(1, std::numeric_limits<std::int64_t>::min());
  out.i64(2, std::numeric_limits<std::int64_t>::max());
  out.i16(3, -5);
  out.i8(4, -7);
  out.boolean(5, false);
  out.begin_list(6, ThriftWriter::Element::kStruct, 20);
  for (int i = 0; i < 20; ++i) {
    out.begin_element();
    out.i32(30, i);
    out.empty_struct(31);
    out.end_struct();
  }
  out.begin_list(7, ThriftWriter::Element::kBinary, 1);
  out.list_binary(std::string(200, 'x'));
  out.stop();
  std::string_view bytes = out.bytes();
  const ThriftValue value = read_thrift(bytes);
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(value[1].number, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(value[2].number, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(value[3].number, -5);
  EXPECT_EQ(value[4].number, -7);
  EXPECT_EQ(value[5].number, 0);
  ASSERT_EQ(value[6].list.size(), 20U);
  EXPECT_EQ(value[6].list[19][30].number, 19);
  EXPECT_TRUE(value[6].list[19].has(31));
  EXPECT_EQ(value[7].list.at(0).bytes, std::string(200, 'x'));
}

}  // namespace
}  // namespace clicklake
