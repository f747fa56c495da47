#pragma once
/// How deliveries reach one target.
///
/// Place: the dispatcher makes one a target and gives it what is due; the rest of the program knows
///   no kind of target.
/// Invariant: each send() gets one call of its `done`, from within the call or from the event loop;
///   nothing of a sender blocks the loop for longer than a write to a local file.
/// Thread safety: thread-compatible.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/credentials.h"
#include "base/result.h"
#include "deliver/delivery.h"
#include "deliver/event_loop.h"
#include "rules/rule_document.h"

namespace clicklake {

/// Behind a target's id: the queue of its dead letters. Such a delivery's event is {"event": ...,
/// "attributes": {...}}.
inline constexpr std::string_view kDeadLetterSuffix = "._dlq";

/// What senders need of the outside.
struct SenderContext {
  EventLoop* loop = nullptr;
  std::filesystem::path lake;
  /// The environment as it was when the program began; "" for what is not set.
  std::function<std::string(std::string_view)> environment;
  std::function<std::int64_t()> now_us;
  CredentialCache* credentials = nullptr;
};

class Sender {
 public:
  virtual ~Sender() = default;
  /// Most deliveries of one send().
  virtual std::size_t batch() const { return 1; }
  /// Sends at once, where the target's document says nothing.
  virtual int concurrency() const = 0;
  /// False while nothing can be sent that is no fault of the target's (a token is being fetched).
  virtual bool ready() { return true; }
  /// Why it is not ready, where that is not only for a moment; "" otherwise.
  virtual std::string trouble() const { return {}; }
  /// `batch` has 1 to batch() deliveries.
  virtual void send(std::vector<Delivery> batch, SendDone done) = 0;
};

/// Errors: kUnsupported, what the target needs is not on this machine; kInvalidArgument, a secret
/// is not where the document says.
Result<std::unique_ptr<Sender>> make_sender(const RuleTarget& target, const SenderContext& context);

/// The secret's text. Errors: kInvalidArgument naming the variable or file, never what it holds.
Result<std::string> read_secret(const SecretText& secret, const SenderContext& context);

// One a kind; make_sender() calls them.
Result<std::unique_ptr<Sender>> make_file_sender(const RuleTarget& target,
                                                 const SenderContext& context);
Result<std::unique_ptr<Sender>> make_stdout_sender(const RuleTarget& target,
                                                   const SenderContext& context);
Result<std::unique_ptr<Sender>> make_command_sender(const RuleTarget& target,
                                                    const SenderContext& context);
Result<std::unique_ptr<Sender>> make_webhook_sender(const RuleTarget& target,
                                                    const SenderContext& context);
Result<std::unique_ptr<Sender>> make_aws_sender(const RuleTarget& target,
                                                const SenderContext& context);

}  // namespace clicklake
