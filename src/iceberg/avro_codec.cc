#include "iceberg/avro_codec.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

namespace clicklake::iceberg {
namespace {

constexpr std::array<std::pair<std::string_view, AvroCodec>, 4> kCodecs{{
    {"null", AvroCodec::kNull},
    {"deflate", AvroCodec::kDeflate},
    {"zstandard", AvroCodec::kZstandard},
    {"snappy", AvroCodec::kSnappy},
}};

/// zlib's name for a stream without header and checksum.
constexpr int kRawWindow = -15;

Error broken(AvroCodec codec) {
  return Error{ErrorCode::kInvalidData,
               "a block is not what the codec '" + std::string(to_string(codec)) + "' writes"};
}

Error too_long(std::size_t most_bytes) {
  return Error{ErrorCode::kInvalidData,
               "a block unpacks to more than " + std::to_string(most_bytes) + " bytes"};
}

Result<std::string> deflate_block(std::string_view block) {
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, kRawWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Error{ErrorCode::kIo, "deflate an Avro block: out of memory"};
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);
  if (block.size() > std::numeric_limits<uInt>::max() / 2) {
    return Error{ErrorCode::kUnsupported, "deflate an Avro block: it has more than 2 GiB"};
  }
  std::string packed(deflateBound(&stream, block.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
  stream.avail_in = static_cast<uInt>(block.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    return Error{ErrorCode::kIo, "deflate an Avro block: zlib did not end it"};
  }
  packed.resize(stream.total_out);
  return packed;
}

/// Makes room in `out` behind `used` bytes; false where all of `most_bytes` is used.
bool grow(std::string* out, std::size_t used, std::size_t most_bytes) {
  if (used < out->size()) return true;
  if (out->size() >= most_bytes) return false;
  out->resize(std::min(most_bytes, std::max<std::size_t>(2 * out->size(), 64 * 1024)));
  return true;
}

Status inflate_block(std::string_view packed, std::size_t most_bytes, std::string* out) {
  z_stream stream{};
  if (inflateInit2(&stream, kRawWindow) != Z_OK) {
    return Error{ErrorCode::kIo, "inflate an Avro block: out of memory"};
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  out->resize(std::min(most_bytes, 4 * packed.size() + 64));
  std::size_t used = 0;
  for (;;) {
    // One byte beyond the limit tells a block that ends there from one that goes on.
    char beyond = 0;
    const bool has_room = grow(out, used, most_bytes);
    stream.next_out = reinterpret_cast<Bytef*>(has_room ? out->data() + used : &beyond);
    stream.avail_out = static_cast<uInt>(has_room ? out->size() - used : 1);
    const uInt room = stream.avail_out;
    const int code = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = room - stream.avail_out;
    if (made > 0 && !has_room) return too_long(most_bytes);
    used += made;
    if (code == Z_STREAM_END) break;
    if (code != Z_OK || (made == 0 && stream.avail_in == 0)) return broken(AvroCodec::kDeflate);
  }
  if (stream.avail_in != 0) return broken(AvroCodec::kDeflate);
  out->resize(used);
  return {};
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
    const bool has_room = grow(out, used, most_bytes);
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
  if (codec == AvroCodec::kDeflate) return deflate_block(block);
  return Error{ErrorCode::kUnsupported,
               "Avro files are not written with the codec '" + std::string(to_string(codec)) + "'"};
}

Status unpack_block(AvroCodec codec, std::string_view packed, std::size_t most_bytes,
                    std::string* out) {
  if (packed.size() > std::numeric_limits<uInt>::max()) return too_long(most_bytes);
  switch (codec) {
    case AvroCodec::kNull:
      if (packed.size() > most_bytes) return too_long(most_bytes);
      *out = packed;
      return {};
    case AvroCodec::kDeflate: return inflate_block(packed, most_bytes, out);
    case AvroCodec::kZstandard: return unpack_zstandard(packed, most_bytes, out);
    case AvroCodec::kSnappy: break;
  }
  return Error{ErrorCode::kUnsupported, "Avro files are not read with the codec 'snappy'"};
}

}  // namespace clicklake::iceberg
