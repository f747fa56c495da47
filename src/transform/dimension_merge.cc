#include "transform/dimension_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <mutex>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/parallel.h"
#include "model/star_schema.h"
#include "transform/member_files.h"

namespace clicklake {
namespace {

using Activity = UserActivity<std::int64_t>;

/// One worker's member.
struct Met {
  std::int64_t key;
  std::uint32_t number;
  std::uint32_t worker;
};

constexpr std::uint32_t kFromFile = 0xFFFFFFFFU;

struct Job {
  const TableDefinition* table;
  DimensionTable WorkerDimensions::*members;
  int bucket;  ///< -1: the table has none
  std::vector<Met> met;
};

/// Totals of `from` on top of `to`.
void add_activity(const Activity& from, Activity* to) {
  if (from.first_seen < to->first_seen ||
      (from.first_seen == to->first_seen && from.first_event_key < to->first_event_key)) {
    to->first_seen = from.first_seen;
    to->first_event_key = from.first_event_key;
    to->first_page = from.first_page;
    to->first_referrer = from.first_referrer;
    to->first_campaign = from.first_campaign;
    to->first_device = from.first_device;
  }
  if (from.last_seen > to->last_seen ||
      (from.last_seen == to->last_seen && from.last_event_key > to->last_event_key)) {
    to->last_seen = from.last_seen;
    to->last_event_key = from.last_event_key;
    to->last_device = from.last_device;
  }
  to->events += from.events;
  to->purchases += from.purchases;
  to->other_currency_purchases += from.other_currency_purchases;
  to->add_revenue(from.revenue);
}

class Merge {
 public:
  Merge(const DimensionMergeOptions& options, const DimensionMergeInput& input)
      : options_(options), input_(input) {}

  Result<DimensionMergeOutput> run() {
    std::vector<Job> jobs = make_jobs();
    RETURN_IF_ERROR(for_each_in_parallel(jobs.size(), static_cast<std::size_t>(options_.threads),
                                         [&](std::size_t i) { return do_job(&jobs[i]); }));
    RETURN_IF_ERROR(merge_dates());
    DimensionMergeOutput out;
    for (const auto& [name, change] : changes_) {
      std::string version = options_.classifier->version_of(*find_table(name));
      if (!version.empty()) out.made_with.emplace_back(name, std::move(version));
    }
    for (auto& [name, change] : changes_) out.changes.push_back(std::move(change));
    out.collisions = std::move(collisions_);
    return out;
  }

 private:
  /// Jobs in an order that puts the heavy ones first; every touched bucket is one.
  std::vector<Job> make_jobs() const {
    std::vector<Job> jobs;
    const auto add = [&](const TableDefinition& table, DimensionTable WorkerDimensions::*members) {
      const bool bucketed = table.transform == PartitionTransform::kBucket;
      const int buckets = bucketed ? options_.buckets : 1;
      std::vector<Job> made(static_cast<std::size_t>(buckets));
      for (int b = 0; b < buckets; ++b)
        made[static_cast<std::size_t>(b)] = {&table, members, bucketed ? b : -1, {}};
      for (std::uint32_t w = 0; w < input_.workers.size(); ++w) {
        const DimensionTable& met = input_.workers[w]->*members;
        for (std::uint32_t number = 0; number < met.size(); ++number) {
          if (!met.used(number)) continue;
          const std::int64_t key = met.key(number);
          made[static_cast<std::size_t>(bucketed ? iceberg_bucket(key, buckets) : 0)].met.push_back(
              {key, number, w});
        }
      }
      const bool touch_all = input_.rows_removed || !stale_paths(table).empty() ||
                             outdated(table) ||
                             (input_.rewrite_users && &table == &dim_users_definition());
      if (&table == &dim_users_definition()) {
        const auto touch = [&](std::int64_t key) {
          Job& job = made[static_cast<std::size_t>(bucketed ? iceberg_bucket(key, buckets) : 0)];
          if (job.met.empty()) job.met.push_back({key, 0, kFromFile});
        };
        for (const std::int64_t key : input_.changed_users) touch(key);
        for (const auto& [key, more] : *input_.session_counts) {
          if (more != 0) touch(key);
        }
      }
      for (Job& job : made) {
        if (!job.met.empty() || touch_all) jobs.push_back(std::move(job));
      }
    };
    add(dim_pages_definition(), &WorkerDimensions::pages);
    add(dim_users_definition(), &WorkerDimensions::users);
    add(dim_referrers_definition(), &WorkerDimensions::referrers);
    add(dim_campaigns_definition(), &WorkerDimensions::campaigns);
    add(dim_devices_definition(), &WorkerDimensions::devices);
    return jobs;
  }

