#include "sessions/session_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_set.hpp>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "base/parallel.h"
#include "model/star_schema.h"
#include "model/time.h"
#include "sessions/session_collector.h"
#include "sql/session.h"

namespace clicklake {
namespace {

using Activity = SessionActivity<std::int64_t>;

constexpr std::size_t kRowsAtOnce = 16'384;  ///< of a row group, where a day has so many
constexpr std::size_t kKeysAtOnce = 1000;    ///< in one query of the facts

std::int64_t day_of(std::int64_t time_us) { return hour_of(time_us) / 24; }

/// A session of a client's id that may have a published row, or is to be computed anew.
struct Client {
  std::optional<SessionRow> part;       ///< what this batch adds
  std::optional<SessionRow> published;  ///< what it is added to
  std::optional<std::int64_t> started;  ///< where the index says that row is
  bool anew = false;
};

/// What a user without client ids did in this batch, and the rows near to it.
struct Silent {
  std::vector<SessionRow> parts, published;
  std::vector<std::int64_t> lost;  ///< times of events that are gone
};

struct Span {
  std::int64_t key;
  std::int64_t from, to;
};

/// Memory that steps use one after another.
struct Scratch {
  std::vector<SessionRow> rows, fresh;
  TextArena texts;

  void clear() {
    rows.clear();
    fresh.clear();
    texts.clear();
  }
};

class ScratchPool {
 public:
  struct Return {
    ScratchPool* pool;
    void operator()(Scratch* scratch) const { pool->put_back(scratch); }
  };
  std::unique_ptr<Scratch, Return> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return {new Scratch, Return{this}};
    Scratch* scratch = free_.back().release();
    free_.pop_back();
    return {scratch, Return{this}};
  }

 private:
  void put_back(Scratch* scratch) {
    scratch->clear();
    const std::lock_guard lock(mutex_);
    free_.emplace_back(scratch);
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> free_;
};

int field_of(std::string_view column) {
  const TableDefinition& table = sessions_definition();
  return table.columns[static_cast<std::size_t>(column_index(table, column))].field_id;
}

class Merge {
 public:
  Merge(const SessionMergeOptions& options, const SessionMergeInput& input)
      : options_(options),
        input_(input),
        published_(input.base_snapshot != 0 && !input.rebuild && !input.unread),
        rebuilt_(options.temp_dir),
        by_hour_(options.temp_dir, SessionLog::Rows::kWhole) {
    for (const LostEvent& event : input.lost) {
      if (input.rebuild || input.unread) break;  // nothing is added to anything
      if (event.session_key != 0) {
        lost_clients_.insert(event.session_key);
      } else {
        lost_users_.insert(event.user_key);
      }
    }
  }

  Result<SessionMergeOutput> run() {
    out_.change.table = sessions_definition().name;
    out_.change.base_snapshot = input_.base_snapshot;
    RETURN_IF_ERROR(open_index());
    std::vector<SessionLog*> logs = input_.logs;
    out_.whole = input_.rebuild || input_.unread;
    if (out_.whole) {
      ASSIGN_OR_RETURN(const std::vector<DataFile> files,
                       input_.catalog->live_files("sessions", {}, false));
      for (const DataFile& file : files) out_.change.removed.push_back(file.path);
    }
    if (input_.rebuild) {
      RETURN_IF_ERROR(read_all_facts());
      logs = {&rebuilt_};
    }
    RETURN_IF_ERROR(for_each_in_parallel(kSessionPartitions,
                                         static_cast<std::size_t>(options_.threads),
                                         [&](std::size_t p) { return join_partition(logs, p); }));
    if (!out_.collisions.empty()) return std::move(out_);
    if (!out_.whole) add_lost();
    if (published_) RETURN_IF_ERROR(read_published());
    RETURN_IF_ERROR(resolve_clients());
    RETURN_IF_ERROR(resolve_silent());
    if (!out_.collisions.empty()) return std::move(out_);
    RETURN_IF_ERROR(compute_anew());
    RETURN_IF_ERROR(write_days());
    RETURN_IF_ERROR(finish_index());
    return std::move(out_);
  }

 private:
  // ---- the index

  std::string run_path(const char* what) const {
    return fmt::format("{}/index/{}{}.run", folder_of(sessions_definition()),
                       options_.files.batch_id, what);
  }

