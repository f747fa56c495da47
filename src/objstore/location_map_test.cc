#include "objstore/location_map.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

std::string resolved(const LocationMap& map, std::string_view location) {
  const auto path = map.resolve(location);
  return path ? path->string() : std::string(to_string(path.error().code));
}

class LocationMapTest : public ::testing::Test {
 protected:
  LocationMapTest() : map_("/lake") {
    EXPECT_TRUE(map_.add("s3://a/b", "/data/b").has_value());
    EXPECT_TRUE(map_.add("s3://a/", "whole/").has_value());
    EXPECT_TRUE(map_.add("s3://a/b/deep/", "/data/deep/").has_value());
  }
  LocationMap map_;
};

TEST_F(LocationMapTest, LongestPrefixWins) {
  EXPECT_EQ(resolved(map_, "s3://a/b/x/"), "/data/b/x");
  EXPECT_EQ(resolved(map_, "s3://a/b/deep/x"), "/data/deep/x");
  EXPECT_EQ(resolved(map_, "s3://a/c"), "/lake/whole/c");
}

TEST_F(LocationMapTest, PrefixEndsAtASlash) {
  EXPECT_EQ(resolved(map_, "s3://a/bc/"), "/lake/whole/bc");
  EXPECT_EQ(resolved(map_, "s3://a/b"), "/data/b");
  EXPECT_EQ(resolved(map_, "s3://a/b/"), "/data/b");
  EXPECT_EQ(resolved(map_, "s3://a"), "/lake/whole");
  EXPECT_EQ(resolved(map_, "s3://ab/x"), "unsupported");
}

TEST_F(LocationMapTest, NamesOfS3AreTheSame) {
  EXPECT_EQ(resolved(map_, "s3a://a/b/x"), "/data/b/x");
  EXPECT_EQ(resolved(map_, "S3N://a/b/x"), "/data/b/x");
}

TEST_F(LocationMapTest, PathsNeedNoMap) {
  EXPECT_EQ(resolved(map_, "/data/x/"), "/data/x");
  EXPECT_EQ(resolved(map_, "file:///data/x/"), "/data/x");
  EXPECT_EQ(resolved(map_, "raw/clickstream/"), "/lake/raw/clickstream");
  EXPECT_EQ(resolved(map_, "./raw//x"), "/lake/raw/x");
  EXPECT_EQ(resolved(map_, "."), "/lake");
  EXPECT_EQ(resolved(map_, "/"), "/");
  EXPECT_EQ(resolved(map_, "odd://"), "unsupported");
  EXPECT_EQ(resolved(map_, "year=2024/a:b"), "/lake/year=2024/a:b");
}

TEST_F(LocationMapTest, NoLocationLeavesItsFolder) {
  EXPECT_EQ(resolved(map_, "../other/"), "invalid_argument");
  EXPECT_EQ(resolved(map_, "raw/../../other"), "invalid_argument");
  EXPECT_EQ(resolved(map_, ".."), "invalid_argument");
  EXPECT_EQ(resolved(map_, "s3://a/b/../../etc"), "invalid_argument");
  EXPECT_EQ(resolved(map_, "s3://a/b/.."), "invalid_argument");
  EXPECT_EQ(resolved(map_, "s3://a/b//etc/passwd"), "/data/b/etc/passwd");
  EXPECT_EQ(resolved(map_, "raw/..hidden/x.."), "/lake/raw/..hidden/x..");
}

TEST_F(LocationMapTest, BadLocationsAreRefused) {
  EXPECT_EQ(resolved(map_, ""), "invalid_argument");
  EXPECT_EQ(resolved(map_, "file://host/x"), "invalid_argument");
  EXPECT_EQ(resolved(map_, std::string_view("a\0b", 3)), "invalid_argument");
}

TEST_F(LocationMapTest, UnmappedOneNamesTheLineThatWouldHelp) {
  const auto path = map_.resolve("s3://amzn-s3-demo-bucket/events/");
  ASSERT_FALSE(path.has_value());
  EXPECT_EQ(path.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(path.error().message.find("\"s3://amzn-s3-demo-bucket/\" = "), std::string::npos)
      << path.error().message;
  EXPECT_NE(path.error().message.find("[locations]"), std::string::npos);
}

TEST_F(LocationMapTest, BadPrefixesAreRefused) {
  for (const char* prefix :
       {"/data", "", "s3://", "a/b", "s3://a/b", "s3a://a/b/", "s3://x/../y"}) {
    const auto added = map_.add(prefix, "/x");
    ASSERT_FALSE(added.has_value()) << prefix;
    EXPECT_EQ(added.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(map_.add("s3://new/", "").has_value());
  EXPECT_FALSE(map_.empty());
  EXPECT_TRUE(LocationMap("/lake").empty());
}

TEST_F(LocationMapTest, SpellsAPathAsItsUser) {
  EXPECT_EQ(map_.spell("/data/b/x/y.json"), "s3://a/b/x/y.json");
  EXPECT_EQ(map_.spell("/data/deep/x/"), "s3://a/b/deep/x/");
  EXPECT_EQ(map_.spell("/data/b"), "s3://a/b/");
  EXPECT_EQ(map_.spell("/data/bc"), "/data/bc");
  EXPECT_EQ(map_.spell("/lake/whole/../whole/z"), "s3://a/z");
}

}  // namespace
}  // namespace clicklake
