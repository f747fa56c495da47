#include "format/structural_index.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace clicklake {
namespace {

/// Which bytes stand behind an odd number of backslashes. `*carry`: the first one does.
inline std::uint64_t escaped_bytes(std::uint64_t backslashes, std::uint64_t* carry) {
  constexpr std::uint64_t kEven = 0x5555'5555'5555'5555ULL;
  backslashes &= ~*carry;
  const std::uint64_t follows = backslashes << 1 | *carry;
  const std::uint64_t odd_starts = backslashes & ~kEven & ~follows;
  std::uint64_t sequences = 0;
  *carry = __builtin_add_overflow(odd_starts, backslashes, &sequences) ? 1 : 0;
  return (kEven ^ (sequences << 1)) & follows;
}

/// The bits of the last group that are inside of `size` bytes.
inline std::uint64_t inside(std::size_t at, std::size_t size) {
  const std::size_t left = size - at;
  return left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
}

inline std::uint32_t* put_positions(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  const int n = __builtin_popcountll(bits);
  // Eight at a time, however many there are: what is written too much is written over.
  std::uint32_t* p = out;
  for (int i = 0; i < n; i += 8, p += 8) {
    for (int k = 0; k < 8; ++k) {
      p[k] = base + static_cast<std::uint32_t>(bits == 0 ? 0 : __builtin_ctzll(bits));
      bits &= bits - 1;
    }
  }
  return out + n;
}

#if defined(__x86_64__)
struct alignas(64) GroupBytes {
  unsigned char bytes[64];
};
constexpr GroupBytes counting_bytes() {
  GroupBytes out{};
  for (unsigned i = 0; i < 64; ++i) out.bytes[i] = static_cast<unsigned char>(i);
  return out;
}
constexpr GroupBytes kCounting = counting_bytes();
#endif

}  // namespace

StructuralIndex::Isa StructuralIndex::best_isa() {
#if defined(__x86_64__)
  static const Isa kBest = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
        __builtin_cpu_supports("avx512vbmi2") != 0) {
      return Isa::kAvx512;
    }
    return __builtin_cpu_supports("avx2") != 0 ? Isa::kAvx2 : Isa::kPlain;
  }();
  return kBest;
#else
  return Isa::kPlain;
#endif
}

void StructuralIndex::reserve(std::size_t count) {
  if (count + kBehind <= capacity_) return;
  const std::size_t capacity = std::max(count + kBehind, capacity_ * 2);
  std::unique_ptr<std::uint32_t[]> grown(new std::uint32_t[capacity]);
  if (count_ > 0) std::memcpy(grown.get(), positions_.get(), count_ * sizeof(std::uint32_t));
  positions_ = std::move(grown);
  capacity_ = capacity;
}

void StructuralIndex::build(const char* data, std::size_t size) {
  count_ = 0;
  const std::size_t groups = size / kGroup + 1;
  if (special_.size() < groups) special_.resize(groups);
  reserve(size / 4 + 2 * kGroup);
  switch (isa_) {
#if defined(__x86_64__)
    case Isa::kAvx512: build_avx512(data, size); break;
    case Isa::kAvx2: build_avx2(data, size); break;
#endif
    default: build_plain(data, size); break;
  }
  std::fill_n(positions_.get() + count_, kBehind, static_cast<std::uint32_t>(size));
}

void StructuralIndex::build_plain(const char* data, std::size_t size) {
  bool escaped = false;
  std::fill_n(special_.begin(), size / kGroup + 1, 0);
  for (std::size_t i = 0; i < size; ++i) {
    const auto c = static_cast<unsigned char>(data[i]);
    if (c == '\n' || (c == '"' && !escaped)) {
      reserve(count_ + 1);
      positions_[count_++] = static_cast<std::uint32_t>(i);
    } else if (c < 0x20 || c == '\\' || c >= 0x80) {
      special_[i / kGroup] |= std::uint64_t{1} << i % kGroup;
    }
    escaped = c == '\\' && !escaped;
  }
}

#if defined(__x86_64__)

