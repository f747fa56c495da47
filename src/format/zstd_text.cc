#include <zstd.h>

#include <optional>
#include <utility>

#include "format/text_source.h"

namespace clicklake {
namespace {

constexpr std::size_t kInputBytes = 128U << 10;

struct ContextDeleter {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdText final : public TextSource {
 public:
  explicit ZstdText(std::unique_ptr<StoredBytes> stored)
      : TextSource(std::move(stored)),
        input_bytes_(std::make_unique<char[]>(kInputBytes)),
        context_(ZSTD_createDCtx()) {}

  bool ready() const { return context_ != nullptr; }

  Result<std::size_t> read(char* out, std::size_t size) override {
    ZSTD_outBuffer output{out, size, 0};
    while (output.pos < size && !done_) {
      if (failure_) {
        if (output.pos > 0) break;
        return *failure_;
      }
      if (input_.pos == input_.size && !input_ended_) {
        ASSIGN_OR_RETURN(const std::size_t got, stored_->read(input_bytes_.get(), kInputBytes));
        input_ = {input_bytes_.get(), got, 0};
        input_ended_ = got < kInputBytes;
      }
      const bool no_input = input_.pos == input_.size;
      if (no_input && frame_ended_) {
        done_ = input_ended_;
        continue;
      }
      const std::size_t before = output.pos;
      const std::size_t outcome = ZSTD_decompressStream(context_.get(), &output, &input_);
      if (ZSTD_isError(outcome) != 0) {
        failure_ =
            damaged(std::string("zstd: ") + ZSTD_getErrorName(outcome), input_.size - input_.pos);
        continue;
      }
      frame_ended_ = outcome == 0;
      if (no_input && !frame_ended_ && output.pos == before) {
        done_ = true;
        cut_ = true;
      }
    }
    return output.pos;
  }

  std::string torn() const override {
    return cut_ ? cut_inside("zstd stream") : TextSource::torn();
  }

 private:
  std::unique_ptr<char[]> input_bytes_;
  std::unique_ptr<ZSTD_DCtx, ContextDeleter> context_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  std::optional<Error> failure_;
  bool input_ended_ = false;
  bool frame_ended_ = true;
  bool done_ = false;
  bool cut_ = false;
};

}  // namespace

Result<std::unique_ptr<TextSource>> make_zstd_text(std::unique_ptr<StoredBytes> stored) {
  auto text = std::make_unique<ZstdText>(std::move(stored));
  if (!text->ready()) {
    return Error{ErrorCode::kIo, "cannot start to decompress " + text->stored().name() +
                                     ": no memory for the zstd context"};
  }
  return std::unique_ptr<TextSource>(std::move(text));
}

}  // namespace clicklake
