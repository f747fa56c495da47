#include "metastore/partition_discovery.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/parallel.h"
#include "base/utf8.h"
#include "metastore/partition_value.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

/// A change within the clock's grain of another leaves the same time.
constexpr std::int64_t kSettledUs = 2'000'000;
constexpr std::size_t kThreads = 2;
/// Fewer folders than this are listed before a thread has started.
constexpr std::size_t kWorthAThread = 64;

std::int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

/// By values as one text: the folder below the table's location that they are registered with, ""
/// where it is elsewhere.
using FolderOfValues = std::unordered_map<std::string, std::string>;

/// A folder on the way to the partitions.
struct Folder {
  std::string path;      ///< absolute, ends in '/'
  std::string relative;  ///< below the table's location: "" or "year=2024/"
  std::vector<std::string> values;
};

/// What one look at a folder gave.
struct Look {
  bool gone = false;
  bool unchanged = false;
  std::int64_t time_us = 0;  ///< to be remembered; 0: look again next time
  std::vector<std::string> folders;
};

class Walk {
 public:
  Walk(ObjectStore& objects, const Table& table,
       const std::vector<std::pair<std::string, std::int64_t>>& seen)
      : objects_(objects), table_(table) {
    location_ = table.storage.location;
    if (!location_.empty() && !location_.ends_with('/')) location_ += '/';
    for (const auto& [folder, time_us] : seen) {
      seen_.emplace(folder, time_us);
      const std::string_view path(folder);
      const std::size_t parent = path.substr(0, path.size() - 1).rfind('/');
      if (parent == std::string_view::npos) continue;
      below_[path.substr(0, parent + 1)].push_back(
          path.substr(parent + 1, path.size() - parent - 2));
    }
  }

  Status run(const std::string& root) {
    std::vector<Folder> folders{{.path = root, .relative = "", .values = {}}};
    for (std::size_t level = 0; level < table_.partition_keys.size() && !folders.empty(); ++level) {
      std::vector<Look> looks(folders.size());
      const std::size_t threads = folders.size() < kWorthAThread ? 1 : kThreads;
      const bool last = level + 1 == table_.partition_keys.size();
      RETURN_IF_ERROR(for_each_in_parallel(folders.size(), threads, [&](std::size_t i) {
        return look_at(folders[i], last, &looks[i]);
      }));
      std::vector<Folder> next;
      for (std::size_t i = 0; i < folders.size(); ++i) take(folders[i], looks[i], level, &next);
      folders = std::move(next);
    }
    candidates_ = std::move(folders);
    for (const auto& [folder, time_us] : seen_) {
      if (!folder.starts_with(root)) continue;  // a crawl's, which are none of its concern
      if (!visited_.contains(std::string(folder))) result_.gone.emplace_back(folder);
    }
    return {};
  }

  /// Folders of partitions below listed folders, some of them known.
  bool found_any() const { return !candidates_.empty(); }

  PartitionDiscovery finish(FolderOfValues* known) {
    for (Folder& folder : candidates_) {
      const auto [entry, is_new] =
          known->emplace(join_partition_values(folder.values), folder.relative);
      if (is_new) {
        Partition& partition = result_.found.emplace_back();
        partition.values = std::move(folder.values);
        partition.location = location_ + folder.relative;
      } else if (!entry->second.empty() && entry->second != folder.relative) {
        odd(folder.relative, "it is the same partition as " + entry->second);
      }
    }
    return std::move(result_);
  }

 private:
  Status look_at(const Folder& folder, bool last, Look* look) {
    const auto time = objects_.folder_time(folder.path);
    if (!time) {
      look->gone = time.error().code == ErrorCode::kNotFound;
      return look->gone ? Status() : Status(time.error());
    }
    const std::int64_t age = now_us() - *time;
    look->time_us = age >= kSettledUs ? *time : 0;
    const auto before = seen_.find(folder.path);
    if (look->time_us != 0 && before != seen_.end() && before->second == *time) {
      look->unchanged = true;
      const auto below = last ? below_.end() : below_.find(folder.path);
      if (below != below_.end()) look->folders.assign(below->second.begin(), below->second.end());
      return {};
    }
    auto entries = objects_.list(folder.path, false);
    if (!entries) {
      look->gone = entries.error().code == ErrorCode::kNotFound;
      return look->gone ? Status() : Status(std::move(entries).error());
    }
    for (ObjectInfo& entry : *entries) {
      if (entry.is_folder) look->folders.push_back(std::move(entry.name));
    }
    return {};
  }

