#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "functions/athena_json.h"
#include "functions/athena_time.h"
#include "functions/athena_url.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

std::optional<std::string> scalar(std::string_view json, std::string_view path) {
  const auto steps = parse_json_path(path);
  EXPECT_TRUE(steps.has_value()) << path;
  return json_scalar(json, *steps);
}

TEST(AthenaJsonTest, PathsAreTrinos) {
  EXPECT_THAT(*parse_json_path("$"), IsEmpty());
  EXPECT_THAT(*parse_json_path("$.store.book[0].author"),
              ElementsAre("store", "book", "0", "author"));
  EXPECT_THAT(*parse_json_path(R"($["a b"]["x.y"]["q\"\\"])"), ElementsAre("a b", "x.y", "q\"\\"));
  EXPECT_THAT(*parse_json_path("$.a:b[c_1]"), ElementsAre("a:b", "c_1"));
  for (const char* path :
       {"", "a", "$a", "$.", "$..a", "$.a b", "$[", "$[]", "$[a:b]", "$[\"a\"", "$[\"a",
        "$[\"a\\n\"]", "$[-1]", "$.*", "$.a ", "$['a']", "$.\xC3\xA9"}) {
    const auto steps = parse_json_path(path);
    ASSERT_FALSE(steps.has_value()) << path;
    EXPECT_EQ(steps.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(AthenaJsonTest, TheStoreOfTrinosDocumentation) {
  const std::string store = R"({"store": {"book": [
    {"category": "reference", "author": "Nigel Rees", "price": 8.95,
     "contributors": [["Adam", "Levine"], ["Bob", "Strong"]]},
    {"category": "fiction", "author": "Evelyn Waugh", "isbn": "0-553-21311-3", "last_owner": null}],
    "bicycle": {"color": "red", "price": 19.95}}})";
  EXPECT_THAT(scalar(store, "$.store.book[0].author"), Optional(std::string("Nigel Rees")));
  EXPECT_THAT(scalar(store, R"($["store"]["bicycle"]["price"])"), Optional(std::string("19.95")));
  EXPECT_THAT(scalar(store, "$.store.book[0].contributors[0][1]"), Optional(std::string("Levine")));
  EXPECT_EQ(scalar(store, "$.store.book[0].isbn"), std::nullopt);
  EXPECT_EQ(scalar(store, "$.store.book[1].last_owner"), std::nullopt);
  EXPECT_EQ(scalar(store, "$.store.bicycle"), std::nullopt);
  EXPECT_EQ(json_value_size(store, *parse_json_path("$.store.book")), 2);
  EXPECT_EQ(json_value_size(store, *parse_json_path("$.store.book[0]")), 4);
  EXPECT_EQ(json_value_size(store, *parse_json_path("$.store.bicycle.color")), 0);
  EXPECT_EQ(json_value_size(store, *parse_json_path("$.store.car")), std::nullopt);
}

TEST(AthenaJsonTest, NumbersKeepTheirDigits) {
  for (const char* number : {"0", "-0", "1.10", "1e3", "1E-07", "12345678901234567890123.0"}) {
    EXPECT_THAT(scalar(std::string("{\"n\":") + number + "}", "$.n"),
                Optional(std::string(number)));
  }
  for (const char* number : {"01", "+1", ".5", "1.", "1e", "NaN", "-", "1x", "tru", "truex"})
    EXPECT_EQ(scalar(std::string("{\"n\":") + number + "}", "$.n"), std::nullopt) << number;
}

