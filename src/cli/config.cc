#include "cli/config.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <optional>
#include <thread>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "base/byte_size.h"
#include "cli/schema_file.h"

namespace clicklake {
namespace {

class Reader {
 public:
  Reader(std::string file, Config* config) : file_(std::move(file)), config_(config) {}

  Status read(const toml::table& root) {
    RunOptions& run = config_->run;
    const std::map<std::string_view, std::function<Status(const toml::node&, std::string_view)>>
        keys{
            {"threads",
             [&](const auto& n, auto k) {
               return integer(n, k, 0, 1024,
                              [&](std::int64_t v) { run.threads = static_cast<int>(v); });
             }},
            {"memory_limit",
             [&](const auto& n, auto k) {
               return size(n, k, [&](std::uint64_t v) { run.memory_limit = v; });
             }},
            {"temp_dir",
             [&](const auto& n, auto k) {
               return text(n, k, [&](const std::string& v) {
                 if (!v.empty()) run.temp_dir = run.lake / v;
               });
             }},
            {"max_line_bytes",
             [&](const auto& n, auto k) {
               return size(n, k, [&](std::uint64_t v) { run.max_line_bytes = v; });
             }},
            {"max_quarantine_ratio",
             [&](const auto& n, auto k) {
               return real(n, k, 0, 1, [&](double v) { run.max_quarantine_ratio = v; });
             }},
            {"target_file_size",
             [&](const auto& n, auto k) {
               return size(n, k, [&](std::uint64_t v) { run.target_file_bytes = v; });
             }},
            {"base_currency",
             [&](const auto& n, auto k) {
               return text(n, k, [&](const std::string& v) { run.base_currency = v; });
             }},
            {"dimension_buckets",
             [&](const auto& n, auto k) {
               return integer(n, k, 1, 4096,
                              [&](std::int64_t v) { run.dimension_buckets = static_cast<int>(v); });
             }},
            {"dedupe_window_hours",
             [&](const auto& n, auto k) {
               return integer(n, k, 0, 24 * 366,
                              [&](std::int64_t v) { run.dedupe_window_hours = v; });
             }},
            {"zstd_level",
             [&](const auto& n, auto k) {
               return integer(n, k, 1, 19, [&](std::int64_t v) {
                 run.parquet.zstd_level = static_cast<int>(v);
               });
             }},
            {"count_keys",
             [&](const auto& n, auto k) {
               const auto v = n.template value_exact<bool>();
               if (!v) return Status(fail(n, fmt::format("'{}' is true or false", k)));
               run.count_keys = *v;
               return Status();
             }},
            {"keep_outbox_days",
             [&](const auto& n, auto k) {
               return integer(n, k, 1, 3650,
                              [&](std::int64_t v) { config_->keep_outbox_days = v; });
             }},
            {"keep_dead_letters_days",
             [&](const auto& n, auto k) {
               return integer(n, k, 1, 3650,
                              [&](std::int64_t v) { config_->keep_dead_letters_days = v; });
             }},
            {"match_rules",
             [&](const auto& n, auto k) {
               const auto v = n.template value_exact<bool>();
               if (!v) return Status(fail(n, fmt::format("'{}' is true or false", k)));
               run.match_rules = *v;
               return Status();
             }},
            {"price_per_tb",
             [&](const auto& n, auto k) {
               return real(n, k, 0, 1e9, [&](double v) { config_->price.dollars_per_tb = v; });
             }},
            {"scan_minimum",
             [&](const auto& n, auto k) {
               return size(n, k, [&](std::uint64_t v) {
                 config_->price.minimum_bytes = static_cast<std::int64_t>(v);
               });
             }},
            {"max_scan",
             [&](const auto& n, auto k) {
               return size(n, k, [&](std::uint64_t v) {
                 config_->max_scan = static_cast<std::int64_t>(v);
               });
             }},
            {"source", [&](const auto& n, auto k) { return sources(n, k); }},
            {"maintain", [&](const auto& n, auto k) { return maintain(n, k); }},
            {"symlinks", [&](const auto& n, auto k) { return symlinks(n, k); }},
            {"marts", [&](const auto& n, auto k) { return marts(n, k); }},
            {"sites", [&](const auto& n, auto k) { return sites(n, k); }},
            {"locations", [&](const auto& n, auto k) { return locations(n, k); }},
        };
    for (const auto& [key, node] : root) {
      const auto it = keys.find(key.str());
      if (it == keys.end()) {
        std::string known;
        for (const auto& [name, unused] : keys)
          known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
        return fail(node, fmt::format("unknown key '{}'; known keys: {}", key.str(), known));
      }
      RETURN_IF_ERROR(it->second(node, key.str()));
    }
    return {};
  }

