#include <gtest/gtest.h>

#include "ddl/parser.h"

namespace clicklake::ddl {
namespace {

TEST(RecogniseTest, AthenasStatementsAreKnownByTheirFirstWords) {
  for (const char* sql : {"create external table t (a int)",
                          "CREATE TABLE t AS SELECT 1",
                          "CREATE OR REPLACE TABLE t AS SELECT 1",
                          "CREATE VIEW v AS SELECT 1",
                          "CREATE OR REPLACE VIEW v AS SELECT 1",
                          "CREATE DATABASE d",
                          "CREATE SCHEMA d",
                          "DROP TABLE t",
                          "DROP VIEW v",
                          "DROP SCHEMA d",
                          "ALTER TABLE t RENAME TO u",
                          "ALTER DATABASE d SET DBPROPERTIES ('a'='b')",
                          "MSCK REPAIR TABLE t",
                          "SHOW TABLES",
                          "SHOW DATABASES",
                          "SHOW SCHEMAS",
                          "SHOW VIEWS",
                          "SHOW COLUMNS IN t",
                          "SHOW PARTITIONS t",
                          "SHOW CREATE TABLE t",
                          "SHOW CREATE VIEW t",
                          "SHOW TBLPROPERTIES t",
                          "DESCRIBE t",
                          "DESC FORMATTED t",
                          "DESCRIBE \"t\"",
                          "INSERT INTO t SELECT 1",
                          "UNLOAD (SELECT 1) TO 'x'",
                          "EXPLAIN (TYPE LOGICAL) SELECT 1",
                          "EXPLAIN ANALYZE SELECT 1",
                          "PREPARE p FROM SELECT 1",
                          "EXECUTE p",
                          "EXECUTE p USING 1",
                          "DEALLOCATE PREPARE p",
                          "UPDATE t SET a = 1",
                          "UPDATE extensions SET a = 1",
                          "DELETE FROM t",
                          "MERGE INTO t USING u ON 1=1 WHEN MATCHED THEN DELETE",
                          "USE d",
                          "-- a comment\n /* another */ show /* here */ tables"}) {
    EXPECT_TRUE(is_athena_statement(sql)) << sql;
  }
}

TEST(RecogniseTest, WhatIsDuckdbsStaysDuckdbs) {
  for (const char* sql : {"",
                          "-- nothing",
                          "/* not closed",
                          "SELECT 1",
                          "WITH a AS (SELECT 1) FROM a",
                          "VALUES (1)",
                          "FROM t",
                          "(SELECT 1)",
                          "CREATE TEMP TABLE t AS SELECT 1",
                          "CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1",
                          "CREATE MACRO m(a) AS a",
                          "CREATE FUNCTION f(a) AS a",
                          "CREATE TYPE t AS INTEGER",
                          "CREATE SEQUENCE s",
                          "CREATE INDEX i ON t (a)",
                          "DROP MACRO m",
                          "DROP FUNCTION f",
                          "ATTACH 'x.db'",
                          "COPY t TO 'x'",
                          "SET threads = 1",
                          "RESET threads",
                          "PRAGMA version",
                          "CALL f()",
                          "SUMMARIZE t",
                          "SHOW ALL TABLES",
                          "SHOW threads",
                          "SHOW",
                          "SHOW CREATE",
                          "DESCRIBE",
                          "DESCRIBE SELECT 1",
                          "DESCRIBE WITH a AS (SELECT 1) SELECT * FROM a",
                          "DESCRIBE (SELECT 1)",
                          "DESCRIBE FROM t",
                          "DESCRIBE VALUES (1)",
                          "DESCRIBE 'x.parquet'",
                          "INSERT OR REPLACE INTO t VALUES (1)",
                          "EXPLAIN SELECT 1",
                          "EXPLAIN (SELECT 1)",
                          "EXPLAIN (ANALYZE, FORMAT JSON) SELECT 1",
                          "PREPARE p AS SELECT 1",
                          "EXECUTE p(1)",
                          "DEALLOCATE p",
                          "UPDATE EXTENSIONS",
                          "BEGIN",
                          "COMMIT",
                          "ROLLBACK",
                          "EXPORT DATABASE 'x'",
                          "IMPORT DATABASE 'x'"}) {
    EXPECT_FALSE(is_athena_statement(sql)) << sql;
  }
}

}  // namespace
}  // namespace clicklake::ddl
