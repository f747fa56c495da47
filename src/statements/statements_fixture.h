#pragma once
/// Statements run on a metastore of its own, for tests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "metastore/metastore.h"
#include "objstore/location_map.h"
#include "objstore/object_store.h"
#include "statements/catalog_statements.h"

namespace clicklake {

/// A fresh lake's catalog in a folder of its own, in which "s3://company-raw/clickstream/" is the
/// folder raw/clickstream and "s3://mapped/" the folder mapped.
class StatementsFixture : public ::testing::Test {
 protected:
  StatementsFixture();
  ~StatementsFixture() override;

  /// Parses and runs `sql`.
  Result<StatementRows> run(std::string_view sql);
  /// Runs `sql`; a failure of the test where it fails.
  void must(std::string_view sql);
  /// Its rows, columns joined by '|', NULL as "NULL"; a failure of the test where it fails.
  std::vector<std::string> rows(std::string_view sql);
  /// Its notes, one a line; a failure of the test where it fails.
  std::string notes(std::string_view sql);
  /// The message that it must fail with; a failure of the test where it runs.
  std::string failure(std::string_view sql);
  /// The code that it must fail with.
  ErrorCode code(std::string_view sql);

  Table table(std::string_view database, std::string_view name);
  /// Makes the folder `relative` of the lake with an empty file in it.
  void make_folder(const std::string& relative);
  /// Stores the view default.`name`, as CREATE VIEW does.
  void make_view(const std::string& name, const std::string& query);

  std::filesystem::path folder_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Metastore> metastore_;
  LocationMap locations_;
  std::unique_ptr<ObjectStore> objects_;
  std::unique_ptr<CatalogStatements> statements_;
};

/// `default.orders (id bigint, name string)` by (dt string, country string), at
/// s3://mapped/orders/.
inline constexpr std::string_view kCreateOrders =
    "CREATE EXTERNAL TABLE orders (id bigint, name string) PARTITIONED BY (dt string, country "
    "string) STORED AS PARQUET LOCATION 's3://mapped/orders/'";

}  // namespace clicklake
