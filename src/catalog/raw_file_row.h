#pragma once
/// Rows of raw_files as RawFile.
///
/// Place: inside catalog. Thread safety: a function of its inputs.

#include <string>

#include "base/result.h"
#include "catalog/blob_codec.h"
#include "catalog/catalog.h"
#include "catalog/sqlite_connection.h"

namespace clicklake {

/// What raw_file_of() reads, from `raw_files r JOIN batches b`; more may follow.
#define CLICKLAKE_RAW_FILE_LIST                                                                  \
  "SELECT r.raw_file_no, b.batch_id, r.path, r.in_place, r.hour, r.size, r.mtime_us, r.records," \
  " r.validated, r.arrivals, r.max_line_bytes, r.content_hash, r.strays"

/// The current row. Errors: kCorruption naming the catalog and the file.
inline Result<RawFile> raw_file_of(const Connection& connection, const Rows& rows) {
  RawFile file;
  file.id = rows.integer(0);
  file.batch_id = rows.text(1);
  file.path = rows.text(2);
  file.in_place = rows.integer(3) != 0;
  if (!rows.is_null(4)) file.hour = rows.integer(4);
  file.size = rows.integer(5);
  file.mtime_us = rows.integer(6);
  file.records = rows.integer(7);
  file.validated = rows.integer(8) != 0;
  file.max_line_bytes = rows.integer(10);
  file.content_hash = rows.text(11);
  file.strays = rows.integer(12);
  auto arrivals = decode_arrivals(rows.blob(9));
  if (!arrivals) {
    return Error{arrivals.error().code, "catalog " + connection.file().string() + ", raw file " +
                                            file.path + ": " + arrivals.error().message};
  }
  file.arrivals = *std::move(arrivals);
  return file;
}

}  // namespace clicklake
