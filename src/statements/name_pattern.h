#pragma once
/// Patterns of SHOW: `*` or `.*` for any text, `.` for any one character, `|` between alternatives.
///
/// Place: SHOW TABLES, VIEWS and DATABASES. Invariant: time is at most pattern times name, whatever
/// the pattern. Thread safety: pure functions. Source: Athena user guide, "SHOW TABLES"; Hive
/// compares without regard to case.

#include <string_view>

namespace clicklake {

/// Whether all of `name` fits one alternative of `pattern`; an empty pattern fits every name.
bool fits_name_pattern(std::string_view name, std::string_view pattern);

}  // namespace clicklake
