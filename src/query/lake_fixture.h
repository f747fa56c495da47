#pragma once
/// A lake of known rows for tests: fact_clicks with one file an hour, a few dimensions, written and
/// published by the parts that a run uses.

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "format/parquet_writer.h"
#include "model/star_schema.h"

namespace clicklake {

/// 2024-11-01T00:00:00Z, the first hour of the fixture's facts.
inline constexpr std::int64_t kFixtureStart = 1'730'419'200'000'000;
inline constexpr int kFixtureRowsAnHour = 10;

class LakeFixture {
 public:
  LakeFixture();
  ~LakeFixture();
  LakeFixture(const LakeFixture&) = delete;
  LakeFixture& operator=(const LakeFixture&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  Catalog& catalog() { return *catalog_; }

  /// Publishes fact_clicks of the hours [first, first + count) after kFixtureStart:
  /// kFixtureRowsAnHour rows each, one every six minutes, event_key = 1000 * hour + row, page_key =
  /// row, event_type 'page_view' or (row 9) 'purchase' with a price of 12.3456, metadata {"hour":
  /// "<hour>"}, a NULL "empty" value in every odd row.
  void publish_hours(int first, int count);
  /// Publishes dim_pages with page_key 0 to 9, page_url 'https://shop.example/p<key>'.
  void publish_pages();
  /// Paths, relative to the lake, of the facts' files, in order of their hours.
  const std::vector<std::string>& fact_files() const { return fact_files_; }

 private:
  DataFile write(const TableDefinition& table, const std::string& name,
                 const std::string& partition, std::size_t rows,
                 const std::vector<ColumnData>& columns);
  void publish(const std::string& table, std::vector<DataFile> files);

  std::filesystem::path scratch_;
  std::filesystem::path folder_;
  std::unique_ptr<Catalog> catalog_;
  std::vector<std::string> fact_files_;
  int batches_ = 0;
};

}  // namespace clicklake
