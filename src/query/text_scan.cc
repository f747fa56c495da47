#include "query/text_scan.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <exception>
#include <utility>

#include "query/text_scan_vectors.h"
#include "scan/cell_reader.h"
#include "scan/row_reader.h"
#include "scan/text_blocks.h"
#include "sql/session.h"
#include "sql/table_function.h"

namespace clicklake {

struct TextScans::Entry {
  TextScanRequest request;
  std::atomic<std::int64_t> bytes_read{0};
  std::atomic<std::int64_t> files_read{0};
  std::atomic<std::int64_t> rows{0};
  std::atomic<std::int64_t> malformed{0};
};

namespace {

constexpr std::uint64_t kRangeBytes = 16U << 20;
constexpr std::int64_t kTypicalLine = 256;  ///< for the guess of how many rows come

/// A value of a partition key, or the path: the same in all rows of a file.
class Constant {
 public:
  Constant(const DuckdbApi& api, duckdb_value value) : api_(&api), value_(value) {}
  Constant(Constant&& other) noexcept
      : api_(other.api_), value_(std::exchange(other.value_, nullptr)) {}
  Constant(const Constant&) = delete;
  Constant& operator=(const Constant&) = delete;
  Constant& operator=(Constant&&) = delete;
  ~Constant() {
    if (value_ != nullptr) api_->duckdb_destroy_value(&value_);
  }
  duckdb_value get() const { return value_; }  ///< null: NULL

 private:
  const DuckdbApi* api_;
  duckdb_value value_;
};

/// One scalar, as CellReader writes it.
class OneCell final : public VectorMemory {
 public:
  explicit OneCell(const HiveType& type) {
    vector_.type = &type;
    vector_.data = bytes_.data();
    vector_.memory = this;
  }
  void add_text_room(ColumnVector& vector, std::size_t /*row*/, std::size_t size) override {
    text_.resize(size);
    vector.text_room = text_.data();
    vector.text_end = vector.text_room + size;
  }
  void add_validity(ColumnVector& /*vector*/) override {}
  void grow_children(ColumnVector& /*vector*/, std::size_t /*capacity*/) override {}

  ColumnVector& vector() { return vector_; }
  template <typename T>
  T value() const {
    T v;
    std::memcpy(&v, bytes_.data(), sizeof v);
    return v;
  }
  std::string_view text() { return vector_.values<TextCell>()[0].view(); }

