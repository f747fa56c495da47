#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <system_error>

#include "base/hash.h"
#include "base/parallel.h"
#include "format/newline_count.h"
#include "format/parquet_footer.h"
#include "upkeep/verify_parts.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1U << 20;

/// A file to look at, and what it should be.
struct Expected {
  enum class What : std::uint8_t { kData, kRaw, kInPlace, kQuarantine, kSide };
  What what;
  std::string table;
  std::string path;           ///< as the catalog names it
  std::int64_t size = -1;     ///< -1: not known
  std::string content_hash;   ///< "": not known
  std::int64_t lines = -1;    ///< -1: not counted
  std::int64_t rows = -1;     ///< of a data file
  std::int64_t mtime_us = 0;  ///< of one that is registered in place
};

struct Read {
  std::string content_hash;
  std::int64_t bytes = 0;
  std::int64_t lines = 0;
};

Result<Read> read_all(const fs::path& path, char* buffer) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno_error(errno, "open " + path.string());
  ContentHash hash;
  Read read;
  char last = '\n';
  for (;;) {
    const ssize_t got = ::read(fd, buffer, kReadBytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int failed = errno;
      ::close(fd);
      return errno_error(failed, fmt::format("read {} at byte {}", path.string(), read.bytes));
    }
    if (got == 0) break;
    const auto size = static_cast<std::size_t>(got);
    hash.update(buffer, size);
    read.lines += static_cast<std::int64_t>(count_newlines(buffer, size));
    last = buffer[size - 1];
    read.bytes += got;
  }
  ::close(fd);
  if (last != '\n') ++read.lines;
  read.content_hash = hash.hex();
  return read;
}

class FileCheck {
 public:
  FileCheck(const VerifyOptions& options, Findings* findings)
      : options_(options), findings_(findings) {}

  void check(const Expected& file) {
    const fs::path path = file.what == Expected::What::kInPlace || file.path.starts_with('/')
                              ? fs::path(file.path)
                              : options_.lake / file.path;
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) {
        wrong(file, FindingKind::kFileMissing, file.path + " is missing");
      } else {
        wrong(file, FindingKind::kFileDamaged,
              errno_error(errno, "look at " + path.string()).message);
      }
      return;
    }
    if (file.size >= 0 && found.st_size != file.size) {
      wrong(file, FindingKind::kFileDamaged,
            fmt::format("{} has {} bytes, {} were written: it {}", file.path, found.st_size,
                        file.size,
                        found.st_size < file.size ? "was cut off at its end" : "has grown"));
      return;
    }
    // What others wrote has no checksum of ours, but a modification time.
    if (file.what == Expected::What::kInPlace) {
      const std::int64_t mtime_us = static_cast<std::int64_t>(found.st_mtim.tv_sec) * 1'000'000 +
                                    found.st_mtim.tv_nsec / 1000;
      if (mtime_us != file.mtime_us) {
        wrong(file, FindingKind::kFileDamaged, file.path + " was changed after it was registered");
      }
      return;
    }
    if (file.content_hash.empty() && file.lines < 0) return check_footer(file, path);
    const auto buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
    const auto read = read_all(path, buffer.get());
    if (!read) return wrong(file, FindingKind::kFileDamaged, read.error().message);
    bytes += read->bytes;
    if (!file.content_hash.empty() && read->content_hash != file.content_hash) {
      return wrong(file, FindingKind::kFileDamaged, damage(file, *read));
    }
    if (file.lines >= 0 && read->lines != file.lines) {
      return wrong(
          file, FindingKind::kRowCount,
          fmt::format("{} has {} lines, the catalog says {}", file.path, read->lines, file.lines));
    }
    check_footer(file, path);
  }

  std::atomic<std::int64_t> bytes{0};
  std::set<std::string> unreadable;

 private:
  static std::string damage(const Expected& file, const Read& read) {
    std::string message = fmt::format(
        "bytes of {} (0 to {}) have changed since they were written: checksum {}, "
        "not {}",
        file.path, read.bytes - 1, read.content_hash, file.content_hash);
    if (file.lines >= 0 && read.lines != file.lines)
      message += fmt::format("; {} lines, not {}", read.lines, file.lines);
    return message;
  }

  void check_footer(const Expected& file, const fs::path& path) {
    if (file.what != Expected::What::kData) return;
    const auto footer = read_parquet_footer(path);
    if (!footer) return wrong(file, FindingKind::kFileDamaged, footer.error().message);
    if (footer->rows != file.rows) {
      wrong(file, FindingKind::kRowCount,
            fmt::format("{} has {} rows by its footer, the catalog says {}", file.path,
                        footer->rows, file.rows));
    }
  }

  void wrong(const Expected& file, FindingKind kind, std::string message) {
    if (file.what == Expected::What::kData) {
      const std::lock_guard lock(mutex_);
      unreadable.insert(file.path);
    }
    std::string way_out(file.what == Expected::What::kData ? kRepair : kRestore);
    if (file.what == Expected::What::kInPlace) {
      way_out = "put the file back as it was; the rows that were made of it stay published";
    }
    findings_->add({kind, file.table, file.path, std::move(message), std::move(way_out)});
  }

  const VerifyOptions& options_;
  Findings* findings_;
  std::mutex mutex_;
};

