#include "functions/athena_macros.h"

#include <algorithm>
#include <array>

namespace clicklake {

namespace {

using enum AthenaFunctionKind;

constexpr auto kTable = std::to_array<AthenaFunction>({
    {"all_match", kRefused, "a macro cannot take a lambda",
     "len(list_filter(a, x -> ...)) = len(a)"},
    {"any_match", kRefused, "a macro cannot take a lambda", "len(list_filter(a, x -> ...)) > 0"},
    {"approx_distinct", kAggregate, R"((x) AS count(DISTINCT x), (x, e) AS count(DISTINCT CASE
  WHEN e BETWEEN 0.0040625 AND 0.26 THEN x
  ELSE error('approx_distinct: the standard error must be in [0.0040625, 0.26]') END))",
     "count(DISTINCT x) FILTER (...)"},
    {"approx_most_frequent", kRefused, "Athena's answer has counts", "approx_top_k(x, k)"},
    {"approx_percentile", kAggregate, R"((x, p) AS quantile_disc(x, p),
  (x, w, p) AS error('approx_percentile with weights: DuckDB has no weighted quantile'),
  (x, w, p, accuracy) AS error('approx_percentile with weights: DuckDB has no weighted quantile'))",
     "quantile_disc(x, p) FILTER (...)"},
    {"approx_set", kRefused, "DuckDB has no sketches", "approx_count_distinct(x)"},
    {"arbitrary", kAggregate, "(x) AS any_value(x)", "any_value(x) FILTER (...)"},
    {"array_except", kMacro, R"((a, b) AS CASE WHEN b IS NOT NULL THEN
  list_filter(a, lambda e, i: list_position(a, e) = i AND list_position(b, e) IS NULL) END)"},
    {"array_histogram", kRefused, "the counts have other types", "list_histogram(a)"},
    {"array_join", kMacro, R"((a, delimiter) AS CASE
  WHEN a IS NULL OR delimiter IS NULL THEN NULL
  WHEN typeof(a) IN ('VARCHAR[]', 'BIGINT[]', 'INTEGER[]', 'SMALLINT[]', 'TINYINT[]', 'BOOLEAN[]', 'DATE[]') OR len(a) = 0
  THEN coalesce(array_to_string(list_filter(a, lambda e: e IS NOT NULL), delimiter), '')
  ELSE error('array_join of ' || typeof(a) || ' prints its elements otherwise in Athena; DuckDB''s spelling: array_to_string(a, delimiter)') END,
  (a, delimiter, nulls) AS CASE
  WHEN a IS NULL OR delimiter IS NULL OR nulls IS NULL THEN NULL
  WHEN typeof(a) IN ('VARCHAR[]', 'BIGINT[]', 'INTEGER[]', 'SMALLINT[]', 'TINYINT[]', 'BOOLEAN[]', 'DATE[]') OR len(a) = 0
  THEN coalesce(array_to_string(
    list_transform(a, lambda e: coalesce(e::VARCHAR, nulls)), delimiter), '')
  ELSE error('array_join of ' || typeof(a) || ' prints its elements otherwise in Athena; DuckDB''s spelling: array_to_string(a, delimiter)') END)"},
    {"array_max", kMacro, "(a) AS CASE WHEN list_count(a) = len(a) THEN list_max(a) END"},
    {"array_min", kMacro, "(a) AS CASE WHEN list_count(a) = len(a) THEN list_min(a) END"},
    {"array_position", kMacro,
     "(a, x) AS CASE WHEN a IS NOT NULL AND x IS NOT NULL THEN coalesce(list_position(a, x), "
     "0)::BIGINT END"},
    {"array_remove", kMacro,
     "(a, x) AS CASE WHEN x IS NOT NULL THEN list_filter(a, lambda e: e IS DISTINCT FROM x) END"},
    {"array_union", kMacro, R"((a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN
  list_filter(list_concat(a, b), lambda e, i: list_position(list_concat(a, b), e) = i) END)"},
    {"arrays_overlap", kMacro, R"((a, b) AS CASE
  WHEN a IS NULL OR b IS NULL THEN NULL
  WHEN len(a) = 0 OR len(b) = 0 THEN false
  WHEN list_has_any(a, b) THEN true
  WHEN list_count(a) = len(a) AND list_count(b) = len(b) THEN false END)"},
    {"at_timezone", kRefused, "a time keeps its zone in Athena, which no DuckDB type can",
     "x AT TIME ZONE zone, a TIMESTAMP of the clock there"},
    {"bitwise_and", kMacro, "(a, b) AS a::BIGINT & b::BIGINT"},
    {"bitwise_and_agg", kAggregate, "(x) AS bit_and(x::BIGINT)", "bit_and(x) FILTER (...)"},
    {"bitwise_left_shift", kRefused, "DuckDB fails where bits are lost", "x << n"},
    {"bitwise_not", kMacro, "(a) AS ~(a::BIGINT)"},
    {"bitwise_or", kMacro, "(a, b) AS a::BIGINT | b::BIGINT"},
    {"bitwise_or_agg", kAggregate, "(x) AS bit_or(x::BIGINT)", "bit_or(x) FILTER (...)"},
    {"bitwise_right_shift", kRefused, "DuckDB keeps the sign", "x >> n"},
    {"bitwise_xor", kMacro, "(a, b) AS xor(a::BIGINT, b::BIGINT)"},
    {"bitwise_xor_agg", kAggregate, "(x) AS bit_xor(x::BIGINT)", "bit_xor(x) FILTER (...)"},
    {"cardinality", kMacro, "(a) AS athena_cardinality(a)"},
    {"checksum", kRefused, "the hash differs", "bit_xor(hash(x))"},
    {"codepoint", kMacro, R"((text) AS CASE
  WHEN text IS NULL THEN NULL
  WHEN length(text) = 1 THEN unicode(text)
  ELSE error('codepoint takes one character; DuckDB''s spelling: unicode(text)') END)"},
    {"combinations", kRefused, "DuckDB has no such function", "a cross join of unnest(a)"},
    {"contains_sequence", kRefused, "DuckDB has no such function",
     "len(list_filter(range(1, len(a) + 1), i -> a[i:i + len(b) - 1] = b)) > 0"},
    {"count_if", kAggregate, "(x) AS count(CASE WHEN x::BOOLEAN THEN 1 END)",
     "count(*) FILTER (WHERE x)"},
    {"crc32", kRefused, "DuckDB has no such function", "md5(x) or hash(x)"},
    {"current_timezone", kMacro, "() AS current_setting('TimeZone')"},
    {"date_add", kMacro, R"((unit, n, x) AS CASE
  WHEN typeof(x) = 'DATE' AND lower(unit) IN ('millisecond', 'second', 'minute', 'hour')
  THEN error('date_add: ''' || unit || ''' is not a valid DATE field')
  ELSE cast_to_type(x + CASE lower(unit)
    WHEN 'millisecond' THEN to_milliseconds(n::INTEGER)
    WHEN 'second' THEN to_seconds(n::INTEGER)
    WHEN 'minute' THEN to_minutes(n::INTEGER)
    WHEN 'hour' THEN to_hours(n::INTEGER)
    WHEN 'day' THEN to_days(n::INTEGER)
    WHEN 'week' THEN to_weeks(n::INTEGER)
    WHEN 'month' THEN to_months(n::INTEGER)
    WHEN 'quarter' THEN to_quarters(n::INTEGER)
    WHEN 'year' THEN to_years(n::INTEGER)
    ELSE CASE WHEN unit IS NULL THEN NULL
              ELSE error('date_add: ''' || unit || ''' is not a valid field') END
    END, x) END,
  (x, amount) AS system.main.date_add(x, amount))"},
    {"date_diff", kMacro, R"((unit, a, b) AS CASE
  WHEN unit IS NULL THEN NULL
  WHEN lower(unit) IN ('millisecond', 'second', 'minute', 'hour') THEN
    CASE WHEN typeof(a) = 'DATE' AND typeof(b) = 'DATE'
         THEN error('date_diff: ''' || unit || ''' is not a valid DATE field')
         ELSE date_sub(unit, date_trunc('millisecond', CASE WHEN true THEN a ELSE b END),
           date_trunc('millisecond', CASE WHEN true THEN b ELSE a END)) END
  WHEN lower(unit) IN ('day', 'week', 'month', 'quarter', 'year') THEN
    date_sub(unit, date_trunc('millisecond', a::TIMESTAMP), date_trunc('millisecond', b::TIMESTAMP))
  ELSE error('date_diff: ''' || unit || ''' is not a valid field; DuckDB''s spelling: datediff()')
  END)"},
    {"date_format", kMacro, "(x, format) AS athena_date_format(x::TIMESTAMP, format)"},
    {"day_of_month", kMacro, "(x) AS day(x)"},
    {"day_of_week", kMacro, "(x) AS isodow(x)"},
    {"day_of_year", kMacro, "(x) AS dayofyear(x)"},
    {"dow", kMacro, "(x) AS isodow(x)"},
    {"doy", kMacro, "(x) AS dayofyear(x)"},
    {"e", kMacro, "() AS exp(1.0::DOUBLE)"},
    {"element_at", kMacro, R"((a, k) AS CASE
  WHEN a IS NULL OR k IS NULL THEN NULL
  WHEN typeof(a) LIKE 'MAP(%' AND typeof(a) NOT LIKE '%]' THEN a[k]
  WHEN typeof(a) NOT LIKE '%]' THEN error('element_at takes an array or a map, not ' || typeof(a))
  WHEN TRY_CAST(k AS BIGINT) = 0 THEN error('SQL array indices start at 1')
  ELSE a[k] END)"},
    {"every", kAggregate, "(x) AS bool_and(x)", "bool_and(x) FILTER (...)"},
    {"format_datetime", kRefused, "the patterns are Joda-Time's", "strftime(x, '%Y-%m-%d ...')"},
    {"format_number", kRefused, "DuckDB has no such function", "format('{:,}', x)"},
    {"from_base", kRefused, "DuckDB has no such function for any base",
     "('0x' || text)::BIGINT for 16"},
    {"from_iso8601_timestamp", kMacro, R"((text) AS CASE
  WHEN length(athena_iso8601_text(text)) > 23
    AND athena_iso8601_text(text)::TIMESTAMPTZ::TIMESTAMP
        <> left(athena_iso8601_text(text), 23)::TIMESTAMP
  THEN error('from_iso8601_timestamp: ' || text || ' keeps its zone in Athena, which no DuckDB '
    'type can; DuckDB''s spelling: (''' || text || ''')::TIMESTAMPTZ, in the session''s zone')
  ELSE athena_iso8601_text(text)::TIMESTAMPTZ END)"},
    {"from_iso8601_timestamp_nanos", kRefused, "Athena's answer has nanoseconds and a zone",
     "text::TIMESTAMPTZ or text::TIMESTAMP_NS"},
    {"from_unixtime", kMacro, R"((seconds) AS
  make_timestamptz((floor(seconds::DOUBLE * 1000 + 0.5) * 1000)::BIGINT),
  (seconds, zone) AS error('from_unixtime with a zone keeps it in Athena, which no DuckDB type can; '
    'DuckDB''s spelling: to_timestamp(seconds) AT TIME ZONE zone'),
  (seconds, hours, minutes) AS error('from_unixtime with an offset keeps it in Athena, which no '
    'DuckDB type can; DuckDB''s spelling: to_timestamp(seconds) + INTERVAL ...'))"},
    {"from_unixtime_nanos", kRefused, "Athena's answer has nanoseconds and a zone",
     "make_timestamp_ns(nanos)"},
    {"from_utf8", kMacro, "(bytes) AS decode(bytes)"},
    {"hamming_distance", kMacro, R"((a, b) AS CASE
  WHEN a IS NULL OR b IS NULL THEN NULL
  WHEN a = '' AND b = '' THEN 0
  WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN hamming(a, b)
  ELSE error('hamming_distance counts characters in Athena and bytes in DuckDB, and these texts '
    'are not ASCII; DuckDB''s spelling: hamming(a, b)') END)"},
    {"human_readable_seconds", kRefused, "DuckDB has no such function", "to_seconds(n)::VARCHAR"},
    {"infinity", kMacro, "() AS 'Infinity'::DOUBLE"},
    {"is_finite", kMacro, "(x) AS isfinite(x::DOUBLE)"},
    {"is_infinite", kMacro, "(x) AS isinf(x::DOUBLE)"},
    {"is_json_scalar", kRefused, "Athena fails where the text is no JSON",
     "json_type(x) NOT IN ('ARRAY', 'OBJECT')"},
    {"is_nan", kMacro, "(x) AS isnan(x::DOUBLE)"},
    {"json_array_contains", kRefused,
     "DuckDB compares numbers by their value, Athena by how they are written",
     "json_contains(x, '1')"},
    {"json_array_get", kRefused, "Athena's answer for a string is no JSON",
     "json_extract(x, '$[0]')"},
    {"json_format", kRefused,
     "Athena sorts the members and rewrites the numbers, DuckDB keeps the text",
     "x::VARCHAR, or to_json(x)"},
    {"json_parse", kRefused,
     "Athena sorts the members and rewrites the numbers, DuckDB keeps the text", "text::JSON"},
    {"json_query", kRefused, "the paths are SQL's, with a mode", "json_extract(x, '$.a')"},
    {"last_day_of_month", kMacro, "(x) AS last_day(x)"},
    {"levenshtein_distance", kMacro, R"((a, b) AS CASE
  WHEN a IS NULL OR b IS NULL THEN NULL
  WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN levenshtein(a, b)
  ELSE error('levenshtein_distance counts characters in Athena and bytes in DuckDB, and these '
    'texts are not ASCII; DuckDB''s spelling: levenshtein(a, b)') END)"},
    {"map_agg", kAggregate,
     "(k, v) AS map_from_entries(list_filter(list({'key': k, 'value': v}), lambda e: e.key IS NOT "
     "NULL))",
     "map_from_entries(list({'key': k, 'value': v}) FILTER (...))"},
    {"map_filter", kRefused, "a macro cannot take a lambda",
     "map_from_entries(list_filter(map_entries(m), e -> ... e.key, e.value ...))"},
    {"map_union", kRefused, "DuckDB has no such aggregate", "map_concat(a, b)"},
    {"map_zip_with", kRefused, "a macro cannot take a lambda",
     "list_transform over map_keys(a), with a[k] and b[k]"},
    {"merge", kRefused, "DuckDB has no sketches", "approx_count_distinct(x)"},
    {"multimap_agg", kRefused, "a macro cannot group twice",
     "map_from_entries over a subquery with GROUP BY and list(v)"},
    {"multimap_from_entries", kRefused, "DuckDB has no such function",
     "map_from_entries, where no key comes twice"},
    {"murmur3", kRefused, "DuckDB's hash differs", "hash(x)"},
    {"nan", kMacro, "() AS 'NaN'::DOUBLE"},
    {"ngrams", kRefused, "DuckDB has no such function",
     "list_transform(range(1, len(a) - n + 2), i -> a[i:i + n - 1])"},
    {"none_match", kRefused, "a macro cannot take a lambda", "len(list_filter(a, x -> ...)) = 0"},
    {"normalize", kMacro, "(text) AS nfc_normalize(text)"},
    {"numeric_histogram", kRefused, "the bins are chosen otherwise", "histogram(x, bins)"},
    {"parse_data_size", kRefused, "DuckDB has no such function", "parse_formatted_bytes(text)"},
    {"parse_datetime", kRefused, "the patterns are Joda-Time's", "strptime(text, '%Y-%m-%d ...')"},
    {"parse_duration", kRefused, "the spellings differ", "text::INTERVAL ('3 days 2 hours')"},
    {"qdigest_agg", kRefused, "DuckDB has no sketches", "approx_quantile(x, p)"},
    {"rand", kMacro, "() AS random()"},
    {"reduce_agg", kRefused, "a macro cannot take a lambda", "list_reduce(list(x), (a, b) -> ...)"},
    {"regexp_count", kMacro, R"((text, pattern) AS CASE
  WHEN text IS NULL OR pattern IS NULL THEN NULL
  WHEN suffix(text, chr(10)) AND contains(pattern, '$')
  THEN error('regexp_count: $ stands before a last line feed in Athena and behind it in DuckDB; '
    'DuckDB''s spelling: regexp_matches(text, pattern)')
  WHEN strlen(text) <> length(text) AND regexp_matches(pattern, '\\[wWdDsSbB]|\[:')
  THEN error('regexp_count: \w, \d, \s and \b know ASCII only in DuckDB, and this text has other '
    'characters; DuckDB''s spelling: regexp_matches(text, pattern)')
  ELSE CASE WHEN regexp_matches('', pattern)
    THEN error('regexp_count: the pattern matches nothing at all, which DuckDB counts otherwise')
    ELSE len(regexp_extract_all(text, pattern)) END END)"},
    {"regexp_like", kMacro, R"((text, pattern) AS CASE
  WHEN text IS NULL OR pattern IS NULL THEN NULL
  WHEN suffix(text, chr(10)) AND contains(pattern, '$')
  THEN error('regexp_like: $ stands before a last line feed in Athena and behind it in DuckDB; '
    'DuckDB''s spelling: regexp_matches(text, pattern)')
  WHEN strlen(text) <> length(text) AND regexp_matches(pattern, '\\[wWdDsSbB]|\[:')
  THEN error('regexp_like: \w, \d, \s and \b know ASCII only in DuckDB, and this text has other '
    'characters; DuckDB''s spelling: regexp_matches(text, pattern)')
  ELSE regexp_matches(text, pattern) END)"},
    {"regexp_position", kRefused, "DuckDB has no such function",
     "strpos(text, regexp_extract(text, pattern)) where regexp_matches(text, pattern)"},
    {"regexp_split", kRefused, "DuckDB's answer differs where the pattern matches at the ends",
     "regexp_split_to_array(text, pattern)"},
    {"sequence", kMacro, R"((a, b) AS CASE
  WHEN abs(b::BIGINT - a::BIGINT) >= 10000
  THEN error('result of sequence function must not have more than 10000 entries')
  ELSE generate_series(a::BIGINT, b::BIGINT, CASE WHEN a <= b THEN 1 ELSE -1 END) END,
  (a, b, step) AS CASE
  WHEN a <> b AND (a + step > a) <> (b > a) OR a + step = a
  THEN error('sequence stop value should be greater than or equal to start value if step is '
    'greater than zero otherwise stop should be less than or equal to start')
  WHEN len(generate_series(a, b, step)) > 10000
  THEN error('result of sequence function must not have more than 10000 entries')
  ELSE cast_to_type(generate_series(a, b, step), [a]) END)"},
    {"shuffle", kRefused, "the order is random", "list(x ORDER BY random()) over unnest(a)"},
    {"slice", kMacro, R"((a, first, size) AS CASE
  WHEN a IS NULL OR first IS NULL OR size IS NULL THEN NULL
  WHEN first = 0 THEN error('slice: SQL array indices start at 1')
  WHEN size < 0 THEN error('slice: length must be greater than or equal to 0')
  WHEN first > 0 THEN list_slice(a, first, first + size - 1)
  WHEN -first > len(a) OR size = 0 THEN list_slice(a, 2, 1)
  ELSE list_slice(a, len(a) + first + 1, len(a) + first + size) END)"},
    {"split_to_map", kMacro, R"((text, entries, pairs) AS CASE
  WHEN text IS NULL OR entries IS NULL OR pairs IS NULL THEN NULL
  WHEN entries = '' OR pairs = '' OR entries = pairs
  THEN error('split_to_map: the delimiters must differ and not be empty')
  ELSE map_from_entries(list_transform(
    list_filter(string_split(text, entries),
      lambda e, i: e <> '' OR i < len(string_split(text, entries))),
    lambda e: CASE WHEN len(string_split(e, pairs)) = 2
      THEN {'key': string_split(e, pairs)[1], 'value': string_split(e, pairs)[2]}
      ELSE error('Key-value delimiter must appear exactly once in each entry. Bad input: ''' || e
        || '''') END)) END)"},
    {"split_to_multimap", kRefused, "DuckDB has no such function",
     "split_to_map, where no key comes twice"},
    {"tdigest_agg", kRefused, "DuckDB has no sketches", "approx_quantile(x, p)"},
    {"to_char", kRefused, "the patterns are Teradata's", "strftime(x, '%Y-%m-%d ...')"},
    {"to_date", kRefused, "the patterns are Teradata's", "strptime(text, '%Y-%m-%d ...')::DATE"},
    {"to_iso8601", kRefused,
     "the digits behind the point depend on a precision that DuckDB's types lack",
     "strftime(x, '%Y-%m-%dT%H:%M:%S.%gZ')"},
    {"to_unixtime", kMacro, "(x) AS epoch(x)::DOUBLE"},
    {"to_utf8", kMacro, "(text) AS encode(text)"},
    {"transform", kRefused, "a macro cannot take a lambda", "list_transform(a, x -> ...)"},
    {"transform_keys", kRefused, "a macro cannot take a lambda",
     "map_from_entries(list_transform(map_entries(m), e -> {'key': ..., 'value': e.value}))"},
    {"transform_values", kRefused, "a macro cannot take a lambda",
     "map_from_entries(list_transform(map_entries(m), e -> {'key': e.key, 'value': ...}))"},
    {"truncate", kMacro, "(x) AS trunc(x), (x, n) AS trunc(x, n)"},
    {"week_of_year", kMacro, "(x) AS week(x)"},
    {"width_bucket", kRefused, "DuckDB's bins are given otherwise",
     "equi_width_bins, or floor((x - low) / width)"},
    {"with_timezone", kRefused, "a time keeps its zone in Athena, which no DuckDB type can",
     "x AT TIME ZONE zone, the instant"},
    {"xxhash64", kRefused, "DuckDB's hash differs", "hash(x)"},
    {"year_of_week", kMacro, "(x) AS isoyear(x)"},
    {"yow", kMacro, "(x) AS isoyear(x)"},
    {"zip", kRefused, "Athena's rows have fields without names", "list_zip(a, b)"},
    {"zip_with", kRefused, "a macro cannot take a lambda",
     "list_transform(list_zip(a, b), x -> ... x[1], x[2] ...)"},
});

constexpr bool before(const AthenaFunction& a, const AthenaFunction& b) { return a.name < b.name; }
static_assert(std::is_sorted(kTable.begin(), kTable.end(), before));

}  // namespace

std::span<const AthenaFunction> athena_functions() { return kTable; }

const AthenaFunction* find_athena_function(std::string_view name) {
  const auto* const found =
      std::lower_bound(kTable.begin(), kTable.end(), name,
                       [](const AthenaFunction& function, std::string_view wanted) {
                         return function.name < wanted;
                       });
  return found != kTable.end() && found->name == name ? found : nullptr;
}

}  // namespace clicklake