TEST(AthenaJsonTest, WhatIsBrokenBehindTheValueIsNotNoticed) {
  EXPECT_THAT(scalar(R"({"a":1, broken)", "$.a"), Optional(std::string("1")));
  EXPECT_THAT(scalar(R"({"a":1,"a":2})", "$.a"), Optional(std::string("1")));
  EXPECT_EQ(scalar(R"({broken, "a":1})", "$.a"), std::nullopt);
  EXPECT_EQ(scalar(R"({"b":[1,}],"a":1})", "$.a"), std::nullopt);
  EXPECT_EQ(scalar("{\"a\":\"line\nfeed\"}", "$.a"), std::nullopt);
  EXPECT_EQ(scalar(R"({"a":"\x"})", "$.a"), std::nullopt);
  EXPECT_EQ(scalar("", "$"), std::nullopt);
  EXPECT_EQ(scalar("[1,2", "$[5]"), std::nullopt);
  EXPECT_EQ(scalar(std::string(5000, '['), "$[0].a"), std::nullopt);
  EXPECT_EQ(
      scalar("{\"b\":" + std::string(5000, '[') + std::string(5000, ']') + ",\"a\":1}", "$.a"),
      std::nullopt);
}

TEST(AthenaJsonTest, EscapesBecomeUtf8) {
  EXPECT_THAT(scalar(R"(["\u00e9\ud83d\ude00\/\"\\\b\f\n\r\t"])", "$[0]"),
              Optional(std::string("\xC3\xA9\xF0\x9F\x98\x80/\"\\\b\f\n\r\t")));
  EXPECT_THAT(scalar(R"(["\ud83dx"])", "$[0]"), Optional(std::string("?x")));
  EXPECT_THAT(scalar(R"({"\u0061":"x"})", "$.a"), Optional(std::string("x")));
}

/// scheme|host|port|path|query|fragment; "-" for what is missing; "no" for no URI.
std::string parts(std::string_view text) {
  const auto url = parse_athena_url(text);
  if (!url) return "no";
  const auto part = [](const auto& value) { return std::string(value.value_or("-")); };
  return part(url->scheme) + "|" + part(url->host) + "|" +
         (url->port ? std::to_string(*url->port) : "-") + "|" + part(url->path) + "|" +
         part(url->query) + "|" + part(url->fragment);
}

TEST(AthenaUrlTest, PartsAreThoseOfJavasUri) {
  EXPECT_EQ(parts("http://example.com/path1/p.php?k1=v1&k2=v2#Ref1"),
            "http|example.com|-|/path1/p.php|k1=v1&k2=v2|Ref1");
  EXPECT_EQ(parts("https://user:pw@example.com:8080"), "https|example.com|8080||-|-");
}

TEST(AthenaUrlTest, MissingAndEmptyPartsDiffer) {
  EXPECT_EQ(parts("http://e.com?"), "http|e.com|-|||-");
  EXPECT_EQ(parts("http://e.com:"), "http|e.com|-||-|-");
  EXPECT_EQ(parts("mailto:a@b.c"), "mailto|-|-|-|-|-");
  EXPECT_EQ(parts(""), "-|-|-||-|-");
  EXPECT_EQ(parts("#"), "-|-|-||-|");
  EXPECT_EQ(parts("a/b:c"), "-|-|-|a/b:c|-|-");
  EXPECT_EQ(parts("file:///etc"), "file|-|-|/etc|-|-");
}

TEST(AthenaUrlTest, HostsAreServersOnly) {
  EXPECT_EQ(parts("http://my_shop.example/"), "http|-|-|/|-|-");
  EXPECT_EQ(parts("http://a.b-.example/"), "http|-|-|/|-|-");
  EXPECT_EQ(parts("http://example.123/"), "http|-|-|/|-|-");
  EXPECT_EQ(parts("http://1.2.3.4:5/"), "http|1.2.3.4|5|/|-|-");
  EXPECT_EQ(parts("http://1.2.3.456/"), "http|-|-|/|-|-");
  EXPECT_EQ(parts("http://example.com./"), "http|example.com.|-|/|-|-");
  EXPECT_EQ(parts("http://[2001:db8::1]:80/"), "http|[2001:db8::1]|80|/|-|-");
  EXPECT_EQ(parts("http://[fe80::1%eth0]/"), "http|[fe80::1%eth0]|-|/|-|-");
  EXPECT_EQ(parts("http://[nonsense]/"), "no");
  EXPECT_EQ(parts("http://e.com:99999999999/"), "http|-|-|/|-|-");
  EXPECT_EQ(parts("http://a@b@c/"), "http|-|-|/|-|-");
  EXPECT_EQ(parts("http://e.com:x/"), "http|-|-|/|-|-");
}