  /// Whether the table's rows were classified by other lists.
  bool outdated(const TableDefinition& table) const {
    const auto at = input_.made_with.find(std::string(table.name));
    return at != input_.made_with.end() && options_.classifier->is_outdated(table, at->second);
  }

  /// The count is part of the field's name, so that a lake whose count changed can tell its files
  /// apart.
  std::string bucket_prefix(const TableDefinition& table) const {
    return fmt::format("{}_{}=", table.partition_name, options_.buckets);
  }
  std::string partition_of(const Job& job) const {
    return job.bucket < 0 ? "" : bucket_prefix(*job.table) + std::to_string(job.bucket);
  }

  /// Files of a bucketed table that were made with another count of buckets.
  std::vector<std::string> stale_paths(const TableDefinition& table) const {
    std::vector<std::string> paths;
    const auto it = input_.live.find(std::string(table.name));
    if (it == input_.live.end() || table.transform != PartitionTransform::kBucket) return paths;
    for (const DataFile& file : it->second.second) {
      if (!file.partition.starts_with(bucket_prefix(table))) paths.push_back(file.path);
    }
    return paths;
  }

  std::vector<std::string> live_paths(const std::string& table,
                                      const std::string& partition) const {
    std::vector<std::string> paths;
    const auto it = input_.live.find(table);
    if (it == input_.live.end()) return paths;
    for (const DataFile& file : it->second.second) {
      if (file.partition == partition) paths.push_back(file.path);
    }
    return paths;
  }

  Activity activity_of(const Met& m) const {
    const WorkerDimensions& w = *input_.workers[m.worker];
    const auto& a = w.activity[m.number];
    Activity out;
    out.first_seen = a.first_seen;
    out.first_event_key = a.first_event_key;
    out.last_seen = a.last_seen;
    out.last_event_key = a.last_event_key;
    out.revenue = a.revenue;
    out.first_page = w.pages.key(a.first_page);
    out.first_referrer = w.referrers.key(a.first_referrer);
    out.first_campaign = w.campaigns.key(a.first_campaign);
    out.first_device = w.devices.key(a.first_device);
    out.last_device = w.devices.key(a.last_device);
    out.events = a.events;
    out.purchases = a.purchases;
    out.other_currency_purchases = a.other_currency_purchases;
    return out;
  }