  void take(const Folder& folder, const Look& look, std::size_t level, std::vector<Folder>* next) {
    if (look.gone) return;
    visited_.insert(folder.path);
    ++(look.unchanged ? result_.folders_unchanged : result_.folders_listed);
    const auto before = seen_.find(folder.path);
    if (before == seen_.end() || before->second != look.time_us) {
      result_.seen.emplace_back(folder.path, look.time_us);
    }
    for (const std::string& name : look.folders) {
      std::optional<std::string> value = value_of(folder, name, level);
      if (!value) continue;
      Folder& below = next->emplace_back(
          Folder{folder.path + name + "/", folder.relative + name + "/", folder.values});
      below.values.push_back(*std::move(value));
    }
  }

  /// The canonical value of a folder `key=value`; nothing for one that makes no partition.
  std::optional<std::string> value_of(const Folder& folder, const std::string& name,
                                      std::size_t level) {
    const HiveColumn& key = table_.partition_keys[level];
    const std::size_t equals = name.find('=');
    const bool hidden = name.starts_with('_') || name.starts_with('.') || is_temporary_name(name);
    if (hidden || equals == std::string::npos ||
        unescape_path_segment(std::string_view(name).substr(0, equals)) != key.name) {
      ++result_.folders_passed_over;
      return std::nullopt;
    }
    const std::string text = unescape_path_segment(std::string_view(name).substr(equals + 1));
    if (find_invalid_utf8(name) != std::string_view::npos ||
        find_invalid_utf8(text) != std::string_view::npos) {
      odd(folder.relative + name + "/", "its name is no UTF-8");
      return std::nullopt;
    }
    auto value = canonical_partition_value(key.type, text);
    if (value) return *std::move(value);
    odd(folder.relative + name + "/", value.error().message);
    return std::nullopt;
  }

  void odd(const std::string& relative, const std::string& why) {
    ++result_.odd_count;
    if (result_.odd.size() < PartitionDiscovery::kMostOdd) {
      result_.odd.push_back(location_ + relative + ": " + why);
    }
  }

  ObjectStore& objects_;
  const Table& table_;
  std::string location_;  ///< the table's, ends in '/'
  std::unordered_map<std::string_view, std::int64_t> seen_;
  std::unordered_map<std::string_view, std::vector<std::string_view>> below_;
  std::unordered_set<std::string> visited_;
  std::vector<Folder> candidates_;
  PartitionDiscovery result_;
};

Status read_registered(Metastore& metastore, const Table& table, FolderOfValues* known) {
  ASSIGN_OR_RETURN(const auto partitions, metastore.partitions(table.database, table.name, {}));
  std::string location = table.storage.location;
  if (!location.empty() && !location.ends_with('/')) location += '/';
  known->reserve(partitions.size());
  for (const Partition& partition : partitions) {
    std::string folder = partition_location(table, partition);
    if (!folder.ends_with('/')) folder += '/';
    const bool below = folder.starts_with(location);
    known->emplace(join_partition_values(partition.values),
                   below ? folder.substr(location.size()) : std::string());
  }
  return {};
}

}  // namespace

Result<PartitionDiscovery> discover_partitions(Metastore& metastore, ObjectStore& objects,
                                               const LocationMap& locations, const Table& table) {
  if (table.partition_keys.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "the table " + table.database + "." + table.name + " is not partitioned"};
  }
  ASSIGN_OR_RETURN(const std::filesystem::path root, locations.resolve(table.storage.location));
  ASSIGN_OR_RETURN(const auto seen, metastore.seen_folders(table.database, table.name));
  Walk walk(objects, table, seen);
  const std::string path = root.string();
  RETURN_IF_ERROR(walk.run(path.ends_with('/') ? path : path + "/"));
  FolderOfValues known;
  if (walk.found_any()) RETURN_IF_ERROR(read_registered(metastore, table, &known));
  return walk.finish(&known);
}

Result<PartitionChanges> register_discovery(Metastore& metastore, const Table& table,
                                            const PartitionDiscovery& discovery) {
  PartitionChanges changes;
  if (!discovery.found.empty()) {
    ASSIGN_OR_RETURN(changes,
                     metastore.add_partitions(table.database, table.name, discovery.found, true));
  }
  if (!discovery.seen.empty() || !discovery.gone.empty()) {
    RETURN_IF_ERROR(
        metastore.set_seen_folders(table.database, table.name, discovery.seen, discovery.gone));
  }
  return changes;
}

}  // namespace clicklake
