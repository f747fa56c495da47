#pragma once
/// A folder by a name that DuckDB takes as it is.
///
/// Place: wherever a file's path goes into read_parquet: it takes `*`, `?` and `[` for patterns,
/// and a file of a folder named `a*` would come with those of its neighbour `ab`. Invariant:
/// `path()` has no such character, and names the folder while the object lives. Thread safety:
/// immutable.

#include <filesystem>

#include "base/result.h"

namespace clicklake {

class LiteralFolder {
 public:
  /// Names `folder`; one whose name DuckDB would read as a pattern is held open and named through
  /// /proc. Errors: kNotFound, kIo.
  static Result<LiteralFolder> open(const std::filesystem::path& folder);
  LiteralFolder(LiteralFolder&& other) noexcept;
  LiteralFolder& operator=(LiteralFolder&& other) noexcept;
  LiteralFolder(const LiteralFolder&) = delete;
  LiteralFolder& operator=(const LiteralFolder&) = delete;
  ~LiteralFolder();

  /// Absolute.
  const std::filesystem::path& path() const { return path_; }

 private:
  LiteralFolder(std::filesystem::path path, int descriptor);

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace clicklake