  Status do_job(Job* job) {
    const TableDefinition& table = *job->table;
    const bool users = &table == &dim_users_definition();
    const std::string partition = partition_of(*job);
    const std::vector<std::string> old_paths = live_paths(std::string(table.name), partition);
    const std::vector<std::string> stale = stale_paths(table);
    std::vector<std::string> sources = old_paths;
    sources.insert(sources.end(), stale.begin(), stale.end());
    std::vector<Met>& met = job->met;
    std::erase_if(met, [](const Met& m) { return m.worker == kFromFile; });
    std::sort(met.begin(), met.end(), [](const Met& a, const Met& b) {
      return a.key != b.key ? a.key < b.key : a.worker < b.worker;
    });

    // What the files hold.
    TextArena arena;
    std::vector<Member> old;
    std::vector<Activity> old_activity;
    std::deque<AgentFamilies> old_families;
    const bool classify_anew = outdated(table);
    if (!sources.empty()) {
      RETURN_IF_ERROR(read_old(*job, sources, &arena, &old, &old_activity));
      if (&table == &dim_devices_definition() && !classify_anew)
        RETURN_IF_ERROR(read_families(sources, &old, &old_families));
    }

    // Both are sorted by key: one pass.
    std::vector<Member> members;
    std::vector<Activity> activity;
    members.reserve(old.size() + met.size());
    std::vector<std::int64_t> recompute;
    bool news =
        !stale.empty() || ((classify_anew || (input_.rewrite_users && users)) && !old.empty());
    std::size_t o = 0;
    std::size_t m = 0;
    while (o < old.size() || m < met.size()) {
      const bool from_old = o < old.size() && (m == met.size() || old[o].key <= met[m].key);
      Member member =
          from_old ? old[o]
                   : Member{met[m].key,
                            (input_.workers[met[m].worker]->*job->members).name(met[m].number)};
      Activity total = users && from_old ? old_activity[o] : Activity{};
      if (from_old) ++o;
      const Activity before = total;
      for (; m < met.size() && met[m].key == member.key; ++m) {
        const std::string_view name =
            (input_.workers[met[m].worker]->*job->members).name(met[m].number);
        if (name != member.name) {
          const std::lock_guard lock(mutex_);
          collisions_.push_back({std::string(table.name), std::string(name)});
          continue;
        }
        if (!from_old) news = true;
        if (!users) continue;
        const Activity more = activity_of(met[m]);
        if (from_old &&
            (more.first_seen == before.first_seen || more.last_seen == before.last_seen))
          recompute.push_back(member.key);
        add_activity(more, &total);
        news = true;
      }
      if (users) {
        if (input_.session_counts_are_totals) total.sessions = 0;
        const auto sessions = input_.session_counts->find(member.key);
        if (sessions != input_.session_counts->end() && sessions->second != 0) {
          total.sessions += sessions->second;
          news = true;
        }
        activity.push_back(total);
      }
      members.push_back(member);
    }
    if (users) {
      for (const std::int64_t key : input_.changed_users) {
        if (job->bucket >= 0 && iceberg_bucket(key, options_.buckets) == job->bucket)
          recompute.push_back(key);
      }
      if (!recompute.empty()) {
        RETURN_IF_ERROR(recompute_users(recompute, &members, &activity));
        news = true;
      }
    }
    if (input_.rows_removed) RETURN_IF_ERROR(drop_unreferenced(table, &members, &activity, &news));
    if (!news) return {};

    TableChange change;
    if (!members.empty()) {
      std::vector<TraitValues> traits;
      if (users && options_.history != nullptr) {
        std::vector<std::int64_t> keys;
        keys.reserve(members.size());
        for (const Member& one : members) keys.push_back(one.key);
        RETURN_IF_ERROR(options_.history->current_traits(job->bucket, keys, &arena, &traits));
      }
      ASSIGN_OR_RETURN(DataFile file,
                       write_members(options_, table, partition, members, activity, traits));
      change.added.push_back(std::move(file));
    }
    change.removed = old_paths;
    if (!stale.empty() && job->bucket == 0)
      change.removed.insert(change.removed.end(), stale.begin(), stale.end());
    record(std::string(table.name), std::move(change));
    return {};
  }

  Status read_old(const Job& job, const std::vector<std::string>& paths, TextArena* arena,
                  std::vector<Member>* members, std::vector<Activity>* activity) {
    const TableDefinition& table = *job.table;
    const bool users = &table == &dim_users_definition();
    const std::string list =
        users ? "user_key, user_id, first_seen, last_seen, first_page_key, first_referrer_key, "
                "first_campaign_key, first_device_key, "
                "last_device_key, event_count, purchase_count, revenue, other_currency_purchases, "
                "coalesce(session_count, 0)"
              : member_columns(table);
    std::string scratch;
    return input_.existing->query(
        fmt::format("SELECT {} FROM {} ORDER BY 1", list, input_.existing->read_parquet(paths)),
        [&](const Chunk& chunk) -> Status {
          const auto keys = chunk.longs(0);
          for (std::size_t row = 0; row < chunk.rows(); ++row) {
            if (job.bucket >= 0 && iceberg_bucket(keys[row], options_.buckets) != job.bucket)
              continue;
            members->push_back({keys[row], keys[row] == 0 ? std::string_view{}
                                                          : arena->store(read_member_name(
                                                                table, chunk, row, &scratch))});
            if (!users) continue;
            Activity a;
            a.first_seen = chunk.longs(2)[row];
            a.first_event_key =
                std::numeric_limits<std::int64_t>::min();  // a tie is computed anew, see do_job
            a.last_seen = chunk.longs(3)[row];
            a.last_event_key = std::numeric_limits<std::int64_t>::max();
            a.first_page = chunk.longs(4)[row];
            a.first_referrer = chunk.longs(5)[row];
            a.first_campaign = chunk.longs(6)[row];
            a.first_device = chunk.longs(7)[row];
            a.last_device = chunk.longs(8)[row];
            a.events = static_cast<std::uint32_t>(chunk.longs(9)[row]);
            a.purchases = static_cast<std::uint32_t>(chunk.longs(10)[row]);
            a.revenue = chunk.longs(11)[row];
            a.other_currency_purchases = static_cast<std::uint32_t>(chunk.longs(12)[row]);
            a.sessions = chunk.longs(13)[row];
            activity->push_back(a);
          }
          return {};
        });
  }

