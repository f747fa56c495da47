#pragma once
/// The one error channel: `Result<T>` and `Status`.
///
/// Place: everywhere. A function that can fail returns one; bad rows are data (quarantine), never
/// errors. Invariant: a Result holds a value or an Error, never neither. Source: the member names
/// mirror C++23 `std::expected`, so that it can become an alias.

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace clicklake {

/// What the caller does next.
enum class ErrorCode {
  kInvalidArgument,  ///< the call or command line is wrong: tell the user how it is spelled (exit
                     ///< code 2)
  kInvalidData,      ///< the input is wrong: quarantine it, or report the file by name
  kNotFound,         ///< the thing named does not exist
  kAlreadyExists,    ///< it is there already: a no-op or a refusal, as the caller means it
  kConflict,         ///< another writer won: reload and retry
  kBusy,             ///< somebody holds the lock: wait, or say who
  kIo,               ///< the file system or device said no: report the path
  kNoSpace,          ///< no room on the device: free some and run again
  kUnavailable,      ///< a service does not answer: retry with backoff
  kCorruption,       ///< stored state contradicts itself: stop
  kUnsupported,      ///< a newer format or a feature that this build lacks
  kCancelled,        ///< the user or the process asked to stop
};

/// The code's name as shown in JSON reports: `invalid_data`, `io`, ...
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string message;  ///< what was being done, to which file and byte or line, and the way out
};

/// An `Error` of errno `err` while `doing` (e.g. "write /lake/x.parquet"); ENOSPC and EDQUOT become
/// kNoSpace, ENOENT kNotFound.
Error errno_error(int err, std::string_view doing);

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = Error;

  // NOLINTBEGIN(google-explicit-constructor): a function returns its value or an Error as it is.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  /// Requires has_value().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) const& { return has_value() ? value() : std::move(other); }

  /// Requires !has_value().
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  using error_type = Error;

  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : failed_(true), error_(std::move(error)) {}

  bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  bool failed_ = false;
  Error error_{};
};

using Status = Result<void>;

}  // namespace clicklake

/// Returns the error of `expr` (a Status or a Result) from the enclosing function.
#define CLICKLAKE_CONCAT_(a, b) a##b
#define CLICKLAKE_CONCAT(a, b) CLICKLAKE_CONCAT_(a, b)
#define RETURN_IF_ERROR(expr) \
  RETURN_IF_ERROR_IMPL_(CLICKLAKE_CONCAT(return_if_error_, __LINE__), expr)
#define RETURN_IF_ERROR_IMPL_(tmp, expr)                                   \
  do {                                                                     \
    auto&& tmp = (expr);                                                   \
    if (!tmp.has_value()) return std::forward<decltype(tmp)>(tmp).error(); \
  } while (false)

/// `ASSIGN_OR_RETURN(auto x, f());` binds the value of a Result or returns its error.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL_(CLICKLAKE_CONCAT(assign_or_return_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL_(tmp, lhs, expr)         \
  auto tmp = (expr);                                   \
  if (!tmp.has_value()) return std::move(tmp).error(); \
  lhs = std::move(tmp).value()
