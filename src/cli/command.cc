#include "cli/command.h"

#include <fmt/format.h>

#include <cstdio>

namespace clicklake {

void add_lake_option(CLI::App* app, const CommandContext& context, std::string* lake) {
  *lake = context.lake_from_environment.empty() ? "lake" : context.lake_from_environment;
  app->add_option("--lake", *lake, "The lake's folder (default: $CLICKLAKE_LAKE, then ./lake)")
      ->type_name("DIR");
}

Result<std::filesystem::path> find_lake(const std::string& lake) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(lake, error).lexically_normal();
  if (!std::filesystem::exists(path / "catalog.db", error)) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("there is no lake in {}: make one with `clicklake init {}`, or name "
                             "another with --lake or $CLICKLAKE_LAKE",
                             path.string(), lake)};
  }
  return path.has_filename() ? path : path.parent_path();
}

int fail(const Error& error) {
  std::fflush(stdout);
  const std::string line = fmt::format("clicklake: {}\n", error.message);
  std::fputs(line.c_str(), stderr);
  return error.code == ErrorCode::kInvalidArgument ? 2 : 1;
}

}  // namespace clicklake
