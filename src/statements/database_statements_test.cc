#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "statements/statements_fixture.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class DatabaseStatementsTest : public StatementsFixture {};

constexpr std::string_view kCreate =
    "CREATE DATABASE clickstreams COMMENT 'Site Foo clickstream data aggregates' LOCATION "
    "'s3://mapped/clickstreams/' WITH DBPROPERTIES ('creator'='Jane D.', 'Dept.'='Marketing')";

TEST_F(DatabaseStatementsTest, CreateKeepsCommentLocationAndProperties) {
  EXPECT_THAT(rows(kCreate), IsEmpty());
  const auto database = metastore_->database("clickstreams");
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(database->description, "Site Foo clickstream data aggregates");
  EXPECT_EQ(database->location_uri, "s3://mapped/clickstreams/");
  EXPECT_EQ(*find_parameter(database->parameters, "Dept."), "Marketing");
}

TEST_F(DatabaseStatementsTest, TheSameAgainIsANoOpAndADifferentOneFails) {
  must(kCreate);
  EXPECT_THAT(notes(kCreate), HasSubstr("is there already"));
  EXPECT_THAT(notes("CREATE SCHEMA clickstreams"), HasSubstr("is there already"));
  EXPECT_THAT(
      failure("CREATE DATABASE clickstreams COMMENT 'other'"),
      HasSubstr("AlreadyExistsException: Database clickstreams already exists: its comment"));
  EXPECT_THAT(failure("CREATE DATABASE clickstreams LOCATION 's3://mapped/other/'"),
              HasSubstr("its location is"));
  EXPECT_THAT(failure("CREATE DATABASE clickstreams WITH DBPROPERTIES ('creator'='Bob')"),
              HasSubstr("its property 'creator' is 'Jane D.', not 'Bob'"));
  EXPECT_THAT(notes("CREATE DATABASE IF NOT EXISTS clickstreams COMMENT 'other'"),
              HasSubstr("left as it is"));
}

TEST_F(DatabaseStatementsTest, DropIsRestrictUnlessCascadeIsWritten) {
  must("CREATE DATABASE shop");
  must("CREATE EXTERNAL TABLE shop.t (a string) LOCATION 's3://mapped/t/'");
  const std::string message = failure("DROP DATABASE shop");
  EXPECT_THAT(message,
              StartsWith("SCHEMA_NOT_EMPTY: line 1:1: Cannot drop non-empty schema 'shop'"));
  EXPECT_EQ(code("DROP DATABASE shop RESTRICT"), ErrorCode::kInvalidArgument);
  EXPECT_THAT(rows("DROP SCHEMA shop CASCADE"), IsEmpty());
  EXPECT_FALSE(metastore_->database("shop").has_value());
  EXPECT_THAT(rows("SHOW DATABASES LIKE 'shop'"), IsEmpty());
}

TEST_F(DatabaseStatementsTest, AnEmptyOneIsDropped) {
  must("CREATE DATABASE shop");
  EXPECT_THAT(rows("DROP DATABASE shop"), IsEmpty());
  EXPECT_FALSE(metastore_->database("shop").has_value());
}

TEST_F(DatabaseStatementsTest, DropOfAMissingOneNeedsIfExists) {
  EXPECT_THAT(failure("DROP DATABASE shop"), HasSubstr("Database does not exist: shop"));
  EXPECT_EQ(code("DROP DATABASE shop"), ErrorCode::kNotFound);
  EXPECT_THAT(notes("DROP SCHEMA IF EXISTS shop CASCADE"), HasSubstr("there is no database shop"));
}

TEST_F(DatabaseStatementsTest, TheLakesOwnAndTheDefaultDatabaseStay) {
  EXPECT_THAT(failure("DROP DATABASE clickstream_processed CASCADE"),
              HasSubstr("holds the lake's own tables"));
  EXPECT_THAT(failure("DROP DATABASE `default` CASCADE"), HasSubstr("Can not drop default"));
}

