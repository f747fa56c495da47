#include <fmt/format.h>

#include <map>
#include <numeric>

#include "upkeep/verify_parts.h"

namespace clicklake {
namespace {

/// What the raw files say of a batch.
struct RawSums {
  std::int64_t records = 0;
  bool known = true;  ///< every file's records were counted
  bool any = false;

  void add(const RawFile& file) {
    any = true;
    known &= file.records >= 0;
    records += file.records;
  }
};

class CountCheck {
 public:
  CountCheck(const LakeContents& lake, Findings* findings) : lake_(lake), findings_(findings) {}

  void run() {
    for (const IndexedRawFile& raw : lake_.raw) {
      written_[raw.file.batch_id].add(raw.file);
      if (!raw.transformed_by.empty()) read_[raw.transformed_by].add(raw.file);
      if (!raw.file.in_place) check_arrivals(raw.file);
    }
    for (const IndexedBatch& batch : lake_.batches) check_batch(batch);
    for (const IndexedTable& table : lake_.tables) check_table(table);
  }

 private:
  void wrong(const std::string& table, const std::string& message, std::string_view way_out) {
    findings_->add({FindingKind::kCounts, table, "", message, std::string(way_out)});
  }
  static constexpr std::string_view kCatalogChanged =
      "the catalog was changed by hand, or by a fault: put back a backup of the lake";

  void check_arrivals(const RawFile& file) {
    std::int64_t sum = 0;
    for (const auto& [arrived, records] : file.arrivals) sum += records;
    if (sum == file.records) return;
    wrong("",
          fmt::format("{} has {} records, and {} of them have a time of arrival", file.path,
                      file.records, sum),
          kCatalogChanged);
  }

  void check_batch(const IndexedBatch& batch) {
    const BatchCounts& c = batch.info.counts;
    if (batch.info.kind == BatchKind::kForeign || batch.info.kind == BatchKind::kMaintain) return;
    const bool ingest = batch.info.kind == BatchKind::kIngest;
    const std::int64_t good = ingest ? c.valid : c.accepted + c.duplicate;
    if (c.records_read != good + c.quarantined + c.blank) {
      wrong("",
            fmt::format("batch {} read {} records, and they add up to {}: {} {}, {} quarantined, "
                        "{} blank",
                        batch.info.id, c.records_read, good + c.quarantined + c.blank, good,
                        ingest ? "valid" : "accepted or duplicate", c.quarantined, c.blank),
            kCatalogChanged);
    }
    const std::int64_t by_reason = std::accumulate(
        c.quarantined_by_reason.begin(), c.quarantined_by_reason.end(), std::int64_t{0},
        [](std::int64_t sum, const auto& reason) { return sum + reason.second; });
    if (by_reason != c.quarantined) {
      wrong("",
            fmt::format("batch {} has {} records in quarantine, and {} by their reasons",
                        batch.info.id, c.quarantined, by_reason),
            kCatalogChanged);
    }
    if ((c.quarantined > 0) != !batch.quarantine_file.empty()) {
      wrong("",
            fmt::format("batch {} has {} records in quarantine and {} quarantine file",
                        batch.info.id, c.quarantined, batch.quarantine_file.empty() ? "no" : "a"),
            kCatalogChanged);
    }
    if (ingest) {
      const RawSums& raw = written_[batch.info.id];
      if (raw.known && raw.records != c.valid) {
        wrong("",
              fmt::format("batch {} took {} valid records, its raw files have {}", batch.info.id,
                          c.valid, raw.records),
              kCatalogChanged);
      }
    } else if (batch.info.kind == BatchKind::kTransform) {
      const RawSums& raw = read_[batch.info.id];
      if (raw.any && raw.known && raw.records != c.records_read - c.blank - untaken(c)) {
        wrong("",
              fmt::format("batch {} transformed {} records, the raw files that it read have {}",
                          batch.info.id, c.records_read - c.blank - untaken(c), raw.records),
              kCatalogChanged);
      }
    }
  }

  /// Records that were refused before they counted as a raw file's: all but those whose key belongs
  /// to another.
  static std::int64_t untaken(const BatchCounts& counts) {
    std::int64_t sum = 0;
    for (const auto& [reason, records] : counts.quarantined_by_reason) {
      if (reason != "key_collision") sum += records;
    }
    return sum;
  }

  void check_table(const IndexedTable& table) {
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    const auto& live = lake_.live.at(table.name);
    for (const IndexedFile& file : live) {
      rows += file.file.info.record_count;
      bytes += file.file.info.size_bytes;
    }
    if (rows != table.rows || bytes != table.bytes ||
        static_cast<std::int64_t>(live.size()) != table.files) {
      wrong(table.name,
            fmt::format("the live files of {} are {}, with {} rows and {} bytes; its snapshot says "
                        "{}, {} and {}",
                        table.name, live.size(), rows, bytes, table.files, table.rows, table.bytes),
            kCatalogChanged);
    }
    if (table.name == "fact_clicks") check_facts(table);
  }

  /// Each batch's facts are those that it accepted, less those that they took the place of.
  void check_facts(const IndexedTable& table) {
    std::map<std::string, std::int64_t> grown;
    for (const IndexedSnapshot& snapshot : lake_.snapshots.at(table.name)) {
      grown[snapshot.batch_id] += snapshot.added_rows - snapshot.removed_rows;
    }
    for (const IndexedBatch& batch : lake_.batches) {
      const BatchCounts& c = batch.info.counts;
      if (batch.info.kind == BatchKind::kForeign) continue;
      // A lake of an earlier version did not count what was replaced.
      if (c.replaced < 0) continue;
      const std::int64_t rows = grown[batch.info.id];
      if (rows == c.accepted - c.replaced) continue;
      wrong(table.name,
            fmt::format("batch {} accepted {} records and replaced {} rows, and fact_clicks has {} "
                        "more rows by it",
                        batch.info.id, c.accepted, c.replaced, rows),
            kCatalogChanged);
    }
  }

  const LakeContents& lake_;
  Findings* findings_;
  std::map<std::string, RawSums> written_;
  std::map<std::string, RawSums> read_;
};

}  // namespace

void verify_counts(const LakeContents& lake, Findings* findings, VerifyReport* report) {
  CountCheck(lake, findings).run();
  report->batches = static_cast<std::int64_t>(lake.batches.size());
  for (const IndexedRawFile& raw : lake.raw) {
    if (raw.file.records > 0 && !raw.withdrawn) report->raw_records += raw.file.records;
  }
  for (const auto& [table, snapshots] : lake.snapshots) {
    for (const IndexedSnapshot& snapshot : snapshots) {
      if (snapshot.kind != BatchKind::kForeign) continue;
      report->notes.push_back(fmt::format(
          "snapshot {} of {} is foreign: another engine committed it ({}, {} rows added, {} "
          "removed)",
          snapshot.id, table, snapshot.operation, snapshot.added_rows, snapshot.removed_rows));
    }
  }
}

}  // namespace clicklake
