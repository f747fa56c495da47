#pragma once
/// Deliveries that were given up, with the event and the reason: events/deadletters/<day>.jsonl.
///
/// Place: the dispatcher writes them before it forgets the delivery; `deadletters` shows and
/// redrives
///   them. Invariant: a letter is on the device before its delivery is closed; one that is there
///   twice, after a crash, has the same id, and the index has the last.
/// Thread safety: thread-compatible.
/// Source: EventBridge user guide, "Using dead-letter queues": the attributes.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "deliver/delivery_store.h"

namespace clicklake {

struct DeadLetter {
  DeadRow row;  ///< its file and offset are filled in by append()
  std::string rule_arn;
  std::string target_arn;
  std::int64_t accepted_us = 0;
  std::string match_id;
  std::string event;
  bool to_queue = false;  ///< the target names a queue for them, too
};

/// The letter's line, as `deadletters show` prints it and its file holds it.
std::string dead_letter_json(const DeadLetter& letter);

class DeadLetterFile {
 public:
  explicit DeadLetterFile(const std::filesystem::path& lake)
      : folder_(lake / "events" / "deadletters") {}
  DeadLetterFile(const DeadLetterFile&) = delete;
  DeadLetterFile& operator=(const DeadLetterFile&) = delete;
  ~DeadLetterFile();

  /// Appends the letter to the file of its day and says where. A torn line of a crash is cut off
  /// first. Fault point "deadletter.write". Errors: kIo, kNoSpace.
  Status append(DeadLetter* letter);
  /// Makes all appended letters durable. Fault point "deadletter.sync". Errors: kIo.
  Status sync();

 private:
  Status open(const std::string& name);

  std::filesystem::path folder_;
  std::string name_;
  int fd_ = -1;
  std::int64_t size_ = 0;
  bool dirty_ = false;
};

/// Removes the files of days before `us`. What can't be removed is left for the next time.
void remove_dead_letters_before(const std::filesystem::path& lake, std::int64_t us);

/// The letter that `row` points to. Errors: kNotFound, kIo, kCorruption.
Result<std::string> read_dead_letter(const std::filesystem::path& lake, const DeadRow& row);

}  // namespace clicklake
