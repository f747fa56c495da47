#pragma once
/// Judges the lines of a block: good ones are grouped by their hour, bad ones are handed out with
/// the reason.
///
/// Place: between the line reader and the raw writer.
/// Invariant: every line of a block is in exactly one group, or refused, or counted as blank.
/// Thread safety: thread-compatible; each thread has its own.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/key_counts.h"
#include "format/line_reader.h"
#include "format/quarantine_writer.h"
#include "format/record_parser.h"

namespace clicklake {

/// Valid lines of one hour in one block: `pieces` one behind the other are whole lines with '\n'.
struct HourLines {
  std::int64_t hour = 0;
  std::int64_t records = 0;
  std::vector<std::string_view> pieces;
};

struct LineCounts {
  std::uint64_t valid = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t blank = 0;
  std::uint64_t read() const { return valid + quarantined + blank; }
  LineCounts& operator+=(const LineCounts& other);
};

class BlockRouter {
 public:
  /// `count_keys`: which keys the valid lines have is counted, see key_counts().
  explicit BlockRouter(bool count_keys = false) : count_keys_(count_keys) {
    parser_.note_values(count_keys);
  }

  /// Judges `block` of the source `file` (as shown), which is number `source` of the caller's.
  /// `refuse` is called for each bad line. Where `collect` is false, valid lines are counted only.
  /// Returns the counts of this block; hours() then has its groups, valid while the block's bytes
  /// are.
  Result<LineCounts> route(const LineBlock& block, std::string_view file, std::size_t source,
                           bool collect, const std::function<Status(const RejectedRow&)>& refuse);
  std::span<const HourLines> hours() const { return {groups_.data(), group_count_}; }
  /// The keys and kinds of values of all valid lines so far; `name` gives a source's name.
  std::vector<KeyCount> key_counts(const std::function<std::string(std::uint32_t)>& name) {
    return key_counter_.counts(name);
  }

 private:
  void keep(std::int64_t hour, const char* begin, const char* end);
  HourLines& group(std::int64_t hour);
  Status refuse_overlong(const LineBlock& block, std::string_view file,
                         const std::function<Status(const RejectedRow&)>& refuse);

  static constexpr std::size_t kSlots = 1024;
  const bool count_keys_;
  RecordParser parser_;
  KeyCounter key_counter_;
  Record record_;
  std::vector<HourLines> groups_;  ///< group_count_ are in use; the others keep their memory
  std::size_t group_count_ = 0;
  std::array<std::uint32_t, kSlots> slots_{};  ///< by hour: index + 1 of its group, perhaps stale
  HourLines* last_ = nullptr;
};

}  // namespace clicklake
