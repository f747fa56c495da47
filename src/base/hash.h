#pragma once
/// XXH64 as the lake's keys and identities use it.
///
/// Place: model and transform compute surrogate keys and event identities with it; readers in Spark
/// get the same by `xxhash64(k)`. Thread safety: pure functions. Source: xxHash specification 0.1.1
/// (XXH64); `star-schema` in docs/design.md.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace clicklake {

/// Spark's seed of `xxhash64(k)`.
inline constexpr std::uint64_t kKeySeed = 42;
/// XXH64("clicklake", 42): the seed that makes XXH64(c) equal Spark's `xxhash64('clicklake', c)`.
inline constexpr std::uint64_t kCheckSeed = 7222504154230306497ULL;

/// XXH64 of `bytes` with `seed`. Cost: O(n), about 10 bytes a ns for long inputs.
std::uint64_t xxh64(std::string_view bytes, std::uint64_t seed);

/// The surrogate key of a natural key: 0 for the empty one, else XXH64 with seed 42 as a signed
/// 64-bit integer.
inline std::int64_t surrogate_key(std::string_view natural_key) {
  return natural_key.empty() ? 0 : static_cast<std::int64_t>(xxh64(natural_key, kKeySeed));
}

struct EventHash {
  std::uint64_t key;    ///< XXH64 with kKeySeed
  std::uint64_t check;  ///< XXH64 with kCheckSeed
  bool operator==(const EventHash&) const = default;
};

/// Both hashes of `bytes` in one pass. Cost: about that of one.
EventHash event_hash(std::string_view bytes);
/// The same without vector instructions; event_hash() takes them where they pay.
EventHash event_hash_plain(std::string_view bytes);

/// 128-bit content fingerprint (XXH3), fed in pieces. Thread-compatible.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();
  ContentHash(ContentHash&& other) noexcept;
  ContentHash& operator=(ContentHash&& other) noexcept;
  ContentHash(const ContentHash&) = delete;
  ContentHash& operator=(const ContentHash&) = delete;

  void update(const void* data, std::size_t size);
  /// 32 lower-case hex digits of all bytes fed so far.
  std::string hex() const;

 private:
  void* state_;
};

}  // namespace clicklake
