#pragma once
/// Proves that a lake is whole, or says what is wrong with it.
///
/// Place: the command `verify`; repair begins with it. Reads only, and everything of one moment, so
/// that it may run beside a writer. Invariant: no finding means: every file that the catalog
/// publishes is there, byte for byte where its checksum is known; the counts of every batch add up;
/// identities and keys are unique; no fact refers to a member that is not there; users' totals are
/// the facts'; and Iceberg's metadata says what the catalog says. Thread safety: a function of its
/// inputs, with `threads` workers. Source: docs/operations.md, "Proving a lake".

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "marts/marts.h"
#include "upkeep/finding.h"

namespace clicklake {

struct VerifyOptions {
  std::filesystem::path lake;  ///< absolute
  int threads = 2;
  std::uint64_t memory_limit = 0;  ///< bytes, for DuckDB; 0: its default
  std::filesystem::path temp_dir;
  std::string base_currency = "USD";
  std::int64_t dedupe_window_hours = 24;
  MartOptions marts;
};

struct VerifyReport {
  std::vector<Finding> findings;
  std::vector<std::string> notes;     ///< what is worth knowing and not wrong: others' commits
  std::vector<std::string> skipped;   ///< checks that damage kept from being made, with the reason
  std::int64_t files = 0;             ///< looked at
  std::int64_t bytes = 0;             ///< read and held against a checksum
  std::int64_t without_checksum = 0;  ///< files whose checksum nobody knows
  std::int64_t batches = 0;
  std::int64_t facts = 0;
  std::int64_t raw_records = 0;
  double seconds = 0;
};

/// Errors: those that keep it from looking at all (the catalog can't be read); what is wrong with
/// the lake is in the report. Cost: reads every file once, and facts a second time by SQL; memory
/// as of the largest day.
Result<VerifyReport> verify(const VerifyOptions& options);

}  // namespace clicklake
