#include <string>
#include <utility>

#include "base/fault_point.h"
#include "format/parquet_row_group.h"
#include "format/parquet_schema.h"
#include "format/parquet_thrift.h"
#include "format/parquet_writer.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kCreatedBy =
    "clicklake version " CLICKLAKE_VERSION " (build " CLICKLAKE_VERSION ")";
constexpr std::int32_t kFormatVersion = 1;
constexpr std::int32_t kPlainDictionaryPage = 2;
constexpr std::int32_t kDataPage = 0;

using Element = ThriftWriter::Element;

struct WrittenRowGroup {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
  std::vector<ParquetChunk> chunks;
};

void write_statistics(const ParquetLeaf& leaf, const ParquetChunk& chunk, ThriftWriter& out) {
  out.begin_struct(12);
  // Slots without a value: nulls, and for maps empty ones too.
  out.i64(3, chunk.level_count - (chunk.value_count - chunk.null_count));
  const Bounds& bounds = chunk.bounds;
  if (leaf.type == ColumnType::kDouble) {
    // What is there are the bits, which are not in the values' order.
  } else if (bounds.kind == Bounds::Kind::kLong) {
    out.binary(5, parquet_bound(leaf.type, bounds.max_long));
    out.binary(6, parquet_bound(leaf.type, bounds.min_long));
    out.boolean(7, true);
    out.boolean(8, true);
  } else if (bounds.kind == Bounds::Kind::kString) {
    if (bounds.max_string) out.binary(5, *bounds.max_string);
    out.binary(6, bounds.min_string);
    if (bounds.max_string) out.boolean(7, bounds.max_is_exact);
    out.boolean(8, bounds.min_is_exact);
  }
  out.end_struct();
}

void write_encodings(bool is_dictionary, ThriftWriter& out) {
  // Field 2: every encoding used, levels' too.
  out.begin_list(2, Element::kI32, is_dictionary ? 3 : 2);
  out.list_i32(static_cast<std::int32_t>(ParquetEncoding::kPlain));
  out.list_i32(static_cast<std::int32_t>(ParquetEncoding::kRle));
  if (is_dictionary) out.list_i32(static_cast<std::int32_t>(ParquetEncoding::kRleDictionary));
}

void write_encoding_counts(const ParquetChunk& chunk, bool is_dictionary, ThriftWriter& out) {
  out.begin_list(13, Element::kStruct, is_dictionary ? 2 : 1);
  if (is_dictionary) {
    out.begin_element();
    out.i32(1, kPlainDictionaryPage);
    out.i32(2, static_cast<std::int32_t>(ParquetEncoding::kPlain));
    out.i32(3, 1);
    out.end_struct();
  }
  out.begin_element();
  out.i32(1, kDataPage);
  out.i32(2, static_cast<std::int32_t>(is_dictionary ? ParquetEncoding::kRleDictionary
                                                     : ParquetEncoding::kPlain));
  out.i32(3, chunk.data_pages);
  out.end_struct();
}

void write_chunk(const ParquetLeaf& leaf, const ParquetChunk& chunk, std::int64_t base,
                 ThriftWriter& out) {
  const bool is_dictionary = chunk.dictionary_page_offset >= 0;
  out.begin_element();
  out.i64(2, base + chunk.offset);
  out.begin_struct(3);
  out.i32(1, static_cast<std::int32_t>(parquet_type(leaf.type)));
  write_encodings(is_dictionary, out);
  out.begin_list(3, Element::kBinary, leaf.path.size());
  for (const std::string_view part : leaf.path) out.list_binary(part);
  out.i32(4, static_cast<std::int32_t>(chunk.is_zstd ? ParquetCodec::kZstd
                                                     : ParquetCodec::kUncompressed));
  out.i64(5, chunk.level_count);
  out.i64(6, chunk.uncompressed_bytes);
  out.i64(7, chunk.compressed_bytes);
  out.i64(9, base + chunk.data_page_offset);
  if (is_dictionary) out.i64(11, base + chunk.dictionary_page_offset);
  write_statistics(leaf, chunk, out);
  write_encoding_counts(chunk, is_dictionary, out);
  out.end_struct();
  out.end_struct();
}

/// The leaf of the table's sort column, or -1.
int sort_leaf(const TableDefinition& table, const std::vector<ParquetLeaf>& leaves) {
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (table.columns[static_cast<std::size_t>(leaves[i].column)].name == table.sort_column)
      return static_cast<int>(i);
  }
  return -1;
}

void write_row_group(const TableDefinition& table, const std::vector<ParquetLeaf>& leaves,
                     const WrittenRowGroup& group, std::size_t ordinal, ThriftWriter& out) {
  out.begin_element();
  out.begin_list(1, Element::kStruct, leaves.size());
  std::int64_t uncompressed = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    write_chunk(leaves[i], group.chunks[i], group.offset, out);
    uncompressed += group.chunks[i].uncompressed_bytes;
  }
  out.i64(2, uncompressed);
  out.i64(3, group.rows);
  if (const int leaf = sort_leaf(table, leaves); leaf >= 0) {
    out.begin_list(4, Element::kStruct, 1);
    out.begin_element();
    out.i32(1, leaf);
    out.boolean(2, false);
    out.boolean(3, true);
    out.end_struct();
  }
  out.i64(5, group.offset);
  out.i64(6, group.bytes);
  if (ordinal <= 0x7FFF) out.i16(7, static_cast<std::int16_t>(ordinal));
  out.end_struct();
}

}  // namespace

