#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ddl/clauses.h"
#include "ddl/statement_parsers.h"
#include "ddl/visible_text.h"

namespace clicklake::ddl {
namespace {

constexpr std::size_t kShownName = 60;

enum Clause : std::uint8_t {
  kComment,
  kPartitioned,
  kClustered,
  kRow,
  kStored,
  kWith,
  kLocation,
  kTblproperties,
  kClauses
};

constexpr std::array<std::string_view, kClauses> kClauseWords{
    "COMMENT", "PARTITIONED", "CLUSTERED", "ROW", "STORED", "WITH", "LOCATION", "TBLPROPERTIES"};

constexpr std::array<std::string_view, 8> kFormats{"AVRO",    "ION",    "JSONFILE",     "ORC",
                                                   "PARQUET", "RCFILE", "SEQUENCEFILE", "TEXTFILE"};

/// A clause of ROW FORMAT DELIMITED and the property that it sets.
struct Delimiter {
  std::array<std::string_view, 4> words;
  std::string_view property;
};
constexpr std::array<Delimiter, 5> kDelimiters{
    {{{"FIELDS", "TERMINATED", "BY"}, "field.delim"},
     {{"COLLECTION", "ITEMS", "TERMINATED", "BY"}, "collection.delim"},
     {{"MAP", "KEYS", "TERMINATED", "BY"}, "mapkey.delim"},
     {{"LINES", "TERMINATED", "BY"}, "line.delim"},
     {{"NULL", "DEFINED", "AS"}, "serialization.null.format"}}};

class CreateTableParser {
 public:
  CreateTableParser(Cursor& cursor, bool external, Position position)
      : cursor_(cursor), external_position_(position) {
    table_.external = external;
  }

  bool read(Statement* statement) {
    if (!read_if_not_exists(cursor_, &table_.if_not_exists) ||
        !read_table_name(cursor_, &table_.name))
      return false;
    if (!table_.external) {
      for (const std::string_view what : {"AS", "COMMENT", "WITH"}) cursor_.also_expected(what);
    }
    if (!read_columns(cursor_, &table_.columns, &names_)) return false;
    Clause clause = kClauses;
    while (next_clause(&clause)) {
      if (clause == kClauses) {
        if (!read_end(cursor_) || !check()) return false;
        *statement = std::move(table_);
        return true;
      }
      if (!read_clause(clause)) return false;
    }
    return false;
  }

 private:
  /// Takes a clause's first word; kClauses where none stands.
  bool next_clause(Clause* clause) {
    for (std::size_t i = 0; i < kClauses; ++i) {
      if (!positions_[i]) {
        const Position position = cursor_.position();
        if (!cursor_.accept(kClauseWords[i])) continue;
        positions_[i] = position;
        *clause = static_cast<Clause>(i);
        return true;
      }
      if (cursor_.is(kClauseWords[i])) {
        return cursor_.fail(cursor_.position(),
                            "the clause " + std::string(kClauseWords[i]) + " is there twice");
      }
    }
    *clause = kClauses;
    return true;
  }

  bool read_clause(Clause clause) {
    switch (clause) {
      case kComment: return read_text(cursor_, &table_.comment);
      case kPartitioned: return cursor_.expect("BY") && read_partitioned_by();
      case kClustered: return cursor_.expect("BY") && read_clustered_by();
      case kRow: return cursor_.expect("FORMAT") && read_row_format();
      case kStored: return cursor_.expect("AS") && read_stored_as();
      case kWith: return read_serde_properties();
      case kLocation: return read_text(cursor_, &table_.location.emplace());
      case kTblproperties: return read_properties(cursor_, &table_.properties);
      case kClauses: break;
    }
    return false;
  }

  /// Columns with types, or, without EXTERNAL, Iceberg's columns and transforms.
  bool read_partitioned_by() {
    if (!cursor_.expect("(")) return false;
    do {
      const Position position = cursor_.position();
      std::string name;
      if (!table_.external && cursor_.is("TRUNCATE")) {  // reserved, but a transform's name
        name = "truncate";
        cursor_.advance();
        if (!cursor_.is("(")) return cursor_.expect("(");
      } else if (!read_name(cursor_, &name)) {
        return false;
      }
      if (table_.external || !(cursor_.is("(") || cursor_.is(",") || cursor_.is(")"))) {
        if (!read_partition_key(position, std::move(name))) return false;
      } else if (!read_transform(position, std::move(name))) {
        return false;
      }
    } while (cursor_.accept(","));
    return cursor_.expect(")");
  }

  bool read_partition_key(Position position, std::string name) {
    if (table_.partition_keys.empty()) key_position_ = position;
    HiveColumn key;
    key.name = std::move(name);
    if (!names_.insert(key.name).second) {
      return cursor_.fail(position, "Column repeated in partitioning columns: " +
                                        visible_text(key.name, kShownName));
    }
    if (!table_.external) {
      for (const std::string_view what : {"(", ")", ","}) cursor_.also_expected(what);
    }
    if (!read_column_type(cursor_, &key)) return false;
    table_.partition_keys.push_back(std::move(key));
    return true;
  }

