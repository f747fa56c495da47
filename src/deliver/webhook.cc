#include "deliver/webhook.h"

#include "base/base64.h"
#include "base/sha256.h"

namespace clicklake {

std::string webhook_signature(std::string_view secret, std::string_view id,
                              std::int64_t unix_seconds, std::string_view body) {
  std::string key(secret);
  if (secret.starts_with("whsec_")) {
    if (const auto decoded = from_base64(secret.substr(6))) key = *decoded;
  }
  std::string signed_text(id);
  signed_text += '.';
  signed_text += std::to_string(unix_seconds);
  signed_text += '.';
  signed_text += body;
  return "v1," + to_base64(bytes_of(hmac_sha256(key, signed_text)));
}

}  // namespace clicklake
