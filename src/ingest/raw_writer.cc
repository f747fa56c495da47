#include "ingest/raw_writer.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <thread>
#include <tuple>
#include <utility>

#include "base/fault_point.h"
#include "base/hash.h"
#include "model/time.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSmallestBuffer = 4096;
constexpr std::uint64_t kWritebackBytes = 8U << 20;

/// A file whose bytes are in the file system, under its temporary name or its final one.
struct WrittenFile {
  RawFile raw;
  fs::path path;  ///< the final one
};

/// One hour's current file. Guarded by its mutex.
struct HourFile {
  explicit HourFile(std::int64_t of) : hour(of) {}

  const std::int64_t hour;
  std::mutex mutex;
  std::string buffer;
  std::size_t accounted = 0;  ///< of the buffer's capacity, in the total
  fs::path path;              ///< empty: no file begun
  int fd = -1;
  std::uint64_t written = 0;
  std::uint64_t written_back = 0;
  ContentHash hash;
  std::int64_t records = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> arrivals;
};

Error write_error(int err, const fs::path& path, std::uint64_t at) {
  Error error = errno_error(err, "write " + path.string() + " at byte " + std::to_string(at));
  if (error.code == ErrorCode::kNotFound) error.code = ErrorCode::kIo;
  return error;
}

}  // namespace

struct RawWriter::Impl {
  Impl(fs::path lake_folder, std::string batch, const RawWriterOptions& wanted)
      : lake(std::move(lake_folder)), batch_id(std::move(batch)), options(wanted) {}

  HourFile& hour_file(std::int64_t hour) {
    {
      const std::shared_lock lock(hours_mutex);
      const auto found = hours.find(hour);
      if (found != hours.end()) return *found->second;
    }
    const std::unique_lock lock(hours_mutex);
    std::unique_ptr<HourFile>& file = hours[hour];
    if (!file) file = std::make_unique<HourFile>(hour);
    return *file;
  }

