#include "transform/stray_log.h"

#include <cstring>

namespace clicklake {
namespace {

constexpr std::size_t kBufferBytes = 1U << 20;

}  // namespace

Status StrayLog::add(std::int64_t hour, std::uint32_t input, std::uint64_t source_offset,
                     std::uint64_t source_line, std::string_view text) {
  lines_.push_back({hour, input, static_cast<std::uint32_t>(text.size()), source_offset,
                    source_line, file_.size() + buffer_.size()});
  buffer_.append(text);
  return buffer_.size() >= kBufferBytes ? flush() : Status{};
}

Status StrayLog::flush() {
  RETURN_IF_ERROR(file_.append(buffer_));
  buffer_.clear();
  return {};
}

Status StrayLog::read(const StrayLine& line, char* out) const {
  if (line.log_offset < file_.size()) return file_.read(line.log_offset, out, line.length);
  std::memcpy(out, buffer_.data() + (line.log_offset - file_.size()), line.length);
  return {};
}

}  // namespace clicklake
