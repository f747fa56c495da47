#pragma once
/// Reads the Thrift compact protocol from bytes that nobody vouches for.
///
/// Place: footers of Parquet files; the counterpart of parquet_thrift's writer.
/// Invariant: never reads outside of its bytes, makes nothing larger than they are, and nests no
/// deeper than kMostDepth. The first fault is kept with its byte; after it every reading call
/// gives nothing, so that callers may look at ok() once at the end.
/// Thread safety: thread-compatible. Source: Thrift's "compact protocol" specification.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clicklake {

enum class ThriftType : std::uint8_t {
  kTrue = 1,
  kFalse = 2,
  kByte = 3,
  kI16 = 4,
  kI32 = 5,
  kI64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
};

struct ThriftList {
  ThriftType type{};
  std::size_t size = 0;  ///< never above the number of bytes that follow
};

class ThriftReader {
 public:
  static constexpr int kMostDepth = 32;

  /// `bytes` are borrowed.
  explicit ThriftReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return fault_.empty(); }
  const std::string& fault() const { return fault_; }
  /// The next byte; after a fault, the one at which it is.
  std::size_t position() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }
  /// Keeps the first fault. Returns false.
  bool fail(std::string_view fault);

  /// Reads a struct: `on_field(id, type)` reads a field and returns true, or leaves it and returns
  /// false, then it is skipped.
  template <typename OnField>
  void structure(OnField&& on_field) {
    if (!enter()) return;
    int id = 0;
    while (const auto type = next_field(&id)) {
      if (!on_field(id, *type) && ok()) skip(*type);
    }
    leave();
  }

  /// A list's or set's header; `on_element(element type)` reads each one.
  template <typename OnElement>
  void list(ThriftType type, OnElement&& on_element) {
    const ThriftList header = begin_list(type);
    for (std::size_t i = 0; i < header.size && ok(); ++i) on_element(header.type);
  }

  /// Any whole number. A fault where `type` is another.
  std::int64_t integer(ThriftType type);
  /// As integer, and a fault where it does not fit 32 bits.
  std::int32_t integer32(ThriftType type);
  /// Of a field; elements of lists are not read by this.
  bool boolean(ThriftType type);
  /// Borrowed from the reader's bytes.
  std::string_view binary(ThriftType type);
  /// A fault where `type` is another.
  bool expect(ThriftType type, ThriftType wanted);
  void skip(ThriftType type);

 private:
  bool enter();
  void leave() { --depth_; }
  std::optional<ThriftType> next_field(int* id);
  ThriftList begin_list(ThriftType type);
  std::uint8_t byte();
  std::uint64_t varint();
  std::int64_t zigzag();
  std::size_t length();

  std::string_view bytes_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string fault_;
};

}  // namespace clicklake
