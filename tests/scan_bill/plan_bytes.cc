/// Prints what a statement's plan says that it scans of a lake's own tables, as JSON lines: table,
/// columns, files, bytes.
///
/// Place: the test that compares this with what DuckDB reads. Input: json_serialize_plan's answer
/// on standard input; arguments: the lake, the scan function's name.

#include <cstdio>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

#include "base/json_text.h"
#include "catalog/catalog.h"
#include "model/star_schema.h"
#include "query/parquet_scan.h"
#include "query/scan_filters.h"
#include "query/statement_bill.h"

namespace clicklake {
namespace {

Status print_scans(const std::filesystem::path& lake, std::string_view plan,
                   std::string_view function) {
  ASSIGN_OR_RETURN(const auto catalog, Catalog::open(lake / "catalog.db"));
  ASSIGN_OR_RETURN(const auto boxes, scan_filters(plan, function, true));
  ASSIGN_OR_RETURN(const auto by_table, planned_scans(plan, function, true));
  for (const auto& [name, table_scans] : by_table) {
    const TableDefinition* table = find_table(name);
    std::map<std::string, DataFile> chosen;
    for (const RowBox& box : boxes.find(name)->second) {
      std::vector<FileFilter> filters;
      for (const auto& [column, range] : box) {
        FileFilter filter{.field_id = table->columns[column_index(*table, column)].field_id,
                          .min = {},
                          .max = {}};
        if (range.min != ValueRange{}.min) filter.min = range.min;
        if (range.max != ValueRange{}.max) filter.max = range.max;
        filters.push_back(filter);
      }
      ASSIGN_OR_RETURN(const auto files, catalog->live_files(name, filters, true));
      for (const DataFile& file : files) chosen.emplace(file.path, file);
    }
    std::vector<std::filesystem::path> paths;
    std::vector<DataFile> files;
    for (const auto& [path, file] : chosen) {
      paths.push_back(lake / path);
      files.push_back(file);
    }
    ASSIGN_OR_RETURN(const std::int64_t bytes, lake_scan_bytes(*table, lake, files, table_scans));
    ASSIGN_OR_RETURN(const std::int64_t by_footers, parquet_scan_bytes(paths, table_scans));
    if (bytes != by_footers)
      return Error{ErrorCode::kCorruption, "the catalog and the footers of " + name + " differ"};
    JsonText out;
    out.begin_object().member("table", name).member("bytes", bytes);
    out.member("files", static_cast<std::int64_t>(paths.size())).key("scans").begin_array();
    for (const ParquetScan& scan : table_scans) {
      out.begin_array();
      for (const std::string& column : scan.columns) out.value(column);
      out.end_array();
    }
    out.end_array().end_object();
    std::puts(out.text().c_str());
  }
  return {};
}

}  // namespace
}  // namespace clicklake

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string plan{std::istreambuf_iterator<char>(std::cin), {}};
  const clicklake::Status done = clicklake::print_scans(argv[1], plan, argv[2]);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return 1;
}
