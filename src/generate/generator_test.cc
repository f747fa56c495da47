#include "generate/generator.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/hash.h"
#include "generate/flat_record.h"
#include "model/time.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

class GeneratorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(::testing::TempDir()) /
            ("clicklake-generate-" + std::string(info->name()) + "-" + std::to_string(::getpid()));
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  GenerateOptions Options(const std::string& name, std::uint64_t events, int hours,
                          double dirty = 0.0) const {
    GenerateOptions options;
    options.events = events;
    options.hours = hours;
    options.dirty = dirty;
    options.out = root_ / name;
    options.users = 2000;
    options.pages = 300;
    return options;
  }

  static GenerateReport Generate(const GenerateOptions& options) {
    Result<GenerateReport> report = generate(options);
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return report.has_value() ? *report : GenerateReport{};
  }

  /// Content by path below `folder`.
  static std::map<std::string, std::string> Files(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files[fs::relative(entry.path(), folder).string()] = {std::istreambuf_iterator<char>(file),
                                                            {}};
    }
    return files;
  }

  static std::uint64_t Lines(const std::string& text) {
    auto ends = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    return ends + (text.empty() || text.back() == '\n' ? 0 : 1);
  }

  fs::path root_;
};

TEST_F(GeneratorTest, BytesDoNotDependOnThreads) {
  GenerateOptions one = Options("one", 20'000, 9, 0.2), three = Options("three", 20'000, 9, 0.2);
  one.threads = 1;
  three.threads = 3;
  Generate(one);
  Generate(three);
  auto files = Files(one.out);
  EXPECT_EQ(files.size(), 10U);
  EXPECT_EQ(files, Files(three.out));
}

TEST_F(GeneratorTest, BytesFollowFromTheSeed) {
  GenerateOptions first = Options("first", 2000, 3), again = Options("again", 2000, 3),
                  other = Options("other", 2000, 3);
  other.seed = 2;
  Generate(first);
  Generate(again);
  Generate(other);
  EXPECT_EQ(Files(first.out), Files(again.out));
  EXPECT_NE(Files(first.out), Files(other.out));
}

// Data of a published benchmark can be made again: who changes the clickstream changes this on
// purpose.
TEST_F(GeneratorTest, BytesAreTheSameInEveryBuild) {
  GenerateOptions options = Options("out", 3000, 4, 0.2);
  Generate(options);
  ContentHash hash;
  for (const auto& [path, text] : Files(options.out)) hash.update(text.data(), text.size());
  EXPECT_EQ(hash.hex(), "8b07094c8c4e925906f4f467b941331c");
}

TEST_F(GeneratorTest, CountsAreExact) {
  for (auto [events, hours] :
       std::map<std::uint64_t, int>{{0, 3}, {1, 1}, {2, 48}, {997, 5}, {10'000, 24}}) {
    GenerateOptions options = Options(std::to_string(events), events, hours);
    GenerateReport report = Generate(options);
    std::uint64_t lines = 0, bytes = 0, files = 0;
    for (const auto& [path, text] : Files(options.out)) {
      if (path == kTruthFileName) continue;
      ++files;
      lines += Lines(text);
      bytes += text.size();
      EXPECT_FALSE(text.empty()) << path;
    }
    EXPECT_EQ(lines, events);
    EXPECT_EQ(report.lines, events);
    EXPECT_EQ(report.truth.accepted(), events);
    EXPECT_EQ(report.bytes, bytes);
    EXPECT_EQ(report.files, files);
  }
}

TEST_F(GeneratorTest, TruthAddsUpWithDirtyLines) {
  for (double dirty : {0.001, 0.1, 1.0}) {
    GenerateOptions options = Options(std::to_string(dirty), 3000, 4, dirty);
    GenerateReport report = Generate(options);
    const GenerateTruth& truth = report.truth;
    auto files = Files(options.out);
    std::uint64_t lines = 0;
    for (const auto& [path, text] : files) lines += path == kTruthFileName ? 0 : Lines(text);
    EXPECT_EQ(truth.events, 3000U);
    EXPECT_EQ(lines, 3000 + static_cast<std::uint64_t>(3000 * dirty));
    EXPECT_EQ(truth.records_read(), lines);
    EXPECT_EQ(truth.records_read(),
              truth.accepted() + truth.duplicate() + truth.quarantined() + truth.blank());
    std::uint64_t by_type = 0;
    for (std::uint64_t count : truth.accepted_by_type) by_type += count;
    EXPECT_EQ(by_type, truth.accepted());
    EXPECT_NE(files[kTruthFileName].find("\"records_read\": " + std::to_string(lines)),
              std::string::npos);
  }
}

TEST_F(GeneratorTest, CleanEventsAreNeverEqual) {
  GenerateOptions options = Options("out", 30'000, 6);
  options.users = 3;  // as crowded as can be
  Generate(options);
  std::set<std::string> seen;
  std::uint64_t lines = 0;
  for (const auto& [path, text] : Files(options.out)) {
    if (path == kTruthFileName) continue;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = text.find('\n', at);
      seen.insert(text.substr(at, end - at));
      ++lines;
      at = end + 1;
    }
  }
  EXPECT_EQ(seen.size(), lines);
}

TEST_F(GeneratorTest, CleanEventsLieInTheirHourInOrderOfTime) {
  GenerateOptions options = Options("out", 5000, 30);
  Generate(options);
  for (const auto& [path, text] : Files(options.out)) {
    if (path == kTruthFileName) continue;
    std::int64_t last = 0;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = text.find('\n', at);
      auto record = synthetic::FlatRecord::of(std::string_view(text).substr(at, end - at));
      std::string time = record.find("event_timestamp")->value;
      auto us = parse_timestamp(std::string_view(time).substr(1, time.size() - 2));
      ASSERT_TRUE(us.has_value()) << time;
      ASSERT_EQ(hour_partition_path(hour_of(*us)) + "/part-0000.json", path);
      ASSERT_GE(*us, last);
      last = *us;
      at = end + 1;
    }
  }
}

TEST_F(GeneratorTest, FilesArriveTwoMinutesAfterTheirHour) {
  GenerateOptions options = Options("out", 500, 2);
  Generate(options);
  struct stat info {};
  fs::path path =
      options.out / hour_partition_path(hour_of(options.start_us) + 1) / "part-0000.json";
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mtim.tv_sec * kMicrosPerSecond,
            options.start_us + 2 * kMicrosPerHour + 120 * kMicrosPerSecond);
}