TEST(AthenaUrlTest, WhatIsNoUriHasNoParts) {
  for (const char* text :
       {"http://example.com/^", "http://e.com/a b", " http://e.com", "http://e.com/%zz",
        "http://e.com/%4", "http://", "//", ":", "1http://e.com", "http:", "http:#f",
        "http://e.com/a|b", "http://e.com/<php>", "http://e.com/\xC2\xA0", "http://e.com/\t",
        "http://e.com/a#b#c", "http://e.com/[x]"}) {
    EXPECT_EQ(parts(text), "no") << text;
  }
  EXPECT_EQ(parts("http://e.com/\xC3\xB6?q=[1]"), "http|e.com|-|/\xC3\xB6|q=[1]|-");
}

TEST(AthenaUrlTest, ParametersAreDecoded) {
  const auto value = [](std::string_view text, std::string_view name) {
    return url_parameter(*parse_athena_url(text), name);
  };
  EXPECT_THAT(value("http://e.com/?k1=a+b%26&k2", "k1"), Optional(std::string("a b&")));
  EXPECT_THAT(value("http://e.com/?k1=a+b%26&k2", "k2"), Optional(std::string()));
  EXPECT_THAT(value("http://e.com/?", ""), Optional(std::string()));
  EXPECT_EQ(value("http://e.com/?k%31=v", "k1"), std::nullopt);
  EXPECT_EQ(value("http://e.com/", ""), std::nullopt);
  EXPECT_EQ(decode_percent("%E2%98%83+%41"), "\xE2\x98\x83+A");
  EXPECT_EQ(decode_percent("%FF%E2%98x%C3"), "\xEF\xBF\xBD\xEF\xBF\xBDx\xEF\xBF\xBD");
}

std::string read(std::string_view text, std::string_view format) {
  const auto parts = parse_date_format(format);
  if (!parts) return parts.error().message;
  const auto micros = read_date(text, *parts);
  if (!micros) return "no";
  return print_date(*micros, *parse_date_format("%Y-%m-%d %T.%f"));
}

TEST(AthenaTimeTest, TextsAreReadAsJodaTimeDoes) {
  EXPECT_EQ(read("2024-2-9 1:2:3", "%Y-%m-%d %H:%i:%s"), "2024-02-09 01:02:03.000000");
  EXPECT_EQ(read("20240209", "%Y%m%d"), "2024-02-09 00:00:00.000000");
  EXPECT_EQ(read("24-02-09", "%Y-%m-%d"), "0024-02-09 00:00:00.000000");
  EXPECT_EQ(read("5", "%f"), "1970-01-01 00:00:00.500000");
  EXPECT_EQ(read("1239999", "%f"), "1970-01-01 00:00:00.123000");
  EXPECT_EQ(read("pm 3", "%p %l"), "1970-01-01 15:00:00.000000");
  EXPECT_EQ(read("12:01:02 AM", "%r"), "1970-01-01 00:01:02.000000");
  EXPECT_EQ(read("FEBRUARY 29", "%M %e"), "2000-02-29 00:00:00.000000");
  EXPECT_EQ(read("Feb 2023", "%M %Y"), "2023-02-01 00:00:00.000000");
  EXPECT_EQ(read("Sun 2024-11-01", "%a %Y-%m-%d"), "2024-11-03 00:00:00.000000");
  EXPECT_EQ(read("366 2024", "%j %Y"), "2024-12-31 00:00:00.000000");
  EXPECT_EQ(read("2024 53", "%x %v"), "no");
  EXPECT_EQ(read("2020 53", "%x %v"), "2020-12-28 00:00:00.000000");
  EXPECT_EQ(read("a%b", "a%%b"), "1970-01-01 00:00:00.000000");
  EXPECT_EQ(read("q", "%q"), "1970-01-01 00:00:00.000000");
}

