#pragma once
/// Symlink manifests: the live files of each table as lists, for readers that know no Iceberg.
///
/// Place: written after each commit under `<lake>/symlinks/`, for Athena's, Spectrum's and Presto's
/// Hive tables; `ddl` prints those. A table's folder itself holds replaced and unpublished files
/// too, so that nobody may scan it.
/// Invariant: each manifest is replaced whole; `symlinks/state.json` says which snapshot a table's
/// manifests are of, and is written last: what a crash left half done is done by the next call.
/// Manifests of several partitions move one after the other, not together.
/// Thread safety: calls take turns by a lock on `symlinks/.lock`, in any number of processes.
/// Source: SymlinkTextInputFormat, a text file of URIs, one a line. Hive itself takes what it names
/// for text: docs/engines.md.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/catalog.h"

namespace clicklake {

struct SymlinkOptions {
  bool enabled = false;
  std::string
      location;  ///< URI of the lake's folder as readers see it: "s3://bucket/lake"; "": file://
};

/// `<lake>/symlinks`.
std::filesystem::path symlink_folder(const std::filesystem::path& lake);
/// The URI under which readers find the lake's folder, without a slash at its end.
std::string reader_location(const std::filesystem::path& lake, const SymlinkOptions& options);
/// The column that a table's manifests are partitioned by; "" for one list of all files (tables by
/// bucket, and without partitions).
std::string_view symlink_partition_column(const TableDefinition& table);

/// Brings the manifests of every table to its current snapshot. `changes` is what the last commit
/// changed: where the manifests are of its base, only the partitions that it touched are listed
/// again; else all of the table are. The caller holds the lake's lock since before that commit, or
/// names no changes. A partition without files any more keeps an empty manifest,
/// for engines that have it registered. Nothing is done where `options.enabled` is false, or
/// nothing changed. Fault points "symlinks.sync", "symlinks.rename", "folder.sync". Errors: kIo,
/// kNoSpace; the next call goes on from there. Cost: a file for each partition touched, one more
/// for the state.
Status refresh_symlink_manifests(Catalog& catalog, const std::filesystem::path& lake,
                                 const SymlinkOptions& options,
                                 std::span<const TableChange> changes);

}  // namespace clicklake
