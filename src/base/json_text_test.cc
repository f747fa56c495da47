#include "base/json_text.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

TEST(JsonTextTest, CommasAndEscapesComeByThemselves) {
  JsonText json;
  json.begin_object()
      .member("a", std::int64_t{1})
      .key("b")
      .begin_array()
      .value("x\"\n\x01")
      .value(true)
      .null()
      .end_array();
  json.key("c").begin_object().end_object().member("d", 0.5).end_object();
  EXPECT_EQ(json.text(), R"({"a":1,"b":["x\"\n\u0001",true,null],"c":{},"d":0.5})");
}

}  // namespace
}  // namespace clicklake
