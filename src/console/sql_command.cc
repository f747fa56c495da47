#include "console/sql_command.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include "console/interrupt.h"
#include "console/line_editor.h"
#include "console/prompt.h"
#include "metastore/query_log.h"
#include "objstore/durable_file.h"
#include "query/lake_session.h"
#include "sql/statement_text.h"

namespace clicklake {

namespace {

/// A terminal is shown this much of a table; pipes and files get all of it.
constexpr TableLimits kTerminalLimits{.rows = 1000, .cell_width = 120};

Result<std::string> read_all(int descriptor, const std::string& name) {
  std::string text;
  char block[1 << 16];
  while (true) {
    const ssize_t size = read(descriptor, block, sizeof(block));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno_error(errno, "read " + name);
    if (size == 0) return text;
    text.append(block, static_cast<std::size_t>(size));
  }
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno_error(errno, "open " + path.string());
  auto text = read_all(descriptor, path.string());
  close(descriptor);
  return text;
}

std::string count_of_rows(const WrittenRows& written) {
  return std::to_string(written.rows) + (written.rows == 1 ? " row" : " rows");
}

/// Says what statements scanned, and keeps it.
class Billing {
 public:
  Billing(const SqlCommandOptions& options, Catalog& catalog)
      : options_(options), catalog_(catalog) {}

  /// After a statement that took `spent` and gave `rows`.
  void settle(const LakeSession& session, std::string_view statement, std::int64_t rows,
              std::chrono::steady_clock::duration spent) {
    if (!session.bill() || session.bill()->tables.empty()) return;
    ScanBill bill = *session.bill();
    bill.rows = rows;
    bill.raw_bytes = raw_bytes();
    bill.seconds = std::chrono::duration<double>(spent).count();
    std::fprintf(stderr, "%s\n", to_string(bill, options_.price).c_str());
    if (log_ == nullptr) return;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    LoggedQuery query{
        .time_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count(),
        .statement = std::string(statement),
        .tag = options_.tag,
        .duration_us = std::chrono::duration_cast<std::chrono::microseconds>(spent).count(),
        .rows = rows,
        .raw_bytes = bill.raw_bytes,
        .scans = {}};
    query.time_us -= query.duration_us;
    for (const TableScan& scan : bill.tables)
      query.scans.push_back(
          {.table = scan.table, .raw = scan.raw, .bytes = scan.bytes, .files = scan.files});
    // A query is answered whether or not its line can be kept.
    if (const Status kept = log_->append(query); !kept) {
      std::fprintf(stderr, "note: the log of queries lacks this one: %s\n",
                   kept.error().message.c_str());
    }
  }

  /// Of the whole raw table; 0 where that is not known.
  std::int64_t raw_bytes() {
    if (!opened_) {
      opened_ = true;  // not at start-up: most commands that read nothing need no log
      if (auto log = QueryLog::open(catalog_)) log_ = std::move(*log);
      if (log_ != nullptr) {
        if (const auto bytes = log_->raw_bytes()) raw_bytes_ = *bytes;
      }
    }
    return raw_bytes_;
  }

