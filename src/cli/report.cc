#include "cli/report.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/byte_size.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "model/time.h"

namespace clicklake {
namespace {

using Pairs = std::vector<std::pair<std::string, std::int64_t>>;

void add_pairs(JsonText* json, std::string_view name, const Pairs& pairs) {
  json->key(name).begin_object();
  for (const auto& [key, value] : pairs) json->member(key, value);
  json->end_object();
}

std::string size_text(std::int64_t bytes) {
  return format_byte_size(static_cast<std::uint64_t>(bytes));
}

std::string run_json(const RunReport& r) {
  JsonText json;
  json.begin_object().member("records_read", r.records_read);
  if (r.transformed) {
    json.member("accepted", r.accepted).member("duplicate", r.duplicate);
  } else {
    json.member("valid", r.valid);
  }
  json.member("quarantined", r.quarantined).member("blank", r.blank);
  add_pairs(&json, "quarantined_by_reason", r.quarantined_by_reason);
  if (r.transformed)
    json.member("replaced", r.replaced)
        .member("matches", r.matches)
        .member("untyped_promoted", r.untyped_promoted);
  add_pairs(&json, "rows", r.rows);
  json.member("sources_taken", r.sources_taken).member("sources_skipped", r.sources_skipped);
  json.key("problems").begin_array();
  for (const SourceProblem& p : r.problems) {
    json.begin_object()
        .member("kind", to_string(p.kind))
        .member("source", as_utf8(p.shown))
        .member("message", as_utf8(p.message))
        .end_object();
  }
  json.end_array();
  json.key("mart_problems").begin_array();
  for (const std::string& problem : r.mart_problems) json.value(as_utf8(problem));
  json.end_array();
  json.member("swept_files", r.swept_files);
  json.member("ingest_batch_id", r.ingest_batch).member("transform_batch_id", r.transform_batch);
  json.member("bytes_in", r.bytes_in).member("bytes_out", r.bytes_out);
  json.member("seconds", r.seconds).member("peak_memory_bytes", r.peak_memory_bytes);
  return json.end_object().text();
}

void print_run_text(const RunReport& r) {
  const auto line = [](std::string_view name, const std::string& value) {
    fmt::print("{:<22}{:>15}\n", name, value);
  };
  line("records read", number_text(r.records_read));
  if (r.transformed) {
    line("  accepted", number_text(r.accepted));
    line("  duplicate", number_text(r.duplicate));
  } else {
    line("  valid", number_text(r.valid));
  }
  line("  quarantined", number_text(r.quarantined));
  for (const auto& [reason, count] : r.quarantined_by_reason)
    line("    " + reason, number_text(count));
  line("  blank", number_text(r.blank));
  if (r.replaced > 0) line("rows replaced", number_text(r.replaced));
  if (r.matches > 0) line("matches of rules", number_text(r.matches));
  if (r.untyped_promoted > 0) line("values left untyped", number_text(r.untyped_promoted));
  line("sources taken", number_text(r.sources_taken));
  if (r.sources_skipped > 0) line("sources known already", number_text(r.sources_skipped));
  if (r.swept_files > 0) line("files swept", number_text(r.swept_files));
  if (r.transformed) {
    fmt::print("rows\n");
    for (const auto& [table, rows] : r.rows) line("  " + table, number_text(rows));
  }
  line("read", size_text(r.bytes_in));
  line("written", size_text(r.bytes_out));
  line("seconds", fmt::format("{:.2f}", r.seconds));
  if (r.seconds > 0 && r.records_read > 0) {
    line("rate", fmt::format("{}/s", size_text(static_cast<std::int64_t>(
                                         static_cast<double>(r.bytes_in) / r.seconds))));
    line("events a second",
         number_text(static_cast<std::int64_t>(static_cast<double>(r.records_read) / r.seconds)));
  }
  line("peak memory", size_text(r.peak_memory_bytes));
}

std::string age_text(std::int64_t seconds) {
  if (seconds < 0) return fmt::format("{} s in the future", -seconds);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} days", seconds / 86'400);
}

std::string_view kind_text(BatchKind kind) {
  return kind == BatchKind::kIngest      ? "ingest"
         : kind == BatchKind::kTransform ? "transform"
         : kind == BatchKind::kForeign   ? "another program's"
                                         : "run";
}

std::string status_json(const LakeStatus& s) {
  JsonText json;
  json.begin_object().key("tables").begin_array();
  for (const TableInfo& t : s.tables) {
    json.begin_object()
        .member("name", t.name)
        .member("rows", t.rows)
        .member("files", t.files)
        .member("bytes", t.bytes)
        .member("snapshot", t.snapshot)
        .end_object();
  }
  json.end_array();
  json.key("raw")
      .begin_object()
      .member("files", s.raw_files)
      .member("bytes", s.raw_bytes)
      .member("pending_files", s.raw_files_pending)
      .end_object();
  json.key("last_batch");
  if (s.last_batch) {
    const BatchCounts& c = s.last_batch->counts;
    json.begin_object()
        .member("id", s.last_batch->id)
        .member("kind", kind_text(s.last_batch->kind));
    json.member("committed_at", format_timestamp(s.last_batch->committed_us))
        .member("records_read", c.records_read)
        .member("accepted", c.accepted);
    json.member("duplicate", c.duplicate)
        .member("valid", c.valid)
        .member("quarantined", c.quarantined)
        .member("blank", c.blank)
        .end_object();
  } else {
    json.null();
  }
  json.member("open_batches", s.open_batches);
  json.key("latest_event");
  if (s.latest_event_us > 0) {
    json.value(format_timestamp(s.latest_event_us)).member("lag_seconds", s.lag_seconds);
  } else {
    json.null().key("lag_seconds").null();
  }
  add_pairs(&json, "quarantine", s.quarantine);
  return json.end_object().text();
}

}  // namespace

