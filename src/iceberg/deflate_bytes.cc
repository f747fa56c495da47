#include "iceberg/deflate_bytes.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace clicklake::iceberg {
namespace {

/// zlib's numbers for a stream without header and checksum, and for gzip's.
constexpr int kRawWindow = -15;
constexpr int kGzipWindow = 15 + 16;

Error broken(Framing framing) {
  return Error{ErrorCode::kInvalidData, framing == Framing::kRaw
                                            ? "the bytes are not what deflate writes"
                                            : "the bytes are not what gzip writes"};
}

Error too_long(std::size_t most_bytes) {
  return Error{ErrorCode::kInvalidData,
               "the bytes unpack to more than " + std::to_string(most_bytes)};
}

}  // namespace

bool make_room(std::string* out, std::size_t used, std::size_t most_bytes) {
  if (used < out->size()) return true;
  if (out->size() >= most_bytes) return false;
  out->resize(std::min(most_bytes, std::max<std::size_t>(2 * out->size(), 64 * 1024)));
  return true;
}

Result<std::string> deflate_raw(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, kRawWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Error{ErrorCode::kIo, "deflate bytes: out of memory"};
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);
  if (bytes.size() > std::numeric_limits<uInt>::max() / 2) {
    return Error{ErrorCode::kUnsupported, "deflate bytes: they are more than 2 GiB"};
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    return Error{ErrorCode::kIo, "deflate bytes: zlib did not end it"};
  }
  packed.resize(stream.total_out);
  return packed;
}

Status inflate_bytes(Framing framing, std::string_view packed, std::size_t most_bytes,
                     std::string* out) {
  z_stream stream{};
  if (inflateInit2(&stream, framing == Framing::kRaw ? kRawWindow : kGzipWindow) != Z_OK) {
    return Error{ErrorCode::kIo, "inflate bytes: out of memory"};
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  if (packed.size() > std::numeric_limits<uInt>::max()) return too_long(most_bytes);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  out->resize(std::min(most_bytes, 4 * packed.size() + 64));
  std::size_t used = 0;
  for (;;) {
    // One byte beyond the limit tells a block that ends there from one that goes on.
    char beyond = 0;
    const bool has_room = make_room(out, used, most_bytes);
    stream.next_out = reinterpret_cast<Bytef*>(has_room ? out->data() + used : &beyond);
    stream.avail_out = static_cast<uInt>(has_room ? out->size() - used : 1);
    const uInt room = stream.avail_out;
    const int code = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = room - stream.avail_out;
    if (made > 0 && !has_room) return too_long(most_bytes);
    used += made;
    if (code == Z_STREAM_END) break;
    if (code != Z_OK || (made == 0 && stream.avail_in == 0)) return broken(framing);
  }
  if (stream.avail_in != 0 && framing == Framing::kGzip) return broken(framing);
  out->resize(used);
  return {};
}

}  // namespace clicklake::iceberg
