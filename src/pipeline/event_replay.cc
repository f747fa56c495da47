#include "pipeline/event_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "format/line_reader.h"
#include "format/record_parser.h"
#include "matching/match_recorder.h"
#include "model/star_schema.h"
#include "model/time.h"
#include "rows/existing_rows.h"
#include "transform/identity.h"

namespace clicklake {
namespace {

struct HashOfIdentity {
  std::size_t operator()(const EventHash& hash) const { return hash.key; }
};

/// A fact whose raw event is looked for; its line and type come from there.
struct WantedFact {
  AcceptedEvent event;
  std::int64_t canonical_key = 0;
};
using WantedFacts = std::unordered_map<EventHash, std::vector<WantedFact>, HashOfIdentity>;

class EventReplay {
 public:
  EventReplay(Catalog& catalog, const EventReplayOptions& options, const RuleSet& rules,
              OutboxWriter* outbox)
      : catalog_(catalog),
        options_(options),
        rows_(options.lake, options.session),
        recorder_(rules, outbox, options.accepted_us, options.session.temp_dir, options.name) {}

  Result<EventReplayReport> run() {
    RETURN_IF_ERROR(list_files());
    for (std::int64_t hour = hour_of(options_.from_us); hour <= hour_of(options_.to_us - 1);) {
      const std::int64_t next = next_hour_with_facts(hour);
      if (next > hour) {
        hour = next;
        continue;
      }
      RETURN_IF_ERROR(load_facts(hour));
      for (const RawFile* file : by_hour_[hour]) RETURN_IF_ERROR(read(*file));
      // What its hour's files have not lies in files of other hours, or of none.
      for (auto& [identity, facts] : wanted_) {
        if (!facts.empty()) elsewhere_[identity] = std::move(facts);
      }
      ++hour;
    }
    wanted_ = std::move(elsewhere_);
    std::erase_if(wanted_, [](const auto& entry) { return entry.second.empty(); });
    for (const RawFile& file : files_) {
      if (wanted_.empty()) break;
      if (file.in_place || !file.hour) RETURN_IF_ERROR(read(file));
    }
    for (const auto& [identity, facts] : wanted_)
      report_.missing += static_cast<std::int64_t>(facts.size());
    RETURN_IF_ERROR(recorder_.finish());
    report_.matches = recorder_.counts().matches;
    return report_;
  }

 private:
  Status list_files() {
    const TableDefinition& facts = fact_clicks_definition();
    FileFilter times{
        facts.columns[static_cast<std::size_t>(column_index(facts, "event_timestamp"))].field_id,
        options_.from_us, options_.to_us - 1};
    ASSIGN_OR_RETURN(const std::unique_ptr<ReadView> view, catalog_.read_view());
    ASSIGN_OR_RETURN(const std::vector<DataFile> live,
                     catalog_.live_files("fact_clicks", {times}, true));
    std::vector<FactFile> fact_files;
    fact_files.reserve(live.size());
    for (const DataFile& file : live) fact_files.push_back(fact_file_of(file, false));
    rows_.set_facts(std::move(fact_files));
    ASSIGN_OR_RETURN(files_, catalog_.raw_files(""));
    for (const RawFile& file : files_) {
      if (file.hour) by_hour_[*file.hour].push_back(&file);
    }
    return {};
  }

  /// `hour` itself, or the first one behind it that a file of facts may hold.
  std::int64_t next_hour_with_facts(std::int64_t hour) const {
    std::int64_t next = std::numeric_limits<std::int64_t>::max();
    for (const FactFile& file : rows_.facts()) {
      if (file.max_us >= hour_start(hour)) next = std::min(next, hour_of(file.min_us));
    }
    return std::max(hour, next);
  }

