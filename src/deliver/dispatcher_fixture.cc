#include "deliver/dispatcher_fixture.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

#include "deliver/outbox_catalog.h"
#include "outbox/outbox_file.h"

namespace clicklake {

std::vector<std::string> outbox_names(const std::filesystem::path& lake) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(outbox_folder(lake), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with('.') && !is_own_outbox_file(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void DispatcherTest::SetUp() {
  std::string name = testing::TempDir() + "deliver-XXXXXX";
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  lake_ = name;
  std::filesystem::create_directories(lake_ / "rules");
  options_.lake = lake_;
  options_.published = [this]() -> Result<std::vector<std::string>> { return outbox_names(lake_); };
  options_.warn = [this](const std::string& text) { warnings_.push_back(text); };
}

void DispatcherTest::TearDown() { std::filesystem::remove_all(lake_); }

void DispatcherTest::write_rule(std::string_view targets, std::string_view name) {
  std::ofstream(lake_ / "rules" / (std::string(name) + ".json"))
      << R"({"name":")" << name << R"(","eventPattern":{"n":[{"exists":true}]},"targets":[)"
      << targets << "]}";
}

void DispatcherTest::publish(const std::string& batch, int first, int count,
                             const std::vector<std::string_view>& targets, std::string_view rule,
                             std::int64_t accepted_us) {
  OutboxWriter writer(outbox_folder(lake_), batch);
  const std::int64_t now = std::chrono::duration_cast<std::chrono::microseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  for (int i = first; i < first + count; ++i) {
    const std::string id = match_id(rule, std::to_string(i));
    const std::string event =
        R"({"n":)" + std::to_string(i) + R"(,"k":")" + std::to_string(i % 3) + "\"}";
    ASSERT_TRUE(writer.append({id, accepted_us != 0 ? accepted_us : now, rule, targets, "", event})
                    .has_value());
  }
  ASSERT_TRUE(writer.finish().has_value());
  ring_doorbell(outbox_folder(lake_));
}

std::unique_ptr<Dispatcher> DispatcherTest::open() {
  auto dispatcher = Dispatcher::open(options_);
  EXPECT_TRUE(dispatcher.has_value()) << (dispatcher ? "" : dispatcher.error().message);
  return dispatcher ? std::move(*dispatcher) : nullptr;
}

DispatchReport DispatcherTest::run(Dispatcher::Until until) {
  const auto dispatcher = open();
  if (dispatcher == nullptr) return {};
  const auto report = dispatcher->run(until);
  EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().message);
  return report ? *report : DispatchReport{};
}

std::vector<JsonValue> DispatcherTest::lines(const std::filesystem::path& file) const {
  std::vector<JsonValue> all;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    auto value = parse_json(line);
    EXPECT_TRUE(value.has_value()) << line;
    if (value) all.push_back(std::move(*value));
  }
  return all;
}

std::vector<int> DispatcherTest::delivered(std::string_view file) const {
  std::vector<int> numbers;
  for (const JsonValue& line : lines(lake_ / file)) {
    numbers.push_back(std::atoi(line.find("input")->find("n")->text.c_str()));
  }
  return numbers;
}

}  // namespace clicklake
