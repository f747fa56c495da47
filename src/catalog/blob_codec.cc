#include "catalog/blob_codec.h"

#include <optional>

namespace clicklake {
namespace {

constexpr char kStatisticsVersion = 1;
constexpr char kArrivalsVersion = 1;
constexpr std::uint64_t kHasLower = 1;
constexpr std::uint64_t kHasUpper = 2;

void put_unsigned(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void put_signed(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  put_unsigned(out, (bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void put_bytes(std::string& out, std::string_view bytes) {
  put_unsigned(out, bytes.size());
  out += bytes;
}

/// Wrapping difference and sum, so that any two times do.
std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// Reads what put_* wrote; after the first thing that does not fit, everything is zero and !ok().
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

  std::uint64_t get_unsigned() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  std::int64_t get_signed() {
    const std::uint64_t bits = get_unsigned();
    return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
  }
  std::string_view get_bytes() {
    const std::uint64_t size = get_unsigned();
    if (size > bytes_.size()) {
      fail();
      return {};
    }
    const std::string_view bytes = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return bytes;
  }
  /// A number of things of at least one byte each: never more than there are bytes left.
  std::uint64_t get_count() {
    const std::uint64_t count = get_unsigned();
    if (count <= bytes_.size()) return count;
    fail();
    return 0;
  }
  bool get_version(char expected) {
    if (bytes_.empty() || bytes_.front() != expected) {
      fail();
      return false;
    }
    bytes_.remove_prefix(1);
    return true;
  }

 private:
  void fail() {
    ok_ = false;
    bytes_ = {};
  }

  std::string_view bytes_;
  bool ok_ = true;
};

Error broken(std::string_view what) {
  return Error{ErrorCode::kCorruption,
               "the stored " + std::string(what) + " can't be read: the catalog is damaged"};
}

}  // namespace

std::string encode_statistics(const ParquetFileInfo& info) {
  std::string out;
  out.reserve(16 + 5 * info.split_offsets.size() + 48 * info.columns.size());
  out.push_back(kStatisticsVersion);
  put_unsigned(out, info.split_offsets.size());
  std::int64_t previous = 0;
  for (const std::int64_t offset : info.split_offsets) {
    put_signed(out, difference(offset, previous));
    previous = offset;
  }
  put_unsigned(out, info.columns.size());
  for (const ColumnStatistics& column : info.columns) {
    put_signed(out, column.field_id);
    put_signed(out, column.size_bytes);
    put_signed(out, column.value_count);
    put_signed(out, column.null_count);
    put_unsigned(out, (column.lower ? kHasLower : 0) | (column.upper ? kHasUpper : 0));
    if (column.lower) put_bytes(out, *column.lower);
    if (column.upper) put_bytes(out, *column.upper);
  }
  return out;
}

Status decode_statistics(std::string_view bytes, ParquetFileInfo& info) {
  Reader reader(bytes);
  info.split_offsets.clear();
  info.columns.clear();
  reader.get_version(kStatisticsVersion);
  info.split_offsets.resize(reader.get_count());
  std::int64_t previous = 0;
  for (std::int64_t& offset : info.split_offsets) {
    previous = offset = sum(previous, reader.get_signed());
  }
  info.columns.resize(reader.get_count());
  for (ColumnStatistics& column : info.columns) {
    column.field_id = static_cast<int>(reader.get_signed());
    column.size_bytes = reader.get_signed();
    column.value_count = reader.get_signed();
    column.null_count = reader.get_signed();
    const std::uint64_t has = reader.get_unsigned();
    if ((has & kHasLower) != 0) column.lower = std::string(reader.get_bytes());
    if ((has & kHasUpper) != 0) column.upper = std::string(reader.get_bytes());
    if (!reader.ok()) break;
  }
  if (!reader.ok() || !reader.at_end()) return broken("statistics of a data file");
  return {};
}

std::string encode_arrivals(const Arrivals& arrivals) {
  std::string out;
  out.reserve(2 + 10 * arrivals.size());
  out.push_back(kArrivalsVersion);
  put_unsigned(out, arrivals.size());
  std::int64_t previous = 0;
  for (const auto& [arrived_at, records] : arrivals) {
    put_signed(out, difference(arrived_at, previous));
    put_signed(out, records);
    previous = arrived_at;
  }
  return out;
}

Result<Arrivals> decode_arrivals(std::string_view bytes) {
  Reader reader(bytes);
  reader.get_version(kArrivalsVersion);
  Arrivals arrivals(reader.get_count());
  std::int64_t previous = 0;
  for (auto& [arrived_at, records] : arrivals) {
    previous = arrived_at = sum(previous, reader.get_signed());
    records = reader.get_signed();
    if (!reader.ok()) break;
  }
  if (!reader.ok() || !reader.at_end()) return broken("arrivals of a raw file");
  return arrivals;
}

}  // namespace clicklake
