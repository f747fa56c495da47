#include "format/record_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "format/line_index.h"
#include "format/line_reader.h"
#include "format/line_shapes.h"
#include "model/time.h"

namespace clicklake {
namespace {

/// What a line gives, as owned text: "key=value" of metadata, "~" for null.
struct Parsed {
  ParseOutcome outcome;
  std::string reason;
  std::string field;
  std::uint64_t position = 0;
  std::vector<std::string> fields;
  std::vector<std::string> metadata;
  std::int64_t time = 0;
};

std::string shown(std::string_view v) { return v.data() == nullptr ? "~" : std::string(v); }

Parsed owned(const RecordParser& parser, ParseOutcome outcome, const Record& record) {
  Parsed parsed;
  parsed.outcome = outcome;
  if (parsed.outcome == ParseOutcome::kRejected) {
    parsed.reason = to_string(parser.rejection().reason);
    parsed.field = parser.rejection().field;
    parsed.position = parser.rejection().position;
  }
  if (parsed.outcome == ParseOutcome::kRecord) {
    for (const auto f : record.fields) parsed.fields.push_back(shown(f));
    for (const auto& m : record.metadata)
      parsed.metadata.push_back(std::string(m.key) + "=" + shown(m.value));
    parsed.time = record.timestamp_us;
  }
  return parsed;
}

Parsed parse_with(RecordParser* parser, std::string_view line) {
  std::string buffer(line);
  buffer.push_back('\n');
  buffer.append(kLinePadding, '"');
  Record record;
  const ParseOutcome outcome =
      parser->parse(std::string_view(buffer).substr(0, line.size()), &record);
  return owned(*parser, outcome, record);
}

Parsed parse(std::string_view line) {
  RecordParser parser;
  return parse_with(&parser, line);
}

std::string field(const Parsed& p, RawField f) {
  return p.fields.empty() ? "(rejected: " + p.reason + ")" : p.fields[static_cast<std::size_t>(f)];
}

const std::string kPlain =
    R"({"user_id":"u1","session_id":"s1","event_type":"click","event_timestamp":"2024-11-04T15:00:00Z","metadata":{"b":"2","a":"1"}})";

using Strings = std::vector<std::string>;

TEST(RecordParserTest, ReadsAnEvent) {
  const Parsed p = parse(kPlain);
  ASSERT_EQ(p.outcome, ParseOutcome::kRecord) << p.reason;
  EXPECT_EQ(field(p, RawField::kUserId), "u1");
  EXPECT_EQ(field(p, RawField::kPageUrl), "~");
  EXPECT_EQ(p.time, 1730732400LL * kMicrosPerSecond);
  EXPECT_EQ(p.metadata, (Strings{"a=1", "b=2"}));
}

const std::string kWithMarkAndReturn =
    "\xEF\xBB\xBF" + std::string(R"({"user_id":"u1","session_id":"s1","event_type":"click",)") +
    R"("event_timestamp":"2024-11-04 15:00:00","a":"1","b":"2"})" + "\r";

TEST(RecordParserTest, TheSameContentSpelledOtherwiseIsTheSameRecord) {
  const Parsed plain = parse(kPlain);
  for (
      const char* line :
      {R"({"metadata":{"a":"1","b":"2"},"event_timestamp":"2024-11-04T16:00:00+01:00","event_type":"click","session_id":"s1","user_id":"u1"})",
       R"(  { "user_id" : "\u00751" , "session_id":"s1","event_type":"cl\u0069ck","event_timestamp":1730732400000,"metadata": { "b" : "2" , "\u0061":"1" } }  )",
       R"({"USER_ID":"u1","Session_Id":"s1","EVENT_TYPE":"click","event_Timestamp":"1730732400","Metadata":{"b":"2","a":"1"},"page_url":null})",
       R"({"user_id":"old","user_id":"u1","session_id":"s1","event_type":"click","event_timestamp":"2024-11-04T15:00:00Z","metadata":{"z":1},"metadata":{"a":"x","b":"2","a":"1"}})",
       kWithMarkAndReturn.c_str()}) {
    const Parsed p = parse(line);
    EXPECT_EQ(p.fields, plain.fields) << line << p.reason;
    EXPECT_EQ(p.metadata, plain.metadata) << line;
    EXPECT_EQ(p.time, plain.time) << line;
  }
}

TEST(RecordParserTest, ScalarsStandForTheirText) {
  const Parsed p = parse(
      R"({"user_id":12.50,"event_type":true,"event_timestamp":1730732400,"device_type":false,"metadata":{"n":-1e3,"t":true,"z":null},"x":1})");
  ASSERT_EQ(p.outcome, ParseOutcome::kRecord) << p.reason;
  EXPECT_EQ(field(p, RawField::kUserId), "12.50");
  EXPECT_EQ(field(p, RawField::kEventType), "true");
  EXPECT_EQ(field(p, RawField::kDeviceType), "false");
  EXPECT_EQ(p.metadata, (Strings{"n=-1e3", "t=true", "x=1", "z=~"}));
}

TEST(RecordParserTest, UnknownKeysGoToMetadataNestedOnesAsCompactJson) {
  const Parsed p = parse(
      R"({"user_id":"u","event_type":"e","event_timestamp":1,"geo":{ "city" : "K\u00f6ln\n\/" , "at":[ 1 , 2.0 ,{}, [] ] },"metadata":{"own":"yes","geo2":[ true ]},"own":"no"})");
  ASSERT_EQ(p.outcome, ParseOutcome::kRecord) << p.reason;
  EXPECT_EQ(p.metadata, (Strings{"geo={\"city\":\"K\u00f6ln\\n/\",\"at\":[1,2.0,{},[]]}",
                                 "geo2=[true]", "own=yes"}));
}

TEST(RecordParserTest, ManyKeysAreSortedAndTheLastOfEqualOnesStays) {
  std::string line = R"({"user_id":"u","event_type":"e","event_timestamp":1,"metadata":{)";
  for (int i = 99; i >= 0; --i)
    line += "\"key_" + std::to_string(i % 50) + "\":" + std::to_string(i) + ",";
  line += R"("":"empty"}})";
  const Parsed p = parse(line);
  ASSERT_EQ(p.metadata.size(), 51U) << p.reason;
  EXPECT_EQ(p.metadata[0], "=empty");
  EXPECT_EQ(p.metadata[1], "key_0=0");
  EXPECT_EQ(p.metadata[2], "key_1=1");
  EXPECT_EQ(p.metadata[3], "key_10=10");
}

TEST(RecordParserTest, BlankLinesAreNoRecords) {
  for (const char* line : {"", " ", "\t \r", "\xEF\xBB\xBF"})
    EXPECT_EQ(parse(line).outcome, ParseOutcome::kBlank) << '[' << line << ']';
}

struct BadLine {
  std::string line;
  std::string reason;
  std::string field;
};

TEST(RecordParserTest, WhatIsNoEventIsRefusedWithItsReason) {
  const std::string rest = R"("user_id":"u","event_type":"e","event_timestamp":1})";
  const std::vector<BadLine> lines{
      {"hello", "invalid_json", ""},
      {R"(46.118.127.106 - - [20/May/2015:12:05:17 +0000] "GET)", "invalid_json", ""},
      {"[1,2]", "not_object", ""},
      {"42", "not_object", ""},
      {"null", "not_object", ""},
      {R"("text")", "not_object", ""},
      {"{", "truncated", ""},
      {R"({"user_id":"u)", "truncated", ""},
      {R"({"user_id":"u\)", "truncated", ""},
      {R"({"user_id":"u\u00)", "truncated", ""},
      {R"({"user_id":tr)", "truncated", ""},
      {R"({"user_id":"u","metadata":{"a":)", "truncated", ""},
      {R"({"user_id":-)", "truncated", ""},
      {"{\"user_id\":\"K\xC3", "truncated", ""},
      {"{\"user_id\":\"u\r", "truncated", ""},
      {"{\"user_id\":\"K\xC3\r", "truncated", ""},
      {"{\"user_id\":\"u\\\r", "truncated", ""},
      {R"({"user_id":1.)", "truncated", ""},
      {R"({"user_id":1e+)", "truncated", ""},
      {R"({"user_id":1.e5)", "invalid_json", ""},
      {R"({"user_id":'u'})", "invalid_json", ""},
      {R"({"user_id":"u",})", "invalid_json", ""},
      {R"({"user_id":01})", "invalid_json", ""},
      {R"({"user_id":"\x"})", "invalid_json", ""},
      {R"({"user_id" "u"})", "invalid_json", ""},
      {R"({"a":[1,],)" + rest, "invalid_json", ""},
      {R"({"a":{"b":1,},)" + rest, "invalid_json", ""},
      {"{\"a\":\"tab\tinside\"," + rest, "invalid_json", ""},
      {R"({"a":NaN,)" + rest, "invalid_json", ""},
      {R"({"a":nul,)" + rest, "invalid_json", ""},
      {kPlain + "x", "trailing_content", ""},
      {kPlain + kPlain, "trailing_content", ""},
      {kPlain + ",", "trailing_content", ""},
      {"{\"a\":\"\xFF\"," + rest, "invalid_utf8", ""},
      {"{\"a\":\"\xED\xA0\x80\"," + rest, "invalid_utf8", ""},
      {"{\"\xC0\x80\":1," + rest, "invalid_utf8", ""},
      {"\xFF\xFE", "invalid_utf8", ""},
      {"{\"user_id\":\"u\xFF", "invalid_utf8", ""},
      {"{\"user_id\":\"u\xED\xA0", "invalid_utf8", ""},
      {R"({"a":"\ud800",)" + rest, "lone_surrogate", ""},
      {R"({"a":"\udc00\ud800",)" + rest, "lone_surrogate", ""},
      {R"({"a":["\ud83dx"],)" + rest, "lone_surrogate", ""},
      {R"({"\ud800":1,)" + rest, "lone_surrogate", ""},
      {R"({"user_id":"u","event_type":"e"})", "missing_timestamp", "event_timestamp"},
      {R"({"user_id":"u","event_type":"e","event_timestamp":null})", "missing_timestamp",
       "event_timestamp"},
      {R"({"user_id":"u","event_type":"e","event_timestamp":"04/11/2024"})", "bad_timestamp",
       "event_timestamp"},
      {R"({"user_id":"u","event_type":"e","event_timestamp":true})", "bad_timestamp",
       "event_timestamp"},
      {R"({"user_id":"u","event_type":"e","event_timestamp":{"a":1}})", "bad_timestamp",
       "event_timestamp"},
      {R"({"user_id":"u","event_type":"e","event_timestamp":"2024-11-04T15:00:00 Europe/Paris"})",
       "bad_timestamp", "event_timestamp"},
      {R"({"user_id":"u","event_type":"e","event_timestamp":"2101-11-04T15:00:00Z"})",
       "bad_timestamp", "event_timestamp"},
      {R"({"user_id":"u","event_timestamp":1})", "missing_event_type", "event_type"},
      {R"({"user_id":"u","event_type":null,"event_timestamp":1})", "missing_event_type",
       "event_type"},
      {R"({"event_type":"e","event_timestamp":1})", "no_identity", "user_id"},
      {R"({"user_id":null,"session_id":null,"event_type":"e","event_timestamp":1})", "no_identity",
       "user_id"},
      {R"({"user_id":{"a":1},"event_type":"e","event_timestamp":1})", "not_a_string", "user_id"},
      {R"({"page_url":[],)" + rest, "not_a_string", "page_url"},
      {R"({"metadata":[1],)" + rest, "bad_metadata", "metadata"},
      {R"({"metadata":"x",)" + rest, "bad_metadata", "metadata"},
      {R"({"metadata":7,)" + rest, "bad_metadata", "metadata"},
      {R"({"a":)" + std::string(64, '[') + std::string(64, ']') + "," + rest, "too_deep", ""},
      {std::string(100, '['), "too_deep", ""},
  };
  for (const BadLine& bad : lines) {
    const Parsed p = parse(bad.line);
    EXPECT_EQ(p.outcome, ParseOutcome::kRejected) << bad.line;
    EXPECT_EQ(p.reason, bad.reason) << bad.line;
    EXPECT_EQ(p.field, bad.field) << bad.line;
    EXPECT_LE(p.position, bad.line.size()) << bad.line;
  }
}

TEST(RecordParserTest, SixtyFourLevelsAreTaken) {
  const std::string line = R"({"user_id":"u","event_type":"e","event_timestamp":1,"a":)" +
                           std::string(63, '[') + std::string(63, ']') + "}";
  EXPECT_EQ(parse(line).outcome, ParseOutcome::kRecord);
}

TEST(RecordParserTest, SurrogatePairsAndEscapesAreDecoded) {
  const Parsed p = parse(
      R"({"user_id":"\ud83d\ude00\"\\\/\b\f\n\r\t\u20ac","event_type":"e","event_timestamp":1})");
  ASSERT_EQ(p.outcome, ParseOutcome::kRecord) << p.reason;
  EXPECT_EQ(field(p, RawField::kUserId), "\U0001F600\"\\/\b\f\n\r\t\u20ac");
}

TEST(RecordParserTest, EveryPrefixOfAnEventIsTruncatedOrBlank) {
  for (std::size_t n = 1; n < kPlain.size(); ++n)
    EXPECT_EQ(parse(kPlain.substr(0, n)).reason, "truncated") << kPlain.substr(0, n);
}

TEST(RecordParserTest, TheAnswerDoesNotDependOnWhatCameBefore) {
  RecordParser used;
  const Strings lines{kPlain, "{",    R"({"user_id":"\n","event_type":"e","event_timestamp":1})",
                      "x",    kPlain, std::string(300, ' ') + kPlain};
  for (int round = 0; round < 2; ++round) {
    for (const std::string& line : lines) {
      const Parsed again = parse_with(&used, line);
      const Parsed fresh = parse(line);
      EXPECT_EQ(again.fields, fresh.fields);
      EXPECT_EQ(again.metadata, fresh.metadata);
      EXPECT_EQ(again.reason, fresh.reason);
    }
  }
}

/// What a parser that has read `taught` says of `line`.
Parsed parse_after(std::string_view taught, std::string_view line) {
  RecordParser parser;
  parse_with(&parser, taught);
  return parse_with(&parser, line);
}

void expect_same(const Parsed& a, const Parsed& b, std::string_view line) {
  EXPECT_EQ(a.outcome, b.outcome) << line;
  EXPECT_EQ(a.reason, b.reason) << line;
  EXPECT_EQ(a.field, b.field) << line;
  EXPECT_EQ(a.position, b.position) << line;
  EXPECT_EQ(a.fields, b.fields) << line;
  EXPECT_EQ(a.metadata, b.metadata) << line;
  EXPECT_EQ(a.time, b.time) << line;
}

/// Lines that nearly follow one another's shapes.
std::vector<std::string> near_misses() {
  const std::string head =
      R"({"user_id":"u1","session_id":"s1","event_type":"click","event_timestamp":)";
  return {
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":"1"}})",
      head + R"("2024-11-04T15:00:59.999Z","metadata":{"b":"","a":"\u00e9\n"}})",
      head + R"("2024-11-04T15:00:60.000Z","metadata":{"b":"2","a":"1"}})",
      head + R"("2024-11-04T15:00:00.12xZ","metadata":{"b":"2","a":"1"}})",
      head + R"("2024-11-04T15:01:00.000Z","metadata":{"b":"2","a":"1"}})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":null}})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":12}})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a": 12}})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":{"x":[1, 2]}}})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"a":"1","b":"2"}})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":"1"},"metadata":{"c":"3"}})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":"1"},"metadata":{}})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":null})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":7})",
      head + R"("2024-11-04T15:00:00.123Z","b":"0","metadata":{"b":"2","a":"1","a":"3"}})",
      head + R"("2024-11-04T15:00:00.123Z","user_id":"u2"})",
      head + R"(1730732400,"x":1})",
      head + R"(1730732400123,"x":true})",
      head + R"(-1,"x":1})",
      head + R"({},"x":1})",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"\ud800","a":"1"}})",
      head + "\"2024-11-04T15:00:00.123Z\",\"metadata\":{\"b\":\"\xC3\xA9\",\"a\":\"1\"}}",
      head + "\"2024-11-04T15:00:00.123Z\",\"metadata\":{\"b\":\"\xC3\",\"a\":\"1\"}}",
      head + "\"2024-11-04T15:00:00.123Z\",\"metadata\":{\"b\":\"\t\",\"a\":\"1\"}}",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":"1"}} x)",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":"1"}})" + "\r",
      head + R"("2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":"1)",
      R"({"user_id":"","session_id":"","event_type":"click","event_timestamp":"2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":"1"}})",
      R"({"user_id":"u1","session_id":"s1","event_type":"","event_timestamp":"2024-11-04T15:00:00.123Z","metadata":{"b":"2","a":"1"}})",
      R"({"user_id":"u1","session_id":null,"event_type":true,"event_timestamp":"2024-11-04T15:00:00.123Z"})",
      R"({"user_id":"u1","session_id":[],"event_type":true,"event_timestamp":"2024-11-04T15:00:00.123Z"})"};
}

