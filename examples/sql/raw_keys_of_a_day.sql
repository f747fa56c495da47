-- Which metadata keys do a day's events carry, from raw?
SELECT key, count(*) AS events, count(DISTINCT metadata[key]) AS different_values
FROM (
  SELECT metadata, unnest(map_keys(metadata)) AS key
  FROM clickstream_raw.click_events_raw
  WHERE make_date(year, month, day) = DATE '2024-11-02'
)
GROUP BY 1
ORDER BY events DESC, key
