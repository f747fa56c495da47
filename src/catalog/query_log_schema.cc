#include "catalog/query_log_schema.h"

namespace clicklake {
namespace {

// The meaning of each column: docs/formats/catalog.md.
constexpr const char* kTables = R"sql(
CREATE TABLE queries (
  query_no INTEGER PRIMARY KEY,
  time_us INTEGER NOT NULL,
  statement TEXT NOT NULL,
  tag TEXT NOT NULL,
  duration_us INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  raw_bytes INTEGER NOT NULL
);
CREATE INDEX queries_by_time ON queries(time_us);

CREATE TABLE query_scans (
  query_no INTEGER NOT NULL REFERENCES queries ON DELETE CASCADE,
  scan_no INTEGER NOT NULL,
  table_name TEXT NOT NULL,
  raw INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  files INTEGER NOT NULL,
  PRIMARY KEY (query_no, scan_no)
) WITHOUT ROWID;
)sql";

}  // namespace

Status create_query_log(Connection& connection) { return connection.execute_script(kTables); }

}  // namespace clicklake
