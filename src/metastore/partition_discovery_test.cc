#include "metastore/partition_discovery.h"

#include <chrono>
#include <fstream>
#include <functional>

#include "metastore/metastore_fixture.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

/// A store whose folders change while they are looked at.
class ChangingStore final : public ObjectStore {
 public:
  explicit ChangingStore(std::function<void(const fs::path&)> before_list)
      : before_list_(std::move(before_list)) {}
  Result<std::vector<ObjectInfo>> list(const fs::path& folder, bool with_sizes) override {
    before_list_(folder);
    return inner_->list(folder, with_sizes);
  }
  Result<std::int64_t> folder_time(const fs::path& folder) override {
    return inner_->folder_time(folder);
  }

 private:
  std::function<void(const fs::path&)> before_list_;
  std::unique_ptr<ObjectStore> inner_ = local_object_store();
};

class PartitionDiscoveryTest : public MetastoreFixture {
 protected:
  PartitionDiscoveryTest() : objects_(local_object_store()), locations_(dir_) {
    table_ = create(events({column("year", "int"), column("day", "int")}));
  }

  void make(const std::string& below) const { fs::create_directories(dir_ / "events" / below); }
  /// As if nothing had changed for an hour.
  void settle() const {
    const auto hour_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
    for (const auto& entry : fs::recursive_directory_iterator(dir_ / "events")) {
      if (entry.is_directory()) fs::last_write_time(entry.path(), hour_ago);
    }
    fs::last_write_time(dir_ / "events", hour_ago);
  }
  PartitionDiscovery discover() {
    auto found = discover_partitions(*store_, *objects_, locations_, table_);
    EXPECT_THAT(found, IsOk());
    return *std::move(found);
  }
  PartitionDiscovery repair() {
    PartitionDiscovery found = discover();
    EXPECT_THAT(register_discovery(*store_, table_, found), IsOk());
    return found;
  }
  static std::string names(const PartitionDiscovery& discovery) {
    std::string out;
    for (const Partition& partition : discovery.found) {
      for (const std::string& value : partition.values) out += value + "/";
      out += " ";
    }
    return out;
  }

  std::unique_ptr<ObjectStore> objects_;
  LocationMap locations_;
  Table table_;
};

TEST_F(PartitionDiscoveryTest, FindsFoldersInTheOrderOfTheKeys) {
  make("year=2024/day=04");
  make("year=2024/day=5");
  make("year=2023/day=1/deeper=1");
  make("day=1/year=2024");
  const PartitionDiscovery found = repair();
  EXPECT_EQ(names(found), "2023/1/ 2024/4/ 2024/5/ ");
  EXPECT_EQ(found.found[1].location, "events/year=2024/day=04/");
  EXPECT_EQ(found.folders_listed, 3);
  EXPECT_EQ(found.folders_passed_over, 1);
  EXPECT_EQ((*store_->partition("default", "events", {"2024", "4"}))->location,
            "events/year=2024/day=04/");
}

TEST_F(PartitionDiscoveryTest, PassesOverWhatIsNoPartition) {
  for (const char* name :
       {"Year=2024/day=1", "year/day=1", "other=1/day=1", "_year=2024/day=1", ".year=2024/day=1",
        "_temporary/year=2024/day=1", "year=2024/Day=1", "year=2024/hour=1"}) {
    make(name);
  }
  std::ofstream(dir_ / "events" / "year=2022").put('x');
  const PartitionDiscovery found = repair();
  EXPECT_EQ(names(found), "");
  EXPECT_EQ(found.folders_passed_over, 8);
  EXPECT_EQ(found.odd_count, 0);
}

TEST_F(PartitionDiscoveryTest, ReportsValuesThatDoNotFit) {
  make("year=2024/day=first");
  make("year=x/day=1");
  make("year=2024/day=");
  make("year=2024/day=1\xFF");
  for (int i = 0; i < 20; ++i) make("year=2024/day=x" + std::to_string(i));
  make("year=2024/day=7");
  const PartitionDiscovery found = repair();
  EXPECT_EQ(names(found), "2024/7/ ");
  EXPECT_EQ(found.odd_count, 24);
  ASSERT_EQ(found.odd.size(), PartitionDiscovery::kMostOdd);
  EXPECT_EQ(found.odd.front(), "events/year=x/: 'x' is no value of type int");
}

