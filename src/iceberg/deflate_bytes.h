#pragma once
/// Deflate, bare and as gzip, of bytes in memory.
///
/// Place: under Avro's blocks and packed metadata files. Thread safety: pure functions.
/// Source: RFC 1951, RFC 1952.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake::iceberg {

enum class Framing : std::uint8_t { kRaw, kGzip };

/// Level 1, kRaw. Errors: kUnsupported, 2 GiB or more.
Result<std::string> deflate_raw(std::string_view bytes);

/// `*out` (its memory is used again) gets all that the one stream in `packed` unpacks to. Bytes
/// behind a kRaw stream are passed over: Python's writers of Avro leave three of a checksum there.
/// Errors: kInvalidData, it is no such stream, a kGzip one goes on behind its end, or it would
/// unpack to more than `most_bytes`.
Status inflate_bytes(Framing framing, std::string_view packed, std::size_t most_bytes,
                     std::string* out);

/// Makes room in `out` behind `used` bytes; false where all of `most_bytes` are used.
bool make_room(std::string* out, std::size_t used, std::size_t most_bytes);

}  // namespace clicklake::iceberg
