#include "query/table_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "base/fault_point.h"
#include "base/uuid.h"
#include "objstore/durable_file.h"
#include "query/text_scan.h"

namespace clicklake {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPartitions = 100;

fs::path staging_folder(const fs::path& folder, const std::string& id) {
  return folder / ("_clicklake_" + id);
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool is_nested(const HiveType& type) { return !type.children.empty(); }

/// The list of `columns` for a text file: nothing that would look like the end of a value or row.
std::string text_list(const WriteRequest& request) {
  const std::string delimiter = quote_literal(request.options.field_delimiter);
  std::string list;
  for (const HiveColumn& column : request.columns) {
    const std::string name = quote_identifier(column.name);
    if (!list.empty()) list += ", ";
    if (column.type.kind == HiveKind::kBinary) {
      list.append("to_base64(").append(name).append(") AS ").append(name);
    } else if (column.type.kind == HiveKind::kString || column.type.kind == HiveKind::kChar ||
               column.type.kind == HiveKind::kVarchar) {
      const std::string problem =
          quote_literal("a value of column " + column.name +
                        " holds the field delimiter or a line break, which a TEXTFILE cannot hold: "
                        "write JSON or PARQUET");
      list.append("CASE WHEN contains(").append(name).append(", ").append(delimiter);
      list.append(") OR contains(").append(name).append(", chr(10)) THEN error(").append(problem);
      list.append(") ELSE ").append(name).append(" END AS ").append(name);
    } else {
      list += name;
    }
  }
  return list;
}

/// A line of JSON a row, and the partition columns.
std::string json_list(const WriteRequest& request) {
  std::string fields;
  std::string keys;
  for (std::size_t i = 0; i < request.columns.size(); ++i) {
    const HiveColumn& column = request.columns[i];
    const std::string name = quote_identifier(column.name);
    if (i + request.partition_columns >= request.columns.size()) {
      keys += ", " + name;
      continue;
    }
    if (!fields.empty()) fields += ", ";
    fields +=
        name + " := " + (column.type.kind == HiveKind::kBinary ? "to_base64(" + name + ")" : name);
  }
  return "CAST(to_json(struct_pack(" + fields + ")) AS VARCHAR) AS \"$line\"" + keys;
}

std::string copy_options(const WriteRequest& request) {
  const WriteOptions& options = request.options;
  std::string out;
  if (options.format == WriteFormat::kParquet) {
    out = "FORMAT parquet, COMPRESSION " +
          quote_literal(options.compression == "none" ? "uncompressed" : options.compression);
    if (options.compression_level && options.compression == "zstd")
      out += ", COMPRESSION_LEVEL " + std::to_string(*options.compression_level);
  } else {
    // JSON holds no control character, so lines of it pass as one column that is never quoted.
    const std::string delimiter =
        options.format == WriteFormat::kJson ? "\1" : options.field_delimiter;
    out = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', NULLSTR '\\N', DELIMITER " +
          quote_literal(delimiter) + ", COMPRESSION " + quote_literal(options.compression);
  }
  if (request.partition_columns > 0) {
    out += ", PARTITION_BY (";
    for (std::size_t i = request.columns.size() - request.partition_columns;
         i < request.columns.size(); ++i) {
      if (out.back() != '(') out += ", ";
      out += quote_identifier(request.columns[i].name);
    }
    out += ")";
  }
  return out;
}

Status sync_file(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno_error(errno, "open " + path.string());
  const int synced = fsync(descriptor);
  const int reason = errno;
  ::close(descriptor);
  return synced == 0 ? Status{} : Status{errno_error(reason, "sync " + path.string())};
}

/// Whether a reader would find a file below `folder`.
bool holds_files(const fs::path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    const bool hidden = name.front() == '_' || name.front() == '.';
    if (hidden && it->is_directory(error)) {
      it.disable_recursion_pending();
    } else if (!hidden && !it->is_directory(error)) {
      return true;
    }
  }
  return false;
}

/// The values in `year=2024/month=11`, by key order.
std::vector<std::string> values_of(const fs::path& below) {
  std::vector<std::string> values;
  for (const fs::path& segment : below) {
    const std::string text = segment.string();
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos)
      values.push_back(unescape_path_segment(std::string_view(text).substr(equals + 1)));
  }
  return values;
}

}  // namespace

std::string cast_query(std::string_view query, const std::vector<HiveColumn>& columns) {
  std::string list;
  std::string names;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string source = "c" + std::to_string(i);
    if (i > 0) {
      list += ", ";
      names += ", ";
    }
    list += "CAST(" + source + " AS " + duckdb_type_name(columns[i].type) + ") AS " +
            quote_identifier(columns[i].name);
    names += source;
  }
  // The line end closes a comment that the query may end in.
  return "SELECT " + list + " FROM (" + std::string(query) + "\n) AS written(" + names + ")";
}

Status TableWriter::sweep() {
  ASSIGN_OR_RETURN(const std::vector<PendingWrite> pending, metastore_.pending_writes());
  for (const PendingWrite& write : pending) {
    undo(write.id, write.folder);
    RETURN_IF_ERROR(metastore_.forget_write(write.id));
  }
  return {};
}

void TableWriter::undo(const std::string& id, const fs::path& folder) {
  std::error_code error;
  fs::remove_all(staging_folder(folder, id), error);
  std::vector<fs::path> files;
  std::vector<fs::path> folders;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_directory(error)) {
      folders.push_back(it->path());
    } else if (it->path().filename().string().starts_with(id)) {
      files.push_back(it->path());
    }
  }
  std::set<fs::path> touched;
  for (const fs::path& file : files) {
    fs::remove(file, error);
    touched.insert(file.parent_path());
  }
  // Folders that only this write had; remove() leaves those that hold something.
  for (auto it = folders.rbegin(); it != folders.rend(); ++it) {
    if (touched.contains(*it) && fs::remove(*it, error)) touched.insert(it->parent_path());
  }
  fs::remove(folder, error);
}

