#include "rows/field_scan.h"

#include <fmt/format.h>

#include "rows/field_map.h"
#include "sql/session.h"

namespace clicklake {

std::string field_scan(const TableDefinition& table, std::span<const std::filesystem::path> paths) {
  std::string files;
  for (const auto& path : paths)
    files += fmt::format("{}{}", files.empty() ? "" : ", ", quote_literal(path.string()));
  return fmt::format("read_parquet([{}], schema = {}, hive_partitioning = false)", files,
                     field_map(table));
}

}  // namespace clicklake
