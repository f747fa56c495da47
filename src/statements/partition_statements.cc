/// ALTER TABLE ... ADD, DROP, RENAME PARTITION and SET LOCATION; MSCK REPAIR TABLE.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metastore/partition_discovery.h"
#include "metastore/partition_value.h"
#include "statements/statement_runs.h"

namespace clicklake {
namespace {

/// Partitions without files that one statement's notes name.
constexpr std::size_t kNamedInNotes = 3;

std::string with_slash(std::string location) {
  if (!location.ends_with('/')) location += '/';
  return location;
}

/// Where a partition lies that none was written for: the values as they were written, so that
/// `day=04` is the folder day=04.
std::string default_location(const Table& table, const std::vector<std::string>& written) {
  return with_slash(table.storage.location) + partition_path(table.partition_keys, written);
}

class AddRun {
 public:
  AddRun(const StatementContext& context, const ddl::AddPartitions& add, const Table& table)
      : context_(context), add_(add), table_(table) {}

  StatementResult run() {
    for (const auto& [spec, location] : add_.partitions) RETURN_IF_ERROR(take(spec, location));
    RETURN_IF_ERROR(
        context_.metastore.add_partitions(table_.database, table_.name, new_, add_.if_not_exists));
    if (missing_ > kNamedInNotes)
      rows_.notes.push_back("... and of " + std::to_string(missing_ - kNamedInNotes) + " more");
    return std::move(rows_);
  }

 private:
  Status take(const ddl::PartitionSpec& spec, const std::optional<std::string>& location) {
    ASSIGN_OR_RETURN(const SpecValues values, full_spec(context_, table_, spec));
    if (location && location->empty())
      return error_at(context_, ErrorCode::kInvalidArgument, spec.position,
                      "LOCATION of partition " + spec_text(spec) + " is empty");
    const std::string place = location ? *location : default_location(table_, values.written);
    ASSIGN_OR_RETURN(const std::optional<std::string> existing,
                     existing_location(values.canonical));
    if (existing) return take_existing(spec, values, location, *existing);

    Partition partition;
    partition.values = values.canonical;
    partition.location = place;
    RETURN_IF_ERROR(note_unreadable(spec, partition));
    added_.emplace(partition.values, partition.location);
    new_.push_back(std::move(partition));
    return {};
  }

  /// Of a registered partition, or one that this statement adds.
  Result<std::optional<std::string>> existing_location(const std::vector<std::string>& values) {
    const auto it = added_.find(values);
    if (it != added_.end()) return std::optional<std::string>(it->second);
    ASSIGN_OR_RETURN(const std::optional<Partition> partition,
                     context_.metastore.partition(table_.database, table_.name, values));
    if (!partition) return std::optional<std::string>();
    return std::optional<std::string>(partition_location(table_, *partition));
  }

  Status take_existing(const ddl::PartitionSpec& spec, const SpecValues& values,
                       const std::optional<std::string>& location, const std::string& existing) {
    const std::string name = partition_name(table_, values.canonical);
    const bool same = location && same_location(context_.locations, *location, existing);
    if (add_.if_not_exists || same) {
      rows_.notes.push_back("partition " + name + " of " + full_name(table_) + " is there already" +
                            (location && !same ? " and stays at '" + existing + "'" : ""));
      return {};
    }
    const std::string where = location ? " at '" + existing + "', not '" + *location +
                                             "': ALTER TABLE ... SET LOCATION "
                                             "moves it"
                                       : " (ADD IF NOT EXISTS passes over it)";
    return error_at(context_, ErrorCode::kAlreadyExists, spec.position,
                    "AlreadyExistsException: Partition already exists: " + name + where);
  }

  /// Notes a place that is not there, or can't be known.
  Status note_unreadable(const ddl::PartitionSpec& spec, const Partition& partition) {
    const auto path = context_.locations.resolve(partition.location);
    if (!path && path.error().code != ErrorCode::kUnsupported)
      return error_at(context_, path.error().code, spec.position, path.error().message);
    std::string reason;
    if (!path)
      reason = path.error().message;
    else if (!context_.objects.folder_time(*path))
      reason = "there is no folder " + path->string() + " yet";
    if (reason.empty()) return {};
    if (++missing_ <= kNamedInNotes)
      rows_.notes.push_back("nothing can be read of partition " +
                            partition_name(table_, partition.values) + ": " + reason);
    return {};
  }