 private:
  alignas(16) std::array<char, 16> bytes_{};
  ColumnVector vector_;
  std::string text_;
};

duckdb_value value_of(const DuckdbApi& api, const HiveType& type, OneCell& cell) {
  switch (type.kind) {
    case HiveKind::kBoolean: return api.duckdb_create_bool(cell.value<std::uint8_t>() != 0);
    case HiveKind::kTinyint: return api.duckdb_create_int8(cell.value<std::int8_t>());
    case HiveKind::kSmallint: return api.duckdb_create_int16(cell.value<std::int16_t>());
    case HiveKind::kInt: return api.duckdb_create_int32(cell.value<std::int32_t>());
    case HiveKind::kBigint: return api.duckdb_create_int64(cell.value<std::int64_t>());
    case HiveKind::kFloat: return api.duckdb_create_float(cell.value<float>());
    case HiveKind::kDouble: return api.duckdb_create_double(cell.value<double>());
    case HiveKind::kDecimal: {
      __int128 v = 0;
      switch (value_width(type)) {
        case 2: v = cell.value<std::int16_t>(); break;
        case 4: v = cell.value<std::int32_t>(); break;
        case 8: v = cell.value<std::int64_t>(); break;
        default: v = cell.value<__int128>(); break;
      }
      const duckdb_hugeint digits{static_cast<std::uint64_t>(v),
                                  static_cast<std::int64_t>(v >> 64)};
      return api.duckdb_create_decimal({static_cast<std::uint8_t>(type.precision),
                                        static_cast<std::uint8_t>(type.scale), digits});
    }
    case HiveKind::kDate: return api.duckdb_create_date({cell.value<std::int32_t>()});
    case HiveKind::kTimestamp: return api.duckdb_create_timestamp({cell.value<std::int64_t>()});
    case HiveKind::kBinary: {
      const std::string_view text = cell.text();
      return api.duckdb_create_blob(reinterpret_cast<const std::uint8_t*>(text.data()),
                                    text.size());
    }
    default: {
      const std::string_view text = cell.text();
      return api.duckdb_create_varchar_length(text.data(), text.size());
    }
  }
}

using EntryPointer = std::shared_ptr<TextScans::Entry>;

/// One statement's scan; shared by its threads.
struct Scan {
  struct Task {
    std::size_t file;
    TextRange range;
  };
  EntryPointer entry;
  std::vector<Task> tasks;
  std::atomic<std::size_t> next{0};
  /// What DuckDB asks for, by output column: the number of a data column, of a constant (a
  /// partition key or the path), or neither.
  struct Output {
    enum class From : std::uint8_t { kData, kConstant, kNothing } from;
    std::size_t index;
  };
  std::vector<Output> outputs;
  std::vector<std::size_t> wanted;  ///< data columns, in the order of their outputs
};

/// One thread's part of it.
class Worker {
 public:
  Worker(const DuckdbApi& api, Scan& scan)
      : api_(api),
        scan_(scan),
        request_(scan.entry->request),
        memory_(api),
        reader_(RowReader::make(request_.format, request_.columns, scan.wanted)) {
    for (const std::size_t column : scan.wanted) {
      vectors_.push_back(memory_.make(request_.columns[column].type));
    }
  }
  ~Worker() { count_bytes(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Fills `chunk` with rows of one file; none: the scan is over.
  Status fill(duckdb_data_chunk chunk) {
    attach(chunk);
    std::size_t rows = 0;
    std::size_t malformed = 0;
    const std::size_t capacity = api_.duckdb_vector_size();
    while (rows < capacity) {
      if (reader_->at_end()) {
        if (blocks_ == nullptr) {
          if (rows > 0) break;
          ASSIGN_OR_RETURN(const bool more, open_next());
          if (!more) break;
        }
        TextBlock block;
        ASSIGN_OR_RETURN(const bool more, blocks_->next(&block));
        if (!more) {
          close();
          continue;
        }
        reader_->take_block(block.data, block.data + block.size);
        block_ = block;
      }
      const RowsRead read = reader_->read(vectors_, rows, capacity - rows);
      rows += read.rows;
      malformed += read.malformed;
      if (read.fault) return fault();
    }
    for (ColumnVector& vector : vectors_) memory_.finish(vector);
    if (rows > 0) put_constants(chunk, rows);
    scan_.entry->rows.fetch_add(static_cast<std::int64_t>(rows), std::memory_order_relaxed);
    scan_.entry->malformed.fetch_add(static_cast<std::int64_t>(malformed),
                                     std::memory_order_relaxed);
    api_.duckdb_data_chunk_set_size(chunk, rows);
    return {};
  }

 private:
  void attach(duckdb_data_chunk chunk) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < scan_.outputs.size(); ++i) {
      if (scan_.outputs[i].from != Scan::Output::From::kData) continue;
      memory_.attach(vectors_[next++], api_.duckdb_data_chunk_get_vector(chunk, i));
    }
  }

  void put_constants(duckdb_data_chunk chunk, std::size_t rows) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < scan_.outputs.size(); ++i) {
      if (scan_.outputs[i].from != Scan::Output::From::kConstant) continue;
      duckdb_vector vector = api_.duckdb_data_chunk_get_vector(chunk, i);
      const Constant& constant = constants_[next++];
      if (constant.get() != nullptr) {
        api_.duckdb_vector_reference_value(vector, constant.get());
        continue;
      }
      api_.duckdb_vector_ensure_validity_writable(vector);
      std::uint64_t* const validity = api_.duckdb_vector_get_validity(vector);
      std::fill_n(validity, (rows + 63) / 64, std::uint64_t{0});
    }
  }

