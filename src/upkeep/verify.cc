#include "upkeep/verify.h"

#include <algorithm>
#include <chrono>
#include <tuple>

#include "model/star_schema.h"
#include "upkeep/verify_parts.h"

namespace clicklake {

Result<LakeContents> LakeContents::load(LakeIndex& index) {
  LakeContents lake;
  ASSIGN_OR_RETURN(lake.tables, index.tables());
  // A newer program's tables are its own to prove.
  std::erase_if(lake.tables, [](const IndexedTable& t) { return t.definition == nullptr; });
  for (const IndexedTable& table : lake.tables) {
    ASSIGN_OR_RETURN(lake.live[table.name], index.live_files(table));
    ASSIGN_OR_RETURN(lake.snapshots[table.name], index.snapshots(table));
    ASSIGN_OR_RETURN(lake.manifests[table.name], index.manifests(table));
  }
  ASSIGN_OR_RETURN(lake.raw, index.raw_files());
  ASSIGN_OR_RETURN(lake.batches, index.batches());
  ASSIGN_OR_RETURN(lake.sides, index.side_files());
  return lake;
}

Result<VerifyReport> verify(const VerifyOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const std::unique_ptr<LakeIndex> index,
                   LakeIndex::open(options.lake / "catalog.db"));
  ASSIGN_OR_RETURN(const LakeContents lake, LakeContents::load(*index));
  VerifyReport report;
  Findings findings;
  const std::set<std::string> unreadable = verify_files(options, lake, &findings, &report);
  verify_counts(lake, &findings, &report);
  verify_iceberg(options, lake, &findings, &report);
  RETURN_IF_ERROR(verify_rows(options, lake, unreadable, &findings, &report));
  RETURN_IF_ERROR(verify_marts(options, &findings, &report));
  report.findings = findings.take();
  std::sort(report.findings.begin(), report.findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.kind, a.table, a.path, a.message) <
           std::tie(b.kind, b.table, b.path, b.message);
  });
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace clicklake
