#include "transform/member_files.h"

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <charconv>
#include <deque>

#include "classify/campaign_channel.h"
#include "model/page_url.h"
#include "model/star_schema.h"
#include "model/time.h"
#include "rows/string_pool.h"

namespace clicklake {
namespace {

constexpr std::size_t kRowGroupRows = 65'536;

/// A text column as it grows: coded where values repeat, plain where they do not.
class TextColumn {
 public:
  explicit TextColumn(bool repeats) : repeats_(repeats) {}

  /// data() == nullptr: null. The text must outlive the column.
  void add(std::string_view text) {
    if (repeats_) {
      ids_.push_back(text.data() == nullptr ? kNullIndex : pool_.intern(text));
    } else {
      plain_.push_back(text);
      valid_.push_back(text.data() == nullptr ? 0 : 1);
      any_null_ |= text.data() == nullptr;
      any_ |= text.data() != nullptr;
    }
  }
  ColumnData data() const {
    ColumnData column;
    if (repeats_) {
      if (pool_.size() == 0) return column;
      column.indices = ids_;
      column.string_dictionary = pool_.texts();
    } else if (any_) {
      column.strings = plain_;
      if (any_null_) column.valid = valid_;
    }
    return column;
  }

 private:
  bool repeats_;
  bool any_null_ = false;
  bool any_ = false;
  StringPool pool_;
  std::vector<std::uint32_t> ids_;
  std::vector<std::string_view> plain_;
  std::vector<std::uint8_t> valid_;
};

ColumnData longs(const std::vector<std::int64_t>& values) {
  ColumnData column;
  column.longs = values;
  return column;
}

/// The parts of a natural key of several parts.
std::vector<std::string_view> key_parts(std::string_view key) {
  std::vector<std::string_view> parts;
  while (!key.empty()) {
    if (key.front() == '~') {
      parts.emplace_back();
      key.remove_prefix(1);
      continue;
    }
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), size);
    key.remove_prefix(static_cast<std::size_t>(end - key.data()) + 1);
    parts.push_back(key.substr(0, size));
    key.remove_prefix(size);
  }
  return parts;
}

class MemberFile {
 public:
  static Result<MemberFile> create(const DimensionMergeOptions& options,
                                   const TableDefinition& table, const std::string& partition) {
    MemberFile out;
    out.relative_ = std::filesystem::path(folder_of(table)) / "data";
    if (!partition.empty()) out.relative_ /= partition;
    out.relative_ /= options.batch_id + ".parquet";
    out.partition_ = partition;
    out.unsynced_ = options.unsynced;
    out.encoder_ = std::make_unique<RowGroupEncoder>(table, options.parquet);
    ASSIGN_OR_RETURN(out.file_, ParquetFile::create(table, options.lake / out.relative_,
                                                    {{"clicklake.batch_id", options.batch_id}}));
    return out;
  }
  Status add(std::size_t rows, std::span<const ColumnData> columns) {
    ASSIGN_OR_RETURN(const EncodedRowGroupPtr group, encoder_->encode(rows, columns));
    return file_->append(*group);
  }
  Result<DataFile> finish() {
    ASSIGN_OR_RETURN(ParquetFileInfo info, file_->finish_unsynced());
    RETURN_IF_ERROR(unsynced_->add(std::move(file_)));
    return DataFile{relative_.generic_string(), partition_, std::move(info)};
  }

 private:
  std::filesystem::path relative_;
  std::string partition_;
  std::unique_ptr<RowGroupEncoder> encoder_;
  std::unique_ptr<ParquetFile> file_;
  UnsyncedFiles* unsynced_ = nullptr;
};

/// Absent attributes as null, and the unknown member's name.
std::string_view shown(const Member& m, std::string_view attribute) {
  return m.key == 0 ? std::string_view{} : attribute;
}
std::string_view name_of(const Member& m) { return m.key == 0 ? kUnknownMember : m.name; }

/// A trait of the members of one row group.
class TraitSlice {
 public:
  ColumnData take(const TraitValues& trait, std::size_t first, std::size_t count) {
    const std::span<const std::uint8_t> valid(trait.valid.data() + first, count);
    ColumnData column;
    if (std::find(valid.begin(), valid.end(), std::uint8_t{1}) == valid.end()) return column;
    if (trait.type == ColumnType::kString) {
      for (std::size_t i = first; i < first + count; ++i) texts_.add(trait.texts[i]);
      return texts_.data();
    }
    column.valid = valid;
    const std::span<const std::int64_t> values(trait.values.data() + first, count);
    if (trait.type == ColumnType::kInt) {
      ints_.assign(values.begin(), values.end());
      column.ints = ints_;
    } else if (trait.type == ColumnType::kBoolean) {
      bools_.assign(values.begin(), values.end());
      column.bools = bools_;
    } else {
      column.longs = values;
    }
    return column;
  }