  Result<bool> open_next() {
    const std::size_t task = scan_.next.fetch_add(1, std::memory_order_relaxed);
    if (task >= scan_.tasks.size()) return false;
    const TextRange range = scan_.tasks[task].range;
    if (scan_.tasks[task].file != file_ || constants_.empty()) {
      file_ = scan_.tasks[task].file;
      RETURN_IF_ERROR(make_constants());
    }
    TextBlocksOptions options;
    options.skip_header_lines = request_.format.skip_header_lines;
    ASSIGN_OR_RETURN(blocks_, TextBlocks::open(file().path, range, options));
    if (range.begin == 0) scan_.entry->files_read.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  void count_bytes() {
    if (blocks_ == nullptr) return;
    scan_.entry->bytes_read.fetch_add(static_cast<std::int64_t>(blocks_->bytes_read()),
                                      std::memory_order_relaxed);
  }

  void close() {
    count_bytes();
    blocks_ = nullptr;
  }

  const TextScanFile& file() const { return request_.files[file_]; }

  Status make_constants() {
    constants_.clear();
    TextFormat plain;
    plain.serde = SerDe::kLazySimple;
    CellReader cells(plain);
    for (const Scan::Output& output : scan_.outputs) {
      if (output.from != Scan::Output::From::kConstant) continue;
      if (output.index == request_.partition_keys.size()) {
        const std::string& path = file().shown_path;
        constants_.emplace_back(api_, api_.duckdb_create_varchar_length(path.data(), path.size()));
        continue;
      }
      const HiveColumn& key = request_.partition_keys[output.index];
      const auto& text = output.index < file().partition_values.size()
                             ? file().partition_values[output.index]
                             : std::nullopt;
      if (!text) {
        constants_.emplace_back(api_, nullptr);
        continue;
      }
      OneCell cell(key.type);
      if (cells.read(key.type, *text, true, &cell.vector(), 0) != CellOutcome::kValue) {
        return Error{ErrorCode::kInvalidData,
                     "HIVE_INVALID_PARTITION_VALUE: " + request_.table + ": the value '" + *text +
                         "' of the partition key " + key.name + " can't be read as " +
                         to_string(key.type) + " (of " + file().path + ")"};
      }
      constants_.emplace_back(api_, value_of(api_, key.type, cell));
    }
    return {};
  }

  /// The reader's line can't be read.
  Error fault() {
    const RowFault& fault = reader_->fault();
    const char* const begin = reader_->at();
    const char* const at =
        fault.at >= begin && fault.at <= block_.data + block_.size ? fault.at : begin;
    const std::uint64_t line_begin =
        block_.offset + static_cast<std::uint64_t>(begin - block_.data);
    const std::uint64_t byte = block_.offset + static_cast<std::uint64_t>(at - block_.data);
    const auto line = line_number_at(file().path, line_begin);
    return Error{ErrorCode::kInvalidData,
                 "HIVE_CURSOR_ERROR: " + request_.table + ": " + file().path + ", line " +
                     (line ? std::to_string(*line) : "?") + ", byte offset " +
                     std::to_string(byte) + ": " + fault.message};
  }

  const DuckdbApi& api_;
  Scan& scan_;
  const TextScanRequest& request_;
  DuckdbVectors memory_;
  std::unique_ptr<RowReader> reader_;
  std::vector<ColumnVector> vectors_;
  std::vector<Constant> constants_;
  std::size_t file_ = 0;
  std::unique_ptr<TextBlocks> blocks_;
  TextBlock block_;
};

template <typename T>
void destroy(void* data) {
  delete static_cast<T*>(data);
}

/// What a failure is called in Athena, and what it says.
std::string failure(const Error& error) {
  if (error.code == ErrorCode::kInvalidData && error.message.starts_with("HIVE_")) {
    return error.message;
  }
  const bool data = error.code == ErrorCode::kInvalidData;
  return (data ? "HIVE_CURSOR_ERROR: " : "HIVE_CANNOT_OPEN_SPLIT: ") + error.message;
}

void bind_scan(duckdb_bind_info info) {
  const DuckdbApi& api = callback_api();
  const auto* const scans = static_cast<TextScans*>(api.duckdb_bind_get_extra_info(info));
  const std::string name = table_parameter(info);
  EntryPointer entry = scans->find(name);
  if (entry == nullptr) {
    api.duckdb_bind_set_error(info, ("there is no text scan " + quote_literal(name)).c_str());
    return;
  }
  const TextScanRequest& request = entry->request;
  std::int64_t bytes = 0;
  for (const TextScanFile& file : request.files) bytes += file.size;
  for (const auto* columns : {&request.columns, &request.partition_keys}) {
    for (const HiveColumn& column : *columns) {
      const LogicalType type = duckdb_logical_type_of(api, column.type);
      api.duckdb_bind_add_result_column(info, column.name.c_str(), type.get());
    }
  }
  if (request.with_path) {
    const LogicalType type(api, api.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
    api.duckdb_bind_add_result_column(info, "$path", type.get());
  }
  api.duckdb_bind_set_cardinality(info, static_cast<idx_t>(bytes / kTypicalLine + 1), false);
  api.duckdb_bind_set_bind_data(info, new EntryPointer(std::move(entry)), destroy<EntryPointer>);
}

void init_scan(duckdb_init_info info) {
  const DuckdbApi& api = callback_api();
  auto scan = std::make_unique<Scan>();
  scan->entry = *static_cast<EntryPointer*>(api.duckdb_init_get_bind_data(info));
  const TextScanRequest& request = scan->entry->request;
  const std::size_t columns = request.columns.size();
  const std::size_t constants = request.partition_keys.size() + (request.with_path ? 1 : 0);
  const idx_t outputs = api.duckdb_init_get_column_count(info);
  for (idx_t i = 0; i < outputs; ++i) {
    const std::size_t column = api.duckdb_init_get_column_index(info, i);
    using From = Scan::Output::From;
    if (column < columns) {
      scan->outputs.push_back({From::kData, column});
      scan->wanted.push_back(column);
    } else if (column < columns + constants) {
      scan->outputs.push_back({From::kConstant, column - columns});
    } else {
      scan->outputs.push_back({From::kNothing, 0});  // rows are counted, nothing is read of them
    }
  }
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    const TextScanFile& file = request.files[i];
    const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(file.size, 0));
    for (const TextRange& range : split_into_ranges(file.path, size, kRangeBytes)) {
      scan->tasks.push_back({i, range});
    }
  }
  api.duckdb_init_set_max_threads(info, std::max<idx_t>(scan->tasks.size(), 1));
  api.duckdb_init_set_init_data(info, scan.release(), destroy<Scan>);
}

