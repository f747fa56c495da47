#pragma once
/// Reads the raw files of one hour after another and makes rows of them.
///
/// Place: the hot path of transform: line -> record -> identity -> dedupe -> dimension members ->
/// columns -> FactWriter. Invariant: every line is counted once: accepted, duplicate, quarantined,
/// blank, or kept as a stray for its own hour. Thread safety: thread-compatible; one worker a
/// thread. What workers share (EventWindow, ExistingRows, QuarantineWriter, TransformProgress) is
/// safe.

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes_equal.h"
#include "base/result.h"
#include "format/key_counts.h"
#include "format/line_index.h"
#include "format/line_reader.h"
#include "format/line_shapes.h"
#include "format/quarantine_writer.h"
#include "format/record_parser.h"
#include "matching/match_recorder.h"
#include "model/lake_schema.h"
#include "model/page_url.h"
#include "rows/existing_rows.h"
#include "sessions/session_log.h"
#include "transform/dimensions.h"
#include "transform/event_window.h"
#include "transform/fact_writer.h"
#include "transform/hour_columns.h"
#include "transform/identity.h"
#include "transform/identity_set.h"
#include "transform/stray_log.h"

namespace clicklake {

/// A raw file to read.
struct TransformInput {
  std::filesystem::path path;        ///< where it lies
  std::string shown_path;            ///< as reports and quarantine name it
  std::optional<std::int64_t> hour;  ///< of its folder
  std::int64_t bytes = 0;            ///< as stored; 0: not known
  bool quarantines = true;           ///< false: its bad rows are in quarantine already
  std::size_t max_line_bytes =
      0;  ///< 0: the worker's limit; lines of copied files were measured when they were taken
  std::vector<std::pair<std::int64_t, std::int64_t>>
      arrivals;  ///< (arrived_at, records); a negative count is all the rest
};

/// How reading an input ended.
struct InputOutcome {
  bool read = false;
  bool torn = false;
  std::string problem;  ///< for the report, "" where all is well
  std::uint64_t bytes = 0;
  std::int64_t records = 0;  ///< valid ones
  std::int64_t strays = 0;   ///< lines of other hours than its folder's
};

struct RowCounts {
  std::int64_t records_read = 0;
  std::int64_t accepted = 0;
  std::int64_t duplicate = 0;
  std::int64_t quarantined = 0;
  std::int64_t blank = 0;
  std::int64_t untyped_promoted = 0;  ///< promoted values that did not type and stayed in metadata
  std::int64_t max_event_us = 0;

  void add(const RowCounts& other);
};

struct TransformProgress {
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> records{0};
};

/// An hour to do: whole files, or stray lines.
struct HourTask {
  std::int64_t hour = 0;
  std::size_t sequence = 0;           ///< among the tasks of one pass, ascending by hour
  std::vector<std::uint32_t> inputs;  ///< indices of the inputs
  std::vector<std::pair<const StrayLog*, StrayLine>> strays;
};

struct HourWorkerOptions {
  LineReaderOptions lines;
  std::string base_currency = "USD";
  std::filesystem::path temp_dir;
  std::size_t flush_rows =
      65'536;  ///< rows in memory before they are written, where no event has an id
  std::size_t flush_bytes = 48U << 20;  ///< of their lines, likewise: some are large
  FactWriterOptions facts;
  bool count_keys = true;          ///< of inputs that nobody has validated before
  const RuleSet* rules = nullptr;  ///< null: accepted events meet no rules
  OutboxWriter* outbox = nullptr;  ///< where matches go; null without rules
  std::int64_t accepted_us = 0;    ///< of the matches
  /// (metadata key, place among the table's added columns).
  std::vector<std::pair<std::string, std::size_t>> promoted;
  /// By kOwnPromotedKeys: false where the key stays in metadata.
  std::array<bool, kOwnPromotedKeys.size()> own_promoted{true, true, true, true, true};
};

/// The metadata keys that columns hold.
enum class KnownKey : std::uint8_t {
  kNone,
  kProductId,
  kCategory,
  kPrice,
  kQuantity,
  kCurrency,
  kUserAgent,
  kFirstAdded,  ///< and what follows it: keys of the lake's own, by added column
};

/// Natural keys that were found to share a surrogate key with another one, by dimension.
struct DeniedKeys {
  bool any = false;
  std::set<std::pair<std::string, std::string>> keys;  ///< (table, natural key)
};

/// What workers share.
struct TransformShared {
  std::vector<TransformInput> inputs;
  std::vector<InputOutcome> outcomes;  ///< one an input, written by the worker that read it
  ExistingRows* existing = nullptr;
  EventWindow* window = nullptr;
  DeniedKeys denied;
  QuarantineWriter* quarantine = nullptr;
  TransformProgress* progress = nullptr;
};

class HourWorker {
 public:
  HourWorker(HourWorkerOptions options, TransformShared* shared);

