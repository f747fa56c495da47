#pragma once
/// Cuts the text of one JSON array into its elements, one line each, in any pieces.
///
/// Place: inside the line reader, for sources that are an array of records.
/// Invariant: what is between two top-level commas is one element, byte for byte, but for line
/// breaks: between tokens they become blanks; inside a string (which JSON forbids) a line feed
/// becomes a carriage return, so that the parser still refuses it. White space around an element,
/// and elements of nothing but white space, are left out.
/// A damaged element does not take the rest with it: a string ends at a line feed, a closer closes
/// what it matches, and a `{` where only a key may stand begins a new element.
/// Thread safety: thread-compatible.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/line_reader.h"
#include "format/text_buffer.h"

namespace clicklake {

class JsonArraySplitter {
 public:
  /// Longer elements than `max_element_bytes` are not held, `kept` bytes of their beginning are.
  JsonArraySplitter(std::size_t max_element_bytes, std::size_t kept)
      : max_element_bytes_(max_element_bytes),
        kept_(kept),
        max_blanks_held_(max_element_bytes > kept ? max_element_bytes : kept) {}

  /// Begins right behind an array's `[`, at byte `offset` (0-based) of the text, on line `line`
  /// (1-based).
  void start(std::uint64_t offset, std::uint64_t line);

  /// Takes `text`, up to the array's end, or to an element's end with at least `block_bytes`
  /// gathered. Returns how many bytes it took.
  /// Cost: O(n), a table look-up a byte.
  std::size_t feed(std::string_view text, std::size_t block_bytes);
  /// At the end of the text: gives the element that it cuts.
  void finish();
  /// At a tear: forgets the element that it cuts.
  void drop_cut_element();

  /// The `]` was taken.
  bool closed() const { return closed_; }
  std::uint64_t offset() const { return offset_; }  ///< of the next byte
  std::uint64_t line() const { return line_; }      ///< of the next byte

  /// Whether feed() stopped between elements, so that what is gathered is whole lines.
  bool between_elements() const { return !in_element_; }
  const TextBuffer& lines() const { return lines_; }
  std::vector<std::uint64_t>& element_offsets() { return element_offsets_; }
  std::vector<std::uint64_t>& element_lines() { return element_lines_; }
  std::vector<OverlongLine>& overlong() { return overlong_; }
  /// Forgets what was gathered. Requires between_elements().
  void clear();

 private:
  void begin_element();
  void end_element(std::size_t length);
  void stop_holding();
  void emit_solid(const char* bytes, std::size_t count);
  void emit_blank(char blank);
  void open(char bracket);
  void close(char closer);
  void step(char byte);

  const std::size_t max_element_bytes_;
  const std::size_t kept_;
  const std::size_t max_blanks_held_;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  bool closed_ = false;

  TextBuffer lines_;
  std::vector<std::uint64_t> element_offsets_;
  std::vector<std::uint64_t> element_lines_;
  std::vector<OverlongLine> overlong_;

  bool in_element_ = false;
  std::size_t begin_ = 0;  ///< of the element in lines_
  std::uint64_t element_offset_ = 0;
  std::uint64_t element_line_ = 0;
  bool too_long_ = false;
  std::string long_head_;
  std::size_t long_length_ = 0;
  std::size_t solid_length_ = 0;  ///< of the element without trailing white space
  std::size_t skipped_blanks_ =
      0;  ///< trailing ones, and commas among them, that are not held, being too many

  bool in_string_ = false;
  bool escaped_ = false;
  bool after_comma_ = false;  ///< inside an object: a comma, or the line feed that ended a string,
                              ///< and nothing but white space since
  std::size_t length_at_comma_ = 0;
  std::string open_;           ///< brackets open inside the element, up to kMaxTracked
  std::size_t untracked_ = 0;  ///< those deeper
};

}  // namespace clicklake
