"""CREATE, ALTER, MSCK, SHOW, DESCRIBE and DROP."""

from lake import BUCKET, OPENX, RAW_COLUMNS, expect, has, same

CHECKS = {}

# A setup script as it is written for Athena.
SCRIPT = (
    f"CREATE EXTERNAL TABLE clickstream_raw.click_events_raw ({RAW_COLUMNS}) PARTITIONED BY (year int, month int, day int, "
    f"hour int) {OPENX} LOCATION 's3://company-raw/clickstream/'",
    "ALTER TABLE clickstream_raw.click_events_raw ADD PARTITION (year=2024, month=11, day=04, hour=15) "
    "LOCATION 's3://company-raw/clickstream/2024/11/04/15/'",
    "MSCK REPAIR TABLE clickstream_raw.click_events_raw",
)


def script(lake):
    """Runs on a fresh lake, runs again, and reads what lies at the script's locations."""
    folder = lake.path / "raw/clickstream/2024/11/04/15"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text('{"user_id":"u-1"}\n')
    lake.click(16, day=4)
    for _ in range(2):
        for statement in SCRIPT:
            lake.answer(statement)
    same(lake.rows("SELECT user_id, day, hour FROM clickstream_raw.click_events_raw ORDER BY hour"),
         [["u-1", 4, 15], ["u-1", 4, 16]])
    lake.rows("DROP TABLE clickstream_raw.click_events_raw")
    lake.rows("; ".join(SCRIPT) + ";")
    same(lake.scalar("SELECT count(*) FROM clickstream_raw.click_events_raw"), 2)
    lake.fails(SCRIPT[0].replace("user_id string", "user_id bigint"), "its column 1 is 'user_id string', not 'user_id bigint'")
    lake.fails(SCRIPT[1].replace("/15/'", "/16/'"), "Partition already exists")


def vector(name, database="default"):
    def add(check):
        check.database = database
        CHECKS[name] = check
        return check
    return add


# CREATE TABLE: what its SerDe reads


@vector("create_openx_partitioned")
def _(lake, sql):
    lake.put("events/year=2024/month=11/day=1/hour=0/a.json", {"user_id": "u"})
    lake.rows("DROP TABLE clickstream_raw.click_events_raw")
    same(lake.answer(sql), {})
    same(lake.scalar("SELECT count(*) FROM clickstream_raw.click_events_raw"), 0)
    same(lake.answer(sql), {})
    lake.rows("MSCK REPAIR TABLE clickstream_raw.click_events_raw")
    same(lake.scalar("SELECT count(*) FROM clickstream_raw.click_events_raw"), 1)


@vector("create_openx_props")
def _(lake, sql):
    lake.put("events/a.json", {"userId": "u1", "ts": "1", "ip.addr": "1.2.3.4"}, '{"userId": "cut', '["a","b","c"]',
             '{"userId":"u2"} and more', {"userid": "x", "USERID": "y", "ts": "2"}, "")
    lake.rows(sql)
    nothing = [None, None, None]  # the malformed line; the blank one is no row here, where Trino makes it one of NULLs
    same(lake.sorted_rows("SELECT userid, ts, ip_addr FROM ev_props"),
         sorted([["u1", "1", "1.2.3.4"], ["a", "b", "c"], ["u2", None, None], [None, "2", None], nothing],
                key=lambda row: [(cell is None, str(cell)) for cell in row]))
    lake.rows(f"CREATE EXTERNAL TABLE strict (userid string) {OPENX} LOCATION '{BUCKET}events/'")
    lake.fails("SELECT * FROM strict", "HIVE_CURSOR_ERROR")
    lake.put("collide/a.json", '{"User_ID":"a","user_id":"b"}')
    lake.rows(f"CREATE EXTERNAL TABLE collide (user_id string) {OPENX} LOCATION '{BUCKET}collide/'")
    same(lake.rows("SELECT user_id FROM collide"), [["b"]])


@vector("create_openx_mapping_ts")
def _(lake, sql):
    lake.put("events/a.json", {"timestamp": "2024-11-01", "ts": "other", "user_id": "u"})
    lake.rows(sql)
    same(lake.rows("SELECT ts, user_id FROM ev_map"), [["2024-11-01", "u"]])


