#include "base/result.h"

#include <cerrno>
#include <cstring>

namespace clicklake {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kInvalidData: return "invalid_data";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kAlreadyExists: return "already_exists";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kBusy: return "busy";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kNoSpace: return "no_space";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kCorruption: return "corruption";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kCancelled: return "cancelled";
  }
  return "unknown";
}

Error errno_error(int err, std::string_view doing) {
  ErrorCode code = ErrorCode::kIo;
  std::string hint;
  if (err == ENOSPC || err == EDQUOT) {
    code = ErrorCode::kNoSpace;
    hint = "; free some space and run again: nothing published is lost";
  } else if (err == ENOENT) {
    code = ErrorCode::kNotFound;
  } else if (err == EACCES || err == EPERM || err == EROFS) {
    hint = "; check the permissions of the folder";
  }
  return Error{code, "cannot " + std::string(doing) + ": " + std::strerror(err) + hint};
}

}  // namespace clicklake
