#include "rules/member_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace clicklake {

Result<MemberReader> MemberReader::open(const JsonValue& value, std::string path) {
  if (value.kind != JsonValue::Kind::kObject) {
    return Error{ErrorCode::kInvalidData,
                 path + (path.ends_with(':') ? " " : ": ") + "an object {...} is expected here"};
  }
  return MemberReader(value, std::move(path));
}

std::string MemberReader::path_of(std::string_view name) const {
  return path_ + (path_.ends_with(':') ? " " : ".") + std::string(name);
}

Error MemberReader::wrong(std::string_view name, std::string_view what) const {
  return {ErrorCode::kInvalidData, path_of(name) + ": " + std::string(what)};
}

const JsonValue* MemberReader::take(std::string_view name) {
  taken_.emplace_back(name);
  const JsonValue* value = object_->find(name);
  return value != nullptr && value->kind == JsonValue::Kind::kNull ? nullptr : value;
}

Status MemberReader::text(std::string_view name, std::string* out) {
  const JsonValue* value = take(name);
  if (value == nullptr) return {};
  if (value->kind != JsonValue::Kind::kString) return wrong(name, "a string is expected");
  *out = value->text;
  return {};
}

Status MemberReader::required_text(std::string_view name, std::string* out) {
  RETURN_IF_ERROR(text(name, out));
  if (out->empty()) return wrong(name, "is missing");
  return {};
}

Status MemberReader::integer(std::string_view name, std::int64_t low, std::int64_t high,
                             std::int64_t* out) {
  const JsonValue* value = take(name);
  if (value == nullptr) return {};
  // Command lines and templates spell numbers as texts, too.
  const std::string& digits = value->text;
  std::int64_t read = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), read);
  if (digits.empty() || end.ec != std::errc() || end.ptr != digits.data() + digits.size() ||
      read < low || read > high) {
    return wrong(name, "a whole number from " + std::to_string(low) + " to " +
                           std::to_string(high) + " is expected");
  }
  *out = read;
  return {};
}

Status MemberReader::number(std::string_view name, double low, double high, double* out) {
  const JsonValue* value = take(name);
  if (value == nullptr) return {};
  double read = 0;
  const std::string& digits = value->text;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), read);
  if (value->kind != JsonValue::Kind::kNumber || end.ec != std::errc() || !(read >= low) ||
      !(read <= high)) {
    return wrong(name, "a number from " + std::to_string(low) + " to " + std::to_string(high) +
                           " is expected");
  }
  *out = read;
  return {};
}

Status MemberReader::texts(std::string_view name, std::vector<std::string>* out) {
  const JsonValue* value = take(name);
  if (value == nullptr) return {};
  if (value->kind != JsonValue::Kind::kArray) return wrong(name, "an array of strings is expected");
  for (const JsonValue& element : value->elements) {
    if (element.kind != JsonValue::Kind::kString) {
      return wrong(name, "an array of strings is expected");
    }
    out->push_back(element.text);
  }
  return {};
}

Status MemberReader::finish() const {
  for (std::size_t i = 0; i < object_->names.size(); ++i) {
    const std::string& name = object_->names[i];
    if (std::find(taken_.begin(), taken_.end(), name) == taken_.end()) {
      std::string known;
      for (std::size_t k = 0; k < taken_.size(); ++k) {
        const auto here = taken_.begin() + static_cast<std::ptrdiff_t>(k);
        if (std::find(taken_.begin(), here, *here) == here) {
          known += (known.empty() ? "" : ", ") + *here;
        }
      }
      return wrong(name, "nothing of that name belongs here; there may be " + known);
    }
    if (std::find(object_->names.begin(), object_->names.begin() + static_cast<std::ptrdiff_t>(i),
                  name) != object_->names.begin() + static_cast<std::ptrdiff_t>(i)) {
      return wrong(name, "is there twice");
    }
  }
  return {};
}

}  // namespace clicklake
