#pragma once
/// Which of a table folder's folders are its partitions, and which files are its data.
///
/// Place: between the walk and the sampling of files.
/// Invariant: one table has one list of keys and one format: those of the catalog, else those of
/// most of its folders and files; all else is odd, with the reason, and not the table's.
/// Thread safety: pure functions.
/// Source: docs/formats/crawl.md, "Tables"; ADR-0014.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crawl/folder_tree.h"

namespace clicklake {

/// Sibling folders of one layout, beyond this many, are partitions of one table and not tables.
inline constexpr std::size_t kMostSiblingTables = 20;

/// What the catalog says of the table at a folder.
struct KnownLayout {
  std::vector<std::string> keys;
  FileFormat format = FileFormat::kUnknown;  ///< kUnknown: a SerDe that crawls know nothing of
};

struct TableLayout {
  std::string path;  ///< of the table's folder, ends in '/'
  std::vector<std::string> keys;
  FileFormat format = FileFormat::kUnknown;
  struct Folder {
    const DataFolder* data;
    std::vector<std::string> values;  ///< one a key, as named
  };
  std::vector<Folder> folders;  ///< new or changed ones with files of the format
  std::vector<OddThing> odd;
};

/// `known`: nothing where the catalog has no table there.
TableLayout decide_layout(const TableFolder& table, const std::optional<KnownLayout>& known);

/// Takes siblings that look alike (the same keys and format, more than kMostSiblingTables of them)
/// for partitions of a table at the folder around them, with a first key `partition_0`. Those in
/// `known` stay tables.
void join_lookalikes(std::map<std::string, TableFolder>* tables,
                     const std::map<std::string, KnownLayout>& known);

}  // namespace clicklake
