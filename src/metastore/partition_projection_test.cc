#include "metastore/partition_projection.h"

#include "metastore/metastore_fixture.h"
#include "model/time.h"

namespace clicklake {
namespace {

constexpr std::int64_t kNow = 1'730'732'645'123'456;  // 2024-11-04T15:04:05.123456Z

HiveColumn key(const std::string& name, const std::string& type) {
  return {.name = name, .type = *parse_hive_type(type), .comment = ""};
}

Table projected(const std::vector<HiveColumn>& keys, const Parameters& parameters) {
  Table table;
  table.database = "db";
  table.name = "t";
  table.storage.location = "s3://bucket/events/";
  table.partition_keys = keys;
  table.parameters = {{"projection.enabled", "true"}};
  for (const auto& [name, value] : parameters) set_parameter(&table.parameters, name, value);
  return table;
}

std::vector<ProjectedPartition> partitions(const Table& table,
                                           const std::vector<ProjectedChoice>& choices = {}) {
  const auto projection = projection_of(table);
  EXPECT_THAT(projection, IsOk());
  if (!projection || !projection->has_value()) return {};
  auto all = project(**projection, kNow, choices);
  EXPECT_THAT(all, IsOk());
  return all ? *std::move(all) : std::vector<ProjectedPartition>();
}

/// Values of the first column.
std::string values(const Table& table, const std::vector<ProjectedChoice>& choices = {}) {
  std::string out;
  for (const auto& partition : partitions(table, choices)) {
    out += (out.empty() ? "" : " ") + partition.values.front();
  }
  return out;
}

ProjectedChoice one_of(const std::vector<std::string>& candidates) {
  return {.keep = {}, .candidates = candidates};
}
ProjectedChoice where(std::function<bool(std::string_view)> keep) {
  return {.keep = std::move(keep), .candidates = {}};
}

// The tables below are those of Athena's documentation, by the names of the conformance statements.

Table projection_int_date_enum() {
  return projected({key("dt", "string"), key("hour", "int"), key("region", "string")},
                   {{"projection.dt.type", "date"},
                    {"projection.dt.range", "2024/11/01,NOW"},
                    {"projection.dt.format", "yyyy/MM/dd"},
                    {"projection.dt.interval", "1"},
                    {"projection.dt.interval.unit", "DAYS"},
                    {"projection.hour.type", "integer"},
                    {"projection.hour.range", "0,23"},
                    {"projection.hour.digits", "2"},
                    {"projection.region.type", "enum"},
                    {"projection.region.values", "us,eu"},
                    {"storage.location.template", "s3://bucket/events/${dt}/${hour}/${region}/"}});
}

TEST(PartitionProjectionTest, IntegerDateAndEnumTogether) {
  const auto all = partitions(projection_int_date_enum());
  ASSERT_EQ(all.size(), 4U * 24 * 2);
  EXPECT_EQ(all.front().values, (std::vector<std::string>{"2024/11/01", "0", "us"}));
  EXPECT_EQ(all.front().location, "s3://bucket/events/2024/11/01/00/us/");
  EXPECT_EQ(all[1].location, "s3://bucket/events/2024/11/01/00/eu/");
  EXPECT_EQ(all.back().values, (std::vector<std::string>{"2024/11/04", "23", "eu"}));
}

TEST(PartitionProjectionTest, ChoicesPruneEachColumn) {
  const auto all = partitions(projection_int_date_enum(),
                              {where([](std::string_view dt) { return dt > "2024/11/02"; }),
                               one_of({"5", "07", "99", "x"}), one_of({"eu"})});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].location, "s3://bucket/events/2024/11/03/05/eu/");
  EXPECT_EQ(all[3].location, "s3://bucket/events/2024/11/04/07/eu/");
  EXPECT_TRUE(partitions(projection_int_date_enum(), {{}, one_of({})}).empty());
}

TEST(PartitionProjectionTest, DigitsPadThePathAndNotTheNumber) {
  const Table table =
      projected({key("year", "int"), key("month", "int")},
                {{"projection.year.type", "integer"},
                 {"projection.year.range", "2024,2026"},
                 {"projection.month.type", "integer"},
                 {"projection.month.range", "1,12"},
                 {"projection.month.digits", "2"},
                 {"storage.location.template", "s3://bucket/events/year=${year}/month=${month}/"}});
  const auto all = partitions(table);
  ASSERT_EQ(all.size(), 36U);
  EXPECT_EQ(all[0].values, (std::vector<std::string>{"2024", "1"}));
  EXPECT_EQ(all[0].location, "s3://bucket/events/year=2024/month=01/");
  EXPECT_EQ(all[35].location, "s3://bucket/events/year=2026/month=12/");
}

