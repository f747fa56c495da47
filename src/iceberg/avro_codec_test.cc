#include "iceberg/avro_codec.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "iceberg/deflate_bytes.h"
#include "iceberg/snappy_bytes.h"

namespace clicklake::iceberg {
namespace {

constexpr std::size_t kMost = 1 << 20;

/// What Arrow's snappy makes of kLakes.
const std::string kPackedLakes(
    "\x2C\x24the lake, \x5E\x0A\x00\x24"
    "click lake",
    26);
constexpr std::string_view kLakes = "the lake, the lake, the lake, the click lake";

std::string unpacked(const Status& done, const std::string& out) {
  return done ? out : "refused: " + done.error().message;
}

std::string snappy(const std::string& packed, std::size_t most = kMost) {
  std::string out = "old";
  const Status done = unpack_snappy(packed, most, &out);
  return unpacked(done, out);
}

TEST(AvroCodecTest, NamesReadAndWriteTheSame) {
  for (const char* name : {"null", "deflate", "zstandard", "snappy"}) {
    EXPECT_EQ(to_string(*parse_avro_codec(name)), name);
  }
  EXPECT_FALSE(parse_avro_codec("xz").has_value());
}

TEST(AvroCodecTest, DeflatedBlocksAreReadBack) {
  std::string out;
  for (const std::size_t size : {0, 1, 1000, 1'000'000}) {
    const std::string block(size, 'x');
    const std::string packed = pack_block(AvroCodec::kDeflate, block).value();
    ASSERT_TRUE(unpack_block(AvroCodec::kDeflate, packed, kMost, &out).has_value()) << size;
    EXPECT_EQ(out, block);
    // What Python's writers leave behind the stream.
    ASSERT_TRUE(unpack_block(AvroCodec::kDeflate, packed + "abc", kMost, &out).has_value());
    EXPECT_EQ(out, block);
    if (size > 0) {
      EXPECT_FALSE(
          unpack_block(AvroCodec::kDeflate, packed.substr(0, packed.size() - 1), kMost, &out)
              .has_value());
    }
  }
}

TEST(AvroCodecTest, OnlyNullAndDeflateAreWritten) {
  EXPECT_EQ(pack_block(AvroCodec::kNull, "ab").value(), "ab");
  for (const AvroCodec codec : {AvroCodec::kZstandard, AvroCodec::kSnappy}) {
    EXPECT_EQ(pack_block(codec, "ab").error().code, ErrorCode::kUnsupported);
  }
}

TEST(AvroCodecTest, GzipEndsWhereItsStreamEnds) {
  // gzip -n9 of "lake".
  const std::string packed(
      "\x1F\x8B\x08\0\0\0\0\0\x02\x03\xCB\x49\xCC\x4E\x05\0\x0B\x11\x70\xA2\x04\0\0\0", 24);
  std::string out;
  const Status done = inflate_bytes(Framing::kGzip, packed, kMost, &out);
  ASSERT_EQ(unpacked(done, out), "lake");
  EXPECT_FALSE(inflate_bytes(Framing::kGzip, packed + "x", kMost, &out).has_value());
  EXPECT_FALSE(inflate_bytes(Framing::kGzip, packed.substr(0, 23), kMost, &out).has_value());
  EXPECT_FALSE(inflate_bytes(Framing::kGzip, packed, 3, &out).has_value());
}

TEST(SnappyTest, LiteralsAndCopiesAreRead) {
  EXPECT_EQ(snappy(kPackedLakes), kLakes);
  EXPECT_EQ(snappy(std::string("\x00", 1)), "");
  EXPECT_EQ(snappy("\x06\x04"
                   "ab"
                   "\x01\x02"),
            "ababab");  // a copy with 1 byte of offset
  EXPECT_EQ(snappy(std::string("\x06\x04"
                               "ab"
                               "\x0F\x02\0\0\0",
                               9)),
            "ababab");  // with 4
  const std::string long_text(300, 'y');
  EXPECT_EQ(snappy(std::string("\xAC\x02\xF4\x2B\x01", 5) + long_text), long_text);
}

TEST(SnappyTest, WhatReachesOutOfBoundsIsRefused) {
  for (const std::string& packed : {
           std::string(), std::string("\x80", 1),   // a length that does not end
           std::string("\xFF\xFF\xFF\xFF\xFF", 5),  // nor does this
           std::string("\x05\x08"
                       "ab",
                       4),  // a literal longer than what is left
           std::string("\x02\x08"
                       "abc",
                       5),  // more than the length says
           std::string("\x03\x04"
                       "ab",
                       4),  // less than it says
           std::string("\x06\x04"
                       "ab"
                       "\x01\x03",
                       6),  // from before the beginning
           std::string("\x06\x04"
                       "ab"
                       "\x01\x00",
                       6),  // from where it is
           std::string("\x06\x04"
                       "ab"
                       "\x01",
                       5),  // without its offset
           std::string("\x06\x04"
                       "ab"
                       "\x0E\x02",
                       6),              // with half of it
           std::string("\x05\xF0", 2),  // a long literal without its length
       }) {
    EXPECT_TRUE(snappy(packed).starts_with("refused")) << packed.size();
  }
  EXPECT_EQ(snappy(kPackedLakes, kLakes.size()), kLakes);
  EXPECT_TRUE(snappy(kPackedLakes, kLakes.size() - 1).starts_with("refused"));
}

TEST(SnappyTest, BlocksHaveAChecksum) {
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(kLakes.data()), static_cast<uInt>(kLakes.size()));
  std::string packed = kPackedLakes;
  for (int shift = 24; shift >= 0; shift -= 8) packed += static_cast<char>(crc >> shift);
  std::string out;
  const Status done = unpack_block(AvroCodec::kSnappy, packed, kMost, &out);
  EXPECT_EQ(unpacked(done, out), kLakes);
  packed.back() = static_cast<char>(packed.back() ^ 1);
  EXPECT_FALSE(unpack_block(AvroCodec::kSnappy, packed, kMost, &out).has_value());
  EXPECT_FALSE(unpack_block(AvroCodec::kSnappy, "abc", kMost, &out).has_value());
}

}  // namespace
}  // namespace clicklake::iceberg
