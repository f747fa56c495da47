#pragma once
/// The shapes of the lines read so far: which bytes stand between one value and the next.
///
/// Place: under RecordParser. One program writes most of a file's lines, so the text between two
/// values (quotes, colons, commas, spaces and the key) is, byte for byte, what stood there in an
/// earlier line. A line that follows a known shape is compared instead of parsed.
/// Invariant: only shapes of lines that were parsed and accepted are kept, so a line that follows
/// one is JSON if its values are. Memory: bounded by kMaxSteps and kMaxKeys, whatever is read.
/// Thread safety: thread-compatible; parsers of one thread share one.
/// Source: ADR-0009.

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/record.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace clicklake {

class LineShapes {
 public:
  static constexpr std::size_t kGlueBytes = 32;   ///< longer text between values is not kept
  static constexpr std::size_t kMaxEntries = 40;  ///< of metadata, in one line
  static constexpr std::size_t kMaxSteps = 4096;
  static constexpr std::size_t kMaxSiblings = 8;  ///< a line is compared with in one place
  static constexpr std::size_t kMaxKeys = 1024;

  enum class Next : std::uint8_t {
    kText,   ///< the glue ends with the opening quote of a string, whose closing one the next glue
             ///< begins with
    kOther,  ///< any other value follows
    kEnd,    ///< the glue ends with the line's '\n'
  };

  /// A step of a line: a piece of glue and what follows it. Steps make a tree.
  struct alignas(64) Step {
    char glue[kGlueBytes] = {};
    std::uint32_t mask = 0;  ///< a bit for each byte of the glue
    std::uint8_t size = 0;
    Next next = Next::kEnd;
    std::uint8_t slot = 0;      ///< of the value: a RawField, or kRawFieldCount and on: an entry
    std::uint8_t depth = 0;     ///< of containers around the value
    std::uint16_t child = 0;    ///< first step that was seen behind this one; 0: none
    std::uint16_t sibling = 0;  ///< another one that was seen in this one's place
    std::uint32_t plan = 0;     ///< kEnd only
    std::uint8_t marks = 0;     ///< quotes and line ends in the glue
    bool straight = false;      ///< the child is the step behind this one in memory
  };

  /// What the values of a whole line are.
  struct Plan {
    struct Entry {
      const MetadataKey* key;
      std::uint8_t slot;
    };
    std::vector<Entry> metadata;  ///< sorted by key, without repeats
  };

  /// A value as the parser met it.
  struct Seen {
    const char* begin;  ///< of a text: behind its opening quote
    const char* end;    ///< of a text: at its closing quote
    bool text;
    bool inner;            ///< an entry of the metadata object
    int field;             ///< of a declared field, else -1
    std::string_view key;  ///< of an entry of metadata, outer or inner
  };

  LineShapes() : steps_(1) {}

  /// Keeps the shape of the accepted line [begin, end), '\n' at `end`, from its values in order.
  /// Some are not kept: declared fields twice, escapes in keys, long glue, no room left.
  void learn(const char* begin, const char* end, std::span<const Seen> values);

  /// The step among `at` and its siblings whose glue stands at `p`; null where there is none. Reads
  /// kGlueBytes from `p`.
  const Step* match(std::uint16_t at, const char* p) const {
    while (at != 0) {
      const Step& step = steps_[at];
      if (is_at(step, p)) return &step;
      at = step.sibling;
    }
    return nullptr;
  }
  std::uint16_t first() const { return steps_[0].child; }
  /// The step that follows `step` where its glue stands at `p`, else as match().
  const Step* match_behind(const Step& step, const char* p) const {
    if (step.straight && is_at(*(&step + 1), p)) [[likely]]
      return &step + 1;
    return match(step.child, p);
  }
  const Plan& plan(const Step& end) const { return plans_[end.plan]; }

  /// Whether the next line should be compared: not for a while where most lines followed no shape.
  bool worth_trying() {
    if (rest_ == 0) return true;
    --rest_;
    return false;
  }
  void hit() { credit_ += credit_ < kCredit ? 1 : 0; }
  void miss() {
    credit_ -= 4;
    if (credit_ >= 0) return;
    credit_ = kCredit / 4;
    rest_ = 1024;
  }

 private:
  static constexpr int kCredit = 128;

  static bool is_at(const Step& step, const char* p) {
#if defined(__SSE2__)
    const auto same = [&](int i) {
      const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
      const __m128i glue = _mm_load_si128(reinterpret_cast<const __m128i*>(step.glue + i));
      return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(text, glue)));
    };
    return ((same(0) | same(16) << 16) & step.mask) == step.mask;
#else
    return std::memcmp(step.glue, p, step.size) == 0;
#endif
  }

  const MetadataKey* key(std::string_view text);
  /// 0: too many others in this place.
  std::uint16_t find_or_add(std::uint16_t parent, const Step& step);

  std::vector<Step> steps_;  ///< 0: before a line's first glue
  std::vector<Plan> plans_;
  struct StoredKey {
    std::string text;  ///< with readable bytes behind it
    MetadataKey key;
  };
  std::unordered_map<std::string, std::unique_ptr<StoredKey>> keys_;
  int credit_ = kCredit;
  std::uint32_t rest_ = 0;
};

}  // namespace clicklake
