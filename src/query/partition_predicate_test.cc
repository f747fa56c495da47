#include "query/partition_predicate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A scan of table t, whose columns are a, day and region; the last two are partition columns.
const std::string kScan =
    R"({"type":"LOGICAL_GET","names":["a","day","region"],"name":"scan","parameters":[{"type":{"id":"VARCHAR"},"value":"t"}],"column_indexes":[{},{"index":1},{"index":2}]})";

std::string filter(const std::string& expressions, const std::string& child = kScan) {
  return R"({"type":"LOGICAL_FILTER","expressions":[)" + expressions + R"(],"children":[)" + child +
         "]}";
}
std::string plan(const std::string& node) { return R"({"error":false,"plans":[)" + node + "]}"; }
std::string ref(const std::string& alias, int index, const std::string& type = "INTEGER") {
  return R"({"expression_class":"BOUND_REF","type":"BOUND_REF","alias":")" + alias +
         R"(","return_type":{"id":")" + type + R"("},"index":)" + std::to_string(index) + "}";
}
std::string number(std::int64_t value, const std::string& type = "INTEGER") {
  return R"({"expression_class":"BOUND_CONSTANT","value":{"type":{"id":")" + type +
         R"("},"is_null":false,"value":)" + std::to_string(value) + "}}";
}
std::string text(const std::string& value) {
  return R"({"expression_class":"BOUND_CONSTANT","value":{"type":{"id":"VARCHAR"},"is_null":false,"value":")" +
         value + "\"}}";
}
std::string compare(const std::string& op, const std::string& left, const std::string& right) {
  return R"({"expression_class":"BOUND_COMPARISON","type":"COMPARE_)" + op + R"(","left":)" + left +
         R"(,"right":)" + right + "}";
}
std::string conjunction(const std::string& type, const std::string& children) {
  return R"({"expression_class":"BOUND_CONJUNCTION","type":"CONJUNCTION_)" + type +
         R"(","children":[)" + children + "]}";
}
std::string call(const std::string& name, const std::string& catalog, const std::string& children,
                 bool serialized = false) {
  return R"({"expression_class":"BOUND_FUNCTION","name":")" + name + R"(","catalog_name":")" +
         catalog + R"(","has_serialize":)" + (serialized ? "true" : "false") + R"(,"children":[)" +
         children + "]}";
}

const std::string kDay = ref("day", 1);
const std::string kRegion = ref("region", 2, "VARCHAR");
const std::string kOther = compare("EQUAL", ref("a", 0), number(1));

std::vector<ScanPredicate> predicates(const std::string& node) {
  const auto tables = partition_predicates(plan(node), "scan", {{"t", {"day", "region"}}});
  EXPECT_TRUE(tables.has_value()) << tables.error().message;
  if (!tables.has_value() || !tables->contains("t")) return {};
  return tables->find("t")->second;
}

std::vector<std::string> conditions(const std::string& expressions) {
  std::vector<std::string> out;
  const auto scans = predicates(filter(expressions));
  EXPECT_EQ(scans.size(), 1U);
  for (const PartitionConjunct& conjunct : scans.at(0)) out.push_back(conjunct.sql);
  return out;
}

TEST(PartitionPredicate, ConditionsOnPartitionColumnsAreWrittenAgain) {
  EXPECT_THAT(conditions(compare("EQUAL", kDay, number(4))),
              ElementsAre(R"(("day" = CAST(4 AS INTEGER)))"));
  EXPECT_THAT(conditions(compare("GREATERTHAN", kRegion, text("o'x"))),
              ElementsAre(R"(("region" > 'o''x'))"));
  EXPECT_THAT(conditions(compare("LESSTHAN", call("make_date", "system", kDay), number(3, "DATE"))),
              ElementsAre(R"((system.main."make_date"("day") < (DATE '1970-01-01' + (3))))"));
  EXPECT_THAT(conditions(call("prefix", "", kRegion + "," + text("e"))),
              ElementsAre(R"(system.main."prefix"("region", 'e'))"));
}

