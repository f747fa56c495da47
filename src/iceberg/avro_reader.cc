#include "iceberg/avro_reader.h"

#include <bit>
#include <limits>
#include <utility>

namespace clicklake::iceberg {
namespace {

using Kind = AvroType::Kind;

constexpr std::string_view kMagic("Obj\x01", 4);
constexpr std::size_t kSyncBytes = 16;

std::uint64_t from_little_endian(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return bits;
}

}  // namespace

std::int32_t AvroCursor::get_int() {
  const std::int64_t number = get_long();
  if (number < std::numeric_limits<std::int32_t>::min() ||
      number > std::numeric_limits<std::int32_t>::max()) {
    fail("an int is out of range");
    return 0;
  }
  return static_cast<std::int32_t>(number);
}

bool AvroCursor::get_boolean() {
  const std::string_view byte = get_fixed(1);
  if (!byte.empty() && static_cast<unsigned char>(byte[0]) > 1)
    fail("a boolean is neither 0 nor 1");
  return ok() && byte[0] == 1;
}

float AvroCursor::get_float() {
  return std::bit_cast<float>(static_cast<std::uint32_t>(from_little_endian(get_fixed(4))));
}

double AvroCursor::get_double() { return std::bit_cast<double>(from_little_endian(get_fixed(8))); }

std::string_view AvroCursor::get_fixed(std::size_t size) {
  if (size > bytes_.size() - at_) {
    fail("a value is longer than what is left");
    return {};
  }
  const std::string_view value = bytes_.substr(at_, size);
  at_ += size;
  return value;
}

std::string_view AvroCursor::get_bytes() {
  const std::int64_t size = get_long();
  if (size < 0) {
    fail("a length is negative");
    return {};
  }
  return get_fixed(static_cast<std::size_t>(size));
}

std::uint64_t AvroCursor::get_block_count() {
  std::int64_t count = get_long();
  if (count < 0) {
    // Its absolute value, then the block's bytes, which only those who skip need.
    count = count == std::numeric_limits<std::int64_t>::min() ? 0 : -count;
    if (get_long() < 0 || count == 0) fail("a block of an array is damaged");
  }
  if (static_cast<std::uint64_t>(count) > bytes_.size() - at_) {
    fail("an array has more elements than bytes are left");
  }
  return ok() ? static_cast<std::uint64_t>(count) : 0;
}

const AvroType* AvroCursor::get_branch(const AvroType& type) {
  if (type.kind != Kind::kUnion) return ok() ? &type : nullptr;
  const std::int64_t branch = get_long();
  if (branch < 0 || static_cast<std::size_t>(branch) >= type.parts.size()) {
    fail("a union has no such branch");
  }
  return ok() ? type.parts[static_cast<std::size_t>(branch)].get() : nullptr;
}

void AvroCursor::skip(const AvroType& type) {
  if (!ok() || type.is_empty) return;
  switch (type.kind) {
    case Kind::kNull: return;
    case Kind::kBoolean: get_fixed(1); return;
    case Kind::kInt:
    case Kind::kLong:
    case Kind::kEnum: get_long(); return;
    case Kind::kFloat: get_fixed(4); return;
    case Kind::kDouble: get_fixed(8); return;
    case Kind::kBytes:
    case Kind::kString: get_bytes(); return;
    case Kind::kFixed: get_fixed(type.size); return;
    case Kind::kUnion:
      if (const AvroType* branch = get_branch(type)) {
        if (branch->kind != Kind::kUnion) return skip(*branch);
        fail("a union holds a union");
      }
      return;
    case Kind::kRecord:
      for (const AvroField& field : type.fields) skip(*field.type);
      return;
    case Kind::kArray:
    case Kind::kMap:
      while (std::uint64_t count = get_block_count()) {
        if (type.kind == Kind::kArray && type.parts[0]->is_empty) continue;
        for (; count > 0 && ok(); --count) {
          if (type.kind == Kind::kMap) get_bytes();
          skip(*type.parts[0]);
        }
      }
      return;
  }
}

Result<AvroReader> AvroReader::open(std::string_view bytes, std::string_view name,
                                    const AvroReaderOptions& options) {
  AvroReader reader(bytes, name, options);
  RETURN_IF_ERROR(reader.read_header());
  return reader;
}

Status AvroReader::read_header() {
  if (!bytes_.starts_with(kMagic)) return error("it does not begin as Avro files do");
  AvroCursor header(bytes_.substr(kMagic.size()));
  while (std::uint64_t count = header.get_block_count()) {
    for (; count > 0 && header.ok(); --count) {
      std::string key(header.get_bytes());
      metadata_[std::move(key)] = header.get_bytes();
    }
  }
  sync_ = header.get_fixed(kSyncBytes);
  if (!header.ok()) return error("its header breaks off");
  at_ = kMagic.size() + header.position();
  const std::string codec = metadata("avro.codec").value_or("null");
  const auto known = parse_avro_codec(codec);
  if (!known) {
    return Error{ErrorCode::kUnsupported,
                 name_ + " is packed with the Avro codec '" + codec +
                     "': let the engine that wrote it rewrite its manifests with gzip or zstd"};
  }
  codec_ = *known;
  const auto schema = metadata("avro.schema");
  if (!schema) return error("its header has no schema");
  auto parsed = parse_avro_schema(*schema);
  if (!parsed) return Error{parsed.error().code, name_ + ": " + parsed.error().message};
  schema_ = std::move(*parsed);
  if (schema_->kind != Kind::kRecord || schema_->is_empty) {
    return error("its values are not records");
  }
  return {};
}

std::optional<std::string> AvroReader::metadata(std::string_view name) const {
  const auto it = metadata_.find(name);
  return it == metadata_.end() ? std::nullopt : std::optional(it->second);
}

Result<bool> AvroReader::next() {
  if (!cursor_.ok()) return error(cursor_.fault());
  if (records_left_ == 0 && !cursor_.at_end()) return error("a block is longer than its records");
  while (records_left_ == 0) {
    if (at_ == bytes_.size()) return false;
    RETURN_IF_ERROR(next_block());
  }
  --records_left_;
  return true;
}

Status AvroReader::next_block() {
  block_start_ = at_;
  AvroCursor block(bytes_.substr(at_));
  const std::int64_t records = block.get_long();
  const std::string_view packed = block.get_bytes();
  const std::string_view sync = block.get_fixed(kSyncBytes);
  if (!block.ok() || records < 0) return error("a block breaks off");
  if (sync != sync_) return error("a block does not end with the file's sync marker");
  std::string_view data = packed;
  if (codec_ != AvroCodec::kNull) {
    const Status done = unpack_block(codec_, packed, options_.most_block_bytes, &unpacked_);
    if (!done) {
      return Error{done.error().code, name_ + ", block at byte " + std::to_string(block_start_) +
                                          ": " + done.error().message};
    }
    data = unpacked_;
  }
  bytes_unpacked_ += data.size();
  if (bytes_unpacked_ > options_.most_bytes) {
    return error("it unpacks to more than " + std::to_string(options_.most_bytes) + " bytes");
  }
  // The schema has no empty records.
  if (static_cast<std::uint64_t>(records) > data.size()) {
    return error("a block has more records than bytes");
  }
  if (records == 0 && !data.empty()) return error("a block is longer than its records");
  at_ += block.position();
  records_left_ = static_cast<std::uint64_t>(records);
  cursor_ = AvroCursor(data);
  return {};
}

Error AvroReader::error(std::string_view what) const {
  return Error{ErrorCode::kInvalidData, name_ + ", block at byte " + std::to_string(block_start_) +
                                            ", byte " + std::to_string(cursor_.position()) +
                                            " of it: " + std::string(what)};
}

}  // namespace clicklake::iceberg