  /// What is known of devices: agents are looked into once. `members` are those of the same files.
  Status read_families(const std::vector<std::string>& paths, std::vector<Member>* members,
                       std::deque<AgentFamilies>* families) {
    std::size_t at = 0;
    return input_.existing->query(
        fmt::format("SELECT device_key, os, browser, is_bot FROM {} ORDER BY 1",
                    input_.existing->read_parquet(paths)),
        [&](const Chunk& chunk) -> Status {
          for (std::size_t row = 0; row < chunk.rows() && at < members->size(); ++row, ++at) {
            AgentFamilies& known = families->emplace_back();
            if (chunk.valid(1, row)) known.os = chunk.string(1, row);
            if (chunk.valid(2, row)) known.browser = chunk.string(2, row);
            if (chunk.valid(3, row)) known.is_bot = chunk.bools(3)[row];
            (*members)[at].families = &known;
          }
          return {};
        });
  }

  Result<std::string> all_facts() {
    const std::lock_guard lock(mutex_);
    if (!all_facts_) {
      RETURN_IF_ERROR(input_.load_all_facts());
      all_facts_ = input_.existing->read_facts(std::numeric_limits<std::int64_t>::min(),
                                               std::numeric_limits<std::int64_t>::max());
    }
    return *all_facts_;
  }

  /// Users' rows from the facts as they will be after the commit.
  Status recompute_users(const std::vector<std::int64_t>& keys, std::vector<Member>* members,
                         std::vector<Activity>* activity) {
    ASSIGN_OR_RETURN(const std::string facts, all_facts());
    std::unordered_map<std::int64_t, Activity> fresh;
    for (const std::int64_t key : keys) fresh[key];
    if (!facts.empty()) {
      std::string list;
      for (const auto& [key, unused] : fresh)
        list += fmt::format("{}{}", list.empty() ? "" : ", ", key);
      const std::string base = quote_literal(options_.base_currency);
      const std::string sql = fmt::format(
          "SELECT user_key, min(event_timestamp), max(event_timestamp), first(page_key ORDER BY "
          "event_timestamp, event_key), "
          "first(referrer_key ORDER BY event_timestamp, event_key), first(campaign_key ORDER BY "
          "event_timestamp, event_key), "
          "first(device_key ORDER BY event_timestamp, event_key), first(device_key ORDER BY "
          "event_timestamp DESC, event_key DESC), count(*), "
          "count(*) FILTER (event_type = 'purchase'), least(greatest(coalesce(sum(revenue) FILTER "
          "(event_type = "
          "'purchase' AND coalesce(currency, {0}) = {0}), "
          "0), -99999999999999.9999), 99999999999999.9999)::DECIMAL(18,4), count(*) FILTER "
          "(event_type = 'purchase' AND currency <> {0}) FROM "
          "{1} WHERE user_key IN ({2}) GROUP BY 1",
          base, facts, list);
      RETURN_IF_ERROR(input_.existing->query(sql, [&](const Chunk& chunk) -> Status {
        for (std::size_t row = 0; row < chunk.rows(); ++row) {
          Activity a;
          a.first_seen = chunk.longs(1)[row];
          a.last_seen = chunk.longs(2)[row];
          a.first_page = chunk.longs(3)[row];
          a.first_referrer = chunk.longs(4)[row];
          a.first_campaign = chunk.longs(5)[row];
          a.first_device = chunk.longs(6)[row];
          a.last_device = chunk.longs(7)[row];
          a.events = static_cast<std::uint32_t>(chunk.longs(8)[row]);
          a.purchases = static_cast<std::uint32_t>(chunk.longs(9)[row]);
          a.revenue = chunk.longs(10)[row];
          a.other_currency_purchases = static_cast<std::uint32_t>(chunk.longs(11)[row]);
          fresh[chunk.longs(0)[row]] = a;
        }
        return {};
      }));
    }
    for (std::size_t i = 0; i < members->size(); ++i) {
      const auto it = fresh.find((*members)[i].key);
      if (it == fresh.end()) continue;
      it->second.sessions = (*activity)[i].sessions;
      (*activity)[i] = it->second;
    }
    return {};
  }

