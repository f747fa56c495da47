#include "rules/json_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

std::string found(std::string_view path, std::string_view json) {
  const auto compiled = JsonPath::compile(path);
  EXPECT_TRUE(compiled.has_value()) << path;
  const auto value = compiled->find(*parse_json(json));
  if (!value) return "nothing";
  std::string out;
  append_json(&out, *value);
  return out;
}

constexpr std::string_view kEvent =
    R"({"id":"7","detail":{"user-id":"u1","items":[{"sku":"a","n":1.50},{"sku":"b"}],
        "a/b":{"c_d":null},"dup":1,"dup":2},"resources":["x","y"]})";

TEST(JsonPathTest, NamesIndicesAndStarsFindValues) {
  EXPECT_EQ(found("$.id", kEvent), "\"7\"");
  EXPECT_EQ(found("$.detail.user-id", kEvent), "\"u1\"");
  EXPECT_EQ(found("$.detail.items[0].n", kEvent), "1.50");
  EXPECT_EQ(found("$.detail.items[*].sku", kEvent), R"(["a","b"])");
  EXPECT_EQ(found("$.resources.*", kEvent), R"(["x","y"])");
  EXPECT_EQ(found("$.resources[1]", kEvent), "\"y\"");
  EXPECT_EQ(found("$.detail.a/b.c_d", kEvent), "null");
  EXPECT_EQ(found("$", R"({"a":1})"), R"({"a":1})");
}

TEST(JsonPathTest, TheLastOfRepeatedNamesCounts) { EXPECT_EQ(found("$.detail.dup", kEvent), "2"); }

TEST(JsonPathTest, WhatIsNotThereIsNothing) {
  for (const char* path : {"$.nope", "$.id.x", "$.resources[2]", "$.detail.items[*].nope",
                           "$.id[0]", "$.detail.items.sku"}) {
    EXPECT_EQ(found(path, kEvent), "nothing") << path;
  }
}

TEST(JsonPathTest, OtherSyntaxIsRefusedWithItsPlace) {
  for (const char* path : {"", "detail", "$.", "$..a", "$.a[", "$.a[x]", "$['a']", "$.a[-1]",
                           "$.a[1:2]", "$.a b", "$a", "$.a[99999999999]"}) {
    const auto compiled = JsonPath::compile(path);
    ASSERT_FALSE(compiled.has_value()) << path;
    EXPECT_THAT(compiled.error().message, testing::HasSubstr("at byte")) << path;
  }
}

}  // namespace
}  // namespace clicklake
