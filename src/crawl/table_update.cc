#include "crawl/table_update.h"

#include <algorithm>
#include <chrono>

#include "crawl/external_table.h"
#include "crawl/path_layout.h"

namespace clicklake {
namespace {

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Result<TableUpdate::Outcome> TableUpdate::run() {
  out_.table.is_new = is_new;
  out_.table.format = layout->format;
  RETURN_IF_ERROR(is_new ? make_table() : change_table());
  out_.table.remarks = sample->remarks();
  if (!out_.table.refused && !out_.skipped && !table.partition_keys.empty()) {
    RETURN_IF_ERROR(load_partitions());
    RETURN_IF_ERROR(add_partitions());
    RETURN_IF_ERROR(find_vanished());
    out_.table.partitions = static_cast<std::int64_t>(registered_.size());
  }
  out_.table.table = std::move(table);
  return std::move(out_);
}

/// Columns that the catalog could not read back, and those named as a partition key.
void TableUpdate::drop_unnameable(std::vector<FoundColumn>* columns) {
  std::erase_if(*columns, [&](const FoundColumn& column) {
    const std::string& name = column.column.name;
    const bool is_key = std::any_of(table.partition_keys.begin(), table.partition_keys.end(),
                                    [&](const HiveColumn& key) { return key.name == name; });
    if (is_key) {
      out_.table.remarks.push_back("the key " + name +
                                   " is in the files too: the folders' values are taken");
      return true;
    }
    const auto parsed = parse_hive_type(to_string(column.column.type));
    if (parsed && *parsed == column.column.type && !name.empty()) return false;
    out_.odd.push_back({column.origin, "its column \"" + name +
                                           "\" has a name or fields that Hive can't spell: it is "
                                           "left out"});
    return true;
  });
}

Status TableUpdate::make_table() {
  std::vector<std::vector<std::string>> values(layout->keys.size());
  for (const TableLayout::Folder* folder : folders) {
    for (std::size_t k = 0; k < values.size(); ++k) values[k].push_back(folder->values[k]);
  }
  table.partition_keys = key_columns(layout->keys, values);
  std::vector<FoundColumn> columns = sample->columns();
  drop_unnameable(&columns);
  if (columns.empty()) {
    out_.odd.push_back({layout->path, "holds files without any column"});
    out_.skipped = true;
    return {};
  }
  for (const FoundColumn& column : columns) table.storage.columns.push_back(column.column);
  table.storage.location = folder_text(locations->spell(layout->path));
  set_format(&table, *sample);
  set_mappings(&table, columns);
  if (options->dry_run) return {};
  RETURN_IF_ERROR(metastore->create_table(table, columns.front().origin));
  ASSIGN_OR_RETURN(table, metastore->table(table.database, table.name));
  return {};
}

Status TableUpdate::change_table() {
  std::vector<FoundColumn> columns = sample->columns();
  drop_unnameable(&columns);
  MergedSchema merged = merge_schema(table.storage.columns, columns, options->policies);
  out_.table.changes = merged.changes;
  if (merged.refused) {
    for (SchemaChange& change : out_.table.changes) change.applied = false;
    out_.table.refused = true;
    return {};
  }
  std::erase_if(columns, [&](const FoundColumn& column) {
    return std::none_of(merged.changes.begin(), merged.changes.end(), [&](const auto& change) {
      return change.applied && change.kind == SchemaChange::Kind::kNewColumn &&
             merged.columns[change.column].name == column.column.name;
    });
  });
  set_mappings(&table, columns);
  // One version for what was seen in one file.
  for (std::size_t i = 0; i < merged.changes.size();) {
    const std::string origin = merged.changes[i].origin;
    std::string what;
    for (; i < merged.changes.size() && merged.changes[i].origin == origin; ++i) {
      const SchemaChange& change = merged.changes[i];
      if (!change.applied) continue;
      if (!what.empty()) what += "; ";
      what += change.what;
      if (change.column == table.storage.columns.size()) {
        table.storage.columns.push_back(merged.columns[change.column]);
      } else {
        table.storage.columns[change.column].type = change.type;
      }
    }
    if (what.empty() || options->dry_run) continue;
    RETURN_IF_ERROR(metastore->update_table(table, what, origin));
    ASSIGN_OR_RETURN(table, metastore->table(table.database, table.name));
  }
  return {};
}

std::string TableUpdate::default_folder(const std::vector<std::string>& values) const {
  return layout->path + partition_path(table.partition_keys, values);
}

Status TableUpdate::load_partitions() {
  if (is_new) return {};
  ASSIGN_OR_RETURN(std::vector<Partition> partitions,
                   metastore->partitions(table.database, table.name, {}));
  for (Partition& partition : partitions) {
    Registered registered;
    if (partition.location.empty()) {
      registered.folder = folder_text(default_folder(partition.values));
    } else if (const auto folder = locations->resolve(partition.location)) {
      registered.folder = folder_text(*folder);
    }
    std::vector<std::string> values = partition.values;
    registered.partition = std::move(partition);
    registered_.emplace(std::move(values), std::move(registered));
  }
  return {};
}

Status TableUpdate::add_partitions() {
  std::vector<Partition> added;
  std::vector<Partition> changed;
  std::vector<const TableLayout::Folder*> sorted = folders;
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->data->path < b->data->path; });
  for (const TableLayout::Folder* folder : sorted) {
    const std::string& path = folder->data->path;
    Partition partition;
    std::optional<std::string> misfit;
    for (std::size_t k = 0; k < folder->values.size(); ++k) {
      auto value = canonical_partition_value(table.partition_keys[k].type, folder->values[k]);
      if (!value) {
        misfit = value.error().message;
        break;
      }
      partition.values.push_back(*std::move(value));
    }
    if (misfit) {
      out_.odd.push_back({path, "its value does not fit the partition key: " + *misfit});
      continue;
    }
    if (folder_text(default_folder(partition.values)) != path)
      partition.location = folder_text(locations->spell(path));
    const auto it = registered_.find(partition.values);
    if (it == registered_.end()) {
      out_.table.added.push_back({partition.values, partition.location});
      registered_.emplace(partition.values, Registered{partition, path});
      added.push_back(std::move(partition));
      continue;
    }
    Registered& known = it->second;
    if (known.folder == path) {
      if (known.partition.vanished_us == 0) continue;
      known.partition.vanished_us = 0;
      ++out_.table.returned;
      changed.push_back(known.partition);
      continue;
    }
    const bool other_is_gone = known.folder.starts_with(root) ? !tree->times.contains(known.folder)
                                                              : known.partition.vanished_us != 0;
    if (!other_is_gone) {
      out_.odd.push_back({path, "holds the partition that " + known.folder + " is already"});
      continue;
    }
    known.folder = path;
    known.partition.location = partition.location;
    known.partition.vanished_us = 0;
    out_.table.moved.push_back({partition.values, partition.location});
    changed.push_back(known.partition);
  }
  if (options->dry_run) return {};
  if (!added.empty()) {
    ASSIGN_OR_RETURN(const PartitionChanges done,
                     metastore->add_partitions(table.database, table.name, added, true));
    static_cast<void>(done);
  }
  return set_partitions(changed);
}

