#include "format/parquet_footer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

namespace clicklake {
namespace {

constexpr std::size_t kLongestFooter = 64U << 20;
constexpr int kMaxSkipDepth = 64;

/// The compact protocol, read with every bound checked. After a fault all reads give zeros.
class ThriftReader {
 public:
  enum Type : std::uint8_t {
    kStop,
    kTrue,
    kFalse,
    kI8,
    kI16,
    kI32,
    kI64,
    kDouble,
    kBinary,
    kList,
    kSet,
    kMap,
    kStruct
  };

  explicit ThriftReader(std::string_view bytes) : bytes_(bytes) {}

  bool failed() const { return failed_; }
  bool fail() {
    failed_ = true;
    bytes_ = {};
    return false;
  }

  /// The next field of the struct whose last one was `*id`; kStop at its end.
  Type field(int* id) {
    const std::uint8_t header = byte();
    const auto type = static_cast<Type>(header & 15);
    if (failed_ || type == kStop) return kStop;
    *id = header >> 4 != 0 ? *id + (header >> 4) : static_cast<int>(zigzag());
    return type;
  }
  std::int64_t zigzag() {
    const std::uint64_t v = varint();
    return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
  }
  /// The value of a field of `type`, which must be that of a 32-bit number.
  int i32(Type type) {
    if (type != kI32) {
      fail();
      return 0;
    }
    return static_cast<int>(zigzag());
  }
  std::string_view binary() {
    const std::uint64_t size = varint();
    if (size > bytes_.size()) {
      fail();
      return {};
    }
    const std::string_view out = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return out;
  }
  /// The number of a list's elements, which are of `*type`. Each takes a byte at least.
  std::size_t list(Type* type) {
    const std::uint8_t header = byte();
    *type = static_cast<Type>(header & 15);
    const std::uint64_t size = header >> 4 == 15 ? varint() : header >> 4;
    if (size > bytes_.size()) {
      fail();
      return 0;
    }
    return static_cast<std::size_t>(size);
  }
  std::uint8_t byte() {
    if (bytes_.empty()) {
      fail();
      return 0;
    }
    const auto b = static_cast<std::uint8_t>(bytes_[0]);
    bytes_.remove_prefix(1);
    return b;
  }
  void skip(Type type, int depth) {
    if (depth > kMaxSkipDepth) {
      fail();
      return;
    }
    switch (type) {
      case kTrue:
      case kFalse: return;
      case kI8: byte(); return;
      case kI16:
      case kI32:
      case kI64: varint(); return;
      case kDouble:
        if (bytes_.size() < 8) {
          fail();
        } else {
          bytes_.remove_prefix(8);
        }
        return;
      case kBinary: binary(); return;
      case kList:
      case kSet: {
        Type element = kStop;
        const std::size_t size = list(&element);
        for (std::size_t i = 0; i < size && !failed_; ++i) skip_element(element, depth + 1);
        return;
      }
      case kMap: {
        const std::uint64_t size = varint();
        if (size == 0) return;
        const std::uint8_t types = byte();
        if (size > bytes_.size()) {
          fail();
          return;
        }
        for (std::uint64_t i = 0; i < size && !failed_; ++i) {
          skip_element(static_cast<Type>(types >> 4), depth + 1);
          skip_element(static_cast<Type>(types & 15), depth + 1);
        }
        return;
      }
      case kStruct: {
        int id = 0;
        for (Type t = field(&id); t != kStop; t = field(&id)) skip(t, depth + 1);
        return;
      }
      default: fail();
    }
  }

