#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <system_error>

#include "base/hash.h"
#include "catalog/iceberg_files.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_list.h"
#include "iceberg/star_iceberg.h"
#include "iceberg/table_metadata.h"
#include "model/star_schema.h"
#include "upkeep/verify_parts.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAnew =
    "run `clicklake relocate --all`: metadata is written anew from the catalog";

class TableCheck {
 public:
  TableCheck(const VerifyOptions& options, const LakeContents& lake, const IndexedTable& table,
             Findings* findings, VerifyReport* report)
      : table_(table),
        folder_(lake_folder(options.lake / "catalog.db")),
        findings_(findings),
        report_(report) {
    for (const IndexedFile& file : lake.live.at(table.name)) live_[file.file.path] = &file;
    for (const IndexedManifest& m : lake.manifests.at(table.name))
      manifests_[m.location] = m.content_hash;
  }

  void run() {
    if (table_.metadata_location.empty()) {
      if (!table_.pointer.empty()) {
        wrong("", fmt::format("Iceberg's catalog points to {} for {}, which has no metadata of "
                              "ours",
                              table_.pointer, table_.name));
      }
      return;  // a lake of an earlier version: its next commit writes it
    }
    if (table_.pointer != table_.metadata_location) {
      wrong("", fmt::format("Iceberg's catalog points to {} for {}, the catalog's rows are of {}",
                            table_.pointer.empty() ? "nothing" : table_.pointer, table_.name,
                            table_.metadata_location));
    }
    const auto path = path_of_location(table_.metadata_location);
    if (!path) return wrong("", path.error().message);
    if (path->lexically_relative(folder_).empty() ||
        *path->lexically_relative(folder_).begin() == "..") {
      findings_->add(
          {FindingKind::kMoved, table_.name, "",
           fmt::format("the metadata of {} is {}, and the lake lies in {}: other engines "
                       "read the files where they lay before, or none",
                       table_.name, table_.metadata_location, folder_.string()),
           "run `clicklake relocate`"});
      return;
    }
    check_metadata(*path);
  }

 private:
  void wrong(const std::string& path, const std::string& message) {
    findings_->add({FindingKind::kIceberg, table_.name, path, message, std::string(kAnew)});
  }
  std::string relative(const fs::path& path) const {
    const fs::path inside = path.lexically_relative(folder_);
    return inside.empty() || *inside.begin() == ".." ? path.string() : inside.generic_string();
  }

  /// The bytes of a metadata file; nothing where it can't be read or has changed, which is a
  /// finding then.
  std::optional<std::string> read(const fs::path& path, const std::string& content_hash) {
    ++report_->files;
    std::error_code error;
    if (!fs::exists(path, error)) {
      findings_->add({FindingKind::kFileMissing, table_.name, relative(path),
                      relative(path) + " is missing: other engines can't read " + table_.name,
                      std::string(kAnew)});
      return std::nullopt;
    }
    auto bytes = read_metadata_file(path);
    if (!bytes) {
      wrong(relative(path), bytes.error().message);
      return std::nullopt;
    }
    report_->bytes += static_cast<std::int64_t>(bytes->size());
    if (content_hash.empty()) return *std::move(bytes);
    ContentHash hash;
    hash.update(bytes->data(), bytes->size());
    if (hash.hex() == content_hash) return *std::move(bytes);
    findings_->add(
        {FindingKind::kFileDamaged, table_.name, relative(path),
         fmt::format("bytes of {} (0 to {}) have changed since they were written: checksum {}, not "
                     "{}",
                     relative(path), bytes->size() - 1, hash.hex(), content_hash),
         std::string(kAnew)});
    return std::nullopt;
  }