@vector("create_hive_json")
def _(lake, sql):
    lake.put("events/dt=a/a.json", {"user_id": "u1", "event_timestamp": "2024-11-01T10:00:00.123Z", "metadata": {"k": "v"}},
             {"user_id": "u2", "event_timestamp": "2024-11-01T11:00:00"})
    lake.put("events/dt=b/a.json", "not json")
    lake.rows(sql)
    lake.rows("ALTER TABLE ev_hivejson ADD PARTITION (dt='a') PARTITION (dt='b')")
    same(lake.rows("SELECT user_id, CAST(event_timestamp AS varchar), metadata['k'] FROM ev_hivejson WHERE dt = 'a' "
                   "ORDER BY 1"),
         [["u1", "2024-11-01 10:00:00.123", "v"], ["u2", "2024-11-01 11:00:00", None]])
    lake.fails("SELECT * FROM ev_hivejson WHERE dt = 'b'", "HIVE_CURSOR_ERROR")


@vector("create_lazysimple_tsv")
def _(lake, sql):
    lake.put("flights/dt=a/a.tsv", "yr\tcarrier\tdelay", "2015\tAA\t1.5", "2016\t\\N\t", "2017\ta\\\tb\t2")
    lake.rows(sql)
    lake.rows("ALTER TABLE flights ADD PARTITION (dt='a')")
    same(lake.rows("SELECT yr, carrier, delay FROM flights ORDER BY yr"),
         [[2015, "AA", 1.5], [2016, None, None], [2017, "a\tb", 2.0]])


@vector("create_lazysimple_explicit")
def _(lake, sql):
    lake.put("t/a.csv", "x,b1|b2,k:v|l:w", ",one,")
    lake.rows(sql)
    same(lake.rows("SELECT a, b[2], c['l'] FROM t_lazy WHERE a IS NOT NULL"), [["x", "b2", "w"]])
    same(lake.scalar("SELECT count(*) FROM t_lazy WHERE a IS NULL"), 1)


@vector("create_opencsv")
def _(lake, sql):
    lake.put("csv/a.csv", "profile_id,creationdate,creationdatetime", '"p,1","18276","1579059226000"',
             '"say \\"hi\\"",18276,1579059226000')
    lake.rows(sql)
    same(lake.rows("SELECT profile_id, CAST(creationdate AS varchar), CAST(creationdatetime AS varchar) FROM csv1 "
                   "ORDER BY 1"),
         [["p,1", "2020-01-15", "2020-01-15 03:33:46"], ['say "hi"', "2020-01-15", "2020-01-15 03:33:46"]])


@vector("create_parquet")
def _(lake, sql):
    lake.put_parquet("pq/day=1/a.parquet", "SELECT 5::BIGINT AS n, 'u' AS user_id")
    lake.rows(sql)
    lake.rows("ALTER TABLE ev_parquet ADD PARTITION (day=1)")
    same(lake.rows("SELECT user_id, n, day FROM ev_parquet"), [["u", 5, 1]])


@vector("create_parquet_serde_long")
def _(lake, sql):
    lake.put_parquet("pq/a.parquet", "SELECT 'u' AS user_id")
    lake.rows(sql)
    same(lake.rows("SELECT user_id FROM ev_parquet2"), [["u"]])
    lake.rows(f"CREATE EXTERNAL TABLE ev_parquet2 (user_id string) STORED AS PARQUET LOCATION '{BUCKET}pq/'")
    expect("already" in lake.notes, f"the short form is the same table: {lake.notes}")


@vector("create_iceberg")
def _(lake, sql):
    lake.rows(sql)
    has(lake.texts("SHOW TBLPROPERTIES ice_events"), "table_type\tICEBERG", "write_compression\tzstd")
    has(lake.column("SHOW CREATE TABLE ice_events"), "CREATE TABLE", "day(`event_timestamp`)", "bucket(16, `user_id`)")
    same(lake.column("SHOW COLUMNS IN ice_events"), ["user_id", "event_timestamp", "category"])


