#pragma once
/// Reports as people and machines read them. Place: standard output of the subcommands.

#include "pipeline/run.h"
#include "pipeline/status.h"

namespace clicklake {

/// Prints the report, problems also to standard error; gives the exit code.
int print_run_report(const RunReport& report, bool json);
void print_status(const LakeStatus& status, bool json);

}  // namespace clicklake
