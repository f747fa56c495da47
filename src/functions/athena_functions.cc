#include "functions/athena_functions.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "functions/athena_json.h"
#include "functions/athena_macros.h"
#include "functions/athena_time.h"
#include "functions/athena_url.h"
#include "sql/duckdb_api.h"
#include "sql/session.h"
#include "sql/statement_text.h"
#include "sql/table_function.h"
#include "sql/value_type.h"

namespace clicklake {

namespace {

/// One column of a chunk of arguments.
class Column {
 public:
  Column(duckdb_data_chunk chunk, int index)
      : vector_(callback_api().duckdb_data_chunk_get_vector(chunk, index)),
        data_(callback_api().duckdb_vector_get_data(vector_)),
        validity_(callback_api().duckdb_vector_get_validity(vector_)) {}

  bool valid(std::size_t row) const {
    return validity_ == nullptr || ((validity_[row / 64] >> (row % 64)) & 1U) != 0;
  }

  std::string_view text(std::size_t row) const {
    const auto& value = static_cast<const duckdb_string_t*>(data_)[row];
    const std::uint32_t length = value.value.inlined.length;
    return {length <= sizeof value.value.inlined.inlined ? value.value.inlined.inlined
                                                         : value.value.pointer.ptr,
            length};
  }

  std::int64_t integer(std::size_t row) const {
    return static_cast<const std::int64_t*>(data_)[row];
  }

 private:
  duckdb_vector vector_;
  const void* data_;
  const std::uint64_t* validity_;
};

void put(duckdb_vector vector, std::size_t row, const std::string& value) {
  callback_api().duckdb_vector_assign_string_element_len(vector, row, value.data(), value.size());
}
template <typename Number>
void put(duckdb_vector vector, std::size_t row, Number value) {
  static_cast<Number*>(callback_api().duckdb_vector_get_data(vector))[row] = value;
}

void put_null(duckdb_vector vector, std::size_t row) {
  const DuckdbApi& api = callback_api();
  api.duckdb_vector_ensure_validity_writable(vector);
  api.duckdb_vector_get_validity(vector)[row / 64] &= ~(std::uint64_t{1} << (row % 64));
}

/// Calls `evaluate(row)`, a Result<std::optional<...>>, for each row whose arguments are all there.
template <typename Evaluate>
void for_each_row(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output,
                  const std::vector<Column>& columns, const char* name, const Evaluate& evaluate) {
  const std::size_t rows = callback_api().duckdb_data_chunk_get_size(input);
  for (std::size_t row = 0; row < rows; ++row) {
    const bool given = std::all_of(columns.begin(), columns.end(),
                                   [row](const Column& column) { return column.valid(row); });
    if (!given) {
      put_null(output, row);
      continue;
    }
    auto value = evaluate(row);
    if (!value) {
      const std::string message = std::string(name) + ": " + value.error().message;
      callback_api().duckdb_scalar_function_set_error(info, message.c_str());
      return;
    }
    if (*value) {
      put(output, row, **value);
    } else {
      put_null(output, row);
    }
  }
}

std::vector<Column> columns_of(duckdb_data_chunk input) {
  std::vector<Column> columns;
  const auto count = static_cast<int>(callback_api().duckdb_data_chunk_get_column_count(input));
  columns.reserve(count);
  for (int i = 0; i < count; ++i) columns.emplace_back(input, i);
  return columns;
}

/// What is made of the last text, for arguments that are mostly constants.
template <typename Value>
class Remembered {
 public:
  template <typename Make>
  const Result<Value>& of(std::string_view text, const Make& make) {
    if (!value_ || text_ != text) {
      text_ = text;
      value_.emplace(make(text));
    }
    return *value_;
  }