  Status open_index() {
    ASSIGN_OR_RETURN(runs_, input_.catalog->side_files(kSessionIndexKind));
    remove_unknown_runs();
    if (!published_) {
      for (const SideFile& run : runs_) out_.index_removed.push_back(run.path);
      runs_.clear();
    } else if (runs_.empty()) {
      RETURN_IF_ERROR(index_published());
    }
    ASSIGN_OR_RETURN(index_, SessionIndex::open(options_.files.lake, runs_));
    return {};
  }

  /// What a batch before merged, and had no time to remove.
  void remove_unknown_runs() const {
    std::error_code ignored;
    const std::filesystem::path folder = (options_.files.lake / run_path("")).parent_path();
    for (std::filesystem::directory_iterator at(folder, ignored), end; !ignored && at != end;
         at.increment(ignored)) {
      const std::string name = at->path().filename().string();
      const bool known = std::any_of(runs_.begin(), runs_.end(), [&](const SideFile& run) {
        return std::filesystem::path(run.path).filename() == name;
      });
      std::error_code failed;
      if (!known) std::filesystem::remove(at->path(), failed);
    }
  }

  /// The table is there and its index is not: another engine changed the table.
  Status index_published() {
    ASSIGN_OR_RETURN(const std::vector<DataFile> files,
                     input_.catalog->live_files("sessions", {}, false));
    if (files.empty()) return {};
    std::vector<std::string> paths;
    paths.reserve(files.size());
    for (const DataFile& file : files) paths.push_back(file.path);
    ASSIGN_OR_RETURN(SessionIndexWriter run,
                     SessionIndexWriter::create(options_.files.lake, run_path("-rebuilt")));
    RETURN_IF_ERROR(input_.existing->query(
        "SELECT session_key, min(started_at) FROM " + input_.existing->read_parquet(paths) +
            " WHERE session_id IS NOT NULL GROUP BY 1 ORDER BY 1",
        [&](const Chunk& chunk) -> Status {
          std::vector<SessionPlace> places;
          for (std::size_t i = 0; i < chunk.rows(); ++i)
            places.push_back({chunk.longs(0)[i], chunk.longs(1)[i]});
          return run.append(places);
        }));
    ASSIGN_OR_RETURN(SideFile file, run.finish());
    out_.index_files.push_back(std::move(run));
    runs_.push_back(file);
    out_.index_added.push_back(std::move(file));
    return {};
  }

  /// Writes the places of partitions in their order as soon as all before them are there.
  Status note_places(std::size_t partition, std::vector<SessionPlace> places) {
    const std::lock_guard lock(index_mutex_);
    places_[partition] = std::move(places);
    joined_[partition] = true;
    if (published_ || !lost_clients_.empty()) return {};  // more may come for any of them
    return write_places();
  }

  Status write_places() {
    for (; next_places_ < kSessionPartitions && joined_[next_places_]; ++next_places_) {
      std::vector<SessionPlace>& places = places_[next_places_];
      if (places.empty()) continue;
      if (!run_) {
        ASSIGN_OR_RETURN(SessionIndexWriter run,
                         SessionIndexWriter::create(options_.files.lake, run_path("")));
        run_.emplace(std::move(run));
      }
      RETURN_IF_ERROR(run_->append(places));
      places = {};
    }
    return {};
  }

  void note_place(std::int64_t session_key, std::int64_t started_us) {
    places_[session_partition(session_key)].push_back({session_key, started_us});
    late_places_ = true;
  }

  Status finish_index() {
    if (late_places_) {
      for (auto& places : places_) {
        std::sort(places.begin(), places.end(), [](const SessionPlace& a, const SessionPlace& b) {
          return a.session_key < b.session_key;
        });
      }
    }
    RETURN_IF_ERROR(write_places());
    if (!run_) return {};
    ASSIGN_OR_RETURN(SideFile file, run_->finish());
    const std::size_t merged = SessionIndex::runs_to_merge(runs_, file.rows);
    if (merged == 0) {
      out_.index_files.push_back(*std::move(run_));
      out_.index_added.push_back(std::move(file));
      return {};
    }
    // With the new one they become one.
    std::vector<SideFile> runs = runs_;
    runs.push_back(file);
    ASSIGN_OR_RETURN(const SessionIndex all, SessionIndex::open(options_.files.lake, runs));
    ASSIGN_OR_RETURN(SessionIndexWriter whole,
                     SessionIndexWriter::create(options_.files.lake, run_path("-merged")));
    RETURN_IF_ERROR(all.merge_newest(merged + 1, &whole));
    ASSIGN_OR_RETURN(SideFile made, whole.finish());
    out_.index_files.push_back(std::move(whole));
    for (std::size_t i = runs_.size() - merged; i < runs_.size(); ++i) {
      const std::string& path = runs_[i].path;
      const auto own = std::find_if(out_.index_added.begin(), out_.index_added.end(),
                                    [&](const SideFile& f) { return f.path == path; });
      if (own == out_.index_added.end()) {
        out_.index_removed.push_back(path);
      } else {
        out_.index_added.erase(own);
        remove_own(path);
      }
    }
    remove_own(file.path);
    out_.index_added.push_back(std::move(made));
    return {};
  }

