#include "query/scan_bill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace clicklake {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::int64_t kMegabyte = 1 << 20;
constexpr std::int64_t kTerabyte = std::int64_t{1} << 40;
constexpr ScanPrice kPrice;

ScanBill bill_of(std::int64_t bytes, std::int64_t files, std::int64_t total) {
  ScanBill bill;
  bill.tables.push_back({"fact_clicks", false, bytes, files, total});
  bill.raw_bytes = 937'200'000;
  bill.rows = 24;
  bill.seconds = 0.0471;
  return bill;
}

TEST(ScanBillTest, SmallQueryCostsTheMinimum) {
  const double ten_megabytes = 5.0 * 10 / kMegabyte;
  EXPECT_DOUBLE_EQ(scan_dollars(0, kPrice), ten_megabytes);
  EXPECT_DOUBLE_EQ(scan_dollars(1, kPrice), ten_megabytes);
  EXPECT_DOUBLE_EQ(scan_dollars(10 * kMegabyte, kPrice), ten_megabytes);
}

TEST(ScanBillTest, BytesAreRoundedUpToAMegabyte) {
  EXPECT_DOUBLE_EQ(scan_dollars(10 * kMegabyte + 1, kPrice), 5.0 * 11 / kMegabyte);
  EXPECT_DOUBLE_EQ(scan_dollars(11 * kMegabyte, kPrice), 5.0 * 11 / kMegabyte);
  EXPECT_DOUBLE_EQ(scan_dollars(kTerabyte, kPrice), 5.0);
  EXPECT_DOUBLE_EQ(scan_dollars(3 * kTerabyte, kPrice), 15.0);
}

TEST(ScanBillTest, PriceAndMinimumAreThoseGiven) {
  EXPECT_DOUBLE_EQ(scan_dollars(kTerabyte, {.dollars_per_tb = 6.25}), 6.25);
  EXPECT_DOUBLE_EQ(scan_dollars(1, {.dollars_per_tb = 5, .minimum_bytes = 0}), 5.0 / kMegabyte);
  EXPECT_DOUBLE_EQ(scan_dollars(0, {.dollars_per_tb = 5, .minimum_bytes = 0}), 0);
}

TEST(ScanBillTest, StatementWithoutATableIsFree) {
  ScanBill bill;
  bill.rows = 1;
  EXPECT_EQ(bill.dollars(kPrice), 0);
  EXPECT_EQ(to_string(bill, kPrice), "scanned nothing, 1 row, 0.00 s, free");
}

TEST(ScanBillTest, TablesAddUpBeforeTheyAreRounded) {
  ScanBill bill = bill_of(30 * kMegabyte + 1, 1, 1);
  bill.tables.push_back({"dim_pages", false, 30 * kMegabyte + 1, 1, 1});
  EXPECT_EQ(bill.bytes(), 60 * kMegabyte + 2);
  EXPECT_DOUBLE_EQ(bill.dollars(kPrice), 5.0 * 61 / kMegabyte);
}

TEST(ScanBillTest, LineSaysBytesFilesRowsSecondsAndDollars) {
  EXPECT_EQ(to_string(bill_of(4'700'000, 2, 48), kPrice),
            "scanned 4.7 MB (2 of 48 files), 24 rows, 0.05 s, $0.000048; over all of raw: "
            "937.2 MB, $0.0043");
}

TEST(ScanBillTest, LineOfAPlanLeavesOutWhatIsNotKnown) {
  ScanBill bill = bill_of(4'700'000, 2, 48);
  bill.planned = true;
  EXPECT_EQ(to_string(bill, kPrice),
            "would scan 4.7 MB (2 of 48 files), $0.000048; over all of raw: 937.2 MB, $0.0043");
  bill.raw_bytes = 0;
  bill.tables[0].total_files = -1;
  bill.tables[0].files = 1;
  EXPECT_EQ(to_string(bill, kPrice), "would scan 4.7 MB (1 file), $0.000048");
}

TEST(ScanBillTest, DollarsHaveTwoDigitsThatSaySomething) {
  EXPECT_EQ(format_dollars(0), "$0");
  EXPECT_EQ(format_dollars(0.000047684), "$0.000048");
  EXPECT_EQ(format_dollars(0.0099), "$0.0099");
  EXPECT_EQ(format_dollars(0.25), "$0.25");
  EXPECT_EQ(format_dollars(0.996), "$1.00");
  EXPECT_EQ(format_dollars(12.3456), "$12.35");
}

TEST(ScanBillTest, ObjectHasEachTable) {
  ScanBill bill = bill_of(100, 2, 48);
  bill.tables.push_back({"db.\"odd\"", true, 5, 1, -1});
  const std::string json = to_json(bill, kPrice);
  EXPECT_THAT(json, StartsWith(R"({"bytes":105,"files":3,"total_files":null,"dollars":)"));
  EXPECT_THAT(json, HasSubstr(R"("rows":24,"seconds":)"));
  EXPECT_THAT(json, HasSubstr(R"({"table":"fact_clicks","raw":false,"bytes":100,"files":2,)"));
  EXPECT_THAT(json, HasSubstr(R"({"table":"db.\"odd\"","raw":true,"bytes":5,)"));
  bill.planned = true;
  EXPECT_THAT(to_json(bill, kPrice), ::testing::Not(HasSubstr("seconds")));
}

TEST(ScanBillTest, LimitRefusesWhatIsAboveIt) {
  const ScanBill bill = bill_of(2'000'000'000, 2, 48);
  EXPECT_TRUE(check_scan_limit(bill, 2'000'000'000).has_value());
  EXPECT_TRUE(check_scan_limit(ScanBill{}, 0).has_value());
  const Status refused = check_scan_limit(bill, 1'000'000'000);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kCancelled);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("2.0 GB"), HasSubstr("1.0 GB"), HasSubstr("fact_clicks"),
                    HasSubstr("nothing was read"), HasSubstr("--max-scan")));
}

}  // namespace
}  // namespace clicklake
