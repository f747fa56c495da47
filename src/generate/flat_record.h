#pragma once
/// A generated line taken apart, so that it can be spelled another way or spoiled.
///
/// Place: dirty_record.cc only; clean lines never come here.
/// Invariant: of(line).text() == line without its line end.
/// Thread safety: a value.

#include <string>
#include <string_view>
#include <vector>

#include "generate/random.h"

namespace clicklake::synthetic {

struct RecordField {
  std::string key;           ///< as between its quotes
  std::string value;         ///< JSON text
  bool is_metadata = false;  ///< the value is FlatRecord::metadata, unless `value` is set
};

struct FlatRecord {
  std::vector<RecordField> fields;
  std::vector<RecordField> metadata;

  /// `line`: as ClickText writes them (no white space between tokens, nothing nested but metadata),
  /// with or without '\n'.
  static FlatRecord of(std::string_view line);

  /// The line, without line end. With `spaces`, white space is strewn where JSON allows it.
  std::string text(Random* spaces = nullptr) const;

  /// Null where there is no such key.
  RecordField* find(std::string_view key);
  /// Sets `key` to the JSON text `value`; a new key comes before metadata.
  void set(std::string_view key, std::string value);
  void erase(std::string_view key);
  /// Sets a metadata key to the JSON text `value`.
  void set_metadata(std::string_view key, std::string value);
};

}  // namespace clicklake::synthetic
