#include "query/scan_filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kLowest = ValueRange{}.min;
constexpr std::int64_t kHighest = ValueRange{}.max;

/// A scan of table t, whose columns are a (0), b (1), t (2); `columns` are those it puts out.
std::string get(const std::string& columns) {
  return R"({"type":"LOGICAL_GET","names":["a","b","t"],"name":"scan","parameters":[{"type":{"id":"VARCHAR"},"value":"t"}],"column_indexes":[)" +
         columns + "]}";
}
std::string filter(const std::string& expressions, const std::string& child) {
  return R"({"type":"LOGICAL_FILTER","expressions":[)" + expressions + R"(],"children":[)" + child +
         "]}";
}
std::string plan(const std::string& node) { return R"({"error":false,"plans":[)" + node + "]}"; }
std::string ref(const std::string& alias, int index, const std::string& type = "INTEGER") {
  return R"({"expression_class":"BOUND_REF","type":"BOUND_REF","alias":")" + alias +
         R"(","return_type":{"id":")" + type + R"("},"index":)" + std::to_string(index) + "}";
}
std::string constant(std::int64_t value, const std::string& type = "INTEGER") {
  return R"({"expression_class":"BOUND_CONSTANT","value":{"type":{"id":")" + type +
         R"("},"is_null":false,"value":)" + std::to_string(value) + "}}";
}
std::string compare(const std::string& op, const std::string& left, const std::string& right) {
  return R"({"expression_class":"BOUND_COMPARISON","type":"COMPARE_)" + op + R"(","left":)" + left +
         R"(,"right":)" + right + "}";
}
std::string either(const std::string& children) {
  return R"({"expression_class":"BOUND_CONJUNCTION","type":"CONJUNCTION_OR","children":[)" +
         children + "]}";
}

const std::string kBothColumns = R"({},{"index":1})";

RowBoxes boxes(const std::string& text, bool utc = true) {
  const auto tables = scan_filters(text, "scan", utc);
  EXPECT_TRUE(tables.has_value()) << tables.error().message;
  if (!tables.has_value() || tables->find("t") == tables->end()) return {};
  return tables->find("t")->second;
}

TEST(ScanFiltersTest, ComparisonsBoundTheirColumn) {
  const std::string scan = get(kBothColumns);
  EXPECT_THAT(boxes(plan(filter(compare("EQUAL", ref("a", 0), constant(3)), scan))),
              ElementsAre(RowBox{{"a", {3, 3}}}));
  EXPECT_THAT(boxes(plan(filter(compare("LESSTHAN", ref("b", 1), constant(3)), scan))),
              ElementsAre(RowBox{{"b", {kLowest, 2}}}));
  EXPECT_THAT(boxes(plan(filter(compare("LESSTHAN", constant(3), ref("b", 1)), scan))),
              ElementsAre(RowBox{{"b", {4, kHighest}}}));
  EXPECT_THAT(boxes(plan(filter(compare("GREATERTHANOREQUALTO", ref("b", 1), constant(3)), scan))),
              ElementsAre(RowBox{{"b", {3, kHighest}}}));
}

TEST(ScanFiltersTest, DefaultsThatTheSerializerLeavesOutAreZero) {
  const std::string no_index =
      R"({"expression_class":"BOUND_REF","type":"BOUND_REF","alias":"a","return_type":{"id":"INTEGER"}})";
  EXPECT_THAT(
      boxes(plan(filter(compare("EQUAL", no_index, constant(3)), get(R"({},{"index":2})")))),
      ElementsAre(RowBox{{"a", {3, 3}}}));
}

TEST(ScanFiltersTest, ReferenceWhoseNameDisagreesBoundsNothing) {
  EXPECT_THAT(boxes(plan(filter(compare("EQUAL", ref("b", 0), constant(3)), get(kBothColumns)))),
              ElementsAre(RowBox{}));
}

TEST(ScanFiltersTest, FiltersMeetAndAlternativesJoin) {
  const std::string scan = get(kBothColumns);
  EXPECT_THAT(boxes(plan(filter(compare("GREATERTHAN", ref("a", 0), constant(1)) + "," +
                                    compare("LESSTHAN", ref("a", 0), constant(5)),
                                scan))),
              ElementsAre(RowBox{{"a", {2, 4}}}));
  EXPECT_THAT(boxes(plan(filter(either(compare("EQUAL", ref("a", 0), constant(1)) + "," +
                                       compare("EQUAL", ref("b", 1), constant(2))),
                                scan))),
              ElementsAre(RowBox{{"a", {1, 1}}}, RowBox{{"b", {2, 2}}}));
  EXPECT_THAT(boxes(plan(filter(compare("EQUAL", ref("a", 0), constant(1)) + "," +
                                    compare("EQUAL", ref("a", 0), constant(2)),
                                scan))),
              IsEmpty());
}

TEST(ScanFiltersTest, UnknownExpressionsBoundNothing) {
  const std::string unknown = R"({"expression_class":"BOUND_FUNCTION","name":"abs"})";
  const std::string scan = get(kBothColumns);
  EXPECT_THAT(boxes(plan(filter(unknown, scan))), ElementsAre(RowBox{}));
  EXPECT_THAT(boxes(plan(filter(unknown + "," + compare("EQUAL", ref("a", 0), constant(1)), scan))),
              ElementsAre(RowBox{{"a", {1, 1}}}));
  EXPECT_THAT(
      boxes(plan(filter(either(unknown + "," + compare("EQUAL", ref("a", 0), constant(1))), scan))),
      ElementsAre(RowBox{}, RowBox{{"a", {1, 1}}}));
  EXPECT_THAT(boxes(plan(filter(compare("NOTEQUAL", ref("a", 0), constant(1)), scan))),
              ElementsAre(RowBox{}));
}

