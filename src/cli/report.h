#pragma once
/// Reports as people and machines read them. Place: standard output of the subcommands.

#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/run.h"
#include "pipeline/status.h"

namespace clicklake {

/// Prints the report, problems also to standard error; gives the exit code.
int print_run_report(const RunReport& report, bool json);
void print_status(const LakeStatus& status, bool json);

/// 2400000 -> "2,400,000".
std::string number_text(std::int64_t number);
/// A file's name may be any bytes; JSON may not: what is no UTF-8 becomes U+FFFD.
std::string as_utf8(std::string_view text);
/// For a line of text: control characters (line breaks in file names) as \n or \x1B.
std::string as_line(std::string_view text);

}  // namespace clicklake