TEST(PartitionProjectionTest, DigitsPadTheValueOfAText) {
  const Table table = projected({key("b", "string")}, {{"projection.b.type", " Integer "},
                                                       {"projection.b.range", " -1 , 0010 "},
                                                       {"projection.b.interval", "4"},
                                                       {"projection.b.digits", "3"}});
  EXPECT_EQ(values(table), "-001 003 007");
  EXPECT_EQ(values(table, {one_of({"003", "7"})}), "003");
}

TEST(PartitionProjectionTest, IntervalStepsFromTheLowEnd) {
  const Table table = projected({key("b", "int")}, {{"projection.b.type", "integer"},
                                                    {"projection.b.range", "1,9"},
                                                    {"projection.b.interval", "2"}});
  EXPECT_EQ(values(table), "1 3 5 7 9");
  EXPECT_EQ(partitions(table).front().location, "s3://bucket/events/b=1/");
  EXPECT_EQ(values(table, {one_of({"4", "5", "11", "05"})}), "5");
}

TEST(PartitionProjectionTest, WidestRangeDoesNotOverflow) {
  Table table = projected({key("b", "bigint")},
                          {{"projection.b.type", "integer"},
                           {"projection.b.range", "-9223372036854775808,9223372036854775807"}});
  EXPECT_EQ(values(table, {one_of({"9223372036854775807", "-9223372036854775808"})}),
            "-9223372036854775808 9223372036854775807");
  EXPECT_THAT(project(**projection_of(table), kNow, {}),
              IsError(ErrorCode::kInvalidArgument, "partition column b"));
  set_parameter(&table.parameters, "projection.b.interval", "9223372036854775807");
  EXPECT_EQ(values(table), "-9223372036854775808 -1 9223372036854775806");
}

TEST(PartitionProjectionTest, InjectedColumnsTakeTheQuerysValues) {
  const Table table =
      projected({key("device_id", "string")},
                {{"projection.device_id.type", "injected"},
                 {"storage.location.template", "s3://bucket/events/${device_id}/"}});
  const auto all = partitions(table, {one_of({"b", "a", "b"})});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].location, "s3://bucket/events/a/");
  EXPECT_THAT(project(**projection_of(table), kNow, {}),
              IsError(ErrorCode::kInvalidArgument,
                      "CONSTRAINT_VIOLATION: For the injected projected partition column "
                      "device_id, the WHERE clause must contain only static equality conditions, "
                      "and at least one such condition must be present"));
  EXPECT_THAT(projection_of(projected({key("d", "int")}, {{"projection.d.type", "injected"}})),
              IsError(ErrorCode::kInvalidArgument, "not int"));
}

Table by_hour(const std::string& range) {
  return projected({key("datehour", "string")},
                   {{"projection.datehour.type", "date"},
                    {"projection.datehour.format", "yyyy/MM/dd/HH"},
                    {"projection.datehour.range", range},
                    {"projection.datehour.interval", "1"},
                    {"projection.datehour.interval.unit", "HOURS"},
                    {"storage.location.template", "s3://bucket/events/${datehour}/"}});
}

TEST(PartitionProjectionTest, HoursOfDates) {
  const auto all = partitions(by_hour("2024/11/01/00,NOW"));
  ASSERT_EQ(all.size(), 3U * 24 + 16);
  EXPECT_EQ(all.front().location, "s3://bucket/events/2024/11/01/00/");
  EXPECT_EQ(all.back().values.front(), "2024/11/04/15");
  EXPECT_EQ(values(by_hour("2024/11/01/00,NOW"),
                   {one_of({"2024/11/02/07", "2024/11/04/16", "2024/11/2/7"})}),
            "2024/11/02/07");
}

TEST(PartitionProjectionTest, RangesMayBeRelativeToNow) {
  EXPECT_EQ(values(by_hour("NOW-2HOURS, NOW + 1 HOUR ")),
            "2024/11/04/13 2024/11/04/14 2024/11/04/15 2024/11/04/16");
  Table table = projected({key("m", "string")}, {{"projection.m.type", "date"},
                                                 {"projection.m.format", "yyyy-MM"},
                                                 {"projection.m.range", "NOW-3YEARS,NOW+1MONTH"}});
  EXPECT_EQ(partitions(table).size(), 38U);
  EXPECT_EQ(partitions(table).back().values.front(), "2024-12");
  set_parameter(&table.parameters, "projection.m.format", "yyyy-MM-dd");
  set_parameter(&table.parameters, "projection.m.range", "NOW-3DAYS,2024-11-03");
  EXPECT_EQ(values(table), "2024-11-01 2024-11-02 2024-11-03");
  set_parameter(&table.parameters, "projection.m.range", "NOW-9999YEARS,NOW");
  EXPECT_THAT(project(**projection_of(table), kNow, {}),
              IsError(ErrorCode::kInvalidArgument, "years 1 to 9999"));
}

