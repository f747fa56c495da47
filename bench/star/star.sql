-- The star schema in SQL, from the table `events` on: an implementation beside clicklake's own, for comparison.
--
-- Needs the functions xxh64(text, seed) -> BIGINT and percent_decode(text) -> VARCHAR, the tables tracking_names(name),
-- tracking_prefixes(prefix) and click_ids(name), the variable base_currency, and
--   events(user_id, session_id, event_type VARCHAR, event_us BIGINT, device_type, page_url, referrer_url, event_id VARCHAR,
--          metadata STRUCT("key" VARCHAR, "value" VARCHAR)[])
-- with NULL for what is missing or null, one row a valid record, duplicates included.

CREATE MACRO surrogate(k) AS CASE WHEN k IS NULL OR k = '' THEN 0::BIGINT ELSE xxh64(k, 42::UBIGINT) END;
CREATE MACRO key_part(part) AS CASE WHEN part IS NULL THEN '~' ELSE concat(strlen(part), ':', part) END;
CREATE MACRO filled(x) AS nullif(x, '');
CREATE MACRO entry(entries, name) AS list_filter(entries, lambda e: e."key" = name)[1]."value";

-- Identity ------------------------------------------------------------------------------------------------------------
CREATE TABLE canonical AS
SELECT row_number() OVER () AS event_row, * REPLACE (list_sort(metadata) AS metadata),
  concat(key_part(user_id), key_part(session_id), key_part(event_type), key_part(event_us::VARCHAR), key_part(device_type),
         key_part(page_url), key_part(referrer_url),
         coalesce(array_to_string(list_transform(list_sort(metadata), lambda e: concat(key_part(e."key"), key_part(e."value"))), ''), '')) AS canon
FROM events;

-- Of the events of one identity, that with the smallest (event_timestamp, hash of the canonical event) stays.
CREATE TABLE identified AS
SELECT *, row_number() OVER (PARTITION BY event_key, event_check ORDER BY event_us, canonical_hash) = 1 AS stays
FROM (SELECT *, xxh64(identity, 42::UBIGINT) AS event_key, xxh64(identity, 7222504154230306497::UBIGINT) AS event_check,
        xxh64(canon, 42::UBIGINT) AS canonical_hash
      FROM (SELECT *, CASE WHEN filled(event_id) IS NULL THEN canon ELSE 'id:' || event_id END AS identity FROM canonical));

-- Pages and campaigns -------------------------------------------------------------------------------------------------
CREATE TABLE page_parameters AS
SELECT page_url, position, parameter, lower(split_part(parameter, '=', 1)) AS name,
  CASE WHEN contains(parameter, '=') THEN parameter[instr(parameter, '=') + 1:] END AS given,
  EXISTS (FROM tracking_names t WHERE t.name = lower(split_part(parameter, '=', 1)))
    OR EXISTS (FROM tracking_prefixes t WHERE starts_with(lower(split_part(parameter, '=', 1)), t.prefix)
               AND strlen(split_part(parameter, '=', 1)) > strlen(t.prefix)) AS tracks
FROM (SELECT page_url, unnest(parameters) AS parameter, generate_subscripts(parameters, 1) AS position
      FROM (SELECT page_url, string_split(regexp_extract(page_url, '^[^?#]*\?([^#]*)', 1), '&') AS parameters
            FROM (SELECT DISTINCT page_url FROM identified) WHERE regexp_matches(page_url, '^[^?#]*\?')));

CREATE TABLE pages AS
WITH cleaned AS (
  SELECT page_url, bool_or(tracks) AS changed,
    coalesce('?' || string_agg(parameter, '&' ORDER BY position) FILTER (NOT tracks), '') AS query
  FROM page_parameters GROUP BY page_url)
SELECT u.page_url,
  CASE WHEN c.changed THEN concat(regexp_extract(u.page_url, '^[^?#]*'), c.query, regexp_extract(u.page_url, '(?s)#.*$')) ELSE u.page_url END AS clean
FROM (SELECT DISTINCT page_url FROM identified) u LEFT JOIN cleaned c ON u.page_url = c.page_url;

-- Of each parameter the first that has a value; values are percent-decoded.
CREATE TABLE page_campaigns AS
SELECT page_url,
  percent_decode(arg_min(given, position) FILTER (name = 'utm_source')) AS utm_source,
  percent_decode(arg_min(given, position) FILTER (name = 'utm_medium')) AS utm_medium,
  percent_decode(arg_min(given, position) FILTER (name = 'utm_campaign')) AS utm_campaign,
  percent_decode(arg_min(given, position) FILTER (name = 'utm_term')) AS utm_term,
  percent_decode(arg_min(given, position) FILTER (name = 'utm_content')) AS utm_content,
  arg_min(name, position) FILTER (name IN (FROM click_ids)) AS click_id_type
