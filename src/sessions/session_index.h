#pragma once
/// Where the published session of a client's id began: a sorted list a batch, merged as they add
/// up.
///
/// Place: files of a lake, curated/sessions/index/<batch>.run, named by the catalog as side files
/// of kind "session_index", oldest first. A client's id may come again after a year; the index says
/// which day's file holds its row without reading any. Invariant: of two entries of one key the one
/// in the later run holds; it is a hint that the row itself confirms, so a table that others
/// changed can be read, too. Thread safety: a SessionIndex may be read by many threads.
/// Source: ADR-0021; docs/formats/lake.md, "Session index".

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "objstore/durable_file.h"

namespace clicklake {

inline constexpr std::string_view kSessionIndexKind = "session_index";

struct SessionPlace {
  static constexpr std::int64_t kGone = std::numeric_limits<std::int64_t>::min();
  std::int64_t session_key;
  std::int64_t started_us;  ///< UTC microseconds; kGone: there is no such session any more
};

/// Partition of a key, ascending with it: runs are written partition by partition.
inline constexpr std::size_t kSessionPartitions = 64;
inline std::size_t session_partition(std::int64_t key) {
  return (static_cast<std::uint64_t>(key) ^ (std::uint64_t{1} << 63)) >> 58;
}

/// Writes one run; entries come sorted by key, each key once.
class SessionIndexWriter {
 public:
  /// `path` relative to `lake`. Errors: kIo, kNoSpace.
  static Result<SessionIndexWriter> create(const std::filesystem::path& lake, std::string path);
  Status append(std::span<const SessionPlace> places);
  /// Errors: kIo, kNoSpace. Fault points "session_index.rename"; the caller syncs by sync().
  Result<SideFile> finish();
  /// Fault point "session_index.sync".
  Status sync() { return file_.sync("session_index.sync"); }

 private:
  SessionIndexWriter(DurableFile file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  DurableFile file_;
  std::string path_;
  std::int64_t rows_ = 0;
};

class SessionIndex {
 public:
  /// Errors: kNotFound, kIo, kCorruption naming the file and the way out.
  static Result<SessionIndex> open(const std::filesystem::path& lake,
                                   const std::vector<SideFile>& runs);
  SessionIndex(SessionIndex&&) noexcept;
  SessionIndex& operator=(SessionIndex&&) noexcept;
  ~SessionIndex();

  /// Of no runs.
  static SessionIndex none() { return {}; }

  /// Cost: an interpolation search a run: one or two pages of it.
  std::optional<std::int64_t> find(std::int64_t session_key) const;
  bool empty() const { return runs_.empty(); }

  /// How many of the newest runs to merge once one of `new_rows` is added: 0 or at least 7.
  static std::size_t runs_to_merge(const std::vector<SideFile>& runs, std::int64_t new_rows);
  /// Writes the newest `count` runs as one, without keys that are gone when it is all of them.
  Status merge_newest(std::size_t count, SessionIndexWriter* out) const;

 private:
  struct Run;
  SessionIndex();
  std::vector<std::unique_ptr<Run>> runs_;
};

}  // namespace clicklake
