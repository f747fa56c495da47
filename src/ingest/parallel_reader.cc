#include "ingest/parallel_reader.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "format/text_buffer.h"

namespace clicklake {
namespace {

constexpr std::chrono::milliseconds kProgressPeriod{100};

/// A source while it is read. Guarded by its mutex, but for the counters.
struct OpenSource {
  std::size_t index = 0;
  std::unique_ptr<LineReader> reader;
  std::mutex mutex;
  bool ended = false;
  std::atomic<int> readers{
      1};  ///< more than one: blocks are copied, so that the next can be read meanwhile
  std::atomic<std::uint64_t> bytes_read{0};
};

class ParallelReader {
 public:
  ParallelReader(const std::vector<Source>& sources, const ParallelReadOptions& options,
                 const TakeBlock& take)
      : sources_(sources), options_(options), take_(take), outcomes_(sources.size()) {}

  Result<std::vector<ReadOutcome>> run() {
    const auto workers = static_cast<std::size_t>(std::max(options_.threads, 1));
    {
      std::vector<std::jthread> threads;
      running_ = workers;
      for (std::size_t worker = 0; worker < workers; ++worker) {
        threads.emplace_back([this, worker] {
          work(worker);
          const std::lock_guard lock(mutex_);
          --running_;
          changed_.notify_all();
        });
      }
      watch();
    }
    if (failure_) return *std::move(failure_);
    if (options_.stop.stop_requested()) {
      return Error{ErrorCode::kCancelled, "stopped while the sources were read"};
    }
    report_progress();
    return std::move(outcomes_);
  }

 private:
  struct Scratch {
    LineBlock block;
    TextBuffer copy;
  };

  /// Reports until the workers have gone.
  void watch() {
    std::unique_lock lock(mutex_);
    while (running_ > 0) {
      changed_.wait_for(lock, kProgressPeriod);
      if (running_ == 0) break;
      lock.unlock();
      if (options_.stop.stop_requested()) stopping_ = true;
      report_progress();
      lock.lock();
    }
  }

  void report_progress() {
    if (!options_.progress) return;
    ReadProgress progress;
    progress.bytes_done = bytes_ended_;
    for (const Source& source : sources_) {
      progress.bytes_total += static_cast<std::uint64_t>(source.size);
    }
    {
      const std::lock_guard lock(mutex_);
      for (const auto& source : open_) progress.bytes_done += source->bytes_read;
    }
    options_.progress(progress);
  }

  void work(std::size_t worker) {
    Scratch scratch;
    while (!stopping_) {
      const std::optional<std::size_t> index = claim();
      if (!index) break;
      const std::shared_ptr<OpenSource> source = open(*index);
      {
        const std::lock_guard lock(mutex_);
        --opening_;
        changed_.notify_all();
      }
      if (source) read(worker, *source, &scratch);
    }
    while (!stopping_) {
      const std::shared_ptr<OpenSource> source = join_one();
      if (!source) return;
      read(worker, *source, &scratch);
    }
  }

  /// The next source that nobody has opened.
  std::optional<std::size_t> claim() {
    const std::lock_guard lock(mutex_);
    if (next_ >= sources_.size()) return std::nullopt;
    ++opening_;
    return next_++;
  }

  std::shared_ptr<OpenSource> open(std::size_t index) {
    ReadOutcome& outcome = outcomes_[index];
    auto reader = LineReader::open(sources_[index].path, options_.lines);
    if (!reader) {
      outcome.error = std::move(reader).error();
      bytes_ended_ += static_cast<std::uint64_t>(sources_[index].size);
      return nullptr;
    }
    outcome.opened = true;
    auto source = std::make_shared<OpenSource>();
    source->index = index;
    source->reader = *std::move(reader);
    const std::lock_guard lock(mutex_);
    open_.push_back(source);
    return source;
  }

  /// The open source with the most left to read; a stream before all. Null where none is open, and
  /// none is being opened.
  std::shared_ptr<OpenSource> join_one() {
    std::unique_lock lock(mutex_);
    while (open_.empty() && opening_ > 0 && !stopping_) changed_.wait_for(lock, kProgressPeriod);
    std::shared_ptr<OpenSource> best;
    std::uint64_t most = 0;
    for (const auto& source : open_) {
      const Source& file = sources_[source->index];
      const std::uint64_t size = file.stream ? ~0ULL : static_cast<std::uint64_t>(file.size);
      const std::uint64_t done = std::min<std::uint64_t>(size, source->bytes_read);
      if (!best || size - done > most) {
        best = source;
        most = size - done;
      }
    }
    if (best) ++best->readers;
    return best;
  }

  void read(std::size_t worker, OpenSource& source, Scratch* scratch) {
    while (!stopping_) {
      std::unique_lock lock(source.mutex);
      if (source.ended || !advance(source, &scratch->block)) break;
      if (source.readers > 1) {
        copy_block(scratch);
        lock.unlock();
      }
      const Status taken = take_(worker, source.index, scratch->block);
      if (!taken) fail(taken.error());
    }
    --source.readers;
  }

  /// The source's next block; false at its end. Requires its mutex.
  bool advance(OpenSource& source, LineBlock* block) {
    const Result<bool> more = source.reader->next(block);
    source.bytes_read = source.reader->bytes_read();
    if (more && *more) return true;
    source.ended = true;
    ReadOutcome& outcome = outcomes_[source.index];
    outcome.end = source.reader->end();
    outcome.bytes_read = source.reader->bytes_read();
    if (more) {
      outcome.content_hash = source.reader->content_hash();
    } else {
      outcome.error = more.error();
    }
    // Its memory and descriptor go now, not with the last one who looks at it.
    source.reader.reset();
    const std::lock_guard lock(mutex_);
    bytes_ended_ += outcome.bytes_read;
    std::erase_if(open_, [&](const auto& other) { return other.get() == &source; });
    return false;
  }

  static void copy_block(Scratch* scratch) {
    LineBlock& block = scratch->block;
    if (block.size == 0) return;
    scratch->copy.clear();
    scratch->copy.append(block.data, block.size);
    block.data = scratch->copy.data();
  }

  void fail(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
    stopping_ = true;
  }

  const std::vector<Source>& sources_;
  const ParallelReadOptions& options_;
  const TakeBlock& take_;
  std::vector<ReadOutcome> outcomes_;
  std::size_t next_ = 0;  ///< guarded by mutex_
  int opening_ = 0;       ///< sources claimed and not open yet; guarded by mutex_
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> bytes_ended_{0};
  std::mutex mutex_;  ///< after a source's mutex, where both are held
  std::condition_variable changed_;
  std::size_t running_ = 0;
  std::vector<std::shared_ptr<OpenSource>> open_;
  std::optional<Error> failure_;
};

}  // namespace

Result<std::vector<ReadOutcome>> read_sources(const std::vector<Source>& sources,
                                              const ParallelReadOptions& options,
                                              const TakeBlock& take) {
  return ParallelReader(sources, options, take).run();
}

}  // namespace clicklake
