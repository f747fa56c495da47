#pragma once
/// Makes one file of the clickstream: an hour's sessions in order of time, with dirty lines strewn
/// in.
///
/// Place: generator.cc gives each thread a maker and each maker one slice after the other.
/// Invariant: a file's bytes follow from the options and its slice, not from the thread or the
/// order of the work. Thread safety: HourFileMaker is thread-compatible; what it reads (Traffic) is
/// immutable and shared.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "generate/click_text.h"
#include "generate/session.h"
#include "generate/shop.h"
#include "generate/traffic_plan.h"
#include "generate/truth.h"

namespace clicklake::synthetic {

/// All that a clickstream follows from.
struct Traffic {
  Traffic(ShopSize size, std::uint64_t the_seed, std::uint64_t events, std::int64_t begin,
          std::uint32_t hours, std::uint64_t dirty_lines)
      : shop(size),
        model(shop, the_seed),
        text(shop),
        plan(events, begin, hours, dirty_lines),
        seed(the_seed),
        first_hour(begin),
        dirty(dirty_lines) {}
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  Shop shop;
  SessionModel model;
  ClickText text;
  TrafficPlan plan;
  std::uint64_t seed;
  std::int64_t first_hour;  ///< hours since 1970
  std::uint64_t dirty;
};

struct FileReport {
  GenerateTruth truth;
  std::uint64_t bytes = 0;
  bool written = false;  ///< no file is made of an hour without events
};

class HourFileMaker {
 public:
  /// Called after each block with the events and bytes written since the last call.
  using OnBlock = std::function<void(std::uint64_t events, std::uint64_t bytes)>;

  HourFileMaker(const Traffic& traffic, std::filesystem::path out, OnBlock on_block);

  /// Writes `year=/month=/day=/hour=/part-NNNN.json` of slice `index` below the output folder,
  /// modified two minutes after its hour's end. Errors: kIo, kNoSpace, naming the file, which is
  /// left unfinished. Cost: about 40 bytes of memory an event of the slice, and a block of 1 MB.
  Result<FileReport> make(std::size_t index);

 private:
  class BlockFile;
  /// What a dirty line is made of.
  struct Made {
    Session session;
    Click click;
    std::uint32_t hour;
  };

  void play_slice(const Slice& slice);
  void play_tails(const Slice& previous);
  void sort_by_time();
  Status write_lines(const Slice& slice, bool final_newline, BlockFile* file, GenerateTruth* truth);
  Status write_dirty(const Slice& slice, std::uint64_t number, std::size_t position,
                     BlockFile* file, GenerateTruth* truth);
  /// One of the events up to `position` of this file.
  Made earlier_event(const Slice& slice, std::size_t position, Random* random) const;
  /// An event of an earlier hour's sessions; nothing where those are too few.
  std::optional<Made> redelivered_event(const Slice& slice, Random* random);
  /// An event of its own, for dirty line `number`, in `hour`.
  Made extra_event(const Slice& slice, std::uint64_t number, std::uint32_t hour, Random* random);

  const Traffic& traffic_;
  std::filesystem::path out_;
  OnBlock on_block_;
  std::vector<Session> sessions_, made_sessions_;
  std::vector<Click> clicks_, made_clicks_;
  std::vector<std::uint64_t> order_, sorting_;  // at_ms << 32 | index into clicks_
  std::vector<char> block_, made_line_;
};

}  // namespace clicklake::synthetic
