#include "console/prompt.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sql/statement_text.h"

namespace clicklake {

namespace {

constexpr const char* kHelp =
    ".tables           the tables, with their rows and files\n"
    ".schema TABLE     its columns\n"
    ".quit             leave (so does Ctrl-D)\n"
    "Anything else is SQL and ends with a semicolon. Tab completes names, Ctrl-R searches the "
    "history,\n"
    "Ctrl-C forgets what was typed or stops what runs.\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

enum class Next { kGoOn, kLeave };

Result<Next> run_command(LakeSession& session, std::string_view command,
                         const StatementRunner& runner, Output& out) {
  const std::size_t blank = command.find(' ');
  const std::string_view name = command.substr(0, blank);
  const std::string_view argument =
      blank == std::string_view::npos ? "" : trimmed(command.substr(blank));
  if (name == ".quit" || name == ".exit") return Next::kLeave;
  if (name == ".help") {
    RETURN_IF_ERROR(out.write(kHelp));
  } else if (name == ".tables") {
    ASSIGN_OR_RETURN(const std::vector<TableInfo> tables, session.catalog_tables());
    std::string values;
    for (const TableInfo& table : tables) {
      values += (values.empty() ? "" : ", ") +
                ("(" + quote_literal(table.name) + ", " + std::to_string(table.rows)) + ", " +
                std::to_string(table.files) + ", " + std::to_string(table.bytes) + ")";
    }
    if (!values.empty()) {
      RETURN_IF_ERROR(
          runner("SELECT * FROM (VALUES " + values + ") AS t(\"table\", rows, files, bytes)"));
    }
  } else if (name == ".schema") {
    if (argument.empty()) {
      RETURN_IF_ERROR(out.write("say which table: .schema fact_clicks\n"));
    } else {
      RETURN_IF_ERROR(runner("SELECT column_name, column_type FROM (DESCRIBE " +
                             quote_identifier(argument) + ")"));
    }
  } else {
    RETURN_IF_ERROR(out.write("there is no command " + std::string(name) + "\n" + kHelp));
  }
  return Next::kGoOn;
}

}  // namespace

Result<Completer> session_names(LakeSession& session) {
  ASSIGN_OR_RETURN(
      QueryResult result,
      session.query("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal "
                    "ORDER BY table_name, column_index"));
  std::map<std::string, std::vector<std::string>> columns;
  while (true) {
    ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
    if (chunk == nullptr) break;
    for (std::size_t row = 0; row < chunk->rows(); ++row) {
      columns[std::string(chunk->string(0, row))].emplace_back(chunk->string(1, row));
    }
  }
  Completer completer;
  for (auto& [table, names] : columns) completer.add_table(table, std::move(names));
  return completer;
}

Status run_prompt(LakeSession& session, LineEditor& editor, const StatementRunner& runner,
                  Output& out) {
  std::string pending;
  while (true) {
    const TypedLine line = editor.read(pending.empty() ? "clicklake> " : "      ...> ");
    if (line.end == LineEnd::kCancelled) {
      pending.clear();
      continue;
    }
    if (line.end == LineEnd::kFinished) {
      RETURN_IF_ERROR(out.write("\n"));
      return out.flush();
    }
    const std::string_view command = trimmed(line.text);
    if (pending.empty() && command.empty()) continue;
    Status status;
    if (pending.empty() && command.front() == '.') {
      editor.remember(line.text);
      auto next = run_command(session, command, runner, out);
      if (next && *next == Next::kLeave) return out.flush();
      if (!next) status = next.error();
    } else {
      pending += (pending.empty() ? "" : "\n") + line.text;
      if (!is_complete(pending)) continue;
      const std::string statements = std::exchange(pending, {});
      editor.remember(statements);
      for (const std::string_view statement : split_statements(statements)) {
        status = runner(statement);
        if (!status) break;
      }
    }
    if (!status) RETURN_IF_ERROR(out.write(status.error().message + "\n"));
    RETURN_IF_ERROR(out.flush());
  }
}

}  // namespace clicklake
