-- Sessions by 30 minutes of silence: how many a day, how long, how many pages, how many of one event only?
WITH marked AS (
  SELECT user_key, event_timestamp, event_key, page_key, event_type,
         CASE WHEN event_timestamp - lag(event_timestamp) OVER w <= INTERVAL 30 MINUTE THEN 0 ELSE 1 END AS begins
  FROM fact_clicks
  WHERE user_key <> 0
  WINDOW w AS (PARTITION BY user_key ORDER BY event_timestamp, event_key)
),
numbered AS (
  SELECT *, sum(begins) OVER (PARTITION BY user_key ORDER BY event_timestamp, event_key ROWS UNBOUNDED PRECEDING) AS number
  FROM marked
),
sessions AS (
  SELECT user_key, number,
         min(event_timestamp) AS started,
         max(event_timestamp) - min(event_timestamp) AS length,
         count(*) AS events,
         count(DISTINCT page_key) AS pages,
         bool_or(event_type = 'purchase') AS bought
  FROM numbered
  GROUP BY 1, 2
)
SELECT CAST(started AS DATE) AS day,
       count(*) AS sessions,
       sum(events)::BIGINT AS events,
       round(avg(epoch(length)), 1) AS seconds,
       round(avg(pages), 2) AS pages,
       round(100.0 * count(*) FILTER (events = 1) / count(*), 2) AS bounced_percent,
       count(*) FILTER (bought) AS with_purchase
FROM sessions
GROUP BY 1
ORDER BY 1