TEST(PartitionProjectionTest, MonthsEndWhereTheyEnd) {
  const Table table =
      projected({key("d", "string")}, {{"projection.d.type", "date"},
                                       {"projection.d.format", "yyyy-MM-dd"},
                                       {"projection.d.range", "2024-01-31,2024-04-30"},
                                       {"projection.d.interval.unit", "MONTHS"}});
  EXPECT_EQ(values(table), "2024-01-31 2024-02-29 2024-03-31 2024-04-30");
}

TEST(PartitionProjectionTest, IntervalFinerThanTheFormatGivesEachDateOnce) {
  const Table table =
      projected({key("d", "string")}, {{"projection.d.type", "date"},
                                       {"projection.d.format", "yyyy-MM-dd"},
                                       {"projection.d.range", "2024-01-01,2024-01-03"},
                                       {"projection.d.interval", "5"},
                                       {"projection.d.interval.unit", "HOURS"}});
  EXPECT_EQ(values(table), "2024-01-01 2024-01-02");
  EXPECT_EQ(values(table, {one_of({"2024-01-02"})}), "2024-01-02");
}

TEST(PartitionProjectionTest, DateColumnsHaveDatesAndPathsTheFormat) {
  Table table = projected({key("d", "date")}, {{"projection.d.type", "date"},
                                               {"projection.d.format", "yyyy/MM/dd"},
                                               {"projection.d.range", "2024/11/01,2024/11/02"}});
  EXPECT_EQ(values(table), "2024-11-01 2024-11-02");
  EXPECT_EQ(values(table, {one_of({"2024-11-2"})}), "2024-11-02");
  EXPECT_EQ(partitions(table).front().location, "s3://bucket/events/d=2024%2F11%2F01/");
  table.partition_keys[0].type = *parse_hive_type("timestamp");
  EXPECT_EQ(partitions(table).front().values.front(), "2024-11-01 00:00:00");
}

TEST(PartitionProjectionTest, FormatMayHoldACommaOfItsOwn) {
  const Table table =
      projected({key("d", "string")}, {{"projection.d.type", "date"},
                                       {"projection.d.format", "d MMM, yyyy"},
                                       {"projection.d.range", "1 Nov, 2024,2 Nov, 2024"}});
  EXPECT_EQ(values(table), "1 Nov, 2024 2 Nov, 2024");
}

TEST(PartitionProjectionTest, EnumKeepsItsOrderAndBlanks) {
  const Table table =
      projected({key("r", "string")},
                {{"projection.r.type", "ENUM"}, {"projection.r.values", "us, eu,us,Unknown"}});
  EXPECT_EQ(values(table), "us  eu Unknown");
}

TEST(PartitionProjectionTest, OffMeansNothingIsProjected) {
  Table table = projection_int_date_enum();
  set_parameter(&table.parameters, "projection.enabled", "false");
  EXPECT_FALSE(projection_of(table)->has_value());
  set_parameter(&table.parameters, "projection.enabled", " TRUE ");
  EXPECT_TRUE(projection_of(table)->has_value());
  table.partition_keys.clear();
  EXPECT_FALSE(projection_of(table)->has_value());
}

TEST(PartitionProjectionTest, KeysWithoutConfigurationAreNamed) {
  Table table = projected({key("dt", "string"), key("hour", "int")},
                          {{"projection.hour.type", "integer"}, {"projection.hour.range", "0,23"}});
  table.name = "p1";
  EXPECT_THAT(projection_of(table),
              IsError(ErrorCode::kInvalidArgument,
                      "HIVE_METASTORE_ERROR: Table db.p1 is configured for partition projection, "
                      "but the following partition columns are missing projection configuration: "
                      "[dt]"));
}

TEST(PartitionProjectionTest, TemplateHasEachKey) {
  Table table = projected({key("x", "string"), key("y", "string")},
                          {{"projection.x.type", "enum"},
                           {"projection.x.values", "1"},
                           {"projection.y.type", "enum"},
                           {"projection.y.values", "2"},
                           {"storage.location.template", "s3://bucket/x=${x}/"}});
  EXPECT_THAT(projection_of(table),
              IsError(ErrorCode::kInvalidArgument, "the template lacks ${y}"));
  EXPECT_THAT(projection_of(table), IsError(ErrorCode::kInvalidArgument, "INVALID_TABLE_PROPERTY"));
  set_parameter(&table.parameters, "storage.location.template", "s3://b/${x}/${y}/${z}/");
  EXPECT_THAT(projection_of(table), IsError(ErrorCode::kInvalidArgument, "${z} is no partition"));
  set_parameter(&table.parameters, "storage.location.template", "s3://b/${x}/${y}-${x}");
  EXPECT_EQ(partitions(table).front().location, "s3://b/1/2-1/");
}