TEST(RecordParserTest, ALineOfAKnownShapeIsTheSameRecord) {
  const std::vector<std::string> lines = near_misses();
  for (const std::string& taught : lines) {
    for (const std::string& line : lines) expect_same(parse_after(taught, line), parse(line), line);
  }
  // One parser that knows them all, twice over.
  RecordParser parser;
  for (int round = 0; round < 3; ++round) {
    for (const std::string& line : lines) expect_same(parse_with(&parser, line), parse(line), line);
  }
}

TEST(RecordParserTest, ALineOfAnIndexedBlockIsTheSameRecord) {
  // Some before they are known and most after, between blank and short lines, each block at another
  // place.
  std::vector<std::string> lines;
  for (int round = 0; round < 4; ++round) {
    for (const std::string& line : near_misses()) {
      lines.push_back(line);
      lines.push_back(kPlain);
      if (round % 2 == 0) lines.emplace_back(static_cast<std::size_t>(round), ' ');
    }
  }
  RecordParser first;
  RecordParser second;
  LineShapes shapes;
  LineIndex index;
  for (RecordParser* parser : {&first, &second}) {
    parser->use_shapes(&shapes);
    parser->use_index(&index);
    parser->note_values(true);
  }
  for (std::size_t offset = 0; offset < 3; ++offset) {
    std::string block(offset, ' ');
    for (const std::string& line : lines) block.append(line).append("\n");
    const std::size_t size = block.size() - offset;
    block.append(kLinePadding, '"');
    index.take_block(block.data() + offset, size);
    ASSERT_TRUE(index.has_block());
    const char* at = block.data() + offset;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      RecordParser& parser = i % 3 == 0 ? first : second;  // they read on from one another
      Record record;
      std::string_view line;
      const ParseOutcome outcome = parser.parse_next(at, &line, &record);
      ASSERT_EQ(line, lines[i]);
      expect_same(owned(parser, outcome, record), parse(lines[i]), lines[i]);
      at += line.size() + 1;
      ASSERT_GE(index.block() + *index.mark(), at) << line;
    }
    index.clear();
  }
}

TEST(RecordParserTest, ShapesAreBoundedWhateverIsRead) {
  RecordParser parser;
  for (int i = 0; i < 20'000; ++i) {
    const std::string n = std::to_string(i);
    const std::string m = std::to_string(i % 4000);
    std::string line = R"({"user_id":"u1","event_type":"click","event_timestamp":1730732400,)";
    line.append("\"key").append(n).append(R"(":"1","metadata":{"m)").append(m);
    line.append("\":").append(n).append("}}");
    const Parsed p = parse_with(&parser, line);
    ASSERT_EQ(p.outcome, ParseOutcome::kRecord) << line;
    ASSERT_EQ(p.metadata.size(), 2U);
    EXPECT_EQ(p.metadata[0], std::string("key").append(n).append("=1"));
    EXPECT_EQ(p.metadata[1], std::string("m").append(m).append("=").append(n));
  }
  expect_same(parse_with(&parser, kPlain), parse(kPlain), kPlain);
}

}  // namespace
}  // namespace clicklake
