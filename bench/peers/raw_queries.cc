/// raw_queries [--threads N] [--rounds N] [--query NAME] [--side NAME] FOLDER: the five questions
/// of a dashboard, asked of raw NDJSON.
///
/// Every .json file under FOLDER (year=/month=/day=/hour=) is read by lake_text_scan and by
/// DuckDB's own read_json, in turn, by one session with the same settings; the rows must be the
/// same. read_json is given its fastest honest form: explicit columns, the files' format, metadata
/// as JSON where that is faster than a MAP; and, as one types it, the files alone. Prints one JSON object: seconds (wall and CPU) of every
/// round.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "query/text_scan.h"
#include "sql/chunk.h"
#include "sql/session.h"

namespace {

using namespace clicklake;

struct Query {
  const char* name;
  const char* sql;       ///< over T
  const char* json_sql;  ///< over T with metadata as JSON; null: the same
};

// metadata's type in T is MAP(VARCHAR, VARCHAR), but in json_sql.
constexpr Query kQueries[] = {
    {"events_per_hour",
     "SELECT concat_ws('|', date_trunc('hour', event_timestamp), event_type, count(*)) AS r FROM T "
     "GROUP BY date_trunc('hour', event_timestamp), event_type ORDER BY 1",
     nullptr},
    {"daily_active_users",
     "SELECT concat_ws('|', event_timestamp::DATE, count(DISTINCT user_id)) AS r FROM T GROUP BY "
     "event_timestamp::DATE ORDER BY 1",
     nullptr},
    {"top_pages",
     "SELECT concat_ws('|', page_url, n) AS r FROM (SELECT page_url, count(*) AS n FROM T GROUP BY "
     "page_url ORDER BY n DESC, page_url LIMIT 20)",
     nullptr},
    {"funnel",
     "SELECT concat_ws('|', d, count(*), count(*) FILTER (v), count(*) FILTER (v AND c), count(*) "
     "FILTER (v AND c AND p)) AS r FROM (SELECT session_id, event_timestamp::DATE AS d, "
     "bool_or(event_type = 'page_view') AS v, bool_or(event_type = 'add_to_cart') AS c, "
     "bool_or(event_type = 'purchase') AS p FROM T GROUP BY session_id, event_timestamp::DATE) "
     "GROUP BY d ORDER BY 1",
     nullptr},
    {"revenue",
     "SELECT concat_ws('|', metadata['category'], count(*), sum(metadata['price']::DECIMAL(18,4) * "
     "metadata['quantity']::INTEGER)) AS r FROM T WHERE event_type = 'purchase' GROUP BY "
     "metadata['category'] ORDER BY 1",
     "SELECT concat_ws('|', metadata->>'category', count(*), "
     "sum((metadata->>'price')::DECIMAL(18,4) * (metadata->>'quantity')::INTEGER)) AS r FROM T "
     "WHERE event_type = 'purchase' GROUP BY metadata->>'category' ORDER BY 1"},
    {"count", "SELECT count(*)::VARCHAR AS r FROM T", nullptr},
};

double cpu_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "raw_queries: %s\n", why.c_str());
  std::exit(1);
}

struct Run {
  double wall = 0;
  double cpu = 0;
  std::vector<std::string> rows;
};

Run run(Session& session, const std::string& sql) {
  Run out;
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  auto result = session.query(sql);
  if (!result.has_value()) stop(result.error().message);
  for (;;) {
    auto chunk = result->next();
    if (!chunk.has_value()) stop(chunk.error().message);
    if (*chunk == nullptr) break;
    for (std::size_t row = 0; row < (*chunk)->rows(); ++row) {
      out.rows.emplace_back((*chunk)->string(0, row));
    }
  }
  out.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  out.cpu = cpu_seconds() - cpu;
  return out;
}

void execute(Session& session, const std::string& sql) {
  if (const Status done = session.execute(sql); !done.has_value()) stop(done.error().message);
}

