#include "cli/schema_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/uuid.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

class SchemaFileTest : public testing::Test {
 protected:
  void SetUp() override {
    lake_ = fs::temp_directory_path() / ("clicklake-schema-" + make_uuid7(0).substr(19));
    fs::create_directories(lake_);
  }
  void TearDown() override { fs::remove_all(lake_); }
  Result<LakeSchema> load(std::string_view text) {
    std::ofstream(lake_ / "schema.toml") << text;
    return load_lake_schema(lake_);
  }

  fs::path lake_;
};

TEST_F(SchemaFileTest, WithoutAFileTheProgramsOwnKeysArePromoted) {
  EXPECT_EQ(*load_lake_schema(lake_), LakeSchema());
  EXPECT_EQ(*load("# nothing\n"), LakeSchema());
}

TEST_F(SchemaFileTest, PromotedIsTheWholeList) {
  const auto schema = load(
      "[promoted]\nprice = \"decimal\"\ncoupon = \"string\"\n"
      "\"Cart-Size\" = { column = \"cart_size\", type = \"int\" }\n");
  ASSERT_TRUE(schema) << schema.error().message;
  EXPECT_EQ(schema->own, (std::array<bool, 5>{false, false, true, false, false}));
  EXPECT_THAT(schema->promoted, testing::UnorderedElementsAre(
                                    PromotedKey{"coupon", {"coupon", ColumnType::kString}},
                                    PromotedKey{"Cart-Size", {"cart_size", ColumnType::kInt}}));
}

TEST_F(SchemaFileTest, TraitsHaveNamesAndTypes) {
  const auto schema = load("[traits]\nplan = \"string\"\nseats = \"int\"\n");
  ASSERT_TRUE(schema) << schema.error().message;
  EXPECT_EQ(schema->own, LakeSchema().own);
  EXPECT_THAT(schema->traits, testing::UnorderedElementsAre(ColumnWish{"plan", ColumnType::kString},
                                                            ColumnWish{"seats", ColumnType::kInt}));
}

TEST_F(SchemaFileTest, AMistakeNamesFileLineAndKey) {
  const auto message = [&](std::string_view text) {
    const auto schema = load(text);
    return schema ? std::string() : schema.error().message;
  };
  using testing::HasSubstr;
  for (const char* text :
       {"\nx = 1\n", "\npromoted = 1\n", "[promoted]\nprice = \"int\"\n",
        "[promoted]\ncoupon = \"text\"\n", "[promoted]\n\"A b\" = \"int\"\n",
        "[promoted]\nuser_key = \"int\"\n", "[promoted]\nuser_agent = \"string\"\n",
        "[promoted]\na = { column = \"a\" }\n", "[promoted]\na = { col = \"a\", type = \"int\" }\n",
        "[traits]\nuser_id = \"string\"\n", "[traits]\nvalid_from = \"string\"\n",
        "[traits]\nplan = 3\n"}) {
    EXPECT_THAT(message(text), testing::AllOf(HasSubstr("schema.toml"), HasSubstr("line 2")))
        << text;
  }
  EXPECT_THAT(message("[promoted]\na = \"int\"\nb = { column = \"a\", type = \"int\" }\n"),
              HasSubstr("two keys"));
  EXPECT_THAT(message("[promoted\n"), HasSubstr("line 1"));
}

}  // namespace
}  // namespace clicklake
