#include "sessions/session_index.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <queue>

#include "base/hash.h"

namespace clicklake {
namespace {

constexpr std::string_view kMagic = "clsidx01clsidx01";  // as long as a place
constexpr std::size_t kMergeAt = 8;                      // runs of one size

std::uint64_t ordered(std::int64_t key) {
  return static_cast<std::uint64_t>(key) ^ (std::uint64_t{1} << 63);
}

int size_class(std::int64_t rows) {
  int tier = 0;
  for (; rows >= 1024; rows /= static_cast<std::int64_t>(kMergeAt)) ++tier;
  return tier;
}

}  // namespace

Result<SessionIndexWriter> SessionIndexWriter::create(const std::filesystem::path& lake,
                                                      std::string path) {
  ASSIGN_OR_RETURN(DurableFile file, DurableFile::create(lake / path));
  RETURN_IF_ERROR(file.append(kMagic));
  return SessionIndexWriter(std::move(file), std::move(path));
}

Status SessionIndexWriter::append(std::span<const SessionPlace> places) {
  rows_ += static_cast<std::int64_t>(places.size());
  return file_.append({reinterpret_cast<const char*>(places.data()), places.size_bytes()});
}

Result<SideFile> SessionIndexWriter::finish() {
  RETURN_IF_ERROR(file_.rename("session_index.rename"));
  return SideFile{std::string(kSessionIndexKind), path_, rows_,
                  static_cast<std::int64_t>(file_.size())};
}

struct SessionIndex::Run {
  void* map = nullptr;
  std::size_t bytes = 0;
  const SessionPlace* places = nullptr;
  std::size_t count = 0;

  Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    if (map != nullptr) ::munmap(map, bytes);
  }

  /// Keys are hashes, spread evenly: where one lies is about known. Crafted ones are found by
  /// halves.
  const SessionPlace* find(std::int64_t key) const {
    std::size_t low = 0;
    std::size_t high = count;
    const std::uint64_t wanted = ordered(key);
    for (int step = 0; low < high; ++step) {
      std::size_t at = low + (high - low) / 2;
      const std::uint64_t first = ordered(places[low].session_key);
      const std::uint64_t last = ordered(places[high - 1].session_key);
      if (wanted < first || wanted > last) return nullptr;
      if (step < 4 && last > first) {
        const auto share =
            static_cast<unsigned __int128>(wanted - first) * (high - 1 - low) / (last - first);
        at = low + static_cast<std::size_t>(share);
      }
      const std::uint64_t there = ordered(places[at].session_key);
      if (there == wanted) return &places[at];
      if (there < wanted) {
        low = at + 1;
      } else {
        high = at;
      }
    }
    return nullptr;
  }
};

SessionIndex::SessionIndex() = default;
SessionIndex::SessionIndex(SessionIndex&&) noexcept = default;
SessionIndex& SessionIndex::operator=(SessionIndex&&) noexcept = default;
SessionIndex::~SessionIndex() = default;

Result<SessionIndex> SessionIndex::open(const std::filesystem::path& lake,
                                        const std::vector<SideFile>& runs) {
  SessionIndex index;
  for (const SideFile& file : runs) {
    const std::string shown = (lake / file.path).string();
    const int fd = ::open(shown.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno_error(errno, "open the session index " + shown);
    struct stat status {};
    auto run = std::make_unique<Run>();
    const bool sized =
        ::fstat(fd, &status) == 0 && status.st_size == file.size &&
        file.size == static_cast<std::int64_t>(kMagic.size() + static_cast<std::size_t>(file.rows) *
                                                                   sizeof(SessionPlace));
    if (sized) {
      run->bytes = static_cast<std::size_t>(file.size);
      void* map = ::mmap(nullptr, run->bytes, PROT_READ, MAP_SHARED, fd, 0);
      if (map == MAP_FAILED) {
        const int error = errno;
        ::close(fd);
        return errno_error(error, "read the session index " + shown);
      }
      run->map = map;
    }
    ::close(fd);
    if (!sized || std::memcmp(run->map, kMagic.data(), kMagic.size()) != 0) {
      return Error{
          ErrorCode::kCorruption,
          "the session index " + shown +
              " is not as the catalog has it: run `clicklake verify --repair`, or put back "
              "a backup of the lake"};
    }
    static_assert(sizeof(SessionPlace) == 16 && alignof(SessionPlace) == 8);
    run->places =
        reinterpret_cast<const SessionPlace*>(static_cast<const char*>(run->map) + kMagic.size());
    run->count = static_cast<std::size_t>(file.rows);
    index.runs_.push_back(std::move(run));
  }
  return index;
}

std::optional<std::int64_t> SessionIndex::find(std::int64_t session_key) const {
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    if (const SessionPlace* place = (*run)->find(session_key)) {
      if (place->started_us == SessionPlace::kGone) return std::nullopt;
      return place->started_us;
    }
  }
  return std::nullopt;
}

std::size_t SessionIndex::runs_to_merge(const std::vector<SideFile>& runs, std::int64_t new_rows) {
  // From the newest on: as many as are no larger than the tier, once the tier has enough of them.
  std::size_t merged = 0;
  std::int64_t rows = new_rows;
  for (int tier = size_class(rows);; tier = size_class(rows)) {
    std::size_t count = merged;
    std::int64_t total = rows;
    while (count < runs.size()) {
      const SideFile& run = runs[runs.size() - 1 - count];
      if (size_class(run.rows) > tier) break;
      ++count;
      total += run.rows;
    }
    if (count - merged + 1 < kMergeAt) return merged;
    merged = count;
    rows = total;
  }
}

Status SessionIndex::merge_newest(std::size_t count, SessionIndexWriter* out) const {
  const std::size_t first = runs_.size() - count;
  const bool all = first == 0;
  struct Head {
    std::uint64_t key;
    std::size_t run;
    std::size_t at;
    bool operator>(const Head& other) const {
      // Of one key the newest comes first.
      return key != other.key ? key > other.key : run < other.run;
    }
  };
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  for (std::size_t r = first; r < runs_.size(); ++r) {
    if (runs_[r]->count > 0) heads.push({ordered(runs_[r]->places[0].session_key), r, 0});
  }
  std::vector<SessionPlace> block;
  constexpr std::size_t kBlock = 4096;
  std::optional<std::uint64_t> last;
  while (!heads.empty()) {
    Head head = heads.top();
    heads.pop();
    const SessionPlace& place = runs_[head.run]->places[head.at];
    if (last != head.key) {
      last = head.key;
      if (!all || place.started_us != SessionPlace::kGone) block.push_back(place);
      if (block.size() == kBlock) {
        RETURN_IF_ERROR(out->append(block));
        block.clear();
      }
    }
    if (++head.at < runs_[head.run]->count) {
      head.key = ordered(runs_[head.run]->places[head.at].session_key);
      heads.push(head);
    }
  }
  return out->append(block);
}

}  // namespace clicklake