TEST(PartitionPredicate, ConditionsOnOtherColumnsAreLeftOutWhereTheyNarrow) {
  const std::string day = compare("EQUAL", kDay, number(4));
  EXPECT_THAT(conditions(kOther), IsEmpty());
  EXPECT_THAT(conditions(kOther + "," + day), ElementsAre(R"(("day" = CAST(4 AS INTEGER)))"));
  EXPECT_THAT(conditions(conjunction("AND", kOther + "," + day)),
              ElementsAre(R"(("day" = CAST(4 AS INTEGER)))"));
  EXPECT_THAT(conditions(conjunction("OR", conjunction("AND", kOther + "," + day) + "," + day)),
              ElementsAre(R"(((("day" = CAST(4 AS INTEGER))) OR ("day" = CAST(4 AS INTEGER))))"));
}

TEST(PartitionPredicate, WhatWouldWidenIsNoCondition) {
  const std::string day = compare("EQUAL", kDay, number(4));
  EXPECT_THAT(conditions(conjunction("OR", kOther + "," + day)), IsEmpty());
  const std::string both = conjunction("AND", kOther + "," + day);
  EXPECT_THAT(
      conditions(R"({"expression_class":"BOUND_OPERATOR","type":"OPERATOR_NOT","children":[)" +
                 both + "]}"),
      IsEmpty());
}

TEST(PartitionPredicate, UnknownFunctionsAndFormsAreNoCondition) {
  for (const std::string& expression :
       {compare("EQUAL", call("random", "system", ""), number(1)),
        compare("EQUAL", call("mine", "memory", kDay), number(1)),
        compare("EQUAL", call("mine", "", kDay), number(1)),
        compare("EQUAL", call("list_filter", "system", kDay, true), number(1)),
        compare("EQUAL", kDay, number(1, "UUID")), compare("SOMETHING", kDay, number(1)),
        // The plan and the reference name different columns.
        compare("EQUAL", ref("day", 2), number(1)), compare("EQUAL", ref("day", 9), number(1)),
        std::string(R"({"expression_class":"BOUND_NEW"})"), std::string("{}")}) {
    EXPECT_THAT(conditions(expression), IsEmpty()) << expression;
  }
}

TEST(PartitionPredicate, EqualitiesGiveTheirConstants) {
  const auto equals = [](const std::string& expression) {
    return predicates(filter(expression)).at(0).at(0).equals;
  };
  EXPECT_THAT(equals(compare("EQUAL", text("x"), kRegion)), ::testing::Optional(ElementsAre("x")));
  EXPECT_THAT(equals(R"({"expression_class":"BOUND_OPERATOR","type":"COMPARE_IN","children":[)" +
                     kRegion + "," + text("x") + "," + text("y") + "]}"),
              ::testing::Optional(ElementsAre("x", "y")));
  EXPECT_THAT(equals(conjunction("OR", compare("EQUAL", kDay, number(1)) + "," +
                                           compare("EQUAL", kDay, number(2)))),
              ::testing::Optional(ElementsAre("1", "2")));
  EXPECT_EQ(equals(compare("LESSTHAN", kDay, number(1))), std::nullopt);
  EXPECT_EQ(equals(conjunction("OR", compare("EQUAL", kDay, number(1)) + "," +
                                         compare("EQUAL", kRegion, text("2")))),
            std::nullopt);
}

TEST(PartitionPredicate, FilterHoldsForItsOwnScanOnly) {
  const std::string join = R"({"type":"LOGICAL_COMPARISON_JOIN","children":[)" +
                           filter(compare("EQUAL", kDay, number(4))) + "," + kScan + "]}";
  const auto scans = predicates(filter(compare("EQUAL", kDay, number(5)), join));
  ASSERT_EQ(scans.size(), 2U);
  EXPECT_EQ(scans[0].size(), 1U);
  EXPECT_THAT(scans[1], IsEmpty());
}

TEST(PartitionPredicate, PlanThatIsNotUnderstoodIsAnError) {
  const auto fails = [](const std::string& answer) {
    return !partition_predicates(answer, "scan", {{"t", {}}}).has_value();
  };
  EXPECT_TRUE(fails("not json"));
  EXPECT_TRUE(fails("[]"));
  EXPECT_TRUE(fails(R"({"error":true,"error_message":"no"})"));
  EXPECT_TRUE(fails(plan(R"({"type":"NEW","hidden":)" + kScan + "}"))) << "a scan out of sight";
  EXPECT_FALSE(partition_predicates(plan(kScan), "scan", {}).has_value()) << "an unknown table";
}

}  // namespace
}  // namespace clicklake
