#include "crawl/schema_merge.h"

#include <algorithm>

namespace clicklake {

MergedSchema merge_schema(const std::vector<HiveColumn>& have,
                          const std::vector<FoundColumn>& found, const SchemaPolicies& policies) {
  MergedSchema out;
  out.columns = have;
  const auto allow = [&](ChangePolicy policy) {
    out.refused |= policy == ChangePolicy::kRefuse;
    return policy == ChangePolicy::kApply;
  };
  for (const FoundColumn& column : found) {
    const std::string& name = column.column.name;
    const auto at = std::find_if(out.columns.begin(), out.columns.end(),
                                 [&](const HiveColumn& c) { return c.name == name; });
    SchemaChange change{};
    change.column = static_cast<std::size_t>(at - out.columns.begin());
    if (at == out.columns.end()) {
      change.kind = SchemaChange::Kind::kNewColumn;
      change.type = column.column.type;
      change.what = "added column " + name + " " + to_string(change.type);
      change.origin = column.origin;
      change.applied = allow(policies.new_columns);
      if (change.applied) out.columns.push_back(column.column);
      out.changes.push_back(std::move(change));
      continue;
    }
    if (!column.has_values) continue;
    const auto wider = widen(at->type, column.column.type);
    if (wider && !wider->adds_fields && !wider->changes_type) continue;
    change.origin = column.change_origin;
    change.type = wider ? wider->type : at->type;
    if (!wider) {
      change.kind = SchemaChange::Kind::kMisfit;
      change.what = "column " + name + " is " + to_string(at->type) + ", but files hold " +
                    to_string(column.column.type) + ": no type reads both";
      (void)allow(policies.changed_types);
    } else {
      change.kind =
          wider->changes_type ? SchemaChange::Kind::kWiderType : SchemaChange::Kind::kNewField;
      change.what = "column " + name + ": " + to_string(at->type) + " -> " + to_string(wider->type);
      const bool types = !wider->changes_type || allow(policies.changed_types);
      const bool fields = !wider->adds_fields || allow(policies.new_columns);
      change.applied = types && fields;
      if (change.applied) at->type = wider->type;
    }
    out.changes.push_back(std::move(change));
  }
  return out;
}

}  // namespace clicklake
