#pragma once
/// The `sql` command: statements from the command line, a file, standard input or a prompt; their
/// rows to a terminal, a pipe or a file.
///
/// Place: called by cli. Thread safety: one at a time in a process (it handles SIGINT while a
/// statement runs). Source: docs/adr/0006-duckdb-by-dlopen.md.

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"
#include "query/lake_session.h"
#include "sql/result_writer.h"

namespace clicklake {

struct SqlCommandOptions {
  std::optional<std::string> sql;  ///< statements, separated by `;`
  std::filesystem::path file;      ///< a file of them; "-": standard input
  OutputFormat format = OutputFormat::kTable;
  std::filesystem::path output;  ///< written under a temporary name first; empty: standard output
  LakeSessionOptions session;
  ScanPrice price;
  std::string tag;                     ///< for the log of queries
  bool dry_run = false;                ///< says what each statement would scan, and runs none
  std::filesystem::path history_file;  ///< of the prompt; empty: it keeps none
};

/// Runs the statements in order and writes the rows of each. Without `sql` and `file`: standard
/// input where it is not a terminal, else the prompt. Returns the exit code. A table's row count
/// and what a statement scanned go to standard error; the latter into the log of queries, too,
/// where the lake can be written. Parquet needs `output` and is written of the last statement,
/// which must be a query. Errors: kInvalidArgument, the statement or the options are wrong; those
/// of LakeSession and Output. The statements before the failing one have run; an output file is not
/// there then.
Result<int> run_sql_command(Catalog& catalog, const std::filesystem::path& lake,
                            const SqlCommandOptions& options);

}  // namespace clicklake
