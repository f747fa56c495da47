#include "model/star_schema.h"

#include <array>

namespace clicklake {
namespace {

using enum ColumnType;

constexpr std::array<ColumnDefinition, 28> kFactClicks{{
    {"event_key", 1, kLong, true},
    {"event_check", 2, kLong, true},
    {"event_id", 3, kString, false},
    {"user_key", 4, kLong, true},
    {"session_key", 5, kLong, true},
    {"page_key", 6, kLong, true},
    {"referrer_key", 7, kLong, true},
    {"device_key", 8, kLong, true},
    {"campaign_key", 9, kLong, true},
    {"date_key", 10, kInt, true},
    {"event_type", 11, kString, true},
    {"event_timestamp", 12, kTimestampTz, true},
    {"session_id", 13, kString, false},
    {"product_id", 14, kString, false},
    {"category", 15, kString, false},
    {"price", 16, kDecimal18_4, false},
    {"quantity", 17, kInt, false},
    {"currency", 18, kString, false},
    {"revenue", 19, kDecimal18_4, false},
    {"metadata", 20, kMapStringString, true, 21, 22},
    {"arrived_at", 23, kTimestampTz, true},
    {"is_late", 24, kBoolean, true},
    {"ingest_batch_id", 25, kString, true},
    {"year", 26, kInt, true},
    {"month", 27, kInt, true},
    {"day", 28, kInt, true},
    {"hour", 29, kInt, true},
    {"canonical_key", 30, kLong, false},
}};

constexpr std::array<ColumnDefinition, 14> kDimUsers{{
    {"user_key", 1, kLong, true},
    {"user_id", 2, kString, true},
    {"first_seen", 3, kTimestampTz, true},
    {"last_seen", 4, kTimestampTz, true},
    {"first_page_key", 5, kLong, true},
    {"first_referrer_key", 6, kLong, true},
    {"first_campaign_key", 7, kLong, true},
    {"first_device_key", 8, kLong, true},
    {"last_device_key", 9, kLong, true},
    {"event_count", 10, kLong, true},
    {"session_count", 11, kLong, false},
    {"purchase_count", 12, kLong, true},
    {"revenue", 13, kDecimal18_4, true},
    {"other_currency_purchases", 14, kLong, true},
}};

constexpr std::array<ColumnDefinition, 6> kDimPages{{
    {"page_key", 1, kLong, true},
    {"page_url", 2, kString, true},
    {"scheme", 3, kString, false},
    {"host", 4, kString, false},
    {"path", 5, kString, false},
    {"page_type", 6, kString, false},
}};

constexpr std::array<ColumnDefinition, 5> kDimReferrers{{
    {"referrer_key", 1, kLong, true},
    {"referrer_url", 2, kString, true},
    {"host", 3, kString, false},
    {"medium", 4, kString, false},
    {"source", 5, kString, false},
}};

constexpr std::array<ColumnDefinition, 8> kDimCampaigns{{
    {"campaign_key", 1, kLong, true},
    {"utm_source", 2, kString, false},
    {"utm_medium", 3, kString, false},
    {"utm_campaign", 4, kString, false},
    {"utm_term", 5, kString, false},
    {"utm_content", 6, kString, false},
    {"click_id_type", 7, kString, false},
    {"channel", 8, kString, false},
}};

constexpr std::array<ColumnDefinition, 6> kDimDevices{{
    {"device_key", 1, kLong, true},
    {"device_type", 2, kString, false},
    {"user_agent", 3, kString, false},
    {"os", 4, kString, false},
    {"browser", 5, kString, false},
    {"is_bot", 6, kBoolean, false},
}};

constexpr std::array<ColumnDefinition, 8> kDimDates{{
    {"date_key", 1, kInt, true},
    {"date", 2, kDate, true},
    {"year", 3, kInt, true},
    {"quarter", 4, kInt, true},
    {"month", 5, kInt, true},
    {"week", 6, kInt, true},
    {"day_of_week", 7, kInt, true},
    {"is_weekend", 8, kBoolean, true},
}};

constexpr std::array<ColumnDefinition, 16> kSessions{{
    {"session_key", 1, kLong, true},
    {"user_key", 2, kLong, true},
    {"session_id", 3, kString, false},
    {"started_at", 4, kTimestampTz, true},
    {"ended_at", 5, kTimestampTz, true},
    {"duration_ms", 6, kLong, true},
    {"event_count", 7, kLong, true},
    {"page_views", 8, kLong, true},
    {"entry_page_key", 9, kLong, true},
    {"exit_page_key", 10, kLong, true},
    {"referrer_key", 11, kLong, true},
    {"campaign_key", 12, kLong, true},
    {"device_key", 13, kLong, true},
    {"purchases", 14, kLong, true},
    {"revenue", 15, kDecimal18_4, true},
    {"is_bounce", 16, kBoolean, true},
}};

constexpr std::array<ColumnDefinition, 4> kDimUsersHistory{{
    {"user_key", 1, kLong, true},
    {"valid_from", 2, kTimestampTz, true},
    {"valid_to", 3, kTimestampTz, false},
    {"is_current", 4, kBoolean, true},
}};

constexpr TableDefinition kFactClicksTable{
    "fact_clicks",     kFactClicks,           PartitionTransform::kDay,
    "event_timestamp", "event_timestamp_day", "event_timestamp"};
constexpr TableDefinition kDimUsersTable{
    "dim_users", kDimUsers, PartitionTransform::kBucket, "user_key", "user_key_bucket", "user_key"};
constexpr TableDefinition kDimPagesTable{
    "dim_pages", kDimPages, PartitionTransform::kBucket, "page_key", "page_key_bucket", "page_key"};
constexpr TableDefinition kDimReferrersTable{
    "dim_referrers", kDimReferrers,         PartitionTransform::kBucket,
    "referrer_key",  "referrer_key_bucket", "referrer_key"};
constexpr TableDefinition kDimCampaignsTable{
    "dim_campaigns", kDimCampaigns, PartitionTransform::kNone, "", "", "campaign_key"};
constexpr TableDefinition kDimDevicesTable{
    "dim_devices", kDimDevices, PartitionTransform::kNone, "", "", "device_key"};
constexpr TableDefinition kDimDatesTable{"dim_dates", kDimDates, PartitionTransform::kNone,
                                         "",          "",        "date_key"};

constexpr TableDefinition kSessionsTable{"sessions",   kSessions,        PartitionTransform::kDay,
                                         "started_at", "started_at_day", "started_at",
                                         "curated"};

constexpr TableDefinition kDimUsersHistoryTable{"dim_users_history",
                                                kDimUsersHistory,
                                                PartitionTransform::kBucket,
                                                "user_key",
                                                "user_key_bucket",
                                                "user_key",
                                                "processed",
                                                6};

constexpr std::array<const TableDefinition*, 9> kStarTables{
    &kFactClicksTable, &kDimUsersTable, &kDimPagesTable, &kDimReferrersTable,   &kDimCampaignsTable,
    &kDimDevicesTable, &kDimDatesTable, &kSessionsTable, &kDimUsersHistoryTable};

constexpr std::uint32_t murmur_mix(std::uint32_t h, std::uint32_t k) {
  k *= 0xcc9e2d51U;
  k = (k << 15) | (k >> 17);
  k *= 0x1b873593U;
  h ^= k;
  h = (h << 13) | (h >> 19);
  return h * 5 + 0xe6546b64U;
}

}  // namespace

std::string_view iceberg_type(ColumnType type) {
  switch (type) {
    case kBoolean: return "boolean";
    case kInt: return "int";
    case kLong: return "long";
    case kDouble: return "double";
    case kDecimal18_4: return "decimal(18, 4)";
    case kString: return "string";
    case kDate: return "date";
    case kTimestampTz: return "timestamptz";
    case kMapStringString: return "map<string, string>";
  }
  return "";
}

const TableDefinition& fact_clicks_definition() { return kFactClicksTable; }
const TableDefinition& dim_users_definition() { return kDimUsersTable; }
const TableDefinition& dim_pages_definition() { return kDimPagesTable; }
const TableDefinition& dim_referrers_definition() { return kDimReferrersTable; }
const TableDefinition& dim_campaigns_definition() { return kDimCampaignsTable; }
const TableDefinition& dim_devices_definition() { return kDimDevicesTable; }
const TableDefinition& dim_dates_definition() { return kDimDatesTable; }

const TableDefinition& dim_users_history_definition() { return kDimUsersHistoryTable; }
const TableDefinition& sessions_definition() { return kSessionsTable; }

std::string_view database_of(const TableDefinition& table) {
  return table.zone == "curated" ? "clickstream_curated" : "clickstream_processed";
}

std::string folder_of(const TableDefinition& table) {
  return std::string(table.zone) + "/" + std::string(table.name);
}

std::span<const TableDefinition* const> star_tables() { return kStarTables; }

const TableDefinition* find_table(std::string_view name) {
  for (const TableDefinition* table : kStarTables) {
    if (table->name == name) return table;
  }
  return nullptr;
}

int column_index(const TableDefinition& table, std::string_view name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

int iceberg_bucket(std::int64_t value, int buckets) {
  const auto bits = static_cast<std::uint64_t>(value);
  std::uint32_t h = murmur_mix(0, static_cast<std::uint32_t>(bits));
  h = murmur_mix(h, static_cast<std::uint32_t>(bits >> 32));
  h ^= 8;
  h ^= h >> 16;
  h *= 0x85ebca6bU;
  h ^= h >> 13;
  h *= 0xc2b2ae35U;
  h ^= h >> 16;
  return static_cast<int>((h & 0x7fffffffU) % static_cast<std::uint32_t>(buckets));
}

}  // namespace clicklake