  /// Does one hour. Errors: those that end the batch (the lake can't be written, published files
  /// can't be read); trouble with an input is its outcome.
  Status process(const HourTask& task);
  /// Completes the open fact file.
  Status finish();

  void set_window(EventWindow* window) { window_ = window; }
  RowCounts counts() const { return counts_; }
  MatchCounts match_counts() const { return recorder_ ? recorder_->counts() : MatchCounts(); }
  /// The keys and kinds of values of the records that were counted.
  std::vector<KeyCount> key_counts();
  WorkerDimensions& dimensions() { return dimensions_; }
  /// What the rows written so far say of sessions, for merge_sessions().
  SessionLog& sessions() { return sessions_; }
  FactWriter& writer() { return writer_; }
  const StrayLog& strays() const { return strays_; }
  /// Forgets strays that were given to tasks.
  StrayLog take_strays();

 private:
  struct LinePlace {
    std::uint64_t offset = 0;
    std::uint64_t line = 0;
  };

  struct StagedEntry {
    std::uint64_t value_hash;
    KnownKey known;
  };

  /// What a metadata key means, worked out once: by MetadataKey::number.
  struct KeyMeaning {
    bool worked_out = false;
    KnownKey known = KnownKey::kNone;
    bool may_be_campaign = false;
    std::uint32_t id = 0;          ///< in columns_.map_keys
    std::uint64_t generation = 0;  ///< of the pool that `id` is of; 0: none
  };

  /// A natural key that was seen lately, and the member that it came to.
  template <std::size_t kBytes>
  struct alignas(64) MemberMemo {
    static constexpr std::size_t kMaxBytes = kBytes;
    std::uint32_t size = 0;  ///< 0: free
    std::uint32_t member = 0;
    std::uint32_t campaign = 0;  ///< pages only
    char text[kMaxBytes];

    bool is(std::string_view other) const {
      return size == other.size() && bytes_equal(text, other.data(), size);
    }
    void set(std::string_view other, std::uint32_t new_member, std::uint32_t new_campaign) {
      size = static_cast<std::uint32_t>(other.size());
      std::memcpy(text, other.data(), other.size());
      member = new_member;
      campaign = new_campaign;
    }
  };
  using UrlMemo = MemberMemo<116>;
  using UserMemo = MemberMemo<52>;

  /// A member on its way: remembered, or to be asked for by its key.
  template <typename Memo>
  struct Wanted {
    Memo* memo = nullptr;  ///< where it would be remembered; null: nowhere
    bool known = false;
    std::uint32_t member = 0;  ///< where known
    std::int64_t key = 0;      ///< where not
  };

  /// A line on its way. Lines are parsed a few ahead of being looked up, so that the tables' cache
  /// lines are there by then.
  struct Staged {
    RecordParser parser;
    Record record;
    PageUrl page_url;
    EventIdentity identity;
    Wanted<UserMemo> user;
    Wanted<UrlMemo> page;
    Wanted<UrlMemo> referrer;
    std::uint64_t session_hash = 0;
    std::uint32_t campaign = 0;
    std::uint32_t device = 0;
    bool may_be_campaign = false;  ///< metadata may name a campaign
    std::int64_t arrived_us = 0;
    std::vector<StagedEntry> entries;  ///< by metadata entry; may be longer
    LinePlace place;
    std::string_view line;
  };
  static constexpr std::size_t kStages = 8;   ///< a power of two
  static constexpr std::size_t kTouchAt = 4;  ///< lines after which memos are read
  static constexpr std::size_t kPeekAt = 6;   ///< and after which members' slots are

