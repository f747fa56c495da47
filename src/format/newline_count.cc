#include "format/newline_count.h"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace clicklake {
namespace {

std::uint64_t count_plain(const char* bytes, std::size_t size) {
  return static_cast<std::uint64_t>(std::count(bytes, bytes + size, '\n'));
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) std::uint64_t count_avx2(const char* bytes, std::size_t size) {
  const __m256i newline = _mm256_set1_epi8('\n');
  std::uint64_t total = 0;
  std::size_t at = 0;
  while (size - at >= 64) {
    // Byte-wide counters hold 127 rounds of two before they could overflow.
    const std::size_t rounds = std::min<std::size_t>((size - at) / 64, 127);
    __m256i counts = _mm256_setzero_si256();
    for (std::size_t i = 0; i < rounds; ++i, at += 64) {
      const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + at));
      const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + at + 32));
      counts = _mm256_sub_epi8(counts, _mm256_cmpeq_epi8(a, newline));
      counts = _mm256_sub_epi8(counts, _mm256_cmpeq_epi8(b, newline));
    }
    const __m256i sums = _mm256_sad_epu8(counts, _mm256_setzero_si256());
    total += static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 0)) +
             static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 1)) +
             static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 2)) +
             static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 3));
  }
  return total + count_plain(bytes + at, size - at);
}
#endif

}  // namespace

std::uint64_t count_newlines(const char* bytes, std::size_t size) {
#if defined(__x86_64__)
  static const bool kHasAvx2 = __builtin_cpu_supports("avx2");
  if (kHasAvx2) return count_avx2(bytes, size);
#endif
  return count_plain(bytes, size);
}

}  // namespace clicklake
