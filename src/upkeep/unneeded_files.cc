#include "upkeep/unneeded_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "catalog/iceberg_files.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_list.h"
#include "iceberg/table_metadata.h"
#include "model/star_schema.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

/// A file on the disk.
struct Found {
  fs::path path;
  std::int64_t size = 0;
  std::int64_t changed_ns = 0;  ///< since 1970
};

/// A batch's id is a UUID: 8-4-4-4-12 hex digits.
bool begins_with_uuid(std::string_view name) {
  constexpr std::array<std::size_t, 4> kDashes{8, 13, 18, 23};
  if (name.size() < 36) return false;
  for (std::size_t i = 0; i < 36; ++i) {
    const bool dash = std::find(kDashes.begin(), kDashes.end(), i) != kDashes.end();
    const bool hex = (name[i] >= '0' && name[i] <= '9') || (name[i] >= 'a' && name[i] <= 'f');
    if (dash ? name[i] != '-' : !hex) return false;
  }
  return true;
}

Result<std::vector<Found>> files_below(const fs::path& folder) {
  std::vector<Found> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    struct stat found {};
    // Links are somebody's own doing.
    if (::lstat(entry->path().c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
    files.push_back({entry->path(), found.st_size,
                     std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec});
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return errno_error(error.value(), "look for files in " + folder.string());
  return files;
}

class Search {
 public:
  Search(fs::path lake, LakeIndex& index, std::int64_t before_ns)
      : lake_(std::move(lake)), index_(index), before_ns_(before_ns) {}

  Result<UnneededFiles> run() {
    ASSIGN_OR_RETURN(open_, index_.open_batches());
    ASSIGN_OR_RETURN(const std::vector<IndexedTable> tables, index_.tables());
    for (const IndexedTable& table : tables) {
      if (table.definition != nullptr && !table.pointer.empty())
        RETURN_IF_ERROR(search_table(table, lake_ / folder_of(*table.definition)));
    }
    RETURN_IF_ERROR(search_raw());
    return std::move(out_);
  }

 private:
  bool is_old(const Found& file) const { return file.changed_ns < before_ns_; }

  bool is_of_open_batch(const fs::path& path) const {
    const std::string name = path.filename().string();
    return std::any_of(open_.begin(), open_.end(), [&](const std::string& batch) {
      return name.find(batch) != std::string::npos;
    });
  }

  void add(const Found& file, std::vector<std::string>* to) {
    if (!is_old(file) || is_of_open_batch(file.path)) return;
    to->push_back(file.path.lexically_relative(lake_).generic_string());
    out_.bytes += file.size;
  }

  Status search_table(const IndexedTable& table, const fs::path& folder) {
    ASSIGN_OR_RETURN(const fs::path current, path_of_location(table.pointer));
    // Of a lake that was moved: nothing of it is known by where it lies now.
    if (current.parent_path() != folder / "metadata") return {};
    ASSIGN_OR_RETURN(const std::string text, read_metadata_file(current));
    ASSIGN_OR_RETURN(const iceberg::TableMetadata metadata,
                     iceberg::parse_table_metadata(text, current.string()));
    ASSIGN_OR_RETURN(const std::vector<Found> metadata_files, files_below(folder / "metadata"));

    std::set<fs::path> kept{current};
    for (const iceberg::Snapshot& snapshot : metadata.snapshots) {
      ASSIGN_OR_RETURN(fs::path list, path_of_location(snapshot.manifest_list));
      kept.insert(std::move(list));
    }
    for (const fs::path& list : lists_of_late(metadata_files)) kept.insert(list);
    std::set<fs::path> manifests;
    for (const fs::path& list : kept) {
      if (list != current) RETURN_IF_ERROR(read_list(list, &manifests));
    }
    std::set<fs::path> data;
    std::error_code error;
    for (const fs::path& manifest : manifests) {
      // What is gone leads nowhere; the current snapshot's are all there, or its reading fails.
      if (fs::exists(manifest, error)) RETURN_IF_ERROR(read_manifest(manifest, &data));
    }
    kept.insert(manifests.begin(), manifests.end());
    ASSIGN_OR_RETURN(const std::vector<IndexedFile> live, index_.live_files(table));
    for (const IndexedFile& file : live) data.insert(lake_ / file.file.path);

    for (const Found& file : metadata_files) {
      const std::string name = file.path.filename().string();
      const bool known_form = name.ends_with(".avro") || name.ends_with(".metadata.json") ||
                              name.ends_with(".gz.metadata.json") || is_temporary_name(name);
      if (known_form && !kept.contains(file.path)) add(file, &out_.metadata);
    }
    ASSIGN_OR_RETURN(const std::vector<Found> data_files, files_below(folder / "data"));
    for (const Found& file : data_files) {
      const std::string name = file.path.filename().string();
      if ((name.ends_with(".parquet") || is_temporary_name(name)) && !data.contains(file.path))
        add(file, &out_.data);
    }
    return {};
  }

  /// Lists that a reader may have begun with lately: those written since, and the one that was
  /// current before them.
  std::vector<fs::path> lists_of_late(const std::vector<Found>& files) const {
    std::vector<fs::path> lists;
    const Found* newest_old = nullptr;
    for (const Found& file : files) {
      const std::string name = file.path.filename().string();
      const bool list = name.ends_with("-list.avro") || name.starts_with("snap-");
      if (!list) continue;
      if (!is_old(file)) {
        lists.push_back(file.path);
      } else if (newest_old == nullptr || file.changed_ns > newest_old->changed_ns) {
        newest_old = &file;
      }
    }
    if (newest_old != nullptr) lists.push_back(newest_old->path);
    return lists;
  }

  static Status read_list(const fs::path& list, std::set<fs::path>* manifests) {
    ASSIGN_OR_RETURN(const std::string bytes, read_metadata_file(list));
    ASSIGN_OR_RETURN(const std::vector<iceberg::ManifestFile> listed,
                     iceberg::decode_manifest_list(bytes, list.string()));
    for (const iceberg::ManifestFile& manifest : listed) {
      ASSIGN_OR_RETURN(fs::path path, path_of_location(manifest.path));
      manifests->insert(std::move(path));
    }
    return {};
  }

  static Status read_manifest(const fs::path& manifest, std::set<fs::path>* data) {
    ASSIGN_OR_RETURN(const std::string bytes, read_metadata_file(manifest));
    ASSIGN_OR_RETURN(const iceberg::Manifest header,
                     iceberg::read_manifest(
                         bytes, manifest.string(), [&](iceberg::ManifestEntry&& entry) -> Status {
                           if (entry.status == iceberg::EntryStatus::kDeleted) return {};
                           ASSIGN_OR_RETURN(fs::path path, path_of_location(entry.file.path));
                           data->insert(std::move(path));
                           return {};
                         }));
    (void)header;
    return {};
  }

  Status search_raw() {
    std::set<fs::path> known;
    ASSIGN_OR_RETURN(const std::vector<IndexedRawFile> raw, index_.raw_files());
    for (const IndexedRawFile& file : raw) {
      if (!file.withdrawn || file.file.in_place)
        known.insert(file.file.in_place ? fs::path(file.file.path) : lake_ / file.file.path);
    }
    ASSIGN_OR_RETURN(const std::vector<IndexedBatch> batches, index_.batches());
    for (const IndexedBatch& batch : batches) {
      if (!batch.quarantine_file.empty() && batch.quarantine_hash != kRetired)
        known.insert(lake_ / batch.quarantine_file);
    }
    const std::array<std::pair<const char*, std::vector<std::string>*>, 2> layers{
        {{"raw/clickstream", &out_.raw}, {"quarantine", &out_.quarantine}}};
    for (const auto& [layer, to] : layers) {
      ASSIGN_OR_RETURN(const std::vector<Found> files, files_below(lake_ / layer));
      for (const Found& file : files) {
        const std::string name = file.path.filename().string();
        // Others may put files of their own there.
        const bool ours =
            begins_with_uuid(name) || (is_temporary_name(name) && begins_with_uuid(name.substr(1)));
        if (ours && !known.contains(file.path)) add(file, to);
      }
    }
    return {};
  }

  const fs::path lake_;
  LakeIndex& index_;
  const std::int64_t before_ns_;
  std::vector<std::string> open_;
  UnneededFiles out_;
};

}  // namespace

Result<UnneededFiles> find_unneeded(const fs::path& lake, LakeIndex& index,
                                    std::chrono::system_clock::time_point now,
                                    std::chrono::hours keep) {
  return Search(
             lake_folder(lake / "catalog.db"), index,
             std::chrono::duration_cast<std::chrono::nanoseconds>((now - keep).time_since_epoch())
                 .count())
      .run();
}

}  // namespace clicklake
