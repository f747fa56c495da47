#include "transform/identity.h"

#include <array>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace clicklake {
namespace {

/// "00" to "99".
constexpr auto make_digit_pairs() {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}
constexpr std::array<char, 200> kPairs = make_digit_pairs();

/// Decimal digits of `v`, without leading zeros.
char* put_number(char* out, std::uint64_t v) {
  if (v < 10) {
    *out = static_cast<char>('0' + v);
    return out + 1;
  }
  if (v < 100) {
    std::memcpy(out, &kPairs[2 * v], 2);
    return out + 2;
  }
  char digits[20];
  char* p = digits + sizeof digits;
  while (v >= 100) {
    p -= 2;
    std::memcpy(p, &kPairs[2 * (v % 100)], 2);
    v /= 100;
  }
  if (v >= 10) {
    p -= 2;
    std::memcpy(p, &kPairs[2 * v], 2);
  } else {
    *--p = static_cast<char>('0' + v);
  }
  const auto size = static_cast<std::size_t>(digits + sizeof digits - p);
  std::memcpy(out, p, size);
  return out + size;
}

/// `<length>:` for the lengths that most texts have.
struct LengthText {
  char text[4];
  std::uint32_t size;
};
constexpr auto make_lengths() {
  std::array<LengthText, 256> lengths{};
  for (std::size_t n = 0; n < lengths.size(); ++n) {
    LengthText& length = lengths[n];
    if (n >= 100) length.text[length.size++] = static_cast<char>('0' + n / 100);
    if (n >= 10) length.text[length.size++] = static_cast<char>('0' + n / 10 % 10);
    length.text[length.size++] = static_cast<char>('0' + n % 10);
    length.text[length.size++] = ':';
  }
  return lengths;
}
constexpr std::array<LengthText, 256> kLengths = make_lengths();

/// Copies 16 bytes at a time; both sides have room for the excess.
inline char* put_bytes(char* out, const char* from, std::size_t size) {
#if defined(__SSE2__)
  for (std::size_t i = 0; i < size; i += 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
  }
#else
  std::memcpy(out, from, size);
#endif
  return out + size;
}

inline char* put_part(char* out, std::string_view part) {
  if (part.data() == nullptr) {
    *out = '~';
    return out + 1;
  }
  if (part.size() < kLengths.size()) [[likely]] {
    const LengthText& length = kLengths[part.size()];
    std::memcpy(out, length.text, sizeof length.text);
    out += length.size;
  } else {
    out = put_number(out, part.size());
    *out++ = ':';
  }
  return put_bytes(out, part.data(), part.size());
}

constexpr std::size_t kPartOverhead = 22;  // digits of a length, the colon
constexpr std::size_t kSlack = 256;        // for the time, and for copying more than there is

}  // namespace

std::string_view EventIdentifier::canonical(const Record& record) {
  std::size_t bytes = 0;
  for (const auto f : record.fields) bytes += f.size();
  for (const auto& m : record.metadata) bytes += m.key.size() + m.value.size();
  return write(record, bytes);
}

std::string_view EventIdentifier::write(const Record& record, std::size_t most_bytes) {
  const std::size_t need =
      kSlack + most_bytes + (record.fields.size() + 2 * record.metadata.size()) * kPartOverhead;
  if (buffer_.size() < need) buffer_.resize(need * 2);
  char* out = buffer_.data();
  out = put_part(out, record.field(RawField::kUserId));
  out = put_part(out, record.field(RawField::kSessionId));
  out = put_part(out, record.field(RawField::kEventType));
  char digits[32];
  const auto time = static_cast<std::size_t>(
      put_number(digits, static_cast<std::uint64_t>(record.timestamp_us)) - digits);
  out = put_part(out, {digits, time});
  out = put_part(out, record.field(RawField::kDeviceType));
  out = put_part(out, record.field(RawField::kPageUrl));
  out = put_part(out, record.field(RawField::kReferrerUrl));
  for (const auto& m : record.metadata) {
    if (m.known != nullptr) [[likely]] {
      std::memcpy(out, m.known->canonical, sizeof m.known->canonical);
      out += m.known->canonical_size;
    } else {
      out = put_part(out, m.key);
    }
    out = put_part(out, m.value);
  }
  return {buffer_.data(), static_cast<std::size_t>(out - buffer_.data())};
}

EventIdentity EventIdentifier::identify(const Record& record, std::size_t most_bytes) {
  const std::string_view text = write(record, most_bytes);
  const std::string_view id = record.field(RawField::kEventId);
  if (id.empty()) [[likely]] {
    const EventHash hash = event_hash(text);
    return {hash, hash.key, false};
  }
  const std::uint64_t canonical_hash = xxh64(text, kKeySeed);
  std::vector<char> named(3 + id.size());
  std::memcpy(named.data(), "id:", 3);
  std::memcpy(named.data() + 3, id.data(), id.size());
  return {event_hash({named.data(), named.size()}), canonical_hash, true};
}

}  // namespace clicklake
