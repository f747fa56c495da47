#include "ingest/sweep.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

class Sweeper {
 public:
  /// `tables`: of the lake. Other folders of the curated zone are those of users' own tables, whose
  /// writes have a journal.
  Sweeper(fs::path lake, std::vector<std::string> batches, const std::vector<TableInfo>& tables)
      : lake_(std::move(lake)) {
    report_.batches = std::move(batches);
    folders_ = {lake_ / "raw", lake_ / "processed", lake_ / "quarantine"};
    for (const TableInfo& table : tables) folders_.push_back(lake_ / "curated" / table.name);
  }

  Result<SweepReport> run() {
    for (const fs::path& folder : folders_) RETURN_IF_ERROR(sweep_folder(folder));
    // Delivery writes there at any time: what has no batch's name is its own.
    temporaries_ = false;
    RETURN_IF_ERROR(sweep_folder(lake_ / "events" / "outbox"));
    // What was removed must not come back after its batch is forgotten.
    for (const fs::path& folder : changed_) {
      if (fs::exists(folder)) RETURN_IF_ERROR(sync_folder(folder));
    }
    std::sort(report_.files.begin(), report_.files.end());
    return std::move(report_);
  }

 private:
  bool is_leftover(const std::string& name) const {
    if (temporaries_ && is_temporary_name(name)) return true;
    return std::any_of(
        report_.batches.begin(), report_.batches.end(),
        [&](const std::string& batch) { return name.find(batch) != std::string::npos; });
  }

  static Error io_error(const std::error_code& error, const std::string& doing) {
    return errno_error(error.value(), doing);
  }

  Status sweep_folder(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> folders;
    bool removed = false;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->is_directory(error) && !entry->is_symlink(error)) {
        folders.push_back(entry->path());
      } else if (is_leftover(entry->path().filename().string())) {
        RETURN_IF_ERROR(remove(*entry));
        removed = true;
      }
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      return io_error(error, "look for leftovers in " + folder.string());
    }
    for (const fs::path& inner : folders) {
      RETURN_IF_ERROR(sweep_folder(inner));
      if (changed_.contains(inner) && remove_if_empty(inner)) removed = true;
    }
    if (removed) changed_.insert(folder);
    return {};
  }

  Status remove(const fs::directory_entry& file) {
    std::error_code error;
    const std::uintmax_t size = file.file_size(error);
    if (!error) report_.bytes += size;
    fs::remove(file.path(), error);
    if (error) return io_error(error, "remove the leftover " + file.path().string());
    report_.files.push_back(file.path().lexically_relative(lake_).string());
    return {};
  }

  static bool remove_if_empty(const fs::path& folder) {
    std::error_code error;
    return fs::remove(folder, error);  // fails where it holds something
  }

  const fs::path lake_;
  std::vector<fs::path> folders_;
  SweepReport report_;
  bool temporaries_ = true;  ///< every temporary file is a leftover
  std::set<fs::path> changed_;
};

Result<SweepReport> sweep_batches(Catalog& catalog, const fs::path& lake,
                                  std::vector<std::string> batches) {
  if (batches.empty()) return SweepReport{};
  ASSIGN_OR_RETURN(const std::vector<TableInfo> tables, catalog.tables());
  ASSIGN_OR_RETURN(SweepReport report, Sweeper(lake, std::move(batches), tables).run());
  for (const std::string& batch : report.batches) RETURN_IF_ERROR(catalog.abandon_batch(batch));
  return report;
}

}  // namespace

Result<SweepReport> sweep(Catalog& catalog, const fs::path& lake) {
  ASSIGN_OR_RETURN(const std::vector<BatchInfo> open, catalog.open_batches());
  std::vector<std::string> batches;
  batches.reserve(open.size());
  for (const BatchInfo& batch : open) batches.push_back(batch.id);
  return sweep_batches(catalog, lake, std::move(batches));
}

Result<SweepReport> remove_batch(Catalog& catalog, const fs::path& lake,
                                 const std::string& batch_id) {
  ASSIGN_OR_RETURN(const std::vector<BatchInfo> open, catalog.open_batches());
  const bool is_open = std::any_of(open.begin(), open.end(),
                                   [&](const BatchInfo& batch) { return batch.id == batch_id; });
  return sweep_batches(catalog, lake, is_open ? std::vector{batch_id} : std::vector<std::string>());
}

}  // namespace clicklake