TextScanRequest request_for(const std::vector<std::string>& files) {
  TextScanRequest request;
  request.table = "click_events_raw";
  const auto add = [](std::vector<HiveColumn>& columns, const char* name, const HiveType& type) {
    columns.push_back({name, type, ""});
  };
  const HiveType text = HiveType::of(HiveKind::kString);
  for (const char* name : {"user_id", "session_id", "event_type"}) add(request.columns, name, text);
  add(request.columns, "event_timestamp", HiveType::of(HiveKind::kTimestamp));
  for (const char* name : {"device_type", "page_url", "referrer_url"}) {
    add(request.columns, name, text);
  }
  add(request.columns, "metadata", HiveType::map_of_strings());
  for (const char* key : {"year", "month", "day", "hour"}) {
    add(request.partition_keys, key, HiveType::of(HiveKind::kInt));
  }
  for (const std::string& path : files) {
    TextScanFile file;
    file.path = path;
    file.shown_path = path;
    file.size = static_cast<std::int64_t>(std::filesystem::file_size(path));
    for (const HiveColumn& key : request.partition_keys) {
      const std::size_t at = path.find("/" + key.name + "=");
      if (at == std::string::npos) {
        file.partition_values.emplace_back();
        continue;
      }
      const std::size_t begin = at + key.name.size() + 2;
      file.partition_values.emplace_back(path.substr(begin, path.find('/', begin) - begin));
    }
    request.files.push_back(std::move(file));
  }
  return request;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 2;
  int rounds = 5;
  std::string only;
  std::string only_side;
  std::string folder;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--threads" && i + 1 < argc) {
      threads = std::atoi(argv[++i]);
    } else if (argument == "--rounds" && i + 1 < argc) {
      rounds = std::atoi(argv[++i]);
    } else if (argument == "--query" && i + 1 < argc) {
      only = argv[++i];
    } else if (argument == "--side" && i + 1 < argc) {
      only_side = argv[++i];
    } else {
      folder = argument;
    }
  }
  if (folder.empty() || threads < 1 || rounds < 1) {
    std::fprintf(stderr,
                 "raw_queries [--threads N] [--rounds N] [--query NAME] [--side NAME] FOLDER\n");
    return 2;
  }
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".json") {
      files.push_back(entry.path().string());
    }
  }
  if (files.empty()) stop("no .json files in " + folder);
  std::sort(files.begin(), files.end());

  SessionOptions options;
  options.threads = threads;
  auto opened = Session::open(options);
  if (!opened.has_value()) stop(opened.error().message);
  Session& session = **opened;
  TextScans scans;
  if (!register_text_scan(session, scans).has_value()) stop("the table function is refused");
  std::string list;
  for (const std::string& file : files) list += (list.empty() ? "" : ", ") + quote_literal(file);
  const auto read_json = [&](const std::string& metadata) {
    return "SELECT * FROM read_json([" + list +
           "], format = 'newline_delimited', hive_partitioning = false, columns = {user_id: "
           "'VARCHAR', session_id: 'VARCHAR', event_type: 'VARCHAR', event_timestamp: 'TIMESTAMP', "
           "device_type: 'VARCHAR', page_url: 'VARCHAR', referrer_url: 'VARCHAR', metadata: '" +
           metadata + "'})";
  };
  // Each side is a schema whose view T the queries read.
  std::map<std::string, std::string> sides;
  sides["lake_text_scan"] = "SELECT * FROM lake_text_scan('" + scans.add(request_for(files)) + "')";
  sides["read_json"] = read_json("MAP(VARCHAR,VARCHAR)");
  sides["read_json_as_json"] = read_json("JSON");
  sides["read_json_alone"] = "SELECT * FROM read_json([" + list + "])";
  for (const auto& [side, sql] : sides) {
    std::string statements = "CREATE SCHEMA ";
    statements.append(side).append("; CREATE VIEW ").append(side).append(".T AS ").append(sql);
    execute(session, statements);
  }

  std::printf("{\"files\": %zu, \"threads\": %d, \"queries\": {", files.size(), threads);
  bool first = true;
  for (const Query& query : kQueries) {
    if (!only.empty() && only != query.name) continue;
    std::map<std::string, std::vector<Run>> runs;
    std::vector<std::string> rows;
    for (int round = 0; round <= rounds; ++round) {
      for (const auto& [side, sql] : sides) {
        const bool json = side == "read_json_as_json";
        if (json && query.json_sql == nullptr) continue;
        if (!only_side.empty() && side != only_side) continue;
        execute(session, "USE " + side);
        Run one = run(session, json ? query.json_sql : query.sql);
        if (rows.empty()) rows = one.rows;
        if (one.rows != rows) stop(std::string(query.name) + ": the rows of " + side + " differ");
        if (round > 0) runs[side].push_back(std::move(one));  // the first warms up
      }
    }
    std::printf("%s\n \"%s\": {\"rows\": %zu", first ? "" : ",", query.name, rows.size());
    first = false;
    for (const auto& [side, list_of_runs] : runs) {
      std::printf(", \"%s\": [", side.c_str());
      for (std::size_t i = 0; i < list_of_runs.size(); ++i) {
        std::printf("%s{\"wall_s\": %.4f, \"cpu_s\": %.4f}", i == 0 ? "" : ", ",
                    list_of_runs[i].wall, list_of_runs[i].cpu);
      }
      std::printf("]");
    }
    std::printf("}");
  }
  std::printf("}}\n");
  return 0;
}
