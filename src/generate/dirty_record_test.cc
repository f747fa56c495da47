#include "generate/dirty_record.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "format/record_parser.h"
#include "generate/click_text.h"
#include "model/time.h"

namespace clicklake::synthetic {
namespace {

constexpr std::int64_t kHour = 480'677;  // 2024-11-01T05 in hours since 1970
constexpr std::size_t kPadding = 64;

struct Sample {
  std::string line;
  std::int64_t at_us;
  std::uint64_t uid;
};

std::vector<Sample> Samples() {
  Shop shop({1000, 500});
  SessionModel model(shop, 5);
  ClickText text(shop);
  HourText hour(kHour);
  std::vector<Session> sessions;
  std::vector<Click> clicks;
  for (std::uint32_t i = 0; i < 60; ++i) {
    Visit visit = model.visit({0, 0}, i);
    model.play(visit, visit.clicks, true, &sessions, &clicks);
  }
  std::vector<Sample> samples;
  std::vector<char> room(kMaxLineBytes);
  for (const Click& click : clicks) {
    const Session& session = sessions[click.session];
    char* end = text.put_line(room.data(), hour, session, click);
    samples.push_back(
        {{room.data(), end}, hour_start(kHour) + std::int64_t{click.at_ms} * 1000, session.uid});
  }
  return samples;
}

/// What RecordParser makes of one line: its outcome, and the record's content as one text.
struct Reading {
  ParseOutcome outcome;
  std::string reason;
  std::string content;
};

Reading Read(RecordParser* parser, std::string line) {
  std::size_t size = line.size() - 1;  // without '\n'
  line.append(kPadding, '\0');
  Record record;
  Reading reading{parser->parse({line.data(), size}, &record), "", ""};
  if (reading.outcome == ParseOutcome::kRejected)
    reading.reason = to_string(parser->rejection().reason);
  if (reading.outcome != ParseOutcome::kRecord) return reading;
  auto add = [&reading](std::string_view value) {
    reading.content +=
        value.data() == nullptr ? "~" : std::to_string(value.size()) + ":" + std::string(value);
  };
  for (std::size_t i = 0; i < kRawFieldCount; ++i) {
    bool text = i != static_cast<std::size_t>(RawField::kEventTimestamp) &&
                i != static_cast<std::size_t>(RawField::kMetadata);
    if (text) add(record.fields[i]);
  }
  add(std::to_string(record.timestamp_us));
  for (const MetadataEntry& entry : record.metadata) {
    add(entry.key);
    add(entry.value);
  }
  return reading;
}

class DirtyKindTest : public ::testing::TestWithParam<int> {};

TEST_P(DirtyKindTest, IsReadAsItsFateSays) {
  auto kind = static_cast<DirtyKind>(GetParam());
  RecordParser parser;
  std::vector<Sample> samples = Samples();
  ASSERT_GT(samples.size(), 200U);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample& sample = samples[i];
    std::string line = dirty_line(kind, {sample.line, sample.at_us, sample.uid}, Random(i));
    ASSERT_EQ(line.find('\n'), line.size() - 1) << line;
    if (kind ==
        DirtyKind::kLineTooLong) {  // LineReader takes these out before the parser sees them
      ASSERT_GT(line.size(), (std::size_t{1} << 20) + 1);
      if (i == 20) break;
      continue;
    }
    Reading reading = Read(&parser, line);
    switch (fate_of(kind)) {
      case Fate::kAccepted:
        ASSERT_EQ(reading.outcome, ParseOutcome::kRecord) << reading.reason << ": " << line;
        break;
      case Fate::kDuplicate:
        ASSERT_EQ(reading.outcome, ParseOutcome::kRecord) << reading.reason << ": " << line;
        ASSERT_EQ(reading.content, Read(&parser, sample.line).content) << line;
        break;
      case Fate::kBlank: ASSERT_EQ(reading.outcome, ParseOutcome::kBlank) << line; break;
      case Fate::kQuarantined:
        ASSERT_EQ(reading.outcome, ParseOutcome::kRejected) << line;
        ASSERT_EQ(reading.reason, to_string(*reason_of(kind))) << line;
        break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllKinds, DirtyKindTest,
                         ::testing::Range(0, static_cast<int>(kDirtyKindCount)),
                         [](const auto& kind) {
                           return std::string(to_string(static_cast<DirtyKind>(kind.param)));
                         });

TEST(DirtyScheduleTest, EveryKindComesInEachRound) {
  std::map<DirtyKind, int> counts;
  for (std::uint64_t i = 20'000; i < 20'000 + 5000; ++i) ++counts[dirty_kind(i)];
  EXPECT_EQ(counts.size(), kDirtyKindCount);
  EXPECT_EQ(counts[DirtyKind::kLineTooLong], 1);
  std::set<DirtyKind> round;
  for (std::uint64_t i = 100; i < 161; ++i) round.insert(dirty_kind(i));
  EXPECT_EQ(round.size(), kDirtyKindCount - 1);
}

TEST(DirtyScheduleTest, KindsHaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kDirtyKindCount; ++i)
    names.insert(to_string(static_cast<DirtyKind>(i)));
  EXPECT_EQ(names.size(), kDirtyKindCount);
}

TEST(DirtyScheduleTest, EveryReasonOfAReaderOccurs) {
  std::set<RejectReason> reasons;
  for (std::size_t i = 0; i < kDirtyKindCount; ++i) {
    if (auto reason = reason_of(static_cast<DirtyKind>(i))) reasons.insert(*reason);
  }
  reasons.insert(RejectReason::kKeyCollision);  // found when dimensions are merged, not in a line
  EXPECT_EQ(reasons.size(), kRejectReasonCount);
}

}  // namespace
}  // namespace clicklake::synthetic
