#pragma once
/// The SQL text of the views that a lake table is seen through.
///
/// Place: lake_session runs it. Invariant: names, types and order of the columns are those of
/// model/star_schema in every form of a view. Thread safety: pure functions. Source: DuckDB's
/// read_parquet with `schema`: columns are found by field id, so that files of older and newer
/// schemas
///   read alike, and no file is opened to bind the view.

#include <filesystem>
#include <span>
#include <string>

#include "catalog/catalog.h"
#include "model/star_schema.h"

namespace clicklake {

/// A view over no files at all, for planning.
std::string unbound_view(const TableDefinition& table);
/// A view over `files` of the folder `lake` (see literal_folder.h); without files: an empty table.
std::string bound_view(const TableDefinition& table, const std::filesystem::path& lake,
                       std::span<const DataFile> files);

}  // namespace clicklake
