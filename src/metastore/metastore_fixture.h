#pragma once
/// A lake's metastore in a folder of its own, and tables to put into it, for the tests of this
/// module.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "metastore/metastore.h"

namespace clicklake {

class MetastoreFixture : public ::testing::Test {
 protected:
  MetastoreFixture();
  ~MetastoreFixture() override;

  /// Another connection to the same file.
  std::unique_ptr<Metastore> open();
  /// What an SQL statement of one value gives, over a connection of its own.
  std::string sql(const std::string& statement) const;
  /// `default.events (id bigint, name string)`, partitioned by `keys`, at "events/".
  static Table events(const std::vector<HiveColumn>& keys = {});
  /// Stores it, and reads it back.
  Table create(const Table& table);
  static Partition partition_at(const std::vector<std::string>& values,
                                const std::string& location = "");
  static HiveColumn column(const std::string& name, const std::string& type);

  std::filesystem::path dir_;
  std::unique_ptr<Metastore> store_;
};

/// Matches a Status or Result that holds a value, and shows the message where it does not.
MATCHER(IsOk, "is ok") {
  if (arg.has_value()) return true;
  *result_listener << arg.error().message;
  return false;
}
/// Matches an error of `code` whose message contains `text`.
MATCHER_P2(IsError, code, text, "is that error") {
  if (arg.has_value()) {
    *result_listener << "is ok";
    return false;
  }
  *result_listener << to_string(arg.error().code) << ": " << arg.error().message;
  return arg.error().code == code && arg.error().message.find(text) != std::string::npos;
}

}  // namespace clicklake
