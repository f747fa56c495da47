#pragma once
/// A JSON tree becomes cells: which member goes to which column, what a value is for a type.
///
/// Place: between JsonTree and the vectors; the shapes fall back on it for nested values.
/// Invariant: the answer for a line does not depend on which columns have a vector.
/// Thread safety: thread-compatible.
/// Source: docs/formats/serdes.md.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/hive_type.h"
#include "scan/cell_reader.h"
#include "scan/column_vector.h"
#include "scan/json_tree.h"
#include "scan/text_format.h"

namespace clicklake {

class JsonCells {
 public:
  explicit JsonCells(const TextFormat& format);

  /// Writes the line whose value is `root` into `row`: `columns` is a struct type with a field a
  /// column, `vectors` has one entry a field, null where nobody asked for it. False: see fault();
  /// what was written of the row is to be written over.
  bool write_row(const JsonTree& tree, const HiveType& columns,
                 const std::vector<ColumnVector*>& vectors, std::size_t row);

  /// Writes one value; `out` may be null, then it only checks.
  bool write(const JsonTree& tree, const JsonNode& node, const HiveType& type, ColumnVector* out,
             std::size_t row);

  /// The field of `type` that reads the member `key`; -1: none. Dotted keys are not looked at.
  int field_of(const HiveType& type, std::string_view key);
  /// Whether a key with dots may be read as one with underscores.
  bool reads_dots() const { return dots_; }
  bool ignores_case() const { return ignore_case_; }
  /// Reads a map's key; `text` as decoded.
  CellOutcome read_key(const HiveType& type, std::string_view text, ColumnVector* out,
                       std::size_t row);
  CellReader& cells() { return cells_; }
  const std::string& fault() const { return fault_; }

 private:
  struct Fields {
    std::unordered_map<std::string, int> by_key;
    /// The ends of `_colN`, by which Hive's reader knows columns too.
  };
  const Fields& fields_of(const HiveType& type);
  bool write_struct(const JsonTree& tree, const JsonNode& node, const HiveType& type,
                    const std::vector<ColumnVector*>* vectors, ColumnVector* out, std::size_t row);
  bool write_map(const JsonTree& tree, const JsonNode& node, const HiveType& type,
                 ColumnVector* out, std::size_t row);
  bool write_array(const JsonTree& tree, const JsonNode& node, const HiveType& type,
                   ColumnVector* out, std::size_t row);
  bool find_members(const JsonTree& tree, const JsonNode& node, const HiveType& type, bool top,
                    std::size_t base);
  /// The value of a map's key as bytes, to compare; empty where it is NULL.
  bool key_bytes(const HiveType& type, std::string_view text, std::string* bytes);
  bool refuse(const JsonNode& node, const HiveType& type);

  CellReader cells_;
  bool openx_;
  bool ignore_case_;
  bool dots_;
  std::vector<std::pair<std::string, std::string>> mappings_;
  std::unordered_map<const HiveType*, Fields> fields_;
  std::vector<std::uint32_t> found_;  ///< nodes by field, a stack
  std::string lower_;
  std::string compact_;
  std::string fault_;
};

}  // namespace clicklake
