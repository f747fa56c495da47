#include "format/stored_bytes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "format/source_fixture.h"

namespace clicklake {
namespace {

std::string read_all(StoredBytes* bytes, std::size_t step) {
  std::string all;
  std::string piece(step, '\0');
  for (;;) {
    const Result<std::size_t> got = bytes->read(piece.data(), step);
    EXPECT_TRUE(got.has_value());
    all.append(piece, 0, *got);
    if (*got < step) return all;
  }
}

/// Standard input is `fd` while this lives.
class StandardInput {
 public:
  explicit StandardInput(int fd) : saved_(::dup(STDIN_FILENO)) { ::dup2(fd, STDIN_FILENO); }
  ~StandardInput() {
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int saved_;
};

TEST(StoredBytesTest, FirstBytesAreSeenAndStillRead) {
  const SourceFolder folder;
  const std::string text = "0123456789";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    for (std::size_t step = 1; step <= 12; ++step) {
      auto bytes = StoredBytes::open(folder.write("f", text.substr(0, size)), true);
      ASSERT_TRUE(bytes);
      EXPECT_EQ((*bytes)->first_bytes(), text.substr(0, std::min<std::size_t>(size, 4)));
      EXPECT_EQ(read_all(bytes->get(), step), text.substr(0, size));
      EXPECT_EQ((*bytes)->bytes_read(), size);
      EXPECT_FALSE((*bytes)->grew());
      EXPECT_FALSE((*bytes)->shrank());
    }
  }
}

TEST(StoredBytesTest, PipeOnStandardInputIsReadWholeHoweverItDribbles) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const StandardInput input(ends[0]);
  std::jthread writer([out = ends[1]] {
    for (int i = 0; i < 200; ++i) {
      const std::string piece = std::to_string(i) + "\n";
      ASSERT_EQ(::write(out, piece.data(), piece.size()), static_cast<ssize_t>(piece.size()));
      if (i % 50 == 0) std::this_thread::yield();
    }
    ::close(out);
  });
  auto bytes = StoredBytes::open("-", true);
  ASSERT_TRUE(bytes);
  std::string wanted;
  for (int i = 0; i < 200; ++i) wanted += std::to_string(i) + "\n";
  EXPECT_EQ(read_all(bytes->get(), 100), wanted);
  EXPECT_EQ((*bytes)->name(), "standard input");
  ::close(ends[0]);
}

TEST(StoredBytesTest, FileOnStandardInputIsReadFromWhereItStands) {
  const SourceFolder folder;
  const int fd = ::open(folder.write("f", "skipped:taken").c_str(), O_RDONLY);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(::lseek(fd, 8, SEEK_SET), 8);
  const StandardInput input(fd);
  auto bytes = StoredBytes::open("-", false);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(read_all(bytes->get(), 64), "taken");
  EXPECT_FALSE((*bytes)->grew());
  EXPECT_FALSE((*bytes)->shrank());
  ::close(fd);
}

}  // namespace
}  // namespace clicklake
