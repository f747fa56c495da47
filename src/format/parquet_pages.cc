#include "format/parquet_pages.h"

namespace clicklake {

void ShortLevels::add_run(std::uint32_t level, std::uint32_t max, std::size_t count) {
  char* const begin = bytes.data() + size;
  char* const end = pack_run(level, count, bits_for(max), begin + 4);
  put_length(begin, static_cast<std::size_t>(end - begin) - 4);
  size = static_cast<std::uint8_t>(end - bytes.data());
}

void ChunkDraft::clear() {
  pages.clear();
  dictionary_order = {};
  level_count = value_count = null_count = 0;
  bounds = {};
}

char* write_presence(const std::uint64_t* words, std::size_t begin, std::size_t count, char* out) {
  char* const end = pack_hybrid_bits(words + begin / 64, count, out + 4);
  put_length(out, static_cast<std::size_t>(end - out) - 4);
  return end;
}

char* BooleanBody::write(std::size_t first, std::size_t count, char* out) const {
  for (std::size_t i = 0; i < count; i += 64) {
    std::uint64_t word = 0;
    bits_of_bytes(values + first + i, std::min<std::size_t>(64, count - i), &word);
    std::memcpy(out + i / 8, &word, 8);
  }
  return out + (count + 7) / 8;
}

std::size_t plain_string_bytes(std::span<const std::string_view> strings) {
  std::size_t bytes = strings.size() * 4;
  for (const std::string_view string : strings) bytes += string.size();
  return bytes;
}

std::size_t StringBody::bound(std::size_t first, std::size_t count) const {
  return plain_string_bytes({values + first, count}) + 1;
}

char* StringBody::write(std::size_t first, std::size_t count, char* out) const {
  for (const std::string_view string : std::span(values + first, count)) {
    put_length(out, string.size());
    out += 4;
    if (!string.empty()) std::memcpy(out, string.data(), string.size());
    out += string.size();
  }
  return out;
}

bool dictionary_pays(std::size_t entries, std::size_t dictionary_bytes, std::size_t count) {
  if (entries == 1) return true;
  const std::size_t index_bytes = count * static_cast<std::size_t>(index_width(entries)) / 8;
  const std::size_t plain_bytes = dictionary_bytes / entries * count;
  return dictionary_bytes + index_bytes < plain_bytes && dictionary_bytes < kMostPageBytes;
}

void add_dictionary_page(std::span<const std::string_view> dictionary, Arena& arena,
                         ChunkDraft& draft) {
  const StringBody body{dictionary.data()};
  char* const start = arena.allocate(body.bound(0, dictionary.size()));
  char* const end = body.write(0, dictionary.size(), start);
  PageDraft page;
  page.is_dictionary = true;
  page.level_count = dictionary.size();
  page.body.plain = {start, static_cast<std::size_t>(end - start)};
  draft.pages.push_back(page);
}

void add_dictionary_page(ColumnType type, std::span<const std::int64_t> dictionary, Arena& arena,
                         ChunkDraft& draft) {
  PageDraft page;
  page.is_dictionary = true;
  page.level_count = dictionary.size();
  if (parquet_type(type) == ParquetType::kInt32) {
    auto* const narrow = arena.allocate_array<std::int32_t>(dictionary.size());
    std::transform(dictionary.begin(), dictionary.end(), narrow,
                   [](std::int64_t value) { return static_cast<std::int32_t>(value); });
    page.body.plain = {reinterpret_cast<const char*>(narrow),
                       dictionary.size() * sizeof(std::int32_t)};
  } else {
    page.body.plain = {reinterpret_cast<const char*>(dictionary.data()), dictionary.size_bytes()};
  }
  draft.pages.push_back(page);
}

std::size_t values_per_page(std::size_t values, std::size_t bytes, std::size_t page_bytes) {
  if (bytes <= page_bytes) return (values + 63) / 64 * 64;
  const std::size_t pages = (bytes + page_bytes - 1) / page_bytes;
  return (values / pages + 63) / 64 * 64;
}

}  // namespace clicklake