@vector("create_comments_struct")
def _(lake, sql):
    lake.put("c/a.json", {"id": 1, "tags": ["x", "y"], "geo": {"city": "c", "ll": {"lat": 1.5, "lon": 2}},
                          "price": 12.5, "day": "2024-11-01"})
    lake.rows("CREATE DATABASE db1")
    lake.rows(sql)
    has(lake.texts("DESCRIBE db1.t_complex"), "id\tbigint\trow id", "struct<city:string,ll:struct<lat:double,lon:double>>")
    same(lake.rows("SELECT id, tags[2], geo.ll.lat, CAST(price AS varchar), CAST(day AS varchar) FROM db1.t_complex"),
         [[1, "y", 1.5, "12.50", "2024-11-01"]])
    same(lake.column("SHOW TBLPROPERTIES db1.t_complex('comment')"), ["complex types"])


@vector("create_clustered")
def _(lake, sql):
    lake.rows(sql)
    has(lake.texts("DESCRIBE FORMATTED t_b"), "Num Buckets:\t8", "Bucket Columns:\t[id]")


# Partition projection


@vector("projection_int_date_enum")
def _(lake, sql):
    lake.put("events/2024/11/02/07/us/a.json", {"user_id": "u1"})
    lake.put("events/2024/11/03/23/eu/a.json", {"user_id": "u2"})
    lake.put("events/2024/11/03/23/asia/a.json", {"user_id": "u3"})
    lake.rows(sql)
    where = "WHERE dt BETWEEN '2024/11/01' AND '2024/11/30'"
    same(lake.rows(f"SELECT dt, hour, region, user_id FROM ev_proj {where} ORDER BY dt"),
         [["2024/11/02", 7, "us", "u1"], ["2024/11/03", 23, "eu", "u2"]])
    same(lake.column("SELECT user_id FROM ev_proj WHERE dt = '2024/11/03' AND hour = 23 AND region = 'eu'"), ["u2"])
    same(lake.column("SHOW PARTITIONS ev_proj"), [])


@vector("projection_year_month_day_hour")
def _(lake, sql):
    lake.put("events/year=2024/month=11/day=01/hour=05/a.json", {"user_id": "u1"})
    lake.rows(sql)
    same(lake.rows("SELECT year, month, day, hour FROM ev_proj2 WHERE year = 2024 AND month = 11"), [[2024, 11, 1, 5]])


@vector("projection_integer_interval")
def _(lake, sql):
    for b in (1, 2, 3, 9, 11):
        lake.put(f"events/b={b}/a.json", {"user_id": f"u{b}"})
    lake.rows(sql)
    same(sorted(lake.column("SELECT b FROM ev_proj3")), [1, 3, 9])


@vector("projection_injected")
def _(lake, sql):
    lake.put("events/d-1/a.json", {"user_id": "u1"})
    lake.put("events/d-2/a.json", {"user_id": "u2"})
    lake.rows(sql)
    same(lake.column("SELECT user_id FROM ev_inj WHERE device_id = 'd-1'"), ["u1"])
    same(sorted(lake.column("SELECT user_id FROM ev_inj WHERE device_id IN ('d-1', 'd-2')")), ["u1", "u2"])
    lake.fails("SELECT user_id FROM ev_inj", "static equality")


@vector("projection_date_hours")
def _(lake, sql):
    lake.put("events/2024/11/01/05/a.json", {"user_id": "u1"})
    lake.rows(sql)
    same(lake.rows("SELECT datehour, user_id FROM ev_dh WHERE datehour >= '2024/11/01/00' AND datehour < '2024/11/02/00'"),
         [["2024/11/01/05", "u1"]])


@vector("projection_disable")
def _(lake, sql):
    lake.put("events/2024/11/02/us/a.json", {"user_id": "projected"})
    lake.put("other/a.json", {"user_id": "registered"})
    lake.rows(f"CREATE EXTERNAL TABLE ev_proj (user_id string) PARTITIONED BY (dt string, region string) {OPENX} LOCATION "
              f"'{BUCKET}events/' TBLPROPERTIES ('projection.enabled'='true', 'projection.dt.type'='date', "
              "'projection.dt.range'='2024/11/01,2024/11/30', 'projection.dt.format'='yyyy/MM/dd', "
              f"'projection.region.type'='enum', 'projection.region.values'='us', "
              f"'storage.location.template'='{BUCKET}events/${{dt}}/${{region}}/')")
    lake.rows(f"ALTER TABLE ev_proj ADD PARTITION (dt='x', region='us') LOCATION '{BUCKET}other/'")
    same(lake.column("SELECT user_id FROM ev_proj"), ["projected"])
    lake.rows(sql)
    same(lake.column("SELECT user_id FROM ev_proj"), ["registered"])


