#include "format/line_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "format/json_array_splitter.h"
#include "format/newline_count.h"
#include "format/text_buffer.h"
#include "format/text_source.h"

namespace clicklake {
namespace {

constexpr std::size_t kLookAhead =
    64U << 10;  ///< within it the first record must begin for an array to be seen
constexpr std::size_t kMaxOverlongPerBlock = 16;  ///< bounds what their heads hold
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

enum class Shape { kLines, kArray, kUnknown };

/// What a source that begins with `text` is; `whole`: nothing follows. `*open` becomes the position
/// behind an array's `[`.
Shape shape_of(std::string_view text, bool whole, std::size_t* open) {
  const Shape undecided = whole ? Shape::kLines : Shape::kUnknown;
  std::size_t at = 0;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at == text.size()) return undecided;
  if (text[at] != '[') return Shape::kLines;
  *open = ++at;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at == text.size()) return undecided;
  if (text[at] == '{') return Shape::kArray;
  if (text[at] != ']') return Shape::kLines;
  ++at;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at < text.size()) return Shape::kLines;
  return whole ? Shape::kArray : Shape::kUnknown;
}

class BlockReader final : public LineReader {
 public:
  BlockReader(std::unique_ptr<TextSource> source, const LineReaderOptions& options)
      : source_(std::move(source)),
        options_(options),
        splitter_(options.max_line_bytes, options.kept_of_overlong) {
    options_.block_bytes = std::max<std::size_t>(options_.block_bytes, 1);
  }

  Result<bool> next(LineBlock* block) override {
    block->data = nullptr;
    block->size = 0;
    block->element_offsets.clear();
    block->element_lines.clear();
    block->overlong.clear();
    if (mode_ == Mode::kStart) RETURN_IF_ERROR(start());
    while (mode_ != Mode::kEnd) {
      bool given = false;
      switch (mode_) {
        case Mode::kArray: given = take_elements(block); break;
        case Mode::kBehindArray: skip_rest_of_array_line(); break;
        case Mode::kOverlong:
          skip_overlong(block);
          given = block->overlong.size() >= kMaxOverlongPerBlock;
          break;
        default: given = take_lines(block); break;
      }
      if (given) return true;
      if (!wants_text_) continue;
      wants_text_ = false;
      if (!ended_ && !failure_) {
        fill();
        continue;
      }
      if (failure_) {
        if (give_before_failure(block)) return true;
        return *failure_;
      }
      if (take_rest(block)) return true;
    }
    return false;
  }

  SourceEnd end() const override {
    SourceEnd end;
    end.detail = source_->torn();
    end.torn = !end.detail.empty();
    end.grew = source_->stored().grew();
    if (end.grew && end.detail.empty()) {
      end.detail = source_->stored().name() + " grew while it was read: the first " +
                   std::to_string(source_->stored().bytes_read()) +
                   " bytes were taken, the rest will be when it is given again";
    }
    return end;
  }

  std::uint64_t bytes_read() const override { return source_->stored().bytes_read(); }
  std::string content_hash() const override { return source_->stored().content_hash(); }

 private:
  enum class Mode { kStart, kLines, kOverlong, kArray, kBehindArray, kEnd };

  char* text() { return buffer_.data() + begin_; }
  std::size_t text_size() const { return buffer_.size() - begin_; }

  void consume(std::size_t bytes, std::uint64_t lines) {
    begin_ += bytes;
    offset_ += bytes;
    line_ += lines;
  }

  /// Moves what is left to the front and reads a block behind it.
  void fill() {
    const std::size_t left = text_size();
    if (begin_ > 0) {
      if (left > 0) std::memmove(buffer_.data(), text(), left);
      buffer_.set_size(left);
      begin_ = 0;
    }
    const std::size_t block = options_.block_bytes;
    const std::size_t wanted = left < block / 2 ? block - left : block;
    buffer_.reserve_more(wanted + 1);  // and a '\n' behind a last line without one
    Result<std::size_t> got = source_->read(buffer_.data() + left, wanted);
    if (!got) {
      failure_ = std::move(got).error();
      return;
    }
    buffer_.set_size(left + *got);
    ended_ = *got == 0;
  }

