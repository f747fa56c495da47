#include "scan/row_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <utility>

#include "format/line_reader.h"
#include "scan/json_rows.h"

namespace clicklake {
namespace {

/// Keeps the vectors' memory, each array of just the size that was asked for.
class FixtureMemory final : public VectorMemory {
 public:
  ColumnVector make(const HiveType& type) {
    ColumnVector vector;
    vector.type = &type;
    vector.memory = this;
    for (const HiveType& child : type.children) vector.children.push_back(make(child));
    return vector;
  }
  /// Empties the vector, which stays the same object, as its children do.
  void reset(ColumnVector& vector, std::size_t rows) {
    vector.validity = nullptr;
    vector.child_rows = vector.child_capacity = 0;
    vector.text_room = vector.text_end = nullptr;
    const bool inside = vector.type->kind == HiveKind::kStruct;
    for (ColumnVector& child : vector.children) reset(child, inside ? rows : 0);
    resize(vector, 0, rows);
  }
  void forget() {
    data_.clear();
    texts_.clear();
    masks_.clear();
  }
  void add_text_room(ColumnVector& vector, std::size_t /*row*/, std::size_t size) override {
    texts_.push_back(std::make_unique<char[]>(size));
    vector.text_room = texts_.back().get();
    vector.text_end = vector.text_room + size;
  }
  void add_validity(ColumnVector& vector) override {
    set_validity(vector, reinterpret_cast<std::uintptr_t>(vector.handle));
  }
  void grow_children(ColumnVector& vector, std::size_t capacity) override {
    for (ColumnVector& child : vector.children) resize(child, vector.child_capacity, capacity);
    vector.child_capacity = capacity;
  }

 private:
  void set_validity(ColumnVector& vector, std::size_t rows) {
    auto& mask = masks_.emplace_back((rows + 63) / 64, ~std::uint64_t{0});
    vector.validity = mask.data();
  }
  void resize(ColumnVector& vector, std::size_t before, std::size_t rows) {
    const std::size_t width = std::max<std::size_t>(value_width(*vector.type), 1);
    auto& data = data_.emplace_back(std::make_unique<char[]>(rows * width));
    if (before > 0) std::memcpy(data.get(), vector.data, before * width);
    vector.data = data.get();
    if (vector.validity != nullptr) {
      const std::uint64_t* const old = vector.validity;
      set_validity(vector, rows);
      std::copy_n(old, (before + 63) / 64, vector.validity);
    }
    vector.handle = reinterpret_cast<void*>(rows);  // what add_validity() needs to know
    if (vector.type->kind == HiveKind::kStruct) {
      for (ColumnVector& child : vector.children) resize(child, before, rows);
    }
  }

