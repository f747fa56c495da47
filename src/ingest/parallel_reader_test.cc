#include "ingest/parallel_reader.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "ingest/ingest_fixture.h"

namespace clicklake {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class ParallelReaderTest : public IngestFixture {
 protected:
  std::vector<Source> list() { return list_sources({in_}, "")->sources; }
  ParallelReadOptions reading_;
};

TEST_F(ParallelReaderTest, EveryLineOfEverySourceIsTakenOnce) {
  std::map<std::size_t, std::multiset<std::string>> wanted;
  for (std::size_t file = 0; file < 20; ++file) {
    std::string text;
    for (std::size_t i = 0; i < file * 500; ++i) {
      const std::string line = std::to_string(file) + ":" + std::to_string(i);
      wanted[file].insert(line);
      text += line + "\n";
    }
    char name[16];
    std::snprintf(name, sizeof name, "%02zu.json", file);
    folder_.write(in_ / name, text);
  }
  for (const int threads : {1, 2, 5}) {
    reading_.threads = threads;
    reading_.lines.block_bytes = 1000;
    std::mutex mutex;
    std::map<std::size_t, std::multiset<std::string>> got;
    std::set<std::size_t> workers;
    const auto outcomes =
        read_sources(list(), reading_,
                     [&](std::size_t worker, std::size_t source, const LineBlock& block) -> Status {
                       const std::lock_guard lock(mutex);
                       workers.insert(worker);
                       for (std::string_view rest(block.data, block.size); !rest.empty();) {
                         const std::size_t stop = rest.find('\n');
                         got[source].emplace(rest.substr(0, stop));
                         rest.remove_prefix(stop + 1);
                       }
                       return {};
                     });
    ASSERT_TRUE(outcomes);
    EXPECT_EQ(got, wanted);
    EXPECT_LE(workers.size(), static_cast<std::size_t>(threads));
    for (std::size_t i = 0; i < outcomes->size(); ++i) {
      EXPECT_TRUE((*outcomes)[i].opened);
      EXPECT_EQ((*outcomes)[i].bytes_read, static_cast<std::uint64_t>(list()[i].size));
      EXPECT_EQ((*outcomes)[i].content_hash.size(), 32U);
    }
  }
}

TEST_F(ParallelReaderTest, OneBigSourceIsReadByAllThreads) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + "\n";
  folder_.write(in_ / "big.json", text);
  reading_.threads = 3;
  reading_.lines.block_bytes = 256;
  std::mutex mutex;
  std::condition_variable all_here;
  std::set<std::size_t> workers;
  std::atomic<std::size_t> bytes{0};
  ASSERT_TRUE(read_sources(
      list(), reading_, [&](std::size_t worker, std::size_t, const LineBlock& block) -> Status {
        bytes += block.size;
        // Each gets a block, however slow the machine is: blocks are taken slowly until all are
        // here. (The first is taken while the others wait for it.)
        std::unique_lock lock(mutex);
        workers.insert(worker);
        all_here.notify_all();
        all_here.wait_for(lock, std::chrono::milliseconds(50), [&] { return workers.size() == 3; });
        return {};
      }));
  EXPECT_EQ(bytes, text.size());
  EXPECT_THAT(workers, SizeIs(3));
}

TEST_F(ParallelReaderTest, FailureToTakeEndsTheReading) {
  for (int i = 0; i < 50; ++i) folder_.write(in_ / (std::to_string(i) + ".json"), "x\n");
  std::atomic<int> calls{0};
  const auto outcomes =
      read_sources(list(), reading_, [&](std::size_t, std::size_t, const LineBlock&) -> Status {
        ++calls;
        return Error{ErrorCode::kNoSpace, "the disk is full"};
      });
  ASSERT_FALSE(outcomes);
  EXPECT_EQ(outcomes.error().code, ErrorCode::kNoSpace);
  EXPECT_LE(calls, 2);
}

TEST_F(ParallelReaderTest, StopEndsTheReading) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "0123456789\n";
  folder_.write(in_ / "big.json", text);
  std::stop_source stop;
  reading_.stop = stop.get_token();
  reading_.lines.block_bytes = 11;
  const auto outcomes =
      read_sources(list(), reading_, [&](std::size_t, std::size_t, const LineBlock&) -> Status {
        stop.request_stop();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return {};
      });
  ASSERT_FALSE(outcomes);
  EXPECT_EQ(outcomes.error().code, ErrorCode::kCancelled);
}

TEST_F(ParallelReaderTest, UnreadableSourceIsAnOutcome) {
  folder_.write(in_ / "a.json", "x\n");
  folder_.write(in_ / "b.json", "y\n");
  const auto sources = list();
  std::filesystem::remove(in_ / "a.json");
  const auto outcomes = read_sources(
      sources, reading_, [](std::size_t, std::size_t, const LineBlock&) { return Status(); });
  ASSERT_TRUE(outcomes);
  EXPECT_FALSE((*outcomes)[0].opened);
  ASSERT_TRUE((*outcomes)[0].error.has_value());
  EXPECT_THAT((*outcomes)[0].error->message, HasSubstr("a.json"));
  EXPECT_FALSE((*outcomes)[1].error.has_value());
}

}  // namespace
}  // namespace clicklake
