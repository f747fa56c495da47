#pragma once
/// Writes clicks as lines of JSON in the raw schema.
///
/// Place: the last step of a generated event, straight into the file's buffer.
/// Invariant: a line is one flat object (metadata the only nested one), keys in the schema's order,
/// with '\n' at its end; equal
///   clicks give equal bytes.
/// Thread safety: safe; immutable.

#include <array>
#include <cstdint>
#include <string>

#include "generate/session.h"
#include "generate/shop.h"

namespace clicklake::synthetic {

/// No line is longer, line end and Piece blocks included.
inline constexpr std::size_t kMaxLineBytes = 4096;

/// `,"event_timestamp":"2024-11-01T05:` of one hour.
class HourText {
 public:
  /// `hour`: hours since 1970.
  explicit HourText(std::int64_t hour);
  const std::array<char, 64>& bytes() const { return bytes_; }
  std::size_t size() const { return size_; }

 private:
  std::array<char, 64> bytes_{};
  std::size_t size_;
};

class ClickText {
 public:
  explicit ClickText(const Shop& shop) : shop_(shop) {}

  /// Appends the line of `click` (its at_ms counted from `hour`, below an hour) at `out`, which has
  /// room for kMaxLineBytes.
  char* put_line(char* out, const HourText& hour, const Session& session, const Click& click) const;

 private:
  char* put_identity(char* out, const Session& session, const Click& click) const;
  char* put_pages(char* out, const Session& session, const Click& click) const;
  char* put_metadata(char* out, const Session& session, const Click& click) const;
  char* put_details(char* out, const Session& session, const Click& click, bool is_app) const;

  const Shop& shop_;
};

}  // namespace clicklake::synthetic
