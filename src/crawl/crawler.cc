#include "crawl/crawler.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <unordered_set>

#include "base/parallel.h"
#include "crawl/external_table.h"
#include "crawl/path_layout.h"
#include "crawl/table_layout.h"
#include "crawl/table_sample.h"
#include "crawl/table_update.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

/// Before a folder in the metastore's list of seen ones. MSCK REPAIR TABLE keeps folders there,
/// too, but has not looked at their files.
constexpr std::string_view kSeenByCrawl = "crawl:";

/// Folders sampled at once: their samples are in memory together.
constexpr std::size_t kSamplePiece = 512;

/// The last segment of a folder's text.
std::string_view last_name(std::string_view folder) {
  folder.remove_suffix(1);
  return folder.substr(folder.rfind('/') + 1);
}

std::string parent_of(const std::string& folder) {
  const std::size_t slash =
      folder.size() < 2 ? std::string::npos : folder.rfind('/', folder.size() - 2);
  return slash == std::string::npos ? "" : folder.substr(0, slash + 1);
}

class Crawl {
 public:
  Crawl(Metastore& metastore, ObjectStore& store, const LocationMap& locations,
        const CrawlOptions& options)
      : metastore_(metastore),
        store_(store),
        locations_(locations),
        options_(options),
        root_(folder_text(options.folder.lexically_normal())) {}

  Result<CrawlReport> run() {
    const auto begin = std::chrono::steady_clock::now();
    // Folders that change while they are read, or just did, are not remembered: see fresh().
    began_us_ = std::chrono::duration_cast<std::chrono::microseconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count();
    RETURN_IF_ERROR(load_known());
    WalkOptions walking;
    walking.threads = options_.threads;
    walking.remembered = options_.full ? FolderTimes{} : seen_;
    if (options_.progress) {
      walking.progress = [&](std::int64_t folders) { options_.progress({"folders", folders, 0}); };
    }
    ASSIGN_OR_RETURN(tree_, walk_folders(store_, start(), walking));
    for (const OddThing& thing : tree_.odd) forget_upwards(thing.path);
    for (const OddThing& thing : tree_.unreadable) forget_upwards(thing.path);
    std::map<std::string, KnownLayout> known;
    for (const auto& [path, table] : known_) known[path] = known_layout(table);
    join_lookalikes(&tree_.tables, known);
    RETURN_IF_ERROR(find_tables());
    RETURN_IF_ERROR(sample_files());
    for (Found& found : found_) RETURN_IF_ERROR(update(&found));
    finish();
    report_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(report_);
  }

 private:
  /// A table under the folder.
  struct Found {
    TableLayout layout;
    std::optional<Table> existing;
    std::optional<TableSample> sample;
    std::vector<const TableLayout::Folder*> good;  ///< those whose samples can be read
  };

  /// Tables of the database whose folders touch the crawled one, and what was seen in them.
  Status load_known() {
    ASSIGN_OR_RETURN(const std::vector<Table> tables, metastore_.tables(options_.database));
    for (const Table& table : tables) {
      names_.insert(table.name);
      if (table.is_view() || table.is_lake_table() || table.storage.location.empty()) continue;
      const auto folder = locations_.resolve(table.storage.location);
      if (!folder) continue;
      const std::string path = folder_text(*folder);
      if (!path.starts_with(root_) && !root_.starts_with(path)) continue;
      known_.emplace(path, table);
      ASSIGN_OR_RETURN(auto seen, metastore_.seen_folders(table.database, table.name));
      for (const auto& [name, time] : seen) {
        if (!name.starts_with(kSeenByCrawl)) continue;
        std::string seen_folder = name.substr(kSeenByCrawl.size());
        if (!seen_folder.starts_with(root_)) continue;
        seen_of_[path].push_back(seen_folder);
        seen_.emplace(std::move(seen_folder), time);
      }
    }
    return {};
  }

