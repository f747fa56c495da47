#include "format/parquet_test_reader.h"

#include <zstd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace clicklake {
namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

std::string_view take(std::string_view& bytes, std::size_t count) {
  require(bytes.size() >= count, "the bytes end early");
  const std::string_view taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return taken;
}

std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(take(bytes, 1)[0]);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}

std::int64_t take_zigzag(std::string_view& bytes) {
  const std::uint64_t value = take_varint(bytes);
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

template <typename T>
T take_fixed(std::string_view& bytes) {
  T value;
  std::memcpy(&value, take(bytes, sizeof(T)).data(), sizeof(T));
  return value;
}

ThriftValue read_value(std::string_view& bytes, int type) {
  ThriftValue value;
  switch (type) {
    case 1: value.number = 1; break;
    case 2: break;
    case 3:
      value.number = static_cast<std::int64_t>(take_fixed<std::uint8_t>(bytes) ^ 0x80) - 0x80;
      break;
    case 4:
    case 5:
    case 6: value.number = take_zigzag(bytes); break;
    case 8: value.bytes = take(bytes, take_varint(bytes)); break;
    case 9: {
      const auto header = static_cast<unsigned char>(take(bytes, 1)[0]);
      const std::size_t size = header >> 4 == 15 ? take_varint(bytes) : header >> 4;
      for (std::size_t i = 0; i < size; ++i) value.list.push_back(read_value(bytes, header & 15));
      break;
    }
    case 12: return read_thrift(bytes);
    default: throw std::runtime_error("Thrift type " + std::to_string(type));
  }
  return value;
}

int levels_width(int max) { return max == 0 ? 0 : max == 1 ? 1 : 2; }

std::vector<std::uint32_t> take_levels(std::string_view& page, int max, std::size_t count) {
  if (max == 0) return std::vector<std::uint32_t>(count, 0);
  const auto length = take_fixed<std::uint32_t>(page);
  return read_hybrid(take(page, length), levels_width(max), count);
}

/// parquet.thrift types 0 boolean, 1 int32, 2 int64, 6 byte array.
std::vector<std::string> take_plain(std::string_view& page, int type, std::size_t count) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < count; ++i) {
    switch (type) {
      case 0: values.emplace_back((page.at(i / 8) >> (i % 8) & 1) != 0 ? "1" : "0"); break;
      case 1: values.push_back(std::to_string(take_fixed<std::int32_t>(page))); break;
      case 2: values.push_back(std::to_string(take_fixed<std::int64_t>(page))); break;
      default: values.emplace_back(take(page, take_fixed<std::uint32_t>(page)));
    }
  }
  if (type == 0) page.remove_prefix((count + 7) / 8);
  require(page.empty(), "bytes behind the values");
  return values;
}

struct LeafSchema {
  int type = 0;
  int max_repetition = 0;
  int max_definition = 0;
};

std::vector<LeafSchema> leaf_schemas(const ThriftValue& footer) {
  std::vector<LeafSchema> leaves;
  const std::vector<ThriftValue>& elements = footer[2].list;
  std::size_t next = 1;
  const auto walk = [&](auto&& self, int repetition, int definition) -> void {
    const ThriftValue& element = elements.at(next++);
    const auto kind = element[3].number;
    repetition += kind == 2 ? 1 : 0;
    definition += kind != 0 ? 1 : 0;
    if (element.has(5)) {
      for (std::int64_t i = 0; i < element[5].number; ++i) self(self, repetition, definition);
    } else {
      leaves.push_back({static_cast<int>(element[1].number), repetition, definition});
    }
  };
  while (next < elements.size()) walk(walk, 0, 0);
  return leaves;
}

void read_chunk(const ThriftValue& meta, const LeafSchema& schema, ParquetContent& content,
                LeafValues& out) {
  const bool has_dictionary = meta.has(11);
  const auto start = static_cast<std::size_t>(has_dictionary ? meta[11].number : meta[9].number);
  std::string_view bytes =
      std::string_view(content.bytes).substr(start, static_cast<std::size_t>(meta[7].number));
  std::vector<std::string> dictionary;
  std::int64_t values_seen = 0;
  std::int64_t nulls = 0;
  std::int64_t plain_bytes = 0;
  bool seen_data = false;
  while (!bytes.empty()) {
    const std::size_t at = static_cast<std::size_t>(bytes.data() - content.bytes.data());
    const std::size_t before = bytes.size();
    const ThriftValue header = read_thrift(bytes);
    plain_bytes += static_cast<std::int64_t>(before - bytes.size()) + header[2].number;
    const std::string_view stored = take(bytes, static_cast<std::size_t>(header[3].number));
    std::string plain(static_cast<std::size_t>(header[2].number), '\0');
    if (meta[4].number == 6) {
      const std::size_t size =
          ZSTD_decompress(plain.data(), plain.size(), stored.data(), stored.size());
      require(size == plain.size(), "a page is no zstd frame of the size that its header says");
    } else {
      plain = stored;
      require(header[2].number == header[3].number, "an uncompressed page has two sizes");
    }
    std::string_view page = plain;
    if (header[1].number == 2) {
      require(has_dictionary && static_cast<std::int64_t>(at) == meta[11].number,
              "the dictionary page is not where the footer says");
      dictionary = take_plain(page, schema.type, static_cast<std::size_t>(header[7][1].number));
      continue;
    }
    require(seen_data || static_cast<std::int64_t>(at) == meta[9].number,
            "the first data page is not where the footer says");
    seen_data = true;
    ++content.pages;
    const auto count = static_cast<std::size_t>(header[5][1].number);
    const auto repetition = take_levels(page, schema.max_repetition, count);
    const auto definition = take_levels(page, schema.max_definition, count);
    std::size_t present = 0;
    for (const std::uint32_t level : definition)
      present += level == static_cast<std::uint32_t>(schema.max_definition) ? 1 : 0;
    std::vector<std::string> values;
    if (header[5][2].number == 8) {
      const int width = take_fixed<std::uint8_t>(page);
      for (const std::uint32_t index : read_hybrid(page, width, present))
        values.push_back(dictionary.at(index));
    } else {
      require(header[5][2].number == 0, "an encoding that is not PLAIN nor RLE_DICTIONARY");
      values = take_plain(page, schema.type, present);
    }
    std::size_t next = 0;
    for (std::size_t i = 0; i < count; ++i) {
      LeafValues::Slot slot{static_cast<int>(repetition[i]), static_cast<int>(definition[i]),
                            std::nullopt};
      if (slot.definition == schema.max_definition) slot.value = values[next++];
      nulls += slot.value ? 0 : 1;
      out.slots.push_back(slot);
    }
    values_seen += static_cast<std::int64_t>(count);
  }
  require(values_seen == meta[5].number, "num_values is not the number of values");
  require(nulls == meta[12][3].number, "null_count is not the number of nulls");
  require(plain_bytes == meta[6].number, "total_uncompressed_size is not the pages' size");
}

}  // namespace

