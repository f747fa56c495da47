#pragma once
/// Unpacks snappy's raw form.
///
/// Place: under Avro's blocks of engines that were told to pack them so. Invariant: nothing is read
/// or written out of bounds, whatever the bytes say. Thread safety: pure functions.
/// Source: google/snappy, format_description.txt.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake::iceberg {

/// `*out` (its memory is used again) gets what `packed` unpacks to. Errors: kInvalidData, it is no
/// such stream or would unpack to more than `most_bytes`.
Status unpack_snappy(std::string_view packed, std::size_t most_bytes, std::string* out);

}  // namespace clicklake::iceberg
