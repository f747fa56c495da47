#include "ingest/block_router.h"

#include "ingest/ingest_fixture.h"

namespace clicklake {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class BlockRouterTest : public IngestFixture {
 protected:
  Result<LineCounts> route(std::string text, bool collect = true) {
    text_ = std::move(text);
    text_.resize(text_.size() + kLinePadding);
    block_.data = text_.data();
    block_.size = text_.size() - kLinePadding;
    return router_.route(block_, "f", 0, collect, [this](const RejectedRow& row) {
      rejected_.emplace_back(row.line, row.offset);
      return Status();
    });
  }
  std::map<std::int64_t, std::string> texts() const {
    std::map<std::int64_t, std::string> texts;
    for (const HourLines& hour : router_.hours()) {
      for (const std::string_view piece : hour.pieces) texts[hour.hour] += piece;
    }
    return texts;
  }
  std::string text_;
  LineBlock block_;
  BlockRouter router_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> rejected_;
};

TEST_F(BlockRouterTest, BlockOfOneHourIsOnePiece) {
  const std::string text = click(1) + "\n" + click(2) + "\n" + click(3) + "\n";
  ASSERT_EQ(route(text)->valid, 3U);
  ASSERT_THAT(router_.hours(), SizeIs(1));
  EXPECT_EQ(router_.hours()[0].records, 3);
  EXPECT_THAT(router_.hours()[0].pieces, ElementsAre(text));
}

TEST_F(BlockRouterTest, LinesGoToTheirHoursInOrder) {
  std::string text;
  std::map<std::int64_t, std::string> wanted;
  for (int i = 0; i < 5000; ++i) {
    // Hours 1024 apart share a slot.
    const std::int64_t hour = 300'000 + i * 31 % 7 * 1024 + i % 3;
    const std::string line = click_in_hour(hour, i) + (i % 5 == 0 ? "\r\n" : "\n");
    text += line;
    wanted[hour] += click_in_hour(hour, i) + "\n";
  }
  ASSERT_EQ(route(text)->valid, 5000U);
  EXPECT_EQ(texts(), wanted);
  ASSERT_EQ(route(text)->valid, 5000U) << "and again with what was kept from the last block";
  EXPECT_EQ(texts(), wanted);
}

TEST_F(BlockRouterTest, BadAndBlankLinesAreLeftOut) {
  block_.offset = 1000;
  block_.first_line = 50;
  const std::string text = click(1) + "\nbad\n\n \r\n" + click(2) + "\n";
  const auto counts = route(text);
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->valid, 2U);
  EXPECT_EQ(counts->blank, 2U);
  EXPECT_EQ(counts->quarantined, 1U);
  EXPECT_EQ(counts->read(), 5U);
  EXPECT_THAT(rejected_, ElementsAre(Pair(51, 1000 + click(1).size() + 1)));
  EXPECT_EQ(texts()[480749], click(1) + "\n" + click(2) + "\n");
}

TEST_F(BlockRouterTest, WithoutCollectingLinesAreOnlyCounted) {
  ASSERT_EQ(route(click(1) + "\nbad\n", false)->valid, 1U);
  EXPECT_THAT(router_.hours(), IsEmpty());
  EXPECT_THAT(rejected_, SizeIs(1));
}

TEST_F(BlockRouterTest, ElementsAndOverlongLinesAreRefusedWithTheirPlaces) {
  block_.element_offsets = {5, 900};
  block_.element_lines = {1, 7};
  block_.overlong = {{70, 3, 5000, "head"}};
  const auto counts = route(click(1) + "\n[]\n");
  EXPECT_EQ(counts->quarantined, 2U);
  EXPECT_THAT(rejected_, ElementsAre(Pair(3, 70), Pair(7, 900)));
}

TEST_F(BlockRouterTest, FailureToRefuseEndsTheBlock) {
  text_ = "bad\n" + std::string(kLinePadding, '\0');
  block_.data = text_.data();
  block_.size = 4;
  const auto counts = router_.route(block_, "f", 0, true, [](const RejectedRow&) -> Status {
    return Error{ErrorCode::kNoSpace, "full"};
  });
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code, ErrorCode::kNoSpace);
}

}  // namespace
}  // namespace clicklake
