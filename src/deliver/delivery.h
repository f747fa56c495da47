#pragma once
/// A match on its way to one target, and what came of an attempt.
///
/// Place: between the dispatcher, which decides when, and senders, which know how.
/// Invariant: `id` is the same for every attempt, in every process: what a target sees twice, it
/// can
///   tell.
/// Thread safety: values.
/// Source: EventBridge user guide, "Using dead-letter queues": the codes.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

struct Delivery {
  std::string id;       ///< delivery_id() of match and target
  std::string rule;     ///< its name
  std::string target;   ///< its id
  std::string payload;  ///< what the target gets
  std::string event;    ///< the event that matched
  std::string key;      ///< the value that orders deliveries; "" where none is asked for
  std::int64_t accepted_us = 0;
  int attempt = 0;  ///< 0 for the first
};

struct Outcome {
  enum class Kind : std::uint8_t {
    kDelivered,
    kRetry,    ///< may go better later
    kRefused,  ///< never will: a dead letter at once
  };
  Kind kind = Kind::kDelivered;
  std::string code;     ///< as in dead letters: THROTTLING, TIMEOUT, NO_PERMISSIONS, ...
  std::string message;  ///< for people; holds no secret
  std::int64_t retry_after_us = 0;  ///< the target's own wish, a length of time; 0: none
  bool target_failed = false;       ///< the target as a whole is in trouble, not this delivery

  static Outcome delivered() { return {}; }
  static Outcome retry(std::string code, std::string message) {
    return {Kind::kRetry, std::move(code), std::move(message), 0, true};
  }
  static Outcome refused(std::string code, std::string message) {
    return {Kind::kRefused, std::move(code), std::move(message), 0, false};
  }
};

/// One outcome a delivery, in order.
using SendDone = std::function<void(std::vector<Outcome>)>;

/// The delivery as a line of NDJSON, without its end, for files and standard output.
std::string delivery_line(const Delivery& delivery);

}  // namespace clicklake
