#include "format/parquet_footer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

#include "format/parquet_footer_schema.h"
#include "format/parquet_thrift_reader.h"

namespace clicklake {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kEncryptedMagic = "PARE";
constexpr std::int64_t kTrailerBytes = 8;  // the footer's length and the magic
constexpr std::int64_t kTailBytes = 64 << 10;
constexpr std::size_t kMostPathBytes = std::size_t{64} << 20;

/// Bounds as stored.
struct Statistics {
  std::string_view min;
  std::string_view max;
  bool has_min = false;
  bool has_max = false;
  bool deprecated = false;  ///< compared as signed numbers whatever they are
  std::optional<std::int64_t> nulls;
};

Statistics read_statistics(ThriftReader& in) {
  Statistics out;
  std::string_view old_min;
  std::string_view old_max;
  bool has_old_min = false;
  bool has_old_max = false;
  in.structure([&](int id, ThriftType type) {
    switch (id) {
      case 1: old_max = in.binary(type), has_old_max = true; return true;
      case 2: old_min = in.binary(type), has_old_min = true; return true;
      case 3: out.nulls = in.integer(type); return true;
      case 5: out.max = in.binary(type), out.has_max = true; return true;
      case 6: out.min = in.binary(type), out.has_min = true; return true;
      default: return false;
    }
  });
  if (!out.has_min && !out.has_max && has_old_min && has_old_max) {
    out.min = old_min;
    out.max = old_max;
    out.has_min = out.has_max = out.deprecated = true;
  }
  return out;
}

std::optional<std::int64_t> little_endian(std::string_view bytes, std::size_t size,
                                          bool is_signed) {
  if (bytes.size() != size) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  if (size == 4 && is_signed) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  if (size == 8 && !is_signed && value >> 63U != 0) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

/// `value` of `unit` in microseconds, rounded up or down.
std::optional<std::int64_t> micros(std::int64_t value, ParquetUnit unit, bool up) {
  if (unit == ParquetUnit::kMillis) {
    if (value > kHighest / 1000 || value < kLowest / 1000) return std::nullopt;
    return value * 1000;
  }
  if (unit == ParquetUnit::kMicros) return value;
  const std::int64_t whole = value / 1000;
  const std::int64_t rest = value % 1000;
  if (up) return rest > 0 ? whole + 1 : whole;
  return rest < 0 ? whole - 1 : whole;
}

/// Whether bounds of a leaf mean something as whole numbers.
bool is_bounded(const ParquetNode& leaf) {
  if (leaf.physical != ParquetPhysical::kInt32 && leaf.physical != ParquetPhysical::kInt64)
    return false;
  return leaf.meaning == ParquetMeaning::kNone || leaf.meaning == ParquetMeaning::kInteger ||
         leaf.meaning == ParquetMeaning::kDate || leaf.meaning == ParquetMeaning::kTimestamp;
}

std::optional<ParquetChunkInfo::Range> bounds_of(const Statistics& stored,
                                                 const ParquetNode& leaf) {
  if (!stored.has_min || !stored.has_max || !is_bounded(leaf)) return std::nullopt;
  if (stored.deprecated && !leaf.is_signed) return std::nullopt;
  const std::size_t size = leaf.physical == ParquetPhysical::kInt32 ? 4 : 8;
  auto min = little_endian(stored.min, size, leaf.is_signed);
  auto max = little_endian(stored.max, size, leaf.is_signed);
  if (leaf.meaning == ParquetMeaning::kTimestamp) {
    if (min) min = micros(*min, leaf.unit, false);
    if (max) max = micros(*max, leaf.unit, true);
  }
  // Bounds that contradict each other say nothing.
  if (!min || !max || *min > *max) return std::nullopt;
  return ParquetChunkInfo::Range{*min, *max};
}

class FooterReader {
 public:
  FooterReader(std::string_view metadata, std::int64_t file_bytes)
      : in_(metadata), file_bytes_(file_bytes) {
    out_.file_bytes = file_bytes;
    out_.footer_bytes = static_cast<std::int64_t>(metadata.size());
  }

  ParquetFooter read() {
    in_.structure([&](int id, ThriftType type) {
      switch (id) {
        case 2: read_schema(type); return true;
        case 3:
          out_.rows = in_.integer(type);
          has_rows_ = true;
          return true;
        case 4: read_row_groups(type); return true;
        case 6: out_.created_by = in_.binary(type); return true;
        default: return false;
      }
    });
    if (in_.ok() && !has_schema_) in_.fail("there is no schema");
    if (in_.ok() && !has_rows_) in_.fail("there is no number of rows");
    if (in_.ok() && sum_of_rows_ != out_.rows)
      in_.fail("the rows of the row groups don't add up to those of the file");
    if (in_.ok() && !in_.at_end()) in_.fail("there are bytes behind the footer's structure");
    return std::move(out_);
  }

  const ThriftReader& in() const { return in_; }

 private:
  void read_schema(ThriftType type) {
    if (has_schema_) {
      in_.fail("there are two schemas");
      return;
    }
    has_schema_ = true;
    out_.columns = read_parquet_schema(in_, type);
    for (std::size_t i = 0; i < out_.columns.size(); ++i) add_leaves(out_.columns[i], "", i);
  }

  void add_leaves(const ParquetNode& node, const std::string& prefix, std::size_t column) {
    const std::string path = prefix.empty() ? node.name : prefix + "." + node.name;
    if (node.is_group()) {
      for (const ParquetNode& child : node.children) {
        if (in_.ok()) add_leaves(child, path, column);
      }
      return;
    }
    // Each leaf repeats the names above it: a few bytes could ask for gigabytes.
    path_bytes_ += path.size();
    if (path_bytes_ > kMostPathBytes) {
      in_.fail("the names of the columns are too long");
      return;
    }
    leaves_.push_back(&node);
    out_.leaves.push_back({path, column, *node.physical, node.meaning});
  }

  void read_row_groups(ThriftType type) {
    // The format's field order has the schema first.
    if (!has_schema_) in_.fail("row groups come before the schema");
    in_.list(type, [&](ThriftType element) {
      if (in_.expect(element, ThriftType::kStruct)) read_row_group();
    });
  }

  void read_row_group() {
    ParquetRowGroupInfo group;
    group.rows = -1;
    in_.structure([&](int id, ThriftType type) {
      switch (id) {
        case 1:
          in_.list(type, [&](ThriftType element) {
            if (group.chunks.size() == leaves_.size()) {
              in_.fail("a row group has more columns than the schema");
            } else if (in_.expect(element, ThriftType::kStruct)) {
              group.chunks.push_back(read_chunk(*leaves_[group.chunks.size()]));
            }
          });
          return true;
        case 3: group.rows = in_.integer(type); return true;
        default: return false;
      }
    });
    if (in_.ok() && group.chunks.size() != leaves_.size())
      in_.fail("a row group has fewer columns than the schema");
    if (in_.ok() && (group.rows < 0 || group.rows > kHighest - sum_of_rows_))
      in_.fail("a row group's number of rows is none");
    if (!in_.ok()) return;
    sum_of_rows_ += group.rows;
    out_.row_groups.push_back(std::move(group));
  }

  ParquetChunkInfo read_chunk(const ParquetNode& leaf) {
    ParquetChunkInfo chunk;
    bool has_metadata = false;
    in_.structure([&](int id, ThriftType type) {
      if (id != 3) return false;
      if (!in_.expect(type, ThriftType::kStruct)) return true;
      has_metadata = true;
      chunk = read_chunk_metadata(leaf);
      return true;
    });
    if (in_.ok() && !has_metadata) in_.fail("a column chunk has no metadata: is it encrypted?");
    return chunk;
  }

  ParquetChunkInfo read_chunk_metadata(const ParquetNode& leaf) {
    ParquetChunkInfo chunk;
    chunk.compressed_bytes = -1;
    Statistics statistics;
    in_.structure([&](int id, ThriftType type) {
      switch (id) {
        case 1:
          if (in_.integer(type) != static_cast<std::int64_t>(*leaf.physical))
            in_.fail("a column chunk has another type than its column");
          return true;
        case 5: chunk.values = in_.integer(type); return true;
        case 7: chunk.compressed_bytes = in_.integer(type); return true;
        case 12:
          if (in_.expect(type, ThriftType::kStruct)) statistics = read_statistics(in_);
          return true;
        default: return false;
      }
    });
    if (!in_.ok()) return chunk;
    if (chunk.compressed_bytes < 0 || chunk.compressed_bytes > file_bytes_) {
      in_.fail("a column chunk's size does not fit into the file");
    } else if (chunk.values < 0) {
      in_.fail("a column chunk's number of values is negative");
    }
    if (statistics.nulls && *statistics.nulls >= 0 && *statistics.nulls <= chunk.values)
      chunk.nulls = statistics.nulls;
    chunk.bounds = bounds_of(statistics, leaf);
    return chunk;
  }

  ThriftReader in_;
  std::int64_t file_bytes_;
  ParquetFooter out_;
  std::vector<const ParquetNode*> leaves_;
  std::size_t path_bytes_ = 0;
  std::int64_t sum_of_rows_ = 0;
  bool has_rows_ = false;
  bool has_schema_ = false;
};

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// False: errno, or 0 where the file ends early.
bool read_exactly(int descriptor, std::span<char> out, std::int64_t offset) {
  while (!out.empty()) {
    const ssize_t got = ::pread(descriptor, out.data(), out.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (got == 0) errno = 0;
      return false;
    }
    out = out.subspan(static_cast<std::size_t>(got));
    offset += got;
  }
  return true;
}

Error damaged(std::string_view name, std::int64_t byte, std::string_view what) {
  return Error{ErrorCode::kInvalidData, std::string(name) + ", byte " + std::to_string(byte) +
                                            ": damaged Parquet footer: " + std::string(what)};
}

}  // namespace

Result<ParquetFooter> parse_parquet_footer(std::string_view metadata, std::int64_t file_bytes,
                                           std::string_view name) {
  FooterReader reader(metadata, file_bytes);
  ParquetFooter footer = reader.read();
  if (reader.in().ok()) return footer;
  const std::int64_t begin =
      file_bytes - kTrailerBytes - static_cast<std::int64_t>(metadata.size());
  return damaged(name, begin + static_cast<std::int64_t>(reader.in().position()),
                 reader.in().fault());
}

Result<ParquetFooter> read_parquet_footer(const std::filesystem::path& path) {
  const std::string name = path.string();
  const OpenFile file(path);
  struct stat status {};
  if (file.descriptor() < 0) return errno_error(errno, "open " + name);
  if (::fstat(file.descriptor(), &status) != 0) return errno_error(errno, "look at " + name);
  if (!S_ISREG(status.st_mode)) return errno_error(EISDIR, "read the Parquet footer of " + name);
  const std::int64_t size = status.st_size;
  const auto read_back = [&](std::string& out, std::int64_t bytes) -> Status {
    out.resize(static_cast<std::size_t>(bytes));
    if (read_exactly(file.descriptor(), out, size - bytes)) return {};
    if (errno == 0) return damaged(name, size - bytes, "the file became shorter while it was read");
    return errno_error(errno, "read " + name);
  };
  std::string tail;
  RETURN_IF_ERROR(read_back(tail, std::min(size, kTailBytes)));
  if (tail.ends_with(kEncryptedMagic) && size >= 12) {
    return Error{ErrorCode::kUnsupported,
                 name + " is a Parquet file with an encrypted footer, which can't be read"};
  }
  if (size < 12 || !tail.ends_with(kMagic)) {
    return Error{ErrorCode::kInvalidData, name + " is no Parquet file, or was cut off: its " +
                                              std::to_string(size) +
                                              " bytes don't end in \"PAR1\""};
  }
  std::uint32_t length = 0;
  std::memcpy(&length, tail.data() + tail.size() - kTrailerBytes, sizeof(length));
  if (length > size - kTrailerBytes - 4) {
    return damaged(name, size - kTrailerBytes,
                   "its length, " + std::to_string(length) + ", is more than the file has");
  }
  if (length > kMostFooterBytes) {
    return Error{ErrorCode::kUnsupported, name + ": its footer of " + std::to_string(length) +
                                              " bytes is larger than the " +
                                              std::to_string(kMostFooterBytes) + " that are read"};
  }
  if (length + kTrailerBytes > static_cast<std::int64_t>(tail.size()))
    RETURN_IF_ERROR(read_back(tail, length + kTrailerBytes));
  const std::string_view metadata =
      std::string_view(tail).substr(tail.size() - kTrailerBytes - length, length);
  return parse_parquet_footer(metadata, size, name);
}

}  // namespace clicklake
