#include "ingest/ingest_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <thread>
#include <utility>

#include "model/time.h"

namespace clicklake {

namespace fs = std::filesystem;

IngestFixture::IngestFixture() {
  fs::create_directories(in_);
  for (const char* layer : {"raw", "processed", "curated", "quarantine"}) {
    fs::create_directories(lake_ / layer);
  }
  auto catalog = Catalog::create(lake_ / "catalog.db");
  EXPECT_TRUE(catalog.has_value()) << catalog.error().message;
  if (catalog) catalog_ = *std::move(catalog);
  options_.lake = lake_;
}

std::string IngestFixture::click(int number, int second) {
  char text[160];
  std::snprintf(
      text, sizeof text,
      R"({"user_id":"u%d","event_type":"click","event_timestamp":"2024-11-04T05:%02d:%02dZ"})",
      number, second / 60 % 60, second % 60);
  return text;
}

std::string IngestFixture::click_in_hour(std::int64_t hour, int number) {
  return R"({"user_id":"u)" + std::to_string(number) +
         R"(","event_type":"click","event_timestamp":)" +
         std::to_string(hour * 3600 + number % 3600) + "}";
}

Result<IngestReport> IngestFixture::try_take(const std::vector<std::string>& sources) {
  auto listing = list_sources(sources, lake_);
  if (!listing) return listing.error();
  return ingest(*catalog_, options_, *std::move(listing));
}

IngestReport IngestFixture::take(const std::vector<std::string>& sources) {
  auto report = try_take(sources);
  EXPECT_TRUE(report.has_value()) << report.error().message;
  if (!report) return {};
  EXPECT_EQ(report->records_read, report->valid + report->quarantined + report->blank);
  const auto open = catalog_->open_batches();
  EXPECT_TRUE(open.has_value() && open->empty());
  return *std::move(report);
}

std::vector<std::string> IngestFixture::lines_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::map<std::string, std::vector<std::string>> IngestFixture::raw_lines() const {
  std::map<std::string, std::vector<std::string>> lines;
  const fs::path root = lake_ / "raw" / "clickstream";
  if (!fs::exists(root)) return lines;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    auto& of_hour = lines[entry.path().parent_path().lexically_relative(root).string()];
    const auto more = lines_of(entry.path());
    of_hour.insert(of_hour.end(), more.begin(), more.end());
  }
  for (auto& [hour, of_hour] : lines) std::sort(of_hour.begin(), of_hour.end());
  return lines;
}

std::vector<std::string> IngestFixture::all_raw_lines() const {
  std::vector<std::string> all;
  for (const auto& [hour, lines] : raw_lines()) all.insert(all.end(), lines.begin(), lines.end());
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> IngestFixture::quarantine_lines() const {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(lake_ / "quarantine")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> lines;
  for (const fs::path& file : files) {
    const auto more = lines_of(file);
    lines.insert(lines.end(), more.begin(), more.end());
  }
  return lines;
}

std::vector<std::string> IngestFixture::lake_files() const {
  std::vector<std::string> files;
  for (const char* layer : {"raw", "processed", "curated", "quarantine"}) {
    for (const auto& entry : fs::recursive_directory_iterator(lake_ / layer)) {
      if (!entry.is_directory()) files.push_back(entry.path().lexically_relative(lake_).string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct StandardInputText::Impl {
  int saved = -1;
  std::jthread writer;
};

StandardInputText::StandardInputText(std::string text) : impl_(std::make_unique<Impl>()) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  std::signal(SIGPIPE, SIG_IGN);
  impl_->saved = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ::close(ends[0]);
  impl_->writer = std::jthread([out = ends[1], text = std::move(text)] {
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t written = ::write(out, rest.data(), rest.size());
      if (written <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    ::close(out);
  });
}

StandardInputText::~StandardInputText() {
  ::dup2(impl_->saved, STDIN_FILENO);
  ::close(impl_->saved);
}

}  // namespace clicklake
