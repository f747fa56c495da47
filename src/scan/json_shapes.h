#pragma once
/// The shapes of the lines read so far, with what each of their values is for the columns wanted.
///
/// Place: under JsonRows. One program writes most of a file's lines, so the text between two values
/// is, byte for byte, what stood there in an earlier line. A line that follows a known shape is
/// compared instead of parsed, and values that nobody asked for are not even looked at.
/// Invariant: only shapes of lines that were read as trees, strictly, without a fault are kept, so
/// a line that follows one is JSON if its values are. Memory: bounded by kMaxSteps and kMaxKeys.
/// Thread safety: thread-compatible. Source: ADR-0009, ADR-0012.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "model/hive_type.h"
#include "scan/column_vector.h"
#include "scan/json_cells.h"
#include "scan/json_tree.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace clicklake {

class JsonShapes {
 public:
  static constexpr std::size_t kGlueBytes = 32;
  static constexpr std::size_t kMaxSteps = 8192;
  static constexpr std::size_t kMaxSiblings = 8;     ///< a line is compared with in one place
  static constexpr std::size_t kMaxSlots = 250;      ///< values that are looked at, of one line
  static constexpr std::size_t kMaxKeys = 1U << 16;  ///< of maps, in all plans
  static constexpr std::uint8_t kNoSlot = 0xFF;

  enum class Next : std::uint8_t {
    kText,   ///< the glue ends with the opening quote of a string, whose closing one the next glue
             ///< begins with
    kOther,  ///< any other value follows
    kGlue,   ///< more glue
    kEnd,    ///< the glue ends with the line's '\n'
  };

  /// A piece of a line's glue and what follows it. Steps make a tree.
  struct alignas(64) Step {
    char glue[kGlueBytes] = {};
    std::uint32_t mask = 0;     ///< a bit for each byte of the glue
    std::uint32_t plan = 0;     ///< kEnd only
    std::uint16_t child = 0;    ///< first step that was seen behind this one; 0: none
    std::uint16_t sibling = 0;  ///< another one that was seen in this one's place
    std::uint8_t size = 0;
    std::uint8_t marks = 0;  ///< quotes and line ends in the glue
    Next next = Next::kEnd;
    std::uint8_t slot = kNoSlot;  ///< where the value is kept
    bool straight = false;        ///< the child is the step behind this one in memory
    bool common = false;          ///< straight, and a text follows that nobody wants
  };

  /// What to do with the values of a whole line, column by column.
  struct Op {
    enum class Kind : std::uint8_t {
      kNull,    ///< `vector` has none
      kText,    ///< a string as it is, for a column of type string
      kTime,    ///< a timestamp in quotes
      kCell,    ///< a scalar; without a vector only checked
      kScalar,  ///< only checked: neither array nor object
      kTree,    ///< an array, an object or null; without a vector only checked
      kMap,     ///< the `count` values of a map with texts for keys
    };
    Kind kind = Kind::kNull;
    bool text = false;  ///< kCell: the value stood in quotes
    std::uint8_t slot = kNoSlot;
    const HiveType* type = nullptr;
    ColumnVector* vector = nullptr;
    std::uint32_t first = 0;  ///< kMap: of its entries
    std::uint32_t count = 0;
  };
  struct Entry {
    std::uint8_t slot;
    bool text;
  };
  struct Plan {
    std::vector<Op> ops;
    std::vector<Entry> entries;      ///< of the plan's maps
    std::vector<TextCell> keys;      ///< of the same; long ones point into `key_bytes`
    std::vector<std::string> names;  ///< what they point to
    bool short_keys = true;          ///< none is long
  };

  JsonShapes() : steps_(1) {}

  /// Keeps the shape of the line [begin, end), '\n' at `end`, that was read as `tree` and became a
  /// row. `columns` and `vectors` as in JsonCells::write_row.
  void learn(const char* begin, const char* end, const JsonTree& tree, const HiveType& columns,
             const std::vector<ColumnVector*>& vectors, JsonCells& cells);
  void clear();

  const Step* first() const { return steps_.data() + steps_[0].child; }
  const Step* at(std::uint16_t index) const { return steps_.data() + index; }
  bool empty() const { return steps_.size() == 1; }
  const Plan& plan(const Step& end) const { return plans_[end.plan]; }

  /// Whether the glue of `step` stands at `p`, of which kGlueBytes are readable.
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

  /// Whether, the glue of `step` standing at `p`, another step with more of it may be the right
  /// one:
  /// `"a":` is followed by a value, but so is the beginning of `"a":"` and `"a":{"b":`.
  static bool may_be_sibling(const Step& step, const char* p) {
    return step.next == Next::kOther && step.sibling != 0 &&
           (p[step.size] == '"' || p[step.size] == '{');
  }

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

  /// One line on its way into the tree of steps.
  struct Draft {
    const JsonTree& tree;
    JsonCells& cells;
    const char* from;  ///< where the glue begins that is not yet a step
    std::vector<Step> path;
    Plan plan;
    std::size_t slots = 0;
  };
  bool add_glue(Draft& draft, const char* to, Next next) const;
  bool add_value(Draft& draft, const JsonNode& node, bool kept, std::uint8_t* slot) const;
  bool add_fields(Draft& draft, const JsonNode& object, const HiveType& type,
                  const std::vector<ColumnVector*>* vectors, ColumnVector* out, int depth) const;
  bool add_field(Draft& draft, const JsonNode& node, const HiveType& type, ColumnVector* out,
                 int depth) const;
  bool add_map(Draft& draft, const JsonNode& node, const HiveType& type, ColumnVector* out) const;
  bool add_unknown(Draft& draft, const JsonNode& node, int depth) const;
  /// 0: too many others in this place.
  std::uint16_t find_or_add(std::uint16_t parent, const Step& step);

  std::vector<Step> steps_;  ///< 0: before a line's first glue
  std::vector<Plan> plans_;
  std::size_t keys_ = 0;
  int credit_ = kCredit;
  std::uint32_t rest_ = 0;
};

}  // namespace clicklake
