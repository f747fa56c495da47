#pragma once
/// Where a command's rows go: standard output, or a file that is there whole or not at all.
///
/// Place: under the result writers. Invariant: bytes go out in order, in pieces of 64 KiB.
/// Thread safety: thread-compatible.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake {

class Output {
 public:
  /// Writes to an open descriptor that stays the caller's. `name` is for messages.
  static Output to_descriptor(int descriptor, std::string name);
  /// Writes to `path` under a temporary name until `finish`; a device or pipe is written to as it
  /// is. Errors: kIo, kNoSpace, kNotFound (the folder).
  static Result<Output> to_file(const std::filesystem::path& path);
  Output(Output&& other) noexcept;
  Output& operator=(Output&& other) noexcept;
  ~Output();  ///< of a file: forgets it when not finished

  /// Appends. Errors: kIo, kNoSpace; kCancelled, the reader of the pipe is gone.
  Status write(std::string_view bytes);
  /// Hands over what is held back.
  Status flush();
  /// Flushes; a file gets its name.
  Status finish();

 private:
  struct Impl;
  explicit Output(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clicklake