  /// A file of this batch that nobody will name; one that stays is swept with the batch, or known
  /// to nobody.
  void remove_own(const std::string& path) const {
    std::error_code ignored;
    std::filesystem::remove(options_.files.lake / path, ignored);
  }

  // ---- from parts to sessions

  Status join_partition(const std::vector<SessionLog*>& logs, std::size_t partition) {
    const auto scratch = scratch_.take();
    for (SessionLog* log : logs) {
      RETURN_IF_ERROR(log->read(partition, &scratch->rows, &scratch->texts));
      if (partition < log->partitions()) log->forget(partition);
    }
    std::vector<SessionRow>& fresh = scratch->fresh;
    std::vector<SessionPlace> places;
    RETURN_IF_ERROR(join_sessions(
        scratch->rows,
        [&](const SessionRow& row) -> Status {
          if (row.by_silence()) {
            if (!published_ && !lost_users_.contains(row.activity.user)) {
              fresh.push_back(row);
              return {};
            }
            const std::lock_guard lock(mutex_);
            silent_[row.activity.user].parts.push_back(row);
            return {};
          }
          const bool anew = lost_clients_.contains(row.session_key);
          const auto started = published_ ? index_.find(row.session_key) : std::nullopt;
          if (!anew && !started) {
            fresh.push_back(row);
            places.push_back({row.session_key, row.activity.first_time});
            return {};
          }
          const std::lock_guard lock(mutex_);
          Client& client = clients_[row.session_key];
          client.part = own_copy(row);
          client.started = started;
          client.anew = anew;
          return {};
        },
        [&](std::string_view id) {
          const std::lock_guard lock(mutex_);
          out_.collisions.emplace_back(id);
        }));
    {
      const std::lock_guard lock(mutex_);
      for (const SessionRow& row : fresh) RETURN_IF_ERROR(emit(row));
    }
    return note_places(partition, std::move(places));
  }

  /// The id outlives the memory of the step that read it.
  SessionRow own_copy(const SessionRow& row) {
    SessionRow copy = row;
    if (!row.by_silence()) copy.session_id = texts_.store(row.session_id);
    return copy;
  }

  void add_lost() {
    for (const std::int64_t key : lost_clients_) {
      if (clients_.contains(key)) continue;
      Client& client = clients_[key];
      client.anew = true;
      client.started = published_ ? index_.find(key) : std::nullopt;
    }
    for (const LostEvent& event : input_.lost) {
      if (event.session_key == 0) silent_[event.user_key].lost.push_back(event.time);
    }
  }

  /// A row of the table that is new or changed.
  Status emit(const SessionRow& row) {
    ++out_.counts[row.activity.user];
    out_.days.insert(day_of(row.activity.first_time));
    return keep(row);
  }
  /// A row that goes into the day's new file.
  Status keep(const SessionRow& row) {
    const auto [it, fresh] =
        hour_numbers_.try_emplace(hour_of(row.activity.first_time), hour_numbers_.size());
    return by_hour_.add(it->second, row);
  }
  /// A published row that is no more, or not as it was.
  void take_out(const SessionRow& row) {
    --out_.counts[row.activity.user];
    out_.days.insert(day_of(row.activity.first_time));
  }

  // ---- published rows

  /// Ranges of `times`, each widened by `margin` on both sides, where they overlap or touch by less
  /// than an hour.
  static std::vector<std::pair<std::int64_t, std::int64_t>> ranges(
      std::vector<std::pair<std::int64_t, std::int64_t>> times, std::int64_t margin) {
    std::sort(times.begin(), times.end());
    std::vector<std::pair<std::int64_t, std::int64_t>> out;
    for (const auto& [from, to] : times) {
      if (!out.empty() && from - margin <= out.back().second + kMicrosPerHour) {
        out.back().second = std::max(out.back().second, to + margin);
      } else {
        out.emplace_back(from - margin, to + margin);
      }
    }
    return out;
  }

