#include "crawl/file_sample.h"

#include <array>
#include <cstring>

#include "crawl/json_types.h"
#include "crawl/path_layout.h"
#include "format/line_reader.h"
#include "format/parquet_footer.h"
#include "format/parquet_footer_schema.h"
#include "format/text_source.h"

namespace clicklake {
namespace {

/// The lines of one block, without their ends.
std::vector<std::string_view> lines_of(const LineBlock& block, std::size_t limit) {
  std::vector<std::string_view> lines;
  const char* p = block.data;
  const char* const end = p + block.size;
  while (p < end && lines.size() < limit) {
    const auto* const line_end =
        static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
    std::string_view line(p, static_cast<std::size_t>(line_end - p));
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    p = line_end + 1;
  }
  return lines;
}

void add_json(const LineBlock& block, std::size_t limit, FileSample* sample) {
  JsonTypes reader;
  const char* p = block.data;
  const char* const end = p + block.size;
  for (std::size_t n = 0; p < end && n < limit; ++n) {
    switch (reader.add(p, &sample->row)) {
      case JsonTypes::Line::kObject: ++sample->lines; break;
      case JsonTypes::Line::kBlank: break;
      case JsonTypes::Line::kBad:
        ++sample->lines;
        ++sample->bad_lines;
        break;
    }
    p = static_cast<const char*>(::rawmemchr(p, '\n')) + 1;
  }
}

Result<FileSample> sample_text(const std::filesystem::path& file, FileFormat format,
                               const SampleOptions& options) {
  LineReaderOptions reading;
  reading.block_bytes = options.bytes;
  reading.max_line_bytes = std::max<std::size_t>(options.bytes, 1U << 20);
  reading.kept_of_overlong = 0;
  reading.hash = false;
  ASSIGN_OR_RETURN(const auto reader, LineReader::open(file, reading));
  FileSample sample;
  sample.format = format;
  LineBlock block;
  ASSIGN_OR_RETURN(const bool any, reader->next(&block));
  if (!any || block.size == 0) return sample;
  if (format == FileFormat::kJson) {
    add_json(block, options.lines, &sample);
    if (sample.lines > 0 && sample.bad_lines == sample.lines)
      return Error{ErrorCode::kInvalidData,
                   "none of its first " + std::to_string(sample.lines) + " lines is a JSON object"};
    return sample;
  }
  std::vector<std::string_view> lines = lines_of(block, options.lines + 1);
  std::erase_if(lines, [](std::string_view line) { return line.empty(); });
  sample.lines = static_cast<std::int64_t>(lines.size());
  if (!lines.empty()) {
    if (lines[0].starts_with("\xEF\xBB\xBF")) lines[0].remove_prefix(3);
    for (const std::string_view line : lines) {
      if (line.find('\0') != std::string_view::npos)
        return Error{ErrorCode::kInvalidData, "its first lines hold NUL bytes: it is no text"};
    }
    sample.csv = sample_csv(lines);
  }
  return sample;
}

}  // namespace

std::string_view to_string(FileFormat format) {
  constexpr std::array<std::string_view, kFileFormats> kNames{"json", "csv", "parquet",
                                                              "no known format"};
  return kNames[static_cast<std::size_t>(format)];
}

FileFormat format_by_name(std::string_view file_name) {
  std::string name = lower_case(file_name);
  for (const std::string_view suffix : {".parquet", ".parq", ".pq"}) {
    if (name.ends_with(suffix)) return FileFormat::kParquet;
  }
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (name.ends_with(packed)) {
      name.resize(name.size() - packed.size());
      break;
    }
  }
  for (const std::string_view suffix : {".json", ".ndjson", ".jsonl"}) {
    if (name.ends_with(suffix)) return FileFormat::kJson;
  }
  for (const std::string_view suffix : {".csv", ".tsv"}) {
    if (name.ends_with(suffix)) return FileFormat::kCsv;
  }
  return FileFormat::kUnknown;
}

Result<FileFormat> format_by_content(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(const auto text, open_text(file, false));
  if (text->stored().first_bytes() == "PAR1") return FileFormat::kParquet;
  std::array<char, 64> first{};
  ASSIGN_OR_RETURN(const std::size_t size, text->read(first.data(), first.size()));
  std::string_view begin(first.data(), size);
  if (begin.starts_with("\xEF\xBB\xBF")) begin.remove_prefix(3);
  begin.remove_prefix(std::min(begin.find_first_not_of(" \t\r\n"), begin.size()));
  return begin.starts_with('{') || begin.starts_with('[') ? FileFormat::kJson
                                                          : FileFormat::kUnknown;
}

Result<FileSample> sample_file(const std::filesystem::path& file, FileFormat format,
                               const SampleOptions& options) {
  if (format != FileFormat::kParquet) return sample_text(file, format, options);
  FileSample sample;
  sample.format = format;
  ASSIGN_OR_RETURN(const ParquetFooter footer, read_parquet_footer(file));
  ASSIGN_OR_RETURN(sample.columns, hive_columns(footer, file.string()));
  return sample;
}

}  // namespace clicklake