# ALTER TABLE: partitions


@vector("add_partition")
def _(lake, sql):
    lake.orders()
    lake.put("orders/dt=2016-05-14/country=IN/a.json", {"id": 7})
    lake.rows(sql)
    same(lake.rows("SELECT id, dt, country FROM orders"), [[7, "2016-05-14", "IN"]])
    same(lake.location("orders", "PARTITION (dt='2016-05-14', country='IN')"), f"{BUCKET}orders/dt=2016-05-14/country=IN/")


@vector("add_partition_many_location", database="clickstream_raw")
def _(lake, sql):
    lake.put("raw/2024/11/01/00/a.json", {"user_id": "u0"})
    lake.put("raw/2024/11/01/01/a.json", {"user_id": "u1"})
    lake.rows(sql)
    lake.rows(sql)
    same(lake.column("SHOW PARTITIONS click_events_raw"),
         ["year=2024/month=11/day=1/hour=0", "year=2024/month=11/day=1/hour=1"])
    same(lake.rows("SELECT user_id, hour FROM click_events_raw ORDER BY hour"), [["u0", 0], ["u1", 1]])


@vector("add_partition_if_not_exists")
def _(lake, sql):
    lake.rows(f"CREATE EXTERNAL TABLE flights_parquet (n bigint) PARTITIONED BY (year string) STORED AS PARQUET LOCATION "
              f"'{BUCKET}fp/'")
    lake.rows(f"ALTER TABLE flights_parquet ADD PARTITION (year='2021') LOCATION '{BUCKET}elsewhere/'")
    lake.rows(sql)
    same(lake.location("flights_parquet", "PARTITION (year='2021')"), f"{BUCKET}elsewhere/")


@vector("drop_partition")
def _(lake, sql):
    lake.orders(("2014-05-14", "IN"), ("2014-05-15", "IN"), ("2014-05-16", "IN"))
    lake.rows(sql)
    same(lake.column("SHOW PARTITIONS orders"), ["dt=2014-05-16/country=IN"])
    expect(lake.file("orders/dt=2014-05-14/country=IN/a.json").exists(), "objects stay")
    same(lake.column("SELECT dt FROM orders"), ["2014-05-16"])


@vector("drop_partition_if_exists")
def _(lake, sql):
    lake.orders(("2014-05-14", "IN"))
    lake.rows(sql)
    same(lake.column("SHOW PARTITIONS orders"), ["dt=2014-05-14/country=IN"])
    lake.fails(sql.replace("IF EXISTS ", ""), "Partition not found")


@vector("rename_partition")
def _(lake, sql):
    lake.orders(("2014-05-14", "IN"))
    lake.rows(sql)
    same(lake.column("SHOW PARTITIONS orders"), ["dt=2014-05-15/country=IN"])
    same(lake.rows("SELECT id, dt FROM orders"), [[12, "2014-05-15"]])


@vector("set_location_partition")
def _(lake, sql):
    lake.put("custdata/a.json", {"id": 3})
    lake.rows(f"CREATE EXTERNAL TABLE customers (id bigint) PARTITIONED BY (zip string, state string) {OPENX} LOCATION "
              f"'{BUCKET}customers/'")
    lake.rows("ALTER TABLE customers ADD PARTITION (zip='98040', state='WA')")
    same(lake.rows("SELECT id FROM customers"), [])
    lake.rows(sql)
    same(lake.rows("SELECT id, zip FROM customers"), [[3, "98040"]])