  Status load_facts(std::int64_t hour) {
    wanted_.clear();
    const std::int64_t min_us = std::max(options_.from_us, hour_start(hour));
    const std::int64_t max_us = std::min(options_.to_us, hour_start(hour + 1)) - 1;
    const std::string files = rows_.read_facts(min_us, max_us);
    if (files.empty()) return {};
    return rows_.query(
        fmt::format("SELECT event_key, event_check, event_timestamp, "
                    "coalesce(canonical_key, event_key), user_key, session_key, page_key, "
                    "referrer_key, campaign_key, device_key, revenue FROM {} WHERE "
                    "event_timestamp BETWEEN make_timestamptz({}) AND make_timestamptz({})",
                    files, min_us, max_us),
        [&](const Chunk& chunk) -> Status {
          for (std::size_t i = 0; i < chunk.rows(); ++i) {
            WantedFact fact;
            AcceptedEvent& event = fact.event;
            event.identity = {static_cast<std::uint64_t>(chunk.longs(0)[i]),
                              static_cast<std::uint64_t>(chunk.longs(1)[i])};
            event.time_us = chunk.longs(2)[i];
            fact.canonical_key = chunk.longs(3)[i];
            event.user_key = chunk.longs(4)[i];
            event.session_key = chunk.longs(5)[i];
            event.page_key = chunk.longs(6)[i];
            event.referrer_key = chunk.longs(7)[i];
            event.campaign_key = chunk.longs(8)[i];
            event.device_key = chunk.longs(9)[i];
            if (chunk.valid(10, i)) event.revenue = chunk.longs(10)[i];
            wanted_[event.identity].push_back(fact);
          }
          return {};
        });
  }

  Status read(const RawFile& file) {
    LineReaderOptions lines;
    lines.hash = false;
    lines.max_line_bytes = static_cast<std::size_t>(
        std::max<std::int64_t>({file.in_place ? file.max_line_bytes : file.size,
                                static_cast<std::int64_t>(options_.max_line_bytes), 1}));
    auto opened = LineReader::open(
        file.in_place ? std::filesystem::path(file.path) : options_.lake / file.path, lines);
    if (!opened) return {};  // its events are counted as missing
    LineBlock block;
    for (;;) {
      const auto more = (*opened)->next(&block);
      if (!more || !*more) return {};
      const char* at = block.data;
      while (at < block.data + block.size) {
        std::string_view line;
        const bool valid = parser_.parse_next(at, &line, &record_) == ParseOutcome::kRecord;
        at += line.size() + 1;
        if (valid) RETURN_IF_ERROR(take(line));
      }
    }
  }

  Status take(std::string_view line) {
    if (record_.timestamp_us < options_.from_us || record_.timestamp_us >= options_.to_us)
      return {};
    const EventIdentity identity = identifier_.identify(record_, line.size());
    const auto found = wanted_.find(identity.hash);
    if (found == wanted_.end()) return {};
    std::vector<WantedFact>& facts = found->second;
    const auto fact = std::find_if(facts.begin(), facts.end(), [&](const WantedFact& wanted) {
      return wanted.event.time_us == record_.timestamp_us &&
             wanted.canonical_key == static_cast<std::int64_t>(identity.canonical_hash);
    });
    if (fact == facts.end()) return {};
    AcceptedEvent event = fact->event;
    event.line = line;
    event.event_type = record_.field(RawField::kEventType);
    facts.erase(fact);
    if (facts.empty()) wanted_.erase(found);
    ++report_.events;
    return recorder_.meets(event) ? recorder_.record(event) : Status();
  }

  Catalog& catalog_;
  const EventReplayOptions& options_;
  ExistingRows rows_;
  MatchRecorder recorder_;
  std::vector<RawFile> files_;
  std::map<std::int64_t, std::vector<const RawFile*>> by_hour_;
  WantedFacts wanted_;
  WantedFacts elsewhere_;
  RecordParser parser_;
  Record record_;
  EventIdentifier identifier_;
  EventReplayReport report_;
};

}  // namespace

Result<EventReplayReport> replay_events(Catalog& catalog, const EventReplayOptions& options,
                                        const RuleSet& rules, OutboxWriter* outbox) {
  return EventReplay(catalog, options, rules, outbox).run();
}

}  // namespace clicklake