TEST_F(PartitionDiscoveryTest, EscapedAndNullValuesAreRead) {
  Table table = events({column("at", "string"), column("n", "int")});
  table.name = "escaped";
  table_ = create(table);
  make("at=10%3A00/n=__HIVE_DEFAULT_PARTITION__");
  make("at=__HIVE_DEFAULT_PARTITION__/n=1");
  const PartitionDiscovery found = repair();
  EXPECT_EQ(names(found), "10:00/__HIVE_DEFAULT_PARTITION__/ __HIVE_DEFAULT_PARTITION__/1/ ");
  EXPECT_EQ(found.found[0].location, "events/at=10%3A00/n=__HIVE_DEFAULT_PARTITION__/");
}

TEST_F(PartitionDiscoveryTest, RegisteredPartitionIsTheSameInAnotherSpelling) {
  ASSERT_THAT(store_->add_partitions("default", "events", {partition_at({"2024", "4"})}, false),
              IsOk());
  ASSERT_THAT(store_->add_partitions("default", "events",
                                     {partition_at({"2024", "5"}, "s3://elsewhere/")}, false),
              IsOk());
  make("year=2024/day=04");
  make("year=2024/day=05");
  make("year=2024/day=6");
  make("year=2024/day=06");
  const PartitionDiscovery found = repair();
  EXPECT_EQ(names(found), "2024/6/ ");
  EXPECT_EQ(found.odd_count, 2);
  EXPECT_EQ(found.odd[0], "events/year=2024/day=04/: it is the same partition as year=2024/day=4/");
}

TEST_F(PartitionDiscoveryTest, UnchangedFoldersAreNotListedAgain) {
  make("year=2023/day=1");
  make("year=2024/day=1");
  settle();
  EXPECT_EQ(repair().folders_listed, 3);
  PartitionDiscovery again = repair();
  EXPECT_EQ(again.folders_listed, 0);
  EXPECT_EQ(again.folders_unchanged, 3);
  EXPECT_EQ(names(again), "");
  EXPECT_TRUE(again.seen.empty());
  EXPECT_TRUE(again.gone.empty());

  make("year=2024/day=2");  // changes its year alone
  again = repair();
  EXPECT_EQ(again.folders_listed, 1);
  EXPECT_EQ(again.folders_unchanged, 2);
  EXPECT_EQ(names(again), "2024/2/ ");
}

TEST_F(PartitionDiscoveryTest, FolderChangedLatelyIsLookedAtAgain) {
  make("year=2024/day=1");
  settle();
  fs::last_write_time(dir_ / "events" / "year=2024", fs::file_time_type::clock::now());
  EXPECT_EQ(names(repair()), "2024/1/ ");
  // Another change within the clock's grain: the folder's time stays.
  const auto time = fs::last_write_time(dir_ / "events" / "year=2024");
  make("year=2024/day=2");
  fs::last_write_time(dir_ / "events" / "year=2024", time);
  const PartitionDiscovery again = repair();
  EXPECT_EQ(again.folders_unchanged, 1) << "the root";
  EXPECT_EQ(names(again), "2024/2/ ");
}

TEST_F(PartitionDiscoveryTest, FolderOfTheFutureIsAlwaysListed) {
  make("year=2024/day=1");
  settle();
  const auto tomorrow = fs::file_time_type::clock::now() + std::chrono::hours(24);
  fs::last_write_time(dir_ / "events" / "year=2024", tomorrow);
  repair();
  make("year=2024/day=2");
  fs::last_write_time(dir_ / "events" / "year=2024", tomorrow);
  EXPECT_EQ(names(repair()), "2024/2/ ");
}

