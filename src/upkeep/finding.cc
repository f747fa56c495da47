#include "upkeep/finding.h"

namespace clicklake {

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::kFileMissing: return "file_missing";
    case FindingKind::kFileDamaged: return "file_damaged";
    case FindingKind::kRowCount: return "row_count";
    case FindingKind::kCounts: return "counts";
    case FindingKind::kDuplicateEvent: return "duplicate_event";
    case FindingKind::kDuplicateKey: return "duplicate_key";
    case FindingKind::kOrphanKey: return "orphan_key";
    case FindingKind::kUnusedMember: return "unused_member";
    case FindingKind::kUserTotals: return "user_totals";
    case FindingKind::kMartRows: return "mart_rows";
    case FindingKind::kIceberg: return "iceberg";
    case FindingKind::kMoved: return "moved";
  }
  return "unknown";
}

}  // namespace clicklake