Result<StagedWrite> TableWriter::write(const WriteRequest& request) {
  if (request.into_empty && holds_files(request.folder)) {
    return Error{ErrorCode::kAlreadyExists, "HIVE_PATH_ALREADY_EXISTS: the target folder of " +
                                                request.what +
                                                " already holds files: " + request.folder.string()};
  }
  StagedWrite write{.id = make_uuid7(now_ms()), .files = {}, .partitions = {}};
  RETURN_IF_ERROR(metastore_.begin_write({.id = write.id, .folder = request.folder.string()}));
  fault_point("write.begin");
  const fs::path staging = staging_folder(request.folder, write.id);
  Status done = make_folders(request.folder);
  if (done) done = stage(request, staging, &write);
  if (done) fault_point("write.staged");
  if (done) done = move_in(request, staging, &write);
  if (!done) {
    undo(write.id, request.folder);
    RETURN_IF_ERROR(metastore_.forget_write(write.id));
    return done.error();
  }
  return write;
}

Status TableWriter::stage(const WriteRequest& request, const fs::path& staging,
                          StagedWrite* write) {
  RETURN_IF_ERROR(make_folders(staging));
  for (const HiveColumn& column : request.columns) {
    if (request.options.format == WriteFormat::kText && is_nested(column.type)) {
      return Error{ErrorCode::kUnsupported, "column " + column.name + " of type " +
                                                to_string(column.type) +
                                                " is not written as TEXTFILE here: write JSON or "
                                                "PARQUET"};
    }
  }
  std::string query = cast_query(request.query, request.columns);
  if (request.options.format == WriteFormat::kText)
    query = "SELECT " + text_list(request) + " FROM (" + query + ")";
  if (request.options.format == WriteFormat::kJson)
    query = "SELECT " + json_list(request) + " FROM (" + query + ")";
  fs::path target = staging;
  if (request.partition_columns == 0) target /= "0" + file_suffix(request.options);
  ASSIGN_OR_RETURN(QueryResult result,
                   run_("COPY (" + query + ") TO " + quote_literal(target.string()) + " (" +
                        copy_options(request) + ")"));
  for (;;) {
    ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
    if (chunk == nullptr) return {};
    if (chunk->rows() > 0) write->rows = chunk->longs(0)[0];
  }
}

Status TableWriter::move_in(const WriteRequest& request, const fs::path& staging,
                            StagedWrite* write) {
  std::error_code error;
  std::vector<fs::path> staged;
  for (fs::recursive_directory_iterator it(staging, error), end; !error && it != end;
       it.increment(error)) {
    if (!it->is_directory(error)) staged.push_back(it->path());
  }
  if (error) return errno_error(error.value(), "list " + staging.string());
  std::sort(staged.begin(), staged.end());
  std::set<fs::path> folders{request.folder};
  std::set<std::vector<std::string>> partitions;
  const std::vector<HiveColumn> keys(
      request.columns.end() - static_cast<std::ptrdiff_t>(request.partition_columns),
      request.columns.end());
  int number = 0;
  for (const fs::path& file : staged) {
    if (write->rows == 0) break;  // a file without rows says nothing
    fs::path folder = request.folder;
    if (!keys.empty()) {
      std::vector<std::string> values = values_of(file.parent_path().lexically_relative(staging));
      if (values.size() != keys.size())
        return Error{ErrorCode::kCorruption, "DuckDB wrote " + file.string() + " elsewhere"};
      for (std::size_t i = 0; i < keys.size(); ++i) {
        if (values[i] == kNullPartitionValue) continue;
        ASSIGN_OR_RETURN(values[i], canonical_partition_value(keys[i].type, values[i]));
      }
      if (request.folder_of) {
        ASSIGN_OR_RETURN(folder, request.folder_of(values));
      } else {
        folder /= partition_path(keys, values);
      }
      if (partitions.insert(values).second)
        write->partitions.push_back(
            {.values = values, .location = {}, .parameters = {}, .columns = {}});
    }
    if (partitions.size() > kMostPartitions) {
      return Error{
          ErrorCode::kInvalidData,
          "HIVE_TOO_MANY_OPEN_PARTITIONS: " + request.what + ": more than " +
              std::to_string(kMostPartitions) +
              " partitions in one statement: split it by a WHERE on the partition columns"};
    }
    RETURN_IF_ERROR(make_folders(folder));
    folders.insert(folder);
    const fs::path final_path =
        folder / (write->id + "-" + std::to_string(number++) + file_suffix(request.options));
    RETURN_IF_ERROR(sync_file(file));
    fault_point("write.move");
    if (::rename(file.c_str(), final_path.c_str()) != 0)
      return errno_error(errno, "rename " + file.string());
    write->bytes += static_cast<std::int64_t>(fs::file_size(final_path, error));
    write->files.push_back(final_path);
  }
  const std::vector<fs::path> all(folders.begin(), folders.end());
  RETURN_IF_ERROR(sync_folders(all, request.folder));
  RETURN_IF_ERROR(sync_folder(request.folder.parent_path()));
  fs::remove_all(staging, error);
  return {};
}

Status TableWriter::commit(const StagedWrite& write, const Table* created,
                           std::string_view database, std::string_view table) {
  fault_point("write.commit");
  Status done = metastore_.commit_write(write.id, created, database, table, write.partitions);
  if (!done) {
    RETURN_IF_ERROR(sweep());
    return done;
  }
  fault_point("write.committed");
  return {};
}

}  // namespace clicklake
