-- The table `events` by DuckDB's own JSON reader, for records with declared types and known keys only (bench/star/records.py reads everything else).
-- Needs the variable sources, a list of files.
CREATE TABLE lines AS SELECT json FROM read_json_objects(getvariable('sources'), format = 'newline_delimited', ignore_errors = true);

CREATE TABLE events AS
SELECT user_id, session_id, event_type, event_us, device_type, page_url, referrer_url, event_id,
  coalesce(list_transform(map_entries(metadata), lambda e: {'key': e."key", 'value': e."value" ->> '$'}), []) AS metadata
FROM (
  SELECT json ->> 'user_id' AS user_id, json ->> 'session_id' AS session_id, json ->> 'event_type' AS event_type, json ->> 'event_id' AS event_id,
    epoch_us(TRY_CAST(json ->> 'event_timestamp' AS TIMESTAMPTZ)) AS event_us,
    json ->> 'device_type' AS device_type, json ->> 'page_url' AS page_url, json ->> 'referrer_url' AS referrer_url,
    CAST(json -> 'metadata' AS MAP(VARCHAR, JSON)) AS metadata
  FROM lines WHERE json IS NOT NULL)
WHERE event_us IS NOT NULL AND event_type <> '' AND (user_id <> '' OR session_id <> '');
