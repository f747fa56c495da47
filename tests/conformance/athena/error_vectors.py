"""Statements that Athena refuses: here, too, with an error that says the same, and nothing changed."""

from lake import BUCKET, OPENX, same

CHECKS = {}


def vector(name, database="default"):
    def add(check):
        check.database = database
        CHECKS[name] = check
        return check
    return add


def refused(name, *fragments, database="default", setup=None):
    """A statement that fails with these texts and leaves the database's tables as they were."""
    def check(lake, sql):
        if setup:
            setup(lake)
        before = lake.column("SHOW TABLES")
        lake.fails(sql, *fragments)
        same(lake.column("SHOW TABLES"), before, "nothing has changed")
    check.database = database
    CHECKS[name] = check


refused("err_create_no_external", "line 1:", "only external table creation is supported", "EXTERNAL", "ICEBERG")
refused("err_no_location", "line 1:", "LOCATION is required")
refused("err_reserved_word", "line 1:26", "'date'", "reserved word", "`date`")
refused("err_partition_col_dup", "line 1:", "Column repeated in partitioning columns")
refused("err_double_quoted_ddl", "line 1:23", "'\"t\"'", "backticks")
refused("err_add_partition_missing_key", "line 1:",
        "partition spec {year=2024, month=11} doesn't contain all (4) partition columns", database="clickstream_raw")
refused("err_add_partition_comma", "line 1:", "','", setup=lambda lake: lake.orders())
refused("err_describe_table", "Table not found table")
refused("err_execute_unknown", "Prepared statement not found: never_prepared")
refused("err_update", "Modifying Hive table rows is only supported for transactional tables", database="clickstream_raw")
refused("err_create_table_like", "line 1:16: mismatched input 'LIKE'. Expecting: '(', '.', 'AS', 'COMMENT', 'WITH'",
        database="clickstream_raw")
refused("err_drop_database_nonempty", "Cannot drop non-empty schema 'clickstream_raw'", database="clickstream_raw")
refused("err_ctas_format_case", "line 1:22", "table property 'formatt' does not exist")
refused("err_ctas_partition_order", "HIVE_COLUMN_ORDER_MISMATCH",
        "Partition keys must be the last columns in the table and in the same order as the table properties: [day]",
        database="clickstream_raw")
refused("err_ctas_unnamed", "Column name not specified at position 1", database="clickstream_raw")
refused("err_unload_no_format", "format property is required")


@vector("err_add_existing")
def _(lake, sql):
    lake.orders()
    lake.rows(sql)
    lake.fails(sql, "line 1:", "Partition already exists")
    same(lake.column("SHOW PARTITIONS orders"), ["dt=2016-05-14/country=IN"])


@vector("err_partition_on_unpartitioned")
def _(lake, sql):
    lake.rows(f"CREATE EXTERNAL TABLE unpartitioned_t (a string) {OPENX} LOCATION '{BUCKET}u/'")
    lake.fails(sql, "line 1:", "table is not partitioned but partition spec exists")


def created_and_selected(lake, sql, *fragments):
    create, select = sql.split("; ")
    lake.rows(create)
    lake.fails(select, *fragments)


@vector("err_projection_missing_col")
def _(lake, sql):
    created_and_selected(lake, sql, "configured for partition projection",
                         "missing projection configuration: [dt]")


@vector("err_projection_template")
def _(lake, sql):
    created_and_selected(lake, sql, "${y}")


@vector("err_injected_no_filter")
def _(lake, sql):
    lake.rows(f"CREATE EXTERNAL TABLE ev_inj (user_id string) PARTITIONED BY (device_id string) {OPENX} LOCATION "
              f"'{BUCKET}events/' TBLPROPERTIES ('projection.enabled'='true', 'projection.device_id.type'='injected', "
              f"'storage.location.template'='{BUCKET}events/${{device_id}}/')")
    lake.fails(sql, "For the injected projected partition column device_id, the WHERE clause must contain only static "
                    "equality conditions, and at least one such condition must be present")


@vector("err_unload_nonempty")
def _(lake, sql):
    lake.put("used/a.json", {"a": 1})
    lake.fails(sql, "HIVE_PATH_ALREADY_EXISTS")
    same([path.name for path in lake.files("used")], ["a.json"])


@vector("err_execute_param_count", database="clickstream_raw")
def _(lake, sql):
    lake.rows("PREPARE my_select2 FROM SELECT event_type FROM click_events_raw WHERE day = ? AND hour < ?")
    lake.fails(sql, "Incorrect number of parameters: expected 2 but found 1")


@vector("err_view_exists", database="clickstream_raw")
def _(lake, sql):
    lake.rows(sql)
    lake.fails(sql, "line 1:1", "View already exists: 'awsdatacatalog.clickstream_raw.daily_users'")
