#pragma once
/// Reads Avro object container files, value by value.
///
/// Place: under manifests and manifest lists, ours and other engines'. Invariant: nothing is read
/// beyond a block's bytes, whatever they say; a file that is wrong is refused with its byte.
/// Thread safety: thread-compatible.
/// Source: Avro specification 1.11, "Binary Encoding", "Object Container Files".

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/avro_codec.h"
#include "iceberg/avro_schema.h"

namespace clicklake::iceberg {

/// The values of a block, in their order. After the first one that does not fit, all are zero and
/// ok() is false.
class AvroCursor {
 public:
  AvroCursor() = default;
  explicit AvroCursor(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return fault_ == nullptr; }
  /// What was wrong; null while ok().
  const char* fault() const { return fault_; }
  std::size_t position() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }
  /// Notes the first fault.
  void fail(const char* fault) {
    if (fault_ == nullptr) fault_ = fault;
    bytes_ = bytes_.substr(0, at_);
  }

  std::int64_t get_long() {
    std::uint64_t bits = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) break;
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      bits |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
    }
    fail("a number does not end");
    return 0;
  }
  std::int32_t get_int();
  bool get_boolean();
  float get_float();
  double get_double();
  std::string_view get_fixed(std::size_t size);
  /// bytes and string.
  std::string_view get_bytes();
  /// Elements of an array's or a map's next block; 0 behind the last one. More of them than bytes
  /// that are left are a fault.
  std::uint64_t get_block_count();
  /// The branch of a union that the next value has, or `type` itself where it is none. Null after
  /// a fault.
  const AvroType* get_branch(const AvroType& type);
  /// Passes over one value.
  void skip(const AvroType& type);

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  const char* fault_ = nullptr;
};

struct AvroReaderOptions {
  std::size_t most_block_bytes = 64U << 20;  ///< unpacked
  std::size_t most_bytes = 1U << 30;         ///< unpacked, all blocks
};

class AvroReader {
 public:
  /// `bytes`, all of the file, outlive the reader; `name` is the file's, for messages. Errors:
  /// kInvalidData, it is no Avro file; kUnsupported, its codec or schema is not known.
  static Result<AvroReader> open(std::string_view bytes, std::string_view name,
                                 const AvroReaderOptions& options = {});

  const AvroType& schema() const { return *schema_; }
  /// An entry of the header's metadata.
  std::optional<std::string> metadata(std::string_view name) const;

  /// Steps to the next record, whose values cursor() then has; the one before was read whole. False
  /// behind the last. Errors: kInvalidData, the record before does not fit or a block is damaged;
  /// kUnsupported. Cost: a block is unpacked at its first record.
  Result<bool> next();
  AvroCursor& cursor() { return cursor_; }
  /// kInvalidData, with the file and the place.
  Error error(std::string_view what) const;

 private:
  AvroReader(std::string_view bytes, std::string_view name, const AvroReaderOptions& options)
      : bytes_(bytes), name_(name), options_(options) {}
  Status read_header();
  Status next_block();

  std::string_view bytes_;
  std::string name_;
  AvroReaderOptions options_;
  AvroTypePtr schema_;
  std::map<std::string, std::string, std::less<>> metadata_;
  AvroCodec codec_ = AvroCodec::kNull;
  std::string_view sync_;
  std::size_t at_ = 0;           ///< in the file: behind the block
  std::size_t block_start_ = 0;  ///< in the file
  std::uint64_t records_left_ = 0;
  std::size_t bytes_unpacked_ = 0;
  std::string unpacked_;
  AvroCursor cursor_;
};

}  // namespace clicklake::iceberg
