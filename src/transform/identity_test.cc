#include "transform/identity.h"

#include <gtest/gtest.h>

#include <string>

#include "format/line_reader.h"
#include "format/record_parser.h"

namespace clicklake {
namespace {

struct Identified {
  std::string canonical;
  EventIdentity identity;
};

Identified identify(std::string line) {
  const std::size_t size = line.size();
  line.push_back('\n');
  line.append(kLinePadding, ' ');
  RecordParser parser;
  Record record;
  EXPECT_EQ(parser.parse({line.data(), size}, &record), ParseOutcome::kRecord) << line;
  EventIdentifier identifier;
  Identified out;
  out.canonical = identifier.canonical(record);
  out.identity = identifier.identify(record, size);
  return out;
}

TEST(IdentityTest, CanonicalTextIsThePartsWithTheirLengths) {
  const Identified i = identify(
      R"({"event_timestamp":"2024-11-04T15:00:00.5Z","user_id":"u1","event_type":"click","page_url":"","metadata":{"b":null,"a":1,"long":"0123456789ABCDEFG"}})");
  EXPECT_EQ(i.canonical, "2:u1~5:click16:1730732400500000~0:~1:a1:11:b~4:long17:0123456789ABCDEFG");
  EXPECT_EQ(i.identity.hash.key, xxh64(i.canonical, kKeySeed));
  EXPECT_EQ(i.identity.hash.check, xxh64(i.canonical, kCheckSeed));
  EXPECT_EQ(i.identity.canonical_hash, i.identity.hash.key);
  EXPECT_FALSE(i.identity.has_event_id);
}

TEST(IdentityTest, AnEventIdIsTheIdentity) {
  const Identified a =
      identify(R"({"event_id":"e-1","event_timestamp":1,"user_id":"u1","event_type":"click"})");
  const Identified b =
      identify(R"({"event_id":"e-1","event_timestamp":2,"user_id":"u2","event_type":"view"})");
  EXPECT_EQ(a.identity.hash, b.identity.hash);
  EXPECT_EQ(a.identity.hash.key, xxh64("id:e-1", kKeySeed));
  EXPECT_NE(a.identity.canonical_hash, b.identity.canonical_hash);
  EXPECT_TRUE(a.identity.has_event_id);
}

TEST(IdentityTest, AnEmptyEventIdIsNone) {
  EXPECT_FALSE(
      identify(R"({"event_id":"","event_timestamp":1,"user_id":"u1","event_type":"click"})")
          .identity.has_event_id);
}

}  // namespace
}  // namespace clicklake
