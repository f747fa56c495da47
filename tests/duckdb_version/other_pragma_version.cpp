#ifndef DUCKDB_VERSION
#define DUCKDB_VERSION "v1.5.4"
#endif