 private:
  TextColumn texts_{true};
  std::vector<std::int32_t> ints_;
  std::vector<std::uint8_t> bools_;
};

Status add_users(MemberFile* file, std::span<const Member> members,
                 std::span<const UserActivity<std::int64_t>> activity, std::size_t first,
                 const std::vector<TraitValues>& traits, std::size_t column_count) {
  const std::size_t n = members.size();
  TextColumn ids(false);
  std::array<std::vector<std::int64_t>, 13> values;
  for (auto& v : values) v.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto& a = activity[i];
    ids.add(name_of(members[i]));
    const std::array<std::int64_t, 13> row{
        members[i].key,   a.first_seen,     a.last_seen,    a.first_page,
        a.first_referrer, a.first_campaign, a.first_device, a.last_device,
        a.events,         a.purchases,      a.revenue,      a.other_currency_purchases,
        a.sessions};
    for (std::size_t v = 0; v < row.size(); ++v) values[v][i] = row[v];
  }
  std::vector<ColumnData> columns{
      longs(values[0]),  ids.data(),       longs(values[1]),  longs(values[2]), longs(values[3]),
      longs(values[4]),  longs(values[5]), longs(values[6]),  longs(values[7]), longs(values[8]),
      longs(values[12]), longs(values[9]), longs(values[10]), longs(values[11])};
  std::deque<TraitSlice> slices;
  for (const TraitValues& trait : traits)
    columns.push_back(slices.emplace_back().take(trait, first, n));
  columns.resize(column_count);  // traits that are configured no more: null
  return file->add(n, columns);
}

Status add_pages(MemberFile* file, std::span<const Member> members) {
  std::vector<std::int64_t> keys;
  TextColumn urls(false), schemes(true), hosts(true), paths(false), types(true);
  for (const Member& m : members) {
    const UrlParts parts = split_url(m.name);
    keys.push_back(m.key);
    urls.add(name_of(m));
    schemes.add(shown(m, parts.scheme));
    hosts.add(shown(m, parts.host));
    paths.add(shown(m, parts.path));
    types.add(shown(m, page_type_of(parts.path)));
  }
  const std::array<ColumnData, 6> columns{longs(keys),  urls.data(),  schemes.data(),
                                          hosts.data(), paths.data(), types.data()};
  return file->add(members.size(), columns);
}

Status add_referrers(MemberFile* file, std::span<const Member> members,
                     const ReferrerSites& sites) {
  std::vector<std::int64_t> keys;
  TextColumn urls(false), hosts(true), mediums(true), sources(true);
  std::string scratch;
  for (const Member& m : members) {
    const std::string_view host = split_url(m.name).host;
    const Referrer referrer = sites.classify(host, m.key == 0, &scratch);
    keys.push_back(m.key);
    urls.add(name_of(m));
    hosts.add(shown(m, host));
    mediums.add(referrer.medium);
    sources.add(referrer.source);
  }
  const std::array<ColumnData, 5> columns{longs(keys), urls.data(), hosts.data(), mediums.data(),
                                          sources.data()};
  return file->add(members.size(), columns);
}

Status add_campaigns(MemberFile* file, std::span<const Member> members) {
  std::vector<std::int64_t> keys;
  std::vector<TextColumn> parts;
  TextColumn channels(true);
  for (std::size_t i = 0; i < kCampaignPartCount; ++i) parts.emplace_back(true);
  for (const Member& m : members) {
    keys.push_back(m.key);
    const auto values = key_parts(m.name);
    CampaignParts campaign{};
    for (std::size_t i = 0; i < kCampaignPartCount && i < values.size(); ++i)
      campaign[i] = values[i];
    channels.add(channel_of(campaign));
    if (m.key == 0) campaign[0] = kUnknownMember;
    for (std::size_t i = 0; i < kCampaignPartCount; ++i) parts[i].add(campaign[i]);
  }
  std::array<ColumnData, 8> columns;
  columns[0] = longs(keys);
  for (std::size_t i = 0; i < kCampaignPartCount; ++i) columns[i + 1] = parts[i].data();
  columns[7] = channels.data();
  return file->add(members.size(), columns);
}

/// Devices of several types share an agent.
using FamiliesByAgent = boost::unordered_flat_map<std::string_view, AgentFamilies>;

