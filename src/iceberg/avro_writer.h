#pragma once
/// Writes Avro object container files, value by value.
///
/// Place: under manifests and manifest lists. Invariant: equal calls make equal files, sync marker
/// included. Thread safety: thread-compatible.
/// Source: Avro specification 1.11, "Binary Encoding", "Object Container Files".

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "iceberg/avro_codec.h"

namespace clicklake::iceberg {

/// The values between two end_record() calls are the caller's to match with the schema.
class AvroWriter {
 public:
  /// `schema`: the records' schema as JSON. `metadata`: the header's other entries.
  AvroWriter(std::string_view schema,
             const std::vector<std::pair<std::string, std::string>>& metadata, AvroCodec codec);

  /// int and long; also a union's branch and the count of an array's block.
  void put_long(std::int64_t value) {
    std::uint64_t bits =
        (static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0);
    char bytes[10];
    std::size_t size = 0;
    for (; bits >= 0x80; bits >>= 7) bytes[size++] = static_cast<char>(bits | 0x80);
    bytes[size++] = static_cast<char>(bits);
    block_.append(bytes, size);
  }
  void put_boolean(bool value) { block_.push_back(value ? '\1' : '\0'); }
  void put_float(float value);
  void put_double(double value);
  /// bytes and string.
  void put_bytes(std::string_view value) {
    put_long(static_cast<std::int64_t>(value.size()));
    block_.append(value);
  }
  void put_fixed(std::string_view value) { block_.append(value); }
  void put_null_branch() { put_long(0); }
  void put_value_branch() { put_long(1); }

  /// Ends a record; a full block is packed.
  Status end_record();
  /// The whole file. The writer is spent.
  Result<std::string> finish();

 private:
  Status end_block();

  AvroCodec codec_;
  std::string file_;
  std::string sync_;
  std::string block_;
  std::int64_t records_ = 0;
};

}  // namespace clicklake::iceberg
