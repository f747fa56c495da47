-- How many events, users and sessions has each day, and how many events a user?
SELECT d.date,
       d.is_weekend,
       count(*) AS events,
       count(DISTINCT f.user_key) FILTER (f.user_key <> 0) AS users,
       count(DISTINCT f.session_key) FILTER (f.session_key <> 0) AS sessions,
       round(count(*) FILTER (f.user_key <> 0) / count(DISTINCT f.user_key) FILTER (f.user_key <> 0), 2) AS events_a_user
FROM fact_clicks f
JOIN dim_dates d ON d.date_key = f.date_key
GROUP BY 1, 2
ORDER BY 1