TEST(PartitionProjectionTest, BadPropertiesAreNamed) {
  const auto error = [](const std::string& type, const Parameters& parameters) {
    Table table = projected({key("c", type)}, parameters);
    const auto projection = projection_of(table);
    return projection ? std::string("ok") : projection.error().message;
  };
  EXPECT_EQ(error("int", {{"projection.c.type", "integer"}, {"projection.c.range", "0-23"}}),
            "INVALID_TABLE_PROPERTY: Table db.t: projection.c.range='0-23': expected two integers, "
            "the lesser first: '0,23'");
  EXPECT_EQ(error("int", {{"projection.c.type", "enum"}}),
            "INVALID_TABLE_PROPERTY: Table db.t: projection.c.values: it is missing; expected "
            "values separated by commas");
  const auto names = [&](const std::string& type, const Parameters& parameters,
                         const std::string& property) {
    EXPECT_NE(error(type, parameters).find("projection.c." + property), std::string::npos)
        << error(type, parameters);
  };
  names("int", {{"projection.c.type", "number"}}, "type");
  names("int", {{"projection.c.type", "integer"}}, "range");
  names("int", {{"projection.c.type", "integer"}, {"projection.c.range", "5,1"}}, "range");
  names("tinyint", {{"projection.c.type", "integer"}, {"projection.c.range", "0,128"}}, "range");
  names("int",
        {{"projection.c.type", "integer"},
         {"projection.c.range", "0,1"},
         {"projection.c.interval", "0"}},
        "interval");
  names("int",
        {{"projection.c.type", "integer"},
         {"projection.c.range", "0,1"},
         {"projection.c.digits", "-1"}},
        "digits");
  names("int", {{"projection.c.type", "enum"}, {"projection.c.values", "1,x"}}, "values");
  names("string", {{"projection.c.type", "date"}}, "format");
  names("string", {{"projection.c.type", "date"}, {"projection.c.format", "ww"}}, "format");
  const Parameters date{{"projection.c.type", "date"}, {"projection.c.format", "yyyy-MM-dd"}};
  names("string", date, "range");
  for (const char* range : {"2024-01-01", "2024-01-01,x", "NOW-3,NOW", "NOW-3FOO,NOW", "now,NOW"}) {
    Parameters with_range = date;
    set_parameter(&with_range, "projection.c.range", range);
    names("string", with_range, "range");
  }
  Parameters hours{{"projection.c.type", "date"},
                   {"projection.c.format", "yyyy-MM-dd-HH"},
                   {"projection.c.range", "2024-01-01-00,NOW"}};
  names("string", hours, "interval");
  set_parameter(&hours, "projection.c.interval", "1");
  names("string", hours, "interval.unit");
  set_parameter(&hours, "projection.c.interval.unit", "FORTNIGHTS");
  names("string", hours, "interval.unit");
}

TEST(PartitionProjectionTest, TooManyNameTheColumnToFilter) {
  const Table table = projection_int_date_enum();
  const auto projection = **projection_of(table);
  EXPECT_THAT(project(projection, kNow, {}, 191),
              IsError(ErrorCode::kInvalidArgument,
                      "more than 191 partitions: filter on the partition column hour (24 values)"));
  EXPECT_THAT(project(projection, kNow, {}, 192), IsOk());
  EXPECT_THAT(project(projection, kNow, {}, 23),
              IsError(ErrorCode::kInvalidArgument, "23 values of the partition column hour"));
}

TEST(PartitionProjectionTest, LongRangeIsFineWithCandidates) {
  const Table table = projected({key("s", "string")}, {{"projection.s.type", "date"},
                                                       {"projection.s.format", "yyyyMMddHHmmss"},
                                                       {"projection.s.range", "20000101000000,NOW"},
                                                       {"projection.s.interval", "2"},
                                                       {"projection.s.interval.unit", "SECONDS"}});
  EXPECT_EQ(values(table, {one_of({"20240101000001", "20240101000002"})}), "20240101000002");
  EXPECT_THAT(project(**projection_of(table), kNow, {}),
              IsError(ErrorCode::kInvalidArgument, "partition column s"));
}

}  // namespace
}  // namespace clicklake
