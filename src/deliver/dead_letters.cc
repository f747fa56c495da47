#include "deliver/dead_letters.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/fault_point.h"
#include "base/json_text.h"
#include "model/time.h"
#include "objstore/durable_file.h"
#include "outbox/outbox_file.h"

namespace clicklake {

std::string dead_letter_json(const DeadLetter& letter) {
  JsonText json;
  json.begin_object().member("id", letter.row.id).member("at", format_timestamp(letter.row.at_us));
  json.member("rule", letter.row.rule).member("target", letter.row.target);
  json.member("acceptedAt", format_timestamp(letter.accepted_us));
  json.member("matchId", letter.match_id);
  json.key("attributes").begin_object();
  json.member("RULE_ARN", letter.rule_arn).member("TARGET_ARN", letter.target_arn);
  json.member("ERROR_CODE", letter.row.code).member("ERROR_MESSAGE", letter.row.message);
  if (!letter.row.condition.empty()) {
    json.member("EXHAUSTED_RETRY_CONDITION", letter.row.condition);
  }
  json.member("RETRY_ATTEMPTS", std::to_string(letter.row.attempts)).end_object();
  json.key("event").raw(letter.event).end_object();
  return json.text();
}

DeadLetterFile::~DeadLetterFile() {
  if (fd_ >= 0) ::close(fd_);
}

Status DeadLetterFile::open(const std::string& name) {
  RETURN_IF_ERROR(sync());
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  RETURN_IF_ERROR(make_folders(folder_));
  const std::string path = (folder_ / name).string();
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) return errno_error(errno, "open the dead letters " + path);
  struct stat status {};
  if (::fstat(fd_, &status) != 0) return errno_error(errno, "look at " + path);
  size_ = status.st_size;
  // What follows the last line break was never synced.
  std::int64_t end = size_;
  while (end > 0) {
    char block[4096];
    const std::int64_t from = std::max<std::int64_t>(0, end - 4096);
    const ssize_t got = ::pread(fd_, block, static_cast<std::size_t>(end - from), from);
    if (got != end - from) return errno_error(got < 0 ? errno : EIO, "read " + path);
    const std::string_view text(block, static_cast<std::size_t>(got));
    const std::size_t last = text.rfind('\n');
    if (last != std::string_view::npos) {
      end = from + static_cast<std::int64_t>(last) + 1;
      break;
    }
    end = from;
  }
  if (end != size_ && ::ftruncate(fd_, end) != 0) return errno_error(errno, "mend " + path);
  size_ = end;
  name_ = name;
  dirty_ = true;  // the folder's entry
  return {};
}

Status DeadLetterFile::append(DeadLetter* letter) {
  const std::string name = format_timestamp(letter->row.at_us).substr(0, 10) + ".jsonl";
  if (fd_ < 0 || name != name_) RETURN_IF_ERROR(open(name));
  letter->row.file = name;
  letter->row.offset = size_;
  const std::string line = dead_letter_json(*letter) + "\n";
  fault_point("deadletter.write");
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t wrote = ::pwrite(fd_, line.data() + written, line.size() - written,
                                   size_ + static_cast<std::int64_t>(written));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      const Error error =
          errno_error(errno, "write the dead letters " + (folder_ / name_).string());
      ::close(fd_);
      fd_ = -1;  // the next one opens it again and cuts the torn line off
      return error;
    }
    written += static_cast<std::size_t>(wrote);
  }
  size_ += static_cast<std::int64_t>(line.size());
  dirty_ = true;
  return {};
}

Status DeadLetterFile::sync() {
  if (!dirty_ || fd_ < 0) return {};
  fault_point("deadletter.sync");
  if (::fsync(fd_) != 0) {
    return errno_error(errno, "sync the dead letters " + (folder_ / name_).string());
  }
  RETURN_IF_ERROR(sync_folders_up_to(folder_, folder_.parent_path().parent_path()));
  dirty_ = false;
  return {};
}

void remove_dead_letters_before(const std::filesystem::path& lake, std::int64_t us) {
  const std::string first = format_timestamp(us).substr(0, 10) + ".jsonl";
  std::error_code error;
  for (std::filesystem::directory_iterator at(lake / "events" / "deadletters", error), end;
       !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() == first.size() && name.ends_with(".jsonl") && name < first)
      (void)::unlink(at->path().c_str());
  }
}

Result<std::string> read_dead_letter(const std::filesystem::path& lake, const DeadRow& row) {
  ASSIGN_OR_RETURN(OutboxReader reader,
                   OutboxReader::open(lake / "events" / "deadletters" / row.file));
  ASSIGN_OR_RETURN(const std::string_view line, reader.line_at(row.offset));
  return std::string(line);
}

}  // namespace clicklake
