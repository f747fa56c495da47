#include "marts/mart_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "model/star_schema.h"
#include "rows/field_map.h"

namespace clicklake {
namespace {

constexpr std::size_t kRowGroupRows = 65'536;

std::optional<ColumnType> lake_type(std::string_view duckdb) {
  static constexpr std::pair<std::string_view, ColumnType> kTypes[] = {
      {"BOOLEAN", ColumnType::kBoolean},
      {"TINYINT", ColumnType::kInt},
      {"SMALLINT", ColumnType::kInt},
      {"INTEGER", ColumnType::kInt},
      {"UTINYINT", ColumnType::kInt},
      {"USMALLINT", ColumnType::kInt},
      {"UINTEGER", ColumnType::kLong},
      {"BIGINT", ColumnType::kLong},
      {"UBIGINT", ColumnType::kLong},
      {"HUGEINT", ColumnType::kLong},
      {"FLOAT", ColumnType::kDouble},
      {"DOUBLE", ColumnType::kDouble},
      {"VARCHAR", ColumnType::kString},
      {"DATE", ColumnType::kDate},
      {"TIMESTAMP", ColumnType::kTimestampTz},
      {"TIMESTAMP WITH TIME ZONE", ColumnType::kTimestampTz}};
  for (const auto& [name, type] : kTypes) {
    if (name == duckdb) return type;
  }
  if (duckdb.starts_with("DECIMAL")) return ColumnType::kDecimal18_4;
  return std::nullopt;
}

/// The values of one column, until their row group is written.
struct Values {
  std::vector<std::int64_t> longs;
  std::vector<std::int32_t> ints;
  std::vector<std::uint8_t> bools;
  std::deque<std::string> texts;
  std::vector<std::string_view> strings;
  std::vector<std::uint8_t> valid;

  void append(ColumnType type, const Chunk& chunk, int column, std::size_t row) {
    const bool is_valid = chunk.valid(column, row);
    valid.push_back(is_valid ? 1 : 0);
    switch (type) {
      case ColumnType::kBoolean: bools.push_back(is_valid ? chunk.bools(column)[row] : 0); break;
      case ColumnType::kInt:
      case ColumnType::kDate: ints.push_back(is_valid ? chunk.ints(column)[row] : 0); break;
      case ColumnType::kDouble:
        longs.push_back(is_valid ? std::bit_cast<std::int64_t>(chunk.doubles(column)[row]) : 0);
        break;
      case ColumnType::kString:
        strings.push_back(is_valid ? std::string_view(texts.emplace_back(chunk.string(column, row)))
                                   : std::string_view());
        break;
      default: longs.push_back(is_valid ? chunk.longs(column)[row] : 0); break;
    }
  }

  ColumnData data() const {
    ColumnData column;
    if (std::find(valid.begin(), valid.end(), 1) == valid.end()) return column;  // all null
    column.longs = longs;
    column.ints = ints;
    column.bools = bools;
    column.strings = strings;
    if (std::find(valid.begin(), valid.end(), 0) != valid.end()) column.valid = valid;
    return column;
  }

  void clear() {
    longs.clear();
    ints.clear();
    bools.clear();
    texts.clear();
    strings.clear();
    valid.clear();
  }
};

bool same_value(ColumnType type, const Values& values, std::size_t row, const Chunk& chunk,
                int column, std::size_t other) {
  const bool is_valid = chunk.valid(column, other);
  if ((values.valid[row] != 0) != is_valid) return false;
  if (!is_valid) return true;
  switch (type) {
    case ColumnType::kBoolean: return values.bools[row] == chunk.bools(column)[other];
    case ColumnType::kInt:
    case ColumnType::kDate: return values.ints[row] == chunk.ints(column)[other];
    case ColumnType::kDouble:
      return values.longs[row] == std::bit_cast<std::int64_t>(chunk.doubles(column)[other]);
    case ColumnType::kString: return values.strings[row] == chunk.string(column, other);
    default: return values.longs[row] == chunk.longs(column)[other];
  }
}

class RowWriter {
 public:
  RowWriter(const MartRowOptions& options, const MartFile& mart, const TableDefinition& table,
            std::vector<DataFile>* files)
      : options_(options),
        mart_(mart),
        table_(table),
        encoder_(table, options.parquet),
        values_(table.columns.size()),
        partition_(column_index(table, table.partition_source)),
        files_(files) {
    for (const std::string& key : mart.keys) keys_.push_back(column_index(table, key));
  }

  /// What is wrong with a row of the query; "" where nothing is.
  std::string problem(const Chunk& chunk, std::size_t row, const DayRange& range) const {
    if (!chunk.valid(partition_, row)) {
      return fmt::format("a row has no {}: it can't be put into a partition",
                         table_.partition_source);
    }
    const std::int64_t day = chunk.ints(partition_)[row];
    if (day < range.first || day > range.last) {
      return fmt::format(
          "the query was asked for {} to {} and gave a row of {} {}: the partition column must be "
          "the day of the incremental column",
          date_text(range.first), date_text(range.last), table_.partition_source, date_text(day));
    }
    if (rows_ > 0 && std::all_of(keys_.begin(), keys_.end(), [&](int key) {
          const auto column = static_cast<std::size_t>(key);
          return same_value(table_.columns[column].type, values_[column], rows_ - 1, chunk, key,
                            row);
        })) {
      return fmt::format("two rows of {} have the same {}: keys tell rows apart", date_text(day),
                         fmt::join(mart_.keys, ", "));
    }
    return "";
  }

