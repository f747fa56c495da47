#pragma once
/// Delimited text: how its fields are told apart, and their types.
///
/// Place: while a crawl samples a file that is named .csv, .tsv or .txt.
/// Invariant: the same lines give the same answer. Thread safety: pure functions over values.
/// Source: RFC 4180; the rules of AWS Glue's CSV classifier (a header is text above columns of
/// which one at least is not).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/value_types.h"

namespace clicklake {

struct CsvDialect {
  char delimiter = ',';
  bool quoted = false;  ///< fields in '"' were met
  bool operator==(const CsvDialect&) const = default;
};

/// Of `lines` (without their ends, at least one): the delimiter among comma, tab, semicolon and bar
/// that cuts most lines into the same number of fields, more than one. Nothing where none does.
std::optional<CsvDialect> find_csv_dialect(const std::vector<std::string_view>& lines);

/// The fields of one line; quotes are taken off, doubled ones are one.
std::vector<std::string> split_csv(std::string_view line, char delimiter);

/// The form of a field: "" and \N are null, true and false boolean; ISO times with a 'T' are text,
/// which the SerDes of delimited text read as such.
ValueForm form_of_csv_field(std::string_view text, const CsvDialect& dialect);

struct CsvSample {
  CsvDialect dialect;
  std::vector<std::string> first;   ///< the fields of the first line
  bool header = false;              ///< `first` is names
  std::vector<ValueTypes> columns;  ///< of the lines behind the first
};

/// Errors are none: where no delimiter is found, the lines are one column.
CsvSample sample_csv(const std::vector<std::string_view>& lines);

/// Names for columns: those of the header, sanitised and made different; without one col0, col1...
std::vector<std::string> csv_column_names(const std::vector<std::string>& first, bool header);

}  // namespace clicklake
