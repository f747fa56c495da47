#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>
#include <cstring>
#include <utility>

namespace clicklake {
namespace {

constexpr std::uint64_t kP1 = 0x9E3779B185EBCA87ULL;
constexpr std::uint64_t kP2 = 0xC2B2AE3D27D4EB4FULL;
constexpr std::uint64_t kP3 = 0x165667B19E3779F9ULL;
constexpr std::uint64_t kP4 = 0x85EBCA77C2B2AE63ULL;
constexpr std::uint64_t kP5 = 0x27D4EB2F165667C5ULL;

inline std::uint64_t load64(const char* p) {
  std::uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline std::uint32_t load32(const char* p) {
  std::uint32_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline std::uint64_t xround(std::uint64_t acc, std::uint64_t input) {
  return std::rotl(acc + input * kP2, 31) * kP1;
}
inline std::uint64_t merge(std::uint64_t acc, std::uint64_t lane) {
  return (acc ^ xround(0, lane)) * kP1 + kP4;
}

}  // namespace

std::uint64_t xxh64(std::string_view bytes, std::uint64_t seed) {
  return XXH64(bytes.data(), bytes.size(), seed);
}

namespace {

/// Both hashes once the whole stripes are in; `p` and `n`: what is left of `size` bytes.
[[gnu::always_inline]] inline EventHash finish_event_hash(std::uint64_t a, std::uint64_t b,
                                                          const char* p, std::size_t n,
                                                          std::size_t size) {
  a += size;
  b += size;
  for (; n >= 8; n -= 8, p += 8) {
    const std::uint64_t k = xround(0, load64(p));
    a = std::rotl(a ^ k, 27) * kP1 + kP4;
    b = std::rotl(b ^ k, 27) * kP1 + kP4;
  }
  if (n >= 4) {
    const std::uint64_t k = std::uint64_t{load32(p)} * kP1;
    a = std::rotl(a ^ k, 23) * kP2 + kP3;
    b = std::rotl(b ^ k, 23) * kP2 + kP3;
    p += 4;
    n -= 4;
  }
  for (; n > 0; --n, ++p) {
    const std::uint64_t k = static_cast<unsigned char>(*p) * kP5;
    a = std::rotl(a ^ k, 11) * kP1;
    b = std::rotl(b ^ k, 11) * kP1;
  }
  const auto avalanche = [](std::uint64_t h) {
    h = (h ^ (h >> 33)) * kP2;
    h = (h ^ (h >> 29)) * kP3;
    return h ^ (h >> 32);
  };
  return {avalanche(a), avalanche(b)};
}

#if defined(__x86_64__)
// gcc 12 takes its own intrinsics' undefined operands for ours (GCC bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
/// The eight lanes of both states in one register, where 64-bit multiplication of vectors is fast.
__attribute__((target("avx512f,avx512dq,avx512vl"))) EventHash event_hash_wide(
    std::string_view bytes) {
  const auto number = [](std::uint64_t v) { return static_cast<long long>(v); };
  const __m512i p1 = _mm512_set1_epi64(number(kP1));
  const __m512i p2 = _mm512_set1_epi64(number(kP2));
  __m512i lanes =
      _mm512_setr_epi64(number(kKeySeed + kP1 + kP2), number(kKeySeed + kP2), number(kKeySeed),
                        number(kKeySeed - kP1), number(kCheckSeed + kP1 + kP2),
                        number(kCheckSeed + kP2), number(kCheckSeed), number(kCheckSeed - kP1));
  const char* p = bytes.data();
  std::size_t n = bytes.size();
  for (; n >= 32; n -= 32, p += 32) {
    const __m512i input =
        _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    lanes = _mm512_add_epi64(lanes, _mm512_mullo_epi64(input, p2));
    lanes = _mm512_mullo_epi64(_mm512_rol_epi64(lanes, 31), p1);
  }
  // Sums of the turned lanes, and the lanes as merge() takes them.
  const __m512i turned = _mm512_rolv_epi64(lanes, _mm512_setr_epi64(1, 7, 12, 18, 1, 7, 12, 18));
  const __m512i rounds =
      _mm512_mullo_epi64(_mm512_rol_epi64(_mm512_mullo_epi64(lanes, p2), 31), p1);
  alignas(64) std::uint64_t t[8];
  alignas(64) std::uint64_t r[8];
  _mm512_store_si512(t, turned);
  _mm512_store_si512(r, rounds);
  std::uint64_t a = t[0] + t[1] + t[2] + t[3];
  std::uint64_t b = t[4] + t[5] + t[6] + t[7];
  for (std::size_t i = 0; i < 4; ++i) {
    a = (a ^ r[i]) * kP1 + kP4;
    b = (b ^ r[4 + i]) * kP1 + kP4;
  }
  return finish_event_hash(a, b, p, n, bytes.size());
}
#pragma GCC diagnostic pop

bool has_fast_wide_multiplication() {
  return __builtin_cpu_is("amd") && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

}  // namespace

EventHash event_hash_plain(std::string_view bytes) {
  // Two independent XXH64 states share the loads and the input multiplications, so their latencies
  // overlap.
  const char* p = bytes.data();
  std::size_t n = bytes.size();
  std::uint64_t a = kKeySeed + kP5;
  std::uint64_t b = kCheckSeed + kP5;
  if (n >= 32) {
    std::uint64_t a1 = kKeySeed + kP1 + kP2, a2 = kKeySeed + kP2, a3 = kKeySeed,
                  a4 = kKeySeed - kP1;
    std::uint64_t b1 = kCheckSeed + kP1 + kP2, b2 = kCheckSeed + kP2, b3 = kCheckSeed,
                  b4 = kCheckSeed - kP1;
    do {
      const std::uint64_t i1 = load64(p) * kP2, i2 = load64(p + 8) * kP2, i3 = load64(p + 16) * kP2,
                          i4 = load64(p + 24) * kP2;
      a1 = std::rotl(a1 + i1, 31) * kP1;
      b1 = std::rotl(b1 + i1, 31) * kP1;
      a2 = std::rotl(a2 + i2, 31) * kP1;
      b2 = std::rotl(b2 + i2, 31) * kP1;
      a3 = std::rotl(a3 + i3, 31) * kP1;
      b3 = std::rotl(b3 + i3, 31) * kP1;
      a4 = std::rotl(a4 + i4, 31) * kP1;
      b4 = std::rotl(b4 + i4, 31) * kP1;
      p += 32;
      n -= 32;
    } while (n >= 32);
    a = std::rotl(a1, 1) + std::rotl(a2, 7) + std::rotl(a3, 12) + std::rotl(a4, 18);
    b = std::rotl(b1, 1) + std::rotl(b2, 7) + std::rotl(b3, 12) + std::rotl(b4, 18);
    a = merge(merge(merge(merge(a, a1), a2), a3), a4);
    b = merge(merge(merge(merge(b, b1), b2), b3), b4);
  }
  return finish_event_hash(a, b, p, n, bytes.size());
}

EventHash event_hash(std::string_view bytes) {
#if defined(__x86_64__)
  static const bool kWide = has_fast_wide_multiplication();
  if (kWide && bytes.size() >= 32) return event_hash_wide(bytes);
#endif
  return event_hash_plain(bytes);
}

ContentHash::ContentHash() : state_(XXH3_createState()) {
  XXH3_128bits_reset(static_cast<XXH3_state_t*>(state_));
}
ContentHash::~ContentHash() { XXH3_freeState(static_cast<XXH3_state_t*>(state_)); }
ContentHash::ContentHash(ContentHash&& other) noexcept
    : state_(std::exchange(other.state_, nullptr)) {}
ContentHash& ContentHash::operator=(ContentHash&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

void ContentHash::update(const void* data, std::size_t size) {
  XXH3_128bits_update(static_cast<XXH3_state_t*>(state_), data, size);
}

std::string ContentHash::hex() const {
  const XXH128_hash_t digest = XXH3_128bits_digest(static_cast<const XXH3_state_t*>(state_));
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(32, '0');
  for (int i = 0; i < 16; ++i) {
    out[static_cast<std::size_t>(i)] = kDigits[(digest.high64 >> (60 - 4 * i)) & 15];
    out[static_cast<std::size_t>(16 + i)] = kDigits[(digest.low64 >> (60 - 4 * i)) & 15];
  }
  return out;
}

}  // namespace clicklake
