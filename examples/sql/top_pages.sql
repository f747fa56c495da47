-- The twenty pages most seen.
SELECT p.path, p.page_type, count(*) AS views, count(DISTINCT f.user_key) FILTER (f.user_key <> 0) AS users
FROM fact_clicks f
JOIN dim_pages p USING (page_key)
WHERE f.event_type = 'page_view'
GROUP BY 1, 2
ORDER BY views DESC, p.path
LIMIT 20