@vector("set_location_table")
def _(lake, sql):
    lake.put("customers/zip=1/a.json", {"id": 1})
    lake.put("new/zip=2/a.json", {"id": 2})
    lake.rows(f"CREATE EXTERNAL TABLE customers (id bigint) PARTITIONED BY (zip string) {OPENX} LOCATION "
              f"'{BUCKET}customers/'")
    lake.rows("ALTER TABLE customers ADD PARTITION (zip='1')")
    lake.rows(sql)
    lake.rows("ALTER TABLE customers ADD PARTITION (zip='2')")
    same(sorted(lake.column("SELECT id FROM customers")), [1, 2])
    same(lake.location("customers"), f"{BUCKET}new/")


# ALTER TABLE: properties and columns


@vector("set_tblproperties")
def _(lake, sql):
    lake.orders()
    lake.rows(sql)
    same(lake.column("SHOW TBLPROPERTIES orders('notes')"), ["Please don't drop this table."])


@vector("set_tblproperties_zstd")
def _(lake, sql):
    lake.rows(f"CREATE EXTERNAL TABLE existing_table (id bigint) STORED AS PARQUET LOCATION '{BUCKET}existing/'")
    lake.rows(sql)
    has(lake.texts("SHOW TBLPROPERTIES existing_table"), "parquet.compression\tZSTD", "compression_level\t4")
    lake.rows("INSERT INTO existing_table SELECT 1")
    [path] = lake.files("existing")
    same(lake.column(f"SELECT DISTINCT compression FROM parquet_metadata('{path}')"), ["ZSTD"])


@vector("add_columns")
def _(lake, sql):
    lake.put("ev/d=1/a.json", {"id": "a"}, {"id": "b", "score": 1.5})
    lake.rows(f"CREATE EXTERNAL TABLE events (id string) PARTITIONED BY (d int) {OPENX} LOCATION '{BUCKET}ev/'")
    lake.rows("ALTER TABLE events ADD PARTITION (d=1)")
    lake.rows(sql)
    same(lake.column("SHOW COLUMNS IN events"), ["id", "eventowner", "score", "d"])
    same(lake.rows("SELECT id, eventowner, score, d FROM events ORDER BY id"), [["a", None, None, 1], ["b", None, 1.5, 1]])


@vector("add_columns_partition")
def _(lake, sql):
    lake.rows(f"CREATE EXTERNAL TABLE events (id string) PARTITIONED BY (awsregion string) {OPENX} LOCATION '{BUCKET}ev/'")
    lake.rows("ALTER TABLE events ADD PARTITION (awsregion='us-west-2') PARTITION (awsregion='eu')")
    lake.rows(sql)
    same(lake.column("SHOW COLUMNS IN events"), ["id", "awsregion"])
    has(lake.texts("DESCRIBE events PARTITION (awsregion='us-west-2')"), "event\tstring")
    expect("event" not in lake.column("DESCRIBE events PARTITION (awsregion='eu')"), "the other partition stays")


@vector("replace_columns")
def _(lake, sql):
    lake.put("nc/a.json", {"first_name": "Ann", "last_name": "Lee", "city": "Oslo", "age": 3})
    lake.rows(f"CREATE EXTERNAL TABLE names_cities (first_name string, age int) PARTITIONED BY (d int) {OPENX} LOCATION "
              f"'{BUCKET}nc/'")
    lake.rows(f"ALTER TABLE names_cities ADD PARTITION (d=1) LOCATION '{BUCKET}nc/'")
    lake.rows(sql)
    same(lake.column("SHOW COLUMNS IN names_cities"), ["first_name", "last_name", "city", "d"])
    same(lake.rows("SELECT * FROM names_cities"), [["Ann", "Lee", "Oslo", 1]])


