#include "format/json_array_splitter.h"

#include <algorithm>
#include <array>
#include <utility>

namespace clicklake {
namespace {

constexpr std::size_t kMaxTracked = 4096;

enum Class : std::uint8_t { kOrdinary = 0, kBlank, kStructural };

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (const char c : {' ', '\t', '\r', '\n'}) classes[static_cast<unsigned char>(c)] = kBlank;
  for (const char c : {'{', '}', '[', ']', ',', '"'}) {
    classes[static_cast<unsigned char>(c)] = kStructural;
  }
  return classes;
}();

Class class_of(char byte) { return static_cast<Class>(kClasses[static_cast<unsigned char>(byte)]); }

bool ends_plain_string_run(char byte) { return byte == '"' || byte == '\\' || byte == '\n'; }

}  // namespace

void JsonArraySplitter::start(std::uint64_t offset, std::uint64_t line) {
  offset_ = offset;
  line_ = line;
  closed_ = false;
  in_element_ = false;
  clear();
}

void JsonArraySplitter::clear() {
  lines_.clear();
  element_offsets_.clear();
  element_lines_.clear();
  overlong_.clear();
}

void JsonArraySplitter::begin_element() {
  in_element_ = true;
  begin_ = lines_.size();
  element_offset_ = offset_;
  element_line_ = line_;
  too_long_ = false;
  solid_length_ = 0;
  in_string_ = false;
  escaped_ = false;
  after_comma_ = false;
  open_.clear();
  untracked_ = 0;
  skipped_blanks_ = 0;
}

void JsonArraySplitter::end_element(std::size_t length) {
  in_element_ = false;
  if (!too_long_ && length > max_element_bytes_) stop_holding();
  if (too_long_) {
    if (long_head_.size() > length) long_head_.resize(length);
    overlong_.push_back({element_offset_, element_line_, length, std::move(long_head_)});
    long_head_.clear();
    return;
  }
  lines_.set_size(begin_ + length);
  lines_.push_back('\n');
  element_offsets_.push_back(element_offset_);
  element_lines_.push_back(element_line_);
}

void JsonArraySplitter::stop_holding() {
  too_long_ = true;
  long_length_ = lines_.size() - begin_;
  long_head_.assign(lines_.data() + begin_, std::min(kept_, long_length_));
  lines_.set_size(begin_);
}

void JsonArraySplitter::emit_solid(const char* bytes, std::size_t count) {
  if (skipped_blanks_ > 0) {  // they were inside of the element, then, and make it too long
    if (!too_long_) stop_holding();
    long_length_ += std::exchange(skipped_blanks_, 0);
  }
  if (too_long_) {
    if (long_head_.size() == long_length_) {
      long_head_.append(bytes, std::min(count, kept_ - std::min(kept_, long_length_)));
    }
    long_length_ += count;
    solid_length_ = long_length_;
    return;
  }
  lines_.append(bytes, count);
  solid_length_ = lines_.size() - begin_;
  // Behind a comma the element may turn out to have ended before it.
  if ((after_comma_ ? length_at_comma_ : solid_length_) > max_element_bytes_) stop_holding();
}

void JsonArraySplitter::emit_blank(char blank) {
  if (too_long_) {
    if (long_head_.size() == long_length_ && long_length_ < kept_) long_head_.push_back(blank);
    ++long_length_;
  } else if (skipped_blanks_ > 0 || lines_.size() - begin_ - solid_length_ >= max_blanks_held_) {
    ++skipped_blanks_;
  } else {
    lines_.push_back(blank);
  }
}

void JsonArraySplitter::open(char bracket) {
  if (open_.size() < kMaxTracked) {
    open_.push_back(bracket);
  } else {
    ++untracked_;
  }
}

void JsonArraySplitter::close(char closer) {
  if (untracked_ > 0) {
    --untracked_;
    return;
  }
  const char opener = closer == '}' ? '{' : '[';
  const std::size_t at = open_.rfind(opener);
  if (at != std::string::npos) open_.resize(at);
}

/// One structural byte of an element, outside of its strings.
void JsonArraySplitter::step(char byte) {
  switch (byte) {
    case '"': in_string_ = true; break;
    case '{':
      if (after_comma_ && untracked_ == 0) {
        end_element(length_at_comma_);
        begin_element();
      }
      open('{');
      break;
    case '[': open('['); break;
    case '}': close('}'); break;
    case ']':
      if (untracked_ == 0 && open_.find('[') == std::string::npos) {
        end_element(solid_length_);
        closed_ = true;
        return;
      }
      close(']');
      break;
    case ',':
      if (open_.empty()) {
        end_element(solid_length_);
        return;
      }
      after_comma_ = open_.back() == '{';
      length_at_comma_ = solid_length_;
      if (skipped_blanks_ > 0 && !too_long_) {
        ++skipped_blanks_;  // the element may have ended before them: what is held must stay
      } else {
        emit_solid(&byte, 1);
      }
      return;
    default: break;
  }
  after_comma_ = false;
  emit_solid(&byte, 1);
}

std::size_t JsonArraySplitter::feed(std::string_view text, std::size_t block_bytes) {
  std::size_t at = 0;
  const auto advance = [&](std::size_t count) {
    at += count;
    offset_ += count;
  };
  while (at < text.size() && !closed_) {
    const char byte = text[at];
    if (!in_element_) {
      if (lines_.size() >= block_bytes || overlong_.size() >= 16) break;
      if (class_of(byte) == kBlank || byte == ',') {
        line_ += byte == '\n' ? 1 : 0;
        advance(1);
        continue;
      }
      if (byte == ']') {
        closed_ = true;
        advance(1);
        break;
      }
      begin_element();
    }
    if (in_string_) {
      std::size_t run = at;
      if (escaped_ && byte != '\n') {
        escaped_ = false;
        run = at + 1;
      } else {
        while (run < text.size() && !ends_plain_string_run(text[run])) ++run;
      }
      if (run > at) {
        emit_solid(text.data() + at, run - at);
        advance(run - at);
        continue;
      }
      if (byte == '\n') {
        in_string_ = false;
        escaped_ = false;
        ++line_;
        after_comma_ = !open_.empty() && open_.back() == '{';
        length_at_comma_ = solid_length_;
        emit_blank('\r');
      } else {
        escaped_ = byte == '\\';
        in_string_ = escaped_;
        emit_solid(&byte, 1);
      }
      advance(1);
      continue;
    }
    std::size_t run = at;
    while (run < text.size() && class_of(text[run]) == kOrdinary) ++run;
    if (run > at) {
      after_comma_ = false;
      emit_solid(text.data() + at, run - at);
      advance(run - at);
      continue;
    }
    if (class_of(byte) == kBlank) {
      line_ += byte == '\n' ? 1 : 0;
      emit_blank(byte == '\n' || byte == '\r' ? ' ' : byte);
    } else {
      step(byte);
    }
    advance(1);
  }
  return at;
}

void JsonArraySplitter::finish() {
  if (in_element_) end_element(solid_length_);
}

void JsonArraySplitter::drop_cut_element() {
  if (!in_element_) return;
  lines_.set_size(begin_);
  in_element_ = false;
}

}  // namespace clicklake
