#pragma once
/// Taking an object's members by name, strictly: each error names the member's path.
///
/// Place: under the readers of rule documents and of AWS's forms.
/// Invariant: a member that nobody took is an error of finish(), as is a repeated one.
/// Thread safety: thread-compatible.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "base/result.h"

namespace clicklake {

class MemberReader {
 public:
  /// Errors: kInvalidData where `value` is no object. `path`: "rules/a.json: targets[0]".
  static Result<MemberReader> open(const JsonValue& value, std::string path);

  /// The member, null where there is none or it is null.
  const JsonValue* take(std::string_view name);
  bool has(std::string_view name) const { return object_->find(name) != nullptr; }
  /// "<path>.<name>", or "<path>: <name>" at the top.
  std::string path_of(std::string_view name) const;
  Error wrong(std::string_view name, std::string_view what) const;

  // Each leaves `out` as it is where the member is missing. Errors: kInvalidData.
  Status text(std::string_view name, std::string* out);
  Status required_text(std::string_view name, std::string* out);
  Status integer(std::string_view name, std::int64_t low, std::int64_t high, std::int64_t* out);
  Status number(std::string_view name, double low, double high, double* out);
  Status texts(std::string_view name, std::vector<std::string>* out);
  /// Nothing may be left. The error lists what the object takes.
  Status finish() const;

 private:
  MemberReader(const JsonValue& object, std::string path)
      : object_(&object), path_(std::move(path)) {}

  const JsonValue* object_;
  std::string path_;
  std::vector<std::string> taken_;
};

}  // namespace clicklake
