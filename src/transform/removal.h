#pragma once
/// Takes rows out of fact files by rewriting them.
///
/// Place: after dedupe found that an event of this batch takes the place of one that a file holds.
/// Invariant: rows that stay are written as they were, columns and
///   order; files without such a row are left alone.
/// Thread safety: thread-compatible.
/// Source: docs/design.md, "Identity of an event"; Iceberg spec, copy-on-write.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "rows/existing_rows.h"
#include "sessions/session_merge.h"
#include "transform/event_window.h"
#include "transform/fact_writer.h"

namespace clicklake {

struct RemovalOutput {
  std::vector<DataFile> added;
  std::vector<std::string> removed;  ///< paths of files that were rewritten or became empty
  std::vector<LostEvent> lost;       ///< each row that went; of hours, those of a session once
  std::int64_t rows = 0;
  std::int64_t own_rows = 0;  ///< of these, rows that this batch had written
};

Result<RemovalOutput> remove_rows(ExistingRows* existing, const FactWriterOptions& options,
                                  const std::vector<Replaced>& rows);

/// Takes out all rows of `hours` (ascending): files that hold no other rows go, the others are
/// rewritten.
Result<RemovalOutput> remove_hours(ExistingRows* existing, const FactWriterOptions& options,
                                   const std::vector<std::int64_t>& hours);

}  // namespace clicklake
