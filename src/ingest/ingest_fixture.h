#pragma once
/// A lake and a folder of sources for the tests of this module.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "format/source_fixture.h"
#include "ingest/ingest.h"

namespace clicklake {

class IngestFixture : public ::testing::Test {
 protected:
  IngestFixture();

  /// A valid record of 2024-11-04, `second` seconds after 05:00.
  static std::string click(int number, int second = 0);
  /// A valid record `hours` hours after 1970.
  static std::string click_in_hour(std::int64_t hour, int number);

  /// Ingests with `options_`; fails the test on an error.
  IngestReport take(const std::vector<std::string>& sources);
  Result<IngestReport> try_take(const std::vector<std::string>& sources);

  /// All lines of the lake's raw files, by the hour's folder, sorted.
  std::map<std::string, std::vector<std::string>> raw_lines() const;
  std::vector<std::string> all_raw_lines() const;
  /// Lines of the lake's quarantine files, in order of the files.
  std::vector<std::string> quarantine_lines() const;
  /// Every file below the lake's layers, relative to it, also temporary ones.
  std::vector<std::string> lake_files() const;
  static std::vector<std::string> lines_of(const std::filesystem::path& file);

  SourceFolder folder_;
  std::filesystem::path in_ = folder_.path() / "in";
  std::filesystem::path lake_ = folder_.path() / "lake";
  std::unique_ptr<Catalog> catalog_;
  IngestOptions options_;
};

/// Standard input is a pipe with `text` while this lives.
class StandardInputText {
 public:
  explicit StandardInputText(std::string text);
  ~StandardInputText();
  StandardInputText(const StandardInputText&) = delete;
  StandardInputText& operator=(const StandardInputText&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clicklake