 private:
  Error fail(const toml::node& node, const std::string& what) const {
    return {ErrorCode::kInvalidArgument,
            fmt::format("{}, line {}: {}", file_, node.source().begin.line, what)};
  }

  template <typename F>
  Status integer(const toml::node& node, std::string_view key, std::int64_t min, std::int64_t max,
                 F set) const {
    const auto v = node.value_exact<std::int64_t>();
    if (!v || *v < min || *v > max)
      return fail(node, fmt::format("'{}' is a whole number from {} to {}", key, min, max));
    set(*v);
    return {};
  }
  template <typename F>
  Status real(const toml::node& node, std::string_view key, double min, double max, F set) const {
    const auto v = node.value<double>();
    if (!v || *v < min || *v > max)
      return fail(node, fmt::format("'{}' is a number from {} to {}", key, min, max));
    set(*v);
    return {};
  }
  template <typename F>
  Status text(const toml::node& node, std::string_view key, F set) const {
    const auto v = node.value_exact<std::string>();
    if (!v) return fail(node, fmt::format("'{}' is a text in quotes", key));
    set(*v);
    return {};
  }
  template <typename F>
  Status size(const toml::node& node, std::string_view key, F set) const {
    if (const auto bytes = node.value_exact<std::int64_t>(); bytes && *bytes > 0) {
      set(static_cast<std::uint64_t>(*bytes));
      return {};
    }
    const auto v = node.value_exact<std::string>();
    if (!v)
      return fail(node, fmt::format("'{}' is a size: bytes, or a text such as \"128MB\"", key));
    const auto bytes = parse_byte_size(*v);
    if (!bytes || *bytes == 0)
      return fail(node, fmt::format("'{}': {}", key,
                                    bytes ? "must be more than 0" : bytes.error().message));
    set(*bytes);
    return {};
  }

  Status sources(const toml::node& node, std::string_view) {
    const toml::table* all = node.as_table();
    if (all == nullptr)
      return fail(node, "write sources as tables: [source.web], then path = \"...\"");
    for (const auto& [name, each] : *all) {
      const toml::table* table = each.as_table();
      if (table == nullptr)
        return fail(each, fmt::format("write [source.{}], then path = \"...\"", name.str()));
      ConfiguredSource source;
      source.name = name.str();
      for (const auto& [key, value] : *table) {
        if (key.str() == "path") {
          RETURN_IF_ERROR(text(value, "path", [&](const std::string& v) {
            source.path = (config_->run.lake / v).lexically_normal().string();
          }));
        } else if (key.str() == "in_place") {
          const auto v = value.value_exact<bool>();
          if (!v) return fail(value, "'in_place' is true or false");
          source.in_place = *v;
        } else {
          return fail(value, fmt::format("unknown key 'source.{}.{}'; known keys: path, in_place",
                                         name.str(), key.str()));
        }
      }
      if (source.path.empty())
        return fail(each, fmt::format("[source.{}] has no path", name.str()));
      config_->sources.push_back(std::move(source));
    }
    return {};
  }

