#include "iceberg/avro_reader.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <limits>

#include "iceberg/avro_values.h"
#include "iceberg/avro_writer.h"

namespace clicklake::iceberg {
namespace {

constexpr std::string_view kNumbers =
    R"({"type":"record","name":"r","fields":[{"name":"n","type":"long","field-id":1}]})";

std::string numbers_file(const std::vector<std::int64_t>& numbers, AvroCodec codec) {
  AvroWriter writer(kNumbers, {{"who", "test"}}, codec);
  for (const std::int64_t n : numbers) {
    writer.put_long(n);
    EXPECT_TRUE(writer.end_record().has_value());
  }
  return writer.finish().value();
}

Result<std::vector<std::int64_t>> read_numbers(std::string_view bytes,
                                               const AvroReaderOptions& options = {}) {
  ASSIGN_OR_RETURN(AvroReader reader, AvroReader::open(bytes, "f.avro", options));
  std::vector<std::int64_t> numbers;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, reader.next());
    if (!found) return numbers;
    numbers.push_back(reader.cursor().get_long());
  }
}

const std::vector<std::int64_t> kExtremes{0,
                                          -1,
                                          1,
                                          63,
                                          -64,
                                          64,
                                          std::numeric_limits<std::int64_t>::max(),
                                          std::numeric_limits<std::int64_t>::min()};

TEST(AvroReaderTest, ReadsWhatTheWriterWrote) {
  for (const AvroCodec codec : {AvroCodec::kNull, AvroCodec::kDeflate}) {
    const std::string file = numbers_file(kExtremes, codec);
    const auto numbers = read_numbers(file);
    ASSERT_TRUE(numbers.has_value()) << numbers.error().message;
    EXPECT_EQ(*numbers, kExtremes);
    EXPECT_EQ(AvroReader::open(file, "f")->metadata("who"), "test");
    EXPECT_EQ(AvroReader::open(file, "f")->metadata("avro.codec"), to_string(codec));
    EXPECT_EQ(AvroReader::open(file, "f")->metadata("else"), std::nullopt);
    EXPECT_EQ(file, numbers_file(kExtremes, codec));  // the same every time
  }
  EXPECT_TRUE(read_numbers(numbers_file({}, AvroCodec::kDeflate))->empty());
}

TEST(AvroReaderTest, ManyBlocksAreOneList) {
  std::vector<std::int64_t> numbers(200'000);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<std::int64_t>(i * 0x9E3779B97F4A7C15ULL);
  }
  for (const AvroCodec codec : {AvroCodec::kNull, AvroCodec::kDeflate}) {
    EXPECT_EQ(read_numbers(numbers_file(numbers, codec)).value(), numbers);
  }
}

/// A file of one block that is packed by hand.
std::string packed_file(std::string_view codec, std::string_view packed, std::int64_t records) {
  AvroWriter header(kNumbers, {}, AvroCodec::kNull);
  std::string file = header.finish().value();
  const std::string sync = file.substr(file.size() - 16);
  const std::size_t at = file.find("null");
  file.replace(at - 1, 5, std::string(1, static_cast<char>(2 * codec.size())) + std::string(codec));
  const auto put = [&](std::int64_t n) {
    for (std::uint64_t bits = static_cast<std::uint64_t>(n) << 1;; bits >>= 7) {
      file += static_cast<char>(bits < 0x80 ? bits : bits | 0x80);
      if (bits < 0x80) return;
    }
  };
  put(records);
  put(static_cast<std::int64_t>(packed.size()));
  file += packed;
  return file + sync;
}

TEST(AvroReaderTest, ZstandardIsRead) {
  const std::string data("\x02\x04\x06", 3);
  std::string packed(ZSTD_compressBound(data.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), data.data(), data.size(), 1));
  const auto numbers = read_numbers(packed_file("zstandard", packed, 3));
  ASSERT_TRUE(numbers.has_value()) << numbers.error().message;
  EXPECT_EQ(*numbers, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_FALSE(read_numbers(packed_file("zstandard", packed.substr(1), 3)).has_value());
  EXPECT_FALSE(
      read_numbers(packed_file("zstandard", packed.substr(0, packed.size() - 1), 3)).has_value());
  EXPECT_FALSE(read_numbers(packed_file("zstandard", packed + "x", 3)).has_value());
}

