#pragma once
/// The parts of verify, each over what the ones before it found sound.
///
/// Place: inside upkeep; verify() calls them in this order. Thread safety: functions of their
/// inputs.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/lake_index.h"
#include "upkeep/finding.h"
#include "upkeep/verify.h"

namespace clicklake {

/// Everything that the catalog says, of one moment.
struct LakeContents {
  std::vector<IndexedTable> tables;
  std::map<std::string, std::vector<IndexedFile>> live;  ///< by table
  std::map<std::string, std::vector<IndexedSnapshot>> snapshots;
  std::map<std::string, std::vector<IndexedManifest>> manifests;
  std::vector<IndexedRawFile> raw;
  std::vector<IndexedBatch> batches;
  std::vector<SideFile> sides;

  static Result<LakeContents> load(LakeIndex& index);
};

/// Files: there, of their size, of their checksum, lines and footers as the catalog says. Returns
/// the data files that can't be read.
std::set<std::string> verify_files(const VerifyOptions& options, const LakeContents& lake,
                                   Findings* findings, VerifyReport* report);
/// Counts: of each batch, and of facts over all batches.
void verify_counts(const LakeContents& lake, Findings* findings, VerifyReport* report);
/// Iceberg: pointers, metadata, lists, manifests and their entries.
void verify_iceberg(const VerifyOptions& options, const LakeContents& lake, Findings* findings,
                    VerifyReport* report);
/// Rows: identities, keys, references, totals. Errors: DuckDB's.
Status verify_rows(const VerifyOptions& options, const LakeContents& lake,
                   const std::set<std::string>& unreadable, Findings* findings,
                   VerifyReport* report);
/// Marts: their rows are what their queries give. Errors: those of the catalog, DuckDB's.
Status verify_marts(const VerifyOptions& options, Findings* findings, VerifyReport* report);

}  // namespace clicklake