FROM page_parameters WHERE tracks AND filled(given) IS NOT NULL GROUP BY page_url;

-- Every event with its natural keys -----------------------------------------------------------------------------------
CREATE TABLE kept AS
WITH with_parts AS (
  SELECT i.*, p.clean AS clean_url,
    coalesce(c.utm_source, filled(entry(metadata, 'utm_source'))) AS utm_source,
    coalesce(c.utm_medium, filled(entry(metadata, 'utm_medium'))) AS utm_medium,
    coalesce(c.utm_campaign, filled(entry(metadata, 'utm_campaign'))) AS utm_campaign,
    coalesce(c.utm_term, filled(entry(metadata, 'utm_term'))) AS utm_term,
    coalesce(c.utm_content, filled(entry(metadata, 'utm_content'))) AS utm_content,
    coalesce(c.click_id_type, filled(entry(metadata, 'click_id_type'))) AS click_id_type,
    filled(device_type) AS device, filled(entry(metadata, 'user_agent')) AS user_agent,
    TRY_CAST(CASE WHEN regexp_full_match(entry(metadata, 'price'), '[-+]?(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?') THEN entry(metadata, 'price') END
             AS DECIMAL(18,4)) AS price,
    TRY_CAST(CASE WHEN regexp_full_match(entry(metadata, 'quantity'), '-?\d{1,10}') THEN entry(metadata, 'quantity') END AS INT) AS quantity
  FROM identified i LEFT JOIN pages p ON i.page_url = p.page_url LEFT JOIN page_campaigns c ON i.page_url = c.page_url
  WHERE stays)
SELECT *,
  CASE WHEN coalesce(utm_source, utm_medium, utm_campaign, utm_term, utm_content, click_id_type) IS NOT NULL THEN
    concat(key_part(utm_source), key_part(utm_medium), key_part(utm_campaign), key_part(utm_term), key_part(utm_content), key_part(click_id_type)) END
    AS campaign,
  CASE WHEN coalesce(device, user_agent) IS NOT NULL THEN concat(key_part(device), key_part(user_agent)) END AS device_key_text,
  make_timestamptz(event_us) AS event_timestamp
FROM with_parts;

CREATE TABLE fact_clicks AS
SELECT event_key, event_check, filled(event_id) AS event_id,
  surrogate(user_id) AS user_key, surrogate(session_id) AS session_key, surrogate(clean_url) AS page_key, surrogate(referrer_url) AS referrer_key,
  surrogate(device_key_text) AS device_key, surrogate(campaign) AS campaign_key,
  strftime(event_timestamp, '%Y%m%d')::INT AS date_key, event_type, event_timestamp, filled(session_id) AS session_id,
  entry(metadata, 'product_id') AS product_id, entry(metadata, 'category') AS category, price, quantity, entry(metadata, 'currency') AS currency,
  CASE WHEN event_type = 'purchase' THEN TRY_CAST(price::DECIMAL(28,4) * coalesce(quantity, 1) AS DECIMAL(18,4)) END AS revenue,
  -- What no column holds; a promoted value that does not type stays.
  map_from_entries(list_filter(metadata, lambda e: e."key" NOT IN ('product_id', 'category', 'currency', 'user_agent', 'price', 'quantity')
    OR e."key" = 'price' AND e."value" IS NOT NULL AND price IS NULL
    OR e."key" = 'quantity' AND e."value" IS NOT NULL AND quantity IS NULL)) AS metadata,
  year(event_timestamp)::INT AS "year", month(event_timestamp)::INT AS "month", day(event_timestamp)::INT AS "day", hour(event_timestamp)::INT AS "hour",
  CASE WHEN filled(event_id) IS NOT NULL THEN canonical_hash END AS canonical_key
FROM kept;

-- Dimensions: a row for each member that a fact refers to; key 0 is "(unknown)" -----------------------------------------
CREATE TABLE dim_users AS
SELECT user_key, CASE WHEN user_key = 0 THEN '(unknown)' ELSE any_value(user_id) END AS user_id,
  min(event_timestamp) AS first_seen, max(event_timestamp) AS last_seen,
  first(page_key ORDER BY event_timestamp, event_key) AS first_page_key, first(referrer_key ORDER BY event_timestamp, event_key) AS first_referrer_key,
  first(campaign_key ORDER BY event_timestamp, event_key) AS first_campaign_key, first(device_key ORDER BY event_timestamp, event_key) AS first_device_key,
  last(device_key ORDER BY event_timestamp, event_key) AS last_device_key, count(*) AS event_count,
  count(*) FILTER (event_type = 'purchase') AS purchase_count,
  coalesce(sum(revenue) FILTER (coalesce(currency, getvariable('base_currency')) = getvariable('base_currency')), 0)::DECIMAL(18,4) AS revenue,
  count(*) FILTER (event_type = 'purchase' AND currency <> getvariable('base_currency')) AS other_currency_purchases
