#include "marts/mart_file.h"

#include <gtest/gtest.h>

#include "marts/mart_folder.h"

namespace clicklake {
namespace {

constexpr const char* kVisits =
    "-- mart: visits\n-- keys: date\n-- partition: date\n-- incremental: sessions.started_at\n"
    "SELECT day_of(started_at) AS date, count(*) AS n FROM sessions GROUP BY 1;\n";

std::string without(const std::string& line) {
  std::string text = kVisits;
  const std::size_t at = text.find(line);
  return text.erase(at, text.find('\n', at) - at + 1);
}

TEST(MartFileTest, HeaderAndQueryAreRead) {
  const auto mart = parse_mart("visits", kVisits, "visits.sql");
  ASSERT_TRUE(mart) << mart.error().message;
  EXPECT_EQ(mart->keys, std::vector<std::string>{"date"});
  EXPECT_EQ(mart->partition, "date");
  EXPECT_FALSE(mart->by_facts);
  EXPECT_TRUE(mart->by_sessions);
  EXPECT_TRUE(mart->reads_sessions);
  EXPECT_EQ(mart->query,
            "SELECT day_of(started_at) AS date, count(*) AS n FROM sessions GROUP BY 1");
}

TEST(MartFileTest, WhatIsMissingIsNamedWithItsLineAndAnExample) {
  for (const char* line : {"-- keys", "-- partition", "-- incremental"}) {
    const auto mart = parse_mart("visits", without(line), "visits.sql");
    ASSERT_FALSE(mart) << line;
    EXPECT_EQ(mart.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(mart.error().message.find(std::string(line).substr(3)), std::string::npos);
    EXPECT_NE(mart.error().message.find("visits.sql, line 1"), std::string::npos);
  }
  EXPECT_FALSE(parse_mart("visits", without("SELECT"), "visits.sql"));
}

TEST(MartFileTest, AnotherNameTwoQueriesOrAnUnknownColumnAreRefused) {
  EXPECT_FALSE(parse_mart("clicks", kVisits, "clicks.sql"));
  EXPECT_FALSE(parse_mart("Visits 2", kVisits, "x.sql"));
  EXPECT_FALSE(parse_mart("visits", std::string(kVisits) + "SELECT 1;", "visits.sql"));
  std::string text = kVisits;
  text.replace(text.find("sessions.started_at"), 19, "sessions.ended_at__");
  const auto mart = parse_mart("visits", text, "visits.sql");
  ASSERT_FALSE(mart);
  EXPECT_NE(mart.error().message.find("line 4"), std::string::npos);
}

TEST(MartFileTest, ReadyMartsAreMarts) {
  ASSERT_EQ(ready_marts().size(), 4U);
  for (const ReadyMart& ready : ready_marts()) {
    const auto mart = parse_mart(ready.name, ready.text, ready.name);
    ASSERT_TRUE(mart) << mart.error().message;
    EXPECT_FALSE(mart->grain.empty());
  }
}

}  // namespace
}  // namespace clicklake
