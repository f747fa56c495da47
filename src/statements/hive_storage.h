#pragma once
/// Between CREATE TABLE's clauses and the storage descriptor that Glue keeps of them.
///
/// Place: CREATE TABLE goes one way, SHOW CREATE TABLE the other. Invariant: the statement made of
/// a table makes the same table. Thread safety: pure functions. Source: Athena user guide, "Choose
/// a SerDe for your data"; Hive's StorageFormat and LazySimpleSerDe.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ddl/statement.h"
#include "metastore/metastore.h"

namespace clicklake {

/// `table_type` of tables in Iceberg's format.
inline constexpr std::string_view kIcebergTableType = "ICEBERG";
/// Parameter with an Iceberg table's PARTITIONED BY: "category, day(t), bucket(16, id)".
inline constexpr std::string_view kIcebergPartitioning = "clicklake.iceberg.partitioning";

inline constexpr std::string_view kParquetSerDe =
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

/// Files of such a table are lists of URIs, one a line: what they name is read.
inline constexpr std::string_view kSymlinkInput =
    "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat";

/// Whether TBLPROPERTIES say table_type=ICEBERG, in any letter case.
bool is_iceberg(const ddl::Properties& properties);

/// Formats, SerDe, buckets, columns and location of an external table. Errors: kUnsupported, a
/// format or SerDe that can't be read here, naming those that can; kInvalidArgument, ones that do
/// not go together.
Result<StorageDescriptor> storage_of(const ddl::CreateTable& create);

/// The statement that makes `table`.
ddl::CreateTable create_statement_of(const Table& table);

/// "category, day(t), bucket(16, id)", and back.
std::string transforms_text(const std::vector<ddl::PartitionTransformSpec>& transforms);
std::vector<ddl::PartitionTransformSpec> read_transforms(std::string_view text);

/// Properties that Hive keeps itself and prints with a table's own: not kept when given.
bool is_kept_by_hive(std::string_view property);
/// A table's properties as SHOW TBLPROPERTIES lists them: with its comment and those that Hive
/// keeps.
Parameters shown_properties(const Table& table);

/// What DESCRIBE says of a column without a comment, where its SerDe names the columns.
inline constexpr std::string_view kFromDeserializer = "from deserializer";
/// Whether it says so.
bool names_columns_itself(const SerDeInfo& serde);

}  // namespace clicklake