/// A thread's init is given the bind data only: its worker is made when it is first called.
struct WorkerPlace {
  std::unique_ptr<Worker> worker;
};

void init_worker(duckdb_init_info info) {
  callback_api().duckdb_init_set_init_data(info, new WorkerPlace(), destroy<WorkerPlace>);
}

void read_rows(duckdb_function_info info, duckdb_data_chunk output) {
  const DuckdbApi& api = callback_api();
  // Nothing may be thrown through DuckDB's C functions.
  try {
    auto& place = *static_cast<WorkerPlace*>(api.duckdb_function_get_local_init_data(info));
    if (place.worker == nullptr) {
      auto& scan = *static_cast<Scan*>(api.duckdb_function_get_init_data(info));
      place.worker = std::make_unique<Worker>(api, scan);
    }
    const Status filled = place.worker->fill(output);
    if (!filled) api.duckdb_function_set_error(info, failure(filled.error()).c_str());
  } catch (const std::exception& problem) {
    api.duckdb_function_set_error(
        info, (std::string("cannot read the table's files: ") + problem.what()).c_str());
  }
}

}  // namespace

TextScans::TextScans() = default;
TextScans::~TextScans() = default;

std::string TextScans::add(TextScanRequest request) {
  auto entry = std::make_shared<Entry>();
  entry->request = std::move(request);
  const std::lock_guard lock(mutex_);
  std::string name = std::to_string(next_++);
  entries_.emplace(name, std::move(entry));
  return name;
}

void TextScans::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

TextScanCounts TextScans::counts() const {
  const std::lock_guard lock(mutex_);
  TextScanCounts sum;
  for (const auto& [name, entry] : entries_) {
    sum.bytes_read += entry->bytes_read.load();
    sum.files_read += entry->files_read.load();
    sum.rows += entry->rows.load();
    sum.malformed += entry->malformed.load();
  }
  return sum;
}

std::shared_ptr<TextScans::Entry> TextScans::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second;
}

Status register_text_scan(Session& session, TextScans& scans) {
  return register_table_function(session, {.name = kTextScanFunction,
                                           .bind = bind_scan,
                                           .init = init_scan,
                                           .local_init = init_worker,
                                           .read = read_rows,
                                           .extra = &scans});
}

}  // namespace clicklake
