#include "marts/mart_folder.h"

namespace clicklake {
namespace {

constexpr std::string_view kEngagementDaily = R"sql(-- mart: engagement_daily
-- grain: a day (UTC) and a device type
-- keys: date, device_type
-- partition: date
-- incremental: fact_clicks.event_timestamp, sessions.started_at
--
-- Events count on the day when they happened, sessions on the day when they began. Money is in the lake's base currency.
WITH clicks AS (
  SELECT day_of(event_timestamp) AS date,
         coalesce(device_type, '(unknown)') AS device_type,
         count(*) AS events,
         count(*) FILTER (event_type = 'page_view') AS page_views,
         count(*) FILTER (event_type = 'click') AS clicks,
         count(*) FILTER (event_type = 'add_to_cart') AS add_to_carts,
         count(*) FILTER (event_type = 'purchase') AS purchases,
         count(*) FILTER (event_type NOT IN ('page_view', 'click', 'add_to_cart', 'purchase')) AS other_events,
         distinct_users(user_key) AS users,
         sum(money(revenue, currency)) AS revenue
  FROM fact_clicks LEFT JOIN dim_devices USING (device_key)
  GROUP BY ALL
), visits AS (
  SELECT day_of(started_at) AS date,
         coalesce(device_type, '(unknown)') AS device_type,
         count(*) AS sessions,
         count(*) FILTER (is_bounce) AS bounces
  FROM sessions LEFT JOIN dim_devices USING (device_key)
  GROUP BY ALL
)
SELECT date, device_type,
       coalesce(events, 0) AS events,
       coalesce(page_views, 0) AS page_views,
       coalesce(clicks, 0) AS clicks,
       coalesce(add_to_carts, 0) AS add_to_carts,
       coalesce(purchases, 0) AS purchases,
       coalesce(other_events, 0) AS other_events,
       coalesce(users, 0) AS users,
       coalesce(sessions, 0) AS sessions,
       coalesce(bounces, 0) AS bounces,
       bounces / sessions AS bounce_rate,
       coalesce(revenue, 0) AS revenue
FROM clicks FULL JOIN visits USING (date, device_type)
)sql";

constexpr std::string_view kEngagementHourly = R"sql(-- mart: engagement_hourly
-- grain: an hour (UTC) and a device type
-- keys: hour, device_type
-- partition: date
-- incremental: fact_clicks.event_timestamp, sessions.started_at
--
-- Events count in the hour when they happened, sessions in the hour when they began. Money is in the lake's base currency.
WITH clicks AS (
  SELECT hour_of(event_timestamp) AS hour,
         coalesce(device_type, '(unknown)') AS device_type,
         count(*) AS events,
         count(*) FILTER (event_type = 'page_view') AS page_views,
         count(*) FILTER (event_type = 'click') AS clicks,
         count(*) FILTER (event_type = 'add_to_cart') AS add_to_carts,
         count(*) FILTER (event_type = 'purchase') AS purchases,
         count(*) FILTER (event_type NOT IN ('page_view', 'click', 'add_to_cart', 'purchase')) AS other_events,
         distinct_users(user_key) AS users,
         sum(money(revenue, currency)) AS revenue
  FROM fact_clicks LEFT JOIN dim_devices USING (device_key)
  GROUP BY ALL
), visits AS (
  SELECT hour_of(started_at) AS hour,
         coalesce(device_type, '(unknown)') AS device_type,
         count(*) AS sessions,
         count(*) FILTER (is_bounce) AS bounces
  FROM sessions LEFT JOIN dim_devices USING (device_key)
  GROUP BY ALL
)
SELECT day_of(hour) AS date, hour, device_type,
       coalesce(events, 0) AS events,
       coalesce(page_views, 0) AS page_views,
       coalesce(clicks, 0) AS clicks,
       coalesce(add_to_carts, 0) AS add_to_carts,
       coalesce(purchases, 0) AS purchases,
       coalesce(other_events, 0) AS other_events,
       coalesce(users, 0) AS users,
       coalesce(sessions, 0) AS sessions,
       coalesce(bounces, 0) AS bounces,
       bounces / sessions AS bounce_rate,
       coalesce(revenue, 0) AS revenue
FROM clicks FULL JOIN visits USING (hour, device_type)
)sql";

constexpr std::string_view kFunnelDaily = R"sql(-- mart: funnel_daily
-- grain: a day (UTC) on which sessions began
-- keys: date
-- partition: date
-- incremental: sessions.started_at
--
-- Sessions that came to a step after the steps before it: page_view, then add_to_cart, then purchase; events of one time count as in order.
WITH steps AS (
  SELECT visit_key, event_type, event_timestamp
  FROM session_clicks
  WHERE event_type IN ('page_view', 'add_to_cart', 'purchase')
), viewed AS (
  SELECT visit_key, min(event_timestamp) AS at
  FROM steps WHERE event_type = 'page_view' GROUP BY 1
), carted AS (
  SELECT visit_key, min(event_timestamp) AS at
  FROM steps JOIN viewed USING (visit_key)
  WHERE event_type = 'add_to_cart' AND event_timestamp >= viewed.at GROUP BY 1
), bought AS (
  SELECT visit_key, min(event_timestamp) AS at
  FROM steps JOIN carted USING (visit_key)
  WHERE event_type = 'purchase' AND event_timestamp >= carted.at GROUP BY 1
)
SELECT day_of(started_at) AS date,
       count(*) AS sessions,
       count(viewed.at) AS page_view_sessions,
       count(carted.at) AS add_to_cart_sessions,
       count(bought.at) AS purchase_sessions,
       count(carted.at) / nullif(count(viewed.at), 0) AS cart_rate,
       count(bought.at) / nullif(count(viewed.at), 0) AS conversion
FROM sessions
LEFT JOIN viewed ON viewed.visit_key = session_key
LEFT JOIN carted ON carted.visit_key = session_key
LEFT JOIN bought ON bought.visit_key = session_key
GROUP BY 1
)sql";

constexpr std::string_view kRevenueDaily = R"sql(-- mart: revenue_daily
-- grain: a day (UTC) of purchases, a category, a channel and a currency
-- keys: date, category, channel, currency
-- partition: date
-- incremental: fact_clicks.event_timestamp
--
-- The channel is the campaign's with which the session began, else how its referrer is classed. Money is in the row's own currency.
SELECT day_of(event_timestamp) AS date,
       coalesce(category, '(none)') AS category,
       CASE WHEN visit_campaign_key <> 0 THEN coalesce(channel, 'unknown')
            WHEN visit_referrer_key <> 0 THEN coalesce(medium, 'unknown')
            ELSE 'direct' END AS channel,
       coalesce(currency, base_currency()) AS currency,
       count(*) AS purchases,
       sum(coalesce(quantity, 1)) AS quantity,
       coalesce(sum(revenue), 0) AS revenue
FROM session_clicks
LEFT JOIN dim_campaigns ON dim_campaigns.campaign_key = visit_campaign_key
LEFT JOIN dim_referrers ON dim_referrers.referrer_key = visit_referrer_key
WHERE event_type = 'purchase'
GROUP BY ALL
)sql";

}  // namespace

const std::vector<ReadyMart>& ready_marts() {
  static const std::vector<ReadyMart> kMarts{{"engagement_daily", kEngagementDaily},
                                             {"engagement_hourly", kEngagementHourly},
                                             {"funnel_daily", kFunnelDaily},
                                             {"revenue_daily", kRevenueDaily}};
  return kMarts;
}

}  // namespace clicklake
