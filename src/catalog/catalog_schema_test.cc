#include "catalog/catalog_schema.h"

#include <array>

#include "catalog/catalog_fixture.h"

namespace clicklake {
namespace {

class CatalogSchemaTest : public CatalogFixture {
 protected:
  /// A version-0 file as made by hand: meta alone, and something of the user's beside it.
  void make_version_0() {
    sql("PRAGMA application_id = 1668049772; CREATE TABLE meta (key TEXT PRIMARY KEY, value) "
        "WITHOUT "
        "ROWID; INSERT INTO meta VALUES ('format_version', 0); CREATE TABLE kept (x); "
        "INSERT INTO kept VALUES ('mine')");
  }
  std::unique_ptr<Connection> connect() {
    auto connection = Connection::open(file_, Connection::Mode::kReadWrite);
    EXPECT_THAT(connection, IsOk());
    return *std::move(connection);
  }
  std::string version() const { return sql("SELECT value FROM meta WHERE key = 'format_version'"); }
};

Status add_table_a(Connection& connection) {
  return connection.execute_script("CREATE TABLE a(x)");
}
Status fill_table_a(Connection& connection) {
  return connection.execute_script("INSERT INTO a VALUES (1)");
}
Status fail(Connection& connection) {
  RETURN_IF_ERROR(connection.execute_script("CREATE TABLE half_done(x)"));
  return Error{ErrorCode::kIo, "this step fails"};
}

TEST_F(CatalogSchemaTest, HandMadeVersion0IsMigratedAndKeepsWhatElseIsInIt) {
  make_version_0();
  {
    const auto catalog = open();
    const auto tables = catalog->tables();
    ASSERT_THAT(tables, IsOk());
    ASSERT_FALSE(tables->empty());
    EXPECT_EQ(tables->front().name, "fact_clicks");
  }
  EXPECT_EQ(version(), std::to_string(kCatalogFormatVersion));
  EXPECT_EQ(sql("SELECT x FROM kept"), "mine");
}

TEST_F(CatalogSchemaTest, MigratedVersion0EqualsANewCatalog) {
  make_version_0();
  open();
  const std::string schema =
      "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE "
      "name NOT IN ('meta', 'kept') AND sql IS NOT NULL ORDER BY name)";
  const std::string migrated = sql(schema);
  std::filesystem::remove(file_);
  create();
  EXPECT_EQ(migrated, sql(schema));
  EXPECT_NE(migrated, "");
}

TEST_F(CatalogSchemaTest, StepsRunInOrderFromTheFilesVersion) {
  make_version_0();
  constexpr std::array<Migration, 1> kFirst{{{0, add_table_a}}};
  constexpr std::array<Migration, 2> kBoth{{{0, add_table_a}, {1, fill_table_a}}};
  ASSERT_THAT(migrate(*connect(), kFirst), IsOk());
  EXPECT_EQ(version(), "1");
  ASSERT_THAT(migrate(*connect(), kBoth), IsOk());
  EXPECT_EQ(version(), "2");
  ASSERT_THAT(migrate(*connect(), kBoth), IsOk());
  EXPECT_EQ(sql("SELECT count(*) FROM a"), "1");
}

TEST_F(CatalogSchemaTest, FailedStepLeavesTheFileAsItWas) {
  make_version_0();
  constexpr std::array<Migration, 2> kSteps{{{0, add_table_a}, {1, fail}}};
  EXPECT_THAT(migrate(*connect(), kSteps), IsError(ErrorCode::kIo, "this step fails"));
  EXPECT_EQ(version(), "0");
  EXPECT_EQ(sql("SELECT group_concat(name) FROM sqlite_schema WHERE name IN ('a', 'half_done')"),
            "NULL");
}

TEST_F(CatalogSchemaTest, NewerVersionIsRefusedAndUnchanged) {
  create();
  sql("UPDATE meta SET value = 8 WHERE key = 'format_version'");
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kUnsupported, file_.string()));
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kUnsupported, "format version 8"));
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kUnsupported, "use a newer clicklake"));
  EXPECT_EQ(version(), "8");
}

TEST_F(CatalogSchemaTest, TooOldVersionIsRefused) {
  make_version_0();
  constexpr std::array<Migration, 1> kLater{{{3, add_table_a}}};
  EXPECT_THAT(migrate(*connect(), kLater),
              IsError(ErrorCode::kUnsupported, "migrates from version 3 on"));
}

TEST_F(CatalogSchemaTest, TwoProcessesMigrateOnce) {
  make_version_0();
  const auto opens = [&] { return Catalog::open(file_).has_value(); };
  const int first = start(opens);
  const int second = start(opens);
  EXPECT_EQ(wait_for(first), 0);
  EXPECT_EQ(wait_for(second), 0);
  EXPECT_EQ(version(), std::to_string(kCatalogFormatVersion));
  EXPECT_THAT(Catalog::open(file_), IsOk());
}

TEST_F(CatalogSchemaTest, OtherProgramsFilesAreCorruption) {
  sql("CREATE TABLE t(x)");
  EXPECT_THAT(Catalog::open(file_),
              IsError(ErrorCode::kCorruption, "not a catalog of clicklake's"));
  sql("PRAGMA application_id = 1668049772");
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kCorruption, "meta is missing"));
  sql("CREATE TABLE meta (key TEXT PRIMARY KEY, value)");
  EXPECT_THAT(Catalog::open(file_), IsError(ErrorCode::kCorruption, "no format_version"));
}

}  // namespace
}  // namespace clicklake