TEST_F(GeneratorTest, FirstHourHasNoLateEvents) {
  GenerateReport report = Generate(Options("out", 5000, 1, 0.5));
  EXPECT_EQ(report.truth.late(), 0U);
  EXPECT_EQ(report.truth.count(synthetic::DirtyKind::kDuplicateOtherHour), 0U);
  EXPECT_EQ(report.truth.bom_files, 1U);
  EXPECT_GT(Generate(Options("two", 5000, 2, 0.5)).truth.late(), 0U);
}

TEST_F(GeneratorTest, FullFolderIsLeftAlone) {
  fs::create_directories(root_ / "mine");
  std::ofstream(root_ / "mine" / "notes.txt") << "keep";
  GenerateOptions options = Options("mine", 10, 1);
  for (bool replace : {false, true}) {
    options.replace = replace;
    Result<GenerateReport> report = generate(options);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code, ErrorCode::kAlreadyExists);
  }
  EXPECT_EQ(Files(options.out).size(), 1U);
}

TEST_F(GeneratorTest, ReplaceEmptiesWhatWasGeneratedBefore) {
  GenerateOptions options = Options("out", 1000, 6);
  Generate(options);
  options.hours = 2;
  ASSERT_FALSE(generate(options).has_value());
  options.replace = true;
  Generate(options);
  EXPECT_EQ(Files(options.out).size(), 3U);
}

TEST_F(GeneratorTest, OptionOutOfRangeIsNamed) {
  auto message = [](const GenerateOptions& options) {
    Result<GenerateReport> report = generate(options);
    if (report.has_value()) return std::string("accepted");
    EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
    return report.error().message;
  };
  GenerateOptions options = Options("out", 10, 0);
  EXPECT_NE(message(options).find("hours"), std::string::npos);
  options = Options("out", 10, 1, 1.5);
  EXPECT_NE(message(options).find("dirty"), std::string::npos);
  options = Options("out", 10, 1);
  options.start_us += 1;
  EXPECT_NE(message(options).find("start"), std::string::npos);
  options = Options("out", 10, 1);
  options.users = 0;
  EXPECT_NE(message(options).find("users"), std::string::npos);
  EXPECT_FALSE(fs::exists(root_));
}

TEST_F(GeneratorTest, UnwritableFolderIsNamed) {
  fs::create_directories(root_);
  std::ofstream(root_ / "file") << "x";
  GenerateOptions options = Options("file", 10, 1);
  Result<GenerateReport> report = generate(options);
  ASSERT_FALSE(report.has_value());
  EXPECT_NE(report.error().message.find((root_ / "file").string()), std::string::npos);
}

TEST_F(GeneratorTest, ProgressReachesTheTotals) {
  GenerateOptions options = Options("out", 20'000, 3, 0.01);
  std::uint64_t events = 0, bytes = 0;
  options.progress = [&](std::uint64_t e, std::uint64_t b) {  // one call at a time, so no lock here
    EXPECT_GE(e, events);
    events = e;
    bytes = b;
  };
  GenerateReport report = Generate(options);
  EXPECT_EQ(events, 20'000U);
  EXPECT_EQ(bytes, report.bytes);
}

}  // namespace
}  // namespace clicklake
