#include "iceberg/avro_writer.h"

#include <bit>

#include "base/hash.h"

namespace clicklake::iceberg {
namespace {

constexpr std::string_view kMagic("Obj\x01", 4);
/// Of a block before it is packed.
constexpr std::size_t kBlockBytes = 256 * 1024;

std::string little_endian(std::uint64_t bits, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(bits >> (8 * i));
  return out;
}

}  // namespace

AvroWriter::AvroWriter(std::string_view schema,
                       const std::vector<std::pair<std::string, std::string>>& metadata,
                       AvroCodec codec)
    : codec_(codec) {
  put_long(static_cast<std::int64_t>(metadata.size()) + 2);
  put_bytes("avro.schema");
  put_bytes(schema);
  put_bytes("avro.codec");
  put_bytes(to_string(codec));
  for (const auto& [name, value] : metadata) {
    put_bytes(name);
    put_bytes(value);
  }
  put_long(0);
  file_ = kMagic;
  file_ += block_;
  // Any 16 bytes that the data does not hold will do; a hash makes them the same every time.
  sync_ = little_endian(xxh64(file_, 1), 8) + little_endian(xxh64(file_, 2), 8);
  file_ += sync_;
  block_.clear();
}

void AvroWriter::put_float(float value) {
  block_ += little_endian(std::bit_cast<std::uint32_t>(value), 4);
}

void AvroWriter::put_double(double value) {
  block_ += little_endian(std::bit_cast<std::uint64_t>(value), 8);
}

Status AvroWriter::end_record() {
  ++records_;
  return block_.size() >= kBlockBytes ? end_block() : Status();
}

Result<std::string> AvroWriter::finish() {
  if (records_ > 0) RETURN_IF_ERROR(end_block());
  return std::move(file_);
}

Status AvroWriter::end_block() {
  std::string packed;
  if (codec_ != AvroCodec::kNull) {
    ASSIGN_OR_RETURN(packed, pack_block(codec_, block_));
    block_.swap(packed);
  }
  std::string data;
  data.swap(block_);
  put_long(records_);
  put_long(static_cast<std::int64_t>(data.size()));
  file_ += block_;
  file_ += data;
  file_ += sync_;
  block_ = codec_ == AvroCodec::kNull ? std::move(data) : std::move(packed);
  block_.clear();
  records_ = 0;
  return {};
}

}  // namespace clicklake::iceberg
