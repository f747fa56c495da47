#include "engines/symlink_manifests.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/json_value.h"
#include "model/time.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifestName = "manifest";

/// Which snapshots the manifests are of, and where their paths point to.
struct ManifestState {
  std::string location;
  std::map<std::string, std::int64_t> snapshots;  ///< by table
};

std::optional<std::string> read_text(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// A state that is missing or can't be read is that of manifests yet to be written.
ManifestState read_state(const fs::path& file) {
  ManifestState state;
  const auto text = read_text(file);
  if (!text) return state;
  const auto json = parse_json(*text);
  if (!json) return state;
  const JsonValue* location = json->find("location");
  const JsonValue* tables = json->find("snapshots");
  if (location == nullptr || tables == nullptr) return state;
  state.location = location->text;
  for (std::size_t i = 0; i < tables->names.size(); ++i) {
    const std::string& number = tables->elements[i].text;
    char* end = nullptr;
    errno = 0;
    const std::int64_t snapshot = std::strtoll(number.c_str(), &end, 10);
    if (errno == 0 && end != number.c_str() && *end == '\0')
      state.snapshots[tables->names[i]] = snapshot;
  }
  return state;
}

/// Replaces `file`, unless it says that already: a rewrite of everything touches what differs only.
Status replace_text(const fs::path& file, const std::string& text, bool* written) {
  if (read_text(file) == text) return {};
  ASSIGN_OR_RETURN(DurableFile out, DurableFile::create(file));
  RETURN_IF_ERROR(out.append(text));
  RETURN_IF_ERROR(out.commit("symlinks.sync", "symlinks.rename"));
  *written = true;
  return {};
}

/// Held while manifests are written; the kernel drops it with the process.
class ManifestLock {
 public:
  static Result<ManifestLock> acquire(const fs::path& folder) {
    RETURN_IF_ERROR(make_folders(folder));
    const fs::path file = folder / ".lock";
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    int locked = fd < 0 ? -1 : ::flock(fd, LOCK_EX);
    while (locked != 0 && fd >= 0 && errno == EINTR) locked = ::flock(fd, LOCK_EX);
    if (locked != 0) {
      const int error = errno;
      if (fd >= 0) ::close(fd);
      return Error{ErrorCode::kIo, "cannot lock " + file.string() + ": " + std::strerror(error)};
    }
    return ManifestLock(fd);
  }
  ManifestLock(ManifestLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ManifestLock& operator=(ManifestLock&&) = delete;
  ManifestLock(const ManifestLock&) = delete;
  ManifestLock& operator=(const ManifestLock&) = delete;
  ~ManifestLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit ManifestLock(int fd) : fd_(fd) {}
  int fd_;
};

/// "event_timestamp_day=2024-11-01" of "processed/fact_clicks/event_timestamp_day=2024-11-01/x".
std::string partition_of(const std::string& path) {
  const std::size_t file = path.rfind('/');
  if (file == std::string::npos || file == 0) return "";
  const std::size_t folder = path.rfind('/', file - 1);
  return path.substr(folder + 1, file - folder - 1);
}

/// The partitions of a change, and the filter of days that they lie within.
struct Touched {
  std::set<std::string> partitions;
  std::vector<FileFilter> filters;
};

Touched touched_by(const TableDefinition& table, const TableChange& change) {
  Touched touched;
  for (const DataFile& file : change.added) touched.partitions.insert(file.partition);
  for (const std::string& path : change.removed) touched.partitions.insert(partition_of(path));
  if (table.transform != PartitionTransform::kDay || touched.partitions.empty()) return touched;
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (const std::string& partition : touched.partitions) {
    const std::string date = partition.substr(partition.find('=') + 1);
    const auto start = parse_timestamp(date + "T00:00:00Z");
    if (!start) return touched;
    first = std::min(first, *start);
    last = std::max(last, *start + kMicrosPerDay - 1);
  }
  const int source = table.columns[column_index(table, table.partition_source)].field_id;
  touched.filters.push_back({source, first, last});
  return touched;
}

class ManifestWriter {
 public:
  ManifestWriter(Catalog& catalog, const fs::path& lake, std::string location)
      : catalog_(catalog), lake_(lake), location_(std::move(location)) {}

  Status write(const TableDefinition& table, const TableChange* change) {
    if (symlink_partition_column(table).empty()) return write_list(table);
    return write_partitions(table, change);
  }

  std::vector<fs::path> take_folders() { return std::move(folders_); }

 private:
  void append_uri(const std::string& path, std::string* text) const {
    *text += location_ + "/" + path + "\n";
  }

  Status write_file(const fs::path& folder, const std::string& text) {
    bool written = false;
    RETURN_IF_ERROR(replace_text(folder / kManifestName, text, &written));
    if (written) folders_.push_back(folder);
    return {};
  }

  Status write_list(const TableDefinition& table) {
    ASSIGN_OR_RETURN(const std::vector<DataFile> files,
                     catalog_.live_files(std::string(table.name), {}, false));
    std::string text;
    for (const DataFile& file : files) append_uri(file.path, &text);
    return write_file(symlink_folder(lake_) / table.name, text);
  }

  Status write_partitions(const TableDefinition& table, const TableChange* change) {
    const fs::path folder = symlink_folder(lake_) / table.name;
    Touched touched;
    if (change != nullptr) {
      touched = touched_by(table, *change);
    } else {
      ASSIGN_OR_RETURN(touched.partitions, partitions_below(folder));
    }
    ASSIGN_OR_RETURN(const std::vector<DataFile> files,
                     catalog_.live_files(std::string(table.name), touched.filters, false));
    std::map<std::string, std::string> lists;
    for (const std::string& partition : touched.partitions) lists[partition];
    for (const DataFile& file : files) {
      if (change != nullptr && !touched.partitions.contains(file.partition)) continue;
      append_uri(file.path, &lists[file.partition]);
    }
    for (const auto& [partition, text] : lists)
      RETURN_IF_ERROR(write_file(folder / partition, text));
    return {};
  }

  static Result<std::set<std::string>> partitions_below(const fs::path& folder) {
    std::set<std::string> names;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      std::string name = entry->path().filename().string();
      if (name.find('=') != std::string::npos) names.insert(std::move(name));
    }
    if (error && error != std::errc::no_such_file_or_directory)
      return Error{ErrorCode::kIo, "cannot list " + folder.string() + ": " + error.message()};
    return names;
  }

  Catalog& catalog_;
  const fs::path& lake_;
  std::string location_;
  std::vector<fs::path> folders_;  ///< that files were renamed in
};

Status write_state(const fs::path& file, const ManifestState& state) {
  JsonText json;
  json.begin_object().member("location", state.location).key("snapshots").begin_object();
  for (const auto& [table, snapshot] : state.snapshots) json.member(table, snapshot);
  json.end_object().end_object();
  bool written = false;
  RETURN_IF_ERROR(replace_text(file, json.text() + "\n", &written));
  return written ? sync_folder(file.parent_path()) : Status();
}

}  // namespace

