/// Writes Parquet files of random columns in every form that the encoder takes, each with the rows
/// as NDJSON beside it, for check_readers.py.
///
///   parquet_fixture_writer OUT SEED [CASE...]
///
/// A row is one JSON array: booleans, integers (decimals unscaled, dates in days, timestamps in
/// microseconds), strings, maps as lists of pairs.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <random>
#include <set>

#include "format/parquet_writer.h"

namespace clicklake {
namespace {

using enum ColumnType;

constexpr ColumnDefinition kColumns[] = {
    {"id", 1, kLong, true},
    {"flag", 2, kBoolean, true},
    {"maybe_flag", 3, kBoolean, false},
    {"number", 4, kInt, true},
    {"maybe_number", 5, kInt, false},
    {"key", 6, kLong, true},
    {"maybe_key", 7, kLong, false},
    {"name", 8, kString, true},
    {"maybe_name", 9, kString, false},
    {"price", 10, kDecimal18_4, true},
    {"maybe_price", 11, kDecimal18_4, false},
    {"tags", 12, kMapStringString, true, 13, 14},
    {"maybe_tags", 15, kMapStringString, false, 16, 17},
    {"day", 18, kDate, true},
    {"maybe_day", 19, kDate, false},
    {"at", 20, kTimestampTz, true},
    {"maybe_at", 21, kTimestampTz, false},
    {"twin_key", 22, kLong, true},
    {"twin_name", 23, kString, false},
};
constexpr TableDefinition kTable{"fixture", kColumns, PartitionTransform::kNone, "", "", "at"};

struct Case {
  const char* name;
  std::vector<std::size_t> row_groups;
  std::size_t page_bytes = 1U << 20;
  std::size_t most_distinct = 1000;
  std::size_t longest_string = 30;
  double nulls = 0.2;
  double empty_maps = 0.3;
  double run_length = 1;  ///< mean number of equal neighbours
};

const Case kCases[] = {
    {"one_row", {1}},
    {"no_row", {}},
    {"few_rows", {2, 7, 8, 9, 63, 64, 65}},
    {"plain", {5000}, 1U << 20, 5000},
    {"one_distinct", {3000}, 1U << 20, 1},
    {"all_null", {1000, 700}, 1U << 20, 10, 20, 1.0, 1.0},
    {"no_null", {5000}, 1U << 20, 300, 20, 0.0, 0.0},
    {"pages", {8000, 100}, 4096, 3000, 60},
    {"runs", {12000}, 1U << 20, 40, 12, 0.3, 0.3, 60},
    {"long_strings", {120}, 1U << 16, 80, 100000},
    {"many_distinct", {72000}, 1U << 20, 70000, 24, 0.1, 0.4},
};

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}
bool chance(Random& random, double p) { return std::uniform_real_distribution<>(0, 1)(random) < p; }

std::string random_string(Random& random, std::size_t longest) {
  static const std::vector<std::string> kPieces = {
      "a", "b", "Z",  "0",  "_",    "/",   " ",    "\"",        "\\", "\n", std::string(1, '\0'),
      "é", "ß", "漢", "😀", "\x7f", "xyz", "page", "\U0010FFFF"};
  std::string out;
  const std::size_t length = below(random, longest + 1);
  while (out.size() < length) out += kPieces[below(random, kPieces.size())];
  return out;
}

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

/// A column's memory; `data` borrows from it.
struct OwnedColumn {
  std::vector<std::uint32_t> indices, offsets, keys, values;
  std::vector<std::int64_t> longs;
  std::vector<std::int32_t> ints;
  std::vector<std::uint8_t> bools, valid;
  std::vector<std::string> texts, value_texts;
  std::vector<std::string_view> views, value_views;
  ColumnData data;
  std::vector<std::string> json;  ///< one value a row
};

std::int64_t random_long(Random& random, ColumnType type) {
  switch (type) {
    case kBoolean: return static_cast<std::int64_t>(below(random, 2));
    case kInt:
      return chance(random, 0.1) ? static_cast<std::int32_t>(random())
                                 : static_cast<std::int64_t>(below(random, 1000)) - 500;
    case kDate: return static_cast<std::int64_t>(below(random, 47000));
    case kTimestampTz: return static_cast<std::int64_t>(below(random, 4'000'000'000'000'000));
    case kDecimal18_4:
      return static_cast<std::int64_t>(below(random, 1'999'999'999'999'999'999)) -
             999'999'999'999'999'999;
    default:
      return chance(random, 0.5) ? static_cast<std::int64_t>(random())
                                 : static_cast<std::int64_t>(below(random, 100));
  }
}

std::string json_of(ColumnType type, std::int64_t value) {
  if (type == kBoolean) return value != 0 ? "true" : "false";
  return std::to_string(value);
}

/// Row -> number of a distinct value, all of [0, distinct) used, with runs and nulls.
std::vector<std::uint32_t> random_indices(Random& random, std::size_t rows, std::size_t distinct,
                                          double nulls, double run_length) {
  std::vector<std::uint32_t> out(rows);
  std::uint32_t current = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (i == 0 || chance(random, 1 / run_length)) {
      current =
          chance(random, nulls) ? kNullIndex : static_cast<std::uint32_t>(below(random, distinct));
    }
    out[i] = current;
  }
  std::vector<std::uint32_t> number(distinct, kNullIndex);
  std::uint32_t next = 0;
  for (std::uint32_t& index : out) {
    if (index == kNullIndex) continue;
    if (number[index] == kNullIndex) number[index] = next++;
    index = number[index];
  }
  return out;
}

std::size_t distinct_of(const std::vector<std::uint32_t>& indices) {
  std::size_t distinct = 0;
  for (const std::uint32_t index : indices) {
    if (index != kNullIndex) distinct = std::max<std::size_t>(distinct, index + 1);
  }
  return distinct;
}

std::vector<std::string> distinct_strings(Random& random, std::size_t count, std::size_t longest) {
  std::set<std::string> seen;
  std::vector<std::string> out;
  while (out.size() < count) {
    std::string text = random_string(random, longest);
    if (!seen.insert(text).second) text += "#" + std::to_string(out.size());
    out.push_back(text);
  }
  return out;
}

void fill_map(Random& random, const Case& spec, std::size_t rows, OwnedColumn& out) {
  out.offsets.push_back(0);
  for (std::size_t row = 0; row < rows; ++row) {
    out.offsets.push_back(
        out.offsets.back() +
        static_cast<std::uint32_t>(chance(random, spec.empty_maps) ? 0 : 1 + below(random, 4)));
  }
  const std::size_t entries = out.offsets.back();
  out.keys = random_indices(random, entries, std::max<std::size_t>(4, spec.most_distinct / 300), 0,
                            spec.run_length);
  out.values = random_indices(random, entries, spec.most_distinct,
                              chance(random, 0.3) ? 0 : spec.nulls, spec.run_length);
  // Keys of one map differ.
  std::uint32_t distinct =
      static_cast<std::uint32_t>(std::max<std::size_t>(4, distinct_of(out.keys)));
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::uint32_t e = out.offsets[row] + 1; e < out.offsets[row + 1]; ++e)
      out.keys[e] = (out.keys[e - 1] + 1) % distinct;
  }
  std::vector<std::uint32_t> number(distinct, kNullIndex);
  std::uint32_t next = 0;
  for (std::uint32_t& key : out.keys) {
    if (number[key] == kNullIndex) number[key] = next++;
    key = number[key];
  }
  out.texts = distinct_strings(random, next, 12);
  out.value_texts = distinct_strings(random, distinct_of(out.values), spec.longest_string);
  out.views.assign(out.texts.begin(), out.texts.end());
  out.value_views.assign(out.value_texts.begin(), out.value_texts.end());
  for (std::size_t row = 0; row < rows; ++row) {
    std::string json = "[";
    for (std::uint32_t e = out.offsets[row]; e < out.offsets[row + 1]; ++e) {
      json += json.size() > 1 ? ",[" : "[";
      append_json(json, out.texts[out.keys[e]]);
      json += ',';
      if (out.values[e] == kNullIndex) {
        json += "null";
      } else {
        append_json(json, out.value_texts[out.values[e]]);
      }
      json += ']';
    }
    out.json.push_back(json + "]");
  }
  out.data.map_offsets = out.offsets;
  out.data.key_indices = out.keys;
  out.data.value_indices = out.values;
  out.data.string_dictionary = out.views;
  out.data.value_dictionary = out.value_views;
}

