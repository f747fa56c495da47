#include "format/quarantine_writer.h"

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

constexpr std::size_t kFlushBytes = 256U << 10;
constexpr char kHex[] = "0123456789abcdef";
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_escaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (byte >= 0x20 && byte != 0x7F) {
      out->push_back(c);
    } else if (c == '\n') {
      *out += "\\n";
    } else if (c == '\r') {
      *out += "\\r";
    } else if (c == '\t') {
      *out += "\\t";
    } else {
      *out += "\\u00";
      out->push_back(kHex[byte >> 4U]);
      out->push_back(kHex[byte & 15U]);
    }
  }
}

/// RFC 4648, with padding.
void append_base64(std::string_view bytes, std::string* out) {
  const auto byte_at = [&](std::size_t at) -> std::uint32_t {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
  };
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t triple = byte_at(at) << 16U | byte_at(at + 1) << 8U | byte_at(at + 2);
    out->push_back(kBase64[triple >> 18U]);
    out->push_back(kBase64[triple >> 12U & 63U]);
    out->push_back(at + 1 < bytes.size() ? kBase64[triple >> 6U & 63U] : '=');
    out->push_back(at + 2 < bytes.size() ? kBase64[triple & 63U] : '=');
  }
}

/// `"name":"text"`, or `"name_base64":"..."` where `text` is no UTF-8.
void append_text(std::string_view name, std::string_view text, std::string* out) {
  *out += '"';
  *out += name;
  if (find_invalid_utf8(text) == std::string_view::npos) {
    *out += "\":\"";
    append_escaped(text, out);
  } else {
    *out += "_base64\":\"";
    append_base64(text, out);
  }
  *out += '"';
}

void append_number(std::string_view name, std::uint64_t value, std::string* out) {
  *out += '"';
  *out += name;
  *out += "\":";
  *out += std::to_string(value);
}

void append_row(const RejectedRow& row, std::string* out) {
  *out += "{\"reason\":\"";
  *out += to_string(row.reason);
  *out += "\",";
  append_text("file", row.file, out);
  *out += ',';
  append_number("offset", row.offset, out);
  *out += ',';
  append_number("line", row.line, out);
  *out += ',';
  append_number("length", row.length, out);
  *out += ',';
  append_text("field", row.field, out);
  *out += ',';
  append_number("position", row.position, out);
  *out += ',';
  append_text("text", row.text, out);
  *out += "}\n";
}

}  // namespace

struct QuarantineWriter::Impl {
  explicit Impl(std::filesystem::path final_path) : path(std::move(final_path)) {}

  Status flush() {
    if (pending.empty()) return {};
    if (!file) {
      ASSIGN_OR_RETURN(file, DurableFile::create(path));
    }
    Status written = file->append(pending);
    pending.clear();
    return written;
  }

  const std::filesystem::path path;
  mutable std::mutex mutex;
  std::optional<DurableFile> file;
  std::string pending;
  RejectCounts counts{};
  std::uint64_t total = 0;
  std::string first;  ///< for messages
};

QuarantineWriter::QuarantineWriter(std::filesystem::path path)
    : impl_(std::make_unique<Impl>(std::move(path))) {}

QuarantineWriter::~QuarantineWriter() = default;

namespace {

std::string shown(const RejectedRow& row) {
  constexpr std::size_t kShownText = 200;
  const std::string_view text = row.text.substr(0, kShownText);
  std::string shown = std::string(row.file) + ", line " + std::to_string(row.line) + ": " +
                      std::string(to_string(row.reason));
  if (!row.field.empty()) shown += " in " + std::string(row.field);
  shown += ": " + std::string(text) + (text.size() < row.text.size() ? "..." : "");
  return shown;
}

}  // namespace

Status QuarantineWriter::add(const RejectedRow& row) {
  std::string text;
  text.reserve(row.text.size() + row.file.size() + 160);
  append_row(row, &text);
  const std::lock_guard lock(impl_->mutex);
  impl_->pending += text;
  ++impl_->counts[static_cast<std::size_t>(row.reason)];
  if (++impl_->total == 1) impl_->first = shown(row);
  if (impl_->pending.size() < kFlushBytes) return {};
  return impl_->flush();
}

RejectCounts QuarantineWriter::counts() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->counts;
}

std::uint64_t QuarantineWriter::total() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->total;
}

std::string QuarantineWriter::first_row() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->first;
}

Status QuarantineWriter::finish() {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->total == 0) return {};
  RETURN_IF_ERROR(impl_->flush());
  return impl_->file->commit("quarantine.sync", "quarantine.rename");
}

std::string QuarantineWriter::content_hash() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->file ? impl_->file->content_hash() : "";
}

}  // namespace clicklake