TEST(AthenaTimeTest, OtherTextsAndDaysAreRefused) {
  for (const auto& [text, format] :
       std::vector<std::pair<std::string, std::string>>{{"2023-02-29", "%Y-%m-%d"},
                                                        {"2024-00-01", "%Y-%m-%d"},
                                                        {"2024-01-00", "%Y-%m-%d"},
                                                        {"366 2023", "%j %Y"},
                                                        {"25", "%H"},
                                                        {"60", "%i"},
                                                        {"60", "%s"},
                                                        {"0 PM", "%l %p"},
                                                        {"13", "%h"},
                                                        {"2024-01-01 ", "%Y-%m-%d"},
                                                        {"feB", "%b"},
                                                        {"7", "%y"},
                                                        {"", "%Y"},
                                                        {"x", "%f"},
                                                        {"2024 10 2024", "%x %v %Y"}}) {
    EXPECT_EQ(read(text, format), "no") << text << " " << format;
  }
  for (const char c : std::string("DUuVwX")) {
    EXPECT_EQ(read("", std::string("%") + c),
              std::string("%") + c + " not supported in date format string");
  }
}

TEST(AthenaTimeTest, TimesArePrintedToTheMillisecond) {
  const auto print = [](std::int64_t micros) {
    return print_date(micros, *parse_date_format("%Y-%m-%d %T.%f %j %x-%v %W"));
  };
  EXPECT_EQ(print(0), "1970-01-01 00:00:00.000000 001 1970-01 Thursday");
  EXPECT_EQ(print(-1), "1970-01-01 00:00:00.000000 001 1970-01 Thursday");
  EXPECT_EQ(print(-501), "1969-12-31 23:59:59.999000 365 1970-01 Wednesday");
  EXPECT_EQ(print(1'709'164'800'123'500), "2024-02-29 00:00:00.124000 060 2024-09 Thursday");
}

TEST(AthenaTimeTest, Iso8601HasManyForms) {
  const auto iso = [](std::string_view text) {
    auto normal = normal_iso8601(text);
    return normal ? *normal : "no";
  };
  EXPECT_EQ(iso("2024-11-01T05:06:07.5+01:00"), "2024-11-01 05:06:07.500+01:00");
  EXPECT_EQ(iso("2024-11-01T05:06:07,1239Z"), "2024-11-01 05:06:07.123+00:00");
  EXPECT_EQ(iso("2024-11-01T05.5"), "2024-11-01 05:30:00.000");
  EXPECT_EQ(iso("2024-11-01T"), "2024-11-01 00:00:00.000");
  EXPECT_EQ(iso("2024-11-01TZ"), "2024-11-01 00:00:00.000+00:00");
  EXPECT_EQ(iso("2024"), "2024-01-01 00:00:00.000");
  EXPECT_EQ(iso("2024-11"), "2024-11-01 00:00:00.000");
  EXPECT_EQ(iso("2024-W44-5"), "2024-11-01 00:00:00.000");
  EXPECT_EQ(iso("2024-306"), "2024-11-01 00:00:00.000");
  EXPECT_EQ(iso("T05:06-0330"), "1970-01-01 05:06:00.000-03:30");
  for (const char* text : {"", "x", "2024-11-01 05:06:07", "2024-11-01Z", "2024-11-01T24:00",
                           "2024-02-30", "2024-W54", "2023-366", "2024-11-01T05:06:07+1",
                           "2024-11-01T05:06:07 UTC", "20241101", "-0001-01-01"}) {
    EXPECT_EQ(iso(text), "no") << text;
  }
  EXPECT_EQ(*read_iso8601_date("1970-W01"), -3);
  EXPECT_EQ(*read_iso8601_date("1970-02-01"), 31);
}

}  // namespace
}  // namespace clicklake
