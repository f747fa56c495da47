-- How much comes late, by day of the event and batch?
SELECT CAST(event_timestamp AS DATE) AS day,
       ingest_batch_id,
       count(*) AS events,
       count(*) FILTER (is_late) AS late,
       max(arrived_at - event_timestamp) AS longest_way
FROM fact_clicks
GROUP BY 1, 2
ORDER BY 1, 2