  /// Skips a byte order mark and looks whether the text is an array.
  Status start() {
    std::size_t open = 0;
    bool checked_mark = false;
    for (;;) {
      fill();
      const bool whole = ended_ || failure_.has_value();
      if (!checked_mark && (whole || text_size() >= kByteOrderMark.size())) {
        checked_mark = true;
        if (std::string_view(text(), text_size()).starts_with(kByteOrderMark)) {
          consume(kByteOrderMark.size(), 0);
        }
      }
      if (!checked_mark) continue;
      const std::string_view seen(text(), text_size());
      const Shape shape = shape_of(seen, whole, &open);
      if (shape == Shape::kArray) {
        consume(open, count_newlines(text(), open));
        splitter_.start(offset_, line_);
        mode_ = Mode::kArray;
        return {};
      }
      if (shape == Shape::kLines || whole || seen.size() > kLookAhead) {
        mode_ = Mode::kLines;
        return {};
      }
    }
  }

  /// Bytes of the line that ends before `end`, a carriage return there not counted.
  static std::size_t line_length(const char* begin, const char* end) {
    return static_cast<std::size_t>(end - begin) - (end > begin && end[-1] == '\r' ? 1 : 0);
  }

  /// How many of the whole lines in [begin, end) come before the first overlong one, in bytes.
  std::size_t bytes_before_overlong(const char* begin, const char* end) const {
    if (static_cast<std::size_t>(end - begin) <= options_.max_line_bytes) {
      return static_cast<std::size_t>(end - begin);
    }
    const char* line = begin;
    while (line < end) {
      const char* stop =
          static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
      if (line_length(line, stop) > options_.max_line_bytes) break;
      line = stop + 1;
    }
    return static_cast<std::size_t>(line - begin);
  }

  void give(LineBlock* block, std::size_t size) {
    block->data = text();
    block->size = size;
    block->offset = offset_;
    block->first_line = line_;
    consume(size, count_newlines(text(), size));
  }

  bool take_lines(LineBlock* block) {
    const std::size_t size = text_size();
    const char* last = nullptr;
    if (size > searched_) {
      last = static_cast<const char*>(::memrchr(text() + searched_, '\n', size - searched_));
    }
    if (last == nullptr) {
      searched_ = size;
      if (size > options_.max_line_bytes + 1) {  // one more might be a carriage return
        begin_overlong();
      } else {
        wants_text_ = true;
      }
      return false;
    }
    const std::size_t good = bytes_before_overlong(text(), last + 1);
    if (good == 0) {
      begin_overlong();
      return false;
    }
    searched_ = text() + good == last + 1 ? size - good : 0;
    give(block, good);
    return true;
  }

  void begin_overlong() {
    mode_ = Mode::kOverlong;
    overlong_ = OverlongLine{offset_, line_, 0, {}};
    overlong_last_ = '\0';
    skip_overlong_bytes_ = 0;
  }

  void take_overlong_bytes(std::size_t count) {
    const std::size_t kept = overlong_.head.size();
    if (kept < options_.kept_of_overlong) {
      overlong_.head.append(text(), std::min(count, options_.kept_of_overlong - kept));
    }
    if (count > 0) overlong_last_ = text()[count - 1];
    skip_overlong_bytes_ += count;
    consume(count, 0);
  }

  void end_overlong(LineBlock* block) {
    overlong_.length = skip_overlong_bytes_ - (overlong_last_ == '\r' ? 1 : 0);
    if (overlong_.head.size() > overlong_.length) overlong_.head.resize(overlong_.length);
    block->overlong.push_back(std::move(overlong_));
    searched_ = 0;
    mode_ = Mode::kLines;
  }

  void skip_overlong(LineBlock* block) {
    const std::size_t size = text_size();
    const char* stop =
        size == 0 ? nullptr : static_cast<const char*>(std::memchr(text(), '\n', size));
    take_overlong_bytes(stop == nullptr ? size : static_cast<std::size_t>(stop - text()));
    if (stop == nullptr) {
      wants_text_ = true;
      return;
    }
    end_overlong(block);
    consume(1, 1);
  }

