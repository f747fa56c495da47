#include "ingest/block_router.h"

#include <cstring>

#include "model/time.h"

namespace clicklake {
namespace {

constexpr std::string_view kLineEnd = "\n";

}  // namespace

LineCounts& LineCounts::operator+=(const LineCounts& other) {
  valid += other.valid;
  quarantined += other.quarantined;
  blank += other.blank;
  return *this;
}

HourLines& BlockRouter::group(std::int64_t hour) {
  if (last_ != nullptr && last_->hour == hour) return *last_;
  std::uint32_t& slot = slots_[static_cast<std::size_t>(hour) % kSlots];
  std::size_t index = slot - 1U;
  if (slot == 0 || index >= group_count_ || groups_[index].hour != hour) {
    // Hours that share a slot are as rare as blocks that span six weeks: look for them in turn.
    for (index = 0; index < group_count_ && groups_[index].hour != hour; ++index) {
    }
    if (index == group_count_) {
      if (group_count_ == groups_.size()) groups_.emplace_back();
      HourLines& fresh = groups_[group_count_++];
      fresh.hour = hour;
      fresh.records = 0;
      fresh.pieces.clear();
    }
    slot = static_cast<std::uint32_t>(index + 1);
  }
  last_ = &groups_[index];
  return *last_;
}

/// Adds the line [begin, end), end behind its '\n'. Neighbours of one hour become one piece.
void BlockRouter::keep(std::int64_t hour, const char* begin, const char* end) {
  HourLines& lines = group(hour);
  ++lines.records;
  const bool has_carriage_return = end - begin >= 2 && end[-2] == '\r';
  if (has_carriage_return) {
    lines.pieces.emplace_back(begin, static_cast<std::size_t>(end - begin - 2));
    lines.pieces.push_back(kLineEnd);
    return;
  }
  if (!lines.pieces.empty()) {
    std::string_view& piece = lines.pieces.back();
    if (piece.data() + piece.size() == begin) {
      piece = {piece.data(), piece.size() + static_cast<std::size_t>(end - begin)};
      return;
    }
  }
  lines.pieces.emplace_back(begin, static_cast<std::size_t>(end - begin));
}

Status BlockRouter::refuse_overlong(const LineBlock& block, std::string_view file,
                                    const std::function<Status(const RejectedRow&)>& refuse) {
  for (const OverlongLine& line : block.overlong) {
    RejectedRow row;
    row.reason = RejectReason::kLineTooLong;
    row.file = file;
    row.offset = line.offset;
    row.line = line.line;
    row.length = line.length;
    row.text = line.head;
    RETURN_IF_ERROR(refuse(row));
  }
  return {};
}

Result<LineCounts> BlockRouter::route(const LineBlock& block, std::string_view file,
                                      std::size_t source, bool collect,
                                      const std::function<Status(const RejectedRow&)>& refuse) {
  group_count_ = 0;
  last_ = nullptr;
  LineCounts counts;
  counts.quarantined = block.overlong.size();
  RETURN_IF_ERROR(refuse_overlong(block, file, refuse));
  const char* const end = block.data + block.size;
  std::size_t index = 0;
  for (const char* line = block.data; line < end; ++index) {
    const char* const stop =
        static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
    const std::string_view text(line, static_cast<std::size_t>(stop - line));
    switch (parser_.parse(text, &record_)) {
      case ParseOutcome::kRecord:
        ++counts.valid;
        if (count_keys_) {
          const bool is_array = !block.element_offsets.empty();
          key_counter_.count(
              hour_of(record_.timestamp_us) / 24, parser_.form(), text,
              {static_cast<std::uint32_t>(source),
               is_array ? block.element_offsets[index]
                        : block.offset + static_cast<std::uint64_t>(line - block.data),
               is_array ? block.element_lines[index] : block.first_line + index});
        }
        if (collect) keep(hour_of(record_.timestamp_us), line, stop + 1);
        break;
      case ParseOutcome::kBlank: ++counts.blank; break;
      case ParseOutcome::kRejected: {
        ++counts.quarantined;
        const Rejection& rejection = parser_.rejection();
        const bool is_array = !block.element_offsets.empty();
        RejectedRow row;
        row.reason = rejection.reason;
        row.file = file;
        row.offset = is_array ? block.element_offsets[index]
                              : block.offset + static_cast<std::uint64_t>(line - block.data);
        row.line = is_array ? block.element_lines[index] : block.first_line + index;
        row.text = text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
        row.length = row.text.size();
        row.field = rejection.field;
        row.position = rejection.position;
        RETURN_IF_ERROR(refuse(row));
        break;
      }
    }
    line = stop + 1;
  }
  return counts;
}

}  // namespace clicklake