  Status read_published() {
    std::vector<std::pair<std::int64_t, std::int64_t>> starts, silences;
    for (const auto& [key, client] : clients_) {
      if (client.started) starts.emplace_back(*client.started, *client.started);
    }
    for (const auto& [user, silent] : silent_) {
      for (const SessionRow& part : silent.parts)
        silences.emplace_back(part.activity.first_time, part.activity.last_time);
      for (const std::int64_t time : silent.lost) silences.emplace_back(time, time);
    }
    const int started_at = field_of("started_at");
    const int ended_at = field_of("ended_at");
    std::set<std::string> paths;
    const auto find = [&](const std::vector<FileFilter>& filters) -> Status {
      ASSIGN_OR_RETURN(const std::vector<DataFile> files,
                       input_.catalog->live_files("sessions", filters, false));
      for (const DataFile& file : files) paths.insert(file.path);
      return {};
    };
    for (const auto& [from, to] : ranges(std::move(starts), 0))
      RETURN_IF_ERROR(find({{started_at, from, to}}));
    for (const auto& [from, to] : ranges(std::move(silences), kSessionSilenceUs)) {
      RETURN_IF_ERROR(find({{started_at, {}, to}, {ended_at, from, {}}}));
    }
    for (const std::string& path : paths) RETURN_IF_ERROR(read_file(path));
    return {};
  }

  bool is_near(const Silent& silent, const Activity& a) const {
    for (const SessionRow& part : silent.parts) {
      if (part.activity.first_time <= a.last_time + kSessionSilenceUs &&
          part.activity.last_time >= a.first_time - kSessionSilenceUs)
        return true;
    }
    return std::any_of(silent.lost.begin(), silent.lost.end(), [&](std::int64_t time) {
      return time >= a.first_time && time <= a.last_time;
    });
  }

  Status read_file(const std::string& path) {
    std::vector<SessionRow> kept;
    TextArena kept_ids;
    bool touched = false;
    RETURN_IF_ERROR(read_session_file(input_.existing, path, [&](const SessionRow& row) -> Status {
      if (row.by_silence()) {
        const auto silent = silent_.find(row.activity.user);
        if (silent != silent_.end() && is_near(silent->second, row.activity)) {
          silent->second.published.push_back(row);
          touched = true;
          return {};
        }
      } else if (const auto client = clients_.find(row.session_key);
                 client != clients_.end() && client->second.started) {
        client->second.published = own_copy(row);
        touched = true;
        return {};
      }
      kept.push_back(row);
      if (!row.by_silence()) kept.back().session_id = kept_ids.store(row.session_id);
      return {};
    }));
    if (!touched) return {};
    out_.change.removed.push_back(path);
    for (const SessionRow& row : kept) RETURN_IF_ERROR(keep(row));
    return {};
  }

  // ---- what is added to what

  Status resolve_clients() {
    for (auto& [key, client] : clients_) {
      if (client.published) take_out(*client.published);
      if (client.part && client.published &&
          client.part->session_id != client.published->session_id) {
        out_.collisions.emplace_back(client.part->session_id);
        continue;
      }
      const Activity* part = client.part ? &client.part->activity : nullptr;
      const Activity* old = client.published ? &client.published->activity : nullptr;
      const bool apart = part == nullptr || old == nullptr || part->first_time > old->last_time ||
                         part->last_time < old->first_time;
      if (client.anew || !apart) {
        Span span{key, std::numeric_limits<std::int64_t>::max(),
                  std::numeric_limits<std::int64_t>::min()};
        for (const Activity* a : {part, old}) {
          if (a == nullptr) continue;
          span.from = std::min(span.from, a->first_time);
          span.to = std::max(span.to, a->last_time);
        }
        if (span.from <= span.to) anew_clients_.push_back(span);
        continue;
      }
      if (part == nullptr) continue;
      SessionRow sum = old == nullptr ? *client.part : *client.published;
      if (old != nullptr) sum.activity.add(*part);
      RETURN_IF_ERROR(emit(sum));
      if (old == nullptr || sum.activity.first_time != old->first_time)
        note_place(key, sum.activity.first_time);
    }
    return {};
  }