void fill_from_indices(Random& random, const Case& spec, const ColumnDefinition& column,
                       const std::vector<std::uint32_t>& indices, int form, OwnedColumn& out) {
  const std::size_t rows = indices.size();
  const std::size_t distinct = distinct_of(indices);
  std::vector<std::int64_t> numbers;
  std::vector<std::string> texts;
  if (column.type == kString) {
    texts = distinct_strings(random, distinct, spec.longest_string);
  } else {
    std::set<std::int64_t> seen;
    while (numbers.size() < distinct) {
      const std::int64_t number = random_long(random, column.type);
      if (column.type == kBoolean || column.type == kInt || column.type == kDate ||
          seen.insert(number).second || !chance(random, 0.9))
        numbers.push_back(number);
    }
    if (column.name == "at" && chance(random, 0.7)) {  // sorted, a few milliseconds apart
      std::int64_t at = 1'730'419'200'000'000;
      for (std::int64_t& number : numbers)
        number = at += static_cast<std::int64_t>(below(random, 150)) * 1000 +
                       (chance(random, 0.01) ? 20'000'000 : 0);
    }
  }
  for (const std::uint32_t index : indices) {
    if (index == kNullIndex) {
      out.json.emplace_back("null");
    } else if (column.type == kString) {
      std::string json;
      append_json(json, texts[index]);
      out.json.push_back(json);
    } else {
      out.json.push_back(json_of(column.type, numbers[index]));
    }
  }
  const bool has_nulls = std::find(indices.begin(), indices.end(), kNullIndex) != indices.end();
  if (distinct == 0 && form != 1) return;  // no form at all: all null
  out.texts = std::move(texts);
  if (distinct == 1 && !has_nulls && form == 2) {
    if (column.type == kString) {
      out.data.constant_string = out.texts[0];
    } else {
      out.data.constant_long = numbers[0];
    }
    return;
  }
  if (form != 1 && column.type != kBoolean) {
    out.indices = indices;
    out.views.assign(out.texts.begin(), out.texts.end());
    out.longs = numbers;
    out.data.indices = out.indices;
    if (column.type == kString) {
      out.data.string_dictionary = out.views;
    } else {
      out.data.long_dictionary = out.longs;
    }
    return;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint32_t index = indices[row];
    const bool present = index != kNullIndex;
    out.valid.push_back(present ? 1 : 0);
    const std::int64_t number = present && column.type != kString ? numbers[index] : -77;
    if (column.type == kString) {
      out.views.push_back(present ? std::string_view(out.texts[index]) : std::string_view());
    } else if (column.type == kBoolean) {
      out.bools.push_back(number == 1 ? 1 : 0);
    } else if (column.type == kInt || column.type == kDate) {
      out.ints.push_back(static_cast<std::int32_t>(number));
    } else {
      out.longs.push_back(number);
    }
  }
  out.data.longs = out.longs;
  out.data.ints = out.ints;
  out.data.bools = out.bools;
  out.data.strings = out.views;
  if (has_nulls || chance(random, 0.3)) out.data.valid = out.valid;
}

