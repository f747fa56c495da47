#pragma once
/// The codecs of Avro's blocks.
///
/// Place: under the Avro writer and reader. Invariant: what a block unpacks to is at most as long
/// as the caller allows. Thread safety: pure functions. Source: Avro specification 1.11, "Object
/// Container Files"; RFC 1951.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake::iceberg {

enum class AvroCodec : std::uint8_t { kNull, kDeflate, kZstandard, kSnappy };

/// "null", "deflate", "zstandard", "snappy"; nothing for others.
std::optional<AvroCodec> parse_avro_codec(std::string_view name);
std::string_view to_string(AvroCodec codec);

/// A block's bytes as they lie in the file. kNull and kDeflate (level 1) only. Errors:
/// kUnsupported.
Result<std::string> pack_block(AvroCodec codec, std::string_view block);

/// `*out` (its memory is used again) gets what `packed` unpacks to. Errors: kInvalidData, the bytes
/// are not the codec's, or would unpack to more than `most_bytes`.
Status unpack_block(AvroCodec codec, std::string_view packed, std::size_t most_bytes,
                    std::string* out);

}  // namespace clicklake::iceberg