  /// Members that no fact refers to any more.
  Status drop_unreferenced(const TableDefinition& table, std::vector<Member>* members,
                           std::vector<Activity>* activity, bool* news) {
    if (members->empty()) return {};
    ASSIGN_OR_RETURN(const std::string facts, all_facts());
    std::unordered_set<std::int64_t> referenced;
    if (!facts.empty()) {
      RETURN_IF_ERROR(input_.existing->query(
          fmt::format("SELECT DISTINCT {} FROM {}", table.columns[0].name, facts),
          [&](const Chunk& chunk) -> Status {
            for (const std::int64_t key : chunk.longs(0)) referenced.insert(key);
            return {};
          }));
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < members->size(); ++i) {
      if (!referenced.contains((*members)[i].key)) continue;
      (*members)[kept] = (*members)[i];
      if (!activity->empty()) (*activity)[kept] = (*activity)[i];
      ++kept;
    }
    if (kept == members->size()) return {};
    members->resize(kept);
    if (!activity->empty()) activity->resize(kept);
    *news = true;
    return {};
  }

  Status merge_dates() {
    std::set<std::int32_t> dates;
    for (const WorkerDimensions* w : input_.workers) dates.insert(w->dates.begin(), w->dates.end());
    const std::vector<std::string> old_paths = live_paths("dim_dates", "");
    std::set<std::int32_t> old;
    if (!old_paths.empty()) {
      RETURN_IF_ERROR(
          input_.existing->query("SELECT date_key FROM " + input_.existing->read_parquet(old_paths),
                                 [&](const Chunk& chunk) -> Status {
                                   for (const std::int32_t key : chunk.ints(0)) old.insert(key);
                                   return {};
                                 }));
    }
    if (input_.rows_removed) {
      dates.clear();
      ASSIGN_OR_RETURN(const std::string facts, all_facts());
      if (!facts.empty()) {
        RETURN_IF_ERROR(input_.existing->query("SELECT DISTINCT date_key FROM " + facts,
                                               [&](const Chunk& chunk) -> Status {
                                                 for (const std::int32_t key : chunk.ints(0))
                                                   dates.insert(key);
                                                 return {};
                                               }));
      }
    } else {
      dates.insert(old.begin(), old.end());
    }
    if (dates == old) return {};
    TableChange change;
    if (!dates.empty()) {
      ASSIGN_OR_RETURN(DataFile file, write_dates(options_, {dates.begin(), dates.end()}));
      change.added.push_back(std::move(file));
    }
    change.removed = old_paths;
    record("dim_dates", std::move(change));
    return {};
  }

  void record(const std::string& table, TableChange change) {
    const std::lock_guard lock(mutex_);
    TableChange& all = changes_[table];
    all.table = table;
    const auto it = input_.live.find(table);
    all.base_snapshot = it == input_.live.end() ? 0 : it->second.first;
    for (auto& file : change.added) all.added.push_back(std::move(file));
    for (auto& path : change.removed) all.removed.push_back(std::move(path));
  }

  const DimensionMergeOptions& options_;
  const DimensionMergeInput& input_;
  std::mutex mutex_;
  std::optional<std::string> all_facts_;
  std::map<std::string, TableChange> changes_;
  std::vector<KeyCollision> collisions_;
};

}  // namespace

Result<DimensionMergeOutput> merge_dimensions(const DimensionMergeOptions& options,
                                              const DimensionMergeInput& input) {
  return Merge(options, input).run();
}

}  // namespace clicklake
