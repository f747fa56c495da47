#pragma once
/// Values of any DuckDB type as text, for people and for JSON.
///
/// Place: the result writers; one ColumnText a column.
/// Invariant: JSON fragments are valid JSON by RFC 8259; numbers in them keep all their digits.
/// Thread safety: thread-compatible.
/// Source: DuckDB's C API, "Vectors"; spelling of plain text as DuckDB's CAST to VARCHAR, but for
/// nested values (JSON) and
///   BLOB (`\x` and hex digits, as Postgres has it).

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sql/duckdb_api.h"

namespace clicklake {

/// `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

class ColumnText {
 public:
  /// For a column of `type`. Errors: kUnsupported, a type without a text (VARIANT, GEOMETRY): cast
  /// it in the statement.
  static Result<ColumnText> create(const DuckdbApi& api, duckdb_logical_type type,
                                   std::string_view name);
  ColumnText(ColumnText&&) noexcept;
  ColumnText& operator=(ColumnText&&) noexcept;
  ~ColumnText();

  /// Reads from `vector`'s rows from now on; it must outlive that.
  void bind(duckdb_vector vector);
  bool is_null(std::size_t row) const;
  /// The plain text of a row that is not NULL.
  void append_text(std::string& out, std::size_t row) const;
  /// The JSON value of a row, `null` included. Times are ISO 8601 with `T`, those with a zone end
  /// in `Z`.
  void append_json(std::string& out, std::size_t row) const;
  /// Whether the values are numbers, to be aligned at the right.
  bool is_number() const;

 private:
  struct Node;
  explicit ColumnText(std::unique_ptr<Node> node);
  std::unique_ptr<Node> node_;
};

}  // namespace clicklake
