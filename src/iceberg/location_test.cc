#include "iceberg/location.h"

#include <gtest/gtest.h>

namespace clicklake::iceberg {
namespace {

TEST(LocationTest, PathsComeBackFromTheirLocations) {
  for (const char* path : {"/lake/t/a.parquet", "/a b/%20/é;=&+", "/a#b/c", "/a?b", "/a\nb"}) {
    EXPECT_EQ(location_path(file_location(path)).value(), path);
  }
  EXPECT_EQ(file_location("/lake/a b"), "file:///lake/a b");
}

TEST(LocationTest, WhatUrlParsersWouldCutIsLeftWithoutScheme) {
  for (const char* path : {"/a#b", "/a?b", "/a\nb", "/a\tb"}) EXPECT_EQ(file_location(path), path);
}

TEST(LocationTest, SpellingsOfOthersAreRead) {
  EXPECT_EQ(location_path("file:/a/b").value(), "/a/b");
  EXPECT_EQ(location_path("file://localhost/a").value(), "/a");
  EXPECT_EQ(location_path("/a").value(), "/a");
}

TEST(LocationTest, OtherPlacesAreRefused) {
  for (const char* location : {"s3://bucket/a", "hdfs://n/a", "file://host/a"}) {
    EXPECT_EQ(location_path(location).error().code, ErrorCode::kUnsupported) << location;
  }
  for (const char* location : {"", "a/b", "file:a"}) {
    EXPECT_EQ(location_path(location).error().code, ErrorCode::kInvalidData) << location;
  }
}

}  // namespace
}  // namespace clicklake::iceberg
