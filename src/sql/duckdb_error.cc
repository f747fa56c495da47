#include "sql/duckdb_error.h"

#include <string>
#include <utility>

namespace clicklake {

namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool tells_of_broken_file(std::string_view text) {
  return contains(text, "No magic bytes found") ||
         contains(text, "too small to be a Parquet file") || contains(text, "TProtocolException") ||
         contains(text, "Corrupt") || contains(text, "corrupt");
}

std::pair<ErrorCode, std::string_view> classify(std::string_view text) {
  const std::string_view kind = text.substr(0, text.find(':'));
  if (kind == "INTERRUPT Error") return {ErrorCode::kCancelled, ""};
  if (kind == "Out of Memory Error") {
    if (contains(text, "temp_directory_size") || contains(text, "No space left")) {
      return {ErrorCode::kNoSpace,
              "free some space below temp_dir, or name another one in clicklake.toml"};
    }
    return {ErrorCode::kNoSpace, "raise memory_limit in clicklake.toml, or lower threads"};
  }
  if (kind == "IO Error" || kind == "Permission Error") {
    if (contains(text, "No space left") || contains(text, "Disk quota exceeded")) {
      return {ErrorCode::kNoSpace, "free some space and run it again: the lake is unchanged"};
    }
    if (contains(text, "No such file") || contains(text, "No files found"))
      return {ErrorCode::kNotFound, ""};
    return {ErrorCode::kIo, ""};
  }
  if (kind == "Invalid Input Error") {
    // What the scan of an external table's text files says.
    if (contains(text, "HIVE_CURSOR_ERROR: ") || contains(text, "HIVE_INVALID_PARTITION_VALUE: ")) {
      return {ErrorCode::kInvalidData, ""};
    }
    if (contains(text, "HIVE_CANNOT_OPEN_SPLIT: ")) return {ErrorCode::kIo, ""};
  }
  if (kind == "HTTP Error" || kind == "Connection Error" || kind == "Network Error") {
    return {ErrorCode::kUnavailable, ""};
  }
  if (kind == "Not implemented Error" || kind == "Missing Extension Error" ||
      kind == "Extension Autoloading Error") {
    return {ErrorCode::kUnsupported, ""};
  }
  if (kind == "INTERNAL Error" || kind == "FATAL Error" || kind == "Serialization Error" ||
      tells_of_broken_file(text)) {
    return {ErrorCode::kCorruption, ""};
  }
  return {ErrorCode::kInvalidArgument, ""};
}

}  // namespace

Error duckdb_error(const char* message) {
  std::string_view text = message != nullptr ? std::string_view(message) : std::string_view();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (text.empty()) return Error{ErrorCode::kCorruption, "DuckDB failed without a reason"};
  const auto [code, hint] = classify(text);
  std::string out(text);
  if (!hint.empty()) {
    out += "\nWay out: ";
    out += hint;
  }
  return Error{code, std::move(out)};
}

}  // namespace clicklake