  void check_metadata(const fs::path& path) {
    const auto text = read(path, table_.metadata_hash);
    if (!text) return;
    const auto metadata = iceberg::parse_table_metadata(*text, relative(path));
    if (!metadata) return wrong(relative(path), metadata.error().message);
    const std::int64_t current = metadata->current_snapshot_id.value_or(0);
    if (current != table_.snapshot) {
      return wrong(relative(path), fmt::format("{} is at snapshot {} by its metadata, and at {} by "
                                               "the catalog",
                                               table_.name, current, table_.snapshot));
    }
    for (const iceberg::Snapshot& snapshot : metadata->snapshots) {
      const auto list = path_of_location(snapshot.manifest_list);
      if (!list) {
        wrong(relative(path), list.error().message);
      } else if (snapshot.id == current) {
        check_list(*list);
      } else {
        ++report_->files;
        std::error_code error;
        if (!fs::exists(*list, error)) {
          wrong(relative(*list), fmt::format("{} is missing: snapshot {} of {} can't be read any "
                                             "more",
                                             relative(*list), snapshot.id, table_.name));
        }
      }
    }
  }

  void check_list(const fs::path& path) {
    const auto bytes = read(path, "");
    if (!bytes) return;
    const auto manifests = iceberg::decode_manifest_list(*bytes, relative(path));
    if (!manifests) return wrong(relative(path), manifests.error().message);
    complete_ = true;
    for (const iceberg::ManifestFile& manifest : *manifests) {
      if (manifest.added_files + manifest.existing_files == 0) continue;
      const auto known = manifests_.find(manifest.path);
      if (known == manifests_.end()) {
        wrong(relative(path), fmt::format("the list of {}'s manifests names {}, which the catalog "
                                          "does not know",
                                          table_.name, manifest.path));
        complete_ = false;
        continue;
      }
      check_manifest(manifest, known->second);
    }
    if (!complete_) return;  // said already, and what follows would follow from it
    for (const auto& [data, file] : live_) {
      if (!seen_.contains(data)) {
        wrong(data, fmt::format("no manifest lists {}: other engines don't see its {} rows", data,
                                file->file.info.record_count));
      }
    }
  }

  void check_manifest(const iceberg::ManifestFile& manifest, const std::string& content_hash) {
    const auto path = path_of_location(manifest.path);
    if (!path) return wrong("", path.error().message);
    const auto bytes = read(*path, content_hash);
    if (!bytes) {
      complete_ = false;
      return;
    }
    const auto header = iceberg::read_manifest(*bytes, relative(*path),
                                               [&](iceberg::ManifestEntry&& entry) -> Status {
                                                 if (entry.status != iceberg::EntryStatus::kDeleted)
                                                   check_entry(relative(*path), entry);
                                                 return {};
                                               });
    if (!header) {
      complete_ = false;
      wrong(relative(*path), header.error().message);
    }
  }

  void check_entry(const std::string& manifest, const iceberg::ManifestEntry& entry) {
    const auto location = path_of_location(entry.file.path);
    if (!location) return wrong(manifest, location.error().message);
    const std::string path = relative(*location);
    const auto found = live_.find(path);
    if (found == live_.end()) {
      return wrong(manifest,
                   fmt::format("{} lists {}, which is not live by the catalog", manifest, path));
    }
    if (!seen_.insert(path).second)
      return wrong(manifest, fmt::format("{} is listed twice: its rows are read twice", path));
    const ParquetFileInfo& info = found->second->file.info;
    if (entry.file.record_count != info.record_count || entry.file.size_bytes != info.size_bytes) {
      wrong(manifest, fmt::format("{} says {} rows and {} bytes of {}, the catalog {} and {}",
                                  manifest, entry.file.record_count, entry.file.size_bytes, path,
                                  info.record_count, info.size_bytes));
    }
    const auto partition =
        iceberg::parse_star_partition(*table_.definition, found->second->file.partition);
    if (partition && partition->values != entry.file.partition) {
      wrong(manifest, fmt::format("{} puts {} into another partition than the catalog, which says "
                                  "'{}'",
                                  manifest, path, found->second->file.partition));
    }
  }

  const IndexedTable& table_;
  const fs::path folder_;
  Findings* findings_;
  VerifyReport* report_;
  std::map<std::string, const IndexedFile*, std::less<>> live_;
  std::map<std::string, std::string, std::less<>> manifests_;
  std::set<std::string> seen_;
  bool complete_ = true;
};

}  // namespace

void verify_iceberg(const VerifyOptions& options, const LakeContents& lake, Findings* findings,
                    VerifyReport* report) {
  for (const IndexedTable& table : lake.tables)
    TableCheck(options, lake, table, findings, report).run();
}

}  // namespace clicklake