  Status resolve_silent() {
    for (auto& [user, silent] : silent_) {
      for (const SessionRow& row : silent.published) take_out(row);
      std::vector<SessionRow> all = silent.published;
      all.insert(all.end(), silent.parts.begin(), silent.parts.end());
      std::sort(all.begin(), all.end(), [](const SessionRow& a, const SessionRow& b) {
        return a.activity.first_time < b.activity.first_time;
      });
      for (std::size_t i = 0; i < all.size();) {
        SessionRow sum = all[i++];
        auto& a = sum.activity;
        bool apart = true;
        for (; i < all.size() && all[i].activity.first_time <= a.last_time + kSessionSilenceUs;
             ++i) {
          apart &= all[i].activity.first_time > a.last_time;
          a.add(all[i].activity);
        }
        const bool lost = std::any_of(
            silent.lost.begin(), silent.lost.end(),
            [&](std::int64_t time) { return time >= a.first_time && time <= a.last_time; });
        if (apart && !lost) {
          RETURN_IF_ERROR(emit(sum));
        } else {
          anew_silent_.push_back({user, a.first_time, a.last_time});
        }
      }
    }
    return {};
  }

  // ---- from the facts

  std::string events_of(const std::string& facts, const std::string& where) const {
    const std::string base = quote_literal(options_.base_currency);
    return fmt::format(
        "SELECT session_key, session_id, user_key, event_timestamp, event_key, page_key,"
        " referrer_key, campaign_key, device_key, event_type = 'page_view',"
        " event_type = 'purchase', CASE WHEN event_type = 'purchase' AND coalesce(currency, {0}) ="
        " {0} THEN revenue END FROM {1}{2}",
        base, facts, where);
  }

  Status collect(const std::string& sql, SessionCollector* collector,
                 const std::function<bool(const SessionEvent&)>& wanted) {
    RETURN_IF_ERROR(input_.existing->query(sql, [&](const Chunk& chunk) -> Status {
      for (std::size_t row = 0; row < chunk.rows(); ++row) {
        SessionEvent event;
        if (chunk.valid(1, row)) {
          event.session_key = chunk.longs(0)[row];
          event.session_id = chunk.string(1, row);
        }
        event.user = chunk.longs(2)[row];
        event.time = chunk.longs(3)[row];
        event.event_key = chunk.longs(4)[row];
        event.page = chunk.longs(5)[row];
        event.referrer = chunk.longs(6)[row];
        event.campaign = chunk.longs(7)[row];
        event.device = chunk.longs(8)[row];
        event.is_page_view = chunk.bools(9)[row] != 0;
        event.is_purchase = chunk.bools(10)[row] != 0;
        event.revenue = chunk.valid(11, row) ? chunk.longs(11)[row] : 0;
        if (wanted(event)) RETURN_IF_ERROR(collector->add(event));
      }
      return {};
    }));
    return collector->finish();
  }

  Status read_all_facts() {
    RETURN_IF_ERROR(input_.load_all_facts());
    // A file at a time: its events come about in order.
    for (const FactFile& file : input_.existing->facts()) {
      SessionCollector collector(&rebuilt_);
      RETURN_IF_ERROR(collect(events_of(input_.existing->read_parquet({file.path}), ""), &collector,
                              [](const SessionEvent&) { return true; }));
    }
    return {};
  }

  Status compute_anew() {
    if (anew_clients_.empty() && anew_silent_.empty()) return {};
    RETURN_IF_ERROR(input_.load_all_facts());
    RETURN_IF_ERROR(compute_anew(&anew_clients_, false));
    return compute_anew(&anew_silent_, true);
  }

