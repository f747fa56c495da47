#pragma once
/// The types of values met in one place of sampled text, and the lattice that joins them.
///
/// Place: samples of JSON and CSV files fill it; the crawler makes columns of it and merges them
/// with what the catalog has.
/// Invariant: joining is commutative and associative: the order of files changes origins, never
/// types. null < everything; int < bigint < double < string; date < timestamp < string; boolean <
/// string; array < array of the joined elements; anything beside a container is string.
/// Thread safety: values.
/// Source: docs/formats/crawl.md, "Types"; ADR-0014.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/hive_type.h"

namespace clicklake {

enum class ValueForm : std::uint8_t {
  kNull,
  kBoolean,
  kInt,        ///< fits 32 bits
  kBigint,     ///< fits 64 bits
  kDouble,     ///< a fraction, an exponent, or more digits
  kDate,       ///< YYYY-MM-DD
  kTimestamp,  ///< ISO 8601 without an offset other than Z, or with a blank for the T
  kText,
  kObject,
  kArray,
};
inline constexpr std::size_t kValueForms = 10;

/// The form of a JSON number's text.
ValueForm form_of_number(std::string_view number);
/// kDate, kTimestamp or kText.
ValueForm form_of_text(std::string_view text);

class ValueTypes {
 public:
  static constexpr std::uint32_t kNoFile = 0xFFFFFFFF;
  /// Keys of one object beyond these are counted, but not kept.
  static constexpr std::size_t kMaxFields = 1024;

  struct Field;

  ValueTypes();
  ~ValueTypes();
  ValueTypes(ValueTypes&&) noexcept;
  ValueTypes& operator=(ValueTypes&&) noexcept;

  void add(ValueForm form) { ++counts_[static_cast<std::size_t>(form)]; }
  /// The values under `key` of an object; null beyond kMaxFields.
  ValueTypes* field(std::string_view key);
  ValueTypes* element();
  /// Of arrays; null where none had one.
  const ValueTypes* elements() const { return element_.get(); }

  /// Adds all of `other`, which was met in file `file`.
  void merge(const ValueTypes& other, std::uint32_t file);

  std::int64_t count(ValueForm form) const { return counts_[static_cast<std::size_t>(form)]; }
  /// The file in which that form was met first; kNoFile without one.
  std::uint32_t first_file(ValueForm form) const { return first_[static_cast<std::size_t>(form)]; }
  /// The file in which anything was met first.
  std::uint32_t first_file() const;
  /// By first meeting.
  const std::vector<Field>& fields() const { return fields_; }
  const Field* find(std::string_view lower_case_name) const;
  bool has_values() const;
  /// Keys that found no room.
  std::int64_t crowded_out() const { return crowded_out_; }

 private:
  std::array<std::int64_t, kValueForms> counts_{};
  std::array<std::uint32_t, kValueForms> first_;
  std::vector<Field> fields_;
  std::unique_ptr<ValueTypes> element_;
  std::size_t hint_ = 0;  ///< fields come in much the same order
  std::int64_t crowded_out_ = 0;
};

struct ValueTypes::Field {
  std::string name;     ///< lower case
  std::string spelled;  ///< as met first
  std::string other;    ///< another spelling of the same name; "" without one
  ValueTypes types;
};

/// The type that reads all values; string where there are only nulls. Objects are structs, or maps
/// where their keys vary: more than 20 of them that are mostly absent, keys that hardly repeat, or
/// such as no struct can name. `like` (may be null): what the catalog has; where it has a struct or
/// a map, so does the result.
HiveType type_of(const ValueTypes& types, const HiveType* like);

/// The first file with a value that `have` does not read as it is, by the forms met; else the first
/// file at all.
std::uint32_t first_misfit(const ValueTypes& types, const HiveType& have);

struct Widened {
  HiveType type;
  bool adds_fields = false;   ///< a struct got fields
  bool changes_type = false;  ///< a type moved up the lattice
};

/// The lowest type at or above `have` that also reads `found`. Nothing where the lattice has none:
/// a container beside something else.
std::optional<Widened> widen(const HiveType& have, const HiveType& found);

}  // namespace clicklake
