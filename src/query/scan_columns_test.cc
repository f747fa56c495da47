#include "query/scan_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The forms below are those of DuckDB 1.5.5, with what is not read left out.
std::string get(const std::string& columns, const std::string& table = "t") {
  return R"({"type":"LOGICAL_GET","names":["a","b","c"],"projection_ids":[],"table_filters":{},"name":"scan","parameters":[{"type":{"id":"VARCHAR"},"is_null":false,"value":")" +
         table + R"("}],"column_indexes":[)" + columns + "]}";
}
std::string over(const std::string& type, const std::string& members, const std::string& child) {
  return R"({"type":"LOGICAL_)" + type + R"(",)" + members + R"("children":[)" + child + "]}";
}
std::string plan(const std::string& node) { return R"({"error":false,"plans":[)" + node + "]}"; }

const std::string kReference =
    R"({"expression_class":"BOUND_REF","type":"BOUND_REF","alias":"a","return_type":{"id":"BIGINT"}})";
const std::string kConstant =
    R"({"expression_class":"BOUND_CONSTANT","type":"VALUE_CONSTANT","value":{"type":{"id":"INTEGER"},"is_null":false,"value":42}})";
const std::string kFirst = "{}";

std::string projection(const std::string& expression, const std::string& child) {
  return over("PROJECTION", R"("expressions":[)" + expression + "],", child);
}

std::vector<ScanColumns> scans(const std::string& node) {
  auto found = scan_columns(plan(node), "scan");
  EXPECT_TRUE(found.has_value()) << found.error().message;
  return found ? *found : std::vector<ScanColumns>{};
}

TEST(ScanColumnsTest, ColumnsThatAScanPutsOutOrFiltersOnAreNamed) {
  const auto found = scans(projection(kReference, get(R"({"index":2},{})")));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].table, "t");
  EXPECT_THAT(found[0].columns, ElementsAre("a", "c"));
}

TEST(ScanColumnsTest, CountingRowsNeedsNoColumn) {
  const std::string count = R"({"expression_class":"BOUND_AGGREGATE","name":"count_star"})";
  const std::string counted = over("AGGREGATE_AND_GROUP_BY", R"("expressions":[)" + count + "],",
                                   projection(kConstant, get(kFirst)));
  EXPECT_THAT(scans(counted)[0].columns, IsEmpty());
  const std::string crossed =
      over("CROSS_PRODUCT", "",
           projection(kConstant, get(kFirst)) + "," + projection(kConstant, get(kFirst, "u")));
  EXPECT_THAT(scans(crossed)[0].columns, IsEmpty());
  EXPECT_THAT(scans(crossed)[1].columns, IsEmpty());
  EXPECT_THAT(scans(projection(kConstant, over("LIMIT", "", get(kFirst))))[0].columns, IsEmpty());
}

TEST(ScanColumnsTest, TheFirstColumnIsNamedWhereAnythingRefersToIt) {
  EXPECT_THAT(scans(projection(kReference, get(kFirst)))[0].columns, ElementsAre("a"));
  const std::string filter =
      over("FILTER", R"("expressions":[{"left":)" + kReference + "}],", get(kFirst));
  EXPECT_THAT(scans(projection(kConstant, filter))[0].columns, ElementsAre("a"));
  const std::string grouped = over(
      "AGGREGATE_AND_GROUP_BY", R"("expressions":[],"groups":[)" + kReference + "],", get(kFirst));
  EXPECT_THAT(scans(grouped)[0].columns, ElementsAre("a"));
  // What an operator does with its input is not always known.
  EXPECT_THAT(scans(projection(kConstant, over("DISTINCT", "", get(kFirst))))[0].columns,
              ElementsAre("a"));
  EXPECT_THAT(scans(get(kFirst))[0].columns, ElementsAre("a"));
}

TEST(ScanColumnsTest, EachScanOfATableIsListedInThePlansOrder) {
  const auto found = scans(over("UNION", "",
                                projection(kReference, get(kFirst)) + "," +
                                    projection(kReference, get(R"({"index":1})")) + "," +
                                    projection(kReference, get(kFirst, "u"))));
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_THAT(found[0].columns, ElementsAre("a"));
  EXPECT_THAT(found[1].columns, ElementsAre("b"));
  EXPECT_EQ(found[2].table, "u");
}

TEST(ScanColumnsTest, OtherScansAreNotListed) {
  EXPECT_THAT(scans(R"({"type":"LOGICAL_GET","name":"range","parameters":[]})"), IsEmpty());
  EXPECT_THAT(scans(R"({"type":"LOGICAL_EMPTY_RESULT"})"), IsEmpty());
}

TEST(ScanColumnsTest, VirtualColumnsAreNoColumnsOfAFile) {
  const std::string row_id = R"({"index":18446744073709551615},{"index":1})";
  EXPECT_THAT(scans(projection(kReference, get(row_id)))[0].columns, ElementsAre("b"));
}

TEST(ScanColumnsTest, UnknownFormsAreRefused) {
  for (const std::string& text :
       {std::string("no json"), std::string("[]"), std::string(R"({"plans":[]})"),
        plan(get(R"({"index":3})")), plan(get(R"({"index":"a"})")), plan(get("1")),
        // A scan inside of something that is no list of operators.
        plan(R"({"type":"LOGICAL_X","inside":)" + get(kFirst) + "}")}) {
    const auto found = scan_columns(text, "scan");
    ASSERT_FALSE(found.has_value()) << text;
    EXPECT_EQ(found.error().code, ErrorCode::kUnsupported);
  }
  const auto failed =
      scan_columns(R"({"error":true,"error_message":"Only SELECT statements"})", "scan");
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().message, ::testing::HasSubstr("Only SELECT statements"));
}

}  // namespace
}  // namespace clicklake