 private:
  /// Booleans in containers take a byte.
  void skip_element(Type type, int depth) {
    if (type == kTrue || type == kFalse) {
      byte();
    } else {
      skip(type, depth);
    }
  }
  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t b = byte();
      v |= static_cast<std::uint64_t>(b & 0x7F) << shift;
      if (b < 0x80) return v;
    }
    fail();
    return 0;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

/// parquet.thrift `SchemaElement`.
struct Element {
  int type = -1;
  int repetition = 0;  ///< 0 required, 1 optional, 2 repeated
  std::string name;
  int children = 0;
  int converted = -1;
  int scale = 0;
  int precision = 0;
  int logical = -1;       ///< the field of the LogicalType union
  int integer_width = 0;  ///< of a logical integer
  bool integer_signed = true;
};

using Type = ThriftReader::Type;

/// The union LogicalType: which member, and of INTEGER its width.
void read_logical(ThriftReader& in, Element* element) {
  int id = 0;
  for (Type type = in.field(&id); type != ThriftReader::kStop; type = in.field(&id)) {
    element->logical = id;
    constexpr int kInteger = 10;
    constexpr int kDecimal = 5;
    if (type != ThriftReader::kStruct || (id != kInteger && id != kDecimal)) {
      in.skip(type, 0);
      continue;
    }
    int member = 0;
    for (Type t = in.field(&member); t != ThriftReader::kStop; t = in.field(&member)) {
      if (id == kInteger && member == 1 && t == ThriftReader::kI8) {
        element->integer_width = in.byte();
      } else if (id == kInteger && member == 2) {
        element->integer_signed = t == ThriftReader::kTrue;
      } else if (id == kDecimal && member <= 2 && t == ThriftReader::kI32) {
        (member == 1 ? element->scale : element->precision) = static_cast<int>(in.zigzag());
      } else {
        in.skip(t, 0);
      }
    }
  }
}

Element read_element(ThriftReader& in) {
  Element out;
  int id = 0;
  for (Type type = in.field(&id); type != ThriftReader::kStop; type = in.field(&id)) {
    switch (id) {
      case 1: out.type = in.i32(type); break;
      case 3: out.repetition = in.i32(type); break;
      case 4:
        if (type != ThriftReader::kBinary) {
          in.fail();
        } else {
          out.name = in.binary();
        }
        break;
      case 5: out.children = in.i32(type); break;
      case 6: out.converted = in.i32(type); break;
      case 7: out.scale = in.i32(type); break;
      case 8: out.precision = in.i32(type); break;
      case 10:
        if (type == ThriftReader::kStruct) {
          read_logical(in, &out);
        } else {
          in.fail();
        }
        break;
      default: in.skip(type, 0);
    }
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// parquet.thrift ConvertedType and the members of LogicalType.
enum Converted {
  kUtf8,
  kMapType,
  kMapKeyValue,
  kListType,
  kEnum,
  kDecimalType,
  kDateType,
  kTimeMillis,
  kTimeMicros,
  kTimestampMillis,
  kTimestampMicros,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kJson,
  kBson,
  kInterval
};
enum Logical {
  kLogicalString = 1,
  kLogicalMap = 2,
  kLogicalList = 3,
  kLogicalEnum = 4,
  kLogicalDecimal = 5,
  kLogicalDate = 6,
  kLogicalTime = 7,
  kLogicalTimestamp = 8,
  kLogicalInteger = 10,
  kLogicalJson = 12,
  kLogicalUuid = 14
};

std::optional<HiveType> leaf_type(const Element& e) {
  if (e.converted == kDecimalType || e.logical == kLogicalDecimal) {
    if (e.precision < 1 || e.precision > 38 || e.scale < 0 || e.scale > e.precision)
      return std::nullopt;
    HiveType type = HiveType::of(HiveKind::kDecimal);
    type.precision = e.precision;
    type.scale = e.scale;
    return type;
  }
  switch (e.type) {
    case 0: return HiveType::of(HiveKind::kBoolean);
    case 1:
      if (e.converted == kDateType || e.logical == kLogicalDate)
        return HiveType::of(HiveKind::kDate);
      if (e.converted == kInt8 || (e.integer_signed && e.integer_width == 8))
        return HiveType::of(HiveKind::kTinyint);
      if (e.converted == kInt16 || (e.integer_signed && e.integer_width == 16))
        return HiveType::of(HiveKind::kSmallint);
      if (e.converted == kUint32 || (!e.integer_signed && e.integer_width == 32))
        return HiveType::of(HiveKind::kBigint);
      return HiveType::of(HiveKind::kInt);
    case 2:
      if (e.converted == kTimestampMillis || e.converted == kTimestampMicros ||
          e.logical == kLogicalTimestamp)
        return HiveType::of(HiveKind::kTimestamp);
      return HiveType::of(HiveKind::kBigint);
    case 3: return HiveType::of(HiveKind::kTimestamp);  // INT96
    case 4: return HiveType::of(HiveKind::kFloat);
    case 5: return HiveType::of(HiveKind::kDouble);
    case 6:
      if (e.converted == kUtf8 || e.converted == kEnum || e.converted == kJson ||
          e.logical == kLogicalString || e.logical == kLogicalEnum || e.logical == kLogicalJson)
        return HiveType::of(HiveKind::kString);
      return HiveType::of(HiveKind::kBinary);
    case 7: return HiveType::of(e.logical == kLogicalUuid ? HiveKind::kString : HiveKind::kBinary);
    default: return std::nullopt;
  }
}

/// Walks the schema list, which is the tree in depth-first order.
class SchemaWalk {
 public:
  explicit SchemaWalk(const std::vector<Element>& elements) : elements_(elements) {}

  std::optional<std::vector<HiveColumn>> columns() {
    if (elements_.empty() || elements_[0].children < 0) return std::nullopt;
    std::vector<HiveColumn> out;
    for (int i = 0; i < elements_[0].children; ++i) {
      if (next_ >= elements_.size()) return std::nullopt;
      const std::string name = lower(elements_[next_].name);
      auto type = node(0);
      if (!type) return std::nullopt;
      out.push_back({name, *std::move(type), ""});
    }
    if (next_ != elements_.size()) return std::nullopt;
    return out;
  }

 private:
  /// The type of the element at `next_`, which moves behind its tree.
  std::optional<HiveType> node(int depth) {
    if (depth > kMaxTypeDepth || next_ >= elements_.size()) return std::nullopt;
    const Element& e = elements_[next_];
    auto type = e.children > 0 ? group(e, depth) : leaf(e);
    if (!type || e.repetition != 2) return type;
    HiveType array = HiveType::of(HiveKind::kArray);  // a repeated field of the old form
    array.children.push_back(*std::move(type));
    return array;
  }
  std::optional<HiveType> leaf(const Element& e) {
    ++next_;
    return leaf_type(e);
  }
  std::optional<HiveType> group(const Element& e, int depth) {
    if (e.converted == kMapType || e.converted == kMapKeyValue || e.logical == kLogicalMap)
      return map(e, depth);
    if (e.converted == kListType || e.logical == kLogicalList) return list(e, depth);
    return fields(e, depth);
  }
  std::optional<HiveType> fields(const Element& e, int depth) {
    ++next_;
    HiveType out = HiveType::of(HiveKind::kStruct);
    for (int i = 0; i < e.children; ++i) {
      if (next_ >= elements_.size()) return std::nullopt;
      out.field_names.push_back(lower(elements_[next_].name));
      auto child = node(depth + 1);
      if (!child) return std::nullopt;
      out.children.push_back(*std::move(child));
    }
    return out;
  }
  std::optional<HiveType> map(const Element& e, int depth) {
    ++next_;
    if (e.children != 1 || next_ >= elements_.size() || elements_[next_].children != 2)
      return std::nullopt;
    ++next_;
    HiveType out = HiveType::of(HiveKind::kMap);
    for (int i = 0; i < 2; ++i) {
      auto child = node(depth + 1);
      if (!child) return std::nullopt;
      out.children.push_back(*std::move(child));
    }
    return out;
  }
  /// LogicalTypes.md, "Lists", with its rules for older writers.
  std::optional<HiveType> list(const Element& e, int depth) {
    ++next_;
    if (e.children != 1 || next_ >= elements_.size()) return std::nullopt;
    const Element& repeated = elements_[next_];
    std::optional<HiveType> element;
    if (repeated.children == 0) {
      element = leaf(repeated);
    } else if (repeated.children > 1 || repeated.name == "array" ||
               repeated.name == e.name + "_tuple") {
      element = fields(repeated, depth + 1);
    } else {
      ++next_;
      element = node(depth + 1);
    }
    if (!element) return std::nullopt;
    HiveType out = HiveType::of(HiveKind::kArray);
    out.children.push_back(*std::move(element));
    return out;
  }

  const std::vector<Element>& elements_;
  std::size_t next_ = 0;
};

Error damaged(const std::string& what) { return {ErrorCode::kInvalidData, what}; }

/// A file descriptor that is closed.
class File {
 public:
  explicit File(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

  Status read(std::int64_t offset, char* out, std::size_t size, const std::string& name) const {
    while (size > 0) {
      const ssize_t n = ::pread(fd_, out, size, offset);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno_error(errno, "read " + name);
      if (n == 0) return damaged(name + " became shorter while its footer was read");
      out += n;
      size -= static_cast<std::size_t>(n);
      offset += n;
    }
    return {};
  }

 private:
  int fd_;
};

}  // namespace

Result<std::vector<HiveColumn>> parquet_columns(std::string_view footer) {
  ThriftReader in(footer);
  std::vector<Element> elements;
  int id = 0;
  for (Type type = in.field(&id); type != ThriftReader::kStop; type = in.field(&id)) {
    if (id != 2 || type != ThriftReader::kList) {
      in.skip(type, 0);
      continue;
    }
    Type element = ThriftReader::kStop;
    const std::size_t size = in.list(&element);
    if (element != ThriftReader::kStruct) in.fail();
    for (std::size_t i = 0; i < size && !in.failed(); ++i) elements.push_back(read_element(in));
    break;  // row groups follow, which may be long
  }
  if (in.failed()) return damaged("its metadata is no Thrift of parquet.thrift's FileMetaData");
  auto columns = SchemaWalk(elements).columns();
  if (!columns) return damaged("its schema is no tree of types that Hive has");
  return *std::move(columns);
}

Result<std::vector<HiveColumn>> read_parquet_columns(const std::filesystem::path& file) {
  const File in(file);
  if (in.fd() < 0) return errno_error(errno, "open " + file.string());
  struct stat info {};
  if (::fstat(in.fd(), &info) != 0) return errno_error(errno, "stat " + file.string());
  constexpr std::int64_t kLeast = 12;
  char tail[8];
  if (info.st_size < kLeast) return damaged(file.string() + " is no Parquet file: it is too short");
  RETURN_IF_ERROR(in.read(info.st_size - 8, tail, sizeof tail, file.string()));
  if (std::memcmp(tail + 4, "PARE", 4) == 0)
    return damaged(file.string() + " is a Parquet file with an encrypted footer");
  std::uint32_t size = 0;
  std::memcpy(&size, tail, sizeof size);
  if (std::memcmp(tail + 4, "PAR1", 4) != 0 || size > kLongestFooter ||
      static_cast<std::int64_t>(size) > info.st_size - kLeast)
    return damaged(file.string() + " is no whole Parquet file: its end is not a footer's");
  std::string footer(size, '\0');
  RETURN_IF_ERROR(in.read(info.st_size - 8 - static_cast<std::int64_t>(size), footer.data(), size,
                          file.string()));
  auto columns = parquet_columns(footer);
  if (!columns)
    return damaged("the footer of " + file.string() + " is damaged: " + columns.error().message);
  return columns;
}

}  // namespace clicklake
