#pragma once
/// A mart as its file has it: a header of comments, and one query.
///
/// Place: `<lake>/marts/NAME.sql`, read by every batch. Invariant: what is read is complete: name,
/// keys, partition and incremental columns are there, and the text is one statement. Thread safety:
/// a value. Source: docs/marts.md; ADR-0028.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

struct MartFile {
  std::string name;               ///< of the file, and of the table
  std::string grain;              ///< what one row is, for people
  std::vector<std::string> keys;  ///< columns that tell rows apart; >= 1
  std::string partition;          ///< a date column: a day's rows are made anew together
  /// Whose days they are: of facts by event_timestamp, of sessions by started_at; one or both.
  bool by_facts = false;
  bool by_sessions = false;
  bool reads_sessions = false;  ///< the query names them
  bool ready = false;           ///< the program's own text: what it reads is known by its names
  std::string query;            ///< without the header and without ";" at its end
  std::string text;             ///< the whole file

  std::vector<std::string> names;  ///< that the query says, in lower case, sorted

  bool mentions(std::string_view table) const {
    return std::binary_search(names.begin(), names.end(), table);
  }
  bool operator==(const MartFile&) const = default;
};

/// Reads `text` as the mart `name`. Errors: kInvalidArgument, with `file`, the line and the way
/// out.
Result<MartFile> parse_mart(std::string_view name, std::string_view text, std::string_view file);

}  // namespace clicklake
