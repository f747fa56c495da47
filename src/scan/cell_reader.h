#pragma once
/// One value's text becomes one cell, by the rules of the table's SerDe.
///
/// Place: last step of every row reader. Thread safety: thread-compatible, one a thread.
/// Source: docs/formats/serdes.md, which names the readers that the rules were taken from.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/hive_type.h"
#include "model/time.h"
#include "scan/column_vector.h"
#include "scan/text_format.h"
#include "scan/time_text.h"

namespace clicklake {

enum class CellOutcome : std::uint8_t {
  kValue,
  kNull,   ///< the cell is not written: the caller does that
  kFault,  ///< the text is none of the type, and the SerDe does not take that for NULL
};

class CellReader {
 public:
  explicit CellReader(const TextFormat& format);

  /// Reads `text` as a scalar of `type` into `row` of `out`; with a null `out` it only says what
  /// would come of it. `quoted`: it stood in quotes in JSON; `text` is what was between them.
  CellOutcome read(const HiveType& type, std::string_view text, bool quoted, ColumnVector* out,
                   std::size_t row);

  /// The time of "YYYY-MM-DDTHH:MM:SS.mmmZ" into `*us`, as read() takes it; false for any other
  /// text.
  bool read_usual_time(std::string_view text, std::int64_t* us) {
    if (text.size() != 24 || text[10] != 'T' || text[23] != 'Z' || !patterns_.empty()) return false;
    return timestamps_.parse(text, us);
  }

  /// Whether some text for a scalar of that type is a fault, so that cells that nobody asked for
  /// must be checked.
  bool can_fault(HiveKind kind) const;

  SerDe serde() const { return serde_; }

 private:
  CellOutcome unreadable() const {
    return serde_ == SerDe::kHiveJson || serde_ == SerDe::kOpenCsv ? CellOutcome::kFault
                                                                   : CellOutcome::kNull;
  }
  CellOutcome read_integer(HiveKind kind, std::string_view text, bool quoted, ColumnVector* out,
                           std::size_t row) const;
  CellOutcome read_timestamp(std::string_view text, ColumnVector* out, std::size_t row);
  CellOutcome read_text(const HiveType& type, std::string_view text, bool quoted, ColumnVector* out,
                        std::size_t row) const;
  CellOutcome read_binary(std::string_view text, bool quoted, ColumnVector* out, std::size_t row);

  SerDe serde_;
  std::vector<TimePattern> patterns_;
  TimestampReader timestamps_;
  std::string bytes_;  ///< decoded base64
};

}  // namespace clicklake
