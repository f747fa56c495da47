#pragma once
/// Listing what lies under a prefix, a folder at a time.
///
/// Place: the crawler, MSCK REPAIR TABLE and scans list through it; a local folder now, object
/// stores by another implementation. Invariant: names come sorted by their bytes; temporary names
/// are not left out (callers know them). Thread safety: implementations are thread-safe.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace clicklake {

struct ObjectInfo {
  std::string name;  ///< the last segment
  bool is_folder = false;
  std::int64_t size = 0;      ///< bytes; files only
  std::int64_t mtime_us = 0;  ///< UTC microseconds; 0 where the store has none (folders of S3)
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// Entries right below `folder`, links followed; what is neither file nor folder is left out.
  /// `with_sizes` false: sizes and times may be 0 (saves a stat an entry). Errors: kNotFound, kIo.
  /// Cost: one readdir, and a stat an entry where `with_sizes`.
  virtual Result<std::vector<ObjectInfo>> list(const std::filesystem::path& folder,
                                               bool with_sizes) = 0;
  /// When `folder`'s own list of entries last changed, UTC microseconds; 0 where that can't be
  /// told. Errors: kNotFound, kIo.
  virtual Result<std::int64_t> folder_time(const std::filesystem::path& folder) = 0;
};

/// Folders of this machine.
std::unique_ptr<ObjectStore> local_object_store();

}  // namespace clicklake
