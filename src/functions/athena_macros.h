#pragma once
/// The table of Athena's functions: macros, and refusals.
///
/// Place: prepare_athena_functions (athena_functions.h) looks names up in it.
/// Invariant: in order of the names, each once; names are lower case.
/// Thread safety: constants.
/// Source: docs/athena-functions.md.

#include <span>
#include <string_view>

namespace clicklake {

enum class AthenaFunctionKind {
  kMacro,      ///< made the same by `text`
  kAggregate,  ///< as kMacro, of an aggregate: DISTINCT, ORDER BY and FILTER need `spelling`
  kRefused,    ///< `text` says why, `spelling` what to write
};

struct AthenaFunction {
  std::string_view name;
  AthenaFunctionKind kind;
  /// Of a macro: its parameters and body, `(x) AS ...`, for each number of parameters.
  std::string_view text;
  std::string_view spelling{};
};

std::span<const AthenaFunction> athena_functions();

/// Nothing where there is none. `name` is lower case.
const AthenaFunction* find_athena_function(std::string_view name);

}  // namespace clicklake
