#include "generate/hour_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "model/time.h"

namespace clicklake::synthetic {

namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::int64_t kArrivesAfterUs = 120 * kMicrosPerSecond;
constexpr std::uint32_t kMaxHoursLate = 30;
constexpr std::size_t kMaxEventsBack = 4000;

void count_accepted(const Click& click, GenerateTruth* truth) {
  ++truth->accepted_by_type[static_cast<std::size_t>(click.type)];
  if (click.type == EventType::kPurchase) {
    truth->revenue_cents += std::uint64_t{Shop::price_cents(click.product)} * click.quantity;
  }
}

}  // namespace

/// The file being written, through one block of memory.
class HourFileMaker::BlockFile {
 public:
  BlockFile(std::filesystem::path path, std::vector<char>* block, const OnBlock& on_block)
      : path_(std::move(path)), block_(*block), on_block_(on_block), at_(block_.data()) {}
  BlockFile(const BlockFile&) = delete;
  BlockFile& operator=(const BlockFile&) = delete;
  ~BlockFile() {
    if (fd_ >= 0) ::close(fd_);
  }

  Status open() {
    std::error_code error;
    std::filesystem::create_directories(path_.parent_path(), error);
    if (error) return errno_error(error.value(), "make the folder " + path_.parent_path().string());
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd_ < 0) return errno_error(errno, "create " + path_.string());
    return {};
  }

  /// Where the next line goes; kMaxLineBytes of room.
  char* at() { return at_; }
  Status wrote_up_to(char* end, std::uint64_t events) {
    at_ = end;
    events_ += events;
    if (static_cast<std::size_t>(at_ - block_.data()) < kBlockBytes) return {};
    return flush();
  }
  Status append(std::string_view text) {
    while (!text.empty()) {
      std::size_t room =
          block_.size() - kMaxLineBytes - static_cast<std::size_t>(at_ - block_.data());
      std::size_t n = std::min(room, text.size());
      std::memcpy(at_, text.data(), n);
      text.remove_prefix(n);
      RETURN_IF_ERROR(wrote_up_to(at_ + n, 0));
    }
    return {};
  }
  Status finish(std::int64_t modified_us) {
    RETURN_IF_ERROR(flush());
    timespec time{modified_us / kMicrosPerSecond, 0};
    const std::array<timespec, 2> times{time, time};
    if (::futimens(fd_, times.data()) != 0)
      return errno_error(errno, "set the time of " + path_.string());
    int fd = fd_;
    fd_ = -1;
    if (::close(fd) != 0) return errno_error(errno, "write " + path_.string());
    return {};
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  Status flush() {
    const char* from = block_.data();
    auto size = static_cast<std::size_t>(at_ - from);
    while (from < at_) {
      ssize_t n = ::write(fd_, from, static_cast<std::size_t>(at_ - from));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno_error(errno, "write " + path_.string());
      from += n;
    }
    at_ = block_.data();
    bytes_ += size;
    if (on_block_) on_block_(events_, size);
    events_ = 0;
    return {};
  }

  std::filesystem::path path_;
  std::vector<char>& block_;
  const OnBlock& on_block_;
  char* at_;
  int fd_ = -1;
  std::uint64_t bytes_ = 0, events_ = 0;
};

HourFileMaker::HourFileMaker(const Traffic& traffic, std::filesystem::path out, OnBlock on_block)
    : traffic_(traffic),
      out_(std::move(out)),
      on_block_(std::move(on_block)),
      block_(kBlockBytes + 2 * kMaxLineBytes),
      made_line_(kMaxLineBytes) {}

Result<FileReport> HourFileMaker::make(std::size_t index) {
  const Slice& slice = traffic_.plan.slices()[index];
  play_slice(slice);
  FileReport report;
  if (clicks_.empty()) return report;
  sort_by_time();

  std::int64_t hour = traffic_.first_hour + slice.hour;
  std::array<char, 16> name{};
  std::memcpy(name.data(), "part-", 5);
  char* end = put_number(name.data() + 5, slice.shard, 4);
  std::filesystem::path path =
      out_ / hour_partition_path(hour) / (std::string(name.data(), end) + ".json");
  BlockFile file(std::move(path), &block_, on_block_);
  RETURN_IF_ERROR(file.open());
  bool dirty = traffic_.dirty > 0;
  if (dirty && index % 4 == 0) {
    RETURN_IF_ERROR(file.append("\xef\xbb\xbf"));
    report.truth.bom_files = 1;
  }
  bool final_newline = !dirty || index % 4 != 1 || clicks_.size() == 1;
  if (!final_newline) report.truth.files_without_final_newline = 1;
  RETURN_IF_ERROR(write_lines(slice, final_newline, &file, &report.truth));
  RETURN_IF_ERROR(file.finish(hour_start(hour + 1) + kArrivesAfterUs));
  report.bytes = file.bytes();
  report.written = true;
  return report;
}