 private:
  std::string text_;
  std::optional<Result<Value>> value_;
};

using Text = Result<std::optional<std::string>>;
using Whole = Result<std::optional<std::int64_t>>;

template <typename Value>
void evaluate_json(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output,
                   const char* name,
                   std::optional<Value> (*evaluate)(std::string_view,
                                                    const std::vector<std::string>&)) {
  const auto columns = columns_of(input);
  Remembered<std::vector<std::string>> path;
  for_each_row(info, input, output, columns, name,
               [&](std::size_t row) -> Result<std::optional<Value>> {
                 const auto& steps = path.of(columns[1].text(row), parse_json_path);
                 if (!steps) return steps.error();
                 return evaluate(columns[0].text(row), *steps);
               });
}

void json_extract_scalar(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  evaluate_json<std::string>(info, input, output, "json_extract_scalar", json_scalar);
}

void json_size(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  evaluate_json<std::int64_t>(info, input, output, "json_size", json_value_size);
}

template <std::optional<std::string_view> AthenaUrl::*Part, bool Decoded>
void url_part(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto columns = columns_of(input);
  for_each_row(info, input, output, columns, "url_extract", [&](std::size_t row) -> Text {
    const auto url = parse_athena_url(columns[0].text(row));
    if (!url) return std::optional<std::string>();
    const std::string_view part = ((*url).*Part).value_or("");
    return std::optional(Decoded ? decode_percent(part) : std::string(part));
  });
}

void url_port(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto columns = columns_of(input);
  for_each_row(info, input, output, columns, "url_extract_port", [&](std::size_t row) -> Whole {
    const auto url = parse_athena_url(columns[0].text(row));
    if (!url || !url->port) return std::optional<std::int64_t>();
    return std::optional<std::int64_t>(*url->port);
  });
}

void url_extract_parameter(duckdb_function_info info, duckdb_data_chunk input,
                           duckdb_vector output) {
  const auto columns = columns_of(input);
  for_each_row(info, input, output, columns, "url_extract_parameter", [&](std::size_t row) -> Text {
    const auto url = parse_athena_url(columns[0].text(row));
    if (!url) return std::optional<std::string>();
    return url_parameter(*url, columns[1].text(row));
  });
}

void date_parse(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto columns = columns_of(input);
  Remembered<DateFormat> format;
  for_each_row(info, input, output, columns, "date_parse", [&](std::size_t row) -> Whole {
    const auto& parts = format.of(columns[1].text(row), parse_date_format);
    if (!parts) return parts.error();
    ASSIGN_OR_RETURN(const std::int64_t micros, read_date(columns[0].text(row), *parts));
    return std::optional(micros);
  });
}

void date_format(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto columns = columns_of(input);
  Remembered<DateFormat> format;
  for_each_row(info, input, output, columns, "date_format", [&](std::size_t row) -> Text {
    const auto& parts = format.of(columns[1].text(row), parse_date_format);
    if (!parts) return parts.error();
    constexpr std::int64_t kFurthest = 250'000'000'000'000'000;  // year 9892; infinity beyond
    const std::int64_t micros = columns[0].integer(row);
    if (micros > kFurthest || micros < -kFurthest)
      return Error{ErrorCode::kInvalidArgument, "the time is too far away"};
    return std::optional(print_date(micros, *parts));
  });
}

void iso8601_text(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto columns = columns_of(input);
  for_each_row(info, input, output, columns, "from_iso8601_timestamp",
               [&](std::size_t row) -> Text {
                 ASSIGN_OR_RETURN(std::string text, normal_iso8601(columns[0].text(row)));
                 return std::optional(std::move(text));
               });
}

void from_iso8601_date(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto columns = columns_of(input);
  for_each_row(info, input, output, columns, "from_iso8601_date",
               [&](std::size_t row) -> Result<std::optional<std::int32_t>> {
                 ASSIGN_OR_RETURN(const std::int32_t days, read_iso8601_date(columns[0].text(row)));
                 return std::optional(days);
               });
}

/// Lists and maps have the same vectors.
void cardinality(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const DuckdbApi& api = callback_api();
  duckdb_vector vector = api.duckdb_data_chunk_get_vector(input, 0);
  const LogicalType type(api, api.duckdb_vector_get_column_type(vector));
  const duckdb_type id = api.duckdb_get_type_id(type.get());
  const auto* entries = static_cast<const duckdb_list_entry*>(api.duckdb_vector_get_data(vector));
  const auto columns = columns_of(input);
  for_each_row(info, input, output, columns, "cardinality", [&](std::size_t row) -> Whole {
    if (id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_MAP)
      return std::optional(static_cast<std::int64_t>(entries[row].length));
    if (id == DUCKDB_TYPE_ARRAY)
      return std::optional(static_cast<std::int64_t>(api.duckdb_array_type_array_size(type.get())));
    return Error{ErrorCode::kInvalidArgument, "it takes an array or a map"};
  });
}

struct NativeFunction {
  const char* name;
  std::vector<duckdb_type> parameters;
  duckdb_type result;
  duckdb_scalar_function_t function;
};

/// Those with a name of their own; the ones named athena_ are what macros stand on.
const std::vector<NativeFunction>& native_functions() {
  constexpr duckdb_type kText = DUCKDB_TYPE_VARCHAR;
  static const std::vector<NativeFunction> kFunctions{
      {"athena_cardinality", {DUCKDB_TYPE_ANY}, DUCKDB_TYPE_BIGINT, cardinality},
      {"athena_date_format", {DUCKDB_TYPE_TIMESTAMP, kText}, kText, date_format},
      {"athena_iso8601_text", {kText}, kText, iso8601_text},
      {"date_parse", {kText, kText}, DUCKDB_TYPE_TIMESTAMP, date_parse},
      {"from_iso8601_date", {kText}, DUCKDB_TYPE_DATE, from_iso8601_date},
      {"json_extract_scalar", {kText, kText}, kText, json_extract_scalar},
      {"json_size", {kText, kText}, DUCKDB_TYPE_BIGINT, json_size},
      {"url_extract_fragment", {kText}, kText, url_part<&AthenaUrl::fragment, true>},
      {"url_extract_host", {kText}, kText, url_part<&AthenaUrl::host, false>},
      {"url_extract_parameter", {kText, kText}, kText, url_extract_parameter},
      {"url_extract_path", {kText}, kText, url_part<&AthenaUrl::path, true>},
      {"url_extract_port", {kText}, DUCKDB_TYPE_BIGINT, url_port},
      {"url_extract_protocol", {kText}, kText, url_part<&AthenaUrl::scheme, false>},
      {"url_extract_query", {kText}, kText, url_part<&AthenaUrl::query, true>},
  };
  return kFunctions;
}

/// A statement's tokens, and what stands where.
class StatementTokens {
 public:
  explicit StatementTokens(std::string_view text) : text_(text), tokens_(tokens(text)) {}

