#pragma once
/// Lines that lay in another hour's folder than their time says, kept until their hours come up.
///
/// Place: transform of files registered in place. Invariant: a line is given back whole, with the
/// place that it came from. Memory: 40 bytes a line; the text is in a temporary file that has no
/// name and goes with the process. Thread safety: thread-compatible; one a worker.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rows/spill_file.h"

namespace clicklake {

struct StrayLine {
  std::int64_t hour;    ///< of its event_timestamp
  std::uint32_t input;  ///< index of the input file
  std::uint32_t length;
  std::uint64_t source_offset;
  std::uint64_t source_line;
  std::uint64_t log_offset;
};

class StrayLog {
 public:
  explicit StrayLog(std::filesystem::path temp_dir) : file_(std::move(temp_dir)) {}

  /// Errors: kIo, kNoSpace naming the temporary folder.
  Status add(std::int64_t hour, std::uint32_t input, std::uint64_t source_offset,
             std::uint64_t source_line, std::string_view text);
  const std::vector<StrayLine>& lines() const { return lines_; }
  /// The text of one line.
  Status read(const StrayLine& line, char* out) const;

 private:
  Status flush();

  SpillFile file_;
  std::string buffer_;  ///< what the file does not hold yet
  std::vector<StrayLine> lines_;
};

}  // namespace clicklake