  /// Opens the hour's current file, or begins one.
  Status open(HourFile& file) {
    if (file.fd >= 0) return {};
    if (file.path.empty()) {
      char number[16];
      std::snprintf(number, sizeof number, "-%04u.json", next_number.fetch_add(1));
      const fs::path folder = lake / "raw" / "clickstream" / hour_partition_path(file.hour);
      const fs::path path = folder / (batch_id + number);
      RETURN_IF_ERROR(make_folders(folder));
      file.fd =
          ::open(temporary_path(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
      if (file.fd < 0) return write_error(errno, path, 0);
      file.path = path;
    } else {
      file.fd = ::open(temporary_path(file.path).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
      if (file.fd < 0) return write_error(errno, file.path, file.written);
    }
    open_files.fetch_add(1);
    return {};
  }

  void close(HourFile& file) {
    if (file.fd < 0) return;
    ::close(std::exchange(file.fd, -1));
    open_files.fetch_sub(1);
  }

  /// Writes the buffer, then `pieces`, in as few calls as can be.
  Status write(HourFile& file, std::span<const std::string_view> pieces) {
    constexpr std::size_t kMaxVectors = 64;
    RETURN_IF_ERROR(open(file));
    std::array<struct iovec, kMaxVectors> vectors;
    std::size_t count = 0;
    const auto add = [&](std::string_view piece) {
      if (!piece.empty()) vectors[count++] = {const_cast<char*>(piece.data()), piece.size()};
    };
    add(file.buffer);
    std::size_t next = 0;
    while (count > 0 || next < pieces.size()) {
      while (count < kMaxVectors && next < pieces.size()) add(pieces[next++]);
      if (count == 0) break;
      RETURN_IF_ERROR(write_vectors(file, vectors.data(), count));
      count = 0;
    }
    release(file, hours_are_many.load(std::memory_order_relaxed));
    if (file.written - file.written_back >= kWritebackBytes) {
      (void)::sync_file_range(file.fd, static_cast<off_t>(file.written_back),
                              static_cast<off_t>(file.written - file.written_back),
                              SYNC_FILE_RANGE_WRITE);
      file.written_back = file.written;
    }
    if (file.written >= options.target_file_bytes) {
      complete(file);
    } else if (open_files.load() > options.max_open_files) {
      close(file);
    }
    return {};
  }

  Status write_vectors(HourFile& file, struct iovec* vectors, std::size_t count) {
    while (count > 0) {
      const ssize_t done = ::writev(file.fd, vectors, static_cast<int>(count));
      if (done < 0) {
        if (errno == EINTR) continue;
        return write_error(errno, file.path, file.written);
      }
      file.written += static_cast<std::uint64_t>(done);
      total_written.fetch_add(static_cast<std::uint64_t>(done), std::memory_order_relaxed);
      auto left = static_cast<std::size_t>(done);
      while (count > 0 && left >= vectors->iov_len) {
        file.hash.update(vectors->iov_base, vectors->iov_len);
        left -= vectors->iov_len;
        ++vectors;
        --count;
      }
      if (count > 0) {
        file.hash.update(vectors->iov_base, left);
        vectors->iov_base = static_cast<char*>(vectors->iov_base) + left;
        vectors->iov_len -= left;
      }
    }
    return {};
  }

  /// Empties the buffer; with `memory` it gives its memory back too.
  void release(HourFile& file, bool memory) {
    file.buffer.clear();
    if (!memory) return;
    file.buffer.shrink_to_fit();
    account(file);
  }

  void account(HourFile& file) {
    const std::size_t now = file.buffer.capacity() < kSmallestBuffer ? 0 : file.buffer.capacity();
    const std::size_t before = std::exchange(file.accounted, now);
    const std::size_t total = buffered.fetch_add(now - before) + now - before;
    std::size_t peak = peak_buffered.load(std::memory_order_relaxed);
    while (total > peak && !peak_buffered.compare_exchange_weak(peak, total)) {
    }
  }

  /// The hour's file has its size: the next line begins another.
  void complete(HourFile& file) {
    close(file);
    WrittenFile written;
    written.path = std::exchange(file.path, fs::path());
    RawFile& raw = written.raw;
    raw.batch_id = batch_id;
    raw.path = written.path.lexically_relative(lake).string();
    raw.hour = file.hour;
    raw.size = static_cast<std::int64_t>(std::exchange(file.written, 0));
    raw.records = std::exchange(file.records, 0);
    raw.validated = true;
    raw.content_hash = std::exchange(file.hash, ContentHash()).hex();
    raw.arrivals = std::exchange(file.arrivals, {});
    file.written_back = 0;
    const std::lock_guard lock(written_mutex);
    written_files.push_back(std::move(written));
  }

  Status append(std::int64_t hour, std::span<const std::string_view> pieces, std::int64_t records,
                std::int64_t arrived_us) {
    std::size_t size = 0;
    for (const std::string_view piece : pieces) size += piece.size();
    HourFile& file = hour_file(hour);
    {
      const std::lock_guard lock(file.mutex);
      file.records += records;
      if (!file.arrivals.empty() && file.arrivals.back().first == arrived_us) {
        file.arrivals.back().second += records;
      } else {
        file.arrivals.emplace_back(arrived_us, records);
      }
      if (file.buffer.size() + size >= options.hour_buffer_bytes) {
        RETURN_IF_ERROR(write(file, pieces));
      } else {
        if (file.buffer.capacity() < file.buffer.size() + size) {
          file.buffer.reserve(
              std::max({file.buffer.size() + size, 2 * file.buffer.capacity(), kSmallestBuffer}));
          account(file);
        }
        for (const std::string_view piece : pieces) file.buffer.append(piece);
      }
    }
    if (buffered.load(std::memory_order_relaxed) > options.buffer_bytes) return write_all_buffers();
    return {};
  }

  /// The budget is used up: writes every hour's buffer. Who comes while it runs waits, so the
  /// budget holds.
  Status write_all_buffers() {
    const std::lock_guard flushing(flush_mutex);
    if (buffered.load() <= options.buffer_bytes) return {};
    hours_are_many = true;
    std::vector<HourFile*> all;
    {
      const std::shared_lock lock(hours_mutex);
      all.reserve(hours.size());
      for (const auto& [hour, file] : hours) all.push_back(file.get());
    }
    for (HourFile* file : all) {
      const std::lock_guard lock(file->mutex);
      if (file->buffer.empty()) {
        release(*file, true);
      } else {
        RETURN_IF_ERROR(write(*file, {}));
      }
    }
    return {};
  }

  Status publish(WrittenFile& file) {
    const fs::path temporary = temporary_path(file.path);
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return write_error(errno, file.path, 0);
    fault_point("raw.sync");
    const int failed = ::fsync(fd) != 0 ? errno : 0;
    ::close(fd);
    if (failed != 0) return errno_error(failed, "sync " + temporary.string());
    fault_point("raw.rename");
    if (::rename(temporary.c_str(), file.path.c_str()) != 0) {
      return errno_error(errno, "rename " + temporary.string() + " to " + file.path.string());
    }
    return {};
  }

  Status publish_all() {
    std::atomic<std::size_t> next{0};
    std::mutex failure_mutex;
    std::optional<Error> failure;
    const auto work = [&] {
      for (std::size_t i = next++; i < written_files.size(); i = next++) {
        const Status published = publish(written_files[i]);
        if (published) continue;
        const std::lock_guard lock(failure_mutex);
        if (!failure) failure = published.error();
        return;
      }
    };
    {
      std::vector<std::jthread> others;
      const auto workers = std::min<std::size_t>(
          static_cast<std::size_t>(std::max(options.threads, 1)), written_files.size());
      for (std::size_t t = 1; t < workers; ++t) others.emplace_back(work);
      work();
    }
    if (failure) return *failure;
    std::vector<fs::path> folders;
    folders.reserve(written_files.size());
    for (const WrittenFile& file : written_files) folders.push_back(file.path.parent_path());
    return sync_folders(folders, lake);
  }

  Result<std::vector<RawFile>> finish() {
    for (const auto& [hour, file] : hours) {
      if (!file->buffer.empty()) RETURN_IF_ERROR(write(*file, {}));
      if (!file->path.empty()) complete(*file);
    }
    std::sort(written_files.begin(), written_files.end(),
              [](const WrittenFile& a, const WrittenFile& b) {
                return std::tie(a.raw.hour, a.raw.path) < std::tie(b.raw.hour, b.raw.path);
              });
    // The write-back of all begins before the first is waited for.
    for (const WrittenFile& file : written_files) start_writeback(file);
    RETURN_IF_ERROR(publish_all());
    std::vector<RawFile> files;
    files.reserve(written_files.size());
    for (const WrittenFile& file : written_files) files.push_back(file.raw);
    return files;
  }

  static void start_writeback(const WrittenFile& file) {
    const int fd = ::open(temporary_path(file.path).c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;  // syncing it will tell
    (void)::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    ::close(fd);
  }

  void remove_all() {
    std::vector<fs::path> folders;
    for (const auto& [hour, file] : hours) {
      if (file->path.empty()) continue;
      ::unlink(temporary_path(file->path).c_str());
      folders.push_back(file->path.parent_path());
    }
    for (const WrittenFile& file : written_files) {
      ::unlink(temporary_path(file.path).c_str());
      ::unlink(file.path.c_str());
      folders.push_back(file.path.parent_path());
    }
    for (fs::path folder : folders) {
      while (folder != lake / "raw" && ::rmdir(folder.c_str()) == 0) folder = folder.parent_path();
    }
  }

  const fs::path lake;
  const std::string batch_id;
  const RawWriterOptions options;
  std::shared_mutex hours_mutex;
  std::map<std::int64_t, std::unique_ptr<HourFile>> hours;
  std::mutex written_mutex;
  std::vector<WrittenFile> written_files;
  std::mutex flush_mutex;
  std::atomic<unsigned> next_number{0};
  std::atomic<int> open_files{0};
  std::atomic<std::size_t> buffered{0};
  std::atomic<std::size_t> peak_buffered{0};
  std::atomic<std::uint64_t> total_written{0};
  std::atomic<bool> hours_are_many{false};  ///< the budget was used up once: memory is given back
  bool kept = false;
};

RawWriter::RawWriter(fs::path lake, std::string batch_id, const RawWriterOptions& options)
    : impl_(std::make_unique<Impl>(std::move(lake), std::move(batch_id), options)) {}

RawWriter::~RawWriter() {
  for (const auto& [hour, file] : impl_->hours) impl_->close(*file);
  if (!impl_->kept) impl_->remove_all();
}

Status RawWriter::append(std::int64_t hour, std::span<const std::string_view> pieces,
                         std::int64_t records, std::int64_t arrived_us) {
  return impl_->append(hour, pieces, records, arrived_us);
}

Result<std::vector<RawFile>> RawWriter::finish() { return impl_->finish(); }

void RawWriter::keep() { impl_->kept = true; }

std::uint64_t RawWriter::bytes_written() const { return impl_->total_written.load(); }

std::size_t RawWriter::peak_buffered() const { return impl_->peak_buffered.load(); }

}  // namespace clicklake