  Status maintain(const toml::node& node, std::string_view) {
    const toml::table* all = node.as_table();
    if (all == nullptr) return fail(node, "write upkeep as a table: [maintain], then auto = true");
    MaintainOptions& options = config_->maintain;
    for (const auto& [key, value] : *all) {
      const std::string_view name = key.str();
      const auto hours = [&](std::chrono::hours* to) {
        return integer(value, name, kLeastKept.count(), 24 * 366 * 100,
                       [&](std::int64_t v) { *to = std::chrono::hours(v); });
      };
      const auto days = [&](int* to) {
        return integer(value, name, 0, 366 * 1000,
                       [&](std::int64_t v) { *to = static_cast<int>(v); });
      };
      Status read;
      if (name == "auto") {
        const auto v = value.template value_exact<bool>();
        if (!v) return fail(value, "'auto' is true or false");
        config_->maintain_after_run = *v;
      } else if (name == "budget") {
        read = real(value, name, 0, 1e9, [&](double v) {
          options.budget = std::chrono::milliseconds(static_cast<std::int64_t>(v * 1000));
        });
      } else if (name == "target_file_size") {
        read = size(value, name, [&](std::uint64_t v) {
          config_->maintain_file_bytes = v;
          options.target_file_bytes = static_cast<std::int64_t>(v);
        });
      } else if (name == "keep_snapshots_hours") {
        read = hours(&options.keep_snapshots);
      } else if (name == "keep_orphans_hours") {
        read = hours(&options.keep_orphans);
      } else if (name == "keep_raw_days") {
        read = days(&options.keep_raw_days);
      } else if (name == "keep_quarantine_days") {
        read = days(&options.keep_quarantine_days);
      } else {
        return fail(value, fmt::format("unknown key 'maintain.{}'; known keys: auto, budget, "
                                       "keep_orphans_hours, keep_quarantine_days, keep_raw_days, "
                                       "keep_snapshots_hours, target_file_size",
                                       name));
      }
      RETURN_IF_ERROR(read);
    }
    return {};
  }

  Status symlinks(const toml::node& node, std::string_view) {
    const toml::table* all = node.as_table();
    if (all == nullptr) return fail(node, "write it as a table: [symlinks], then enabled = true");
    for (const auto& [key, value] : *all) {
      if (key.str() == "enabled") {
        const auto v = value.template value_exact<bool>();
        if (!v) return fail(value, "'enabled' is true or false");
        config_->run.symlinks.enabled = *v;
      } else if (key.str() == "location") {
        const auto v = value.template value_exact<std::string>();
        if (!v || v->find("://") == std::string::npos || v->find('\n') != std::string::npos)
          return fail(value, "'location' is a URI as \"s3://bucket/lake\"");
        config_->run.symlinks.location = *v;
      } else {
        return fail(value, fmt::format("unknown key 'symlinks.{}'; known keys: enabled, location",
                                       key.str()));
      }
    }
    return {};
  }

  Status marts(const toml::node& node, std::string_view) {
    const toml::table* all = node.as_table();
    if (all == nullptr) return fail(node, "write it as a table: [marts], then enabled = false");
    for (const auto& [key, value] : *all) {
      if (key.str() == "enabled") {
        const auto v = value.template value_exact<bool>();
        if (!v) return fail(value, "'enabled' is true or false");
        config_->run.marts.enabled = *v;
      } else if (key.str() == "distinct") {
        const auto v = value.template value_exact<std::string>();
        if (!v || (*v != "exact" && *v != "hll"))
          return fail(value, "'distinct' is \"exact\" or \"hll\"");
        config_->run.marts.approximate_distinct = *v == "hll";
      } else {
        return fail(
            value, fmt::format("unknown key 'marts.{}'; known keys: enabled, distinct", key.str()));
      }
    }
    return {};
  }

  Status sites(const toml::node& node, std::string_view) {
    const toml::table* all = node.as_table();
    if (all == nullptr) return fail(node, "write sites as a table: [sites], then hosts = [...]");
    for (const auto& [key, value] : *all) {
      const toml::array* hosts = value.as_array();
      if (key.str() != "hosts")
        return fail(value, fmt::format("unknown key 'sites.{}'; known keys: hosts", key.str()));
      if (hosts == nullptr) return fail(value, "'sites.hosts' is a list of hosts in quotes");
      for (const toml::node& each : *hosts) {
        const auto host = each.value_exact<std::string>();
        if (!host || host->empty() || host->find_first_of("/:*@ ") != std::string::npos)
          return fail(each,
                      "a host of 'sites.hosts' is a text such as \"shop.example.com\", without "
                      "scheme, port and path");
        config_->run.own_hosts.push_back(*host);
      }
    }
    return {};
  }

