"""Statements with a query inside: views, CTAS, INSERT, UNLOAD, EXPLAIN, prepared statements."""

import json

from lake import BUCKET, OPENX, expect, has, same

CHECKS = {}


def vector(name, database="clickstream_raw"):
    def add(check):
        check.database = database
        CHECKS[name] = check
        return check
    return add


@vector("create_view")
def _(lake, sql):
    lake.raw()
    lake.rows("CREATE VIEW daily_users AS SELECT 1 a")
    lake.rows(sql)
    same(lake.rows("SELECT CAST(d AS varchar), users FROM daily_users ORDER BY d"), [["2024-11-01", 2], ["2024-11-02", 1]])
    same(lake.column("SHOW VIEWS"), ["daily_users"])


@vector("ctas_parquet")
def _(lake, sql):
    lake.old_table()
    lake.rows(sql)
    same(lake.sorted_rows("SELECT id, name FROM new_parquet"), [[1, "one"], [2, None]])
    [path, *_] = lake.files("tables/p")
    same(path.read_bytes()[:4], b"PAR1")
    lake.rows("DROP TABLE new_parquet")
    lake.fails(sql, "HIVE_PATH_ALREADY_EXISTS")


@vector("ctas_partitioned_bucketed")
def _(lake, sql):
    lake.raw()
    lake.rows(sql)
    same(lake.sorted_rows("SELECT user_id, year, day FROM ctas_pb"), [["u-1", 2024, 1], ["u-2", 2024, 1], ["u-3", 2024, 2]])
    same(sorted(lake.column("SHOW PARTITIONS ctas_pb")), ["year=2024/day=1", "year=2024/day=2"])
    for path in lake.files("tables/pb"):
        same(path.relative_to(lake.file("tables/pb")).parts[0], "year=2024")
    lake.fails(f"CREATE TABLE many WITH (external_location = '{BUCKET}many/', partitioned_by = ARRAY['p']) AS "
               "SELECT 1 AS a, range AS p FROM range(101)", "100")


@vector("ctas_no_data")
def _(lake, sql):
    lake.old_table()
    lake.rows(sql)
    same(lake.scalar("SELECT count(*) FROM empty_copy"), 0)
    same(lake.column("SHOW COLUMNS IN empty_copy"), ["id", "name"])
    has(lake.texts("DESCRIBE FORMATTED empty_copy"), "ParquetHiveSerDe")


@vector("ctas_textfile")
def _(lake, sql):
    lake.raw()
    lake.click(7, user=None)
    lake.rows("MSCK REPAIR TABLE click_events_raw")
    lake.rows(sql)
    same(lake.lines("tables/csv"), sorted(["u-1,0", "u-2,13", "u-3,5", "\\N,7"]))
    same(lake.sorted_rows("SELECT user_id, hour FROM ctas_csv"), [["u-1", 0], ["u-2", 13], ["u-3", 5], [None, 7]])


@vector("ctas_json")
def _(lake, sql):
    lake.raw()
    lake.rows(sql)
    same([json.loads(line) for line in lake.lines("tables/json")],
         [{"user_id": f"u-{i}", "metadata": {"k": "v"}} for i in (1, 2, 3)])
    same(lake.sorted_rows("SELECT user_id, metadata['k'] FROM ctas_json"), [[f"u-{i}", "v"] for i in (1, 2, 3)])


@vector("ctas_iceberg")
def _(lake, sql):
    lake.raw()
    lake.rows(sql)
    same(sorted(lake.column("SELECT user_id FROM ice_copy")), ["u-1", "u-2", "u-3"])
    has(lake.texts("SHOW TBLPROPERTIES ice_copy"), "table_type\tICEBERG")
    lake.fails(sql.replace("ice_copy", "other").replace(", partitioning = ", ", partitioned_by = "))


