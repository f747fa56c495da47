#include "rules/hcl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using testing::HasSubstr;

std::string body(std::string_view text) {
  const auto blocks = parse_hcl(text, [](auto type, const auto&) { return type == "resource"; });
  if (!blocks) return blocks.error().message;
  std::string out;
  for (const HclBlock& block : *blocks) append_json(&out, block.body);
  return out;
}

TEST(HclTest, AttributesBlocksAndValuesAreRead) {
  EXPECT_EQ(body(R"(
resource "a" "b" {
  text  = "x \"y\" \n $${z} ï"   # a comment
  n     = -1.5e3 // another
  /* and
     another */
  yes   = true
  no    = null
  list  = ["a", 1,
           { k = "v", "q" : 2 }, ]
  inner { a = 1 }
  inner { a = 2 }
  one "label" {}
})"),
            R"({"text":"x \"y\" \n ${z} ï","n":-1.5e3,"yes":true,"no":null,)"
            R"("list":["a",1,{"k":"v","q":2}],"inner":[{"a":1},{"a":2}],"one":[{}]})");
}

TEST(HclTest, HeredocsLoseTheirIndent) {
  EXPECT_EQ(body("resource \"a\" \"b\" {\n  p = <<-EOT\n    {\n      $${x}\n    }\n  EOT\n  q = "
                 "<<E\n a\nE\n}\n"),
            R"({"p":"{\n  ${x}\n}\n","q":" a\n"})");
}

TEST(HclTest, JsonencodeGivesItsText) {
  EXPECT_EQ(body("resource \"a\" \"b\" {\n p = jsonencode({ source = [\"x\"] \n n = 1 })\n}"),
            R"({"p":"{\"source\":[\"x\"],\"n\":1}"})");
}

TEST(HclTest, ReferencesStayAsText) {
  EXPECT_EQ(body("resource \"a\" \"b\" {\n r = aws_sns_topic.x[\"k\"].arn\n s = \"a-${var.y}\"\n}"),
            R"({"r":"\u0001${aws_sns_topic.x[\"k\"].arn}","s":"a-\u0001${var.y}"})");
}

TEST(HclTest, BlocksThatNobodyAsksForAreNotRead) {
  EXPECT_EQ(body(R"(
locals { x = [for a in var.b : a if a != "}"] }
variable "v" { default = <<EOT
}}}
EOT
}
resource "a" "b" { k = 1 })"),
            R"({"k":1})");
}

TEST(HclTest, ErrorsNameTheLine) {
  EXPECT_THAT(body("resource \"a\" \"b\" {\n  k = \"open\n}"), HasSubstr("line 2"));
  EXPECT_THAT(body("resource \"a\" \"b\" {\n  k = 1 + 2\n}"), HasSubstr("terraform show -json"));
  EXPECT_THAT(body("resource \"a\" \"b\" {\n  k = file(\"x\")\n}"), HasSubstr("file()"));
  EXPECT_THAT(body("resource \"a\" \"b\" {\n  k = [1\n"), HasSubstr("line"));
  EXPECT_THAT(body("resource \"a\" \"b\" {\n  k = <<X\n"), HasSubstr("heredoc"));
  EXPECT_THAT(body("resource \"a\" \"b\" {"), HasSubstr("} is missing"));
}

}  // namespace
}  // namespace clicklake
