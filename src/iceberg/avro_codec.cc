#include "iceberg/avro_codec.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "iceberg/deflate_bytes.h"
#include "iceberg/snappy_bytes.h"

namespace clicklake::iceberg {
namespace {

constexpr std::array<std::pair<std::string_view, AvroCodec>, 4> kCodecs{{
    {"null", AvroCodec::kNull},
    {"deflate", AvroCodec::kDeflate},
    {"zstandard", AvroCodec::kZstandard},
    {"snappy", AvroCodec::kSnappy},
}};

Error broken(AvroCodec codec) {
  return Error{ErrorCode::kInvalidData,
               "a block is not what the codec '" + std::string(to_string(codec)) + "' writes"};
}

Error too_long(std::size_t most_bytes) {
  return Error{ErrorCode::kInvalidData,
               "a block unpacks to more than " + std::to_string(most_bytes) + " bytes"};
}

Status unpack_zstandard(std::string_view packed, std::size_t most_bytes, std::string* out) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        ZSTD_freeDCtx);
  if (context == nullptr) return Error{ErrorCode::kIo, "unpack an Avro block: out of memory"};
  out->resize(std::min(most_bytes, 4 * packed.size() + 64));
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::size_t used = 0;
  for (;;) {
    char beyond = 0;
    const bool has_room = make_room(out, used, most_bytes);
    ZSTD_outBuffer room{has_room ? out->data() + used : &beyond, has_room ? out->size() - used : 1,
                        0};
    const std::size_t left = ZSTD_decompressStream(context.get(), &room, &in);
    if (ZSTD_isError(left) != 0) return broken(AvroCodec::kZstandard);
    if (room.pos > 0 && !has_room) return too_long(most_bytes);
    used += room.pos;
    if (left == 0 && in.pos == in.size) break;
    if (room.pos == 0 && in.pos == in.size) return broken(AvroCodec::kZstandard);
  }
  out->resize(used);
  return {};
}

/// What Avro packs by snappy ends with the CRC-32 of what it unpacks to, most significant byte
/// first.
Status unpack_snappy_block(std::string_view packed, std::size_t most_bytes, std::string* out) {
  if (packed.size() < 4) return broken(AvroCodec::kSnappy);
  RETURN_IF_ERROR(unpack_snappy(packed.substr(0, packed.size() - 4), most_bytes, out));
  unsigned long stored = 0;
  for (const char byte : packed.substr(packed.size() - 4)) {
    stored = stored << 8 | static_cast<unsigned char>(byte);
  }
  if (crc32_z(0, reinterpret_cast<const Bytef*>(out->data()), out->size()) == stored) return {};
  return Error{ErrorCode::kInvalidData, "a block's checksum is not that of its bytes"};
}

}  // namespace

std::optional<AvroCodec> parse_avro_codec(std::string_view name) {
  for (const auto& [text, codec] : kCodecs) {
    if (text == name) return codec;
  }
  return std::nullopt;
}

std::string_view to_string(AvroCodec codec) {
  for (const auto& [text, known] : kCodecs) {
    if (known == codec) return text;
  }
  return "";
}

Result<std::string> pack_block(AvroCodec codec, std::string_view block) {
  if (codec == AvroCodec::kNull) return std::string(block);
  if (codec == AvroCodec::kDeflate) return deflate_raw(block);
  return Error{ErrorCode::kUnsupported,
               "Avro files are not written with the codec '" + std::string(to_string(codec)) + "'"};
}

Status unpack_block(AvroCodec codec, std::string_view packed, std::size_t most_bytes,
                    std::string* out) {
  switch (codec) {
    case AvroCodec::kNull:
      if (packed.size() > most_bytes) return too_long(most_bytes);
      *out = packed;
      return {};
    case AvroCodec::kDeflate: return inflate_bytes(Framing::kRaw, packed, most_bytes, out);
    case AvroCodec::kZstandard: return unpack_zstandard(packed, most_bytes, out);
    case AvroCodec::kSnappy: return unpack_snappy_block(packed, most_bytes, out);
  }
  return broken(codec);
}

}  // namespace clicklake::iceberg