void HourFileMaker::play_slice(const Slice& slice) {
  sessions_.clear();
  clicks_.clear();
  bool last_hour = slice.hour + 1 == traffic_.plan.hours();
  std::uint64_t left = slice.events;
  for (std::uint32_t i = 0; left > 0; ++i) {
    Visit visit = traffic_.model.visit({slice.hour, slice.shard}, i);
    auto n = static_cast<std::uint32_t>(std::min<std::uint64_t>(visit.clicks, left));
    traffic_.model.play(visit, n, last_hour, &sessions_, &clicks_);
    while (clicks_.back().at_ms >= kHourMs) clicks_.pop_back();  // the next hour's
    left -= n;
  }
  if (slice.hour == 0) return;
  for (std::size_t i = traffic_.plan.first_slice(slice.hour - 1);
       i < traffic_.plan.first_slice(slice.hour); ++i) {
    const Slice& previous = traffic_.plan.slices()[i];
    if (previous.shard % slice.shards == slice.shard) play_tails(previous);
  }
}

void HourFileMaker::play_tails(const Slice& previous) {
  std::uint64_t left = previous.events;
  for (std::uint32_t i = 0; left > 0; ++i) {
    Visit visit = traffic_.model.visit({previous.hour, previous.shard}, i);
    auto n = static_cast<std::uint32_t>(std::min<std::uint64_t>(visit.clicks, left));
    left -= n;
    if (visit.start_ms + longest_ms(n) < kHourMs) continue;
    std::size_t first = clicks_.size();
    traffic_.model.play(visit, n, false, &sessions_, &clicks_);
    auto tail = std::find_if(clicks_.begin() + static_cast<std::ptrdiff_t>(first), clicks_.end(),
                             [](const Click& click) { return click.at_ms >= kHourMs; });
    clicks_.erase(clicks_.begin() + static_cast<std::ptrdiff_t>(first), tail);
    for (std::size_t k = first; k < clicks_.size(); ++k) clicks_[k].at_ms -= kHourMs;
    if (clicks_.size() == first) sessions_.pop_back();
  }
}

/// Two passes of a radix sort over the 22 bits of at_ms; equal times keep their order.
void HourFileMaker::sort_by_time() {
  constexpr std::size_t kBins = 2048;
  static_assert(kHourMs <= kBins * kBins);
  std::size_t n = clicks_.size();
  order_.resize(n);
  sorting_.resize(n);
  for (std::size_t i = 0; i < n; ++i) sorting_[i] = (std::uint64_t{clicks_[i].at_ms} << 32) | i;
  for (int shift : {32, 43}) {
    std::array<std::uint32_t, kBins> at{};
    for (std::uint64_t key : sorting_) ++at[(key >> shift) & (kBins - 1)];
    std::uint32_t sum = 0;
    for (std::uint32_t& bin : at) sum += std::exchange(bin, sum);
    for (std::uint64_t key : sorting_) order_[at[(key >> shift) & (kBins - 1)]++] = key;
    std::swap(order_, sorting_);
  }
  std::swap(order_, sorting_);
}

Status HourFileMaker::write_lines(const Slice& slice, bool final_newline, BlockFile* file,
                                  GenerateTruth* truth) {
  HourText hour(traffic_.first_hour + slice.hour);
  Random strewn(mix64(traffic_.seed ^ 0x646972747931ULL) + slice.first_dirty);
  std::size_t events = order_.size();
  // Dirty line k follows an event of the file's k-th part; none comes before the first event or
  // after the last.
  std::uint64_t places = std::max<std::uint64_t>(events - 1, 1);
  std::uint64_t dirty_done = 0;
  auto next_place = [&] {
    if (dirty_done == slice.dirty) return ~std::uint64_t{0};
    auto within =
        static_cast<std::uint64_t>((static_cast<unsigned __int128>(strewn.next()) * places) >> 64);
    return (dirty_done * places + within) / slice.dirty;
  };
  std::uint64_t place = next_place();
  constexpr std::size_t kAhead = 8;
  for (std::size_t i = 0; i < events; ++i) {
    if (i + kAhead < events)
      __builtin_prefetch(&clicks_[static_cast<std::uint32_t>(order_[i + kAhead])]);
    const Click& click = clicks_[static_cast<std::uint32_t>(order_[i])];
    char* end = traffic_.text.put_line(file->at(), hour, sessions_[click.session], click);
    count_accepted(click, truth);
    if (!final_newline && i + 1 == events) --end;
    RETURN_IF_ERROR(file->wrote_up_to(end, 1));
    for (; place == i; place = next_place()) {
      RETURN_IF_ERROR(write_dirty(slice, slice.first_dirty + dirty_done, i, file, truth));
      ++dirty_done;
    }
  }
  truth->events = events;
  return {};
}

