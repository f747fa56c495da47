#pragma once
/// Reads the encoder's files back, for its tests: the footer as a tree of Thrift fields, pages to
/// values.
///
/// Place: tests only; independent of the code under test except for zstd. Ends the test with an
/// exception where a file contradicts itself.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

/// A Thrift value; a struct's fields by their ids.
struct ThriftValue {
  std::int64_t number = 0;  ///< booleans too
  std::string bytes;
  std::vector<ThriftValue> list;
  std::map<int, ThriftValue> fields;

  const ThriftValue& operator[](int field) const { return fields.at(field); }
  bool has(int field) const { return fields.contains(field); }
};

/// Reads a struct at `bytes`, which moves behind it.
ThriftValue read_thrift(std::string_view& bytes);

/// Values and levels of a leaf, all row groups in turn. Numbers are as text; booleans "0" or "1".
struct LeafValues {
  struct Slot {
    int repetition = 0;
    int definition = 0;
    std::optional<std::string> value;
    bool operator==(const Slot&) const = default;
  };
  std::vector<Slot> slots;

  /// One text a row: the value, "~" for a null.
  std::vector<std::string> flat() const;
};

/// Decodes the hybrid: `count` values of `width` bits.
std::vector<std::uint32_t> read_hybrid(std::string_view bytes, int width, std::size_t count);

struct ParquetContent {
  std::string bytes;
  ThriftValue footer;
  std::vector<LeafValues> leaves;
  std::size_t pages = 0;            ///< data pages
  std::vector<std::string> codecs;  ///< of the first row group's chunks: "zstd" or "none"
  std::vector<bool> dictionaries;   ///< of the first row group's chunks

  std::string metadata(std::string_view key) const;
};

ParquetContent read_parquet(const std::filesystem::path& path);

}  // namespace clicklake
