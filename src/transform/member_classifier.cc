#include "transform/member_classifier.h"

#include <fmt/format.h>

#include <array>

#include "base/hash.h"
#include "classify/campaign_channel.h"
#include "transform/user_history.h"

namespace clicklake {
namespace {

std::array<const TableDefinition*, 3> classified_tables() {
  return {&dim_devices_definition(), &dim_referrers_definition(), &dim_campaigns_definition()};
}

}  // namespace

MemberClassifier::MemberClassifier(std::vector<std::string> own_hosts, std::string_view agent_list)
    : agent_list_(agent_list), referrers_(std::move(own_hosts)) {}

Result<AgentFamilies> MemberClassifier::device(std::string_view agent) {
  if (!agents_) {
    ASSIGN_OR_RETURN(AgentClassifier made, AgentClassifier::create(agent_list_));
    agents_.emplace(std::move(made));
  }
  return agents_->classify(agent);
}

std::string MemberClassifier::version_of(const TableDefinition& table) const {
  if (&table == &dim_devices_definition())
    return agent_list_.empty() ? "no agents"
                               : fmt::format("agents {:016x}", xxh64(agent_list_, 42));
  if (&table == &dim_referrers_definition()) return referrers_.version();
  if (&table == &dim_campaigns_definition())
    return fmt::format("channels {} sites {}", kChannelRulesVersion, kReferrerTableVersion);
  return "";
}

bool MemberClassifier::is_outdated(const TableDefinition& table, std::string_view version) const {
  if (&table == &dim_devices_definition() && agent_list_.empty()) return false;
  return version_of(table) != version;
}

Result<std::map<std::string, std::string>> list_versions(Catalog& catalog) {
  std::map<std::string, std::string> versions;
  for (const TableDefinition* table : classified_tables()) {
    const std::string name(table->name);
    ASSIGN_OR_RETURN(const std::int64_t snapshot, catalog.current_snapshot(name));
    if (snapshot == 0) continue;
    ASSIGN_OR_RETURN(versions[name], catalog.made_with(name));
  }
  return versions;
}

Result<bool> lists_outdated(Catalog& catalog, const std::vector<std::string>& own_hosts) {
  const MemberClassifier classifier(own_hosts, embedded_agent_list());
  ASSIGN_OR_RETURN(const auto versions, list_versions(catalog));
  for (const TableDefinition* table : classified_tables()) {
    const auto at = versions.find(std::string(table->name));
    if (at != versions.end() && classifier.is_outdated(*table, at->second)) return true;
  }
  return false;
}

Result<bool> traits_outdated(Catalog& catalog, const LakeSchema& schema) {
  ASSIGN_OR_RETURN(const std::int64_t snapshot, catalog.current_snapshot("dim_users"));
  if (snapshot == 0) return false;
  ASSIGN_OR_RETURN(const std::string made_with, catalog.made_with("dim_users_history"));
  return made_with != traits_version(schema);
}

}  // namespace clicklake