TEST_F(PartitionDiscoveryTest, NothingIsRemovedAndVanishedFoldersAreForgotten) {
  make("year=2023/day=1");
  make("year=2024/day=1");
  settle();
  repair();
  fs::remove_all(dir_ / "events" / "year=2023");
  const PartitionDiscovery found = repair();
  ASSERT_EQ(found.gone.size(), 1U);
  EXPECT_TRUE(found.gone[0].ends_with("/events/year=2023/"));
  EXPECT_EQ(*store_->partition_count("default", "events"), 2);
  EXPECT_EQ(store_->seen_folders("default", "events")->size(), 2U);
  make("year=2023/day=2");
  EXPECT_EQ(names(repair()), "2023/2/ ");
}

TEST_F(PartitionDiscoveryTest, DroppedPartitionComesBack) {
  make("year=2024/day=1");
  make("year=2024/day=2");
  settle();
  repair();
  ASSERT_THAT(store_->drop_partitions("default", "events", {{"2024", "1"}}, false), IsOk());
  EXPECT_EQ(names(repair()), "2024/1/ ");
}

TEST_F(PartitionDiscoveryTest, WhatWasFoundButNotRegisteredIsFoundAgain) {
  make("year=2024/day=1");
  settle();
  discover();
  EXPECT_EQ(names(discover()), "2024/1/ ");
}

TEST_F(PartitionDiscoveryTest, MissingLocationHasNoPartitions) {
  const PartitionDiscovery found = repair();
  EXPECT_EQ(names(found), "");
  EXPECT_EQ(found.folders_listed, 0);
  make("year=2024/day=1");
  EXPECT_EQ(names(repair()), "2024/1/ ");
}

TEST_F(PartitionDiscoveryTest, FolderThatGoesMeanwhileIsPassedOver) {
  make("year=2023/day=1");
  make("year=2024/day=1");
  objects_ = std::make_unique<ChangingStore>([&](const fs::path& folder) {
    if (folder.parent_path().filename() == "year=2023") fs::remove_all(folder);
  });
  EXPECT_EQ(names(repair()), "2024/1/ ");
}

TEST_F(PartitionDiscoveryTest, LinksAreFollowedAndLoopsEnd) {
  make("year=2024/day=1");
  fs::create_directories(dir_ / "elsewhere" / "day=9");
  fs::create_symlink(dir_ / "elsewhere", dir_ / "events" / "year=2025");
  fs::create_symlink(dir_ / "events", dir_ / "events" / "year=1");
  fs::create_symlink(dir_ / "events", dir_ / "events" / "year=2024" / "day=2");
  fs::create_symlink("year=3", dir_ / "events" / "year=3");
  EXPECT_EQ(names(repair()), "2024/1/ 2024/2/ 2025/9/ ");
}

TEST_F(PartitionDiscoveryTest, LocationsAreMapped) {
  table_.storage.location = "s3://bucket/events";
  EXPECT_THAT(discover_partitions(*store_, *objects_, locations_, table_),
              IsError(ErrorCode::kUnsupported, "[locations]"));
  ASSERT_THAT(locations_.add("s3://bucket/", dir_), IsOk());
  make("year=2024/day=1");
  const PartitionDiscovery found = discover();
  ASSERT_EQ(found.found.size(), 1U);
  EXPECT_EQ(found.found[0].location, "s3://bucket/events/year=2024/day=1/");
}

TEST_F(PartitionDiscoveryTest, TableWithoutKeysIsRefused) {
  Table plain = events();
  EXPECT_THAT(discover_partitions(*store_, *objects_, locations_, plain),
              IsError(ErrorCode::kInvalidArgument, "not partitioned"));
}

TEST_F(PartitionDiscoveryTest, ManyFoldersAreFoundByTwoThreads) {
  for (int year = 1; year <= 200; ++year) {
    for (int day = 1; day <= 3; ++day) {
      make("year=" + std::to_string(year) + "/day=" + std::to_string(day));
    }
  }
  settle();
  EXPECT_EQ(repair().found.size(), 600U);
  EXPECT_EQ(repair().folders_unchanged, 201);
}

}  // namespace
}  // namespace clicklake
