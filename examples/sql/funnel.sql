-- Of the sessions that see a page, how many add to the cart, how many buy? Each step after the one before.
WITH steps AS (
  SELECT session_key,
         min(event_timestamp) FILTER (event_type = 'page_view') AS viewed,
         max(event_timestamp) FILTER (event_type = 'add_to_cart') AS added,
         max(event_timestamp) FILTER (event_type = 'purchase') AS bought
  FROM fact_clicks
  WHERE session_key <> 0
  GROUP BY session_key
)
SELECT count(viewed) AS viewed,
       count(*) FILTER (added >= viewed) AS added_to_cart,
       count(*) FILTER (added >= viewed AND bought >= viewed) AS bought,
       round(100.0 * count(*) FILTER (added >= viewed AND bought >= viewed) / count(viewed), 2) AS percent
FROM steps