  /// A crawl may begin below a table's folder.
  WalkStart start() const {
    WalkStart out{root_, root_, {}};
    const auto levels_below = [&](const std::string& table) -> std::optional<PathLayout> {
      PathLayout layout;
      std::size_t at = table.size();
      while (at < root_.size()) {
        const std::size_t slash = root_.find('/', at);
        if (!descend(std::string_view(root_).substr(at, slash - at), &layout)) return std::nullopt;
        at = slash + 1;
      }
      return layout;
    };
    for (std::string above = parent_of(root_); above.size() > 1; above = parent_of(above)) {
      const std::string below = root_.substr(above.size());
      const bool hive = is_hive_level(below.substr(0, below.find('/')));
      if (!known_.contains(above) && !hive) continue;
      if (auto layout = levels_below(above)) {
        out.table = above;
        out.layout = *std::move(layout);
      }
    }
    return out;
  }

  Status find_tables() {
    for (auto& [path, folder] : tree_.tables) {
      const auto known = known_.find(path);
      const bool exists = known != known_.end();
      if (folder.folders.empty() && !exists) continue;
      Found found;
      found.layout =
          decide_layout(folder, exists ? std::optional(known_layout(known->second)) : std::nullopt);
      for (OddThing& thing : found.layout.odd) add_odd(std::move(thing));
      found.layout.odd.clear();
      if (exists) {
        found.existing = known->second;
        if (found.layout.format == FileFormat::kUnknown && !folder.folders.empty()) {
          add_odd({path, "is the folder of the table " + known->second.name +
                             ", whose SerDe a crawl knows nothing of"});
          continue;
        }
      } else if (found.layout.folders.empty()) {
        continue;
      }
      found_.push_back(std::move(found));
    }
    // A known table whose folder is gone altogether has lost all of its partitions.
    for (const auto& [path, table] : known_) {
      if (tree_.tables.contains(path) || !path.starts_with(root_) ||
          format_of(table) == FileFormat::kUnknown)
        continue;
      Found found;
      found.layout.path = path;
      found.layout.keys = known_layout(table).keys;
      found.layout.format = format_of(table);
      found.existing = table;
      found_.push_back(std::move(found));
    }
    if (options_.table.empty()) return {};
    const auto fresh = std::count_if(found_.begin(), found_.end(),
                                     [](const Found& found) { return !found.existing; });
    if (fresh <= 1) return {};
    return Error{ErrorCode::kInvalidArgument,
                 "--table " + options_.table + " names one table, but under " + root_ + " lie " +
                     std::to_string(fresh) +
                     " new ones: crawl one of their folders, or leave out "
                     "--table"};
  }

  struct SampleTask {
    std::size_t found;
    const TableLayout::Folder* folder;
  };
  struct FolderSamples {
    std::vector<std::pair<std::string, Result<FileSample>>> files;
  };

