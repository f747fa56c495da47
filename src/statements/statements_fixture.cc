#include "statements/statements_fixture.h"

#include <unistd.h>

#include <fstream>

#include "ddl/parser.h"

namespace clicklake {

namespace fs = std::filesystem;

namespace {

fs::path new_folder() {
  std::string name = (fs::temp_directory_path() / "statements.XXXXXX").string();
  EXPECT_NE(::mkdtemp(name.data()), nullptr);
  return name;
}

std::string joined(const std::vector<std::optional<std::string>>& row) {
  std::string text;
  for (const auto& cell : row) text += (&cell == row.data() ? "" : "|") + cell.value_or("NULL");
  return text;
}

}  // namespace

StatementsFixture::StatementsFixture()
    : folder_(new_folder()), locations_(folder_), objects_(local_object_store()) {
  auto catalog = Catalog::create(folder_ / "catalog.db");
  EXPECT_TRUE(catalog.has_value()) << catalog.error().message;
  catalog_ = *std::move(catalog);
  auto metastore = Metastore::open(folder_ / "catalog.db");
  EXPECT_TRUE(metastore.has_value()) << metastore.error().message;
  metastore_ = *std::move(metastore);
  EXPECT_TRUE(locations_.add("s3://company-raw/clickstream/", "raw/clickstream").has_value());
  EXPECT_TRUE(locations_.add("s3://mapped/", "mapped").has_value());
  statements_ = std::make_unique<CatalogStatements>(*metastore_, locations_, *objects_);
}

StatementsFixture::~StatementsFixture() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Result<StatementRows> StatementsFixture::run(std::string_view sql) {
  ASSIGN_OR_RETURN(const ddl::Statement statement, ddl::parse(sql));
  EXPECT_TRUE(CatalogStatements::takes(statement)) << sql;
  return statements_->run(statement, sql);
}

void StatementsFixture::must(std::string_view sql) {
  const auto result = run(sql);
  EXPECT_TRUE(result.has_value()) << sql << "\n" << result.error().message;
}

std::vector<std::string> StatementsFixture::rows(std::string_view sql) {
  auto result = run(sql);
  EXPECT_TRUE(result.has_value()) << sql << "\n" << result.error().message;
  std::vector<std::string> out;
  if (result)
    for (const auto& row : result->rows) out.push_back(joined(row));
  return out;
}

std::string StatementsFixture::notes(std::string_view sql) {
  auto result = run(sql);
  EXPECT_TRUE(result.has_value()) << sql << "\n" << result.error().message;
  std::string out;
  if (result)
    for (const std::string& note : result->notes) out += (out.empty() ? "" : "\n") + note;
  return out;
}

std::string StatementsFixture::failure(std::string_view sql) {
  auto result = run(sql);
  EXPECT_FALSE(result.has_value()) << sql;
  return result ? std::string() : result.error().message;
}

ErrorCode StatementsFixture::code(std::string_view sql) {
  auto result = run(sql);
  EXPECT_FALSE(result.has_value()) << sql;
  return result ? ErrorCode::kCorruption : result.error().code;
}

Table StatementsFixture::table(std::string_view database, std::string_view name) {
  auto found = metastore_->table(database, name);
  EXPECT_TRUE(found.has_value()) << found.error().message;
  return found ? *std::move(found) : Table{};
}

void StatementsFixture::make_folder(const std::string& relative) {
  fs::create_directories(folder_ / relative);
  std::ofstream(folder_ / relative / "a.json").close();
}

void StatementsFixture::make_view(const std::string& name, const std::string& query) {
  Table view;
  view.database = "default";
  view.name = name;
  view.table_type = kVirtualView;
  view.view_original_text = query;
  view.storage.columns = {{"a", HiveType::of(HiveKind::kInt), ""}};
  const Status created = metastore_->create_table(view, "CREATE VIEW");
  EXPECT_TRUE(created.has_value()) << created.error().message;
}

}  // namespace clicklake
