/// Programs of this machine: started without a shell, the input on standard input.

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>

#include "deliver/sender.h"

extern char** environ;

namespace clicklake {
namespace {

constexpr int kRefused = 100;  ///< the program's word for "never"

/// A file without a name that holds `text`, at its beginning; -1 on failure.
int file_of(std::string_view text) {
  const int fd = ::memfd_create("clicklake-delivery", MFD_CLOEXEC);
  if (fd < 0) return -1;
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      ::close(fd);
      return -1;
    }
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  (void)::lseek(fd, 0, SEEK_SET);
  return fd;
}

class CommandSender final : public Sender {
 public:
  CommandSender(const RuleTarget& target, const SenderContext& context)
      : command_(target.command), timeout_us_(target.timeout_ms * 1000), context_(context) {}
  CommandSender(const CommandSender&) = delete;
  CommandSender& operator=(const CommandSender&) = delete;
  ~CommandSender() override {
    for (auto& [fd, child] : children_) {
      context_.loop->unwatch(fd);
      (void)::kill(-child.pid, SIGKILL);
      (void)::waitpid(child.pid, nullptr, 0);
      ::close(fd);
      ::close(child.errors);
    }
  }

  int concurrency() const override { return 4; }

  bool ready() override {
    end_the_late();
    return true;
  }

  void send(std::vector<Delivery> batch, SendDone done) override {
    const Delivery& delivery = batch.front();
    const int input = file_of(delivery.payload);
    const int errors = ::memfd_create("clicklake-errors", MFD_CLOEXEC);
    pid_t pid = 0;
    int error = input < 0 || errors < 0 ? errno : 0;
    if (error == 0) error = spawn(delivery, input, errors, &pid);
    if (input >= 0) ::close(input);
    const int pid_fd = error == 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)) : -1;
    if (error == 0 && pid_fd < 0) {
      error = errno;
      (void)::kill(-pid, SIGKILL);
      (void)::waitpid(pid, nullptr, 0);
    }
    if (error != 0) {
      if (errors >= 0) ::close(errors);
      const std::string message = "cannot start " + command_[0] + ": " + std::strerror(error);
      const bool missing = error == ENOENT || error == EACCES || error == ENOEXEC;
      done({missing ? Outcome::refused("NO_RESOURCE", message)
                    : Outcome::retry("INTERNAL_ERROR", message)});
      return;
    }
    children_.emplace(pid_fd,
                      Child{pid, errors, context_.now_us() + timeout_us_, false, std::move(done)});
    context_.loop->watch(pid_fd, POLLIN, [this, pid_fd] { ended(pid_fd); });
  }

 private:
  struct Child {
    pid_t pid;
    int errors;
    std::int64_t until_us;
    bool late;
    SendDone done;
  };

  int spawn(const Delivery& delivery, int input, int errors, pid_t* pid) {
    std::vector<char*> arguments;
    arguments.reserve(command_.size() + 1);
    for (std::string& word : command_) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::vector<std::string> added = {"CLICKLAKE_DELIVERY_ID=" + delivery.id,
                                      "CLICKLAKE_RULE=" + delivery.rule,
                                      "CLICKLAKE_TARGET=" + delivery.target,
                                      "CLICKLAKE_ATTEMPT=" + std::to_string(delivery.attempt)};
    std::vector<char*> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      if (std::strncmp(*entry, "CLICKLAKE_", 10) != 0) environment.push_back(*entry);
    }
    for (std::string& entry : added) environment.push_back(entry.data());
    environment.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    // A group of its own, so that what it starts can be ended with it.
    ::posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t usual;
    ::sigemptyset(&usual);
    ::sigaddset(&usual, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes, &usual);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    const int error = ::posix_spawnp(pid, arguments[0], &actions, &attributes, arguments.data(),
                                     environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    return error;
  }

  void end_the_late() {
    const std::int64_t now = context_.now_us();
    for (auto& [fd, child] : children_) {
      if (child.late || now < child.until_us) continue;
      child.late = true;
      (void)::kill(-child.pid, SIGKILL);
    }
  }

  void ended(int fd) {
    auto node = children_.extract(fd);
    context_.loop->unwatch(fd);
    ::close(fd);
    if (node.empty()) return;
    Child child = std::move(node.mapped());
    int status = 0;
    (void)::waitpid(child.pid, &status, 0);
    std::string said(200, '\0');
    const ssize_t got = ::pread(child.errors, said.data(), said.size(), 0);
    said.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    ::close(child.errors);
    std::replace_if(
        said.begin(), said.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    if (!said.empty()) said.insert(0, ": ");
    if (child.late) {
      child.done({Outcome::retry("TIMEOUT", command_[0] + " did not end in time" + said)});
    } else if (WIFSIGNALED(status)) {
      child.done(
          {Outcome::retry("ERROR_FROM_TARGET", command_[0] + " was ended by signal " +
                                                   std::to_string(WTERMSIG(status)) + said)});
    } else if (WEXITSTATUS(status) == 0) {
      child.done({Outcome::delivered()});
    } else {
      const std::string message =
          command_[0] + " ended with " + std::to_string(WEXITSTATUS(status)) + said;
      child.done({WEXITSTATUS(status) == kRefused ? Outcome::refused("ERROR_FROM_TARGET", message)
                                                  : Outcome::retry("ERROR_FROM_TARGET", message)});
    }
  }

  std::vector<std::string> command_;
  std::int64_t timeout_us_;
  SenderContext context_;
  std::map<int, Child> children_;
};

}  // namespace

Result<std::unique_ptr<Sender>> make_command_sender(const RuleTarget& target,
                                                    const SenderContext& context) {
  return std::unique_ptr<Sender>(std::make_unique<CommandSender>(target, context));
}

}  // namespace clicklake
