-- What came in the newest hour, from raw? The partition columns leave the other hours' files unread.
SELECT event_type, count(*) AS events, count(DISTINCT user_id) AS users
FROM clickstream_raw.click_events_raw
WHERE year = 2024 AND month = 11 AND day = 2 AND hour = 23
GROUP BY 1
ORDER BY events DESC, event_type