  std::size_t size() const { return tokens_.size(); }
  std::size_t offset(std::size_t i) const { return tokens_[i].begin; }

  bool is_symbol(std::size_t i, char symbol) const {
    return i < tokens_.size() && tokens_[i].kind == TokenKind::kSymbol &&
           text_[tokens_[i].begin] == symbol;
  }

  /// The word in lower case; "" where there is none.
  std::string word(std::size_t i) const {
    if (i >= tokens_.size() || tokens_[i].kind != TokenKind::kWord) return "";
    std::string word(text_.substr(tokens_[i].begin, tokens_[i].end - tokens_[i].begin));
    for (char& c : word) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    return word;
  }

  /// The token behind the `)` that closes the `(` at `open`.
  std::size_t behind(std::size_t open) const {
    int depth = 0;
    for (std::size_t i = open; i < tokens_.size(); ++i) {
      if (is_symbol(i, '(')) ++depth;
      if (is_symbol(i, ')') && --depth == 0) return i + 1;
    }
    return tokens_.size();
  }

  /// Whether an expression may begin at `i`: not behind a value, where `name (` would be an alias
  /// with its columns, nor where a statement names a table or CTE.
  bool begins_expression(std::size_t i) const {
    if (i == 0) return true;
    if (tokens_[i - 1].kind == TokenKind::kText) return false;
    if (tokens_[i - 1].kind == TokenKind::kSymbol)
      return !is_symbol(i - 1, ')') && !is_symbol(i - 1, ']') && !is_symbol(i - 1, '.');
    static constexpr auto kWords = std::to_array<std::string_view>(
        {"all",   "and",    "any",     "between",   "by",     "case", "cast",   "distinct",
         "else",  "except", "filter",  "from",      "having", "if",   "ilike",  "in",
         "is",    "join",   "lateral", "like",      "limit",  "not",  "offset", "on",
         "or",    "over",   "qualify", "returning", "select", "set",  "some",   "then",
         "union", "using",  "values",  "when",      "where"});
    return std::binary_search(kWords.begin(), kWords.end(), word(i - 1));
  }

  /// `name(columns) AS (` of a WITH.
  bool names_cte(std::size_t i) const {
    const std::size_t as = behind(i + 1);
    if (word(as) != "as") return false;
    const std::string next = word(as + 1);
    return is_symbol(as + 1, '(') || next == "materialized" || next == "not";
  }

  /// `CREATE MACRO name(`.
  bool defines(std::size_t i) const {
    std::size_t at = i;
    while (at >= 2 && is_symbol(at - 1, '.')) at -= 2;
    if (at >= 3 && word(at - 1) == "exists") at -= 3;
    const std::string before = at > 0 ? word(at - 1) : "";
    return before == "macro" || before == "function";
  }

