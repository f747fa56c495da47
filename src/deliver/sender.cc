#include "deliver/sender.h"

#include <fstream>
#include <iterator>

namespace clicklake {

Result<std::string> read_secret(const SecretText& secret, const SenderContext& context) {
  switch (secret.from) {
    case SecretText::From::kNowhere: return std::string();
    case SecretText::From::kDocument: return secret.text;
    case SecretText::From::kEnvironment: {
      std::string value = context.environment(secret.text);
      if (value.empty()) {
        return Error{ErrorCode::kInvalidArgument,
                     "the secret's variable $" + secret.text + " is not set"};
      }
      return value;
    }
    case SecretText::From::kFile: break;
  }
  std::ifstream in(context.lake / secret.text, std::ios::binary);
  std::string value{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  if (!in || value.empty()) {
    return Error{ErrorCode::kInvalidArgument, "the secret's file " +
                                                  (context.lake / secret.text).string() +
                                                  " can't be read, or is empty"};
  }
  return value;
}

Result<std::unique_ptr<Sender>> make_sender(const RuleTarget& target,
                                            const SenderContext& context) {
  switch (target.kind) {
    case TargetKind::kWebhook: return make_webhook_sender(target, context);
    case TargetKind::kCommand: return make_command_sender(target, context);
    case TargetKind::kFile: return make_file_sender(target, context);
    case TargetKind::kStdout: return make_stdout_sender(target, context);
    case TargetKind::kSns:
    case TargetKind::kSqs:
    case TargetKind::kLambda:
    case TargetKind::kEventBridge:
    case TargetKind::kFirehose: break;
  }
  return make_aws_sender(target, context);
}

}  // namespace clicklake