std::vector<Expected> expected_files(const LakeContents& lake) {
  std::vector<Expected> files;
  for (const auto& [table, live] : lake.live) {
    for (const IndexedFile& f : live) {
      Expected& file = files.emplace_back();
      file.what = Expected::What::kData;
      file.table = table;
      file.path = f.file.path;
      file.size = f.file.info.size_bytes;
      file.rows = f.file.info.record_count;
      file.content_hash = f.file.info.content_hash;
    }
  }
  for (const IndexedRawFile& r : lake.raw) {
    if (r.withdrawn) continue;
    Expected& file = files.emplace_back();
    file.what = r.file.in_place ? Expected::What::kInPlace : Expected::What::kRaw;
    file.path = r.file.path;
    file.size = r.file.size;
    file.mtime_us = r.file.mtime_us;
    file.content_hash = r.file.content_hash;
    if (!r.file.in_place && r.file.path.ends_with(".json")) file.lines = r.file.records;
  }
  for (const IndexedBatch& batch : lake.batches) {
    if (batch.quarantine_file.empty() || batch.quarantine_hash == kRetired) continue;
    Expected& file = files.emplace_back();
    file.what = Expected::What::kQuarantine;
    file.path = batch.quarantine_file;
    file.content_hash = batch.quarantine_hash;
    file.lines = batch.info.counts.quarantined;
  }
  for (const SideFile& side : lake.sides) {
    // Delivery removes what was delivered; its row goes with a later batch.
    if (side.kind == "outbox") continue;
    Expected& file = files.emplace_back();
    file.what = Expected::What::kSide;
    file.path = side.path;
    file.size = side.size;
  }
  return files;
}

}  // namespace

std::set<std::string> verify_files(const VerifyOptions& options, const LakeContents& lake,
                                   Findings* findings, VerifyReport* report) {
  const std::vector<Expected> files = expected_files(lake);
  FileCheck check(options, findings);
  const Status all = for_each_in_parallel(files.size(), static_cast<std::size_t>(options.threads),
                                          [&](std::size_t i) {
                                            check.check(files[i]);
                                            return Status();
                                          });
  (void)all;  // each file's trouble is a finding
  report->files += static_cast<std::int64_t>(files.size());
  report->bytes += check.bytes;
  for (const Expected& file : files) {
    if (file.content_hash.empty() && file.what != Expected::What::kInPlace &&
        file.what != Expected::What::kSide)
      ++report->without_checksum;
  }
  return std::move(check.unreadable);
}

}  // namespace clicklake