fs::path symlink_folder(const fs::path& lake) { return lake / "symlinks"; }

std::string reader_location(const fs::path& lake, const SymlinkOptions& options) {
  std::string location = options.location.empty() ? "file://" + lake.string() : options.location;
  while (location.size() > 1 && location.back() == '/') location.pop_back();
  return location;
}

std::string_view symlink_partition_column(const TableDefinition& table) {
  const bool one_list = table.transform == PartitionTransform::kNone ||
                        table.transform == PartitionTransform::kDate ||  // its own column
                        table.transform == PartitionTransform::kBucket;
  return one_list ? std::string_view() : table.partition_name;
}

Status refresh_symlink_manifests(Catalog& catalog, const fs::path& lake,
                                 const SymlinkOptions& options,
                                 std::span<const TableChange> changes) {
  if (!options.enabled) return {};
  const fs::path folder = symlink_folder(lake);
  ASSIGN_OR_RETURN(const ManifestLock lock, ManifestLock::acquire(folder));
  const fs::path state_file = folder / "state.json";
  ManifestState state = read_state(state_file);
  const std::string location = reader_location(lake, options);
  if (state.location != location) state = {location, {}};

  ASSIGN_OR_RETURN(const auto view, catalog.read_view());
  ASSIGN_OR_RETURN(const std::vector<TableInfo> tables, catalog.tables());
  ManifestWriter writer(catalog, lake, location);
  bool changed = false;
  for (const TableInfo& table : tables) {
    const auto known = state.snapshots.find(table.name);
    if (known != state.snapshots.end() && known->second == table.snapshot) continue;
    const TableChange* change = nullptr;
    for (const TableChange& one : changes) {
      // Nobody committed between what was listed and it.
      if (one.table == table.name && known != state.snapshots.end() &&
          one.base_snapshot == known->second) {
        change = &one;
      }
    }
    ASSIGN_OR_RETURN(const TableDefinition* definition, catalog.definition(table.name));
    RETURN_IF_ERROR(writer.write(*definition, change));
    state.snapshots[table.name] = table.snapshot;
    changed = true;
  }
  if (!changed) return {};
  const std::vector<fs::path> folders = writer.take_folders();
  RETURN_IF_ERROR(sync_folders(folders, lake));
  return write_state(state_file, state);
}

}  // namespace clicklake
