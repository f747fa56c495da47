#include <memory>

#include "catalog/catalog.h"
#include "marts/marts.h"
#include "upkeep/verify_parts.h"

namespace clicklake {

Status verify_marts(const VerifyOptions& options, Findings* findings, VerifyReport* report) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog,
                   Catalog::open(options.lake / "catalog.db"));
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadView> view, catalog->read_view());
  MartInput input;
  input.lake = options.lake;
  input.session = {.threads = options.threads,
                   .memory_limit = options.memory_limit,
                   .temp_dir = options.temp_dir};
  input.base_currency = options.base_currency;
  input.options = options.marts;
  ASSIGN_OR_RETURN(MartComparison comparison, compare_marts(*catalog, input));
  for (MartDifference& difference : comparison.differences) {
    findings->add({FindingKind::kMartRows, std::move(difference.mart), "",
                   std::move(difference.message), std::string(kRepair)});
  }
  // A mart that is behind, or whose file is wrong, is not damage: nothing of the lake is lost.
  for (std::string& note : comparison.skipped) report->notes.push_back(std::move(note));
  return {};
}

}  // namespace clicklake