TEST(AvroReaderTest, UnknownCodecsAreUnsupportedByName) {
  const auto numbers = read_numbers(packed_file("bzip2", "", 0));
  ASSERT_FALSE(numbers.has_value());
  EXPECT_EQ(numbers.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(numbers.error().message.find("'bzip2'"), std::string::npos);
}

TEST(AvroReaderTest, ABlockIsNeverLongerThanAllowed) {
  const std::string zeros(100'000, '\0');
  for (const AvroCodec codec : {AvroCodec::kDeflate}) {
    const std::string packed = pack_block(codec, zeros).value();
    const std::string file = packed_file(to_string(codec), packed, 100'000);
    EXPECT_EQ(read_numbers(file)->size(), 100'000U);
    EXPECT_TRUE(read_numbers(file, {.most_block_bytes = 100'000}).has_value());
    const auto numbers = read_numbers(file, {.most_block_bytes = 99'999});
    ASSERT_FALSE(numbers.has_value());
    EXPECT_NE(numbers.error().message.find("f.avro"), std::string::npos);
    EXPECT_FALSE(read_numbers(file, {.most_bytes = 99'999}).has_value());
  }
  std::string packed(ZSTD_compressBound(zeros.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), zeros.data(), zeros.size(), 1));
  const std::string file = packed_file("zstandard", packed, 100'000);
  EXPECT_TRUE(read_numbers(file, {.most_block_bytes = 100'000}).has_value());
  EXPECT_FALSE(read_numbers(file, {.most_block_bytes = 99'999}).has_value());
}

TEST(AvroReaderTest, EveryTornOrFlippedFileIsRefusedOrReadInBounds) {
  const std::string file = numbers_file(kExtremes, AvroCodec::kDeflate);
  const std::size_t header =
      AvroWriter(kNumbers, {{"who", "test"}}, AvroCodec::kDeflate).finish().value().size();
  for (std::size_t size = 0; size < file.size(); ++size) {
    // A header alone is a file without records.
    if (size == header) continue;
    const auto numbers = read_numbers(file.substr(0, size));
    ASSERT_FALSE(numbers.has_value()) << size;
    EXPECT_TRUE(numbers.error().message.starts_with("f.avro"));
  }
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::string flipped = file;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x81);
    const auto numbers = read_numbers(flipped);
    if (i >= file.size() - 16) {
      EXPECT_FALSE(numbers.has_value()) << i;
    }
  }
}

TEST(AvroReaderTest, RecordsAndBytesOfABlockMustAgree) {
  EXPECT_TRUE(read_numbers(packed_file("null", "\x02\x04", 2)).has_value());
  for (const std::int64_t records : {0, 1, 3, 1'000'000}) {
    EXPECT_FALSE(read_numbers(packed_file("null", "\x02\x04", records)).has_value()) << records;
  }
}

TEST(AvroReaderTest, FieldsThatNobodyAsksForAreSkipped) {
  const std::string schema =
      R"({"type":"record","name":"r","fields":[
        {"name":"a","type":{"type":"array","items":["null",{"type":"record","name":"p","fields":[
           {"name":"k","type":"string"},{"name":"d","type":"double"}]}]}},
        {"name":"m","type":{"type":"map","values":{"type":"fixed","name":"x","size":2}}},
        {"name":"again","type":"x"},
        {"name":"e","type":{"type":"enum","name":"c","symbols":["A","B"]}},
        {"name":"f","type":"float"},{"name":"b","type":"boolean"},{"name":"z","type":"null"},
        {"name":"n","type":"long","field-id":1}]})";
  AvroWriter writer(schema, {}, AvroCodec::kNull);
  writer.put_long(-2);  // two elements, with their bytes
  writer.put_long(12);
  writer.put_null_branch();
  writer.put_value_branch();
  writer.put_bytes("key");
  writer.put_double(1);
  writer.put_long(0);
  writer.put_long(1);
  writer.put_bytes("m");
  writer.put_fixed("xy");
  writer.put_long(0);
  writer.put_fixed("zz");
  writer.put_long(1);
  writer.put_float(1);
  writer.put_boolean(true);
  writer.put_long(77);
  ASSERT_TRUE(writer.end_record().has_value());
  const std::string file = writer.finish().value();
  auto reader = AvroReader::open(file, "f");
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  ASSERT_TRUE(reader->next().value());
  for (const AvroField& field : reader->schema().fields) {
    if (field.id == 1) {
      EXPECT_EQ(read_long(*field.type, reader->cursor()), 77);
    } else {
      reader->cursor().skip(*field.type);
    }
  }
  EXPECT_FALSE(reader->next().value());
}

TEST(AvroSchemaTest, WhatIsNoSchemaIsRefused) {
  for (const char* text :
       {"", "1", "[]", "\"nothing\"", R"({"type":"record"})", R"({"type":"record","name":"r"})",
        R"({"type":"record","name":"r","fields":[{"name":"a"}]})", R"({"type":"fixed","name":"f"})",
        R"({"type":"fixed","name":"f","size":-1})", R"({"type":"array"})", R"({"items":"int"})"}) {
    const auto schema = parse_avro_schema(text);
    ASSERT_FALSE(schema.has_value()) << text;
    EXPECT_EQ(schema.error().code, ErrorCode::kInvalidData) << text;
  }
}

TEST(AvroSchemaTest, TypesThatHoldThemselvesAreUnsupported) {
  const auto schema = parse_avro_schema(
      R"({"type":"record","name":"a.list","fields":[{"name":"next","type":["null","list"]}]})");
  ASSERT_FALSE(schema.has_value());
  EXPECT_EQ(schema.error().code, ErrorCode::kUnsupported);
}

TEST(AvroSchemaTest, DepthByReferenceIsBounded) {
  std::string text =
      R"({"type":"record","name":"r","fields":[{"name":"f0","type":{"type":"record","name":"t0","fields":[]}})";
  for (int i = 1; i < 100; ++i) {
    const std::string n = std::to_string(i);
    text += R"(,{"name":"f)" + n + R"(","type":{"type":"record","name":"t)" + n +
            R"(","fields":[{"name":"x","type":"t)" + std::to_string(i - 1) + R"("}]}})";
  }
  const auto schema = parse_avro_schema(text + "]}");
  ASSERT_FALSE(schema.has_value());
  EXPECT_EQ(schema.error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace clicklake::iceberg
