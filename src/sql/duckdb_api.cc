#include "sql/duckdb_api.h"

#include <dlfcn.h>
#include <sys/auxv.h>

#include <string>
#include <string_view>

namespace clicklake {

namespace {

constexpr const char* kWayOut =
    "; reinstall clicklake (its lib/ folder holds libduckdb.so), or run tools/bootstrap in a "
    "source tree";

Error load_error(ErrorCode code, std::string what) {
  return Error{code, std::move(what) + kWayOut};
}

template <typename Function>
bool resolve(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

std::vector<std::filesystem::path> DuckdbApi::library_candidates() {
  std::vector<std::filesystem::path> candidates;
  std::error_code error;
  auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {  // no /proc, as in a bare chroot: the path that the kernel was given
    const auto* given = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
    if (given != nullptr) executable = std::filesystem::canonical(given, error);
  }
  if (!error) {
    candidates.push_back(executable.parent_path().parent_path() / "lib" / "libduckdb.so");
  }
  candidates.emplace_back(CLICKLAKE_DUCKDB_LIBRARY);
  return candidates;
}

Result<std::shared_ptr<const DuckdbApi>> DuckdbApi::load(
    const std::vector<std::filesystem::path>& candidates) {
  std::string tried;
  const std::filesystem::path* found = nullptr;
  for (const auto& candidate : candidates) {
    std::error_code error;
    if (std::filesystem::exists(candidate, error)) {
      found = &candidate;
      break;
    }
    tried += (tried.empty() ? "" : ", ") + candidate.string();
  }
  if (found == nullptr) {
    return load_error(ErrorCode::kNotFound,
                      "cannot find DuckDB's library (looked for " + tried + ")");
  }
  // Lazy binding saves 3 ms of relocations; LOCAL keeps the library's symbols out of everybody
  // else's lookups.
  void* library = dlopen(found->c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    return load_error(ErrorCode::kIo, "cannot open DuckDB's library " + found->string() + ": " +
                                          (reason != nullptr ? reason : "unknown reason"));
  }
  auto api = std::make_shared<DuckdbApi>();
#define CLICKLAKE_DUCKDB_RESOLVE(name)                                                           \
  if (!resolve(library, #name, api->name)) {                                                     \
    return load_error(ErrorCode::kUnsupported,                                                   \
                      "the library " + found->string() +                                         \
                          " lacks " #name ", clicklake needs DuckDB " CLICKLAKE_DUCKDB_VERSION); \
  }
  CLICKLAKE_DUCKDB_FUNCTIONS(CLICKLAKE_DUCKDB_RESOLVE)
#undef CLICKLAKE_DUCKDB_RESOLVE
  const std::string_view version = api->duckdb_library_version();
  if (version != CLICKLAKE_DUCKDB_VERSION) {
    return load_error(ErrorCode::kUnsupported,
                      "the library " + found->string() + " is DuckDB " + std::string(version) +
                          ", clicklake was built for " + CLICKLAKE_DUCKDB_VERSION);
  }
  return std::shared_ptr<const DuckdbApi>(std::move(api));
}

}  // namespace clicklake
