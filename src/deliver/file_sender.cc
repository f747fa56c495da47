/// Files of NDJSON and standard output.

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>

#include "base/fault_point.h"
#include "deliver/sender.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

std::vector<Outcome> all(std::size_t count, const Outcome& outcome) {
  return std::vector<Outcome>(count, outcome);
}

/// Appends whole lines and syncs them before they count as delivered.
class FileSender final : public Sender {
 public:
  explicit FileSender(std::filesystem::path path) : path_(std::move(path)) {}
  FileSender(const FileSender&) = delete;
  FileSender& operator=(const FileSender&) = delete;
  ~FileSender() override { close(); }

  std::size_t batch() const override { return 8'192; }
  int concurrency() const override { return 8'192; }

  void send(std::vector<Delivery> batch, SendDone done) override {
    Status status = append(batch);
    if (!status) close();
    done(all(batch.size(), status ? Outcome::delivered()
                                  : Outcome::retry("ERROR_FROM_TARGET", status.error().message)));
  }

 private:
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  Status open() {
    RETURN_IF_ERROR(make_folders(path_.parent_path()));
    fd_ = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
    if (fd_ < 0) return errno_error(errno, "open " + path_.string());
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return errno_error(errno, "look at " + path_.string());
    if (!S_ISREG(status.st_mode)) {
      return Error{ErrorCode::kIo, path_.string() + " is no regular file"};
    }
    inode_ = status.st_ino;
    char last = '\n';
    if (status.st_size > 0 && ::pread(fd_, &last, 1, status.st_size - 1) != 1) {
      return errno_error(errno, "read " + path_.string());
    }
    // A line that was torn stays, but the next one does not hang on to it.
    if (last != '\n' && ::write(fd_, "\n", 1) != 1) {
      return errno_error(errno, "write " + path_.string());
    }
    return sync_folder(path_.parent_path());
  }

  Status append(const std::vector<Delivery>& batch) {
    struct stat status {};
    // Somebody moved it away, to have a new one.
    if (fd_ >= 0 && (::stat(path_.c_str(), &status) != 0 || status.st_ino != inode_)) close();
    if (fd_ < 0) RETURN_IF_ERROR(open());
    text_.clear();
    for (const Delivery& delivery : batch) text_ += delivery_line(delivery) + "\n";
    std::string_view rest = text_;
    fault_point("target.write");
    while (!rest.empty()) {
      const ssize_t wrote = ::write(fd_, rest.data(), rest.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return errno_error(errno, "write " + path_.string());
      rest.remove_prefix(static_cast<std::size_t>(wrote));
    }
    fault_point("target.written");
    if (::fdatasync(fd_) != 0) return errno_error(errno, "sync " + path_.string());
    return {};
  }

  std::filesystem::path path_;
  int fd_ = -1;
  ino_t inode_ = 0;
  std::string text_;
};

/// Writes as much as fits without waiting for the reader.
class StdoutSender final : public Sender {
 public:
  explicit StdoutSender(EventLoop* loop) : loop_(loop) {}
  StdoutSender(const StdoutSender&) = delete;
  StdoutSender& operator=(const StdoutSender&) = delete;
  ~StdoutSender() override { loop_->unwatch(STDOUT_FILENO); }

  std::size_t batch() const override { return 256; }
  int concurrency() const override { return 256; }

  void send(std::vector<Delivery> batch, SendDone done) override {
    for (const Delivery& delivery : batch) text_ += delivery_line(delivery) + "\n";
    waiting_.push_back({batch.size(), std::move(done)});
    if (waiting_.size() == 1) write();
  }

 private:
  struct Waiting {
    std::size_t count;
    SendDone done;
  };

  void write() {
    // PIPE_BUF bytes go without waiting where POLLOUT is told.
    constexpr std::size_t kPiece = 4096;
    while (written_ < text_.size()) {
      pollfd out{STDOUT_FILENO, POLLOUT, 0};
      if (::poll(&out, 1, 0) == 0) {
        loop_->watch(STDOUT_FILENO, POLLOUT, [this] { write(); });
        return;
      }
      const ssize_t wrote = ::write(STDOUT_FILENO, text_.data() + written_,
                                    std::min(kPiece, text_.size() - written_));
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0 && errno == EAGAIN) {
        loop_->watch(STDOUT_FILENO, POLLOUT, [this] { write(); });
        return;
      }
      if (wrote < 0) {
        const Outcome outcome = Outcome::retry(
            "CONNECTION_FAILURE", errno_error(errno, "write to standard output").message);
        finish(outcome);
        return;
      }
      written_ += static_cast<std::size_t>(wrote);
    }
    finish(Outcome::delivered());
  }

  void finish(const Outcome& outcome) {
    loop_->unwatch(STDOUT_FILENO);
    text_.clear();
    written_ = 0;
    std::deque<Waiting> done = std::move(waiting_);
    waiting_.clear();
    for (const Waiting& one : done) one.done(all(one.count, outcome));
  }

  EventLoop* loop_;
  std::string text_;
  std::size_t written_ = 0;
  std::deque<Waiting> waiting_;
};

}  // namespace

Result<std::unique_ptr<Sender>> make_file_sender(const RuleTarget& target,
                                                 const SenderContext& context) {
  return std::unique_ptr<Sender>(
      std::make_unique<FileSender>((context.lake / target.file).lexically_normal()));
}

Result<std::unique_ptr<Sender>> make_stdout_sender(const RuleTarget& /*target*/,
                                                   const SenderContext& context) {
  return std::unique_ptr<Sender>(std::make_unique<StdoutSender>(context.loop));
}

}  // namespace clicklake