@vector("insert_select")
def _(lake, sql):
    lake.raw()
    lake.rows("CREATE EXTERNAL TABLE vancouver_pageviews (user_id string, page_url string) PARTITIONED BY (year int, day int) "
              f"STORED AS PARQUET LOCATION '{BUCKET}vancouver/'")
    lake.rows(sql)
    same(lake.sorted_rows("SELECT user_id, year, day FROM vancouver_pageviews"), [["u-1", 2024, 1], ["u-2", 2024, 1]])
    same(lake.column("SHOW PARTITIONS vancouver_pageviews"), ["year=2024/day=1"])
    lake.rows(sql)
    same(lake.scalar("SELECT count(*) FROM vancouver_pageviews"), 4)


@vector("insert_values_cols")
def _(lake, sql):
    lake.rows(f"CREATE EXTERNAL TABLE cities (city string, size bigint, state string) {OPENX} LOCATION '{BUCKET}cities/'")
    lake.rows(sql)
    same(lake.sorted_rows("SELECT city, size, state FROM cities"), [["Paris", None, None], ["Seattle", None, "WA"]])


@vector("unload_json")
def _(lake, sql):
    lake.old_table()
    lake.rows(sql)
    rows = [json.loads(line) for line in lake.lines("unload_test_1")]
    same([row["id"] for row in rows], [1, 2])
    same(rows[0]["name"], "one")
    same(lake.column("SHOW TABLES"), ["click_events_raw", "old_table"])


@vector("unload_parquet_zstd")
def _(lake, sql):
    lake.raw()
    lake.rows(sql)
    same(sorted({path.parent.name for path in lake.files("unload_p")}), ["day=1", "day=2"])
    lake.rows("CREATE EXTERNAL TABLE u (user_id string, page_url string) PARTITIONED BY (day int) STORED AS PARQUET LOCATION "
              f"'{BUCKET}unload_p/'")
    lake.rows("MSCK REPAIR TABLE u")
    same(lake.sorted_rows("SELECT user_id, day FROM u"), [["u-1", 1], ["u-2", 1], ["u-3", 2]])
    same(lake.column(f"SELECT DISTINCT compression FROM parquet_metadata('{lake.files('unload_p')[0]}')"), ["ZSTD"])


@vector("unload_textfile")
def _(lake, sql):
    lake.put("t1/a.json", {"name1": "n", "address1": "a", "comment1": None, "key1": "k"})
    lake.rows(f"CREATE EXTERNAL TABLE table1 (name1 string, address1 string, comment1 string, key1 string) {OPENX} LOCATION "
              f"'{BUCKET}t1/'")
    lake.rows(sql)
    same(lake.lines("partitioned/key1=k"), ["n,a,\\N"])


@vector("explain")
def _(lake, sql):
    lake.raw()
    answer = lake.answer(sql)
    same([column["name"] for column in answer["columns"]], ["Query Plan"])
    expect(answer["rows"], "a plan")
    lake.rows(sql.replace("TYPE LOGICAL, FORMAT TEXT", "TYPE LOGICAL, FORMAT JSON"))


@vector("explain_validate")
def _(lake, sql):
    answer = lake.answer(sql)
    same([column["name"] for column in answer["columns"]], ["Valid"])
    expect(str(answer["rows"][0][0]).lower() == "true", f"true expected: {answer}")
    lake.fails(sql.replace("user_id", "no_such_column"), "no_such_column")


@vector("explain_analyze")
def _(lake, sql):
    lake.raw()
    expect(lake.rows(sql), "a plan with times")
    lake.fails(sql.replace("ANALYZE", "ANALYZE (TYPE LOGICAL)"))


SELECT2 = ("PREPARE my_select2 FROM SELECT event_type, count(*) FROM click_events_raw WHERE day = ? AND hour < ? "
           "GROUP BY event_type")


@vector("prepare")
def _(lake, sql):
    lake.raw()
    lake.rows(sql)
    same(lake.rows("EXECUTE my_select2 USING 2, 6"), [["page_view", 1]])


@vector("execute_using")
def _(lake, sql):
    lake.raw()
    lake.rows(SELECT2)
    same(lake.rows(sql), [["page_view", 1]])


@vector("deallocate")
def _(lake, sql):
    lake.rows(SELECT2)
    lake.rows(sql)
    lake.fails(sql, "Prepared statement not found: my_select2")