  Status take(const Chunk& chunk, std::size_t row) {
    const std::int64_t day = chunk.ints(partition_)[row];
    if (!file_ || day != day_) {
      RETURN_IF_ERROR(finish_file());
      RETURN_IF_ERROR(open_file(day));
    } else if (rows_ == kRowGroupRows) {
      RETURN_IF_ERROR(write_group());
    }
    for (std::size_t c = 0; c < values_.size(); ++c)
      values_[c].append(table_.columns[c].type, chunk, static_cast<int>(c), row);
    ++rows_;
    return {};
  }

  Status finish_file() {
    if (!file_) return {};
    RETURN_IF_ERROR(write_group());
    ASSIGN_OR_RETURN(ParquetFileInfo info, file_->finish_unsynced());
    RETURN_IF_ERROR(options_.unsynced->add(std::move(file_)));
    files_->push_back({path_, partition_text_, std::move(info)});
    return {};
  }

 private:
  Status open_file(std::int64_t day) {
    day_ = day;
    partition_text_ = fmt::format("{}={}", table_.partition_name, date_text(day));
    path_ = fmt::format("{}/data/{}/{}-{:05}.parquet", folder_of(table_), partition_text_,
                        options_.batch_id, files_->size());
    ASSIGN_OR_RETURN(file_, ParquetFile::create(table_, options_.lake / path_,
                                                {{"clicklake.batch_id", options_.batch_id}}));
    return {};
  }

  Status write_group() {
    if (rows_ == 0) return {};
    std::vector<ColumnData> columns;
    columns.reserve(values_.size());
    for (const Values& values : values_) columns.push_back(values.data());
    ASSIGN_OR_RETURN(const EncodedRowGroupPtr encoded, encoder_.encode(rows_, columns));
    for (Values& values : values_) values.clear();
    rows_ = 0;
    return file_->append(*encoded);
  }

  const MartRowOptions& options_;
  const MartFile& mart_;
  const TableDefinition& table_;
  RowGroupEncoder encoder_;
  std::vector<Values> values_;
  std::vector<int> keys_;
  int partition_;
  std::vector<DataFile>* files_;
  std::unique_ptr<ParquetFile> file_;
  std::string path_;
  std::string partition_text_;
  std::int64_t day_ = 0;
  std::size_t rows_ = 0;  ///< of the row group that is being gathered
};

}  // namespace

Result<MartTableWish> wish_of(const MartFile& mart, const QueryResult& result) {
  MartTableWish wish{mart.name, mart.partition, mart.keys.front(), {}};
  for (const ResultColumn& column : result.columns()) {
    const auto type = lake_type(column.type);
    if (!type) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("its column {} is {}, which no lake table holds: cast it, for "
                               "example to VARCHAR or DOUBLE",
                               column.name, column.type)};
    }
    wish.columns.push_back({column.name, *type});
  }
  for (const std::string& key : mart.keys) {
    if (std::none_of(wish.columns.begin(), wish.columns.end(),
                     [&](const ColumnWish& c) { return c.name == key; })) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("its query gives no column {}, which the header's keys name", key)};
    }
  }
  return wish;
}

std::string rows_query(const MartFile& mart, const TableDefinition& table,
                       const std::vector<std::string>& columns) {
  std::string list;
  for (const ColumnDefinition& column : table.columns) {
    if (!list.empty()) list += ", ";
    const bool given = std::find(columns.begin(), columns.end(), column.name) != columns.end();
    const std::string name = quote_identifier(column.name);
    list +=
        fmt::format("CAST({} AS {}) AS {}", given ? name : "NULL", duckdb_type(column.type), name);
  }
  std::string order = quote_identifier(mart.partition);
  for (const std::string& key : mart.keys) order += ", " + quote_identifier(key);
  return "SELECT " + list + " FROM (" + mart.query + "\n) ORDER BY " + order;
}

Status write_rows(const MartRowOptions& options, const MartFile& mart, const TableDefinition& table,
                  const DayRange& range, QueryResult* result, std::vector<DataFile>* files,
                  bool* failed) {
  RowWriter writer(options, mart, table, files);
  for (;;) {
    *failed = true;
    ASSIGN_OR_RETURN(const Chunk* chunk, result->next());
    if (chunk == nullptr) break;
    for (std::size_t row = 0; row < chunk->rows(); ++row) {
      *failed = true;
      std::string problem = writer.problem(*chunk, row, range);
      if (!problem.empty()) return Error{ErrorCode::kInvalidArgument, std::move(problem)};
      *failed = false;
      RETURN_IF_ERROR(writer.take(*chunk, row));
    }
  }
  *failed = false;
  return writer.finish_file();
}

}  // namespace clicklake