std::string number_text(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3;
       at > (number < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t bad = find_invalid_utf8(text);
    out += text.substr(0, bad);
    if (bad == std::string_view::npos) return out;
    append_utf8(&out, 0xFFFD);
    text.remove_prefix(bad + 1);
  }
}

std::string as_line(std::string_view text) {
  std::string out;
  for (const char c : as_utf8(text)) {
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

int print_run_report(const RunReport& report, bool json) {
  if (json) {
    fmt::print("{}\n", run_json(report));
  } else {
    print_run_text(report);
  }
  std::fflush(stdout);
  for (const SourceProblem& problem : report.problems)
    fmt::print(stderr, "clicklake: {}: {}\n", to_string(problem.kind), problem.message);
  for (const std::string& problem : report.mart_problems)
    fmt::print(stderr, "clicklake: {}\n", problem);
  if (!report.symlink_problem.empty()) {
    fmt::print(stderr, "clicklake: symlink manifests are behind, the next run writes them: {}\n",
               report.symlink_problem);
  }
  for (const std::string& problem : report.rule_problems) {
    fmt::print(
        stderr,
        "clicklake: {}\nclicklake: events met the other rules only; mend it, then send what it "
        "missed by `clicklake events replay`\n",
        problem);
  }
  return report.failed ? 1 : 0;
}

void print_status(const LakeStatus& s, bool json) {
  if (json) {
    fmt::print("{}\n", status_json(s));
    return;
  }
  fmt::print("{:<16}{:>15}{:>8}{:>12}\n", "table", "rows", "files", "size");
  for (const TableInfo& t : s.tables)
    fmt::print("{:<16}{:>15}{:>8}{:>12}\n", t.name, number_text(t.rows), number_text(t.files),
               size_text(t.bytes));
  fmt::print("{:<16}{:>15}{:>8}{:>12}\n", "raw files", "", number_text(s.raw_files),
             size_text(s.raw_bytes));
  if (s.raw_files_pending > 0)
    fmt::print("{} raw files wait for a transform\n", number_text(s.raw_files_pending));
  if (s.last_batch) {
    fmt::print("last batch      {} ({}), committed {}\n", s.last_batch->id,
               kind_text(s.last_batch->kind), format_timestamp(s.last_batch->committed_us));
  } else {
    fmt::print("last batch      none yet: clicklake run --lake ... SOURCE...\n");
  }
  if (s.open_batches > 0)
    fmt::print("open batches    {} (at work now, or cut off: the next run takes up)\n",
               s.open_batches);
  if (s.latest_event_us > 0)
    fmt::print("latest event    {} (lag {})\n", format_timestamp(s.latest_event_us),
               age_text(s.lag_seconds));
  fmt::print("quarantine      {}\n", s.quarantine.empty() ? "empty" : "");
  for (const auto& [reason, count] : s.quarantine)
    fmt::print("  {:<20}{:>9}\n", reason, number_text(count));
}

}  // namespace clicklake
