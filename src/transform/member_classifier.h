#pragma once
/// What the lists say of dimension members: devices, referrers, campaigns.
///
/// Place: under merge_dimensions, where members' rows are written. Invariant: an attribute follows
/// from the member's natural key and the version of its list alone; a table whose rows were made
/// with another version is written anew. Thread safety: referrers and campaigns are safe; devices
/// are classified by one thread at a time.
/// Source: docs/lists.md; ADR-0027.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "classify/agent_classifier.h"
#include "classify/referrer_sites.h"
#include "model/lake_schema.h"
#include "model/star_schema.h"

namespace clicklake {

class MemberClassifier {
 public:
  /// `own_hosts`: the shop's, see ReferrerSites. `agent_list` outlives the classifier.
  MemberClassifier(std::vector<std::string> own_hosts, std::string_view agent_list);

  /// Cost: a few microseconds; the list is read when the first agent is looked at.
  Result<AgentFamilies> device(std::string_view agent);
  const ReferrerSites& referrers() const { return referrers_; }

  /// Of what `table`'s attributes are made with now; "" for tables that follow no list.
  std::string version_of(const TableDefinition& table) const;
  /// Whether rows made with `version` are to be written anew. A build without lists leaves what
  /// others have found out.
  bool is_outdated(const TableDefinition& table, std::string_view version) const;

 private:
  std::string_view agent_list_;
  ReferrerSites referrers_;
  std::optional<AgentClassifier> agents_;
};

/// Versions by table, as the catalog remembers them of the rows that are live; tables without rows
/// are left out.
Result<std::map<std::string, std::string>> list_versions(Catalog& catalog);
/// Whether a table with rows was made with other lists than this program's. Cost: a few look-ups.
Result<bool> lists_outdated(Catalog& catalog, const std::vector<std::string>& own_hosts);
/// Whether users' traits are others than those that the lake's rows were made with.
Result<bool> traits_outdated(Catalog& catalog, const LakeSchema& schema);

}  // namespace clicklake
