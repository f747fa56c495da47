#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "metastore/metastore_fixture.h"

namespace clicklake {
namespace {

using Values = std::vector<std::string>;

class PartitionsTest : public MetastoreFixture {
 protected:
  PartitionsTest() { create(events({column("year", "int"), column("region", "string")})); }

  Result<PartitionChanges> add(const std::vector<Partition>& partitions,
                               bool if_not_exists = false) {
    return store_->add_partitions("default", "events", partitions, if_not_exists);
  }
  std::vector<Values> values(const PartitionTest& keep = {}) {
    std::vector<Values> all;
    const auto partitions = store_->partitions("default", "events", keep);
    EXPECT_THAT(partitions, IsOk());
    for (const Partition& partition : *partitions) all.push_back(partition.values);
    return all;
  }
};

TEST_F(PartitionsTest, SpellingsOfAValueAreOnePartition) {
  const auto added = add({partition_at({"02024", "eu"}), partition_at({"+2024", "eu"})});
  ASSERT_THAT(added, IsOk());
  EXPECT_EQ(added->added, 1);
  EXPECT_EQ(added->existing, 1);
  EXPECT_EQ(values(), std::vector<Values>({{"2024", "eu"}}));
  const auto found = store_->partition("default", "events", {"002024", "eu"});
  ASSERT_THAT(found, IsOk());
  ASSERT_TRUE(found->has_value());
  EXPECT_GT((*found)->create_time_us, 0);
  EXPECT_FALSE(store_->partition("default", "events", {"2024", "us"})->has_value());
}

TEST_F(PartitionsTest, ExistingOneWithAnotherLocationIsAnError) {
  ASSERT_THAT(add({partition_at({"2024", "eu"}, "s3://b/x/")}), IsOk());
  EXPECT_EQ(add({partition_at({"2024", "eu"}, "s3://b/x")})->existing, 1);
  EXPECT_THAT(add({partition_at({"2025", "eu"}), partition_at({"2024", "eu"}, "s3://b/y/")}),
              IsError(ErrorCode::kAlreadyExists, "year=2024/region=eu"));
  EXPECT_THAT(add({partition_at({"2024", "eu"})}), IsError(ErrorCode::kAlreadyExists, "s3://b/x/"));
  EXPECT_EQ(values().size(), 1U) << "all or none";
  EXPECT_EQ(add({partition_at({"2024", "eu"}, "s3://b/y/")}, true)->existing, 1);
  EXPECT_EQ((*store_->partition("default", "events", {"2024", "eu"}))->location, "s3://b/x/");
}

TEST_F(PartitionsTest, DerivedLocationEqualsTheSameWritten) {
  ASSERT_THAT(add({partition_at({"2024", "eu"})}), IsOk());
  EXPECT_EQ(add({partition_at({"2024", "eu"}, "events/year=2024/region=eu/")})->existing, 1);
}

TEST_F(PartitionsTest, BadValuesAreRefused) {
  EXPECT_THAT(add({partition_at({"2024"})}),
              IsError(ErrorCode::kInvalidArgument, "2 values (year, region), not 1"));
  EXPECT_THAT(add({partition_at({"x", "eu"})}),
              IsError(ErrorCode::kInvalidArgument, "partition key year"));
  EXPECT_THAT(add({partition_at({"1", "\xFF"})}), IsError(ErrorCode::kInvalidArgument, "UTF-8"));
  EXPECT_THAT(store_->add_partitions("default", "none", {}, false),
              IsError(ErrorCode::kNotFound, "none"));
  Table plain = events();
  plain.name = "plain";
  create(plain);
  EXPECT_THAT(store_->add_partitions("default", "plain", {partition_at({"1"})}, false),
              IsError(ErrorCode::kInvalidArgument, "not partitioned"));
  EXPECT_TRUE(store_->partitions("default", "plain", {})->empty());
}

TEST_F(PartitionsTest, ListsInTheOrderOfTheTypes) {
  ASSERT_THAT(add({partition_at({"10", "a"}), partition_at({"9", "b/c"}), partition_at({"9", "a"}),
                   partition_at({"-1", ""})}),
              IsOk());
  const std::string null(kNullPartitionValue);
  EXPECT_EQ(values(), std::vector<Values>({{"-1", null}, {"9", "a"}, {"9", "b/c"}, {"10", "a"}}));
  EXPECT_EQ(values([](const Values& v) { return v[1] == "a"; }),
            std::vector<Values>({{"9", "a"}, {"10", "a"}}));
  EXPECT_EQ(*store_->partition_count("default", "events"), 4);
}

TEST_F(PartitionsTest, DetailsComeBack) {
  Partition made = partition_at({"2024", "eu"}, "s3://b/x/");
  made.parameters = {{"b", "2"}, {"a", "1"}};
  made.columns = std::vector<HiveColumn>{column("event", "string")};
  made.vanished_us = 7;
  ASSERT_THAT(add({made}), IsOk());
  auto read = **store_->partition("default", "events", {"2024", "eu"});
  EXPECT_EQ(read.parameters, made.parameters);
  EXPECT_EQ(read.columns, made.columns);
  EXPECT_EQ(read.vanished_us, 7);
  read.vanished_us = 0;
  read.columns.reset();
  read.parameters.clear();
  read.location = "s3://b/y/";
  ASSERT_THAT(store_->update_partition("default", "events", read), IsOk());
  const auto again = store_->partitions("default", "events", {})->front();
  EXPECT_EQ(again.location, "s3://b/y/");
  EXPECT_EQ(again.create_time_us, read.create_time_us);
  EXPECT_EQ(again.vanished_us, 0);
  EXPECT_FALSE(again.columns);
  EXPECT_TRUE(again.parameters.empty());
  EXPECT_THAT(store_->update_partition("default", "events", partition_at({"1", "eu"})),
              IsError(ErrorCode::kNotFound, "year=1/region=eu"));
}

TEST_F(PartitionsTest, RenamedPartitionKeepsItsFiles) {
  ASSERT_THAT(add({partition_at({"2024", "eu"}), partition_at({"2025", "eu"})}), IsOk());
  EXPECT_THAT(store_->rename_partition("default", "events", {"1", "eu"}, {"2", "eu"}),
              IsError(ErrorCode::kNotFound, "year=1"));
  EXPECT_THAT(store_->rename_partition("default", "events", {"2024", "eu"}, {"2025", "eu"}),
              IsError(ErrorCode::kAlreadyExists, "year=2025"));
  ASSERT_THAT(store_->rename_partition("default", "events", {"2024", "eu"}, {"2026", "eu"}),
              IsOk());
  EXPECT_EQ((*store_->partition("default", "events", {"2026", "eu"}))->location,
            "events/year=2024/region=eu/");
  EXPECT_FALSE(store_->partition("default", "events", {"2024", "eu"})->has_value());
}

TEST_F(PartitionsTest, DropsAllOrNone) {
  ASSERT_THAT(add({partition_at({"1", "a"}), partition_at({"2", "a"}), partition_at({"3", "a"})}),
              IsOk());
  ASSERT_THAT(store_->set_seen_folders("default", "events", {{"/e/", 1}}, {}), IsOk());
  EXPECT_THAT(store_->drop_partitions("default", "events", {{"1", "a"}, {"9", "a"}}, false),
              IsError(ErrorCode::kNotFound, "year=9/region=a"));
  EXPECT_EQ(values().size(), 3U);
  EXPECT_EQ(store_->seen_folders("default", "events")->size(), 1U);
  EXPECT_EQ(*store_->drop_partitions("default", "events", {{"01", "a"}, {"9", "a"}}, true), 1);
  EXPECT_EQ(values(), std::vector<Values>({{"2", "a"}, {"3", "a"}}));
  EXPECT_TRUE(store_->seen_folders("default", "events")->empty()) << "a repair must find it again";
}

TEST_F(PartitionsTest, DroppedTableLeavesNothing) {
  ASSERT_THAT(add({partition_at({"1", "a"})}), IsOk());
  ASSERT_THAT(store_->set_seen_folders("default", "events", {{"/e/", 1}}, {}), IsOk());
  ASSERT_THAT(store_->drop_table("default", "events"), IsOk());
  EXPECT_EQ(sql("SELECT (SELECT count(*) FROM metastore_partitions) + (SELECT count(*) FROM"
                " metastore_seen_folders) + (SELECT count(*) FROM metastore_schema_versions"
                " JOIN metastore_tables USING (table_no) WHERE name = 'events')"),
            "0");
  create(events({column("year", "int"), column("region", "string")}));
  EXPECT_TRUE(values().empty());
}

TEST_F(PartitionsTest, HundredThousandAreAddedListedAndCompact) {
  std::vector<Partition> many;
  for (int i = 0; i < 100'000; ++i) {
    const std::string year = std::to_string(i);
    many.push_back(
        partition_at({year, "eu"}, "s3://bucket/a/longer/prefix/year=" + year + "/region=eu/"));
  }
  EXPECT_EQ(add(many)->added, 100'000);
  EXPECT_EQ(add(many)->existing, 100'000);
  const auto all = values();
  ASSERT_EQ(all.size(), 100'000U);
  EXPECT_EQ(all[99'999], Values({"99999", "eu"}));
  EXPECT_LT(std::stoll(sql("SELECT page_count * page_size FROM pragma_page_count(),"
                           " pragma_page_size()")),
            20'000'000);
}

TEST_F(PartitionsTest, KilledWhileAddingAddsNone) {
  // The child is killed inside its transaction, when it has added half.
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto store = Metastore::open(dir_ / "catalog.db");
    std::vector<Partition> many;
    many.reserve(2'000'000);
    for (int i = 0; i < 2'000'000; ++i) many.push_back(partition_at({std::to_string(i), "eu"}));
    if (::write(ready[1], "x", 1) != 1) ::_exit(2);
    (void)(*store)->add_partitions("default", "events", many, false);
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::usleep(50'000);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_TRUE(WIFSIGNALED(status)) << "it was done before it was killed";
  EXPECT_EQ(*open()->partition_count("default", "events"), 0);
  EXPECT_EQ(add({partition_at({"1", "eu"})})->added, 1);
}

}  // namespace
}  // namespace clicklake
