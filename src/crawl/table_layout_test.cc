#include "crawl/table_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

DataFolder folder(const std::string& table, const std::vector<std::string>& levels,
                  const std::vector<std::string>& files) {
  DataFolder out;
  out.path = table;
  for (const std::string& level : levels) {
    EXPECT_TRUE(descend(level, &out.layout)) << level;
    out.path += level + "/";
  }
  for (const std::string& file : files) out.files.push_back({file, format_by_name(file)});
  return out;
}

std::vector<std::string> paths(const std::vector<OddThing>& things) {
  std::vector<std::string> out;
  out.reserve(things.size());
  for (const OddThing& thing : things) out.push_back(thing.path);
  return out;
}

TEST(TableLayoutTest, LayoutsOfOneTableMeetInItsKeys) {
  TableFolder table{.path = "/t/", .folders = {}};
  table.folders.push_back(folder("/t/", {"year=2024", "month=11", "day=04"}, {"a.json"}));
  table.folders.push_back(folder("/t/", {"2024", "11", "05"}, {"b.json"}));
  table.folders.push_back(folder("/t/", {"2024-11-06"}, {"c.json"}));
  const TableLayout layout = decide_layout(table, std::nullopt);
  EXPECT_THAT(layout.keys, ElementsAre("year", "month", "day"));
  EXPECT_EQ(layout.format, FileFormat::kJson);
  ASSERT_EQ(layout.folders.size(), 3U);
  EXPECT_THAT(layout.folders[2].values, ElementsAre("2024", "11", "06"));
  EXPECT_THAT(layout.odd, IsEmpty());
}

TEST(TableLayoutTest, AFolderWithOtherKeysIsOdd) {
  TableFolder table{.path = "/t/", .folders = {}};
  table.folders.push_back(folder("/t/", {"2024", "11", "05"}, {"a.json"}));
  table.folders.push_back(folder("/t/", {"2024", "11", "06"}, {"a.json"}));
  table.folders.push_back(folder("/t/", {"2024", "12"}, {"a.json"}));
  const TableLayout layout = decide_layout(table, std::nullopt);
  EXPECT_EQ(layout.folders.size(), 2U);
  EXPECT_THAT(paths(layout.odd), ElementsAre("/t/2024/12/"));
}

TEST(TableLayoutTest, KeysMayComeInAnotherOrder) {
  TableFolder table{.path = "/t/", .folders = {}};
  table.folders.push_back(folder("/t/", {"a=1", "b=2"}, {"x.json"}));
  table.folders.push_back(folder("/t/", {"a=2", "b=2"}, {"x.json"}));
  table.folders.push_back(folder("/t/", {"b=3", "a=1"}, {"x.json"}));
  const TableLayout layout = decide_layout(table, std::nullopt);
  ASSERT_EQ(layout.folders.size(), 3U);
  EXPECT_THAT(layout.folders[2].values, ElementsAre("1", "3"));
}

TEST(TableLayoutTest, FilesBesidePartitionsAreStray) {
  TableFolder table{.path = "/t/", .folders = {}};
  table.folders.push_back(folder("/t/", {}, {"stray.json"}));
  table.folders.push_back(folder("/t/", {"2024"}, {"a.json"}));
  EXPECT_THAT(paths(decide_layout(table, std::nullopt).odd), ElementsAre("/t/stray.json"));
}

TEST(TableLayoutTest, FilesOfAnotherFormatAreOdd) {
  TableFolder table{.path = "/t/", .folders = {}};
  table.folders.push_back(folder("/t/", {"2024"}, {"a.json", "b.json.gz", "c.csv", "d.log"}));
  table.folders.push_back(folder("/t/", {"2025"}, {"a.parquet"}));
  const TableLayout layout = decide_layout(table, std::nullopt);
  EXPECT_EQ(layout.format, FileFormat::kJson);
  EXPECT_EQ(layout.folders.size(), 1U);
  EXPECT_THAT(paths(layout.odd),
              ElementsAre("/t/2024/c.csv", "/t/2024/d.log", "/t/2025/a.parquet"));
}

TEST(TableLayoutTest, TheCatalogDecidesKeysAndFormat) {
  TableFolder table{.path = "/t/", .folders = {}};
  table.folders.push_back(folder("/t/", {"2024", "11"}, {"a.json"}));
  table.folders.push_back(folder("/t/", {"2024", "12"}, {"a.json"}));
  table.folders.push_back(folder("/t/", {"2025"}, {"a.csv"}));
  const TableLayout layout = decide_layout(table, KnownLayout{{"year"}, FileFormat::kCsv});
  ASSERT_EQ(layout.folders.size(), 1U);
  EXPECT_EQ(layout.folders[0].data->path, "/t/2025/");
}

TEST(TableLayoutTest, ManyFoldersThatLookAlikeAreOneTable) {
  std::map<std::string, TableFolder> tables;
  for (int i = 0; i < 30; ++i) {
    const std::string path = "/all/customer" + std::to_string(i) + "/";
    tables[path] = {.path = path, .folders = {folder(path, {"2024"}, {"a.json"})}};
  }
  tables["/all/orders/"] = {.path = "/all/orders/",
                            .folders = {folder("/all/orders/", {"2024"}, {"a.csv"})}};
  join_lookalikes(&tables, {});
  ASSERT_EQ(tables.size(), 2U);
  const TableLayout layout = decide_layout(tables.at("/all/"), std::nullopt);
  EXPECT_THAT(layout.keys, ElementsAre("partition_0", "year"));
  EXPECT_EQ(layout.folders.size(), 30U);
}

TEST(TableLayoutTest, AFewFoldersThatLookAlikeAreTables) {
  std::map<std::string, TableFolder> tables;
  for (int i = 0; i < 5; ++i) {
    const std::string path = "/all/t" + std::to_string(i) + "/";
    tables[path] = {.path = path, .folders = {folder(path, {}, {"a.json"})}};
  }
  join_lookalikes(&tables, {});
  EXPECT_EQ(tables.size(), 5U);
}

}  // namespace
}  // namespace clicklake
