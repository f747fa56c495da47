#pragma once
/// What was generated, and what a correct reader must make of it.
///
/// Place: each file counts into one, the sum is in the report and in OUT/_truth.json.
/// Invariant: records_read() = accepted() + duplicate() + quarantined() + blank().
/// Thread safety: a value.

#include <array>
#include <cstdint>
#include <string>

#include "generate/dirty_record.h"
#include "generate/session.h"

namespace clicklake {

struct GenerateTruth {
  std::uint64_t events = 0;                                         ///< clean ones
  std::array<std::uint64_t, synthetic::kDirtyKindCount> by_kind{};  ///< dirty lines
  std::array<std::uint64_t, synthetic::kEventTypeCount> accepted_by_type{};
  std::uint64_t revenue_cents =
      0;  ///< price x quantity over accepted purchases, whatever the currency
  std::uint64_t bom_files = 0;
  std::uint64_t files_without_final_newline = 0;

  std::uint64_t count(synthetic::DirtyKind kind) const {
    return by_kind[static_cast<std::size_t>(kind)];
  }
  std::uint64_t accepted() const { return events + sum(synthetic::Fate::kAccepted); }
  std::uint64_t duplicate() const { return sum(synthetic::Fate::kDuplicate); }
  std::uint64_t quarantined() const { return sum(synthetic::Fate::kQuarantined); }
  std::uint64_t blank() const { return sum(synthetic::Fate::kBlank); }
  std::uint64_t late() const { return count(synthetic::DirtyKind::kLate); }
  std::uint64_t records_read() const { return accepted() + duplicate() + quarantined() + blank(); }

  void add(const GenerateTruth& other);
  /// The members of the JSON object, without its braces: `"events": 10, ...`. Reasons and kinds
  /// that did not occur are left out.
  std::string json_members() const;

 private:
  std::uint64_t sum(synthetic::Fate fate) const;
};

}  // namespace clicklake