int write_case(const Case& spec, const std::string& folder, std::uint64_t seed) {
  Random random(seed ^ std::hash<std::string_view>{}(spec.name));
  ParquetWriterOptions options;
  options.page_bytes = spec.page_bytes;
  RowGroupEncoder encoder(kTable, options);
  const std::string path = folder + "/" + spec.name + "-" + std::to_string(seed);
  auto file = ParquetFile::create(kTable, path + ".parquet", {{"case", spec.name}});
  if (!file) return std::cerr << file.error().message << "\n", 1;
  std::ofstream rows_out(path + ".ndjson", std::ios::binary);
  for (const std::size_t rows : spec.row_groups) {
    std::vector<OwnedColumn> columns(std::size(kColumns));
    std::vector<std::uint32_t> twin;
    for (std::size_t c = 0; c < std::size(kColumns); ++c) {
      const ColumnDefinition& column = kColumns[c];
      OwnedColumn& out = columns[c];
      if (column.name == "id") {
        for (std::size_t row = 0; row < rows; ++row) {
          out.longs.push_back(static_cast<std::int64_t>(random()));
          out.json.push_back(std::to_string(out.longs.back()));
        }
        out.data.longs = out.longs;
      } else if (column.type == kMapStringString) {
        fill_map(random, spec, rows, out);
      } else if (column.name == "twin_key") {
        twin = random_indices(random, rows, spec.most_distinct, 0, spec.run_length);
        fill_from_indices(random, spec, column, twin, 0, out);
      } else if (column.name == "twin_name") {
        fill_from_indices(random, spec, column, twin, 0, out);
        if (!columns[c - 1].data.indices.empty()) out.data.indices = columns[c - 1].data.indices;
      } else {
        const std::size_t distinct =
            1 + (chance(random, 0.5) ? spec.most_distinct - 1 : below(random, spec.most_distinct));
        const double nulls = column.required ? 0 : spec.nulls;
        fill_from_indices(random, spec, column,
                          random_indices(random, rows, distinct, nulls, spec.run_length),
                          static_cast<int>(below(random, 3)), out);
      }
    }
    std::vector<ColumnData> data;
    data.reserve(columns.size());
    for (const OwnedColumn& column : columns) data.push_back(column.data);
    auto group = encoder.encode(rows, data);
    if (!group) return std::cerr << group.error().message << "\n", 1;
    if (auto status = (*file)->append(**group); !status)
      return std::cerr << status.error().message << "\n", 1;
    for (std::size_t row = 0; row < rows; ++row) {
      std::string line = "[";
      for (const OwnedColumn& column : columns)
        line += (line.size() > 1 ? "," : "") + column.json[row];
      rows_out << line << "]\n";
    }
  }
  auto info = (*file)->finish();
  if (!info) return std::cerr << info.error().message << "\n", 1;
  std::cout << path << ".parquet " << info->record_count << " rows, " << info->size_bytes
            << " bytes\n";
  return 0;
}

}  // namespace
}  // namespace clicklake

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: parquet_fixture_writer OUT SEED [CASE...]\n";
    return 2;
  }
  const std::set<std::string> wanted(argv + 3, argv + argc);
  for (const clicklake::Case& spec : clicklake::kCases) {
    if (!wanted.empty() && !wanted.contains(spec.name)) continue;
    if (clicklake::write_case(spec, argv[1], std::stoull(argv[2])) != 0) return 1;
  }
  return 0;
}
