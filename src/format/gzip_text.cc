#include <zlib.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "format/text_source.h"

namespace clicklake {
namespace {

constexpr std::size_t kInputBytes = 128U << 10;
constexpr int kGzipWindow = 15 + 16;  ///< the largest window, gzip header and trailer expected

class GzipText final : public TextSource {
 public:
  explicit GzipText(std::unique_ptr<StoredBytes> stored)
      : TextSource(std::move(stored)), input_(std::make_unique<char[]>(kInputBytes)) {}
  ~GzipText() override {
    if (ready_) inflateEnd(&stream_);
  }
  GzipText(const GzipText&) = delete;
  GzipText& operator=(const GzipText&) = delete;

  Status start() {
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) {
      return Error{ErrorCode::kIo, "cannot start to decompress " + stored_->name() +
                                       ": no memory for the gzip window"};
    }
    ready_ = true;
    return {};
  }

  Result<std::size_t> read(char* out, std::size_t size) override {
    std::size_t given = 0;
    while (given < size && !done_) {
      if (failure_) {
        if (given > 0) break;
        return *failure_;
      }
      if (stream_.avail_in == 0 && !input_ended_) {
        ASSIGN_OR_RETURN(const std::size_t got, stored_->read(input_.get(), kInputBytes));
        stream_.next_in = reinterpret_cast<Bytef*>(input_.get());
        stream_.avail_in = static_cast<uInt>(got);
        input_ended_ = got < kInputBytes;
      }
      if (between_members_ && !begin_member()) continue;
      inflate_some(out, size, &given);
    }
    return given;
  }

  std::string torn() const override {
    return cut_ ? cut_inside("gzip stream") : TextSource::torn();
  }

 private:
  /// False where no member follows, or more input is needed to know.
  bool begin_member() {
    while (stream_.avail_in > 0 && *stream_.next_in == 0) {  // tapes and some tools pad with zeros
      ++stream_.next_in;
      --stream_.avail_in;
    }
    if (stream_.avail_in == 0) {
      done_ = input_ended_;
      return false;
    }
    inflateReset(&stream_);
    between_members_ = false;
    return true;
  }

  void inflate_some(char* out, std::size_t size, std::size_t* given) {
    const std::size_t room = std::min<std::size_t>(size - *given, std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(out + *given);
    stream_.avail_out = static_cast<uInt>(room);
    const int outcome = inflate(&stream_, Z_NO_FLUSH);
    *given += room - stream_.avail_out;
    if (outcome == Z_STREAM_END) {
      between_members_ = true;
    } else if (outcome == Z_BUF_ERROR || outcome == Z_OK) {
      const bool wants_input = stream_.avail_in == 0 && stream_.avail_out > 0;
      if (wants_input && input_ended_) {
        done_ = true;
        cut_ = true;
      }
    } else {
      failure_ = damaged(stream_.msg != nullptr ? std::string("gzip: ") + stream_.msg
                                                : std::string("no gzip data"),
                         stream_.avail_in);
    }
  }

  std::unique_ptr<char[]> input_;
  z_stream stream_{};
  std::optional<Error> failure_;
  bool ready_ = false;
  bool input_ended_ = false;
  bool between_members_ = false;
  bool done_ = false;
  bool cut_ = false;
};

}  // namespace

Result<std::unique_ptr<TextSource>> make_gzip_text(std::unique_ptr<StoredBytes> stored) {
  auto text = std::make_unique<GzipText>(std::move(stored));
  RETURN_IF_ERROR(text->start());
  return std::unique_ptr<TextSource>(std::move(text));
}

}  // namespace clicklake