  bool read_transform(Position position, std::string name) {
    PartitionTransformSpec spec;
    if (!cursor_.accept("(")) {
      spec = {.transform = "identity", .argument = 0, .column = std::move(name)};
    } else {
      const bool sized = name == "bucket" || name == "truncate";
      if (!sized && name != "year" && name != "month" && name != "day" && name != "hour") {
        return cursor_.fail(
            position,
            "there is no partition transform of this name. Expecting: 'bucket', 'day', "
            "'hour', 'month', 'truncate', 'year'");
      }
      spec.transform = std::move(name);
      if (sized && (!read_int(cursor_, 1, &spec.argument) || !cursor_.expect(","))) return false;
      position = cursor_.position();
      if (!read_name(cursor_, &spec.column) || !cursor_.expect(")")) return false;
    }
    if (!names_.contains(spec.column)) {
      return cursor_.fail(position,
                          "Invalid column reference " + visible_text(spec.column, kShownName));
    }
    table_.partition_transforms.push_back(std::move(spec));
    return true;
  }

  bool read_clustered_by() {
    return read_name_list(cursor_, &names_, &table_.bucket_columns) && cursor_.expect("INTO") &&
           read_int(cursor_, 1, &table_.buckets) && cursor_.expect("BUCKETS");
  }

  bool read_row_format() {
    RowFormat& format = table_.row_format.emplace();
    if (cursor_.accept("SERDE")) return read_text(cursor_, &format.serde);
    return cursor_.expect("DELIMITED") && read_delimiters(&format);
  }

  bool read_delimiters(RowFormat* format) {
    std::array<bool, kDelimiters.size()> seen{};
    for (std::size_t i = 0; i < kDelimiters.size();) {
      const Delimiter& delimiter = kDelimiters[i];
      if (seen[i] || !cursor_.accept(delimiter.words[0])) {
        ++i;
        continue;
      }
      for (std::size_t word = 1; word < delimiter.words.size(); ++word) {
        if (!delimiter.words[word].empty() && !cursor_.expect(delimiter.words[word])) return false;
      }
      if (!read_delimiter(format, delimiter.property)) return false;
      if (i == 0 && cursor_.accept("ESCAPED") &&
          !(cursor_.expect("BY") && read_delimiter(format, "escape.delim")))
        return false;
      seen[i] = true;
      i = 0;
    }
    return true;
  }

  bool read_delimiter(RowFormat* format, std::string_view property) {
    return read_text(cursor_, &format->properties.emplace_back(property, "").second);
  }

  bool read_serde_properties() {
    if (!cursor_.expect("SERDEPROPERTIES")) return false;
    if (!table_.row_format || table_.row_format->serde.empty()) {
      return cursor_.fail(*positions_[kWith],
                          "WITH SERDEPROPERTIES stands behind ROW FORMAT SERDE '...'");
    }
    return read_properties(cursor_, &table_.row_format->properties);
  }

  bool read_stored_as() {
    StoredAs& stored = table_.stored_as.emplace();
    if (cursor_.accept("INPUTFORMAT")) {
      return read_text(cursor_, &stored.input_format) && cursor_.expect("OUTPUTFORMAT") &&
             read_text(cursor_, &stored.output_format);
    }
    for (const std::string_view format : kFormats) {
      if (!cursor_.accept(format)) continue;
      stored.format = format;
      return true;
    }
    return cursor_.mismatch();
  }

  bool is_iceberg() const {
    return std::any_of(table_.properties.begin(), table_.properties.end(), [](const auto& p) {
      return is_keyword(p.first, "TABLE_TYPE") && is_keyword(p.second, "ICEBERG");
    });
  }

  /// What only the whole statement tells.
  bool check() {
    const bool iceberg = is_iceberg();
    if (!table_.external && !iceberg) {
      return cursor_.fail(table_.name.position,
                          "only external table creation is supported (add EXTERNAL, or "
                          "TBLPROPERTIES ('table_type'='ICEBERG'))");
    }
    if (table_.external && iceberg) {
      return cursor_.fail(external_position_,
                          "EXTERNAL is not supported for table type ICEBERG: write CREATE TABLE");
    }
    if (iceberg && !table_.partition_keys.empty()) {
      return cursor_.fail(key_position_,
                          "PARTITIONED BY of an Iceberg table takes columns and transforms of the "
                          "table's columns, without types");
    }
    for (const Clause clause : {kRow, kStored, kClustered}) {
      if (iceberg && positions_[clause]) {
        return cursor_.fail(*positions_[clause],
                            "an Iceberg table has no clause " + std::string(kClauseWords[clause]));
      }
    }
    if (!table_.location)
      return cursor_.fail(cursor_.taken_until(), "no location (LOCATION is required)");
    return true;
  }

  Cursor& cursor_;
  Position external_position_;
  Position key_position_ = 0;  ///< of the first partition key
  std::array<std::optional<Position>, kClauses> positions_;
  NameSet names_;
  CreateTable table_;
};

}  // namespace

bool parse_create_table(Cursor& cursor, bool external, Position position, Statement* statement) {
  return CreateTableParser(cursor, external, position).read(statement);
}

}  // namespace clicklake::ddl
