#include "ingest/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "format/source_fixture.h"

namespace clicklake {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GlobTest : public testing::Test {
 protected:
  GlobTest() {
    for (const char* name :
         {"a.json", "b.json", "c.csv", ".hidden.json", "_part.json", "x/a.json", "x/y/b.json",
          "x/y/z/c.json", "x/_tmp/d.json", "x/.git/e.json", "we[i]rd/a.json"}) {
      folder_.write(name, "{}\n");
    }
  }
  /// Matches of `pattern` below the folder, relative to it.
  std::vector<std::string> expand(const std::string& pattern) {
    std::vector<std::string> names;
    for (const std::string& path : expand_glob(folder_.path() / pattern, &problems_)) {
      names.push_back(path.substr(std::min(path.size(), folder_.path().string().size() + 1)));
    }
    return names;
  }
  SourceFolder folder_;
  std::vector<SourceProblem> problems_;
};

TEST_F(GlobTest, StarMatchesWithinANameAndNotHiddenOnes) {
  EXPECT_THAT(expand("*.json"), ElementsAre("a.json", "b.json"));
  EXPECT_THAT(expand("*"), ElementsAre("a.json", "b.json", "c.csv", "we[i]rd", "x"));
  EXPECT_THAT(expand("_*"), ElementsAre("_part.json"));
  EXPECT_THAT(expand(".h*"), ElementsAre(".hidden.json"));
}

TEST_F(GlobTest, QuestionMarkAndSetsMatchOneCharacter) {
  EXPECT_THAT(expand("?.json"), ElementsAre("a.json", "b.json"));
  EXPECT_THAT(expand("[b-z].*"), ElementsAre("b.json", "c.csv"));
  EXPECT_THAT(expand("[!a].json"), ElementsAre("b.json"));
}

TEST_F(GlobTest, DoubleStarMatchesAnyFoldersAlsoNone) {
  EXPECT_THAT(expand("**/*.json"), ElementsAre("a.json", "b.json", "we[i]rd/a.json", "x/a.json",
                                               "x/y/b.json", "x/y/z/c.json"));
  EXPECT_THAT(expand("x/**/z/*.json"), ElementsAre("x/y/z/c.json"));
  EXPECT_THAT(expand("**/y/**/*.json"), ElementsAre("x/y/b.json", "x/y/z/c.json"));
  EXPECT_THAT(expand("x/**"), ElementsAre("x"));
}

TEST_F(GlobTest, LiteralNamesOnTheWayMustExist) {
  EXPECT_THAT(expand("x/*/b.json"), ElementsAre("x/y/b.json"));
  EXPECT_THAT(expand("*/nothing.json"), IsEmpty());
  EXPECT_THAT(expand("nowhere/*.json"), IsEmpty());
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(GlobTest, RelativePatternGivesRelativePaths) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  EXPECT_THAT(expand_glob("x/*.json", &problems_), ElementsAre("x/a.json"));
  EXPECT_THAT(expand_glob("*.csv", &problems_), ElementsAre("c.csv"));
  std::filesystem::current_path(before);
}

TEST_F(GlobTest, LinkThatLoopsEnds) {
  std::filesystem::create_directory_symlink("..", folder_.path() / "x/up");
  EXPECT_THAT(expand("x/**/a.json"), ElementsAre("x/a.json"));
}

}  // namespace
}  // namespace clicklake
