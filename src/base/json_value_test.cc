#include "base/json_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"

namespace clicklake {
namespace {

TEST(JsonValueTest, MembersKeepTheirOrder) {
  const auto value = parse_json(R"({"b": 1, "a": [true, null, "x"], "c": {}})");
  ASSERT_TRUE(value.has_value());
  ASSERT_EQ(value->names.size(), 3U);
  EXPECT_EQ(value->names[0], "b");
  EXPECT_EQ(value->elements[0].text, "1");
  EXPECT_EQ(value->find("a")->elements.size(), 3U);
  EXPECT_TRUE(value->find("a")->elements[0].truth);
  EXPECT_EQ(value->find("d"), nullptr);
}

TEST(JsonValueTest, StringsComeBackAsTheyWereWritten) {
  constexpr char kText[] = "quote\" back\\ \n\r\t\x01 \x7F nul\0 ünï 🦆";
  const std::string text(kText, sizeof kText - 1);
  std::string json;
  append_json_string(&json, text);
  const auto value = parse_json(json);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->text, text);
  EXPECT_EQ(parse_json(R"("\ud83e\udd86\/")")->text, "🦆/");
}

TEST(JsonValueTest, WhatBreaksOffIsCorruption) {
  for (const char* text :
       {"",     "{",   "{\"a\"", "{\"a\":1,}", "[1,]", "\"x", "\"\\u12\"", "\"\\ud800\"",
        "\"\\", "tru", "1 2",    "{1:2}",      "01",   "1.",  "-",         "1e",
        "+1",   ".5",  "1.e5",   "\"a\nb\""}) {
    const auto value = parse_json(text);
    ASSERT_FALSE(value.has_value()) << text;
    EXPECT_EQ(value.error().code, ErrorCode::kCorruption);
  }
  EXPECT_FALSE(parse_json(std::string(100'000, '[')).has_value());
}

TEST(JsonValueTest, WrittenAgainItSaysTheSame) {
  const std::string text = R"({"b":1.50,"a":[true,null,"x\"\n"],"c":{},"c":[],"n":-0,"e":1E+5})";
  std::string out;
  append_json(&out, *parse_json(text));
  EXPECT_EQ(out, text);
  EXPECT_EQ(to_json(*parse_json(" [ 1 , 2 ]\n")), "[1,2]");
}

TEST(JsonValueTest, DocumentsInARowAreReadOneByOne) {
  const std::string_view text = "{\"a\":1}\n [2] 3";
  std::size_t at = 0;
  int count = 0;
  while (at < text.size()) {
    std::size_t end = 0;
    ASSERT_TRUE(parse_json_prefix(text.substr(at), &end).has_value());
    at += end;
    ++count;
  }
  EXPECT_EQ(count, 3);
}

TEST(JsonValueTest, ErrorsNameTheLine) {
  EXPECT_THAT(parse_json("{\n\"a\": 1,\n}").error().message, testing::HasSubstr("line 3"));
}

}  // namespace
}  // namespace clicklake