  const StatementContext& context_;
  const ddl::AddPartitions& add_;
  const Table& table_;
  StatementRows rows_;
  std::vector<Partition> new_;
  std::map<std::vector<std::string>, std::string> added_;
  std::size_t missing_ = 0;
};

/// Writes down where the partitions lie that follow the table's location, so that they stay there.
Status pin_locations(const StatementContext& context, const Table& table) {
  ASSIGN_OR_RETURN(const auto partitions,
                   context.metastore.partitions(table.database, table.name, {}));
  for (Partition partition : partitions) {
    if (!partition.location.empty()) continue;
    partition.location = partition_location(table, partition);
    RETURN_IF_ERROR(context.metastore.update_partition(table.database, table.name, partition));
  }
  return {};
}

/// `t:year=2024/month=11`, spelled as the folders are.
std::string found_name(const Table& table, const Partition& partition) {
  const std::string root = with_slash(table.storage.location);
  std::string_view folders = partition.location;
  if (!folders.starts_with(root)) return table.name + ":" + partition_name(table, partition.values);
  folders.remove_prefix(root.size());
  if (folders.ends_with('/')) folders.remove_suffix(1);
  return table.name + ":" + std::string(folders);
}

StatementRows repair_rows(const Table& table, const PartitionDiscovery& discovery) {
  StatementRows rows;
  rows.columns = {"repair"};
  if (!discovery.found.empty()) {
    std::string missing = "Partitions not in metastore:";
    for (const Partition& partition : discovery.found)
      missing += "\t" + found_name(table, partition);
    rows.rows.push_back({std::move(missing)});
  }
  for (const Partition& partition : discovery.found)
    rows.rows.push_back({"Repair: Added partition to metastore " + found_name(table, partition)});
  if (discovery.folders_passed_over > 0)
    rows.notes.push_back(std::to_string(discovery.folders_passed_over) +
                         " folders passed over: they are not named key=value by the table's "
                         "partition columns in their order (ALTER TABLE ... ADD PARTITION ... "
                         "LOCATION registers such ones)");
  for (const std::string& odd : discovery.odd) rows.notes.push_back(odd);
  const auto more = discovery.odd_count - static_cast<std::int64_t>(discovery.odd.size());
  if (more > 0) rows.notes.push_back("... and " + std::to_string(more) + " more folders");
  return rows;
}

}  // namespace

StatementResult run_statement(const StatementContext& context, const ddl::AddPartitions& add) {
  ASSIGN_OR_RETURN(const Table table, find_changeable_table(context, add.name));
  return AddRun(context, add, table).run();
}

StatementResult run_statement(const StatementContext& context, const ddl::DropPartitions& drop) {
  ASSIGN_OR_RETURN(const Table table, find_changeable_table(context, drop.name));
  StatementRows rows;
  std::vector<std::vector<std::string>> dropped;
  for (const ddl::PartitionSpec& spec : drop.partitions) {
    ASSIGN_OR_RETURN(SpecValues values, full_spec(context, table, spec));
    ASSIGN_OR_RETURN(const std::optional<Partition> partition,
                     context.metastore.partition(table.database, table.name, values.canonical));
    if (!partition) {
      if (!drop.if_exists) return partition_not_found(context, spec);
      rows.notes.push_back("there is no partition " + partition_name(table, values.canonical));
      continue;
    }
    dropped.push_back(std::move(values.canonical));
  }
  RETURN_IF_ERROR(context.metastore.drop_partitions(table.database, table.name, dropped, true));
  return rows;
}

StatementResult run_statement(const StatementContext& context, const ddl::RenamePartition& rename) {
  ASSIGN_OR_RETURN(const Table table, find_changeable_table(context, rename.name));
  ASSIGN_OR_RETURN(const Partition partition, find_partition(context, table, rename.from));
  ASSIGN_OR_RETURN(const SpecValues to, full_spec(context, table, rename.to));
  ASSIGN_OR_RETURN(const std::optional<Partition> taken,
                   context.metastore.partition(table.database, table.name, to.canonical));
  if (taken)
    return error_at(
        context, ErrorCode::kAlreadyExists, rename.to.position,
        "AlreadyExistsException: Partition already exists: " + partition_name(table, to.canonical));
  RETURN_IF_ERROR(context.metastore.rename_partition(table.database, table.name, partition.values,
                                                     to.canonical));
  return StatementRows{};
}

StatementResult run_statement(const StatementContext& context, const ddl::SetLocation& set) {
  ASSIGN_OR_RETURN(Table table, find_changeable_table(context, set.name));
  if (set.location.empty())
    return error_at(context, ErrorCode::kInvalidArgument, set.name.position, "LOCATION is empty");
  StatementRows rows;
  const auto path = context.locations.resolve(set.location);
  if (!path) {
    if (path.error().code != ErrorCode::kUnsupported)
      return error_at(context, path.error().code, set.name.position, path.error().message);
    rows.notes.push_back("files there can't be read yet: " + path.error().message);
  }
  if (set.partition) {
    ASSIGN_OR_RETURN(Partition partition, find_partition(context, table, *set.partition));
    partition.location = set.location;
    partition.vanished_us = 0;
    RETURN_IF_ERROR(context.metastore.update_partition(table.database, table.name, partition));
    return rows;
  }
  RETURN_IF_ERROR(pin_locations(context, table));
  table.storage.location = set.location;
  RETURN_IF_ERROR(
      context.metastore.update_table(table, "set location", "ALTER TABLE SET LOCATION"));
  return rows;
}

StatementResult run_statement(const StatementContext& context, const ddl::RepairTable& repair) {
  ASSIGN_OR_RETURN(const Table table, find_changeable_table(context, repair.name));
  if (table.partition_keys.empty())
    return error_at(context, ErrorCode::kInvalidArgument, repair.name.position,
                    "SemanticException: Table " + full_name(table) +
                        " is not a partitioned table: its files are read as they are");
  const auto discovery =
      discover_partitions(context.metastore, context.objects, context.locations, table);
  if (!discovery)
    return error_at(context, discovery.error().code, repair.name.position,
                    discovery.error().message);
  RETURN_IF_ERROR(register_discovery(context.metastore, table, *discovery));
  return repair_rows(table, *discovery);
}

}  // namespace clicklake
