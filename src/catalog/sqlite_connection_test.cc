#include "catalog/sqlite_connection.h"

#include <fstream>
#include <utility>

#include "catalog/catalog_fixture.h"

namespace clicklake {
namespace {

class SqliteConnectionTest : public CatalogFixture {
 protected:
  std::unique_ptr<Connection> connect() {
    auto connection = Connection::open(file_, Connection::Mode::kCreate);
    EXPECT_THAT(connection, IsOk());
    return *std::move(connection);
  }
};

TEST_F(SqliteConnectionTest, BindsAndReadsEveryKind) {
  const auto db = connect();
  ASSERT_THAT(db->execute_script("CREATE TABLE t(a, b, c, d, e)"), IsOk());
  const std::string bytes("\0x\0", 3);
  ASSERT_THAT(
      db->execute("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5)", std::int64_t{-5},
                  std::string_view("text"), Blob{bytes}, std::optional<std::int64_t>(), true),
      IsOk());
  auto rows = db->query("SELECT * FROM t");
  ASSERT_THAT(rows, IsOk());
  ASSERT_TRUE(*rows->next());
  EXPECT_EQ(rows->integer(0), -5);
  EXPECT_EQ(rows->text(1), "text");
  EXPECT_EQ(rows->blob(2), bytes);
  EXPECT_TRUE(rows->is_null(3));
  EXPECT_EQ(rows->integer(4), 1);
  EXPECT_FALSE(*rows->next());
}

TEST_F(SqliteConnectionTest, EmptyTextAndBytesAreNotNull) {
  const auto db = connect();
  auto empty = db->query("SELECT ?1 IS NULL, ?2 IS NULL", std::string_view(), Blob{{}});
  ASSERT_TRUE(*empty->next());
  EXPECT_EQ(empty->integer(0), 0);
  EXPECT_EQ(empty->integer(1), 0);
}

TEST_F(SqliteConnectionTest, TransactionThatIsDroppedChangesNothing) {
  const auto db = connect();
  ASSERT_THAT(db->execute_script("CREATE TABLE t(a)"), IsOk());
  {
    auto transaction = Transaction::begin(*db);
    ASSERT_THAT(transaction, IsOk());
    ASSERT_THAT(db->execute("INSERT INTO t VALUES (1)"), IsOk());
  }
  EXPECT_EQ(**db->query_integer("SELECT count(*) FROM t"), 0);
  auto transaction = Transaction::begin(*db);
  ASSERT_THAT(db->execute("INSERT INTO t VALUES (1)"), IsOk());
  ASSERT_THAT(transaction->commit(), IsOk());
  EXPECT_EQ(**db->query_integer("SELECT count(*) FROM t"), 1);
}

TEST_F(SqliteConnectionTest, SameStatementTwiceAtOnceIsRefused) {
  const auto db = connect();
  static constexpr const char* kQuery = "SELECT 1 UNION SELECT 2";
  auto first = db->query(kQuery);
  ASSERT_TRUE(*first->next());
  EXPECT_FALSE(db->query(kQuery).has_value());
  ASSERT_TRUE(*first->next());
  EXPECT_EQ(first->integer(0), 2);
}

TEST_F(SqliteConnectionTest, ErrorsNameTheFileTheActivityAndTheWayOut) {
  const auto db = connect();
  ASSERT_THAT(db->execute_script("CREATE TABLE t(a UNIQUE)"), IsOk());
  db->set_activity("count beans");
  ASSERT_THAT(db->execute("INSERT INTO t VALUES (1)"), IsOk());
  const auto twice = db->execute("INSERT INTO t VALUES (1)");
  EXPECT_THAT(twice, IsError(ErrorCode::kInvalidArgument, file_.string()));
  EXPECT_THAT(twice, IsError(ErrorCode::kInvalidArgument, "cannot count beans"));
  EXPECT_THAT(twice, IsError(ErrorCode::kInvalidArgument, "UNIQUE"));

  std::ofstream(dir_ / "text.db") << std::string(5000, 'x');
  auto text = Connection::open(dir_ / "text.db", Connection::Mode::kReadWrite);
  EXPECT_THAT(text, IsError(ErrorCode::kCorruption, "clicklake init"));
  EXPECT_THAT(Connection::open(dir_ / "nowhere" / "x.db", Connection::Mode::kReadWrite),
              IsError(ErrorCode::kIo, "nowhere"));
}

TEST_F(SqliteConnectionTest, FullDeviceIsNoSpaceAndRollsBack) {
  const auto db = connect();
  ASSERT_THAT(db->execute_script("CREATE TABLE t(a); PRAGMA max_page_count = 20"), IsOk());
  {
    auto transaction = Transaction::begin(*db);
    ASSERT_THAT(db->execute("INSERT INTO t VALUES (1)"), IsOk());
    const std::string large(1 << 20, 'x');
    EXPECT_THAT(db->execute("INSERT INTO t VALUES (?1)", large),
                IsError(ErrorCode::kNoSpace, "free some space and run again"));
  }
  EXPECT_EQ(**db->query_integer("SELECT count(*) FROM t"), 0);
}

TEST_F(SqliteConnectionTest, ImmutableReadsOddNamesAndRefusesWrites) {
  file_ = dir_ / "odd %41?#name.db";
  {
    const auto db = connect();
    ASSERT_THAT(db->execute_script("CREATE TABLE t(a); INSERT INTO t VALUES (7)"), IsOk());
  }
  auto read = Connection::open(file_, Connection::Mode::kImmutable);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(**(*read)->query_integer("SELECT a FROM t"), 7);
  EXPECT_THAT((*read)->execute("INSERT INTO t VALUES (8)"), IsError(ErrorCode::kIo, "readonly"));
}

}  // namespace
}  // namespace clicklake
