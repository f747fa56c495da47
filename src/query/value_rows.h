#pragma once
/// Rows of texts that SQL can read: `lake_values('3')`.
///
/// Place: partitions go through it into conditions written in SQL; what SHOW and DESCRIBE say goes
/// through it to the result writers.
/// Invariant: every column is VARCHAR; rows come in their order when one thread reads.
/// Thread safety: thread-compatible; the rows must not change while a statement reads them.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace clicklake {

class Session;

class ValueRows {
 public:
  using Row = std::vector<std::optional<std::string>>;
  struct Table {
    std::vector<std::string> columns;
    std::vector<Row> rows;
  };

  /// Keeps the rows and gives the name to read them by.
  std::string add(std::vector<std::string> columns, std::vector<Row> rows);
  void clear() { tables_.clear(); }
  /// Null where there is none of that name.
  std::shared_ptr<const Table> find(const std::string& name) const;

 private:
  std::int64_t next_ = 1;
  std::map<std::string, std::shared_ptr<const Table>> tables_;
};

inline constexpr const char* kValueRowsFunction = "lake_values";

/// Makes the function known in `session`; `rows` outlives it.
Status register_value_rows(Session& session, const ValueRows& rows);

}  // namespace clicklake
