#pragma once
/// Partition specs: how a row's partition follows from its columns.
///
/// Place: a manifest has one; table metadata lists all that a table ever had. Invariant: a field id
/// belongs to one source and transform for the life of a table. Thread safety: values.
/// Source: Iceberg table spec v2, "Partitioning", appendix C "Partition Specs".

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "base/result.h"
#include "iceberg/schema.h"

namespace clicklake::iceberg {

/// The first id that partition fields are given.
inline constexpr int kFirstPartitionFieldId = 1000;

struct PartitionField {
  int source_id = 0;  ///< a field of the schema
  int field_id = 0;   ///< from kFirstPartitionFieldId on
  std::string name;
  std::string transform;  ///< "identity", "bucket[8]", "day", ...

  bool operator==(const PartitionField&) const = default;
};

struct PartitionSpec {
  int id = 0;
  std::vector<PartitionField> fields;  ///< none: unpartitioned
  std::string json;                    ///< as it was read; "": made here

  bool operator==(const PartitionSpec& other) const {
    return id == other.id && fields == other.fields;
  }
};

/// N of "bucket[N]"; nothing for other transforms.
std::optional<int> bucket_count(std::string_view transform);

/// What `transform` makes of a value of type `source`: of a source that is unknown (a dropped
/// column, a type of a later format) int for those that always make one. Nothing for unknown
/// transforms and unknown sources.
std::optional<PrimitiveType> transform_result(std::string_view transform,
                                              const SchemaField* source);

/// The type of each field's values. Errors: kUnsupported, a transform or source column is unknown.
Result<std::vector<PrimitiveType>> partition_types(const PartitionSpec& spec, const Schema& schema);

/// `[{"name":...}]`, as manifests have it.
std::string partition_fields_json(const PartitionSpec& spec);
/// `{"spec-id":0,"fields":[...]}`, as table metadata has it.
std::string to_json(const PartitionSpec& spec);
/// Errors: kInvalidData.
Result<std::vector<PartitionField>> parse_partition_fields(const JsonValue& fields);
Result<PartitionSpec> parse_partition_spec(const JsonValue& json);

}  // namespace clicklake::iceberg
