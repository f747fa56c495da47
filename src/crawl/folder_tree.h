#pragma once
/// Walks a tree of folders and sorts what is found by the tables that it may belong to.
///
/// Place: first step of a crawl, over ObjectStore.
/// Invariant: a folder whose modification time is the one remembered is not listed: its subfolders
/// are those remembered. The result is the same whatever the number of threads.
/// Thread safety: one call runs `threads` threads. Cost: a stat a folder, a readdir for new ones.
/// Source: docs/formats/crawl.md, "Folders"; ADR-0014.

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "crawl/file_sample.h"
#include "crawl/path_layout.h"
#include "objstore/object_store.h"

namespace clicklake {

/// Something that lies where no table can take it.
struct OddThing {
  std::string path;
  std::string reason;
};

/// A folder that holds files, or that is as it was.
struct DataFolder {
  std::string path;  ///< absolute, ends in '/'
  PathLayout layout;
  std::int64_t mtime_us = 0;
  bool unchanged = false;  ///< not listed
  struct File {
    std::string name;
    FileFormat format;
  };
  std::vector<File> files;  ///< not hidden ones, by name; none where unchanged

  std::size_t count(FileFormat format) const;
};

/// A folder whose name is no partition level, with the levels below it.
struct TableFolder {
  std::string path;  ///< absolute, ends in '/'
  std::vector<DataFolder>
      folders;  ///< with files, or unchanged; by path within a level of the tree
  bool has_tables_below = false;
};

/// Folder (absolute, ends in '/') and its modification time in UTC microseconds.
using FolderTimes = std::unordered_map<std::string, std::int64_t>;

struct FolderTree {
  std::map<std::string, TableFolder> tables;  ///< by path
  FolderTimes times;                          ///< of every folder met
  std::vector<OddThing> odd;
  std::vector<OddThing> unreadable;
  std::int64_t folders_listed = 0;
  std::int64_t folders_skipped = 0;  ///< as remembered
  std::int64_t files = 0;            ///< in listed folders
};

struct WalkStart {
  std::filesystem::path folder;  ///< absolute, normal
  std::filesystem::path table;   ///< the table's folder that `layout` begins at
  PathLayout layout;
};

struct WalkOptions {
  std::size_t threads = 2;
  FolderTimes remembered;
  std::function<void(std::int64_t folders)> progress;  ///< on this thread; may be empty
};

/// Errors: kNotFound and kIo of the first folder; others below are `unreadable`.
Result<FolderTree> walk_folders(ObjectStore& store, const WalkStart& start,
                                const WalkOptions& options);

/// `path` with one '/' at its end.
std::string folder_text(const std::filesystem::path& path);

}  // namespace clicklake