  bool take_elements(LineBlock* block) {
    if (gave_elements_) splitter_.clear();
    gave_elements_ = false;
    consume(splitter_.feed({text(), text_size()}, options_.block_bytes), 0);
    line_ = splitter_.line();
    if (splitter_.closed()) {
      mode_ = Mode::kBehindArray;
    } else if (text_size() == 0) {
      wants_text_ = true;
      return false;
    }
    return give_elements(block);
  }

  /// Requires that the splitter is between elements. What it gathered stays where it is until the
  /// next call.
  bool give_elements(LineBlock* block) {
    block->overlong.swap(splitter_.overlong());
    block->element_offsets.swap(splitter_.element_offsets());
    block->element_lines.swap(splitter_.element_lines());
    gave_elements_ = true;
    if (block->element_offsets.empty()) return !block->overlong.empty();
    block->data = splitter_.lines().data();
    block->size = splitter_.lines().size();
    block->offset = block->element_offsets.front();
    block->first_line = block->element_lines.front();
    return true;
  }

  void skip_rest_of_array_line() {
    const char* at = text();
    const char* end = at + text_size();
    while (at < end && *at != '\n' && is_blank(*at)) ++at;
    if (at == end) {
      consume(text_size(), 0);
      wants_text_ = true;
      return;
    }
    const bool line_ends = *at == '\n';
    consume(static_cast<std::size_t>(at - text()) + (line_ends ? 1 : 0), line_ends ? 1 : 0);
    searched_ = 0;
    mode_ = Mode::kLines;
  }

  bool is_cut() const { return !source_->torn().empty() || source_->stored().grew(); }

  /// At the end of the text: the last line without '\n', unless it is cut. False where nothing is
  /// left.
  bool take_rest(LineBlock* block) {
    const Mode mode = std::exchange(mode_, Mode::kEnd);
    if (mode == Mode::kArray) {
      if (is_cut()) {
        splitter_.drop_cut_element();
      } else {
        splitter_.finish();
      }
      return give_elements(block);
    }
    if (!is_cut()) {
      if (mode == Mode::kOverlong) {
        end_overlong(block);
      } else if (mode == Mode::kLines && text_size() > 0) {
        if (line_length(text(), text() + text_size()) > options_.max_line_bytes) {
          begin_overlong();
          take_overlong_bytes(text_size());
          end_overlong(block);
        } else {
          buffer_.push_back('\n');
          give(block, text_size());
        }
      }
      mode_ = Mode::kEnd;
    }
    return block->size > 0 || !block->overlong.empty();
  }

  /// Before an error is told: the whole lines that wait. False where there are none.
  bool give_before_failure(LineBlock* block) {
    if (mode_ == Mode::kArray) {
      splitter_.drop_cut_element();
      if (give_elements(block)) return true;
    }
    return !block->overlong.empty();
  }

  std::unique_ptr<TextSource> source_;
  LineReaderOptions options_;
  JsonArraySplitter splitter_;
  TextBuffer buffer_;
  std::size_t begin_ = 0;     ///< of the text not yet given
  std::size_t searched_ = 0;  ///< bytes from begin_ on that hold no '\n'
  std::uint64_t offset_ = 0;  ///< of begin_ in the text
  std::uint64_t line_ = 1;    ///< of begin_
  Mode mode_ = Mode::kStart;
  bool wants_text_ = false;
  bool ended_ = false;
  bool gave_elements_ = false;
  std::optional<Error> failure_;
  OverlongLine overlong_{};
  std::uint64_t skip_overlong_bytes_ = 0;
  char overlong_last_ = '\0';
};

}  // namespace

Compression compression_of(const std::filesystem::path& path) {
  const std::string suffix = path.extension().string();
  if (suffix == ".gz") return Compression::kGzip;
  if (suffix == ".zst") return Compression::kZstd;
  return Compression::kNone;
}

Result<std::unique_ptr<LineReader>> LineReader::open(const std::filesystem::path& path,
                                                     const LineReaderOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<TextSource> source, open_text(path, options.hash));
  return std::unique_ptr<LineReader>(std::make_unique<BlockReader>(std::move(source), options));
}

}  // namespace clicklake
