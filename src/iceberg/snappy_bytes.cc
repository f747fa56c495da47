#include "iceberg/snappy_bytes.h"

#include <cstdint>

namespace clicklake::iceberg {
namespace {

/// The low two bits of an element's first byte.
enum Element : unsigned { kLiteral = 0, kCopy1 = 1, kCopy2 = 2, kCopy4 = 3 };

class SnappyReader {
 public:
  explicit SnappyReader(std::string_view packed) : packed_(packed) {}

  bool at_end() const { return at_ == packed_.size(); }
  /// `bytes` of a number, least significant first; false where there are not as many.
  bool number(std::size_t bytes, std::uint64_t* value) {
    if (packed_.size() - at_ < bytes) return false;
    *value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      *value |= static_cast<std::uint64_t>(static_cast<unsigned char>(packed_[at_++])) << (8 * i);
    }
    return true;
  }
  /// The length that stands first.
  bool length(std::uint64_t* value) {
    *value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      std::uint64_t byte = 0;
      if (!number(1, &byte)) return false;
      *value |= (byte & 0x7F) << shift;
      if (byte < 0x80) return *value <= 0xFFFFFFFFU;
    }
    return false;
  }
  bool literal(std::uint64_t size, std::string* out) {
    if (packed_.size() - at_ < size) return false;
    out->append(packed_, at_, size);
    at_ += size;
    return true;
  }

 private:
  std::string_view packed_;
  std::size_t at_ = 0;
};

/// Copies within `out`; what it has just written may be copied too.
bool copy(std::uint64_t offset, std::uint64_t size, std::string* out) {
  if (offset == 0 || offset > out->size()) return false;
  for (std::size_t from = out->size() - offset; size > 0; --size) out->push_back((*out)[from++]);
  return true;
}

bool unpack(SnappyReader& in, std::uint64_t size, std::string* out) {
  while (!in.at_end()) {
    std::uint64_t tag = 0;
    std::uint64_t more = 0;
    if (!in.number(1, &tag)) return false;
    const std::uint64_t upper = tag >> 2;
    std::uint64_t length = upper + 1;
    const auto element = static_cast<Element>(tag & 3);
    if (element == kCopy1) length = 4 + (upper & 7);
    if (element == kLiteral && upper >= 60) {
      if (!in.number(upper - 59, &length)) return false;
      ++length;
    }
    if (element == kCopy1 && !in.number(1, &more)) return false;
    if (element == kCopy2 && !in.number(2, &more)) return false;
    if (element == kCopy4 && !in.number(4, &more)) return false;
    if (length > size - out->size()) return false;
    if (element == kLiteral) {
      if (!in.literal(length, out)) return false;
    } else if (!copy(element == kCopy1 ? more | tag >> 5 << 8 : more, length, out)) {
      return false;
    }
  }
  return out->size() == size;
}

}  // namespace

Status unpack_snappy(std::string_view packed, std::size_t most_bytes, std::string* out) {
  SnappyReader in(packed);
  std::uint64_t size = 0;
  out->clear();
  if (!in.length(&size)) {
    return Error{ErrorCode::kInvalidData, "the bytes are not what snappy writes"};
  }
  if (size > most_bytes) {
    return Error{ErrorCode::kInvalidData,
                 "the bytes unpack to more than " + std::to_string(most_bytes)};
  }
  if (!unpack(in, size, out)) {
    return Error{ErrorCode::kInvalidData, "the bytes are not what snappy writes"};
  }
  return {};
}

}  // namespace clicklake::iceberg
