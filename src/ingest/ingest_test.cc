#include "ingest/ingest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "ingest/ingest_fixture.h"
#include "model/time.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class IngestTest : public IngestFixture {
 protected:
  std::string write(const std::string& name, std::string_view bytes) {
    return folder_.write(in_ / name, bytes).string();
  }
  static void set_mtime(const fs::path& path, std::int64_t us) {
    const struct timespec times[2] = {{us / 1'000'000, (us % 1'000'000) * 1000},
                                      {us / 1'000'000, (us % 1'000'000) * 1000}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
};

TEST_F(IngestTest, ValidLinesLieByteForByteInTheirHours) {
  const std::string spaced =
      R"({ "event_type" : "view" , "user_id":"u9", "event_timestamp":"2024-11-04T06:59:59.999999+01:00", "x":{"y":[1, 2]} }  )";
  write("a.json", click(1) + "\n" + click_in_hour(480750, 2) + "\n");
  write("b.ndjson", spaced + "\r\n\r\n  \n" + click(3));
  const IngestReport report = take({in_});
  EXPECT_THAT(raw_lines(), ElementsAre(Pair("year=2024/month=11/day=04/hour=05",
                                            UnorderedElementsAre(click(1), click(3), spaced)),
                                       Pair("year=2024/month=11/day=04/hour=06",
                                            ElementsAre(click_in_hour(480750, 2)))));
  EXPECT_EQ(report.records_read, 6U);
  EXPECT_EQ(report.valid, 4U);
  EXPECT_EQ(report.blank, 2U);
  EXPECT_EQ(report.quarantined, 0U);
  EXPECT_EQ(report.sources_taken, 2U);
  EXPECT_EQ(report.raw_files, 2U);
  EXPECT_EQ(report.quarantine_file, "");
  EXPECT_FALSE(report.exit_failed);
  for (const std::string& file : lake_files()) {
    EXPECT_THAT(file, AllOf(HasSubstr("/" + report.batch_id + "-"), testing::EndsWith(".json")));
  }
}

TEST_F(IngestTest, CatalogKnowsTheBatchItsFilesAndItsCounts) {
  const std::string path = write("a.json", click(1) + "\n" + click(2) + "\nbad\n");
  set_mtime(path, 1700000000123456);
  const IngestReport report = take({path});
  const auto batches = catalog_->recent_batches(5);
  ASSERT_TRUE(batches);
  ASSERT_THAT(*batches, SizeIs(1));
  const BatchInfo& batch = (*batches)[0];
  EXPECT_EQ(batch.id, report.batch_id);
  EXPECT_EQ(batch.kind, BatchKind::kIngest);
  EXPECT_EQ(batch.counts.records_read, 3);
  EXPECT_EQ(batch.counts.valid, 2);
  EXPECT_EQ(batch.counts.quarantined, 1);
  EXPECT_EQ(batch.counts.bytes_in, static_cast<std::int64_t>(2 * click(1).size() + 6));
  EXPECT_EQ(batch.counts.bytes_out, static_cast<std::int64_t>(2 * click(1).size() + 2));
  EXPECT_THAT(batch.counts.quarantined_by_reason, ElementsAre(Pair("invalid_json", 1)));
  const auto files = catalog_->untransformed_raw_files();
  ASSERT_TRUE(files);
  ASSERT_THAT(*files, SizeIs(1));
  const RawFile& file = (*files)[0];
  EXPECT_TRUE(fs::exists(lake_ / file.path));
  EXPECT_EQ(file.path,
            "raw/clickstream/year=2024/month=11/day=04/hour=05/" + report.batch_id + "-0000.json");
  EXPECT_EQ(file.hour, 480749);
  EXPECT_EQ(file.records, 2);
  EXPECT_EQ(file.size, static_cast<std::int64_t>(fs::file_size(lake_ / file.path)));
  EXPECT_TRUE(file.validated);
  EXPECT_FALSE(file.in_place);
  EXPECT_THAT(file.arrivals, ElementsAre(Pair(1700000000123456, 2)));
  EXPECT_EQ(report.quarantine_file, "quarantine/" + report.batch_id + ".ndjson");
  const auto known = catalog_->known_paths_of_batch(report.batch_id);
  ASSERT_TRUE(known);
  EXPECT_THAT(*known, UnorderedElementsAre(file.path, report.quarantine_file));
}

TEST_F(IngestTest, ArrivalsAddUpToTheRecordsAndComeFromEachSource) {
  const std::string a = write("a.json", click(1) + "\n" + click(2) + "\n");
  const std::string b = write("b.json", click(3) + "\n");
  set_mtime(a, 1'000'000);
  set_mtime(b, 2'000'000);
  take({in_});
  const auto files = catalog_->untransformed_raw_files();
  ASSERT_TRUE(files);
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_THAT((*files)[0].arrivals, UnorderedElementsAre(Pair(1'000'000, 2), Pair(2'000'000, 1)));
  options_.arrived_at_us = 7;
  write("c.json", click(4) + "\n");
  const IngestReport report = take({in_});
  EXPECT_THAT((*catalog_->raw_files(report.batch_id))[0].arrivals, ElementsAre(Pair(7, 1)));
}

TEST_F(IngestTest, EveryBadRecordIsInQuarantineWithPlaceAndReason) {
  const std::string good = click(1);
  const std::string deep = R"({"user_id":"u","event_type":"c","event_timestamp":1,"x":)" +
                           std::string(70, '[') + std::string(70, ']') + "}";
  const std::vector<std::pair<std::string, std::string>> bad{
      {"not json", "invalid_json"},
      {"[1,2]", "not_object"},
      {good.substr(0, good.size() - 5), "truncated"},
      {good + " x", "trailing_content"},
      {"{\"user_id\":\"\xFF\",\"event_type\":\"c\",\"event_timestamp\":1}", "invalid_utf8"},
      {R"({"user_id":"\ud800","event_type":"c","event_timestamp":1})", "lone_surrogate"},
      {R"({"user_id":"u","event_type":"c"})", "missing_timestamp"},
      {R"({"user_id":"u","event_type":"c","event_timestamp":"yesterday"})", "bad_timestamp"},
      {R"({"user_id":"u","event_timestamp":1})", "missing_event_type"},
      {R"({"event_type":"c","event_timestamp":1})", "no_identity"},
      {R"({"user_id":{},"event_type":"c","event_timestamp":1})", "not_a_string"},
      {R"({"user_id":"u","event_type":"c","event_timestamp":1,"metadata":[]})", "bad_metadata"},
      {std::string(2000, 'x'), "line_too_long"},
      {deep, "too_deep"},
  };
  std::string text = good + "\n";
  std::vector<std::uint64_t> offsets;
  for (const auto& [line, reason] : bad) {
    offsets.push_back(text.size());
    text += line + "\n";
  }
  const std::string path = write("dirty.json", text);
  options_.max_line_bytes = 1000;
  const IngestReport report = take({path});
  EXPECT_EQ(report.valid, 1U);
  EXPECT_EQ(report.quarantined, bad.size());
  EXPECT_THAT(all_raw_lines(), ElementsAre(good));
  auto lines = quarantine_lines();
  ASSERT_THAT(lines, SizeIs(bad.size()));
  for (std::size_t i = 0; i < bad.size(); ++i) {
    EXPECT_THAT(report.quarantined_by_reason, Contains(Pair(bad[i].second, 1)));
    EXPECT_THAT(lines, Contains(AllOf(
                           HasSubstr("{\"reason\":\"" + bad[i].second + "\""),
                           HasSubstr("\"file\":\"" + path + "\""),
                           HasSubstr("\"offset\":" + std::to_string(offsets[i]) + ","),
                           HasSubstr("\"line\":" + std::to_string(i + 2) + ","),
                           HasSubstr("\"length\":" + std::to_string(bad[i].first.size()) + ","))));
  }
}

TEST_F(IngestTest, EveryFormOfASourceGivesTheSameLines) {
  std::string text;
  std::string array = "[";
  std::vector<std::string> wanted;
  for (int i = 0; i < 500; ++i) {
    wanted.push_back(click(i, i));
    text += wanted.back() + "\n";
    array += (i == 0 ? "" : ",\n  ") + wanted.back();
  }
  array += "\n]\n";
  std::sort(wanted.begin(), wanted.end());
  const std::vector<std::pair<std::string, std::string>> forms{
      {"plain.json", text},
      {"bom.json", "\xEF\xBB\xBF" + text},
      {"array.json", array},
      {"a.json.gz", gzipped(text)},
      {"members.json.gz", gzipped(text.substr(0, 1000)) + gzipped(text.substr(1000))},
      {"array.json.gz", gzipped(array)},
      {"a.json.zst", zstd_compressed(text)},
      {"named.log", gzipped(text.substr(0, 2000)) + gzipped(text.substr(2000))},
  };
  for (const auto& [name, bytes] : forms) {
    const IngestReport report = take({write(name, bytes)});
    EXPECT_EQ(report.valid, 500U) << name;
    EXPECT_EQ(report.blank, 0U) << name;
    EXPECT_EQ(all_raw_lines(), wanted) << name;
    fs::remove_all(lake_ / "raw");
  }
  const StandardInputText input(text + "\n");
  EXPECT_EQ(take({"-"}).valid, 500U);
  EXPECT_EQ(all_raw_lines(), wanted);
}

TEST_F(IngestTest, RepeatedRunDoesNothing) {
  for (int i = 0; i < 40; ++i) write(std::to_string(i) + ".json", click(i) + "\n");
  take({in_});
  const auto before = lake_files();
  const IngestReport again = take({in_});
  EXPECT_EQ(again.batch_id, "");
  EXPECT_EQ(again.records_read, 0U);
  EXPECT_EQ(again.skipped_sources, 40U);
  EXPECT_EQ(lake_files(), before);
  EXPECT_THAT(*catalog_->recent_batches(9), SizeIs(1));
}

TEST_F(IngestTest, SameContentUnderAnotherNameIsSkipped) {
  write("a.json", click(1) + "\n");
  take({in_});
  write("b.json", click(1) + "\n");
  write("c.json", click(2) + "\n");
  const IngestReport report = take({in_});
  EXPECT_EQ(report.skipped_sources, 2U);
  EXPECT_EQ(report.valid, 1U);
  EXPECT_THAT(all_raw_lines(), ElementsAre(click(1), click(2)));
}

TEST_F(IngestTest, StreamOfKnownContentLeavesNothing) {
  {
    const StandardInputText input(click(1) + "\n");
    EXPECT_EQ(take({"-"}).valid, 1U);
  }
  const auto before = lake_files();
  {
    const StandardInputText input(click(1) + "\n");
    const IngestReport again = take({"-"});
    EXPECT_EQ(again.batch_id, "");
    EXPECT_EQ(again.skipped_sources, 1U);
    EXPECT_EQ(again.valid, 0U);
  }
  EXPECT_EQ(lake_files(), before);
  EXPECT_THAT(*catalog_->recent_batches(9), SizeIs(1));
  write("same.json", click(1) + "\n");
  EXPECT_EQ(take({in_}).skipped_sources, 1U);
}

TEST_F(IngestTest, TornSourceIsTakenInPartAndItsCompleteCopyLater) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += click(i * 7919 % 100'003, i) + "\n";
  const std::string stored = gzipped(text);
  const std::string path = write("a.json.gz", stored.substr(0, stored.size() / 2));
  const IngestReport torn = take({path});
  EXPECT_TRUE(torn.exit_failed);
  ASSERT_THAT(torn.problems, SizeIs(1));
  EXPECT_EQ(torn.problems[0].kind, ProblemKind::kTorn);
  EXPECT_EQ(torn.problems[0].shown, path);
  EXPECT_THAT(torn.problems[0].message, HasSubstr("ends inside a gzip stream"));
  EXPECT_GT(torn.valid, 500U);
  EXPECT_LT(torn.valid, 3000U);
  EXPECT_EQ(torn.quarantined, 0U);
  write("a.json.gz", stored);
  const IngestReport whole = take({path});
  EXPECT_FALSE(whole.exit_failed);
  EXPECT_EQ(whole.valid, 3000U);
  EXPECT_EQ(take({path}).skipped_sources, 1U);
}

TEST_F(IngestTest, DamagedSourceIsNamedAndTheOthersGoOn) {
  std::string stored = gzipped(click(1) + "\n");
  stored[stored.size() - 8] = static_cast<char>(stored[stored.size() - 8] ^ 1);
  const std::string damaged = write("damaged.json.gz", stored);
  write("good.json", click(2) + "\n");
  const IngestReport report = take({in_});
  ASSERT_THAT(report.problems, SizeIs(1));
  EXPECT_EQ(report.problems[0].kind, ProblemKind::kDamaged);
  EXPECT_EQ(report.problems[0].shown, damaged);
  EXPECT_TRUE(report.exit_failed);
  EXPECT_THAT(all_raw_lines(), ElementsAre(click(1), click(2)));
  write("damaged.json.gz", gzipped(click(1) + "\n" + click(3) + "\n"));
  EXPECT_EQ(take({in_}).valid, 2U);
}

TEST_F(IngestTest, VanishedAndUnreadableSourcesAreNamedAndTheOthersGoOn) {
  const std::string gone = write("gone.json", click(1) + "\n");
  const std::string folder = write("unreadable.json", click(2) + "\n");
  write("good.json", click(3) + "\n");
  auto listing = list_sources({in_}, lake_);
  ASSERT_TRUE(listing);
  fs::remove(gone);
  fs::remove(folder);
  fs::create_directory(folder);
  const auto report = ingest(*catalog_, options_, *std::move(listing));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->valid, 1U);
  EXPECT_TRUE(report->exit_failed);
  ASSERT_THAT(report->problems, SizeIs(2));
  EXPECT_EQ(report->problems[0].kind, ProblemKind::kVanished);
  EXPECT_EQ(report->problems[0].shown, gone);
  EXPECT_EQ(report->problems[1].kind, ProblemKind::kUnreadable);
  EXPECT_EQ(report->problems[1].shown, folder);
}

