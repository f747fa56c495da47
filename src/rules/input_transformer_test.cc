#include "rules/input_transformer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using testing::HasSubstr;

constexpr std::string_view kEvent =
    R"({"version":"0","id":"e1","detail-type":"purchase","source":"clicklake","account":"111122223333",)"
    R"("time":"2024-11-04T15:00:00Z","region":"eu-west-1","resources":[],)"
    R"("detail":{"user":"u \"1\"","total":12.50,"items":[{"sku":"a\"b"}],"ok":true,"none":null}})";

Result<std::string> filled(const InputTransformer::Paths& paths, std::string_view text) {
  ASSIGN_OR_RETURN(const InputTransformer transformer, InputTransformer::compile(paths, text));
  return transformer.apply(*parse_json(kEvent),
                           {"big", "arn:aws:events:eu-west-1:1:rule/big", "2024-11-04T15:00:01Z"});
}

const InputTransformer::Paths kPaths = {{"type", "$.detail-type"}, {"total", "$.detail.total"},
                                        {"user", "$.detail.user"}, {"items", "$.detail.items"},
                                        {"gone", "$.detail.nope"}, {"ok", "$.detail.ok"},
                                        {"none", "$.detail.none"}};

TEST(InputTransformerTest, OutsideQuotesAValueIsJson) {
  EXPECT_EQ(
      *filled(kPaths, R"({"t": <total>, "u": <user>, "i": <items>, "ok": <ok>, "n": <none>})"),
      R"({"t": 12.50, "u": "u \"1\"", "i": [{"sku":"a\"b"}], "ok": true, "n": null})");
}

TEST(InputTransformerTest, BetweenQuotesAValueIsText) {
  EXPECT_EQ(*filled(kPaths, R"({"m": "<user> spent <total>"})"), R"({"m": "u \"1\" spent 12.50"})");
}

TEST(InputTransformerTest, ObjectsBetweenQuotesLoseTheirQuotes) {
  EXPECT_EQ(*filled(kPaths, R"("bought <items>")"), R"("bought [{sku:a\"b}]")");
}

TEST(InputTransformerTest, QuotedTextKeepsItsQuotes) {
  EXPECT_EQ(*filled(kPaths, R"("Event of <type> type")"), R"("Event of purchase type")");
  EXPECT_EQ(*filled(kPaths, R"("{[/odd beginnings of <type>")"),
            R"("{[/odd beginnings of purchase")");
  EXPECT_EQ(*filled(kPaths, R"("state \"<type>\"")"), R"("state \"purchase\"")");
}

TEST(InputTransformerTest, LinesOfQuotedTextAreLines) {
  EXPECT_EQ(*filled(kPaths, "\"one <type>\"\n\"two <total>\""), "\"one purchase\"\n\"two 12.50\"");
}

TEST(InputTransformerTest, APathThatFindsNothingIsEmptyText) {
  EXPECT_EQ(*filled(kPaths, R"({"g": <gone>, "h": "a<gone>b"})"), R"({"g": "", "h": "ab"})");
  EXPECT_EQ(*filled(kPaths, R"("detail <gone>")"), R"("detail ")");
}

TEST(InputTransformerTest, PredefinedNamesNeedNoPath) {
  EXPECT_EQ(*filled({}, R"("<aws.events.rule-name> <aws.events.rule-arn> )"
                        R"(<aws.events.event.ingestion-time>")"),
            R"("big arn:aws:events:eu-west-1:1:rule/big 2024-11-04T15:00:01Z")");
  EXPECT_EQ(*filled({}, R"({"e": <aws.events.event>})"),
            R"({"e": {"id":"e1","account":"111122223333","detailType":"purchase",)"
            R"("time":"2024-11-04T15:00:00Z","source":"clicklake","region":"eu-west-1",)"
            R"("resources":[],"version":"0"}})");
  EXPECT_EQ(*filled({}, R"({"e": <aws.events.event.json>})"),
            R"({"e": )" + std::string(kEvent) + "}");
}

TEST(InputTransformerTest, AnUndefinedPlaceholderIsRefusedByName) {
  const auto text = filled(kPaths, R"("with <notdefinedkey>")");
  ASSERT_FALSE(text.has_value());
  EXPECT_THAT(text.error().message, HasSubstr("invalid placeholder <notdefinedkey>"));
}

TEST(InputTransformerTest, KeysAreConstant) {
  EXPECT_FALSE(filled(kPaths, R"({<type>: 1})").has_value());
  EXPECT_FALSE(filled(kPaths, R"({"a<type>": 1})").has_value());
  EXPECT_TRUE(filled(kPaths, R"({"a": "<type>: 1"})").has_value());
}

TEST(InputTransformerTest, ReservedNamesAndBadPathsAreRefused) {
  EXPECT_FALSE(filled({{"aws.events.x", "$.id"}}, "\"x\"").has_value());
  const auto text = filled({{"a", "id"}}, "\"<a>\"");
  ASSERT_FALSE(text.has_value());
  EXPECT_THAT(text.error().message, HasSubstr("inputPathsMap.a"));
}

TEST(InputTransformerTest, TextWithoutQuotesIsRefusedWithTheWayOut) {
  const auto text = filled(kPaths, "<user> spent <total>, and more");
  ASSERT_FALSE(text.has_value());
  EXPECT_THAT(text.error().message, HasSubstr("\"user <user> bought\""));
}

TEST(InputTransformerTest, NoValueBreaksTheResult) {
  // Quotes, line breaks and backslashes of the event stay inside their string.
  const auto transformer = InputTransformer::compile({{"v", "$.v"}}, R"({"a": "<v>", "b": <v>})");
  for (const char* value : {R"("a\"b\\c\n")", R"({"k\"":"\\"})", R"(["\u0001"])", "1e5", "null"}) {
    const auto event = parse_json(std::string(R"({"v":)") + value + "}");
    ASSERT_TRUE(event.has_value()) << value;
    const auto text = transformer->apply(*event, {});
    ASSERT_TRUE(text.has_value()) << value << ": " << text.error().message;
    EXPECT_TRUE(parse_json(*text).has_value()) << *text;
  }
}

}  // namespace
}  // namespace clicklake