 private:
  const SqlCommandOptions& options_;
  Catalog& catalog_;
  bool opened_ = false;
  std::unique_ptr<QueryLog> log_;  ///< null: a lake that can't be written keeps none
  std::int64_t raw_bytes_ = 0;
};

/// Runs `statement` and writes what it gives back; a table's row count, and the bill, to standard
/// error.
Status show(LakeSession& session, std::string_view statement, OutputFormat format,
            const TableLimits& limits, bool timed, Billing& billing, Output& out) {
  const auto begin = std::chrono::steady_clock::now();
  const InterruptOnSignal interrupts(session);
  ASSIGN_OR_RETURN(QueryResult result, session.query(statement));
  for (const std::string& note : session.notes()) std::fprintf(stderr, "note: %s\n", note.c_str());
  WrittenRows written;
  const auto bill = [&] {
    billing.settle(session, statement, written.rows, std::chrono::steady_clock::now() - begin);
    return Status{};
  };
  if (result.kind() == ResultKind::kNothing) {
    ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
    (void)chunk;
    if (!timed) return bill();
  } else {
    ASSIGN_OR_RETURN(written, write_result(result, format, limits, out));
  }
  if (format != OutputFormat::kTable) return bill();
  std::string line = result.kind() == ResultKind::kNothing ? "done" : count_of_rows(written);
  if (written.more) line = "the first " + line + "; give a LIMIT, or --format csv for all of them";
  if (timed) {
    const auto spent = std::chrono::steady_clock::now() - begin;
    line += ", " +
            std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(spent).count()) +
            " ms";
  }
  std::fprintf(stderr, "(%s)\n", line.c_str());
  return bill();
}

/// Says what `statement` would scan.
Status show_dry(LakeSession& session, std::string_view statement, const SqlCommandOptions& options,
                Billing& billing, Output& out) {
  ASSIGN_OR_RETURN(ScanBill bill, session.dry_run(statement));
  bill.raw_bytes = billing.raw_bytes();
  const bool json =
      options.format == OutputFormat::kJson || options.format == OutputFormat::kNdjson;
  RETURN_IF_ERROR(
      out.write((json ? to_json(bill, options.price) : to_string(bill, options.price)) + "\n"));
  return out.flush();
}

/// Which of several statements failed.
Error in_statement(Error error, std::size_t index, std::size_t count) {
  if (count > 1)
    error.message = "statement " + std::to_string(index + 1) + " of " + std::to_string(count) +
                    ": " + error.message;
  return error;
}

Status make_durable(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  const int descriptor = open(temporary.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno_error(errno, "open " + temporary.string());
  const int synced = fsync(descriptor);
  const int reason = errno;
  close(descriptor);
  if (synced != 0) return errno_error(reason, "sync " + temporary.string());
  if (rename(temporary.c_str(), path.c_str()) != 0)
    return errno_error(errno, "rename " + temporary.string());
  return {};
}

Status write_parquet(LakeSession& session, std::string_view statement,
                     const std::filesystem::path& path) {
  const StatementShape shape = statement_shape(statement);
  if (shape.statement_class != StatementClass::kRead || shape.query != statement) {
    return Error{ErrorCode::kInvalidArgument,
                 "only a query can be written as Parquet, not: " + std::string(statement)};
  }
  const std::filesystem::path temporary = temporary_path(path);
  const InterruptOnSignal interrupts(session);
  // The line end closes a comment that the query may end in.
  Status status =
      session.execute("COPY (" + std::string(statement) + "\n) TO " +
                      quote_literal(temporary.string()) + " (FORMAT parquet, COMPRESSION zstd)");
  if (status) status = make_durable(temporary, path);
  if (!status) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
  }
  return status;
}

Status run_statements(LakeSession& session, const std::vector<std::string_view>& statements,
                      const SqlCommandOptions& options, Billing& billing) {
  const bool to_file = !options.output.empty();
  const bool parquet = options.format == OutputFormat::kParquet && !options.dry_run;
  TableLimits limits;
  if (!to_file && isatty(STDOUT_FILENO) != 0) limits = kTerminalLimits;
  Output out = Output::to_descriptor(STDOUT_FILENO, "standard output");
  if (to_file && !parquet) {
    ASSIGN_OR_RETURN(out, Output::to_file(options.output));
  }
  for (std::size_t i = 0; i < statements.size(); ++i) {
    Status status;
    const auto begin = std::chrono::steady_clock::now();
    if (options.dry_run) {
      status = show_dry(session, statements[i], options, billing, out);
    } else if (!parquet) {
      status = show(session, statements[i], options.format, limits, false, billing, out);
    } else if (i + 1 < statements.size()) {
      status = session.execute(statements[i]);
    } else {
      status = write_parquet(session, statements[i], options.output);
      if (status)
        billing.settle(session, statements[i], 0, std::chrono::steady_clock::now() - begin);
    }
    if (!status) return in_statement(status.error(), i, statements.size());
  }
  return out.finish();
}

Status prompt(LakeSession& session, const SqlCommandOptions& options, Billing& billing) {
  ASSIGN_OR_RETURN(const Completer completer, session_names(session));
  const auto editor = make_line_editor(options.history_file, completer);
  Output out = Output::to_descriptor(STDOUT_FILENO, "standard output");
  const StatementRunner runner = [&](std::string_view statement) {
    if (options.dry_run) return show_dry(session, statement, options, billing, out);
    return show(session, statement, options.format, kTerminalLimits, true, billing, out);
  };
  RETURN_IF_ERROR(out.write("Tables of the lake, read by DuckDB. .help says what there is.\n"));
  RETURN_IF_ERROR(out.flush());
  return run_prompt(session, *editor, runner, out);
}

}  // namespace

Result<int> run_sql_command(Catalog& catalog, const std::filesystem::path& lake,
                            const SqlCommandOptions& options) {
  if (options.sql && !options.file.empty()) {
    return Error{ErrorCode::kInvalidArgument, "give the SQL itself or a file of it (-f), not both"};
  }
  const bool parquet = options.format == OutputFormat::kParquet && !options.dry_run;
  if (parquet && options.output.empty()) {
    return Error{ErrorCode::kInvalidArgument, "--format parquet needs --output FILE"};
  }
  const bool from_stdin = options.file == "-" || (!options.sql && options.file.empty());
  const bool interactive = from_stdin && options.file.empty() && isatty(STDIN_FILENO) != 0;
  if (interactive && !options.output.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "--output needs SQL: as an argument, from a file (-f) or piped in"};
  }
  std::string text;
  if (options.sql) {
    text = *options.sql;
  } else if (!from_stdin) {
    ASSIGN_OR_RETURN(text, read_file(options.file));
  } else if (!interactive) {
    ASSIGN_OR_RETURN(text, read_all(STDIN_FILENO, "standard input"));
  }
  const std::vector<std::string_view> statements = split_statements(text);
  if (!interactive && statements.empty()) {
    return Error{ErrorCode::kInvalidArgument, "there is no SQL statement in what was given"};
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<LakeSession> session,
                   LakeSession::open(catalog, lake, options.session));
  Billing billing(options, catalog);
  if (interactive) {
    RETURN_IF_ERROR(prompt(*session, options, billing));
  } else {
    RETURN_IF_ERROR(run_statements(*session, statements, options, billing));
  }
  return 0;
}

}  // namespace clicklake
