#pragma once
/// One table's part of a crawl: merges what was found with the catalog and writes it.
///
/// Place: inside the crawler, after walk and samples.
/// Invariant: columns come before partitions, partitions before the folders that are remembered; a
/// crawl that was cut off between them is completed by the next one. A dry run writes nothing.
/// Thread safety: thread-compatible.

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "crawl/crawler.h"
#include "crawl/table_layout.h"
#include "crawl/table_sample.h"

namespace clicklake {

class TableUpdate {
 public:
  struct Outcome {
    CrawledTable table;
    std::vector<OddThing> odd;
    bool skipped = false;  ///< there is nothing to make a table of
  };

  Metastore* metastore = nullptr;
  ObjectStore* store = nullptr;
  const LocationMap* locations = nullptr;
  const CrawlOptions* options = nullptr;
  const FolderTree* tree = nullptr;
  std::string root;  ///< what is crawled, ends in '/'
  const TableLayout* layout = nullptr;
  const TableSample* sample = nullptr;
  std::vector<const TableLayout::Folder*> folders;  ///< new or changed, readable
  Table table;  ///< of the catalog; where `is_new`, only its names
  bool is_new = false;

  /// Errors: those of the metastore.
  Result<Outcome> run();

 private:
  struct Registered {
    Partition partition;
    std::string folder;  ///< absolute, ends in '/'; "" where no location fits
  };

  Status make_table();
  Status change_table();
  void drop_unnameable(std::vector<FoundColumn>* columns);
  Status load_partitions();
  Status add_partitions();
  Status find_vanished();
  Status set_partitions(const std::vector<Partition>& changed);
  std::string default_folder(const std::vector<std::string>& values) const;

  Outcome out_;
  std::map<std::vector<std::string>, Registered> registered_;  ///< by canonical values
};

}  // namespace clicklake
