#include "ingest/glob.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include <set>
#include <utility>

#include "ingest/folder_reader.h"

namespace clicklake {
namespace {

bool is_hidden(std::string_view name) { return name.starts_with('.') || name.starts_with('_'); }

class GlobWalk {
 public:
  GlobWalk(const std::string& pattern, std::vector<SourceProblem>* problems)
      : problems_(problems), absolute_(pattern.starts_with('/')) {
    for (std::size_t at = 0; at < pattern.size();) {
      const std::size_t slash = std::min(pattern.find('/', at), pattern.size());
      if (slash > at) names_.push_back(pattern.substr(at, slash - at));
      at = slash + 1;
    }
  }

  std::vector<std::string> run() {
    walk(absolute_ ? "/" : "", 0);
    return {found_.begin(), found_.end()};
  }

 private:
  /// Whatever names_[at...] matches inside of `folder` ("" for the current one).
  void walk(const std::string& folder, std::size_t at) {
    if (!seen_.insert({folder, at}).second) return;
    if (at == names_.size()) {
      if (!folder.empty()) found_.insert(folder);
      return;
    }
    const std::string& name = names_[at];
    if (name == "**") {
      if (at + 1 == names_.size()) {  // all that is below: what naming the folder means
        found_.insert(folder.empty() ? "." : folder);
        return;
      }
      walk(folder, at + 1);
      for_entries(folder, [&](const OpenFolder::Entry& entry, bool is_folder) {
        if (is_hidden(entry.name) || !is_folder || entry.type == DT_LNK) return;
        walk(join_path(folder, entry.name), at);
      });
      return;
    }
    if (!is_glob(name)) {
      const std::string path = join_path(folder, name);
      struct stat status {};
      if (::stat(path.c_str(), &status) == 0) walk(path, at + 1);
      return;
    }
    for_entries(folder, [&](const OpenFolder::Entry& entry, bool is_folder) {
      if (is_hidden(entry.name) && entry.name[0] != name[0]) return;
      if (::fnmatch(name.c_str(), entry.name.c_str(), FNM_PERIOD) != 0) return;
      if (is_folder || at + 1 == names_.size()) walk(join_path(folder, entry.name), at + 1);
    });
  }

  template <typename Visit>
  void for_entries(const std::string& folder, const Visit& visit) {
    const std::string path = folder.empty() ? "." : folder;
    Result<OpenFolder> open = OpenFolder::open(path);
    if (!open) return note(path, open.error());
    const auto entries = open->entries();
    if (!entries) return note(path, entries.error());
    for (const OpenFolder::Entry& entry : *entries) {
      bool is_folder = entry.type == DT_DIR;
      if (entry.type == DT_LNK || entry.type == DT_UNKNOWN) {
        struct stat status {};
        is_folder = open->status_of(entry.name, &status) == 0 && S_ISDIR(status.st_mode);
      }
      visit(entry, is_folder);
    }
  }

  void note(const std::string& path, const Error& error) {
    problems_->push_back({ProblemKind::kUnreadable, path, error.message});
  }

  std::vector<SourceProblem>* problems_;
  const bool absolute_;
  std::vector<std::string> names_;
  std::set<std::pair<std::string, std::size_t>> seen_;
  std::set<std::string> found_;
};

}  // namespace

bool is_glob(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

std::vector<std::string> expand_glob(const std::string& pattern,
                                     std::vector<SourceProblem>* problems) {
  return GlobWalk(pattern, problems).run();
}

}  // namespace clicklake
