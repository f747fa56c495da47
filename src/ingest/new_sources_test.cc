#include "ingest/new_sources.h"

#include "ingest/ingest_fixture.h"

namespace clicklake {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class NewSourcesTest : public IngestFixture {
 protected:
  NewSources find() {
    auto found = find_new_sources(*catalog_, list_sources({in_}, lake_)->sources, 2);
    EXPECT_TRUE(found.has_value());
    return *std::move(found);
  }
  std::vector<std::string> fresh() {
    std::vector<std::string> names;
    const NewSources found = find();
    names.reserve(found.fresh.size());
    for (const Source& source : found.fresh) names.push_back(source.path.filename());
    return names;
  }
  /// Remembers all that lies in the folder now.
  void remember(bool torn = false, bool with_hash = true) {
    const std::string batch = "batch" + std::to_string(++batches_);
    ASSERT_TRUE(catalog_->begin_batch({batch, BatchKind::kIngest, 1, 0, {}}));
    BatchCommit commit;
    commit.batch_id = batch;
    const SourceListing listing = *list_sources({in_}, lake_);
    for (const Source& source : listing.sources) {
      commit.sources.push_back({source.absolute, source.size, source.mtime_us,
                                with_hash ? *hash_content(source.path) : "", torn});
    }
    ASSERT_TRUE(catalog_->commit_batch(commit));
  }
  void touch(const std::string& name) {
    std::filesystem::last_write_time(
        in_ / name, std::filesystem::file_time_type::clock::now() + std::chrono::hours(++touches_));
  }
  int batches_ = 0;
  int touches_ = 0;
};

TEST_F(NewSourcesTest, KnownPathSizeAndTimeIsLeftOut) {
  folder_.write(in_ / "a.json", "aa");
  remember(false, false);
  folder_.write(in_ / "b.json", "bb");
  EXPECT_THAT(fresh(), ElementsAre("b.json"));
  EXPECT_THAT(find().taken, SizeIs(1));
}

TEST_F(NewSourcesTest, ManySourcesAreLookedUpInOneGo) {
  for (int i = 0; i < 200; ++i)
    folder_.write(in_ / (std::to_string(i) + ".json"), std::string(i + 1, 'x'));
  remember(false, false);
  EXPECT_THAT(fresh(), IsEmpty());
  folder_.write(in_ / "17.json", "longer than it was before");
  folder_.write(in_ / "new.json", "n");
  EXPECT_THAT(fresh(), ElementsAre("17.json", "new.json"));
}

TEST_F(NewSourcesTest, TouchedFileIsKnownByItsContent) {
  folder_.write(in_ / "a.json", "content");
  remember();
  touch("a.json");
  EXPECT_THAT(fresh(), IsEmpty());
  folder_.write(in_ / "a.json", "CONTENT");
  touch("a.json");
  EXPECT_THAT(fresh(), ElementsAre("a.json"));
}

TEST_F(NewSourcesTest, TouchedFileWithoutKnownContentIsReadAgain) {
  folder_.write(in_ / "a.json", "content");
  remember(false, false);
  touch("a.json");
  EXPECT_THAT(fresh(), ElementsAre("a.json"));
}

TEST_F(NewSourcesTest, TornSourceIsNotTaken) {
  folder_.write(in_ / "a.json", "content");
  remember(true);
  EXPECT_THAT(fresh(), ElementsAre("a.json"));
}

TEST_F(NewSourcesTest, EqualFilesOfOneRunAreTakenOnce) {
  const std::string big(50'000, 'x');
  folder_.write(in_ / "a.json", big);
  folder_.write(in_ / "b.json", big);
  folder_.write(in_ / "c.json", big.substr(0, 25'000) + "y" + big.substr(25'001));
  folder_.write(in_ / "d.json", big.substr(0, 49'999) + "y");
  folder_.write(in_ / "e.json", "");
  folder_.write(in_ / "f.json", "");
  EXPECT_THAT(fresh(), ElementsAre("a.json", "c.json", "d.json", "e.json"));
}

TEST_F(NewSourcesTest, FileThatCantBeHashedStaysForTheReaderToTell) {
  folder_.write(in_ / "a.json", "content");
  remember();
  auto sources = list_sources({in_}, lake_)->sources;
  sources[0].mtime_us += 1;
  std::filesystem::remove(in_ / "a.json");
  const auto found = find_new_sources(*catalog_, sources, 2);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->fresh, SizeIs(1));
}

TEST_F(NewSourcesTest, StreamIsAlwaysNew) {
  const auto found = find_new_sources(*catalog_, list_sources({"-"}, lake_)->sources, 2);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->fresh, SizeIs(1));
}

}  // namespace
}  // namespace clicklake
