#include "rules/ready_rules.h"

#include <array>

namespace clicklake {
namespace {

constexpr std::array<ReadyRule, 5> kReadyRules{{
    {"purchase", R"json({
  "name": "purchase",
  "description": "Every purchase",
  "eventPattern": {"source": ["clicklake"], "detail-type": ["purchase"]},
  "state": "DISABLED",
  "targets": [{"id": "file", "kind": "file", "file": "events/alerts/purchase.ndjson"}]
}
)json"},
    {"big-basket", R"json({
  "name": "big-basket",
  "description": "A purchase of 100 or more, in its own currency",
  "eventPattern": {"source": ["clicklake"], "detail-type": ["purchase"], "detail": {"lake": {"revenue": [{"numeric": [">=", 100]}]}}},
  "state": "DISABLED",
  "targets": [{"id": "file", "kind": "file", "file": "events/alerts/big-basket.ndjson"}]
}
)json"},
    {"cart-abandoned", R"json({
  "name": "cart-abandoned",
  "description": "A session that put something into the cart, and in the 30 minutes after did not buy",
  "scheduleExpression": "rate(5 minutes)",
  "query": [
    "WITH recent AS (",
    "  SELECT * FROM fact_clicks",
    "  WHERE event_timestamp >= TIMESTAMPTZ '<aws.scheduler.scheduled-time>' - INTERVAL 24 HOURS",
    "    AND event_type IN ('add_to_cart', 'purchase') AND session_id IS NOT NULL),",
    "carts AS (",
    "  SELECT session_id, any_value(user_key) AS user_key,",
    "    max(event_timestamp) FILTER (event_type = 'add_to_cart') AS cart_at,",
    "    max(event_timestamp) FILTER (event_type = 'purchase') AS bought_at,",
    "    list(DISTINCT product_id) FILTER (event_type = 'add_to_cart') AS products",
    "  FROM recent GROUP BY session_id)",
    "SELECT session_id, cart_at, products, user_id",
    "FROM carts LEFT JOIN dim_users USING (user_key)",
    "WHERE cart_at IS NOT NULL AND (bought_at IS NULL OR bought_at < cart_at)",
    "  AND cart_at < least(TIMESTAMPTZ '<aws.scheduler.scheduled-time>', (SELECT max(event_timestamp) FROM fact_clicks)) - INTERVAL 30 MINUTES"
  ],
  "queryKey": ["session_id", "cart_at"],
  "state": "DISABLED",
  "targets": [{"id": "file", "kind": "file", "file": "events/alerts/cart-abandoned.ndjson"}]
}
)json"},
    {"traffic-drop", R"json({
  "name": "traffic-drop",
  "description": "In the last full hour less than half of the events were accepted that the same hour of the seven days before had",
  "scheduleExpression": "cron(5 * * * ? *)",
  "query": [
    "WITH hours AS (",
    "  SELECT date_trunc('hour', committed_at) AS hour, sum(accepted) AS events",
    "  FROM batches WHERE kind IN ('transform', 'run') GROUP BY ALL),",
    "now AS (SELECT date_trunc('hour', TIMESTAMPTZ '<aws.scheduler.scheduled-time>') - INTERVAL 1 HOUR AS hour),",
    "usual AS (",
    "  SELECT avg(events) AS events, count(*) AS days FROM hours, now",
    "  WHERE hours.hour IN (SELECT now.hour - n * INTERVAL 1 DAY FROM range(1, 8) t(n)))",
    "SELECT now.hour, coalesce(hours.events, 0)::BIGINT AS events, round(usual.events)::BIGINT AS usual, usual.days",
    "FROM now LEFT JOIN hours USING (hour), usual",
    "WHERE usual.events >= 100 AND coalesce(hours.events, 0) < 0.5 * usual.events"
  ],
  "queryKey": ["hour"],
  "state": "DISABLED",
  "targets": [{"id": "file", "kind": "file", "file": "events/alerts/traffic-drop.ndjson"}]
}
)json"},
    {"quarantine-spike", R"json({
  "name": "quarantine-spike",
  "description": "More than 5 % of the records of the last full hour, and at least 20, went to quarantine",
  "scheduleExpression": "cron(5 * * * ? *)",
  "query": [
    "SELECT date_trunc('hour', committed_at) AS hour, sum(quarantined)::BIGINT AS quarantined,",
    "  sum(records_read) FILTER (kind <> 'transform')::BIGINT AS records",
    "FROM batches",
    "WHERE date_trunc('hour', committed_at) = date_trunc('hour', TIMESTAMPTZ '<aws.scheduler.scheduled-time>') - INTERVAL 1 HOUR",
    "GROUP BY ALL HAVING quarantined >= 20 AND quarantined > 0.05 * records"
  ],
  "queryKey": ["hour"],
  "state": "DISABLED",
  "targets": [{"id": "file", "kind": "file", "file": "events/alerts/quarantine-spike.ndjson"}]
}
)json"},
}};

}  // namespace

std::span<const ReadyRule> ready_rules() { return kReadyRules; }

}  // namespace clicklake
