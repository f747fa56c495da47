#include "crawl/folder_tree.h"

#include <algorithm>

#include "base/parallel.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

/// Names above a table are few; more are a loop of links, or no lake.
constexpr int kDeepest = 48;
/// Files without a telling name whose first bytes are read, a folder.
constexpr std::size_t kMostPeeks = 2;

struct Visit {
  std::string path;  ///< ends in '/'
  std::string table;
  PathLayout layout;
};

/// What one folder turned out to hold.
struct Seen {
  bool failed = false;
  std::string problem;
  bool unchanged = false;
  std::int64_t mtime_us = 0;
  std::vector<std::string> folders;  ///< names
  std::vector<DataFolder::File> files;
  std::vector<OddThing> unreadable;
};

class Walk {
 public:
  Walk(ObjectStore& store, const WalkOptions& options) : store_(store), options_(options) {
    for (const auto& [path, time] : options.remembered) {
      const std::size_t slash =
          path.size() < 2 ? std::string::npos : path.rfind('/', path.size() - 2);
      if (slash == std::string::npos) continue;
      below_[path.substr(0, slash + 1)].push_back(path.substr(slash + 1, path.size() - slash - 2));
    }
    for (auto& [path, names] : below_) std::sort(names.begin(), names.end());
  }

  Result<FolderTree> run(const WalkStart& start) {
    std::vector<Visit> level{{folder_text(start.folder), folder_text(start.table), start.layout}};
    // The first folder must be there.
    ASSIGN_OR_RETURN(const std::int64_t unused, store_.folder_time(start.folder));
    static_cast<void>(unused);
    for (int depth = 0; !level.empty(); ++depth) {
      if (depth == kDeepest) {
        for (const Visit& visit : level)
          tree_.odd.push_back(
              {visit.path, "lies too deep; a link may lead back to a folder above"});
        break;
      }
      // A level of a large lake is done in pieces, so that progress is seen.
      constexpr std::size_t kPiece = 4096;
      std::vector<Visit> next;
      for (std::size_t from = 0; from < level.size(); from += kPiece) {
        const std::size_t count = std::min(kPiece, level.size() - from);
        std::vector<Seen> seen(count);
        RETURN_IF_ERROR(for_each_in_parallel(count, options_.threads, [&](std::size_t i) -> Status {
          seen[i] = look(level[from + i]);
          return {};
        }));
        for (std::size_t i = 0; i < count; ++i)
          take(std::move(level[from + i]), std::move(seen[i]), &next);
        if (options_.progress) options_.progress(tree_.folders_listed + tree_.folders_skipped);
      }
      level = std::move(next);
    }
    return std::move(tree_);
  }

 private:
  Seen look(const Visit& visit) {
    Seen out;
    const auto time = store_.folder_time(visit.path);
    if (!time) return failure(time.error());
    out.mtime_us = *time;
    const auto known = options_.remembered.find(visit.path);
    if (*time != 0 && known != options_.remembered.end() && known->second == *time) {
      out.unchanged = true;
      if (const auto it = below_.find(visit.path); it != below_.end()) out.folders = it->second;
      return out;
    }
    auto listed = store_.list(visit.path, false);
    if (!listed) return failure(listed.error());
    FileFormat peeked = FileFormat::kUnknown;
    std::size_t peeks = 0;
    for (ObjectInfo& entry : *listed) {
      if (is_hidden_name(entry.name)) continue;
      if (entry.is_folder) {
        out.folders.push_back(std::move(entry.name));
        continue;
      }
      FileFormat format = format_by_name(entry.name);
      if (format == FileFormat::kUnknown) {
        if (peeks < kMostPeeks) {
          ++peeks;
          const auto content = format_by_content(visit.path + entry.name);
          if (!content) {
            out.unreadable.push_back({visit.path + entry.name, content.error().message});
            continue;
          }
          peeked = *content;
        }
        format = peeked;
      }
      out.files.push_back({std::move(entry.name), format});
    }
    return out;
  }

  static Seen failure(const Error& error) {
    Seen out;
    out.failed = true;
    out.problem = error.message;
    return out;
  }

  void take(Visit visit, Seen seen, std::vector<Visit>* next) {
    if (seen.failed) {
      tree_.unreadable.push_back({visit.path, std::move(seen.problem)});
      return;
    }
    tree_.times[visit.path] = seen.mtime_us;
    ++(seen.unchanged ? tree_.folders_skipped : tree_.folders_listed);
    tree_.files += static_cast<std::int64_t>(seen.files.size());
    for (OddThing& thing : seen.unreadable) tree_.unreadable.push_back(std::move(thing));
    TableFolder& table = tree_.tables[visit.table];
    if (table.path.empty()) table.path = visit.table;
    for (const std::string& name : seen.folders) {
      const std::string path = visit.path + name + "/";
      PathLayout layout = visit.layout;
      if (descend(name, &layout)) {
        next->push_back({path, visit.table, std::move(layout)});
      } else if (!visit.layout.values.empty()) {
        tree_.odd.push_back({path,
                             "is no partition level, but lies below some: name it key=value "
                             "or as a date, or move it"});
      } else if (is_loop(path)) {
        tree_.odd.push_back({path, "is a link to a folder around it"});
      } else {
        table.has_tables_below = true;
        next->push_back({path, path, {}});
      }
    }
    if (seen.unchanged || !seen.files.empty()) {
      table.folders.push_back({std::move(visit.path), std::move(visit.layout), seen.mtime_us,
                               seen.unchanged, std::move(seen.files)});
    }
  }

  /// Whether the folder is another name of one around it.
  static bool is_loop(const std::string& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error) return false;
    const fs::path above = fs::canonical(fs::path(path).parent_path().parent_path(), error);
    return !error && folder_text(above).starts_with(folder_text(real));
  }

  ObjectStore& store_;
  const WalkOptions& options_;
  std::unordered_map<std::string, std::vector<std::string>> below_;
  FolderTree tree_;
};

}  // namespace

std::size_t DataFolder::count(FileFormat format) const {
  return static_cast<std::size_t>(std::count_if(
      files.begin(), files.end(), [&](const File& file) { return file.format == format; }));
}

std::string folder_text(const std::filesystem::path& path) {
  std::string text = path.string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  if (text.empty() || text.back() != '/') text.push_back('/');
  return text;
}

Result<FolderTree> walk_folders(ObjectStore& store, const WalkStart& start,
                                const WalkOptions& options) {
  return Walk(store, options).run(start);
}

}  // namespace clicklake
