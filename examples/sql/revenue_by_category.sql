-- What is bought, by day and category?
SELECT CAST(event_timestamp AS DATE) AS day,
       coalesce(category, '(none)') AS category,
       currency,
       count(*) AS purchases,
       sum(quantity) AS pieces,
       sum(revenue) AS revenue
FROM fact_clicks
WHERE event_type = 'purchase'
GROUP BY ALL
ORDER BY day, revenue DESC NULLS LAST, category
