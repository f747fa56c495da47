#include "crawl/table_layout.h"

#include <algorithm>
#include <array>

namespace clicklake {
namespace {

std::string joined(const std::vector<std::string>& keys) {
  std::string out;
  for (const std::string& key : keys) {
    if (!out.empty()) out += ", ";
    out += key;
  }
  return out.empty() ? "none" : out;
}

bool has_data(const DataFolder& folder) {
  return std::any_of(folder.files.begin(), folder.files.end(), [](const DataFolder::File& file) {
    return file.format != FileFormat::kUnknown;
  });
}

/// The keys that most folders with data have; of equals, the longer list.
std::vector<std::string> usual_keys(const TableFolder& table) {
  std::map<std::vector<std::string>, std::size_t> counts;
  for (const DataFolder& folder : table.folders) {
    if (!folder.unchanged && has_data(folder)) ++counts[folder.layout.keys()];
  }
  // Files beside partitions are strays, however many they are.
  if (counts.size() > 1) counts.erase(std::vector<std::string>{});
  const std::vector<std::string>* best = nullptr;
  std::size_t most = 0;
  for (const auto& [keys, count] : counts) {
    if (count < most || (count == most && best != nullptr && keys.size() <= best->size())) continue;
    best = &keys;
    most = count;
  }
  return best == nullptr ? std::vector<std::string>{} : *best;
}

/// The values in the order of `keys`; nothing where the folder has other keys.
std::optional<std::vector<std::string>> values_of(const PathLayout& layout,
                                                  const std::vector<std::string>& keys) {
  if (layout.values.size() != keys.size()) return std::nullopt;
  std::vector<std::string> values;
  for (const std::string& key : keys) {
    const auto it = std::find_if(layout.values.begin(), layout.values.end(),
                                 [&](const auto& value) { return value.first == key; });
    if (it == layout.values.end()) return std::nullopt;
    values.push_back(it->second);
  }
  return values;
}

FileFormat usual_format(const std::vector<TableLayout::Folder>& folders) {
  std::array<std::size_t, kFileFormats> counts{};
  for (const auto& folder : folders) {
    for (const auto& file : folder.data->files) ++counts[static_cast<std::size_t>(file.format)];
  }
  counts[static_cast<std::size_t>(FileFormat::kUnknown)] = 0;
  const auto most = std::max_element(counts.begin(), counts.end());
  return *most == 0 ? FileFormat::kUnknown : static_cast<FileFormat>(most - counts.begin());
}

void drop_odd_files(TableLayout* out) {
  std::erase_if(out->folders, [&](const TableLayout::Folder& folder) {
    for (const auto& file : folder.data->files) {
      if (file.format == out->format && out->format != FileFormat::kUnknown) continue;
      const std::string path = folder.data->path + file.name;
      if (file.format == FileFormat::kUnknown) {
        out->odd.push_back({path, "is of no format that is known by its name or first bytes"});
      } else {
        out->odd.push_back({path, "is " + std::string(to_string(file.format)) +
                                      ", the table's files are " +
                                      std::string(to_string(out->format))});
      }
    }
    return out->format == FileFormat::kUnknown || folder.data->count(out->format) == 0;
  });
}

}  // namespace

TableLayout decide_layout(const TableFolder& table, const std::optional<KnownLayout>& known) {
  TableLayout out;
  out.path = table.path;
  out.keys = known ? known->keys : usual_keys(table);
  for (const DataFolder& folder : table.folders) {
    if (folder.unchanged) continue;
    const bool direct = folder.layout.values.empty();
    if (direct && !known && (table.has_tables_below || !out.keys.empty())) {
      for (const auto& file : folder.files)
        out.odd.push_back({folder.path + file.name,
                           "lies beside folders of tables or partitions: "
                           "move it into one of its own"});
      continue;
    }
    auto values = values_of(folder.layout, out.keys);
    if (values) {
      out.folders.push_back({&folder, *std::move(values)});
    } else {
      out.odd.push_back({folder.path, "has the partition keys " + joined(folder.layout.keys()) +
                                          ", the table's are " + joined(out.keys)});
    }
  }
  out.format = known ? known->format : usual_format(out.folders);
  drop_odd_files(&out);
  return out;
}

void join_lookalikes(std::map<std::string, TableFolder>* tables,
                     const std::map<std::string, KnownLayout>& known) {
  using Look = std::pair<std::vector<std::string>, FileFormat>;
  std::map<std::string, std::map<Look, std::vector<std::string>>> by_parent;
  for (const auto& [path, table] : *tables) {
    if (table.folders.empty() || table.has_tables_below || known.contains(path)) continue;
    const TableLayout layout = decide_layout(table, std::nullopt);
    if (layout.folders.empty()) continue;
    const std::size_t slash = path.rfind('/', path.size() - 2);
    if (slash == std::string::npos) continue;
    by_parent[path.substr(0, slash + 1)][{layout.keys, layout.format}].push_back(path);
  }
  for (const auto& [parent, looks] : by_parent) {
    for (const auto& [look, paths] : looks) {
      // A table of the catalog around them takes them as they are partitioned there.
      if (paths.size() <= kMostSiblingTables) continue;
      const auto around = tables->find(parent);
      TableFolder joint;
      joint.path = parent;
      for (const std::string& path : paths) {
        auto node = tables->extract(path);
        for (DataFolder& folder : node.mapped().folders) {
          const std::string name = path.substr(parent.size(), path.size() - parent.size() - 1);
          folder.layout.values.insert(folder.layout.values.begin(), {"partition_0", name});
          joint.folders.push_back(std::move(folder));
        }
      }
      if (around == tables->end()) {
        (*tables)[parent] = std::move(joint);
      } else {
        for (DataFolder& folder : joint.folders)
          around->second.folders.push_back(std::move(folder));
      }
      break;  // the folder around holds one table
    }
  }
}

}  // namespace clicklake
