#include "format/structural_index.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "format/line_reader.h"

namespace clicklake {
namespace {

TEST(StructuralIndexTest, EveryWayFindsTheSamePlaces) {
  std::mt19937 random(3);
  for (int round = 0; round < 400; ++round) {
    std::string text;
    const std::size_t size = random() % 9000;
    const unsigned rare = 1 + random() % 60;
    while (text.size() < size) {
      constexpr std::string_view kOdd = "\"\"\\\\\n\t\x80\xFF";
      text.push_back(random() % rare == 0 ? kOdd[random() % kOdd.size()]
                                          : static_cast<char>('a' + random() % 26));
    }
    text.push_back('\n');
    const std::size_t bytes = text.size();
    text.append(kLinePadding, '"');
    StructuralIndex plain;
    plain.use(StructuralIndex::Isa::kPlain);
    plain.build(text.data(), bytes);
    for (const auto isa : {StructuralIndex::Isa::kAvx2, StructuralIndex::Isa::kAvx512}) {
      if (isa > StructuralIndex::best_isa()) continue;
      StructuralIndex index;
      index.use(isa);
      index.build(text.data(), bytes);
      ASSERT_EQ(index.count(), plain.count());
      for (std::size_t i = 0; i < index.count() + StructuralIndex::kBehind; ++i) {
        ASSERT_EQ(index.positions()[i], plain.positions()[i]);
      }
      for (std::size_t at = 0; at < bytes; at += 37) {
        const std::size_t end = std::min(bytes, at + 100);
        ASSERT_EQ(index.has_special(at, end), plain.has_special(at, end));
      }
    }
  }
}

TEST(StructuralIndexTest, EscapedQuotesAreLeftOut) {
  std::string text = R"({"a":"x\"y\\","b":"\\\""})"
                     "\n";
  const std::size_t size = text.size();
  text.append(kLinePadding, '\0');
  StructuralIndex index;
  index.build(text.data(), size);
  std::string found;
  for (std::size_t i = 0; i < index.count(); ++i)
    found += std::to_string(index.positions()[i]) + " ";
  EXPECT_EQ(found, "1 3 5 12 14 16 18 23 25 ");
  EXPECT_TRUE(index.has_special(0, size));
  EXPECT_TRUE(index.has_special(7, 8));
  EXPECT_FALSE(index.has_special(0, 7));
}

}  // namespace
}  // namespace clicklake