TEST_F(DatabaseStatementsTest, AlterSetsProperties) {
  must(kCreate);
  EXPECT_THAT(rows("ALTER DATABASE clickstreams SET DBPROPERTIES ('creator'='John Doe', 'x'='y')"),
              IsEmpty());
  const auto database = metastore_->database("clickstreams");
  EXPECT_EQ(*find_parameter(database->parameters, "creator"), "John Doe");
  EXPECT_EQ(*find_parameter(database->parameters, "x"), "y");
  EXPECT_EQ(*find_parameter(database->parameters, "Dept."), "Marketing");
  EXPECT_THAT(failure("ALTER DATABASE nowhere SET DBPROPERTIES ('a'='b')"),
              HasSubstr("Database does not exist: nowhere"));
}

TEST_F(DatabaseStatementsTest, ShowListsThoseThatFitThePattern) {
  must("CREATE DATABASE web_analytics");
  EXPECT_THAT(rows("SHOW DATABASES"), ElementsAre("clickstream_curated", "clickstream_processed",
                                                  "clickstream_raw", "default", "web_analytics"));
  EXPECT_THAT(rows("SHOW SCHEMAS"), ::testing::SizeIs(5));
  EXPECT_THAT(rows("SHOW DATABASES LIKE '.*analytics'"), ElementsAre("web_analytics"));
  EXPECT_THAT(run("SHOW DATABASES")->columns, ElementsAre("database_name"));
}

TEST_F(DatabaseStatementsTest, UseChangesWhereNamesAreLookedFor) {
  EXPECT_THAT(failure("DESCRIBE click_events_raw"), HasSubstr("Table not found click_events_raw"));
  EXPECT_EQ(statements_->current_database(), "default");
  must("USE clickstream_raw");
  EXPECT_EQ(statements_->current_database(), "clickstream_raw");
  EXPECT_THAT(rows("SHOW TABLES"), ElementsAre("click_events_raw"));
  EXPECT_THAT(failure("USE nowhere"), HasSubstr("Database does not exist: nowhere"));
  EXPECT_EQ(statements_->current_database(), "clickstream_raw");
}

TEST_F(DatabaseStatementsTest, DroppingTheCurrentOneLeavesTheDefault) {
  must("CREATE DATABASE shop");
  must("USE shop");
  must("DROP DATABASE shop");
  EXPECT_EQ(statements_->current_database(), "default");
}

TEST_F(DatabaseStatementsTest, DeallocateForgetsAPreparedStatement) {
  ASSERT_TRUE(metastore_->set_prepared_statement("my_select2", "SELECT 1").has_value());
  EXPECT_THAT(rows("DEALLOCATE PREPARE my_select2"), IsEmpty());
  EXPECT_THAT(failure("DEALLOCATE PREPARE my_select2"),
              HasSubstr("NOT_FOUND: Prepared statement not found: my_select2"));
}

TEST(CatalogStatementsTest, StatementsWithAQueryInsideAreNotTaken) {
  EXPECT_FALSE(CatalogStatements::takes(ddl::CreateTableAs{}));
  EXPECT_FALSE(CatalogStatements::takes(ddl::CreateView{}));
  EXPECT_FALSE(CatalogStatements::takes(ddl::InsertInto{}));
  EXPECT_FALSE(CatalogStatements::takes(ddl::Unload{}));
  EXPECT_FALSE(CatalogStatements::takes(ddl::Explain{}));
  EXPECT_FALSE(CatalogStatements::takes(ddl::Prepare{}));
  EXPECT_FALSE(CatalogStatements::takes(ddl::Execute{}));
  EXPECT_TRUE(CatalogStatements::takes(ddl::UseDatabase{}));
  EXPECT_TRUE(CatalogStatements::takes(ddl::RepairTable{}));
}

}  // namespace
}  // namespace clicklake
