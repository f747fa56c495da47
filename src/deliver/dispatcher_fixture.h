#pragma once
/// A lake with rules and an outbox, and what arrives of it.
///
/// Place: tests of the dispatcher.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "deliver/dispatcher.h"

namespace clicklake {

class DispatcherTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// A rule "r" with these targets (JSON objects, comma-separated).
  void write_rule(std::string_view targets, std::string_view name = "r");
  /// Publishes `count` events {"n": first...} for rule and targets.
  void publish(const std::string& batch, int first, int count,
               const std::vector<std::string_view>& targets, std::string_view rule = "r",
               std::int64_t accepted_us = 0);
  std::unique_ptr<Dispatcher> open();
  DispatchReport run(Dispatcher::Until until = Dispatcher::Until::kDrained);
  /// The member `n` of the inputs in a delivered file, in order.
  std::vector<int> delivered(std::string_view file) const;
  std::vector<JsonValue> lines(const std::filesystem::path& file) const;

  std::filesystem::path lake_;
  DispatcherOptions options_;
  std::vector<std::string> warnings_;
};

/// The names in `<lake>/events/outbox`, sorted.
std::vector<std::string> outbox_names(const std::filesystem::path& lake);

}  // namespace clicklake
