-- How many events, users and sessions has each hour?
SELECT date_trunc('hour', event_timestamp) AS hour,
       count(*) AS events,
       count(DISTINCT user_key) FILTER (user_key <> 0) AS users,
       count(DISTINCT session_key) FILTER (session_key <> 0) AS sessions,
       count(*) FILTER (event_type = 'purchase') AS purchases
FROM fact_clicks
GROUP BY 1
ORDER BY 1
