#include "sql/result_writer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sql/duckdb_api.h"
#include "sql/table_text.h"
#include "sql/value_text.h"

namespace clicklake {

namespace {

/// One ColumnText a column, bound to a chunk at a time.
class RowText {
 public:
  static Result<RowText> create(const QueryResult& result) {
    RowText out(result.api().get());
    for (std::size_t i = 0; i < result.columns().size(); ++i) {
      ASSIGN_OR_RETURN(
          ColumnText column,
          ColumnText::create(*result.api(),
                             static_cast<duckdb_logical_type>(result.column_types()[i]),
                             result.columns()[i].name));
      out.columns_.push_back(std::move(column));
    }
    return out;
  }

  void bind(const Chunk& chunk) {
    auto* handle = static_cast<duckdb_data_chunk>(chunk.handle());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      columns_[i].bind(api_->duckdb_data_chunk_get_vector(handle, i));
    }
  }
  const std::vector<ColumnText>& columns() const { return columns_; }

 private:
  explicit RowText(const DuckdbApi* api) : api_(api) {}
  const DuckdbApi* api_;
  std::vector<ColumnText> columns_;
};

/// Calls `row(columns, number)` for each row until it returns false; returns how many rows it took.
template <typename RowFunction>
Result<WrittenRows> for_each_row(QueryResult& result, RowText& text, const RowFunction& row) {
  WrittenRows written;
  while (true) {
    ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
    if (chunk == nullptr) return written;
    text.bind(*chunk);
    for (std::size_t i = 0; i < chunk->rows(); ++i) {
      ASSIGN_OR_RETURN(const bool taken, row(text.columns(), i));
      if (!taken) {
        written.more = true;
        return written;
      }
      ++written.rows;
    }
  }
}

void append_csv(std::string& out, std::string_view text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

Result<WrittenRows> write_csv(QueryResult& result, RowText& text, Output& out) {
  std::string line;
  for (const ResultColumn& column : result.columns()) {
    if (&column != &result.columns().front()) line += ',';
    append_csv(line, column.name);
  }
  line += '\n';
  RETURN_IF_ERROR(out.write(line));
  std::string cell;
  return for_each_row(result, text,
                      [&](const std::vector<ColumnText>& columns, std::size_t row) -> Result<bool> {
                        line.clear();
                        for (std::size_t i = 0; i < columns.size(); ++i) {
                          if (i > 0) line += ',';
                          if (columns[i].is_null(row)) continue;
                          cell.clear();
                          columns[i].append_text(cell, row);
                          append_csv(line, cell);
                        }
                        line += '\n';
                        RETURN_IF_ERROR(out.write(line));
                        return true;
                      });
}

Result<WrittenRows> write_json(QueryResult& result, RowText& text, Output& out) {
  std::string line = "{\"columns\":[";
  for (const ResultColumn& column : result.columns()) {
    if (&column != &result.columns().front()) line += ',';
    line += "{\"name\":";
    append_json_string(line, column.name);
    line += ",\"type\":";
    append_json_string(line, column.type);
    line += '}';
  }
  line += "],\"rows\":[";
  RETURN_IF_ERROR(out.write(line));
  const char* before = "\n[";
  ASSIGN_OR_RETURN(
      const WrittenRows written,
      for_each_row(result, text,
                   [&](const std::vector<ColumnText>& columns, std::size_t row) -> Result<bool> {
                     line = before;
                     before = ",\n[";
                     for (std::size_t i = 0; i < columns.size(); ++i) {
                       if (i > 0) line += ',';
                       columns[i].append_json(line, row);
                     }
                     line += ']';
                     RETURN_IF_ERROR(out.write(line));
                     return true;
                   }));
  RETURN_IF_ERROR(out.write(written.rows > 0 ? "\n]}\n" : "]}\n"));
  return written;
}

/// `"name":` of each column, names made unique.
std::vector<std::string> object_keys(const std::vector<ResultColumn>& columns) {
  std::vector<std::string> names;
  std::vector<std::string> keys;
  for (const ResultColumn& column : columns) {
    std::string name = column.name;
    for (int n = 1; std::find(names.begin(), names.end(), name) != names.end(); ++n) {
      name = column.name + "_" + std::to_string(n);
    }
    keys.emplace_back();
    append_json_string(keys.back(), name);
    keys.back() += ':';
    names.push_back(std::move(name));
  }
  return keys;
}

Result<WrittenRows> write_ndjson(QueryResult& result, RowText& text, Output& out) {
  const std::vector<std::string> keys = object_keys(result.columns());
  std::string line;
  return for_each_row(result, text,
                      [&](const std::vector<ColumnText>& columns, std::size_t row) -> Result<bool> {
                        line = "{";
                        for (std::size_t i = 0; i < columns.size(); ++i) {
                          if (i > 0) line += ',';
                          line += keys[i];
                          columns[i].append_json(line, row);
                        }
                        line += "}\n";
                        RETURN_IF_ERROR(out.write(line));
                        return true;
                      });
}

Result<WrittenRows> write_table(QueryResult& result, RowText& text, const TableLimits& limits,
                                Output& out) {
  std::vector<TableColumn> header;
  for (std::size_t i = 0; i < result.columns().size(); ++i) {
    header.push_back({result.columns()[i].name, text.columns()[i].is_number()});
  }
  TableText table(std::move(header), limits.cell_width);
  std::size_t rows = 0;
  std::string ready;
  ASSIGN_OR_RETURN(
      const WrittenRows written,
      for_each_row(result, text,
                   [&](const std::vector<ColumnText>& columns, std::size_t row) -> Result<bool> {
                     if (limits.rows != 0 && rows++ == limits.rows) return false;
                     for (const ColumnText& column : columns) {
                       std::string cell;
                       if (column.is_null(row)) {
                         cell = "NULL";
                       } else {
                         column.append_text(cell, row);
                       }
                       table.add(cell);
                     }
                     table.take_ready(ready);
                     if (ready.empty()) return true;
                     RETURN_IF_ERROR(out.write(ready));
                     ready.clear();
                     return true;
                   }));
  table.finish(ready);
  RETURN_IF_ERROR(out.write(ready));
  return written;
}

}  // namespace

Result<OutputFormat> parse_output_format(std::string_view name) {
  if (name == "table") return OutputFormat::kTable;
  if (name == "csv") return OutputFormat::kCsv;
  if (name == "json") return OutputFormat::kJson;
  if (name == "ndjson") return OutputFormat::kNdjson;
  if (name == "parquet") return OutputFormat::kParquet;
  return Error{ErrorCode::kInvalidArgument, "there is no format '" + std::string(name) +
                                                "': table, csv, json, ndjson or parquet"};
}

Result<WrittenRows> write_result(QueryResult& result, OutputFormat format,
                                 const TableLimits& limits, Output& out) {
  ASSIGN_OR_RETURN(RowText text, RowText::create(result));
  const auto write = [&]() -> Result<WrittenRows> {
    switch (format) {
      case OutputFormat::kTable: return write_table(result, text, limits, out);
      case OutputFormat::kCsv: return write_csv(result, text, out);
      case OutputFormat::kJson: return write_json(result, text, out);
      case OutputFormat::kNdjson: return write_ndjson(result, text, out);
      case OutputFormat::kParquet: break;
    }
    return Error{ErrorCode::kInvalidArgument, "Parquet is written by COPY, not row by row"};
  };
  auto written = write();
  // What was written before an error is shown before it is told.
  const Status flushed = out.flush();
  if (written && !flushed) return flushed.error();
  return written;
}

}  // namespace clicklake
