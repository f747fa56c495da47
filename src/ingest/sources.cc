#include "ingest/sources.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "ingest/folder_reader.h"
#include "ingest/glob.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStandardInput = "-";

struct FolderId {
  dev_t device;
  ino_t inode;
  bool operator==(const FolderId&) const = default;
};
FolderId id_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

std::int64_t mtime_us(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000 +
         status.st_mtim.tv_nsec / 1000;
}

class Listing {
 public:
  explicit Listing(const fs::path& lake) {
    struct stat status {};
    if (!lake.empty() && ::stat(lake.c_str(), &status) == 0) lake_ = id_of(status);
    std::error_code error;
    working_folder_ = fs::current_path(error).string();
  }

  Status add_argument(const std::string& argument) {
    if (argument.empty()) {
      return Error{ErrorCode::kInvalidArgument,
                   "an empty SOURCE was given: name a folder, a file, a glob, or - for standard "
                   "input"};
    }
    if (argument == kStandardInput) return add_standard_input();
    struct stat status {};
    if (::stat(argument.c_str(), &status) == 0) {
      add_named(argument, status);
      return {};
    }
    const int failed = errno;
    if (!is_glob(argument)) {
      if (failed != ENOENT && failed != ENOTDIR) {
        listing_.problems.push_back({ProblemKind::kUnreadable, argument,
                                     errno_error(failed, "look at " + argument).message});
        return {};
      }
      return Error{ErrorCode::kNotFound, "there is no source " + argument + ": no file or folder " +
                                             absolute(argument) +
                                             "; a SOURCE is a folder, a file, a glob, or - for "
                                             "standard input"};
    }
    const std::size_t problems = listing_.problems.size();
    const std::vector<std::string> matches = expand_glob(argument, &listing_.problems);
    if (matches.empty() && listing_.problems.size() == problems) {
      return Error{ErrorCode::kNotFound, "there is no source " + argument +
                                             ": the glob matches no file or folder (looked "
                                             "from " +
                                             working_folder_ + ")"};
    }
    for (const std::string& match : matches) {
      if (::stat(match.c_str(), &status) != 0) {
        note_vanished(match, errno);
      } else {
        add_named(match, status);
      }
    }
    return {};
  }

  SourceListing take() {
    const auto by_path = [](const Source& a, const Source& b) { return a.absolute < b.absolute; };
    std::stable_sort(listing_.sources.begin(), listing_.sources.end(), by_path);
    const auto same = [](const Source& a, const Source& b) { return a.absolute == b.absolute; };
    listing_.sources.erase(std::unique(listing_.sources.begin(), listing_.sources.end(), same),
                           listing_.sources.end());
    return std::move(listing_);
  }

 private:
  std::string absolute(const std::string& path) const {
    const bool is_absolute = path.starts_with('/');
    // The long way only where a part needs it: "." or "..", or a doubled slash.
    if (path.find("//") == std::string::npos && path.find("./") == std::string::npos &&
        !path.ends_with('.') && !path.ends_with('/')) {
      return is_absolute ? path : join_path(working_folder_, path);
    }
    std::string normal =
        fs::path(is_absolute ? path : join_path(working_folder_, path)).lexically_normal().string();
    if (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
    return normal;
  }

  Status add_standard_input() {
    if (standard_input_) {
      return Error{ErrorCode::kInvalidArgument,
                   "standard input (-) is named twice: it can be read once"};
    }
    standard_input_ = true;
    listing_.sources.push_back({std::string(kStandardInput), std::string(kStandardInput),
                                std::string(kStandardInput), 0, 0, true});
    return {};
  }

  void add_named(const std::string& path, const struct stat& status) {
    if (!S_ISDIR(status.st_mode)) {
      add_file(path, status);
      return;
    }
    Result<OpenFolder> folder = OpenFolder::open(path);
    if (!folder) {
      listing_.problems.push_back({ProblemKind::kUnreadable, path, folder.error().message});
      return;
    }
    add_folder(*std::move(folder), path);
  }

  void add_file(const std::string& path, const struct stat& status) {
    Source& source = listing_.sources.emplace_back();
    source.path = path;
    source.shown = path;
    source.absolute = absolute(path);
    source.stream = !S_ISREG(status.st_mode);
    if (source.stream) return;
    source.size = status.st_size;
    source.mtime_us = mtime_us(status);
  }

  void note_vanished(const std::string& path, int err) {
    if (err == ENOENT) {
      listing_.problems.push_back({ProblemKind::kVanished, path,
                                   path + " vanished while the sources were listed, or is a "
                                          "link to nothing; run again when it is back"});
    } else {
      listing_.problems.push_back(
          {ProblemKind::kUnreadable, path, errno_error(err, "look at " + path).message});
    }
  }

  void add_folder(OpenFolder folder, const std::string& path) {
    struct stat status {};
    if (const int err = folder.status(&status); err != 0) return note_vanished(path, err);
    const FolderId id = id_of(status);
    if (lake_ == id || std::find(way_.begin(), way_.end(), id) != way_.end()) return;
    const auto entries = folder.entries();
    if (!entries) {
      listing_.problems.push_back({ProblemKind::kUnreadable, path, entries.error().message});
      return;
    }
    way_.push_back(id);
    for (const OpenFolder::Entry& entry : *entries) add_entry(folder, path, entry);
    way_.pop_back();
  }

  void add_entry(const OpenFolder& folder, const std::string& path,
                 const OpenFolder::Entry& entry) {
    if (entry.name[0] == '.' || entry.name[0] == '_') return;
    const bool named_as_source = is_source_name(entry.name);
    if (entry.type == DT_REG && !named_as_source) return;
    const std::string inner = join_path(path, entry.name);
    struct stat status {};
    if (entry.type != DT_DIR) {
      if (const int err = folder.status_of(entry.name, &status); err != 0) {
        if (named_as_source) note_vanished(inner, err);
        return;
      }
      if (S_ISREG(status.st_mode) && named_as_source) add_file(inner, status);
      if (!S_ISDIR(status.st_mode)) return;
    }
    Result<OpenFolder> opened = folder.open_inside(entry.name, inner);
    if (!opened) {
      listing_.problems.push_back({ProblemKind::kUnreadable, inner, opened.error().message});
      return;
    }
    add_folder(*std::move(opened), inner);
  }

  SourceListing listing_;
  std::string working_folder_;
  std::optional<FolderId> lake_;
  std::vector<FolderId> way_;  ///< folders being listed, outermost first
  bool standard_input_ = false;
};

}  // namespace

std::string_view to_string(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::kUnreadable: return "unreadable";
    case ProblemKind::kVanished: return "vanished";
    case ProblemKind::kTorn: return "torn";
    case ProblemKind::kDamaged: return "damaged";
    case ProblemKind::kGrew: return "grew";
    case ProblemKind::kOutOfLayout: return "out_of_layout";
  }
  return "unknown";
}

bool is_source_name(std::string_view name) {
  if (name.empty() || name[0] == '_' || name[0] == '.') return false;
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (name.ends_with(packed)) {
      name.remove_suffix(packed.size());
      break;
    }
  }
  return name.ends_with(".json") || name.ends_with(".ndjson") || name.ends_with(".jsonl");
}

Result<SourceListing> list_sources(const std::vector<std::string>& arguments,
                                   const fs::path& lake) {
  if (arguments.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "no SOURCE was given: name a folder, a file, a glob, or - for standard input"};
  }
  Listing listing(lake);
  for (const std::string& argument : arguments) RETURN_IF_ERROR(listing.add_argument(argument));
  return listing.take();
}

}  // namespace clicklake