Status TableUpdate::set_partitions(const std::vector<Partition>& changed) {
  for (const Partition& partition : changed)
    RETURN_IF_ERROR(metastore->update_partition(table.database, table.name, partition));
  return {};
}

Status TableUpdate::find_vanished() {
  std::vector<Partition> marked;
  std::vector<std::vector<std::string>> dropped;
  for (auto& [values, registered] : registered_) {
    const std::string& folder = registered.folder;
    if (!folder.starts_with(root) || tree->times.contains(folder)) continue;
    if (registered.partition.vanished_us != 0 && !options->drop_vanished) continue;
    // The walk passes by folders that can't be read, and by names that are no levels.
    const auto time = store->folder_time(folder);
    if (time || time.error().code != ErrorCode::kNotFound) continue;
    out_.table.vanished.push_back({values, registered.partition.location});
    if (options->drop_vanished) {
      dropped.push_back(values);
    } else {
      registered.partition.vanished_us = now_us();
      marked.push_back(registered.partition);
    }
  }
  for (const auto& values : dropped) registered_.erase(values);
  if (options->dry_run) return {};
  if (!dropped.empty()) {
    ASSIGN_OR_RETURN(const std::int64_t count,
                     metastore->drop_partitions(table.database, table.name, dropped, true));
    static_cast<void>(count);
  }
  return set_partitions(marked);
}

}  // namespace clicklake