TEST(ScanFiltersTest, ManyAlternativesBecomeTheBoxAroundThem) {
  std::string children;
  for (int i = 0; i < 100; ++i)
    children += (i > 0 ? "," : "") + compare("EQUAL", ref("a", 0), constant(2 * i));
  EXPECT_THAT(boxes(plan(filter(either(children), get(kBothColumns)))),
              ElementsAre(RowBox{{"a", {0, 198}}}));
}

TEST(ScanFiltersTest, OperatorsBetweenHideTheFilter) {
  const std::string scan = get(kBothColumns);
  const std::string test = compare("EQUAL", ref("a", 0), constant(1));
  EXPECT_THAT(boxes(plan(filter(test, R"({"type":"LOGICAL_LIMIT","children":[)" + scan + "]}"))),
              ElementsAre(RowBox{}));
  EXPECT_THAT(boxes(plan(filter(test, R"({"type":"LOGICAL_PROJECTION","expressions":[)" +
                                          ref("a", 0) + R"(],"children":[)" + scan + "]}"))),
              ElementsAre(RowBox{{"a", {1, 1}}}));
  const std::string computed = R"({"expression_class":"BOUND_FUNCTION","alias":"a"})";
  EXPECT_THAT(boxes(plan(filter(test, R"({"type":"LOGICAL_PROJECTION","expressions":[)" + computed +
                                          R"(],"children":[)" + scan + "]}"))),
              ElementsAre(RowBox{}));
}

TEST(ScanFiltersTest, ScansOfOneTableAddUp) {
  const auto with = [](int value) {
    return filter(compare("EQUAL", ref("a", 0), constant(value)), get(kBothColumns));
  };
  EXPECT_THAT(
      boxes(plan(R"({"type":"LOGICAL_UNION","children":[)" + with(1) + "," + with(5) + "]}")),
      ElementsAre(RowBox{{"a", {1, 1}}}, RowBox{{"a", {5, 5}}}));
  EXPECT_THAT(boxes(plan(R"({"type":"LOGICAL_UNION","children":[)" + with(1) + "," +
                         get(kBothColumns) + "]}")),
              ElementsAre(RowBox{{"a", {1, 1}}}, RowBox{}));
}

TEST(ScanFiltersTest, DatesOfTimesCountInUtcOnly) {
  const std::string date = R"({"expression_class":"BOUND_CAST","child":)" +
                           ref("t", 0, "TIMESTAMP WITH TIME ZONE") +
                           R"(,"return_type":{"id":"DATE"}})";
  const std::string text =
      plan(filter(compare("EQUAL", date, constant(1, "DATE")), get(R"({"index":2})")));
  EXPECT_THAT(boxes(text), ElementsAre(RowBox{{"t", {86'400'000'000, 172'799'999'999}}}));
  EXPECT_THAT(boxes(text, false), ElementsAre(RowBox{}));
  const std::string far =
      plan(filter(compare("LESSTHANOREQUALTO", date, constant(2'147'483'000'000, "DATE")),
                  get(R"({"index":2})")));
  EXPECT_THAT(boxes(far), ElementsAre(RowBox{{"t", {kLowest, kHighest}}}));
}

TEST(ScanFiltersTest, ComparisonsAtTheEndsOfTheNumbersDoNotWrap) {
  const std::string scan = get(kBothColumns);
  EXPECT_THAT(
      boxes(plan(filter(compare("GREATERTHAN", ref("a", 0, "BIGINT"), constant(kHighest, "BIGINT")),
                        scan))),
      ElementsAre(RowBox{{"a", {kHighest, kHighest}}}));
  EXPECT_THAT(
      boxes(plan(filter(compare("LESSTHAN", ref("a", 0, "BIGINT"), constant(kLowest + 1, "BIGINT")),
                        scan))),
      ElementsAre(RowBox{{"a", {kLowest, kLowest}}}));
}

TEST(ScanFiltersTest, ScansThatTheWalkDoesNotReachMakeThePlanUnknown) {
  const std::string hidden = R"({"type":"LOGICAL_PROJECTION","children":[)" + get(kBothColumns) +
                             R"(],"elsewhere":)" + get(kBothColumns) + "}";
  const auto tables = scan_filters(plan(hidden), "scan", true);
  ASSERT_FALSE(tables.has_value());
  EXPECT_EQ(tables.error().code, ErrorCode::kUnsupported);
}

TEST(ScanFiltersTest, FailuresAndOtherFormsAreErrors) {
  for (const char* text : {"", "nonsense", "[]", "{}", R"({"error":true,"error_message":"no"})",
                           R"({"error":false,"plans":[1]})",
                           R"({"error":false,"plans":[{"type":"X","children":[7]}]})"}) {
    EXPECT_FALSE(scan_filters(text, "scan", true).has_value()) << text;
  }
}

}  // namespace
}  // namespace clicklake
