#include "transform/hour_worker.h"

#include <algorithm>
#include <cstring>

#include "base/bytes_equal.h"
#include "model/decimal.h"
#include "model/star_schema.h"
#include "model/time.h"

namespace clicklake {
namespace {

constexpr std::size_t kUsualLineBytes = 360;  // a guess: where lines are longer, room is left over
constexpr std::size_t kMostIdentitiesAtOnce =
    1'500'000;  // 16 MB; beyond that room is made as it fills

KnownKey known_key(std::string_view key) {
  const auto is = [&](std::string_view name) {
    return std::memcmp(key.data(), name.data(), name.size()) == 0;
  };
  switch (key.size()) {
    case 5: return is("price") ? KnownKey::kPrice : KnownKey::kNone;
    case 8:
      if (is("category")) return KnownKey::kCategory;
      if (is("quantity")) return KnownKey::kQuantity;
      return is("currency") ? KnownKey::kCurrency : KnownKey::kNone;
    case 10:
      if (is("product_id")) return KnownKey::kProductId;
      return is("user_agent") ? KnownKey::kUserAgent : KnownKey::kNone;
    default: return KnownKey::kNone;
  }
}

bool is_campaign_key(std::string_view key) {
  return std::find(kCampaignPartNames.begin(), kCampaignPartNames.end(), key) !=
         kCampaignPartNames.end();
}

}  // namespace

void RowCounts::add(const RowCounts& other) {
  records_read += other.records_read;
  accepted += other.accepted;
  duplicate += other.duplicate;
  quarantined += other.quarantined;
  blank += other.blank;
  untyped_promoted += other.untyped_promoted;
  max_event_us = std::max(max_event_us, other.max_event_us);
}

HourWorker::HourWorker(HourWorkerOptions options, TransformShared* shared)
    : options_(std::move(options)),
      shared_(shared),
      window_(shared->window),
      identities_(options_.temp_dir),
      writer_(options_.facts),
      sessions_(options_.temp_dir),
      strays_(options_.temp_dir),
      usual_schema_(options_.promoted.empty() &&
                    options_.own_promoted == HourWorkerOptions().own_promoted) {
  const TableDefinition& table = *options_.facts.table;
  for (std::size_t i = fact_clicks_definition().columns.size(); i < table.columns.size(); ++i) {
    columns_.added.push_back(std::make_unique<AddedValues>());
    columns_.added.back()->type = table.columns[i].type;
  }
  dimensions_.activity.grow_to(1);
  if (options_.rules != nullptr) {
    recorder_ = std::make_unique<MatchRecorder>(*options_.rules, options_.outbox,
                                                options_.accepted_us, options_.temp_dir);
  }
  for (Staged& staged : staged_) {
    staged.parser.use_shapes(&shapes_);
    staged.parser.use_index(&line_index_);
    staged.parser.note_values(options_.count_keys);
  }
}

std::vector<KeyCount> HourWorker::key_counts() {
  return key_counter_.counts(
      [this](std::uint32_t input) { return shared_->inputs[input].shown_path; });
}

StrayLog HourWorker::take_strays() {
  StrayLog taken = std::move(strays_);
  std::destroy_at(&strays_);
  std::construct_at(&strays_, options_.temp_dir);
  return taken;
}

Status HourWorker::process(const HourTask& task) {
  columns_.clear(task.hour);
  ++pool_generation_;
  users_seen_ = 0;
  std::int64_t bytes = 0;
  for (const std::uint32_t input : task.inputs) bytes += shared_->inputs[input].bytes;
  identities_.reset(
      std::min(static_cast<std::size_t>(bytes) / kUsualLineBytes, kMostIdentitiesAtOnce));
  RETURN_IF_ERROR(load_existing(task.hour));
  for (const std::uint32_t input : task.inputs) RETURN_IF_ERROR(read_input(input, task.hour));
  for (const auto& [log, stray] : task.strays) {
    stray_text_.resize(stray.length + 1 + kLinePadding);
    RETURN_IF_ERROR(log->read(stray, stray_text_.data()));
    stray_text_[stray.length] = '\n';
    arrived_us_ = shared_->inputs[stray.input].arrivals.empty()
                      ? 0
                      : shared_->inputs[stray.input].arrivals[0].first;
    arrival_left_ = 2;  // never runs out
    std::string_view line;
    RETURN_IF_ERROR(take_line(stray_text_.data(), &line, stray.input,
                              {stray.source_offset, stray.source_line}, true));
    RETURN_IF_ERROR(drain(stray.input));
  }
  return flush(true, task.sequence);
}

Status HourWorker::drain(std::uint32_t input) {
  while (staged_touched_ != staged_end_) touch(&staged_[staged_touched_++ % kStages]);
  while (staged_begin_ != staged_end_)
    RETURN_IF_ERROR(look_up(&staged_[staged_begin_++ % kStages], input));
  return {};
}

Status HourWorker::load_existing(std::int64_t hour) {
  const std::int64_t begin = hour_start(hour);
  const std::int64_t end = hour_start(hour + 1) - 1;
  if (!shared_->existing->may_hold(begin, end)) return {};
  bool failed = false;
  RETURN_IF_ERROR(shared_->existing->identities(
      begin, end, false, [&](const EventHash& identity, std::int64_t, std::int64_t) {
        failed = failed || identities_.insert(identity) == IdentitySet::Found::kFailed;
      }));
  if (failed) return identities_.failure();
  return {};
}

void HourWorker::next_arrival(std::uint32_t input) {
  const auto& runs = shared_->inputs[input].arrivals;
  while (arrival_left_ == 0 && arrival_run_ < runs.size()) {
    arrived_us_ = runs[arrival_run_].first;
    arrival_left_ = runs[arrival_run_].second;
    ++arrival_run_;
  }
}

void HourWorker::note_arrival(std::int64_t arrived_us) {
  auto& known = columns_.arrivals;
  auto it = std::find(known.rbegin(), known.rend(), arrived_us);
  if (it == known.rend()) {
    known.push_back(arrived_us);
    it = known.rbegin();
  }
  if (known.size() == 1) return;
  columns_.arrival.resize(columns_.rows());  // rows before the second one had the first
  columns_.arrival.push_back(static_cast<std::uint32_t>(known.rend() - it - 1));
}

Status HourWorker::read_input(std::uint32_t input, std::int64_t) {
  const TransformInput& source = shared_->inputs[input];
  InputOutcome& outcome = shared_->outcomes[input];
  arrival_run_ = 0;
  arrival_left_ = 0;
  LineReaderOptions lines = options_.lines;
  if (source.max_line_bytes > 0) lines.max_line_bytes = source.max_line_bytes;
  auto opened = LineReader::open(source.path, lines);
  if (!opened) {
    outcome.problem = opened.error().message;
    return {};
  }
  LineReader& reader = **opened;
  LineBlock block;
  const std::int64_t valid_before = counts_.accepted + counts_.duplicate;
  std::uint64_t seen = 0;
  for (;;) {
    const auto more = reader.next(&block);
    if (!more) {
      outcome.problem = more.error().message;
      outcome.torn = true;
      break;
    }
    if (!*more) break;
    RETURN_IF_ERROR(take_block(block, input));
    shared_->progress->bytes.fetch_add(reader.bytes_read() - seen, std::memory_order_relaxed);
    seen = reader.bytes_read();
  }
  outcome.read = true;
  outcome.bytes = reader.bytes_read();
  outcome.records = counts_.accepted + counts_.duplicate - valid_before;
  const SourceEnd end = reader.end();
  if (end.torn || end.grew) {
    outcome.torn = true;
    outcome.problem = end.detail;
  }
  return {};
}

Status HourWorker::take_block(const LineBlock& block, std::uint32_t input) {
  for (const OverlongLine& line : block.overlong) {
    if (!shared_->inputs[input].quarantines) continue;
    ++counts_.records_read;
    RETURN_IF_ERROR(reject(RejectReason::kLineTooLong, "", options_.lines.max_line_bytes, input,
                           {line.offset, line.line}, line.length, line.head));
  }
  const char* p = block.data;
  const char* const end = p + block.size;
  std::uint64_t line_number = block.first_line;
  std::size_t element = 0;
  const std::int64_t before = counts_.records_read;
  line_index_.take_block(p, block.size);
  while (p < end) {
    LinePlace place{block.offset + static_cast<std::uint64_t>(p - block.data), line_number};
    if (!block.element_offsets.empty())
      place = {block.element_offsets[element], block.element_lines[element]};
    std::string_view line;
    RETURN_IF_ERROR(take_line(p, &line, input, place, false));
    p += line.size() + 1;
    ++line_number;
    ++element;
  }
  line_index_.clear();
  RETURN_IF_ERROR(drain(input));  // staged lines lie in this block
  shared_->progress->records.fetch_add(static_cast<std::uint64_t>(counts_.records_read - before),
                                       std::memory_order_relaxed);
  return {};
}

Status HourWorker::reject(RejectReason reason, std::string_view field, std::uint64_t position,
                          std::uint32_t input, LinePlace place, std::uint64_t length,
                          std::string_view text) {
  ++counts_.quarantined;
  return shared_->quarantine->add({reason, shared_->inputs[input].shown_path, place.offset,
                                   place.line, length, field, position, text});
}

Status HourWorker::take_line(const char* begin, std::string_view* line, std::uint32_t input,
                             LinePlace place, bool is_stray) {
  Staged& staged = staged_[staged_end_ % kStages];
  const ParseOutcome outcome = staged.parser.parse_next(begin, line, &staged.record);
  if (outcome == ParseOutcome::kRecord) [[likely]] {
    if (arrival_left_ == 0) next_arrival(input);
    if (arrival_left_ > 0 && !is_stray) --arrival_left_;
    const std::int64_t hour = hour_of(staged.record.timestamp_us);
    if (hour != columns_.hour) [[unlikely]] {
      ++shared_->outcomes[input].strays;
      return strays_.add(hour, input, place.offset, place.line, *line);
    }
    ++counts_.records_read;
    if (options_.count_keys && shared_->inputs[input].quarantines) {
      key_counter_.count(hour / 24, staged.parser.form(), *line, {input, place.offset, place.line});
    }
    staged.place = place;
    staged.line = *line;
    staged.arrived_us = arrived_us_;
    stage(&staged);
    ++staged_end_;
    if (staged_end_ - staged_touched_ > kTouchAt) touch(&staged_[staged_touched_++ % kStages]);
    if (staged_end_ - staged_begin_ > kPeekAt) peek(staged_[(staged_end_ - kPeekAt - 1) % kStages]);
    if (staged_end_ - staged_begin_ == kStages)
      return look_up(&staged_[staged_begin_++ % kStages], input);
    return {};
  }
  if (!shared_->inputs[input].quarantines) return {};
  ++counts_.records_read;
  if (outcome == ParseOutcome::kBlank) {
    ++counts_.blank;
    return {};
  }
  const Rejection& why = staged.parser.rejection();
  return reject(why.reason, why.field, why.position, input, place, line->size(), *line);
}

bool HourWorker::CampaignMemo::is(const CampaignParts& other) const {
  if (number == DimensionTable::kCollision) return false;
  for (std::size_t i = 0; i < kCampaignPartCount; ++i) {
    if (missing[i] != (other[i].data() == nullptr)) return false;
    if (!missing[i] && !bytes_equal(std::string_view(parts[i]), other[i])) return false;
  }
  return true;
}

/// Everything that needs no table, and the requests for those that do.
void HourWorker::stage(Staged* staged) {
  const Record& record = staged->record;
  staged->identity = identifier_.identify(record, staged->line.size());
  identities_.prefetch(staged->identity.hash);
  staged->user.memo = memo_of(&user_memos_, record.field(RawField::kUserId));
  staged->page.memo = memo_of(&page_memos_, record.field(RawField::kPageUrl));
  staged->referrer.memo = memo_of(&referrer_memos_, record.field(RawField::kReferrerUrl));
  staged->session_hash = StringPool::hash_of(record.field(RawField::kSessionId));
  columns_.sessions.prefetch(staged->session_hash);
  if (staged->entries.size() < record.metadata.size())
    staged->entries.resize(record.metadata.size());
  StagedEntry* out = staged->entries.data();
  std::string_view agent;
  bool may_be_campaign = false;
  for (const MetadataEntry& entry : record.metadata) {
    const std::uint64_t hash = StringPool::hash_of(entry.value);
    KnownKey known = KnownKey::kNone;
    if (entry.known != nullptr) [[likely]] {
      KeyMeaning& meaning = key_meanings_[entry.known->number];
      if (!meaning.worked_out) [[unlikely]]
        work_out(*entry.known, &meaning);
      known = meaning.known;
      may_be_campaign |= meaning.may_be_campaign;
    } else {
      known = meaning_of(entry.key);
      may_be_campaign |= is_campaign_key(entry.key);
    }
    *out++ = {hash, known};
    if (known == KnownKey::kNone) {
      columns_.map_values.prefetch(hash);
    } else if (known == KnownKey::kProductId) {
      columns_.products.prefetch(hash);
    } else if (known == KnownKey::kUserAgent) {
      agent = entry.value;
    }
  }
  staged->may_be_campaign = may_be_campaign;
  staged->device = device_of(record.field(RawField::kDeviceType), agent);
}

/// The place where a natural key would be remembered, on its way into the cache; null for none.
template <typename Memo>
Memo* HourWorker::memo_of(std::vector<Memo>* memos, std::string_view natural_key) const {
  if (shared_->denied.any || natural_key.empty() || natural_key.size() > Memo::kMaxBytes)
    return nullptr;
  Memo* const memo = &(*memos)[StringPool::hash_of(natural_key) & (memos->size() - 1)];
  __builtin_prefetch(memo);
  if (sizeof(Memo) > 64) __builtin_prefetch(reinterpret_cast<const char*>(memo) + 64);
  return memo;
}

template <typename Memo>
bool HourWorker::recall(Wanted<Memo>* wanted, std::string_view natural_key) {
  wanted->known = wanted->memo != nullptr && wanted->memo->is(natural_key);
  if (wanted->known) wanted->member = wanted->memo->member;
  return wanted->known;
}

template <typename Memo>
void HourWorker::ask(Wanted<Memo>* wanted, const DimensionTable& members,
                     std::string_view natural_key) {
  wanted->key = surrogate_key(natural_key);
  members.prefetch(wanted->key);
}

/// A few lines after stage(): what the memos know is known now; for the rest the tables are asked.
void HourWorker::touch(Staged* staged) {
  const std::string_view user = staged->record.field(RawField::kUserId);
  if (!recall(&staged->user, user)) ask(&staged->user, dimensions_.users, user);
  const std::string_view referrer = staged->record.field(RawField::kReferrerUrl);
  if (!recall(&staged->referrer, referrer)) ask(&staged->referrer, dimensions_.referrers, referrer);
  const std::string_view url = staged->record.field(RawField::kPageUrl);
  if (staged->may_be_campaign) staged->page.memo = nullptr;  // the URL alone does not tell
  if (recall(&staged->page, url)) {
    staged->campaign = staged->page.memo->campaign;
    return;
  }
  staged->page_url.parse(url);
  ask(&staged->page, dimensions_.pages, staged->page_url.clean());
  staged->campaign = campaign_of(staged->record, staged->page_url, staged->may_be_campaign);
}

/// A few lines after touch(): of the members that the memos did not know, the slots are there.
void HourWorker::peek(const Staged& staged) const {
  if (!staged.user.known) dimensions_.users.prefetch_name(staged.user.key);
  if (!staged.page.known) dimensions_.pages.prefetch_name(staged.page.key);
}

template <typename Memo>
std::uint32_t HourWorker::number_of(const Wanted<Memo>& wanted, DimensionTable* members,
                                    const char* table, std::string_view natural_key) {
  return wanted.known ? wanted.member : member(members, table, wanted.key, natural_key);
}

std::uint32_t HourWorker::member(DimensionTable* members, const char* table, std::int64_t key,
                                 std::string_view natural_key) {
  if (natural_key.empty()) return DimensionTable::kUnknown;
  if (shared_->denied.any && shared_->denied.keys.contains({table, std::string(natural_key)}))
      [[unlikely]]
    return DimensionTable::kCollision;
  return members->find_or_add(key, natural_key);
}

std::uint32_t HourWorker::campaign_of(const Record& record, const PageUrl& page_url,
                                      bool may_be_in_metadata) {
  CampaignParts parts = page_url.campaign();
  bool any = page_url.has_campaign();
  for (const MetadataEntry& entry : record.metadata) {
    if (!may_be_in_metadata) break;
    if (entry.value.empty()) continue;
    for (std::size_t part = 0; part < kCampaignPartCount; ++part) {
      if (entry.key == kCampaignPartNames[part] && parts[part].data() == nullptr) {
        parts[part] = entry.value;
        any = true;
      }
    }
  }
  if (!any) return DimensionTable::kUnknown;
  constexpr auto kSource = static_cast<std::size_t>(CampaignPart::kSource);
  constexpr auto kName = static_cast<std::size_t>(CampaignPart::kCampaign);
  const std::uint64_t place =
      StringPool::hash_of(parts[kSource]) ^ (StringPool::hash_of(parts[kName]) >> 7);
  CampaignMemo& memo = campaign_memo_[place % campaign_memo_.size()];
  if (memo.is(parts)) return memo.number;
  key_scratch_.clear();
  for (const auto part : parts) append_key_part(&key_scratch_, part);
  memo.number =
      member(&dimensions_.campaigns, "dim_campaigns", surrogate_key(key_scratch_), key_scratch_);
  for (std::size_t i = 0; i < kCampaignPartCount; ++i) {
    memo.missing[i] = parts[i].data() == nullptr;
    memo.parts[i] = parts[i];
  }
  return memo.number;
}

std::uint32_t HourWorker::device_of(std::string_view type, std::string_view agent) {
  if (type.empty()) type = {};
  if (agent.empty()) agent = {};
  if (type.data() == nullptr && agent.data() == nullptr) return DimensionTable::kUnknown;
  const std::uint64_t place = StringPool::hash_of(type) ^ (StringPool::hash_of(agent) >> 7);
  DeviceMemo& memo = device_memo_[place % device_memo_.size()];
  if (memo.number != DimensionTable::kCollision && bytes_equal(std::string_view(memo.type), type) &&
      bytes_equal(std::string_view(memo.agent), agent)) {
    return memo.number;
  }
  key_scratch_.clear();
  append_key_part(&key_scratch_, type);
  append_key_part(&key_scratch_, agent);
  memo.number =
      member(&dimensions_.devices, "dim_devices", surrogate_key(key_scratch_), key_scratch_);
  memo.type = type;
  memo.agent = agent;
  return memo.number;
}

/// What the metadata key `key` means to this lake.
inline KnownKey HourWorker::meaning_of(std::string_view key) const {
  const KnownKey known = known_key(key);
  return usual_schema_ ? known : added_key(key, known);
}

KnownKey HourWorker::added_key(std::string_view key, KnownKey known) const {
  if (known == KnownKey::kUserAgent) return known;
  if (known != KnownKey::kNone) {
    const auto own =
        static_cast<std::size_t>(known) - static_cast<std::size_t>(KnownKey::kProductId);
    return options_.own_promoted[own] ? known : KnownKey::kNone;
  }
  for (const auto& [name, column] : options_.promoted) {
    if (name == key)
      return static_cast<KnownKey>(static_cast<std::size_t>(KnownKey::kFirstAdded) + column);
  }
  return KnownKey::kNone;
}

bool HourWorker::take_added(std::size_t column, std::string_view value, std::uint64_t hash) {
  AddedValues& to = *columns_.added[column];
  const std::size_t row = columns_.rows();
  const auto set = [&](std::optional<std::int64_t> parsed) {
    if (!parsed) return false;
    to.value[row] = *parsed;
    to.valid[row] = 1;
    return true;
  };
  switch (to.type) {
    case ColumnType::kString:
      to.id[row] = to.texts.intern(value, hash);
      to.valid[row] = 1;
      return true;
    case ColumnType::kInt: {
      const auto parsed = parse_int32(value);
      return set(parsed ? std::optional<std::int64_t>(*parsed) : std::nullopt);
    }
    case ColumnType::kLong: return set(parse_int64(value));
    case ColumnType::kDecimal18_4: return set(parse_decimal18_4(value));
    case ColumnType::kBoolean:
      if (value == "true") return set(1);
      return value == "false" && set(0);
    default: return false;
  }
}

void HourWorker::work_out(const MetadataKey& key, KeyMeaning* meaning) {
  meaning->worked_out = true;
  meaning->known = meaning_of(key.text);
  meaning->may_be_campaign = is_campaign_key(key.text);
}

std::uint32_t HourWorker::metadata_key_id(const MetadataEntry& entry) {
  if (entry.known == nullptr) return columns_.map_keys.intern(entry.key);
  KeyMeaning& meaning = key_meanings_[entry.known->number];
  if (meaning.generation != pool_generation_) {
    meaning.id = columns_.map_keys.intern(entry.key);
    meaning.generation = pool_generation_;
  }
  return meaning.id;
}

void HourWorker::push_metadata(const Staged& staged, bool purchase) {
  HourColumns& c = columns_;
  std::uint32_t product = kNullIndex;
  std::uint32_t category = kNullIndex;
  std::uint32_t currency = kNullIndex;
  std::optional<std::int64_t> price;
  std::optional<std::int32_t> quantity;
  std::size_t at = c.map_entries();
  for (const auto& column : c.added) {
    column->id[c.rows()] = kNullIndex;
    column->value[c.rows()] = 0;
    column->valid[c.rows()] = 0;
  }
  for (std::size_t i = 0; i < staged.record.metadata.size(); ++i) {
    const MetadataEntry& entry = staged.record.metadata[i];
    const std::uint64_t hash = staged.entries[i].value_hash;
    const bool null = entry.value.data() == nullptr;
    switch (staged.entries[i].known) {
      case KnownKey::kNone: break;
      case KnownKey::kProductId:
        if (!null) product = c.products.intern(entry.value, hash);
        continue;
      case KnownKey::kCategory:
        if (!null) category = c.categories.intern(entry.value, hash);
        continue;
      case KnownKey::kCurrency:
        if (!null) currency = c.currencies.intern(entry.value, hash);
        continue;
      case KnownKey::kUserAgent: continue;
      case KnownKey::kPrice:
        if (null) continue;
        price = parse_decimal18_4(entry.value);
        if (price) continue;
        ++counts_.untyped_promoted;
        break;
      case KnownKey::kQuantity:
        if (null) continue;
        quantity = parse_int32(entry.value);
        if (quantity) continue;
        ++counts_.untyped_promoted;
        break;
      default:
        if (null || take_added(static_cast<std::size_t>(staged.entries[i].known) -
                                   static_cast<std::size_t>(KnownKey::kFirstAdded),
                               entry.value, hash)) {
          continue;
        }
        ++counts_.untyped_promoted;
        break;
    }
    c.map_key[at] = metadata_key_id(entry);
    c.map_value[at++] = null ? kNullIndex : c.map_values.intern(entry.value, hash);
  }
  const std::size_t row = c.rows();
  c.map_begin[row + 1] = static_cast<std::uint32_t>(at);
  c.product[row] = product;
  c.category[row] = category;
  c.currency[row] = currency;
  c.price[row] = price.value_or(0);
  c.price_valid[row] = price ? 1 : 0;
  c.quantity[row] = quantity.value_or(0);
  c.quantity_valid[row] = quantity ? 1 : 0;
  std::optional<std::int64_t> revenue;
  if (purchase && price) revenue = multiply_decimal(*price, quantity.value_or(1));
  c.revenue[row] = revenue.value_or(0);
  c.revenue_valid[row] = revenue ? 1 : 0;
}

void HourWorker::see_user(std::size_t row) {
  const HourColumns& c = columns_;
  UserActivity<std::uint32_t>& user = dimensions_.activity[c.user[row]];
  user.see(c.time[row], c.event_key[row], c.page[row], c.referrer[row], c.campaign[row],
           c.device[row]);
  if (c.event_type[row] == c.purchase_type) {
    ++user.purchases;
    if (c.currency[row] == kNullIndex ||
        c.currencies.texts()[c.currency[row]] == options_.base_currency) {
      if (c.revenue_valid[row] != 0) user.add_revenue(c.revenue[row]);
    } else {
      ++user.other_currency_purchases;
    }
  }
}

void HourWorker::see_users_until(std::size_t row) {
  for (; users_seen_ < row; ++users_seen_) {
    // Rows with an event id wait until it is known which of them stay.
    if (!columns_.any_event_id || columns_.event_id[users_seen_].data() == nullptr)
      see_user(users_seen_);
  }
}

Status HourWorker::look_up(Staged* staged, std::uint32_t input) {
  HourColumns& c = columns_;
  const Record& record = staged->record;
  const EventIdentity& identity = staged->identity;
  if (identity.has_event_id && !c.any_event_id) [[unlikely]] {
    c.any_event_id = true;
    c.event_id.resize(c.rows());
    c.canonical_key.resize(c.rows());
  }

  const auto collision = [&](RawField field) {
    return reject(RejectReason::kKeyCollision, to_string(field), 0, input, staged->place,
                  staged->line.size(), staged->line);
  };
  const std::uint32_t user =
      number_of(staged->user, &dimensions_.users, "dim_users", record.field(RawField::kUserId));
  if (user == DimensionTable::kCollision) return collision(RawField::kUserId);
  const std::uint32_t page =
      number_of(staged->page, &dimensions_.pages, "dim_pages", staged->page_url.clean());
  if (page == DimensionTable::kCollision) return collision(RawField::kPageUrl);
  const std::uint32_t referrer = number_of(staged->referrer, &dimensions_.referrers,
                                           "dim_referrers", record.field(RawField::kReferrerUrl));
  if (referrer == DimensionTable::kCollision) return collision(RawField::kReferrerUrl);
  const std::uint32_t campaign = staged->campaign;
  if (campaign == DimensionTable::kCollision) return collision(RawField::kPageUrl);
  const std::uint32_t device = staged->device;
  if (device == DimensionTable::kCollision) return collision(RawField::kDeviceType);
  if (shared_->denied.any && shared_->denied.keys.contains(
                                 {std::string(sessions_definition().name),
                                  std::string(record.field(RawField::kSessionId))})) [[unlikely]] {
    return collision(RawField::kSessionId);
  }
  const auto remember = [&](const auto& wanted, RawField field, std::uint32_t number) {
    if (!wanted.known && wanted.memo != nullptr)
      wanted.memo->set(record.field(field), number, campaign);
  };
  remember(staged->user, RawField::kUserId, user);
  remember(staged->page, RawField::kPageUrl, page);
  remember(staged->referrer, RawField::kReferrerUrl, referrer);

  if (!identity.has_event_id) [[likely]] {
    const IdentitySet::Found found = identities_.insert(identity.hash);
    if (found == IdentitySet::Found::kFailed) [[unlikely]]
      return identities_.failure();
    if (found == IdentitySet::Found::kDuplicate) {
      ++counts_.duplicate;
      return {};
    }
  }
  ++counts_.accepted;

  c.make_room(record.metadata.size());
  const std::size_t row = c.rows();
  if (row > 0 && record.timestamp_us < c.time[row - 1]) c.sorted = false;
  c.time[row] = record.timestamp_us;
  c.event_key[row] = static_cast<std::int64_t>(identity.hash.key);
  c.event_check[row] = static_cast<std::int64_t>(identity.hash.check);
  c.user[row] = user;
  c.page[row] = page;
  c.referrer[row] = referrer;
  c.campaign[row] = campaign;
  c.device[row] = device;
  if (c.any_event_id) [[unlikely]] {
    c.event_id.push_back(identity.has_event_id
                             ? c.event_id_text.store(record.field(RawField::kEventId))
                             : std::string_view{});
    c.canonical_key.push_back(static_cast<std::int64_t>(identity.canonical_hash));
  }
  const std::string_view session = record.field(RawField::kSessionId);
  if (session.empty()) {
    c.session[row] = kNullIndex;
    c.null_session = true;
  } else {
    const std::uint32_t id = c.sessions.intern(session, staged->session_hash);
    if (id == c.session_keys.size()) c.session_keys.push_back(surrogate_key(session));
    c.session[row] = id;
  }
  const std::string_view event_type = record.field(RawField::kEventType);
  c.event_type[row] = c.event_types.intern(event_type);
  const bool purchase = event_type == "purchase";
  if (purchase) c.purchase_type = c.event_type[row];
  if (c.arrivals.size() != 1 || c.arrivals[0] != staged->arrived_us) [[unlikely]]
    note_arrival(staged->arrived_us);
  push_metadata(*staged, purchase);
  c.add_row();

  if (dimensions_.activity.size() < dimensions_.users.size()) [[unlikely]]
    dimensions_.activity.grow_to(dimensions_.users.size());
  __builtin_prefetch(&dimensions_.activity[user], 1);
  __builtin_prefetch(reinterpret_cast<const char*>(&dimensions_.activity[user]) + 64, 1);
  if (c.rows() > 2) see_users_until(c.rows() - 2);
  if (recorder_ != nullptr && recorder_->may_meet(event_type)) [[unlikely]]
    RETURN_IF_ERROR(meet_rules(*staged, row));
  counts_.max_event_us = std::max(counts_.max_event_us, record.timestamp_us);
  held_bytes_ += staged->line.size();
  const bool full = c.rows() >= options_.flush_rows || held_bytes_ >= options_.flush_bytes;
  if (full && !c.any_event_id) return flush(false, 0);
  return {};
}

AcceptedEvent HourWorker::accepted_event(const Staged& staged, std::size_t row) const {
  const HourColumns& c = columns_;
  AcceptedEvent event;
  event.line = staged.line;
  event.event_type = staged.record.field(RawField::kEventType);
  event.time_us = c.time[row];
  event.identity = staged.identity.hash;
  event.user_key = dimensions_.users.key(c.user[row]);
  event.session_key = c.session[row] == kNullIndex ? 0 : c.session_keys[c.session[row]];
  event.page_key = dimensions_.pages.key(c.page[row]);
  event.referrer_key = dimensions_.referrers.key(c.referrer[row]);
  event.campaign_key = dimensions_.campaigns.key(c.campaign[row]);
  event.device_key = dimensions_.devices.key(c.device[row]);
  if (c.revenue_valid[row] != 0) event.revenue = c.revenue[row];
  return event;
}

/// The row was accepted, or will be where it has an event id and turns out to be no duplicate.
[[gnu::cold, gnu::noinline]] Status HourWorker::meet_rules(const Staged& staged, std::size_t row) {
  AcceptedEvent event = accepted_event(staged, row);
  if (!recorder_->meets(event)) return {};
  if (!staged.identity.has_event_id) return recorder_->record(event);
  return recorder_->hold(event, static_cast<std::uint32_t>(row));
}

Status HourWorker::finish() {
  RETURN_IF_ERROR(writer_.finish());
  return recorder_ ? recorder_->finish() : Status();
}

Status HourWorker::flush(bool hour_ends, std::size_t sequence) {
  dropped_.clear();
  see_users_until(columns_.rows());
  if (columns_.any_event_id) {
    std::vector<IdentifiedRow> rows;
    for (std::uint32_t row = 0; row < columns_.rows(); ++row) {
      if (columns_.event_id[row].data() == nullptr) continue;
      rows.push_back({{static_cast<std::uint64_t>(columns_.event_key[row]),
                       static_cast<std::uint64_t>(columns_.event_check[row])},
                      columns_.time[row],
                      columns_.canonical_key[row],
                      row});
    }
    std::vector<std::uint32_t> identified;
    identified.reserve(rows.size());
    for (const IdentifiedRow& row : rows) identified.push_back(row.row);
    std::vector<std::uint32_t> replacing;
    ASSIGN_OR_RETURN(const std::vector<std::uint32_t> duplicates,
                     window_->resolve(sequence, columns_.hour, std::move(rows), &replacing));
    dropped_.assign(columns_.rows(), 0);
    for (const std::uint32_t row : duplicates) dropped_[row] = 1;
    if (recorder_ != nullptr) {
      unalerted_ = dropped_;
      for (const std::uint32_t row : replacing) unalerted_[row] = 1;
      RETURN_IF_ERROR(recorder_->settle(unalerted_));
    }
    counts_.duplicate += static_cast<std::int64_t>(duplicates.size());
    counts_.accepted -= static_cast<std::int64_t>(duplicates.size());
    for (const std::uint32_t row : identified) {
      if (dropped_[row] == 0) see_user(row);
    }
  } else if (hour_ends) {
    window_->pass(sequence);
  }
  RETURN_IF_ERROR(see_sessions());
  RETURN_IF_ERROR(writer_.write(columns_, dropped_, &dimensions_));
  columns_.clear(columns_.hour);
  ++pool_generation_;
  users_seen_ = 0;
  held_bytes_ = 0;
  return {};
}

}  // namespace clicklake