  Status compute_anew(std::vector<Span>* spans, bool by_silence) {
    // Those of one time are asked for together.
    std::sort(spans->begin(), spans->end(),
              [](const Span& a, const Span& b) { return a.from < b.from; });
    for (std::size_t begin = 0; begin < spans->size();) {
      std::size_t end = begin;
      std::int64_t to = std::numeric_limits<std::int64_t>::min();
      std::string keys;
      boost::unordered_flat_map<std::int64_t, std::vector<Span>> wanted;
      while (end < spans->size() && end - begin < kKeysAtOnce &&
             (*spans)[end].from - (*spans)[begin].from <= kMicrosPerDay) {
        const Span& span = (*spans)[end++];
        to = std::max(to, span.to);
        keys += fmt::format("{}{}", keys.empty() ? "" : ", ", span.key);
        wanted[span.key].push_back(span);
      }
      const std::int64_t from = (*spans)[begin].from;
      begin = end;
      const std::string facts = input_.existing->read_facts(from, to);
      SessionLog log(options_.temp_dir);
      if (!facts.empty()) {
        SessionCollector collector(&log);
        const std::string where = fmt::format(
            " WHERE {} IN ({}) AND session_id IS {}NULL AND event_timestamp BETWEEN"
            " make_timestamptz({}) AND make_timestamptz({})",
            by_silence ? "user_key" : "session_key", keys, by_silence ? "" : "NOT ", from, to);
        RETURN_IF_ERROR(collect(events_of(facts, where), &collector, [&](const SessionEvent& e) {
          if (!by_silence) return true;
          const std::vector<Span>& of_user = wanted[e.user];
          return std::any_of(of_user.begin(), of_user.end(), [&](const Span& span) {
            return e.time >= span.from && e.time <= span.to;
          });
        }));
      }
      std::vector<SessionRow> rows;
      TextArena texts;
      for (std::size_t p = 0; p < log.partitions(); ++p)
        RETURN_IF_ERROR(log.read(p, &rows, &texts));
      RETURN_IF_ERROR(join_sessions(
          rows,
          [&](const SessionRow& row) -> Status {
            if (!by_silence) {
              note_place(row.session_key, row.activity.first_time);
              wanted.erase(row.session_key);
            }
            return emit(row);
          },
          [&](std::string_view id) { out_.collisions.emplace_back(id); }));
      if (by_silence) continue;
      for (const auto& [key, span] : wanted) note_place(key, SessionPlace::kGone);
    }
    return {};
  }

  // ---- into files

  Status write_days() {
    std::map<std::int64_t, std::vector<std::size_t>> hours_of;  // partitions by day, ascending
    std::vector<std::pair<std::int64_t, std::size_t>> hours(hour_numbers_.begin(),
                                                            hour_numbers_.end());
    std::sort(hours.begin(), hours.end());
    for (const auto& [hour, partition] : hours) hours_of[hour / 24].push_back(partition);
    std::vector<std::pair<std::int64_t, std::vector<std::size_t>>> days(hours_of.begin(),
                                                                        hours_of.end());
    std::vector<std::vector<DataFile>> files(days.size());
    RETURN_IF_ERROR(for_each_in_parallel(
        days.size(), static_cast<std::size_t>(options_.threads), [&](std::size_t i) -> Status {
          const auto scratch = scratch_.take();
          SessionFileWriter writer(options_.files, days[i].first);
          for (std::size_t h = 0; h < days[i].second.size(); ++h) {
            const std::size_t partition = days[i].second[h];
            RETURN_IF_ERROR(by_hour_.read(partition, &scratch->rows, &scratch->texts));
            by_hour_.forget(partition);
            if (h + 1 < days[i].second.size() && scratch->rows.size() < kRowsAtOnce) continue;
            RETURN_IF_ERROR(writer.write(scratch->rows));
            scratch->clear();
          }
          ASSIGN_OR_RETURN(files[i], writer.finish());
          return {};
        }));
    for (auto& of_day : files) {
      for (DataFile& file : of_day) out_.change.added.push_back(std::move(file));
    }
    return {};
  }

  const SessionMergeOptions& options_;
  const SessionMergeInput& input_;
  const bool published_;
  SessionMergeOutput out_;
  std::vector<SideFile> runs_;
  SessionIndex index_ = SessionIndex::none();
  SessionLog rebuilt_;
  ScratchPool scratch_;

  std::mutex mutex_;  ///< of what follows, while partitions are joined
  TextArena texts_;
  boost::unordered_flat_map<std::int64_t, Client> clients_;
  boost::unordered_flat_map<std::int64_t, Silent> silent_;
  boost::unordered_flat_map<std::int64_t, std::size_t> hour_numbers_;
  SessionLog by_hour_;

  std::mutex index_mutex_;
  std::array<std::vector<SessionPlace>, kSessionPartitions> places_;
  std::array<bool, kSessionPartitions> joined_{};
  std::size_t next_places_ = 0;
  bool late_places_ = false;
  std::optional<SessionIndexWriter> run_;

  boost::unordered_flat_set<std::int64_t> lost_clients_, lost_users_;
  std::vector<Span> anew_clients_, anew_silent_;
};

}  // namespace

Result<SessionMergeOutput> merge_sessions(const SessionMergeOptions& options,
                                          const SessionMergeInput& input) {
  return Merge(options, input).run();
}

}  // namespace clicklake
