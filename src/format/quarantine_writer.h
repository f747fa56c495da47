#pragma once
/// Writes refused records, one JSON object a line, to a file of the batch under `quarantine/`.
///
/// Place: ingest and transform send bad rows here; nothing is ever dropped.
/// Invariant: the file is complete or absent under its final name; counts equal its lines.
/// Thread safety: safe; writers share one file behind a lock (bad rows are rare).
/// Source: docs/formats/quarantine.md.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/raw_schema.h"

namespace clicklake {

struct RejectedRow {
  RejectReason reason = RejectReason::kInvalidJson;
  std::string_view file = {};   ///< the source's path as the user named it ("-" for standard input)
  std::uint64_t offset = 0;     ///< byte offset of the line in the (decompressed) source
  std::uint64_t line = 0;       ///< 1-based
  std::uint64_t length = 0;     ///< bytes of the line
  std::string_view field = {};  ///< the field at fault, "" where it is the whole record
  std::uint64_t position = 0;   ///< byte within the line at which it was found
  std::string_view text = {};   ///< the line (of an overlong one its first 64 KiB); any bytes
};

using RejectCounts = std::array<std::uint64_t, kRejectReasonCount>;

class QuarantineWriter {
 public:
  /// Nothing is created before the first row. `path`: the final name,
  /// `<lake>/quarantine/<batch>.ndjson`.
  explicit QuarantineWriter(std::filesystem::path path);
  ~QuarantineWriter();  ///< removes the temporary file when not finished
  QuarantineWriter(const QuarantineWriter&) = delete;
  QuarantineWriter& operator=(const QuarantineWriter&) = delete;

  /// Appends {"reason","file","offset","line","length","field","position","text"} (a file, field or
  /// text that is no UTF-8 goes as "text_base64" instead of "text").
  /// Errors: kIo, kNoSpace.
  Status add(const RejectedRow& row);
  RejectCounts counts() const;
  std::uint64_t total() const;
  /// The first row added, for a message: "FILE, line N: REASON in FIELD: TEXT", the text cut at 200
  /// bytes. "" before there is one.
  std::string first_row() const;
  /// Syncs and renames; the folder is the caller's to sync. A no-op without rows. Fault points
  /// "quarantine.sync", "quarantine.rename".
  Status finish();
  /// XXH3-128 hex of the file's bytes, after finish(); "" without rows.
  std::string content_hash() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clicklake