  Status locations(const toml::node& node, std::string_view) {
    const toml::table* all = node.as_table();
    if (all == nullptr)
      return fail(node,
                  "write locations as a table: [locations], then \"s3://bucket/\" = \"/folder\"");
    for (const auto& [prefix, each] : *all) {
      const auto folder = each.value_exact<std::string>();
      if (!folder || folder->empty())
        return fail(each, fmt::format("'locations.\"{}\"' is a folder in quotes", prefix.str()));
      if (const Status added = config_->locations.add(prefix.str(), *folder); !added)
        return fail(each, added.error().message);
    }
    return {};
  }

  std::string file_;
  Config* config_;
};

}  // namespace

Result<Config> load_config(const std::filesystem::path& lake) {
  Config config(lake);
  config.run.lake = lake;
  config.run.threads = 0;
  config.run.temp_dir = lake / ".tmp";
  const std::filesystem::path file = lake / "clicklake.toml";
  std::error_code error;
  if (std::filesystem::exists(file, error)) {
    const toml::parse_result parsed = toml::parse_file(file.string());
    if (!parsed) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("{}, line {}, column {}: {}", file.string(),
                               parsed.error().source().begin.line,
                               parsed.error().source().begin.column, parsed.error().description())};
    }
    RETURN_IF_ERROR(Reader(file.string(), &config).read(parsed.table()));
  }
  ASSIGN_OR_RETURN(config.run.schema, load_lake_schema(lake));
  if (config.run.threads == 0)
    config.run.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return config;
}

std::string_view default_config_text() {
  return R"(# Settings of this lake. Every line is optional; what stands behind the '#' is the default.

# threads = 0                   # worker threads, of transform and of SQL; 0: one a core
# memory_limit = "4GB"          # what SQL may hold in memory before it spills to temp_dir; default: 80 % of the machine
# temp_dir = ".tmp"             # scratch space, relative to this folder or absolute

# max_line_bytes = "1MB"        # longer lines go to quarantine
# max_quarantine_ratio = 1.0    # a run with a larger share of bad records publishes nothing
# target_file_size = "128MB"    # of the raw files that ingest writes
# base_currency = "USD"         # of dim_users.revenue; purchases in others are counted beside it
# dimension_buckets = 8         # partitions of dim_users, dim_pages and dim_referrers
# dedupe_window_hours = 24      # how far apart two events with one event_id may lie
# zstd_level = 1                # of Parquet files
# count_keys = true             # count keys and kinds of values by day, for `clicklake drift`

# match_rules = true            # accepted events meet rules/*.json
# keep_outbox_days = 7          # matches whose deliveries are done
# keep_dead_letters_days = 30

# price_per_tb = 5.0            # dollars that Athena takes for 2^40 bytes scanned, in your region
# scan_minimum = "10MB"         # and the least that it charges a query for
# max_scan = "1GB"              # refuse queries that scan more; default: refuse none

# What `clicklake run` takes without a SOURCE. A path is a folder, a file or a glob, relative to this folder or absolute.
# [source.web]
# path = "/data/clicks"
# in_place = false              # true: register the hourly files where they lie, copy nothing

# What `clicklake maintain` does; with auto, after each run, too.
# [maintain]
# auto = false
# budget = 10.0                 # seconds that it may take after a run
# target_file_size = "128MB"    # that small data files are merged to; default: target_file_size above
# keep_snapshots_hours = 120    # for time travel and slow readers, after a snapshot was the current one; at least 24
# keep_orphans_hours = 24       # files that nothing names; at least 24
# keep_raw_days = 0             # raw copies of older hours are removed, and can't be replayed any more; 0: none are
# keep_quarantine_days = 0      # quarantine files of older batches are removed; 0: none are

# Athena, Spectrum and Presto read tables by lists of their files below symlinks/, written anew with each commit: see `clicklake ddl`.
# [symlinks]
# enabled = false
# location = "s3://bucket/lake"   # this folder as those readers see it; default: file://

# Marts: tables that the queries in marts/ fill, made anew for the days that a run changes: see `clicklake marts`.
# [marts]
# enabled = true
# distinct = "exact"            # how users are counted; "hll": about 2 % off, in less memory

# Referrers from these hosts, and from hosts below them, are internal.
# [sites]
# hosts = ["shop.example.com"]

# Where the locations of external tables lie on this machine: a prefix and a folder, relative to this one or absolute.
[locations]
"s3://company-raw/clickstream/" = "raw/clickstream"
)";
}

}  // namespace clicklake
