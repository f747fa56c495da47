// Numbers, addresses, letter cases and wildcards: what equals what.
#include <gtest/gtest.h>

#include "events/comparable_number.h"
#include "events/ip_address.h"
#include "events/letter_case.h"
#include "events/wildcard.h"

namespace clicklake::events {
namespace {

TEST(ComparableNumberTest, SpellingsOfOneValueAreEqual) {
  for (const char* text :
       {"300", "3e2", "300.0", "0.3E+3", "3000000e-4", "300.00000000000000000000"})
    EXPECT_EQ(comparable_number(text), 300.0) << text;
  EXPECT_EQ(comparable_number("-0"), 0.0);
  EXPECT_EQ(comparable_number("0e999999999999"), 0.0);
  EXPECT_EQ(comparable_number("-1.5"), -1.5);
  EXPECT_EQ(comparable_number("0.1"), 0.1);
  EXPECT_EQ(comparable_number("9007199254740992"), 9007199254740992.0);
  EXPECT_EQ(comparable_number("1e23"), 1e23);
  EXPECT_EQ(comparable_number("5e-324"), 5e-324);
  EXPECT_EQ(comparable_number("1.7976931348623157e308"), 1.7976931348623157e308);
  EXPECT_EQ(comparable_number("123456789012345"), 123456789012345.0);
}

TEST(ComparableNumberTest, WhatNoDoubleHoldsIsNotComparable) {
  for (const char* text : {"9007199254740993", "-122.422003528252475", "1e400", "-1e309", "1e-400",
                           "4.9e-324", "1.00000000000000000001", "1e99999999999999999999"})
    EXPECT_EQ(comparable_number(text), std::nullopt) << text;
}

TEST(IpAddressTest, SpellingsOfOneAddressAreEqual) {
  EXPECT_EQ(parse_ip_address("10.0.0.1"), parse_ip_address("010.0.0.01"));
  EXPECT_EQ(parse_ip_address("::1"), parse_ip_address("0:0:0:0:0:0:0:1"));
  EXPECT_EQ(parse_ip_address("::ffff:a00:1"), parse_ip_address("10.0.0.1"));
  EXPECT_EQ(parse_ip_address("2001:DB8::"), parse_ip_address("2001:0db8:0:0:0:0:0:0"));
  EXPECT_EQ(parse_ip_address("00001::")->bytes[1], 1);
  EXPECT_EQ(parse_ip_address("1:2:3:4:5:6:7::")->bytes[15], 0);
}

TEST(IpAddressTest, OtherTextsAreNoAddresses) {
  for (const char* text : {"",
                           "1",
                           "10.0.0",
                           "10.0.0.256",
                           "1.2.3.4.5",
                           "1.2.3.",
                           ".1.2.3",
                           "1..2.3",
                           " 10.0.0.1",
                           "10.0.0.1 ",
                           "0010.0000.0000.001",
                           "12:30",
                           ":",
                           "::1::",
                           ":1",
                           "1:",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           "fe80::1%eth0",
                           "::ffff:10.0.0.1",
                           "12345::",
                           "g::",
                           "host"})
    EXPECT_EQ(parse_ip_address(text), std::nullopt) << text;
}

TEST(IpAddressTest, AMaskKeepsTheFirstBits) {
  EXPECT_EQ(parse_ip_address("10.1.2.255")->masked(25), parse_ip_address("10.1.2.128"));
  EXPECT_EQ(parse_ip_address("10.1.2.255")->masked(0), parse_ip_address("0.0.0.0"));
  EXPECT_EQ(parse_ip_address("2001:db8:ffff::")->masked(33), parse_ip_address("2001:db8:8000::"));
}

TEST(LetterCaseTest, EachUnitStandsForItsLowerOrUpperCase) {
  EXPECT_TRUE(FoldedText("aBc").equals("AbC"));
  EXPECT_FALSE(FoldedText("abc").equals("abcd"));
  EXPECT_TRUE(FoldedText("\xC3\xA9").equals("\xC3\x89"));  // e acute
  EXPECT_TRUE(FoldedText("\xC3\x9F").equals("SS"));        // sharp s
  EXPECT_FALSE(FoldedText("\xC3\x9F").equals("ss"));
  EXPECT_FALSE(FoldedText("SS").equals("\xC3\x9F"));
  EXPECT_TRUE(FoldedText("\xE2\x84\xAA").equals("k"));  // the Kelvin sign
  EXPECT_FALSE(FoldedText("k").equals("\xE2\x84\xAA"));
  EXPECT_FALSE(FoldedText("\xC7\x85").equals("\xC7\x85"));  // a title case letter
  EXPECT_TRUE(FoldedText("\xC7\x85").equals("\xC7\x86"));
  EXPECT_FALSE(FoldedText("\xF0\x9F\x98\x80").equals("\xF0\x9F\x98\x80"));
  EXPECT_TRUE(FoldedText("\xF0\x9F\x98\x80").equals("??"));
  EXPECT_TRUE(FoldedText("\xE6\x97\xA5").equals("\xE6\x97\xA5"));  // no letter
}

TEST(LetterCaseTest, BeginningsAndEndsMayChangeTheirLength) {
  EXPECT_TRUE(FoldedText("stra\xC3\x9F").starts("STRASSE"));
  EXPECT_TRUE(FoldedText("\xC3\x9F"
                         "e")
                  .ends("STRASSE"));
  EXPECT_FALSE(FoldedText("x").starts(""));
  EXPECT_TRUE(FoldedText("").ends(""));
}

bool fits(const char* wildcard, const char* value) {
  std::string reason;
  const auto parsed = parse_wildcard(wildcard, &reason);
  EXPECT_TRUE(parsed) << reason;
  return parsed && parsed->matches(value);
}

TEST(WildcardTest, AStarStandsForAnyRun) {
  EXPECT_TRUE(fits("*", ""));
  EXPECT_TRUE(fits("a*", "a"));
  EXPECT_TRUE(fits("*ab*ab", "abab"));
  EXPECT_FALSE(fits("*ab*ab", "ab"));
  EXPECT_FALSE(fits("ab*ba", "aba"));
  EXPECT_TRUE(fits("a*b*c", "axbxbxc"));
  EXPECT_TRUE(fits("", ""));
  EXPECT_FALSE(fits("", "a"));
}

TEST(WildcardTest, EscapesMakeStarsLiteral) {
  EXPECT_TRUE(fits("a\\*b", "a*b"));
  EXPECT_FALSE(fits("a\\*b", "axb"));
  EXPECT_TRUE(fits("\\\\*", "\\x"));
  EXPECT_TRUE(fits("\\**", "*x"));
  std::string reason;
  EXPECT_FALSE(parse_wildcard("a**", &reason));
  EXPECT_FALSE(parse_wildcard("a\\b", &reason));
  EXPECT_FALSE(parse_wildcard("a\\", &reason));
}

}  // namespace
}  // namespace clicklake::events
