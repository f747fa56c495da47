#include "marts/mart_folder.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include "objstore/durable_file.h"

namespace clicklake {

namespace fs = std::filesystem;

fs::path marts_folder(const fs::path& lake) { return lake / "marts"; }

Result<MartFolder> load_mart_folder(const fs::path& folder) {
  MartFolder out;
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (entry->path().extension() == ".sql" && !is_temporary_name(name) && name[0] != '.')
      files.push_back(entry->path());
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return errno_error(error.value(), "look into " + folder.string());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto mart = in ? parse_mart(file.stem().string(), text, file.string())
                   : Result<MartFile>(Error{ErrorCode::kIo, "cannot read " + file.string()});
    if (mart) {
      mart->ready = std::any_of(ready_marts().begin(), ready_marts().end(),
                                [&](const ReadyMart& r) { return r.text == mart->text; });
      out.marts.push_back(*std::move(mart));
    } else {
      out.problems.push_back(std::move(mart).error());
      out.broken.push_back(file.stem().string());
    }
  }
  return out;
}

Status write_mart(const fs::path& folder, std::string_view name, std::string_view text) {
  const fs::path file = folder / (std::string(name) + ".sql");
  std::error_code error;
  if (fs::exists(file, error)) {
    return Error{ErrorCode::kAlreadyExists,
                 file.string() + " is there already: it was left as it is"};
  }
  RETURN_IF_ERROR(make_folders(folder));
  ASSIGN_OR_RETURN(DurableFile out, DurableFile::create(file));
  RETURN_IF_ERROR(out.append(text));
  RETURN_IF_ERROR(out.commit("mart.sync", "mart.rename"));
  return sync_folder(folder);
}

}  // namespace clicklake