def repaired(lake, sql):
    lake.click(5)
    lake.click(6, day=2)
    (lake.path / "raw/clickstream/Year=2024/month=11/day=03/hour=01").mkdir(parents=True)
    (lake.path / "raw/clickstream/2024/11").mkdir(parents=True)
    out = lake.column(sql)
    has(out, "Partitions not in metastore:\tclick_events_raw:year=2024/",
        "Repair: Added partition to metastore click_events_raw:year=2024/")
    wanted = ["year=2024/month=11/day=1/hour=5", "year=2024/month=11/day=2/hour=6"]
    same(lake.column("SHOW PARTITIONS clickstream_raw.click_events_raw"), wanted)
    same(lake.scalar("SELECT count(*) FROM clickstream_raw.click_events_raw"), 2)
    same(lake.column(sql), [])
    (lake.path / "raw/clickstream/year=2024/month=11/day=01/hour=05/clicks.json").unlink()
    (lake.path / "raw/clickstream/year=2024/month=11/day=01/hour=05").rmdir()
    lake.rows(sql)
    same(lake.column("SHOW PARTITIONS clickstream_raw.click_events_raw"), wanted, "MSCK never removes")


@vector("msck", database="clickstream_raw")
def _(lake, sql):
    repaired(lake, sql)


@vector("msck_db")
def _(lake, sql):
    repaired(lake, sql)


# SHOW and DESCRIBE


@vector("show_partitions", database="clickstream_raw")
def _(lake, sql):
    lake.raw()
    same(sorted(lake.column(sql)), ["year=2024/month=11/day=1/hour=0", "year=2024/month=11/day=1/hour=13",
                                    "year=2024/month=11/day=2/hour=5"])


@vector("show_tables")
def _(lake, sql):
    lake.orders()
    lake.rows("CREATE VIEW v AS SELECT 1 a")
    same(lake.column(sql), ["orders", "v"])


@vector("show_tables_in_like")
def _(lake, sql):
    lake.rows("CREATE DATABASE sampledb")
    for name in ("web_logs", "us_flights_2024", "orders"):
        lake.rows(f"CREATE EXTERNAL TABLE sampledb.{name} (a string) {OPENX} LOCATION '{BUCKET}{name}/'")
    same(lake.column(sql), ["us_flights_2024", "web_logs"])


@vector("show_databases")
def _(lake, sql):
    has(lake.column(sql), "clickstream_raw", "default")
    same(lake.column("SHOW SCHEMAS"), lake.column(sql))


@vector("show_databases_like")
def _(lake, sql):
    lake.rows("CREATE DATABASE marketing_analytics")
    same(lake.column(sql), ["marketing_analytics"])


@vector("show_columns")
def _(lake, sql):
    lake.rows("CREATE DATABASE customers")
    lake.rows(f"CREATE EXTERNAL TABLE customers.orders (id bigint) PARTITIONED BY (dt string) {OPENX} LOCATION '{BUCKET}o/'")
    same(lake.column(sql), ["id", "dt"])
    same(lake.column("SHOW COLUMNS FROM customers.orders"), ["id", "dt"])


@vector("show_create_table")
def _(lake, sql):
    lake.rows(f"CREATE EXTERNAL TABLE orderclickstoday (id bigint COMMENT 'the key', tags array<string>) COMMENT 'today' "
              f"PARTITIONED BY (dt string) {OPENX} WITH SERDEPROPERTIES ('ignore.malformed.json'='true') LOCATION "
              f"'{BUCKET}o/' TBLPROPERTIES ('a'='b')")
    printed = lake.column(sql)
    has(printed, "CREATE EXTERNAL TABLE", "`id` bigint COMMENT 'the key'", "PARTITIONED BY", "ROW FORMAT SERDE",
        "STORED AS INPUTFORMAT", "OUTPUTFORMAT", "LOCATION", "TBLPROPERTIES")
    lake.rows("DROP TABLE orderclickstoday")
    lake.rows("\n".join(printed))
    same(lake.column(sql), printed)


@vector("show_create_view")
def _(lake, sql):
    lake.rows("CREATE VIEW orders_by_date AS SELECT 1 a")
    printed = lake.column(sql)
    has(printed, "CREATE VIEW", "SELECT 1 a")
    lake.rows("DROP VIEW orders_by_date")
    lake.rows("\n".join(printed))
    same(lake.rows("SELECT a FROM orders_by_date"), [[1]])


@vector("show_tblproperties")
def _(lake, sql):
    lake.orders()
    lake.rows("ALTER TABLE orders SET TBLPROPERTIES ('notes'='x')")
    has(lake.texts(sql), "notes\tx", "EXTERNAL\tTRUE")


