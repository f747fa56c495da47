#pragma once
/// The lake's settings: clicklake.toml, read once.
///
/// Place: the cli alone reads it; modules get their options structs. Invariant: an unknown key is
/// an error that names it. Thread safety: a value. Source: the commented file that `init` writes.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "objstore/location_map.h"
#include "pipeline/run.h"
#include "query/scan_bill.h"
#include "upkeep/maintain.h"

namespace clicklake {

/// A `[source.NAME]` table: what `run` takes without arguments.
struct ConfiguredSource {
  std::string name;
  std::string path;  ///< folder, file or glob; relative to the lake's folder
  bool in_place = false;
};

struct Config {
  explicit Config(const std::filesystem::path& lake) : locations(lake) {}

  RunOptions run;         ///< with `lake` set
  LocationMap locations;  ///< of `[locations]`
  std::vector<ConfiguredSource> sources;
  ScanPrice price;                           ///< `price_per_tb` and `scan_minimum`
  std::int64_t keep_outbox_days = 7;         ///< outbox files of which all is delivered
  std::int64_t keep_dead_letters_days = 30;  ///< dead letters, redriven or not
  MaintainOptions maintain;                  ///< of `[maintain]`: see maintain_options()
  std::uint64_t maintain_file_bytes = 0;     ///< its target_file_size; 0: that of raw files
  bool maintain_after_run = false;           ///< its `auto`
  std::optional<std::int64_t> max_scan;  ///< a query that scans more is refused; nothing: none is
};

/// Reads `<lake>/clicklake.toml`; a missing file means the defaults. Errors: kInvalidArgument
/// naming the file, line and key.
Result<Config> load_config(const std::filesystem::path& lake);

/// What `maintain` is to do, with what it shares with runs.
MaintainOptions maintain_options(const Config& config);

/// The commented file that `init` writes.
std::string_view default_config_text();

}  // namespace clicklake