TEST_F(IngestTest, OnlyUnreadableSourcesPublishNothing) {
  const std::string gone = write("gone.json", click(1) + "\n");
  auto listing = list_sources({in_}, lake_);
  fs::remove(gone);
  const auto report = ingest(*catalog_, options_, *std::move(listing));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->batch_id, "");
  EXPECT_TRUE(report->exit_failed);
  EXPECT_THAT(*catalog_->open_batches(), IsEmpty());
  EXPECT_THAT(lake_files(), IsEmpty());
}

TEST_F(IngestTest, GrowingSourceIsTakenAsItWasAndWholeTheNextTime) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += click(i, i) + "\n";
  const std::string path = write("log.json", text);
  auto listing = list_sources({path}, lake_);
  ASSERT_TRUE(listing);
  std::atomic<bool> done{false};
  std::int64_t added = 0;
  Result<IngestReport> report = IngestReport{};
  {
    const std::jthread writer([&] {
      std::ofstream log(path, std::ios::app);
      while (!done) {
        // In halves, so that the last line may well be an unfinished one.
        const std::string line = click(static_cast<int>(300'000 + added++)) + "\n";
        log << line.substr(0, 20) << std::flush << line.substr(20) << std::flush;
      }
    });
    report = ingest(*catalog_, options_, *std::move(listing));
    done = true;
  }
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->quarantined, 0U);
  EXPECT_GE(report->valid, 200'000U);
  ASSERT_THAT(report->problems, SizeIs(1));
  EXPECT_EQ(report->problems[0].kind, ProblemKind::kGrew);
  EXPECT_FALSE(report->exit_failed) << "nothing of it is lost";
  EXPECT_EQ(take({path}).valid, static_cast<std::uint64_t>(200'000 + added));
  EXPECT_EQ(take({path}).skipped_sources, 1U);
}

TEST_F(IngestTest, ProblemsOfTheListingAreReported) {
  write("a.json", click(1) + "\n");
  fs::create_symlink("nowhere", in_ / "b.json");
  const IngestReport report = take({in_});
  ASSERT_THAT(report.problems, SizeIs(1));
  EXPECT_EQ(report.problems[0].kind, ProblemKind::kVanished);
  EXPECT_TRUE(report.exit_failed);
  EXPECT_EQ(report.valid, 1U);
}

TEST_F(IngestTest, SourceWithoutRecordsIsRememberedToo) {
  write("empty.json", "");
  write("blank.json", "\n\n");
  const IngestReport report = take({in_});
  EXPECT_EQ(report.blank, 2U);
  EXPECT_EQ(report.sources_taken, 2U);
  EXPECT_EQ(take({in_}).skipped_sources, 2U);
}

TEST_F(IngestTest, TooManyBadRecordsPublishNothing) {
  const std::string path = write("bad.json", click(1) + "\nrubbish here\n" + click(2) + "\nmore\n");
  options_.max_quarantine_ratio = 0.4;
  const auto report = try_take({path});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInvalidData);
  EXPECT_THAT(report.error().message,
              AllOf(HasSubstr("2 of 4 records"), HasSubstr("50.00 %"), HasSubstr("0.4"),
                    HasSubstr(path + ", line 2: invalid_json: rubbish here")));
  EXPECT_THAT(lake_files(), IsEmpty());
  EXPECT_THAT(*catalog_->open_batches(), IsEmpty());
  EXPECT_THAT(*catalog_->recent_batches(9), IsEmpty());
  options_.max_quarantine_ratio = 0.5;
  EXPECT_EQ(take({path}).quarantined, 2U);
}

TEST_F(IngestTest, FilesAreCutAtTheTargetSize) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += click(i, i) + "\n";
  options_.target_file_bytes = 300'000;
  const IngestReport report = take({write("a.json", text)});
  EXPECT_EQ(report.valid, 20'000U);
  EXPECT_GE(report.raw_files, 4U);
  std::int64_t records = 0;
  const auto files = catalog_->raw_files(report.batch_id);
  ASSERT_TRUE(files);
  for (const RawFile& file : *files) {
    EXPECT_LE(file.size, 300'000 + 2 * (256 << 10));
    EXPECT_EQ(lines_of(lake_ / file.path).size(), static_cast<std::size_t>(file.records));
    std::int64_t arrived = 0;
    for (const auto& [at, count] : file.arrivals) arrived += count;
    EXPECT_EQ(arrived, file.records);
    records += file.records;
  }
  EXPECT_EQ(records, 20'000);
}

TEST_F(IngestTest, BigStreamIsSharedByThreadsWithoutLossOrDoubling) {
  std::string text;
  std::vector<std::string> wanted;
  for (int i = 0; i < 60'000; ++i) {
    wanted.push_back(click_in_hour(480749 + i % 5, i));
    text += wanted.back() + "\n";
    if (i % 1000 == 0) text += "bad " + std::to_string(i) + "\n";
  }
  std::sort(wanted.begin(), wanted.end());
  options_.threads = 4;
  const StandardInputText input(text);
  const IngestReport report = take({"-"});
  EXPECT_EQ(report.valid, 60'000U);
  EXPECT_EQ(report.quarantined, 60U);
  EXPECT_EQ(all_raw_lines(), wanted);
  // Each bad line is where the report says.
  const auto lines = quarantine_lines();
  ASSERT_THAT(lines, SizeIs(60));
  for (const std::string& line : lines) {
    const auto offset = std::stoull(line.substr(line.find("\"offset\":") + 9));
    const auto length = std::stoull(line.substr(line.find("\"length\":") + 9));
    const auto number = std::stoull(line.substr(line.find("\"line\":") + 7));
    ASSERT_TRUE(text.substr(offset).starts_with("bad "));
    ASSERT_EQ(text[offset + length], '\n');
    ASSERT_EQ(number, 1 + std::count(text.begin(), text.begin() + static_cast<long>(offset), '\n'));
  }
}

TEST_F(IngestTest, ThousandsOfHoursAreOpenAtOnceInBoundedMemory) {
  std::string text;
  std::vector<std::string> wanted;
  for (int i = 0; i < 10'000; ++i) {
    wanted.push_back(click_in_hour(400'000 + i * 7919 % 2000, i));
    text += wanted.back() + "\n";
  }
  std::sort(wanted.begin(), wanted.end());
  options_.buffer_bytes = 256 << 10;
  const IngestReport report = take({write("a.json", text)});
  EXPECT_EQ(report.raw_files, 2000U);
  EXPECT_EQ(all_raw_lines(), wanted);
}

TEST_F(IngestTest, CancelledRunLeavesNothing) {
  std::stop_source stop;
  options_.stop = stop.get_token();
  write("a.json", click(1) + "\n");
  stop.request_stop();
  const auto report = try_take({in_});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kCancelled);
  EXPECT_THAT(lake_files(), IsEmpty());
  EXPECT_THAT(*catalog_->open_batches(), IsEmpty());
}

TEST_F(IngestTest, LakeThatCantBeWrittenIsToldAndNothingIsPublished) {
  fs::remove_all(lake_ / "raw");
  folder_.write("lake/raw", "a file where the folder should be");
  write("a.json", click(1) + "\n");
  const auto report = try_take({in_});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kIo);
  EXPECT_THAT(report.error().message, HasSubstr("raw"));
  EXPECT_THAT(*catalog_->recent_batches(9), IsEmpty());
}

TEST_F(IngestTest, InPlaceRegistersChecksAndCountsWithoutCopying) {
  const std::string a =
      write("year=2024/month=11/day=4/hour=5/a.json", click(1) + "\n\nbad\n" + click(2) + "\n");
  const std::string b = write("2024/11/04/06/b.json.gz", gzipped(click_in_hour(480750, 3) + "\n"));
  const std::string loose = write("loose.json", click(4) + "\n");
  set_mtime(a, 5'000'000);
  options_.in_place = true;
  const IngestReport report = take({in_});
  EXPECT_EQ(report.records_read, 5U);
  EXPECT_EQ(report.valid, 3U);
  EXPECT_EQ(report.quarantined, 1U);
  EXPECT_EQ(report.bytes_out, 0U);
  ASSERT_THAT(report.problems, SizeIs(1));
  EXPECT_EQ(report.problems[0].kind, ProblemKind::kOutOfLayout);
  EXPECT_EQ(report.problems[0].shown, loose);
  EXPECT_TRUE(report.exit_failed);
  EXPECT_THAT(lake_files(), ElementsAre(report.quarantine_file));
  const auto files = catalog_->untransformed_raw_files();
  ASSERT_TRUE(files);
  ASSERT_THAT(*files, SizeIs(2));
  EXPECT_EQ((*files)[0].path, a);
  EXPECT_TRUE((*files)[0].in_place);
  EXPECT_TRUE((*files)[0].validated);
  EXPECT_EQ((*files)[0].hour, 480749);
  EXPECT_EQ((*files)[0].records, 2);
  EXPECT_EQ((*files)[0].mtime_us, 5'000'000);
  EXPECT_EQ((*files)[0].size, static_cast<std::int64_t>(fs::file_size(a)));
  EXPECT_THAT((*files)[0].arrivals, ElementsAre(Pair(5'000'000, -1)));
  EXPECT_EQ((*files)[1].path, b);
  EXPECT_EQ((*files)[1].records, 1);
}

TEST_F(IngestTest, InPlaceFileThatChangedIsANewVersion) {
  const std::string path = write("2024/11/04/05/a.json", click(1) + "\n");
  options_.in_place = true;
  take({in_});
  EXPECT_EQ(take({in_}).skipped_sources, 1U);
  write("2024/11/04/05/a.json", click(1) + "\n" + click(2) + "\n");
  const IngestReport report = take({in_});
  EXPECT_EQ(report.valid, 2U);
  const auto files = catalog_->raw_files(report.batch_id);
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_EQ((*files)[0].path, path);
}

TEST_F(IngestTest, StreamCantBeRegisteredInPlace) {
  options_.in_place = true;
  const IngestReport report = take({"-"});
  ASSERT_THAT(report.problems, SizeIs(1));
  EXPECT_EQ(report.problems[0].kind, ProblemKind::kOutOfLayout);
  EXPECT_EQ(report.batch_id, "");
}

TEST_F(IngestTest, ProgressEndsAtTheTotal) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += click(i) + "\n";
  write("a.json", text);
  write("b.json.gz", gzipped(text + "\n"));
  auto listing = list_sources({in_}, lake_);
  IngestProgress last;
  const auto report = ingest(*catalog_, options_, *std::move(listing),
                             [&](const IngestProgress& progress) { last = progress; });
  ASSERT_TRUE(report);
  EXPECT_EQ(last.bytes_total, fs::file_size(in_ / "a.json") + fs::file_size(in_ / "b.json.gz"));
  EXPECT_EQ(last.bytes_done, last.bytes_total);
  EXPECT_EQ(last.records, report->records_read);
}

}  // namespace
}  // namespace clicklake
