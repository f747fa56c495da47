#pragma once
/// Counts line feeds at memory speed.
///
/// Place: the line reader numbers its blocks' lines with it.
/// Thread safety: pure.

#include <cstddef>
#include <cstdint>

namespace clicklake {

/// Cost: about 30 bytes a ns with AVX2 in cache, 8 without.
std::uint64_t count_newlines(const char* bytes, std::size_t size);

}  // namespace clicklake