Status HourFileMaker::write_dirty(const Slice& slice, std::uint64_t number, std::size_t position,
                                  BlockFile* file, GenerateTruth* truth) {
  DirtyKind kind = dirty_kind(number);
  Random random(mix64(mix64(traffic_.seed ^ 0x646972747932ULL) + number));
  std::optional<Made> made;
  if (kind == DirtyKind::kDuplicateOtherHour) made = redelivered_event(slice, &random);
  if (kind == DirtyKind::kLate && slice.hour > 0) {
    std::uint32_t back = 1 + random.below(std::min(slice.hour, kMaxHoursLate));
    made = extra_event(slice, number, slice.hour - back, &random);
  }
  bool from_elsewhere = kind == DirtyKind::kDuplicateOtherHour || kind == DirtyKind::kLate;
  if (from_elsewhere && !made) kind = DirtyKind::kDuplicateExact;  // there is no earlier hour
  if (!made) {
    made = fate_of(kind) == Fate::kDuplicate ? earlier_event(slice, position, &random)
                                             : extra_event(slice, number, slice.hour, &random);
  }
  bool untyped = kind == DirtyKind::kUntypedPrice || kind == DirtyKind::kNullFields;
  if (untyped && made->click.type == EventType::kPurchase)
    made->click.type = EventType::kAddToCart;  // no revenue

  std::int64_t hour = traffic_.first_hour + made->hour;
  char* line = made_line_.data();
  char* end = traffic_.text.put_line(line, HourText(hour), made->session, made->click);
  CleanEvent event{{line, static_cast<std::size_t>(end - line)},
                   hour_start(hour) + std::int64_t{made->click.at_ms} * 1000,
                   made->session.uid};
  ++truth->by_kind[static_cast<std::size_t>(kind)];
  if (fate_of(kind) == Fate::kAccepted) count_accepted(made->click, truth);
  return file->append(dirty_line(kind, event, random));
}

HourFileMaker::Made HourFileMaker::earlier_event(const Slice& slice, std::size_t position,
                                                 Random* random) const {
  std::size_t back =
      random->below(static_cast<std::uint32_t>(std::min(position + 1, kMaxEventsBack)));
  const Click& click = clicks_[static_cast<std::uint32_t>(order_[position - back])];
  return {sessions_[click.session], click, slice.hour};
}

std::optional<HourFileMaker::Made> HourFileMaker::redelivered_event(const Slice& slice,
                                                                    Random* random) {
  if (slice.hour == 0) return std::nullopt;
  std::uint32_t hour = slice.hour - 1 - random->below(std::min(slice.hour, kMaxHoursLate));
  const Slice& source = traffic_.plan.slices()[traffic_.plan.first_slice(hour)];
  // The first of these sessions are played to their end, however short the slice cuts its last one.
  auto whole_sessions = static_cast<std::uint32_t>(source.events / kMaxSessionClicks);
  if (whole_sessions == 0) return std::nullopt;
  Visit visit = traffic_.model.visit({source.hour, source.shard}, random->below(whole_sessions));
  made_sessions_.clear();
  made_clicks_.clear();
  traffic_.model.play(visit, visit.clicks, false, &made_sessions_, &made_clicks_);
  Made made{made_sessions_.front(), made_clicks_[random->below(visit.clicks)], hour};
  if (made.click.at_ms >= kHourMs) {
    made.click.at_ms -= kHourMs;
    ++made.hour;
  }
  return made;
}

HourFileMaker::Made HourFileMaker::extra_event(const Slice& slice, std::uint64_t number,
                                               std::uint32_t hour, Random* random) {
  auto index = static_cast<std::uint32_t>(number - slice.first_dirty);
  Visit visit = traffic_.model.visit({slice.hour, slice.shard, true}, index);
  made_sessions_.clear();
  made_clicks_.clear();
  traffic_.model.play(visit, visit.clicks, false, &made_sessions_, &made_clicks_);
  Made made{made_sessions_.front(), made_clicks_.back(), hour};
  made.session.has_session_id = true;  // alone tells this event from others
  made.click.at_ms = random->below(kHourMs);
  return made;
}

}  // namespace clicklake::synthetic
