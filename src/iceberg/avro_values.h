#pragma once
/// Values of Iceberg's records by the type that the file says they have.
///
/// Place: between the Avro reader and what manifests and manifest lists hold. A value of another
/// type than is asked for is the cursor's fault. Thread safety: pure functions.
/// Source: Avro specification 1.11, "Schema Resolution"; Iceberg table spec v2, appendix A "Avro".

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "iceberg/avro_reader.h"
#include "iceberg/single_value.h"

namespace clicklake::iceberg {

/// Nothing where the value is null. int and long.
std::optional<std::int64_t> read_optional_long(const AvroType& type, AvroCursor& in);
std::optional<bool> read_optional_boolean(const AvroType& type, AvroCursor& in);
/// bytes, string and fixed.
std::optional<std::string_view> read_optional_bytes(const AvroType& type, AvroCursor& in);

/// Null is a fault.
std::int64_t read_long(const AvroType& type, AvroCursor& in);
/// Out of [0, most] is a fault.
int read_small(const AvroType& type, AvroCursor& in, int most);
std::string read_text(const AvroType& type, AvroCursor& in);

/// Any primitive, as Value has it.
Value read_value(const AvroType& type, AvroCursor& in);

/// Calls `read` for each element of an array; none where it is null.
void read_array(const AvroType& type, AvroCursor& in,
                const std::function<void(const AvroType& element)>& read);

}  // namespace clicklake::iceberg