__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))) void StructuralIndex::build_avx2(
    const char* data, std::size_t size) {
  const __m256i quote = _mm256_set1_epi8('"');
  const __m256i newline = _mm256_set1_epi8('\n');
  const __m256i backslash = _mm256_set1_epi8('\\');
  const __m256i control = _mm256_set1_epi8(0x1F);
  std::uint64_t carry = 0;
  for (std::size_t begin = 0; begin < size; begin += kGroup * 64) {
    reserve(count_ + kGroup * 64);
    const std::size_t end = std::min(size, begin + kGroup * 64);
    std::uint32_t* out = positions_.get() + count_;
    for (std::size_t at = begin; at < end; at += kGroup) {
      std::uint64_t quotes = 0;
      std::uint64_t newlines = 0;
      std::uint64_t backslashes = 0;
      std::uint64_t others = 0;  // beyond ASCII, or control characters but line ends
      for (std::size_t half = 0; half < kGroup; half += 32) {
        const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + at + half));
        const __m256i is_newline = _mm256_cmpeq_epi8(v, newline);
        const __m256i is_control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, control), v);
        const auto bits = [half](int mask) {
          return static_cast<std::uint64_t>(static_cast<std::uint32_t>(mask)) << half;
        };
        quotes |= bits(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, quote)));
        newlines |= bits(_mm256_movemask_epi8(is_newline));
        backslashes |= bits(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, backslash)));
        others |= bits(
            _mm256_movemask_epi8(_mm256_or_si256(v, _mm256_andnot_si256(is_newline, is_control))));
      }
      special_[at / kGroup] = others | backslashes;
      if ((backslashes | carry) != 0) [[unlikely]] {
        quotes &= ~escaped_bytes(backslashes, &carry);
      }
      out = put_positions((quotes | newlines) & inside(at, size), static_cast<std::uint32_t>(at),
                          out);
    }
    count_ = static_cast<std::size_t>(out - positions_.get());
  }
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,lzcnt,popcnt"))) void
StructuralIndex::build_avx512(const char* data, std::size_t size) {
  const __m512i quote = _mm512_set1_epi8('"');
  const __m512i newline = _mm512_set1_epi8('\n');
  const __m512i backslash = _mm512_set1_epi8('\\');
  const __m512i space = _mm512_set1_epi8(0x20);
  const __m512i printable = _mm512_set1_epi8(0x60);
  const __m512i counting = _mm512_load_si512(&kCounting);
  std::uint64_t carry = 0;
  for (std::size_t begin = 0; begin < size; begin += kGroup * 64) {
    reserve(count_ + kGroup * 64);
    const std::size_t end = std::min(size, begin + kGroup * 64);
    std::uint32_t* out = positions_.get() + count_;
    for (std::size_t at = begin; at < end; at += kGroup) {
      const __m512i v = _mm512_loadu_si512(data + at);
      const std::uint64_t newlines = _mm512_cmpeq_epi8_mask(v, newline);
      std::uint64_t quotes = _mm512_cmpeq_epi8_mask(v, quote);
      const std::uint64_t backslashes = _mm512_cmpeq_epi8_mask(v, backslash);
      const std::uint64_t others =
          _mm512_cmpge_epu8_mask(_mm512_sub_epi8(v, space), printable) & ~newlines;
      special_[at / kGroup] = others | backslashes;
      if ((backslashes | carry) != 0) [[unlikely]] {
        quotes &= ~escaped_bytes(backslashes, &carry);
      }
      std::uint64_t found = quotes | newlines;
      if (at + kGroup > size) [[unlikely]]
        found &= inside(at, size);
      const int n = __builtin_popcountll(found);
      const __m512i base = _mm512_set1_epi32(static_cast<int>(at));
      __m512i offsets = _mm512_maskz_compress_epi8(found, counting);
      const auto store = [&](int i)
          __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2"), always_inline)) {
        const __m512i wide = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(offsets));
        _mm512_storeu_si512(out + i, _mm512_add_epi32(base, wide));
      };
      store(0);
      for (int i = 16; i < n; i += 16) {
        offsets = _mm512_alignr_epi32(offsets, offsets, 4);
        store(i);
      }
      out += n;
    }
    count_ = static_cast<std::size_t>(out - positions_.get());
  }
}

#endif

}  // namespace clicklake