Status add_devices(MemberFile* file, std::span<const Member> members, MemberClassifier* classifier,
                   FamiliesByAgent* by_agent) {
  std::vector<std::int64_t> keys;
  TextColumn types(true), agents(false), systems(true), browsers(true);
  std::vector<std::uint8_t> bots, bot_known;
  for (const Member& m : members) {
    keys.push_back(m.key);
    const auto parts = key_parts(m.name);
    const std::string_view agent = parts.size() < 2 ? std::string_view{} : parts[1];
    types.add(m.key == 0 ? kUnknownMember : parts.empty() ? std::string_view{} : parts[0]);
    agents.add(agent);
    const AgentFamilies* families = m.families;
    if (families == nullptr) {
      const auto [at, added] = by_agent->try_emplace(agent);
      if (added) {
        ASSIGN_OR_RETURN(at->second, classifier->device(agent));
      }
      families = &at->second;
    }
    systems.add(families->os);
    browsers.add(families->browser);
    bots.push_back(families->is_bot.value_or(false) ? 1 : 0);
    bot_known.push_back(families->is_bot ? 1 : 0);
  }
  ColumnData is_bot;
  is_bot.bools = bots;
  is_bot.valid = bot_known;
  const std::array<ColumnData, 6> columns{longs(keys),    types.data(),    agents.data(),
                                          systems.data(), browsers.data(), is_bot};
  return file->add(members.size(), columns);
}

}  // namespace

Result<DataFile> write_members(const DimensionMergeOptions& options, const TableDefinition& table,
                               const std::string& partition, const std::vector<Member>& members,
                               const std::vector<UserActivity<std::int64_t>>& activity,
                               const std::vector<TraitValues>& traits) {
  const bool users = &table == &dim_users_definition();
  ASSIGN_OR_RETURN(MemberFile file,
                   MemberFile::create(options, users ? *options.users : table, partition));
  FamiliesByAgent by_agent;
  for (std::size_t begin = 0; begin < members.size(); begin += kRowGroupRows) {
    const std::size_t count = std::min(kRowGroupRows, members.size() - begin);
    const std::span<const Member> rows(members.data() + begin, count);
    Status added;
    if (users) {
      added = add_users(&file, rows, {activity.data() + begin, count}, begin, traits,
                        options.users->columns.size());
    } else if (&table == &dim_pages_definition()) {
      added = add_pages(&file, rows);
    } else if (&table == &dim_referrers_definition()) {
      added = add_referrers(&file, rows, options.classifier->referrers());
    } else if (&table == &dim_campaigns_definition()) {
      added = add_campaigns(&file, rows);
    } else {
      added = add_devices(&file, rows, options.classifier, &by_agent);
    }
    RETURN_IF_ERROR(added);
  }
  return file.finish();
}

Result<DataFile> write_dates(const DimensionMergeOptions& options,
                             const std::vector<std::int32_t>& dates) {
  ASSIGN_OR_RETURN(MemberFile file, MemberFile::create(options, dim_dates_definition(), ""));
  std::array<std::vector<std::int32_t>, 7> values;
  std::vector<std::uint8_t> weekend;
  for (const std::int32_t key : dates) {
    const int year = key / 10000;
    const int month = key / 100 % 100;
    const int day = key % 100;
    const std::int64_t days = days_from_civil(year, month, day);
    const auto weekday =
        static_cast<int>((days + 3) % 7) + 1;  // ISO: Monday is 1; 1970-01-01 was a Thursday
    // ISO week: that of the week's Thursday.
    const std::int64_t thursday = days - weekday + 4;
    const int week_year = civil_from_micros(thursday * kMicrosPerDay).year;
    const auto week = static_cast<int>((thursday - days_from_civil(week_year, 1, 1)) / 7) + 1;
    const std::array<std::int32_t, 7> row{
        key, static_cast<std::int32_t>(days), year, (month + 2) / 3, month, week, weekday};
    for (std::size_t v = 0; v < row.size(); ++v) values[v].push_back(row[v]);
    weekend.push_back(weekday >= 6 ? 1 : 0);
  }
  std::array<ColumnData, 8> columns;
  for (std::size_t v = 0; v < values.size(); ++v) columns[v].ints = values[v];
  columns[7].bools = weekend;
  RETURN_IF_ERROR(file.add(dates.size(), columns));
  return file.finish();
}

std::string member_columns(const TableDefinition& table) {
  if (&table == &dim_users_definition()) return "user_key, user_id";
  if (&table == &dim_pages_definition()) return "page_key, page_url";
  if (&table == &dim_referrers_definition()) return "referrer_key, referrer_url";
  if (&table == &dim_campaigns_definition())
    return "campaign_key, utm_source, utm_medium, utm_campaign, utm_term, utm_content, "
           "click_id_type";
  return "device_key, device_type, user_agent";
}

std::string_view read_member_name(const TableDefinition& table, const Chunk& chunk, std::size_t row,
                                  std::string* scratch) {
  if (chunk.longs(0)[row] == 0) return {};
  int parts = 1;
  if (&table == &dim_campaigns_definition()) parts = static_cast<int>(kCampaignPartCount);
  if (&table == &dim_devices_definition()) parts = 2;
  if (parts == 1) return chunk.string(1, row);
  scratch->clear();
  for (int i = 1; i <= parts; ++i)
    append_key_part(scratch, chunk.valid(i, row) ? chunk.string(i, row) : std::string_view{});
  return *scratch;
}

}  // namespace clicklake
