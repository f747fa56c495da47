#pragma once
/// A catalog in a folder of its own, and values to fill it with, for the tests of this module.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog.h"

namespace clicklake {

class CatalogFixture : public ::testing::Test {
 protected:
  CatalogFixture();
  ~CatalogFixture() override;

  std::unique_ptr<Catalog> create();
  std::unique_ptr<Catalog> open();
  /// A batch begun in `catalog`, and the commit that would publish it.
  static BatchCommit begin(Catalog& catalog, const std::string& batch_id,
                           BatchKind kind = BatchKind::kRun);
  /// A Parquet file of `table` with `rows` rows and event_timestamp (of fact_clicks) in [min, max].
  static DataFile data_file(const std::string& path, std::int64_t rows, std::int64_t min_us,
                            std::int64_t max_us);
  static RawFile raw_file(const std::string& path, std::int64_t hour);
  /// The paths of `table`'s live files.
  static std::vector<std::string> live(Catalog& catalog, const std::string& table,
                                       const std::vector<FileFilter>& filters = {});
  /// All rows of all tables as text: equal where the catalog is.
  std::string dump() const;
  /// What an SQL statement of one value gives, over a connection of its own.
  std::string sql(const std::string& statement) const;
  /// Starts `action` in a process of its own, and waits for one's end as in_process does.
  static int start(const std::function<bool()>& action);
  static int wait_for(int process);
  /// Runs `action` in a process of its own; its exit code (it is 0 where `action` gives true), or
  /// minus the signal that ended it.
  static int in_process(const std::function<bool()>& action);

  std::filesystem::path dir_;
  std::filesystem::path file_;
};

/// Field id of fact_clicks.event_timestamp.
int event_timestamp_field();

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