FROM (SELECT f.*, k.user_id FROM fact_clicks f JOIN kept k USING (event_key, event_check)) GROUP BY user_key;

CREATE TABLE page_words(word VARCHAR, page_type VARCHAR);
INSERT INTO page_words VALUES ('product', 'product'), ('products', 'product'), ('p', 'product'), ('item', 'product'), ('dp', 'product'),
  ('category', 'category'), ('categories', 'category'), ('c', 'category'), ('collections', 'category'), ('search', 'search'), ('s', 'search'),
  ('cart', 'cart'), ('basket', 'cart'), ('bag', 'cart'), ('checkout', 'checkout'), ('payment', 'checkout'), ('order', 'checkout'),
  ('account', 'account'), ('login', 'account'), ('register', 'account'), ('blog', 'content'), ('articles', 'content'), ('help', 'content'),
  ('about', 'content');

CREATE MACRO url_scheme(url) AS filled(regexp_extract(regexp_extract(url, '^[^?#]*'), '^([^/]+?)://', 1));
CREATE MACRO url_authority(url) AS regexp_extract(regexp_extract(url, '^[^?#]*'), '^[^/]+?://([^/]*)', 1);
CREATE MACRO url_host(url) AS filled(regexp_extract(regexp_replace(url_authority(url), '^.*@', ''), '^(\[[^\]]*\]|[^:]*)', 1));
CREATE MACRO url_path(url) AS regexp_replace(regexp_extract(url, '^[^?#]*'), '^[^/]+?://[^/]*', '');

CREATE TABLE dim_pages AS
WITH members AS (SELECT DISTINCT surrogate(clean_url) AS page_key, coalesce(filled(clean_url), '(unknown)') AS page_url FROM kept),
words AS (
  SELECT page_key, count(*) AS segments, arg_min(w.page_type, position) FILTER (w.word IS NOT NULL) AS page_type
  FROM (SELECT page_key, unnest(segments) AS segment, generate_subscripts(segments, 1) AS position
        FROM (SELECT page_key, list_filter(string_split(url_path(page_url), '/'), lambda s: s <> '') AS segments FROM members WHERE page_key <> 0))
  LEFT JOIN page_words w ON w.word = lower(segment) GROUP BY page_key)
SELECT page_key, page_url,
  CASE WHEN page_key <> 0 THEN url_scheme(page_url) END AS scheme, CASE WHEN page_key <> 0 THEN url_host(page_url) END AS host,
  CASE WHEN page_key <> 0 THEN url_path(page_url) END AS path,
  CASE WHEN page_key <> 0 THEN coalesce(page_type, CASE WHEN coalesce(segments, 0) = 0 THEN 'home' ELSE 'other' END) END AS page_type
FROM members LEFT JOIN words USING (page_key);

CREATE TABLE dim_referrers AS
SELECT DISTINCT surrogate(referrer_url) AS referrer_key, coalesce(filled(referrer_url), '(unknown)') AS referrer_url, url_host(filled(referrer_url)) AS host
FROM kept;

CREATE TABLE dim_campaigns AS
SELECT DISTINCT surrogate(campaign) AS campaign_key, CASE WHEN campaign IS NULL THEN '(unknown)' ELSE utm_source END AS utm_source, utm_medium, utm_campaign,
  utm_term, utm_content, click_id_type
FROM kept;

CREATE TABLE dim_devices AS
SELECT DISTINCT surrogate(device_key_text) AS device_key, CASE WHEN device_key_text IS NULL THEN '(unknown)' ELSE device END AS device_type, user_agent
FROM kept;

CREATE TABLE dim_dates AS
SELECT DISTINCT strftime(event_timestamp, '%Y%m%d')::INT AS date_key, event_timestamp::DATE AS date, "year", quarter(event_timestamp)::INT AS quarter, "month",
  weekofyear(event_timestamp)::INT AS week, isodow(event_timestamp)::INT AS day_of_week, isodow(event_timestamp) >= 6 AS is_weekend
FROM fact_clicks;
