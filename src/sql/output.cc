#include "sql/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "objstore/durable_file.h"

namespace clicklake {

namespace {

constexpr std::size_t kHeldBack = 64 << 10;

}  // namespace

struct Output::Impl {
  std::string name;
  int descriptor = -1;
  bool owns_descriptor = false;
  std::optional<DurableFile> file;
  std::string held;

  ~Impl() {
    if (owns_descriptor) close(descriptor);
  }

  Status hand_over() {
    std::string_view bytes = held;
    if (file) {
      RETURN_IF_ERROR(file->append(bytes));
    } else {
      while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written >= 0) {
          bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
          held.clear();
          return Error{ErrorCode::kCancelled, "nobody reads " + name + " any more"};
        } else if (errno != EINTR) {
          return errno_error(errno, "write " + name);
        }
      }
    }
    held.clear();
    return {};
  }
};

Output::Output(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Output::Output(Output&&) noexcept = default;
Output& Output::operator=(Output&&) noexcept = default;
Output::~Output() = default;

Output Output::to_descriptor(int descriptor, std::string name) {
  auto impl = std::make_unique<Impl>();
  impl->descriptor = descriptor;
  impl->name = std::move(name);
  return Output(std::move(impl));
}

Result<Output> Output::to_file(const std::filesystem::path& path) {
  auto impl = std::make_unique<Impl>();
  impl->name = path.string();
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    impl->descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (impl->descriptor < 0) return errno_error(errno, "open " + impl->name + " for writing");
    impl->owns_descriptor = true;
  } else {
    ASSIGN_OR_RETURN(DurableFile file, DurableFile::create(path));
    impl->file.emplace(std::move(file));
  }
  return Output(std::move(impl));
}

Status Output::write(std::string_view bytes) {
  impl_->held += bytes;
  return impl_->held.size() >= kHeldBack ? impl_->hand_over() : Status();
}

Status Output::flush() { return impl_->hand_over(); }

Status Output::finish() {
  RETURN_IF_ERROR(impl_->hand_over());
  return impl_->file ? impl_->file->commit("output.sync", "output.rename") : Status();
}

}  // namespace clicklake
