#include "format/parquet_writer.h"

#include <limits>

#include "format/parquet_chunk.h"
#include "format/parquet_map_pages.h"
#include "format/parquet_row_group.h"
#include "format/parquet_schema.h"
#include "format/parquet_value_pages.h"

namespace clicklake {
namespace {

std::unique_ptr<EncodedRowGroup> take(RowGroupPool& pool) {
  const std::lock_guard lock(pool.mutex);
  if (pool.idle.empty()) return std::make_unique<EncodedRowGroup>();
  std::unique_ptr<EncodedRowGroup> group = std::move(pool.idle.back());
  pool.idle.pop_back();
  return group;
}

}  // namespace

void EncodedRowGroupDeleter::operator()(EncodedRowGroup* group) const {
  std::unique_ptr<EncodedRowGroup> owned(group);
  if (group == nullptr || group->pool == nullptr) return;
  const std::shared_ptr<RowGroupPool> pool = std::move(group->pool);
  const std::lock_guard lock(pool->mutex);
  if (pool->idle.size() < RowGroupPool::kKept) pool->idle.push_back(std::move(owned));
}

struct RowGroupEncoder::Impl {
  Impl(const TableDefinition& definition, const ParquetWriterOptions& options)
      : table(definition),
        leaves(parquet_leaves(definition)),
        page_bytes(options.page_bytes),
        values(options.page_bytes),
        writer(options) {}

  Status encode(std::size_t rows, std::span<const ColumnData> columns, EncodedRowGroup& group);

  const TableDefinition& table;
  const std::vector<ParquetLeaf> leaves;
  const std::size_t page_bytes;
  ValuePages values;
  ChunkWriter writer;
  Arena arena;
  ChunkDraft draft;
  ChunkDraft map_values;
  std::shared_ptr<RowGroupPool> pool = std::make_shared<RowGroupPool>();
};

Status RowGroupEncoder::Impl::encode(std::size_t rows, std::span<const ColumnData> columns,
                                     EncodedRowGroup& group) {
  group.bytes.clear();
  group.chunks.clear();
  group.rows = static_cast<std::int64_t>(rows);
  values.start_row_group(columns);
  for (const ParquetLeaf& leaf : leaves) {
    const ColumnData& column = columns[static_cast<std::size_t>(leaf.column)];
    const std::string_view name = table.columns[static_cast<std::size_t>(leaf.column)].name;
    if (leaf.role == LeafRole::kMapValue) {
      writer.write(map_values, arena, arena, group);
      continue;
    }
    arena.clear();
    draft.clear();
    if (leaf.role == LeafRole::kMapKey) {
      map_values.clear();
      RETURN_IF_ERROR(
          build_map_pages(leaf, name, column, rows, page_bytes, arena, draft, map_values));
      writer.write(draft, arena, arena, group);
      continue;
    }
    RETURN_IF_ERROR(values.build(leaf, name, column, rows, arena, draft));
    writer.write(draft, arena, values.arena_for(column, arena), group);
    values.share(column, draft);
  }
  return {};
}

RowGroupEncoder::RowGroupEncoder(const TableDefinition& table, const ParquetWriterOptions& options)
    : impl_(std::make_unique<Impl>(table, options)) {}

RowGroupEncoder::~RowGroupEncoder() = default;

Result<EncodedRowGroupPtr> RowGroupEncoder::encode(std::size_t rows,
                                                   std::span<const ColumnData> columns) {
  if (rows == 0 || rows > std::numeric_limits<std::int32_t>::max() ||
      columns.size() != impl_->table.columns.size()) {
    return Error{ErrorCode::kInvalidArgument,
                 "cannot encode a row group of " + std::string(impl_->table.name) + " with " +
                     std::to_string(rows) + " rows and " + std::to_string(columns.size()) +
                     " columns; it has " + std::to_string(impl_->table.columns.size())};
  }
  EncodedRowGroupPtr group(take(*impl_->pool).release());
  group->pool = impl_->pool;
  RETURN_IF_ERROR(impl_->encode(rows, columns, *group));
  return group;
}

}  // namespace clicklake
