-- Of the users first seen on a day, how many come back 1, 2, 3 days later?
WITH days AS (
  SELECT DISTINCT user_key, CAST(event_timestamp AS DATE) AS day
  FROM fact_clicks
  WHERE user_key <> 0
),
cohorts AS (
  SELECT user_key, min(day) AS first_day FROM days GROUP BY user_key
)
SELECT c.first_day,
       count(DISTINCT c.user_key) AS users,
       count(DISTINCT c.user_key) FILTER (d.day = c.first_day + 1) AS after_1_day,
       count(DISTINCT c.user_key) FILTER (d.day = c.first_day + 2) AS after_2_days,
       count(DISTINCT c.user_key) FILTER (d.day = c.first_day + 3) AS after_3_days
FROM cohorts c
JOIN days d USING (user_key)
GROUP BY 1
ORDER BY 1
