#include "format/text_source.h"

#include <string_view>
#include <utility>

namespace clicklake {
namespace {

class PlainText final : public TextSource {
 public:
  explicit PlainText(std::unique_ptr<StoredBytes> stored) : TextSource(std::move(stored)) {}
  Result<std::size_t> read(char* out, std::size_t size) override {
    return stored_->read(out, size);
  }
};

bool starts_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

bool starts_zstd(std::string_view bytes) {
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) return true;
  return bytes.size() == 4 && (static_cast<unsigned char>(bytes[0]) & 0xF0U) == 0x50 &&
         bytes.substr(1) == "\x2a\x4d\x18";  // a skippable frame
}

/// Whether `bytes`, shorter than a magic number, may be the rest of a cut one.
bool may_be_cut_magic(std::string_view bytes, Compression compression) {
  const std::string_view magic = compression == Compression::kGzip
                                     ? std::string_view("\x1f\x8b")
                                     : std::string_view("\x28\xb5\x2f\xfd");
  return bytes.size() < magic.size() && magic.starts_with(bytes);
}

bool starts_text(std::string_view bytes) {
  return bytes.empty() || bytes.starts_with("\xEF\xBB\xBF") ||
         std::string_view("{[ \t\r\n").find(bytes[0]) != std::string_view::npos;
}

}  // namespace

std::string TextSource::torn() const {
  if (!stored_->shrank()) return "";
  return stored_->name() + " became shorter while it was read, at byte " +
         std::to_string(stored_->bytes_read());
}

Error TextSource::damaged(const std::string& what, std::size_t unread) const {
  return Error{ErrorCode::kInvalidData, stored_->name() + " is damaged near byte " +
                                            std::to_string(stored_->bytes_read() - unread) + ": " +
                                            what + "; fetch it again and run again"};
}

std::string TextSource::cut_inside(const std::string& what) const {
  return stored_->name() + " ends inside a " + what + ", at byte " +
         std::to_string(stored_->bytes_read()) +
         ": what came whole was taken, the rest when the complete file is given";
}

Result<std::unique_ptr<TextSource>> open_text(const std::filesystem::path& path, bool hash) {
  ASSIGN_OR_RETURN(std::unique_ptr<StoredBytes> stored, StoredBytes::open(path, hash));
  const std::string_view first = stored->first_bytes();
  const Compression named = compression_of(path);
  if (starts_gzip(first)) return make_gzip_text(std::move(stored));
  if (starts_zstd(first)) return make_zstd_text(std::move(stored));
  if (named != Compression::kNone && !first.empty()) {
    if (may_be_cut_magic(first, named)) {
      return named == Compression::kGzip ? make_gzip_text(std::move(stored))
                                         : make_zstd_text(std::move(stored));
    }
    if (!starts_text(first)) {
      return Error{ErrorCode::kInvalidData,
                   path.string() + " is named as compressed, but begins neither as " +
                       (named == Compression::kGzip ? "gzip" : "zstd") +
                       " nor as text: it is damaged at byte 0, fetch it again"};
    }
  }
  return std::unique_ptr<TextSource>(std::make_unique<PlainText>(std::move(stored)));
}

}  // namespace clicklake
