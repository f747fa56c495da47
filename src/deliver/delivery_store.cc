#include "deliver/delivery_store.h"

#include "base/fault_point.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

constexpr std::int64_t kVersion = 2;

// The meaning of each column: docs/formats/outbox.md.
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS settings (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox_files (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  removed INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS own_outbox (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS lanes (
  lane INTEGER PRIMARY KEY,
  rule TEXT NOT NULL,
  target TEXT NOT NULL,
  head_file INTEGER,
  head_offset INTEGER,
  delivered INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  breaker TEXT NOT NULL,
  last_error TEXT NOT NULL,
  UNIQUE (rule, target)
);
CREATE TABLE IF NOT EXISTS open_matches (
  lane INTEGER NOT NULL,
  file INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  id TEXT NOT NULL,
  accepted_us INTEGER NOT NULL,
  due_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (lane, file, offset)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dead_letters (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  rule TEXT NOT NULL,
  target TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  condition TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  file TEXT NOT NULL,
  offset INTEGER NOT NULL,
  redriven INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS dead_letters_by_id ON dead_letters(id);
CREATE TABLE IF NOT EXISTS schedules (
  rule TEXT PRIMARY KEY,
  fired_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent_rows (
  rule TEXT NOT NULL,
  match_id TEXT NOT NULL,
  seen_us INTEGER NOT NULL,
  PRIMARY KEY (rule, match_id)
) WITHOUT ROWID;
)sql";

std::string text_of(const Rows& rows, int column) { return std::string(rows.text(column)); }

OpenRow read_open(const Rows& rows) {
  OpenRow row;
  row.lane = rows.integer(0);
  row.match.place = {rows.integer(1), rows.integer(2)};
  row.id = text_of(rows, 3);
  row.match.accepted_us = rows.integer(4);
  row.match.due_us = rows.integer(5);
  row.match.attempts = static_cast<int>(rows.integer(6));
  row.match.code = text_of(rows, 7);
  row.match.message = text_of(rows, 8);
  return row;
}

}  // namespace

Result<std::unique_ptr<DeliveryStore>> DeliveryStore::open(const std::filesystem::path& lake) {
  RETURN_IF_ERROR(make_folders(lake / "events"));
  const std::filesystem::path file = lake / "events" / "deliveries.db";
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Connection::open(file, Connection::Mode::kCreate));
  std::unique_ptr<DeliveryStore> store(new DeliveryStore(std::move(connection)));
  RETURN_IF_ERROR(store->create());
  return store;
}

Status DeliveryStore::create() {
  connection_->set_activity("set it up");
  ASSIGN_OR_RETURN(const auto version, connection_->query_integer("PRAGMA user_version"));
  if (version.value_or(0) > kVersion) {
    return Error{ErrorCode::kUnsupported,
                 "deliveries.db is of version " + std::to_string(*version) +
                     ", and this program knows " + std::to_string(kVersion) +
                     ": use the program that wrote it, or a newer one"};
  }
  if (version.value_or(0) == kVersion) return {};
  RETURN_IF_ERROR(connection_->execute_script("PRAGMA journal_mode = WAL"));
  RETURN_IF_ERROR(connection_->execute_script("BEGIN IMMEDIATE"));
  Status status = connection_->execute_script(kTables);
  if (status) status = connection_->execute_script("PRAGMA user_version = 2");
  if (status) status = connection_->execute_script("COMMIT");
  if (!status) (void)connection_->execute_script("ROLLBACK");
  return status;
}

Result<DeliveryState> DeliveryStore::load() {
  connection_->set_activity("read how far delivery has come");
  DeliveryState state;
  ASSIGN_OR_RETURN(const auto file, connection_->query_integer(
                                        "SELECT value FROM settings WHERE name = 'routed_file'"));
  ASSIGN_OR_RETURN(
      const auto offset,
      connection_->query_integer("SELECT value FROM settings WHERE name = 'routed_offset'"));
  state.routed = {file.value_or(0), offset.value_or(0)};
  ASSIGN_OR_RETURN(state.files, files());
  ASSIGN_OR_RETURN(state.own_files, own_files());
  ASSIGN_OR_RETURN(state.lanes, lanes());
  ASSIGN_OR_RETURN(state.open, open_rows());
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT rule, fired_us FROM schedules"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) break;
    state.fired.emplace_back(text_of(rows, 0), rows.integer(1));
  }
  ASSIGN_OR_RETURN(Rows sent, connection_->query("SELECT rule, match_id, seen_us FROM sent_rows"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, sent.next());
    if (!more) break;
    state.sent_rows.push_back({text_of(sent, 0), text_of(sent, 1), sent.integer(2)});
  }
  return state;
}

Result<std::vector<OutboxFileRow>> DeliveryStore::files() {
  std::vector<OutboxFileRow> files;
  ASSIGN_OR_RETURN(
      Rows rows,
      connection_->query("SELECT number, name, removed FROM outbox_files ORDER BY number"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return files;
    files.push_back({rows.integer(0), text_of(rows, 1), rows.integer(2) != 0});
  }
}

Result<std::vector<std::string>> DeliveryStore::own_files() {
  std::vector<std::string> names;
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT name FROM own_outbox ORDER BY number"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return names;
    names.push_back(text_of(rows, 0));
  }
}

Result<std::vector<LaneRow>> DeliveryStore::lanes() {
  std::vector<LaneRow> lanes;
  ASSIGN_OR_RETURN(
      Rows rows,
      connection_->query("SELECT lane, rule, target, head_file, head_offset, delivered, failed, "
                         "dead, breaker, last_error, (SELECT count(*) FROM open_matches o "
                         "WHERE o.lane = lanes.lane) FROM lanes ORDER BY rule, target"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return lanes;
    LaneRow row;
    row.id = rows.integer(0);
    row.rule = text_of(rows, 1);
    row.target = text_of(rows, 2);
    if (!rows.is_null(3)) row.head = MatchPlace{rows.integer(3), rows.integer(4)};
    row.counters = {rows.integer(5), rows.integer(6), rows.integer(7)};
    row.breaker = text_of(rows, 8);
    row.last_error = text_of(rows, 9);
    row.open = rows.integer(10);
    lanes.push_back(std::move(row));
  }
}

Result<std::vector<OpenRow>> DeliveryStore::open_rows() {
  std::vector<OpenRow> open;
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("SELECT lane, file, offset, id, accepted_us, due_us, "
                                      "attempts, code, message FROM open_matches "
                                      "ORDER BY lane, file, offset"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return open;
    open.push_back(read_open(rows));
  }
}

Status DeliveryStore::put_lane(const LaneCommit& lane) {
  const LaneRow& row = lane.row;
  std::optional<std::int64_t> head_file;
  std::optional<std::int64_t> head_offset;
  if (row.head) {
    head_file = row.head->file;
    head_offset = row.head->offset;
  }
  RETURN_IF_ERROR(connection_->execute(
      "INSERT OR REPLACE INTO lanes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", row.id,
      row.rule, row.target, head_file, head_offset, row.counters.delivered, row.counters.failed,
      row.counters.dead, row.breaker, row.last_error));
  for (const MatchPlace& place : lane.closed) {
    RETURN_IF_ERROR(connection_->execute(
        "DELETE FROM open_matches WHERE lane = ?1 AND file = ?2 AND offset = ?3", row.id,
        place.file, place.offset));
  }
  for (const OpenRow& open : lane.opened) {
    const OpenMatch& match = open.match;
    RETURN_IF_ERROR(connection_->execute(
        "INSERT OR REPLACE INTO open_matches VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", row.id,
        match.place.file, match.place.offset, open.id, match.accepted_us, match.due_us,
        match.attempts, match.code, match.message));
  }
  return {};
}

Status DeliveryStore::commit(const Commit& commit) {
  connection_->set_activity("store how far delivery has come");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  RETURN_IF_ERROR(connection_->execute(
      "INSERT OR REPLACE INTO settings VALUES ('routed_file', ?1), ('routed_offset', ?2)",
      commit.routed.file, commit.routed.offset));
  for (const OutboxFileRow& file : commit.files) {
    RETURN_IF_ERROR(connection_->execute("INSERT OR REPLACE INTO outbox_files VALUES (?1, ?2, ?3)",
                                         file.number, file.name, file.removed));
  }
  for (const LaneCommit& lane : commit.lanes) RETURN_IF_ERROR(put_lane(lane));
  for (const DeadRow& dead : commit.dead) {
    RETURN_IF_ERROR(connection_->execute(
        "INSERT INTO dead_letters (id, rule, target, code, message, condition, attempts, at_us, "
        "file, offset, redriven) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0)",
        dead.id, dead.rule, dead.target, dead.code, dead.message, dead.condition, dead.attempts,
        dead.at_us, dead.file, dead.offset));
  }
  for (const auto& [rule, fired_us] : commit.fired) {
    RETURN_IF_ERROR(
        connection_->execute("INSERT OR REPLACE INTO schedules VALUES (?1, ?2)", rule, fired_us));
  }
  for (const std::string& name : commit.own_files) {
    RETURN_IF_ERROR(connection_->execute("INSERT INTO own_outbox (name) VALUES (?1)", name));
  }
  for (const SentRow& row : commit.sent_rows) {
    RETURN_IF_ERROR(connection_->execute("INSERT OR REPLACE INTO sent_rows VALUES (?1, ?2, ?3)",
                                         row.rule, row.match_id, row.seen_us));
  }
  fault_point("deliver.commit");
  RETURN_IF_ERROR(transaction.commit());
  fault_point("deliver.committed");
  return {};
}

Result<std::int64_t> DeliveryStore::version() {
  connection_->set_activity("look for changes");
  ASSIGN_OR_RETURN(const auto version, connection_->query_integer("PRAGMA data_version"));
  return version.value_or(0);
}

Result<std::int64_t> DeliveryStore::retry(std::string_view id, std::string_view rule,
                                          std::string_view target, std::int64_t now_us) {
  connection_->set_activity("ask for a retry");
  RETURN_IF_ERROR(connection_->execute(
      "UPDATE open_matches SET due_us = ?1 WHERE due_us > ?1 AND (?2 = '' OR id = ?2) AND lane IN "
      "(SELECT lane FROM lanes WHERE (?3 = '' OR rule = ?3) AND (?4 = '' OR target = ?4))",
      now_us, id, rule, target));
  return connection_->changes();
}

Result<std::vector<DeadRow>> DeliveryStore::dead_letters(bool all) {
  connection_->set_activity("list dead letters");
  std::vector<DeadRow> letters;
  ASSIGN_OR_RETURN(
      Rows rows,
      connection_->query("SELECT number, id, rule, target, code, message, condition, attempts, "
                         "at_us, file, offset, redriven FROM dead_letters "
                         "WHERE ?1 OR redriven = 0 ORDER BY number",
                         all));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return letters;
    letters.push_back({rows.integer(0), text_of(rows, 1), text_of(rows, 2), text_of(rows, 3),
                       text_of(rows, 4), text_of(rows, 5), text_of(rows, 6), rows.integer(7),
                       rows.integer(8), text_of(rows, 9), rows.integer(10), rows.integer(11) != 0});
  }
}

Status DeliveryStore::forget(std::int64_t seen_us, std::int64_t letters_us,
                             const std::vector<std::int64_t>& outbox_files) {
  connection_->set_activity("forget what is old");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  RETURN_IF_ERROR(connection_->execute("DELETE FROM sent_rows WHERE seen_us < ?1", seen_us));
  RETURN_IF_ERROR(connection_->execute("DELETE FROM dead_letters WHERE at_us < ?1", letters_us));
  RETURN_IF_ERROR(connection_->execute(
      "DELETE FROM own_outbox WHERE name IN (SELECT name FROM outbox_files WHERE removed)"
      " AND name NOT LIKE 'replay-%'"));
  for (const std::int64_t number : outbox_files)
    RETURN_IF_ERROR(connection_->execute("DELETE FROM outbox_files WHERE number = ?1", number));
  return transaction.commit();
}

Result<bool> DeliveryStore::publish(const std::string& outbox_file) {
  connection_->set_activity("publish " + outbox_file);
  RETURN_IF_ERROR(
      connection_->execute("INSERT OR IGNORE INTO own_outbox (name) VALUES (?1)", outbox_file));
  return connection_->changes() > 0;
}

Status DeliveryStore::redrive(const std::string& outbox_file,
                              const std::vector<std::int64_t>& numbers) {
  connection_->set_activity("redrive dead letters");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  RETURN_IF_ERROR(connection_->execute("INSERT INTO own_outbox (name) VALUES (?1)", outbox_file));
  for (const std::int64_t number : numbers) {
    RETURN_IF_ERROR(connection_->execute(
        "UPDATE dead_letters SET redriven = 1 WHERE number = ?1 AND redriven = 0", number));
    if (connection_->changes() != 1) {
      return Error{ErrorCode::kConflict,
                   "another command is redriving these dead letters: list them again"};
    }
  }
  return transaction.commit();
}

}  // namespace clicklake
