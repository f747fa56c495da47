#include "iceberg/avro_values.h"

namespace clicklake::iceberg {
namespace {

using Kind = AvroType::Kind;

bool is_null(const AvroType* branch) { return branch == nullptr || branch->kind == Kind::kNull; }

}  // namespace

std::optional<std::int64_t> read_optional_long(const AvroType& type, AvroCursor& in) {
  const AvroType* branch = in.get_branch(type);
  if (is_null(branch)) return std::nullopt;
  if (branch->kind == Kind::kInt) return in.get_int();
  if (branch->kind == Kind::kLong) return in.get_long();
  in.fail("a value is not a whole number");
  return std::nullopt;
}

std::optional<bool> read_optional_boolean(const AvroType& type, AvroCursor& in) {
  const AvroType* branch = in.get_branch(type);
  if (is_null(branch)) return std::nullopt;
  if (branch->kind == Kind::kBoolean) return in.get_boolean();
  in.fail("a value is not a boolean");
  return std::nullopt;
}

std::optional<std::string_view> read_optional_bytes(const AvroType& type, AvroCursor& in) {
  const AvroType* branch = in.get_branch(type);
  if (is_null(branch)) return std::nullopt;
  if (branch->kind == Kind::kBytes || branch->kind == Kind::kString) return in.get_bytes();
  if (branch->kind == Kind::kFixed) return in.get_fixed(branch->size);
  in.fail("a value is neither bytes nor text");
  return std::nullopt;
}

std::int64_t read_long(const AvroType& type, AvroCursor& in) {
  const auto number = read_optional_long(type, in);
  if (!number) in.fail("a number is null");
  return number.value_or(0);
}

int read_small(const AvroType& type, AvroCursor& in, int most) {
  const std::int64_t number = read_long(type, in);
  if (number >= 0 && number <= most) return static_cast<int>(number);
  in.fail("a number is out of range");
  return 0;
}

std::string read_text(const AvroType& type, AvroCursor& in) {
  const auto text = read_optional_bytes(type, in);
  if (!text) in.fail("a text is null");
  return std::string(text.value_or(""));
}

Value read_value(const AvroType& type, AvroCursor& in) {
  const AvroType* branch = in.get_branch(type);
  if (is_null(branch)) return {};
  switch (branch->kind) {
    case Kind::kBoolean: return in.get_boolean();
    case Kind::kInt: return std::int64_t{in.get_int()};
    case Kind::kLong: return in.get_long();
    case Kind::kFloat: return double{in.get_float()};
    case Kind::kDouble: return in.get_double();
    case Kind::kBytes:
    case Kind::kString:
    case Kind::kFixed: {
      const std::string_view bytes =
          branch->kind == Kind::kFixed ? in.get_fixed(branch->size) : in.get_bytes();
      return std::string(branch->is_decimal ? shorten_decimal(bytes) : bytes);
    }
    default: in.fail("a partition's value is of no type that Iceberg has"); return {};
  }
}

void read_array(const AvroType& type, AvroCursor& in,
                const std::function<void(const AvroType& element)>& read) {
  const AvroType* branch = in.get_branch(type);
  if (is_null(branch)) return;
  if (branch->kind != Kind::kArray) return in.fail("a value is not an array");
  while (std::uint64_t count = in.get_block_count()) {
    for (; count > 0 && in.ok(); --count) read(*branch->parts[0]);
  }
}

}  // namespace clicklake::iceberg
