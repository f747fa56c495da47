#include "deliver/outbox_catalog.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "model/time.h"

namespace clicklake {

Status PlaceReader::open(const std::filesystem::path& folder, const std::string& name,
                         std::int64_t number) {
  if (number == number_ && reader_) return {};
  reader_.reset();
  ASSIGN_OR_RETURN(reader_, OutboxReader::open(folder / name));
  number_ = number;
  return {};
}

Result<std::string_view> PlaceReader::line_at(const std::filesystem::path& folder,
                                              const std::string& name, MatchPlace place) {
  RETURN_IF_ERROR(open(folder, name, place.file));
  return reader_->line_at(place.offset);
}

Result<std::int64_t> PlaceReader::size_of(const std::filesystem::path& folder,
                                          const std::string& name, std::int64_t number) {
  RETURN_IF_ERROR(open(folder, name, number));
  return reader_->size();
}

void OutboxCatalog::restore(const std::vector<OutboxFileRow>& rows) {
  for (const OutboxFileRow& row : rows) {
    files_[row.number] = row;
    names_.insert(row.name);
  }
}

bool OutboxCatalog::add(const std::vector<std::string>& names) {
  bool any = false;
  for (const std::string& name : names) {
    if (!names_.insert(name).second) continue;
    OutboxFileRow row;
    row.number = files_.empty() ? 1 : files_.rbegin()->first + 1;
    row.name = name;
    if (::access((folder_ / name).c_str(), F_OK) != 0 && errno == ENOENT) {
      row.removed = true;
      gone_.push_back(name);
    }
    files_[row.number] = row;
    changes_.push_back(std::move(row));
    any = true;
  }
  return any;
}

std::vector<OutboxFileRow> OutboxCatalog::take_changes() {
  std::vector<OutboxFileRow> changes = std::move(changes_);
  changes_.clear();
  return changes;
}

Result<std::optional<MatchPlace>> OutboxCatalog::line_from(MatchPlace place, PlaceReader* reader) {
  for (auto file = files_.lower_bound(place.file); file != files_.end(); ++file) {
    if (file->second.removed) continue;
    const std::int64_t offset = file->first == place.file ? place.offset : 0;
    ASSIGN_OR_RETURN(const std::int64_t size,
                     reader->size_of(folder_, file->second.name, file->first));
    if (offset < size) return std::optional(MatchPlace{file->first, offset});
  }
  return std::optional<MatchPlace>();
}

Result<std::string_view> OutboxCatalog::read(MatchPlace place, PlaceReader* reader) {
  const auto file = files_.find(place.file);
  if (file == files_.end() || file->second.removed) {
    return Error{ErrorCode::kCorruption, "a delivery is owed of outbox file number " +
                                             std::to_string(place.file) + ", which is not there"};
  }
  return reader->line_at(folder_, file->second.name, place);
}

MatchPlace OutboxCatalog::end() const {
  return {files_.empty() ? 1 : files_.rbegin()->first + 1, 0};
}

void OutboxCatalog::remove_done(std::int64_t first_owed, std::int64_t older_than_us) {
  for (auto& [number, file] : files_) {
    if (number >= first_owed) return;
    if (file.removed) continue;
    const std::filesystem::path path = folder_ / file.name;
    struct stat status {};
    const bool there = ::stat(path.c_str(), &status) == 0;
    if (there && (static_cast<std::int64_t>(status.st_mtime) * 1'000'000 > older_than_us ||
                  ::unlink(path.c_str()) != 0)) {
      continue;
    }
    file.removed = true;
    changes_.push_back(file);
  }
}

std::vector<std::int64_t> OutboxCatalog::forget_removed(const std::vector<std::string>& published) {
  const std::set<std::string_view> named(published.begin(), published.end());
  const auto stored = [this](std::int64_t number) {
    return std::none_of(changes_.begin(), changes_.end(),
                        [number](const OutboxFileRow& row) { return row.number == number; });
  };
  std::vector<std::int64_t> numbers;
  for (auto file = files_.begin(); file != files_.end() && std::next(file) != files_.end();) {
    const OutboxFileRow& row = file->second;
    if (!row.removed || named.contains(row.name) || row.name.starts_with("replay-") ||
        !stored(row.number)) {
      ++file;
      continue;
    }
    numbers.push_back(row.number);
    names_.erase(row.name);
    file = files_.erase(file);
  }
  return numbers;
}

bool is_own_outbox_file(std::string_view name) {
  return name.starts_with("schedule-") || name.starts_with("redrive-") ||
         name.starts_with("deadletter-") || name.starts_with("replay-");
}

void sweep_own_files(const std::filesystem::path& folder, const std::vector<std::string>& known,
                     std::int64_t now_us) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!is_own_outbox_file(name)) continue;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    struct stat status {};
    // A young one may be a command's that is about to publish it.
    const bool old =
        ::stat(at->path().c_str(), &status) == 0 &&
        static_cast<std::int64_t>(status.st_mtime) * kMicrosPerSecond < now_us - kMicrosPerHour;
    if (old) (void)::unlink(at->path().c_str());
  }
}

}  // namespace clicklake
