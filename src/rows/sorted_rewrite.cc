#include "rows/sorted_rewrite.h"

#include <fmt/format.h>

#include <memory>

#include "model/time.h"
#include "rows/field_scan.h"
#include "rows/row_buffer.h"

namespace clicklake {
namespace {

constexpr std::size_t kRowGroupRows = 65'536;

/// All rows of the sources, sorted; ties by the first two columns, so that the same rows are the
/// same file.
std::string query_of(const SortedRewrite& rewrite) {
  std::string names;
  for (const ColumnDefinition& column : rewrite.table->columns)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", quote_identifier(column.name));
  const std::string sort =
      rewrite.table->sort_column.empty()
          ? "1, 2"
          : fmt::format("{} NULLS FIRST, 1, 2", quote_identifier(rewrite.table->sort_column));
  return fmt::format("SELECT {} FROM {} ORDER BY {}", names,
                     field_scan(*rewrite.table, rewrite.sources), sort);
}

class Writer {
 public:
  explicit Writer(const SortedRewrite& rewrite)
      : rewrite_(rewrite),
        encoder_(*rewrite.table, rewrite.parquet),
        buffer_(*rewrite.table),
        time_(rewrite.table->name == fact_clicks_definition().name
                  ? column_index(*rewrite.table, "event_timestamp")
                  : -1) {}

  Status take(const Chunk& chunk) {
    for (std::size_t row = 0; row < chunk.rows(); ++row) {
      const std::int64_t hour = time_ < 0 ? 0 : hour_of(chunk.longs(time_)[row]);
      if (hour != hour_ || buffer_.rows() >= kRowGroupRows) RETURN_IF_ERROR(flush());
      hour_ = hour;
      buffer_.add(chunk, row);
    }
    return {};
  }

  Result<std::vector<RewrittenFile>> finish() {
    RETURN_IF_ERROR(flush());
    RETURN_IF_ERROR(finish_file());
    return std::move(files_);
  }

 private:
  Status flush() {
    if (buffer_.rows() == 0) return {};
    if (!file_) {
      name_ = fmt::format("{}-{:05}.parquet", rewrite_.name, files_.size());
      ASSIGN_OR_RETURN(file_, ParquetFile::create(*rewrite_.table, rewrite_.folder / name_,
                                                  {{"clicklake.batch_id", rewrite_.batch_id}}));
    }
    ASSIGN_OR_RETURN(const EncodedRowGroupPtr group,
                     encoder_.encode(buffer_.rows(), buffer_.data()));
    RETURN_IF_ERROR(file_->append(*group));
    buffer_.clear();
    return file_->bytes_written() >= rewrite_.target_bytes ? finish_file() : Status();
  }

  Status finish_file() {
    if (!file_) return {};
    ASSIGN_OR_RETURN(ParquetFileInfo info, file_->finish());
    file_.reset();
    files_.push_back({name_, std::move(info)});
    return {};
  }

  const SortedRewrite& rewrite_;
  RowGroupEncoder encoder_;
  RowBuffer buffer_;
  int time_;  ///< column by whose hours row groups are cut; -1: none
  std::int64_t hour_ = 0;
  std::unique_ptr<ParquetFile> file_;
  std::string name_;
  std::vector<RewrittenFile> files_;
};

}  // namespace

Result<std::vector<RewrittenFile>> rewrite_sorted(Session& session, const SortedRewrite& rewrite) {
  Writer writer(rewrite);
  ASSIGN_OR_RETURN(QueryResult rows, session.query(query_of(rewrite)));
  for (;;) {
    ASSIGN_OR_RETURN(const Chunk* chunk, rows.next());
    if (chunk == nullptr) return writer.finish();
    RETURN_IF_ERROR(writer.take(*chunk));
  }
}

}  // namespace clicklake