  Status load_existing(std::int64_t hour);
  Status read_input(std::uint32_t input, std::int64_t hour);
  Status take_block(const LineBlock& block, std::uint32_t input);
  /// The line that begins at `begin`; gives it back without its end.
  Status take_line(const char* begin, std::string_view* line, std::uint32_t input, LinePlace place,
                   bool is_stray);
  void stage(Staged* staged);
  void touch(Staged* staged);
  void peek(const Staged& staged) const;
  Status look_up(Staged* staged, std::uint32_t input);
  /// Looks up all staged lines.
  Status drain(std::uint32_t input);
  Status reject(RejectReason reason, std::string_view field, std::uint64_t position,
                std::uint32_t input, LinePlace place, std::uint64_t length, std::string_view text);
  void next_arrival(std::uint32_t input);
  std::uint32_t member(DimensionTable* members, const char* table, std::int64_t key,
                       std::string_view natural_key);
  /// Notes when the row that is being added arrived.
  void note_arrival(std::int64_t arrived_us);
  template <typename Memo>
  Memo* memo_of(std::vector<Memo>* memos, std::string_view natural_key) const;
  template <typename Memo>
  static bool recall(Wanted<Memo>* wanted, std::string_view natural_key);
  template <typename Memo>
  static void ask(Wanted<Memo>* wanted, const DimensionTable& members,
                  std::string_view natural_key);
  template <typename Memo>
  std::uint32_t number_of(const Wanted<Memo>& wanted, DimensionTable* members, const char* table,
                          std::string_view natural_key);
  void work_out(const MetadataKey& key, KeyMeaning* meaning);
  KnownKey meaning_of(std::string_view key) const;
  KnownKey added_key(std::string_view key, KnownKey known) const;
  /// Puts a value into its column; false where it does not type.
  bool take_added(std::size_t column, std::string_view value, std::uint64_t hash);
  std::uint32_t campaign_of(const Record& record, const PageUrl& page_url, bool may_be_in_metadata);
  std::uint32_t device_of(std::string_view type, std::string_view agent);
  std::uint32_t metadata_key_id(const MetadataEntry& entry);
  void push_metadata(const Staged& staged, bool purchase);
  void see_user(std::size_t row);
  void see_users_until(std::size_t row);
  Status flush(bool hour_ends, std::size_t sequence);
  Status see_sessions();
  Status add_session(std::int64_t key, std::string_view id,
                     const SessionActivity<std::uint32_t>& activity);
  Status meet_rules(const Staged& staged, std::size_t row);
  AcceptedEvent accepted_event(const Staged& staged, std::size_t row) const;

  static constexpr std::size_t kUserMemos = 4096;  ///< powers of two
  static constexpr std::size_t kPageMemos = 4096;
  static constexpr std::size_t kReferrerMemos = 256;

  HourWorkerOptions options_;
  TransformShared* shared_;
  EventWindow* window_;
  LineIndex line_index_;
  LineShapes shapes_;
  KeyCounter key_counter_;
  std::vector<UserMemo> user_memos_{kUserMemos};
  std::vector<UrlMemo> page_memos_{kPageMemos};
  std::vector<UrlMemo> referrer_memos_{kReferrerMemos};
  std::array<Staged, kStages> staged_;
  std::size_t staged_begin_ = 0;  ///< counts lines; slots are these modulo kStages
  std::size_t staged_touched_ = 0;
  std::size_t staged_end_ = 0;
  EventIdentifier identifier_;
  IdentitySet identities_;
  std::string key_scratch_;
  WorkerDimensions dimensions_;
  HourColumns columns_;
  std::size_t users_seen_ = 0;  ///< rows of columns_ whose user was updated
  FactWriter writer_;
  SessionLog sessions_;
  std::vector<SessionActivity<std::uint32_t>> session_activity_;  ///< by id of columns_.sessions
  std::vector<std::uint32_t> silent_rows_;  ///< of columns_, without a session id
  StrayLog strays_;
  RowCounts counts_;
  std::unique_ptr<MatchRecorder> recorder_;  ///< null without rules
  std::vector<char> stray_text_;
  std::vector<std::uint8_t> dropped_;
  std::vector<std::uint8_t> unalerted_;  ///< dropped_, and rows that were alerted of before
  std::size_t held_bytes_ = 0;           ///< lines of the rows in columns_

  bool usual_schema_;  ///< the program's own keys are promoted, and no others
  std::vector<KeyMeaning> key_meanings_{LineShapes::kMaxKeys};
  std::uint64_t pool_generation_ = 1;  ///< changes when the pools are emptied

  /// Devices are few: the last ones are found without making their natural key.
  struct DeviceMemo {
    std::string type;
    std::string agent;
    std::uint32_t number = DimensionTable::kCollision;
  };
  std::array<DeviceMemo, 64> device_memo_;

  /// Campaigns likewise.
  struct CampaignMemo {
    std::array<std::string, kCampaignPartCount> parts;
    std::array<bool, kCampaignPartCount> missing{};
    std::uint32_t number = DimensionTable::kCollision;

    bool is(const CampaignParts& other) const;
  };
  std::array<CampaignMemo, 64> campaign_memo_;

  // Arrival of the input being read.
  std::size_t arrival_run_ = 0;
  std::int64_t arrival_left_ = 0;
  std::int64_t arrived_us_ = 0;
};

}  // namespace clicklake