  /// The first file of the format, the last one, and those evenly between.
  std::vector<std::string> chosen_files(const TableLayout::Folder& folder,
                                        FileFormat format) const {
    std::vector<const std::string*> names;
    for (const auto& file : folder.data->files) {
      if (file.format == format) names.push_back(&file.name);
    }
    const std::size_t count =
        std::min(std::max<std::size_t>(options_.sample_files, 1), names.size());
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = count == 1 ? 0 : i * (names.size() - 1) / (count - 1);
      out.push_back(folder.data->path + *names[at]);
    }
    return out;
  }

  Status sample_files() {
    std::vector<SampleTask> tasks;
    for (std::size_t f = 0; f < found_.size(); ++f) {
      Found& found = found_[f];
      found.sample.emplace(found.layout.format,
                           found.existing ? known_columns(*found.existing) : KnownColumns{});
      for (const auto& folder : found.layout.folders) tasks.push_back({f, &folder});
    }
    for (std::size_t from = 0; from < tasks.size(); from += kSamplePiece) {
      const std::size_t count = std::min(kSamplePiece, tasks.size() - from);
      std::vector<FolderSamples> samples(count);
      RETURN_IF_ERROR(for_each_in_parallel(count, options_.threads, [&](std::size_t i) -> Status {
        const SampleTask& task = tasks[from + i];
        const FileFormat format = found_[task.found].layout.format;
        for (std::string& file : chosen_files(*task.folder, format)) {
          auto sample = sample_file(file, format, options_.sample);
          samples[i].files.emplace_back(std::move(file), std::move(sample));
        }
        return {};
      }));
      for (std::size_t i = 0; i < count; ++i) take_samples(tasks[from + i], samples[i]);
      if (options_.progress) {
        options_.progress({"files", static_cast<std::int64_t>(from + count),
                           static_cast<std::int64_t>(tasks.size())});
      }
    }
    return {};
  }

  void take_samples(const SampleTask& task, const FolderSamples& samples) {
    Found& found = found_[task.found];
    bool any = false;
    for (const auto& [file, sample] : samples.files) {
      if (!sample) {
        const Error& error = sample.error();
        if (error.code == ErrorCode::kInvalidData) {
          add_odd({file, error.message});
        } else {
          report_.unreadable.push_back({file, error.message});
          forget_upwards(file);
        }
        continue;
      }
      ++report_.files_sampled;
      report_.lines_sampled += sample->lines;
      if (auto reason = found.sample->add(file, *sample)) {
        add_odd({file, *std::move(reason)});
      } else {
        any = true;
      }
    }
    if (any) found.good.push_back(task.folder);
  }

  void add_odd(OddThing thing) {
    forget_upwards(thing.path);
    report_.odd.push_back(std::move(thing));
  }

  /// The folders around `path` are to be listed again next time.
  void forget_upwards(std::string path) {
    if (!path.ends_with('/')) path = path.substr(0, path.rfind('/') + 1);
    for (; path.size() >= root_.size() && !path.empty(); path = parent_of(path)) {
      if (!forgotten_.insert(path).second) return;
    }
  }

  /// A name for the table at `path` that nothing else has.
  std::optional<std::string> free_name(const std::string& path) const {
    if (!options_.table.empty()) {
      if (names_.contains(options_.table)) return std::nullopt;
      return options_.table;
    }
    std::string name = sanitised_name(last_name(path));
    if (!names_.contains(name)) return name;
    const std::string around = parent_of(path);
    if (around.size() < 2) return std::nullopt;
    name = sanitised_name(std::string(last_name(around)) + "_" + name);
    return names_.contains(name) ? std::nullopt : std::optional(name);
  }

  Status update(Found* found) {
    if (!found->existing && found->good.empty()) return {};
    TableUpdate update;
    update.metastore = &metastore_;
    update.store = &store_;
    update.locations = &locations_;
    update.options = &options_;
    update.tree = &tree_;
    update.root = root_;
    update.layout = &found->layout;
    update.sample = &*found->sample;
    update.folders = found->good;
    if (found->existing) {
      update.table = *found->existing;
    } else {
      const auto name = free_name(found->layout.path);
      if (!name) {
        add_odd({found->layout.path, "would be a table whose name is taken in " +
                                         options_.database +
                                         " already: crawl it alone with --table NAME"});
        return {};
      }
      names_.insert(*name);
      update.table.database = options_.database;
      update.table.name = *name;
      update.is_new = true;
    }
    ASSIGN_OR_RETURN(TableUpdate::Outcome outcome, update.run());
    for (OddThing& thing : outcome.odd) add_odd(std::move(thing));
    if (outcome.skipped) return {};
    if (outcome.table.refused) {
      forget_upwards(found->layout.path);
      report_.tables.push_back(std::move(outcome.table));
      return {};
    }
    const bool dropped = options_.drop_vanished && !outcome.table.vanished.empty();
    RETURN_IF_ERROR(remember(*found, outcome.table.table, dropped));
    report_.tables.push_back(std::move(outcome.table));
    return {};
  }

  /// Whether entries may be added to a folder without its time moving on: clocks of files tick by
  /// some milliseconds, or by seconds.
  bool fresh(std::int64_t mtime_us) const {
    constexpr std::int64_t kTick = 20'000;
    constexpr std::int64_t kCoarseTick = 2'000'000;
    const std::int64_t tick = mtime_us % 1'000'000 == 0 ? kCoarseTick : kTick;
    return mtime_us == 0 || mtime_us > began_us_ - tick;
  }

  Status remember(const Found& found, const Table& table, bool dropped) {
    if (options_.dry_run) return {};
    const std::string& path = found.layout.path;
    std::vector<const std::pair<const std::string, std::int64_t>*> mine;
    for (auto it = tree_.times.begin(); it != tree_.times.end(); ++it) {
      if (it->first.starts_with(path)) mine.push_back(&*it);
    }
    for (const auto* folder : mine) {
      // A table's own folder that holds others is always listed.
      if (fresh(folder->second)) forget_upwards(folder->first);
    }
    for (const auto& [other, tables] : tree_.tables) {
      if (other != path && other.starts_with(path)) forget_upwards(other);
    }
    // Dropping partitions forgets what was seen: then all is kept again.
    const std::string prefix(kSeenByCrawl);
    std::vector<std::pair<std::string, std::int64_t>> keep;
    for (const auto* folder : mine) {
      if (forgotten_.contains(folder->first)) continue;
      const auto known = seen_.find(folder->first);
      if (dropped || known == seen_.end() || known->second != folder->second)
        keep.emplace_back(prefix + folder->first, folder->second);
    }
    std::vector<std::string> gone;
    for (const std::string& folder : seen_of_[path]) {
      if (!tree_.times.contains(folder) || forgotten_.contains(folder))
        gone.push_back(prefix + folder);
    }
    std::sort(keep.begin(), keep.end());
    if (keep.empty() && gone.empty()) return {};
    return metastore_.set_seen_folders(table.database, table.name, keep, gone);
  }

  void finish() {
    for (OddThing& thing : tree_.odd) report_.odd.push_back(std::move(thing));
    for (OddThing& thing : tree_.unreadable) report_.unreadable.push_back(std::move(thing));
    const auto by_path = [](const OddThing& a, const OddThing& b) { return a.path < b.path; };
    std::stable_sort(report_.odd.begin(), report_.odd.end(), by_path);
    std::stable_sort(report_.unreadable.begin(), report_.unreadable.end(), by_path);
    std::sort(report_.tables.begin(), report_.tables.end(),
              [](const auto& a, const auto& b) { return a.table.name < b.table.name; });
    report_.folders_listed = tree_.folders_listed;
    report_.folders_skipped = tree_.folders_skipped;
    report_.files = tree_.files;
  }

  Metastore& metastore_;
  ObjectStore& store_;
  const LocationMap& locations_;
  const CrawlOptions& options_;
  const std::string root_;  ///< ends in '/'
  std::int64_t began_us_ = 0;
  std::set<std::string> names_;         ///< of tables in the database
  std::map<std::string, Table> known_;  ///< by folder
  FolderTimes seen_;
  std::map<std::string, std::vector<std::string>> seen_of_;  ///< by the table's folder
  FolderTree tree_;
  std::vector<Found> found_;
  std::unordered_set<std::string> forgotten_;
  CrawlReport report_;
};

}  // namespace

bool CrawlReport::refused() const {
  return std::any_of(tables.begin(), tables.end(),
                     [](const CrawledTable& table) { return table.refused; });
}

Result<CrawlReport> crawl(Metastore& metastore, ObjectStore& store, const LocationMap& locations,
                          const CrawlOptions& options) {
  return Crawl(metastore, store, locations, options).run();
}

}  // namespace clicklake
