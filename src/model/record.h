#pragma once
/// One raw event as read: the known fields, its time, and its metadata, as views into the text or
/// into a scratch arena.
///
/// Place: what format/record_parser makes of a line, what ingest routes and transform turns into
/// rows. Invariant: a view with a null data() is a missing or null value; the empty text has a
/// non-null data(). Thread safety: a value; the bytes belong to the parser until its next call.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/raw_schema.h"

namespace clicklake {

/// A metadata key that was met before, with what is worked out for it once.
struct MetadataKey {
  /// At most this many bytes have `<byte length>:<bytes>` in canonical().
  static constexpr std::size_t kMaxBytes = 29;

  std::string_view text;
  std::uint32_t number = 0;  ///< dense from 0, among the keys of one LineShapes
  std::uint32_t canonical_size = 0;
  char canonical[32] = {};  ///< `<byte length>:<bytes>`
};

struct MetadataEntry {
  std::string_view key;
  std::string_view value;              ///< data() == nullptr: null
  const MetadataKey* known = nullptr;  ///< of `key`, where the parser met it before
};

struct Record {
  /// By RawField; event_timestamp's slot is unused (see timestamp_us).
  std::array<std::string_view, kRawFieldCount> fields;
  std::int64_t timestamp_us = 0;        ///< UTC microseconds since 1970
  std::vector<MetadataEntry> metadata;  ///< keys unique, sorted by their bytes

  std::string_view field(RawField f) const { return fields[static_cast<std::size_t>(f)]; }
};

}  // namespace clicklake