@vector("show_tblproperties_one")
def _(lake, sql):
    lake.orders()
    lake.rows("ALTER TABLE orders SET TBLPROPERTIES ('comment'='what was bought')")
    same(lake.rows(sql), [["what was bought"]])


@vector("show_views")
def _(lake, sql):
    lake.rows("CREATE DATABASE marketing_analytics")
    for name in ("orders_by_date", "users"):
        lake.rows(f"CREATE VIEW marketing_analytics.{name} AS SELECT 1 a")
    same(lake.column(sql), ["orders_by_date"])


@vector("describe")
def _(lake, sql):
    lake.rows(f"CREATE EXTERNAL TABLE impressions (id bigint) PARTITIONED BY (dt string) {OPENX} LOCATION '{BUCKET}i/'")
    texts = lake.texts(sql)
    same(texts[0], "id\tbigint\tfrom deserializer")
    has(texts, "# Partition Information")
    expect(texts[-1].startswith("dt\tstring"), f"the partition columns end it: {texts}")


@vector("describe_formatted")
def _(lake, sql):
    lake.rows("CREATE DATABASE mydatabase")
    lake.rows(f"CREATE EXTERNAL TABLE mydatabase.mytable (columna string) PARTITIONED BY (part_col int) {OPENX} LOCATION "
              f"'{BUCKET}m/'")
    lake.rows("ALTER TABLE mydatabase.mytable ADD PARTITION (part_col=100)")
    has(lake.texts(sql), "columna\tstring", f"Location:\t{BUCKET}m/part_col=100/", "SerDe Library:", "InputFormat:")
    has(lake.texts("DESCRIBE FORMATTED mydatabase.mytable"), "# Detailed Table Information", f"Location:\t{BUCKET}m/",
        "SerDe Library:\torg.openx.data.jsonserde.JsonSerDe", "InputFormat:", "Table Parameters:")


@vector("describe_extended", database="clickstream_raw")
def _(lake, sql):
    has(lake.texts(sql), "user_id\tstring", "Detailed Table Information\tTable(tableName:click_events_raw")


@vector("describe_nested", database="clickstream_raw")
def _(lake, sql):
    same(lake.texts(sql), ["$key$\tstring\tfrom deserializer"])
    same(lake.texts(sql.replace("$key$", "$value$")), ["$value$\tstring\tfrom deserializer"])


# Databases, views, DROP


@vector("create_database")
def _(lake, sql):
    lake.rows(sql)
    lake.rows(sql)
    has(lake.column("SHOW DATABASES"), "clickstreams")
    lake.rows("CREATE SCHEMA other")
    has(lake.column("SHOW DATABASES"), "other")


@vector("drop_database_cascade")
def _(lake, sql):
    lake.rows(sql)
    lake.rows("CREATE DATABASE clickstreams")
    lake.put("t/a.json", {"a": "x"})
    lake.rows(f"CREATE EXTERNAL TABLE clickstreams.t (a string) {OPENX} LOCATION '{BUCKET}t/'")
    lake.rows(sql)
    expect("clickstreams" not in lake.column("SHOW DATABASES"), "it is gone")
    expect(lake.file("t/a.json").exists(), "metadata only")


@vector("alter_database")
def _(lake, sql):
    lake.rows("CREATE DATABASE jd_datasets")
    lake.rows(sql)
    lake.fails("CREATE DATABASE jd_datasets WITH DBPROPERTIES ('creator'='somebody')", "John Doe")
    lake.fails(sql.replace("jd_datasets", "nowhere"), "Database does not exist: nowhere")


@vector("drop_view")
def _(lake, sql):
    lake.rows(sql)
    lake.rows("CREATE VIEW orders_by_date AS SELECT 1 a")
    lake.rows(sql)
    same(lake.column("SHOW VIEWS"), [])


@vector("drop_table")
def _(lake, sql):
    lake.rows(sql)
    lake.put("my/a.json", {"a": "x"})
    lake.rows(f"CREATE EXTERNAL TABLE my_table (a string) {OPENX} LOCATION '{BUCKET}my/'")
    lake.rows(sql)
    same(lake.column("SHOW TABLES"), [])
    expect(lake.file("my/a.json").exists(), "objects stay")