ThriftValue read_thrift(std::string_view& bytes) {
  ThriftValue value;
  int field = 0;
  for (;;) {
    const auto header = static_cast<unsigned char>(take(bytes, 1)[0]);
    if (header == 0) return value;
    field = header >> 4 == 0 ? static_cast<int>(take_zigzag(bytes)) : field + (header >> 4);
    require(!value.has(field), "a Thrift field comes twice");
    value.fields[field] = read_value(bytes, header & 15);
  }
}

std::vector<std::uint32_t> read_hybrid(std::string_view bytes, int width, std::size_t count) {
  std::vector<std::uint32_t> values;
  while (values.size() < count) {
    const std::uint64_t header = take_varint(bytes);
    if ((header & 1) == 0) {
      std::uint32_t value = 0;
      const std::string_view repeated = take(bytes, (static_cast<std::size_t>(width) + 7) / 8);
      std::memcpy(&value, repeated.data(), repeated.size());
      values.insert(values.end(), header >> 1, value);
      require(values.size() <= count, "a run goes on behind the last value");
      continue;
    }
    const std::string_view packed = take(bytes, (header >> 1) * static_cast<std::size_t>(width));
    for (std::size_t i = 0; i < (header >> 1) * 8 && values.size() < count; ++i) {
      std::uint32_t value = 0;
      for (int bit = 0; bit < width; ++bit) {
        const std::size_t at = i * static_cast<std::size_t>(width) + static_cast<std::size_t>(bit);
        value |= static_cast<std::uint32_t>(packed[at / 8] >> (at % 8) & 1) << bit;
      }
      values.push_back(value);
    }
  }
  require(bytes.empty(), "bytes behind the last run");
  return values;
}

std::vector<std::string> LeafValues::flat() const {
  std::vector<std::string> texts;
  texts.reserve(slots.size());
  for (const Slot& slot : slots) texts.push_back(slot.value.value_or("~"));
  return texts;
}

std::string ParquetContent::metadata(std::string_view key) const {
  for (const ThriftValue& pair : footer[5].list) {
    if (pair[1].bytes == key) return pair[2].bytes;
  }
  throw std::runtime_error("no metadata " + std::string(key));
}

ParquetContent read_parquet(const std::filesystem::path& path) {
  ParquetContent content;
  std::ifstream in(path, std::ios::binary);
  content.bytes.assign(std::istreambuf_iterator<char>(in), {});
  const std::string_view bytes = content.bytes;
  require(bytes.size() >= 12 && bytes.starts_with("PAR1") && bytes.ends_with("PAR1"),
          path.string() + " is no Parquet file");
  std::string_view tail = bytes.substr(bytes.size() - 8);
  const std::size_t length = take_fixed<std::uint32_t>(tail);
  std::string_view footer = bytes.substr(bytes.size() - 8 - length, length);
  content.footer = read_thrift(footer);
  require(footer.empty(), "bytes behind the footer");
  const std::vector<LeafSchema> schemas = leaf_schemas(content.footer);
  content.leaves.resize(schemas.size());
  std::int64_t end = 4;
  for (const ThriftValue& group : content.footer[4].list) {
    require(group[5].number == end, "a row group does not follow the one before");
    for (std::size_t i = 0; i < schemas.size(); ++i) {
      const ThriftValue& meta = group[1].list.at(i)[3];
      if (&group == content.footer[4].list.data()) {
        content.codecs.emplace_back(meta[4].number == 6 ? "zstd" : "none");
        content.dictionaries.push_back(meta.has(11));
      }
      read_chunk(meta, schemas[i], content, content.leaves[i]);
      end += meta[7].number;
    }
    require(group[6].number == end - group[5].number,
            "total_compressed_size is not the chunks' size");
  }
  require(end == static_cast<std::int64_t>(bytes.size() - 8 - length),
          "bytes between row groups and footer");
  return content;
}

}  // namespace clicklake