struct ParquetFile::Impl {
  Impl(const TableDefinition& definition, DurableFile opened)
      : table(definition), leaves(parquet_leaves(definition)), file(std::move(opened)) {}

  std::string footer() const;

  const TableDefinition& table;
  const std::vector<ParquetLeaf> leaves;
  DurableFile file;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<WrittenRowGroup> groups;
  std::int64_t rows = 0;
};

std::string ParquetFile::Impl::footer() const {
  ThriftWriter out;
  out.i32(1, kFormatVersion);
  write_parquet_schema(table, out);
  out.i64(3, rows);
  out.begin_list(4, Element::kStruct, groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) write_row_group(table, leaves, groups[i], i, out);
  out.begin_list(5, Element::kStruct, metadata.size());
  for (const auto& [key, value] : metadata) {
    out.begin_element();
    out.binary(1, key);
    out.binary(2, value);
    out.end_struct();
  }
  out.binary(6, kCreatedBy);
  out.begin_list(7, Element::kStruct, leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    out.begin_element();
    out.empty_struct(1);  // bounds in the type's own order
    out.end_struct();
  }
  out.stop();
  std::string bytes(out.bytes());
  const auto length = static_cast<std::uint32_t>(bytes.size());
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(length >> shift);
  bytes += kMagic;
  return bytes;
}

ParquetFile::ParquetFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ParquetFile::~ParquetFile() = default;

Result<std::unique_ptr<ParquetFile>> ParquetFile::create(
    const TableDefinition& table, const std::filesystem::path& path,
    std::vector<std::pair<std::string, std::string>> metadata) {
  ASSIGN_OR_RETURN(DurableFile file, DurableFile::create(path));
  fault_point("parquet.write");
  RETURN_IF_ERROR(file.append(kMagic));
  auto impl = std::make_unique<Impl>(table, std::move(file));
  impl->metadata = std::move(metadata);
  impl->metadata.emplace_back("iceberg.schema", iceberg_schema_json(table));
  return std::unique_ptr<ParquetFile>(new ParquetFile(std::move(impl)));
}

Status ParquetFile::append(const EncodedRowGroup& group) {
  if (group.chunks.size() != impl_->leaves.size()) {
    return Error{ErrorCode::kInvalidArgument, "cannot append to " + impl_->file.path().string() +
                                                  ": the row group is of another table"};
  }
  const auto offset = bytes_written();
  RETURN_IF_ERROR(impl_->file.append(group.bytes.view()));
  impl_->file.start_writeback();
  impl_->groups.push_back(
      {offset, static_cast<std::int64_t>(group.bytes.size()), group.rows, group.chunks});
  impl_->rows += group.rows;
  return {};
}

std::int64_t ParquetFile::bytes_written() const {
  return static_cast<std::int64_t>(impl_->file.size());
}

Result<ParquetFileInfo> ParquetFile::finish() {
  fault_point("parquet.write");
  RETURN_IF_ERROR(impl_->file.append(impl_->footer()));
  RETURN_IF_ERROR(impl_->file.commit("parquet.sync", "parquet.rename"));
  return info();
}

Result<ParquetFileInfo> ParquetFile::finish_unsynced() {
  fault_point("parquet.write");
  RETURN_IF_ERROR(impl_->file.append(impl_->footer()));
  impl_->file.start_writeback();
  RETURN_IF_ERROR(impl_->file.rename("parquet.rename"));
  return info();
}

Status ParquetFile::sync() { return impl_->file.sync("parquet.sync"); }

ParquetFileInfo ParquetFile::info() const {
  ParquetFileInfo info;
  info.record_count = impl_->rows;
  info.size_bytes = bytes_written();
  info.content_hash = impl_->file.content_hash();
  for (const WrittenRowGroup& group : impl_->groups) info.split_offsets.push_back(group.offset);
  for (std::size_t i = 0; i < impl_->leaves.size(); ++i) {
    const ParquetLeaf& leaf = impl_->leaves[i];
    ColumnStatistics statistics;
    statistics.field_id = leaf.field_id;
    Bounds bounds;
    for (const WrittenRowGroup& group : impl_->groups) {
      const ParquetChunk& chunk = group.chunks[i];
      statistics.size_bytes += chunk.compressed_bytes;
      statistics.value_count += chunk.value_count;
      statistics.null_count += chunk.null_count;
      if (leaf.type != ColumnType::kDouble) merge(bounds, chunk.bounds);
    }
    statistics.lower = iceberg_lower(leaf.type, bounds);
    statistics.upper = iceberg_upper(leaf.type, bounds);
    info.columns.push_back(std::move(statistics));
  }
  return info;
}

}  // namespace clicklake