  std::deque<std::unique_ptr<char[]>> data_;
  std::deque<std::unique_ptr<char[]>> texts_;
  std::deque<std::vector<std::uint64_t>> masks_;
};

bool valid(const ColumnVector& vector, std::size_t row) {
  return vector.validity == nullptr || (vector.validity[row >> 6] >> (row & 63) & 1) != 0;
}

std::string digits_of(__int128 value) {
  const bool negative = value < 0;
  std::string out;
  do {
    const int digit = static_cast<int>(value % 10);
    out.insert(out.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    value /= 10;
  } while (value != 0);
  return negative ? "-" + out : out;
}

template <typename T>
T value_at(const ColumnVector& vector, std::size_t row) {
  T value;
  std::memcpy(&value, static_cast<const char*>(vector.data) + row * sizeof(T), sizeof value);
  return value;
}

std::string text_at(const ColumnVector& vector, std::size_t row);

std::string list_at(const ColumnVector& vector, std::size_t row) {
  const auto list = value_at<ListCell>(vector, row);
  const bool map = vector.type->kind == HiveKind::kMap;
  std::string out = map ? "{" : "[";
  for (std::size_t i = list.offset; i < list.offset + list.length; ++i) {
    if (i > list.offset) out += ", ";
    out += text_at(vector.children[0], i);
    if (map) out += "=" + text_at(vector.children[1], i);
  }
  return out + (map ? "}" : "]");
}

std::string text_at(const ColumnVector& vector, std::size_t row) {
  if (!valid(vector, row)) return "NULL";
  switch (vector.type->kind) {
    case HiveKind::kBoolean: return value_at<std::uint8_t>(vector, row) != 0 ? "true" : "false";
    case HiveKind::kTinyint: return std::to_string(value_at<std::int8_t>(vector, row));
    case HiveKind::kSmallint: return std::to_string(value_at<std::int16_t>(vector, row));
    case HiveKind::kInt:
    case HiveKind::kDate: return std::to_string(value_at<std::int32_t>(vector, row));
    case HiveKind::kBigint:
    case HiveKind::kTimestamp: return std::to_string(value_at<std::int64_t>(vector, row));
    case HiveKind::kFloat: return std::to_string(value_at<float>(vector, row));
    case HiveKind::kDouble: return std::to_string(value_at<double>(vector, row));
    case HiveKind::kDecimal:
      switch (value_width(*vector.type)) {
        case 2: return digits_of(value_at<std::int16_t>(vector, row));
        case 4: return digits_of(value_at<std::int32_t>(vector, row));
        case 8: return digits_of(value_at<std::int64_t>(vector, row));
        default: return digits_of(value_at<__int128>(vector, row));
      }
    case HiveKind::kString:
    case HiveKind::kChar:
    case HiveKind::kVarchar:
    case HiveKind::kBinary: return std::string(value_at<TextCell>(vector, row).view());
    case HiveKind::kArray:
    case HiveKind::kMap: return list_at(vector, row);
    case HiveKind::kStruct: {
      std::string out = "(";
      for (std::size_t i = 0; i < vector.children.size(); ++i) {
        out += (i > 0 ? ", " : "") + text_at(vector.children[i], row);
      }
      return out + ")";
    }
  }
  return "";
}

}  // namespace

std::vector<HiveColumn> columns_of(std::initializer_list<std::string_view> columns) {
  std::vector<HiveColumn> out;
  for (const std::string_view column : columns) {
    const std::size_t blank = column.find(' ');
    auto type = parse_hive_type(column.substr(blank + 1));
    if (!type.has_value()) std::abort();
    out.push_back({std::string(column.substr(0, blank)), std::move(*type), ""});
  }
  return out;
}

FixtureRows read_rows(const TextFormat& format, const std::vector<HiveColumn>& columns,
                      std::string_view text, const FixtureOptions& options) {
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < columns.size(); ++i) wanted.push_back(i);
  if (options.wanted) wanted = *options.wanted;
  const auto reader = RowReader::make(format, columns, wanted);
  if (auto* const json = dynamic_cast<JsonRows*>(reader.get()); json != nullptr) {
    json->use_shapes(options.use_shapes);
    json->use(options.isa);
  }
  FixtureRows out;
  std::string lines(text);
  if (!lines.empty() && !lines.ends_with('\n')) lines.push_back('\n');
  FixtureMemory memory;
  std::vector<ColumnVector> vectors;
  vectors.reserve(wanted.size());
  for (const std::size_t column : wanted) vectors.push_back(memory.make(columns[column].type));
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t aim = std::min(begin + options.block_bytes, lines.size()) - 1;
    const std::size_t end = lines.find('\n', aim) + 1;
    const auto block = std::make_unique<char[]>(end - begin + kLinePadding);
    std::memset(block.get(), options.behind, end - begin + kLinePadding);
    lines.copy(block.get(), end - begin, begin);
    reader->take_block(block.get(), block.get() + (end - begin));
    begin = end;
    while (!reader->at_end()) {
      memory.forget();
      for (ColumnVector& vector : vectors) memory.reset(vector, options.rows_a_call);
      const RowsRead read = reader->read(vectors, 0, options.rows_a_call);
      out.malformed += read.malformed;
      for (std::size_t row = 0; row < read.rows; ++row) {
        std::string line;
        for (std::size_t i = 0; i < vectors.size(); ++i) {
          line += (i > 0 ? "|" : "") + text_at(vectors[i], row);
        }
        out.rows.push_back(std::move(line));
      }
      if (read.fault) {
        out.fault = reader->fault().message;
        return out;
      }
    }
  }
  return out;
}

}  // namespace clicklake