 private:
  std::string_view text_;
  std::vector<Token> tokens_;
};

/// Where in the statement, as DuckDB shows it.
Error refusal(std::string_view statement, std::size_t offset, std::string message) {
  const std::string_view before = statement.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t begin =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::size_t end = std::min(statement.find('\n', begin), statement.size());
  const std::string label = "LINE " + std::to_string(line) + ": ";
  message += "\n\n" + label + std::string(statement.substr(begin, end - begin)) + "\n" +
             std::string(label.size() + offset - begin, ' ') + "^";
  return Error{ErrorCode::kUnsupported, std::move(message)};
}

/// Whether an aggregate's call has what no macro can take: DISTINCT or ORDER BY in its parentheses,
/// FILTER or WITHIN GROUP behind them.
bool has_aggregate_clause(const StatementTokens& statement, std::size_t open) {
  const std::size_t end = statement.behind(open);
  if (statement.word(open + 1) == "distinct") return true;
  int depth = 0;
  for (std::size_t i = open; i < end; ++i) {
    if (statement.is_symbol(i, '(')) ++depth;
    if (statement.is_symbol(i, ')')) --depth;
    if (depth == 1 && statement.word(i) == "order" && statement.word(i + 1) == "by") return true;
  }
  return (statement.word(end) == "filter" && statement.is_symbol(end + 1, '(')) ||
         statement.word(end) == "within";
}

bool is_hash(std::string_view name) { return name == "md5" || name == "sha1" || name == "sha256"; }

/// Why `name` of bytes is refused.
std::string hash_of_bytes(const std::string& name) {
  std::string message = name;
  message.append("() of bytes is bytes in Athena and hexadecimal text in DuckDB: write upper(")
      .append(name)
      .append("(text)) for to_hex(")
      .append(name)
      .append("(to_utf8(text))), or unhex(")
      .append(name)
      .append("(text)) for the bytes");
  return message;
}

std::string shown(std::string_view name) { return std::string(name) + "()"; }

}  // namespace

Status register_athena_functions(Session& session) {
  const DuckdbApi& api = callback_api_of(session);
  for (const NativeFunction& native : native_functions()) {
    duckdb_scalar_function function = api.duckdb_create_scalar_function();
    api.duckdb_scalar_function_set_name(function, native.name);
    for (const duckdb_type parameter : native.parameters) {
      const LogicalType type(api, api.duckdb_create_logical_type(parameter));
      api.duckdb_scalar_function_add_parameter(function, type.get());
    }
    const LogicalType type(api, api.duckdb_create_logical_type(native.result));
    api.duckdb_scalar_function_set_return_type(function, type.get());
    api.duckdb_scalar_function_set_function(function, native.function);
    const duckdb_state state = api.duckdb_register_scalar_function(
        static_cast<duckdb_connection>(session.connection()), function);
    api.duckdb_destroy_scalar_function(&function);
    if (state != DuckDBSuccess)
      return Error{ErrorCode::kCorruption, "DuckDB refuses the function " + shown(native.name)};
  }
  return {};
}

Status prepare_athena_functions(Session& session, std::string_view statement) {
  if (statement.find('(') == std::string_view::npos) return {};
  const StatementTokens words(statement);
  std::vector<const AthenaFunction*> needed;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (!words.is_symbol(i + 1, '(')) continue;
    const std::string name = words.word(i);
    if (is_hash(name) && words.word(i + 2) == "to_utf8") {
      return refusal(statement, words.offset(i), hash_of_bytes(name));
    }
    const AthenaFunction* function = find_athena_function(name);
    if (function == nullptr) continue;
    if (words.defines(i)) {
      return refusal(statement, words.offset(i),
                     shown(name) + " is a function of Athena's here: choose another name");
    }
    if (function->kind == AthenaFunctionKind::kRefused) {
      if (!words.begins_expression(i) || words.names_cte(i)) continue;
      return refusal(statement, words.offset(i),
                     shown(name) + " is not supported: " + std::string(function->text) +
                         "; DuckDB's spelling: " + std::string(function->spelling));
    }
    if (function->kind == AthenaFunctionKind::kAggregate && has_aggregate_clause(words, i + 1)) {
      return refusal(statement, words.offset(i),
                     shown(name) +
                         " is not supported with DISTINCT, ORDER BY or FILTER; DuckDB's "
                         "spelling: " +
                         std::string(function->spelling));
    }
    if (std::find(needed.begin(), needed.end(), function) == needed.end())
      needed.push_back(function);
  }
  for (const AthenaFunction* function : needed) {
    RETURN_IF_ERROR(session.execute("CREATE OR REPLACE TEMPORARY MACRO " +
                                    quote_identifier(function->name) +
                                    std::string(function->text)));
  }
  return {};
}

std::vector<std::string_view> athena_function_names() {
  std::vector<std::string_view> names;
  for (const NativeFunction& native : native_functions()) {
    const std::string_view name = native.name;
    if (name.substr(0, 7) != "athena_") names.push_back(name);
  }
  for (const AthenaFunction& function : athena_functions()) names.push_back(function.name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace clicklake
