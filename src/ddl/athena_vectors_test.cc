#include <fstream>
#include <map>

#include "ddl/parse_test_support.h"

namespace clicklake::ddl {
namespace {

/// The text of a member of one line of JSON; the lines' own keys come before any text that could
/// look like one.
std::string member(const std::string& line, const std::string& key) {
  const std::string begin = "\"" + key + "\": \"";
  std::string out;
  std::size_t at = line.find(begin);
  if (at == std::string::npos) return out;
  for (at += begin.size(); at < line.size() && line[at] != '"'; ++at) {
    if (line[at] == '\\') ++at;
    out += line[at];
  }
  return out;
}

struct Vector {
  std::string sql;
  bool is_error = false;
};

std::map<std::string, Vector> vectors() {
  std::ifstream file(CLICKLAKE_SOURCE_DIR "/tests/conformance/athena/athena-ddl.jsonl");
  std::map<std::string, Vector> out;
  for (std::string line; std::getline(file, line);)
    out[member(line, "name")] = {.sql = member(line, "sql"),
                                 .is_error = !member(line, "error").empty()};
  return out;
}

template <typename T>
std::size_t kind() {
  return Statement(T{}).index();
}

std::map<std::string, std::size_t> expected_kinds() {
  std::map<std::string, std::size_t> kinds;
  const auto add = [&](std::size_t kind, std::initializer_list<const char*> names) {
    for (const char* name : names) kinds[name] = kind;
  };
  add(kind<CreateTable>(),
      {"create_openx_partitioned", "create_openx_props", "create_openx_mapping_ts",
       "create_hive_json", "create_lazysimple_tsv", "create_lazysimple_explicit", "create_opencsv",
       "create_parquet", "create_parquet_serde_long", "create_iceberg", "create_comments_struct",
       "create_clustered", "projection_int_date_enum", "projection_year_month_day_hour",
       "projection_integer_interval", "projection_injected", "projection_date_hours"});
  add(kind<SetTableProperties>(),
      {"projection_disable", "set_tblproperties", "set_tblproperties_zstd"});
  add(kind<AddPartitions>(),
      {"add_partition", "add_partition_many_location", "add_partition_if_not_exists",
       "err_add_existing", "err_add_partition_missing_key", "err_partition_on_unpartitioned"});
  add(kind<DropPartitions>(), {"drop_partition", "drop_partition_if_exists"});
  add(kind<RenamePartition>(), {"rename_partition"});
  add(kind<SetLocation>(), {"set_location_partition", "set_location_table"});
  add(kind<AddColumns>(), {"add_columns", "add_columns_partition"});
  add(kind<ReplaceColumns>(), {"replace_columns"});
  add(kind<RepairTable>(), {"msck", "msck_db"});
  add(kind<ShowPartitions>(), {"show_partitions"});
  add(kind<ShowTables>(), {"show_tables", "show_tables_in_like"});
  add(kind<ShowDatabases>(), {"show_databases", "show_databases_like"});
  add(kind<ShowColumns>(), {"show_columns"});
  add(kind<ShowCreateTable>(), {"show_create_table"});
  add(kind<ShowCreateView>(), {"show_create_view"});
  add(kind<ShowTableProperties>(), {"show_tblproperties", "show_tblproperties_one"});
  add(kind<ShowViews>(), {"show_views"});
  add(kind<Describe>(), {"describe", "describe_formatted", "describe_extended", "describe_nested",
                         "err_describe_table"});
  add(kind<CreateDatabase>(), {"create_database"});
  add(kind<DropDatabase>(), {"drop_database_cascade", "err_drop_database_nonempty"});
  add(kind<AlterDatabase>(), {"alter_database"});
  add(kind<CreateView>(), {"create_view", "err_view_exists"});
  add(kind<DropView>(), {"drop_view"});
  add(kind<DropTable>(), {"drop_table"});
  add(kind<CreateTableAs>(),
      {"ctas_parquet", "ctas_partitioned_bucketed", "ctas_no_data", "ctas_textfile", "ctas_json",
       "ctas_iceberg", "err_ctas_format_case", "err_ctas_partition_order", "err_ctas_unnamed"});
  add(kind<InsertInto>(), {"insert_select", "insert_values_cols"});
  add(kind<Unload>(), {"unload_json", "unload_parquet_zstd", "unload_textfile",
                       "err_unload_no_format", "err_unload_nonempty"});
  add(kind<Explain>(), {"explain", "explain_validate", "explain_analyze"});
  add(kind<Prepare>(), {"prepare"});
  add(kind<Execute>(), {"execute_using", "err_execute_unknown", "err_execute_param_count"});
  add(kind<Deallocate>(), {"deallocate"});
  return kinds;
}

/// The vectors that the parser alone refuses, and how its messages begin.
const std::map<std::string, std::string> kFaults{
    {"err_create_no_external", "line 1:14: only external table creation is supported"},
    {"err_no_location", "line 1:89: no location (LOCATION is required)"},
    {"err_reserved_word", "line 1:26: mismatched input 'date'"},
    {"err_partition_col_dup", "line 1:61: Column repeated in partitioning columns"},
    {"err_double_quoted_ddl", "line 1:23: mismatched input '\"t\"'"},
    {"err_add_partition_comma", "line 1:56: missing EOF at ','"},
    {"err_update",
     "line 1:1: NOT_SUPPORTED: Modifying Hive table rows is only supported for transactional "
     "tables"},
    {"err_create_table_like",
     "line 1:16: mismatched input 'LIKE'. Expecting: '(', '.', 'AS', 'COMMENT', 'WITH'"}};

/// A table, and a query of it that fails.
constexpr const char* kTwoStatements[] = {"err_projection_missing_col", "err_projection_template"};

TEST(AthenaVectorsTest, EveryStatementParsesToItsKind) {
  const auto kinds = expected_kinds();
  const auto all = vectors();
  ASSERT_EQ(all.size(), 95U);
  std::size_t parsed_count = 0;
  for (const auto& [name, vector] : all) {
    const auto kind = kinds.find(name);
    EXPECT_TRUE(vector.is_error || kind != kinds.end()) << name << " is not in the table";
    if (kind == kinds.end()) continue;
    EXPECT_TRUE(is_athena_statement(vector.sql)) << name;
    const auto statement = parse(vector.sql);
    ASSERT_TRUE(statement) << name << ": " << statement.error().message;
    EXPECT_EQ(statement->index(), kind->second) << name;
    ++parsed_count;
  }
  EXPECT_EQ(parsed_count, kinds.size());
}

TEST(AthenaVectorsTest, SyntaxErrorsAreAtTheirPlaces) {
  const auto all = vectors();
  for (const auto& [name, message] : kFaults) {
    ASSERT_TRUE(all.contains(name)) << name;
    EXPECT_TRUE(is_athena_statement(all.at(name).sql)) << name;
    EXPECT_TRUE(fault(all.at(name).sql).starts_with(message)) << fault(all.at(name).sql);
  }
}

TEST(AthenaVectorsTest, QueriesOfTablesAreDuckdbs) {
  const auto all = vectors();
  EXPECT_FALSE(is_athena_statement(all.at("err_injected_no_filter").sql));
  for (const char* name : kTwoStatements) {
    const std::string& sql = all.at(name).sql;
    const std::size_t semicolon = sql.find("; ");
    parsed<CreateTable>(sql.substr(0, semicolon));
    EXPECT_FALSE(is_athena_statement(sql.substr(semicolon + 2)));
  }
}

TEST(AthenaVectorsTest, EveryVectorIsOneOfThese) {
  const auto kinds = expected_kinds();
  for (const auto& [name, vector] : vectors()) {
    EXPECT_EQ(kinds.contains(name) + kFaults.contains(name) + (name == "err_injected_no_filter") +
                  (name == kTwoStatements[0]) + (name == kTwoStatements[1]),
              1)
        << name;
  }
}

}  // namespace
}  // namespace clicklake::ddl
