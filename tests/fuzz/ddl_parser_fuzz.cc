// Any text as a statement: the same answer every time; a fault names a line and a column of the
// text and is valid UTF-8; queries and names lie in the text; a table that is read can be written
// and read again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "ddl/ddl_text.h"
#include "ddl/parser.h"
#include "slow_json.h"

namespace clicklake::fuzz {
namespace {

/// Reads digits at `*at`; 0 where there are none.
std::size_t number(std::string_view text, std::size_t* at) {
  std::size_t value = 0;
  for (; *at < text.size() && text[*at] >= '0' && text[*at] <= '9'; ++*at)
    value = value * 10 + static_cast<std::size_t>(text[*at] - '0');
  return value;
}

void check_fault(const std::string& sql, const Error& error) {
  const std::string& message = error.message;
  require(error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kUnsupported);
  require(utf8_until(message) == message.size());
  require(message.starts_with("line "));
  std::size_t at = 5;
  const std::size_t line = number(message, &at);
  require(message[at++] == ':');
  const std::size_t column = number(message, &at);
  require(message.substr(at, 2) == ": ");
  std::size_t begin = 0;
  for (std::size_t i = 1; i < line; ++i) {
    begin = sql.find('\n', begin);
    require(begin != std::string::npos);
    ++begin;
  }
  const std::size_t end = std::min(sql.find('\n', begin), sql.size());
  require(line >= 1 && column >= 1 && column <= end - begin + 1);
  // Two more lines: the text, and below it the caret.
  const std::size_t shown = message.find('\n');
  const std::size_t caret = message.find('\n', shown + 1);
  require(shown != std::string::npos && caret != std::string::npos);
  require(message.find('\n', caret + 1) == std::string::npos && message.ends_with('^'));
}

void check_query(const std::string& sql, const ddl::Query& query) {
  require(!query.text.empty());
  require(sql.compare(query.position, query.text.size(), query.text) == 0);
}

void check_properties(const std::string& sql, const std::vector<ddl::Property>& properties) {
  for (const ddl::Property& property : properties)
    require(property.position < property.value.position && property.value.position < sql.size());
}

struct Check {
  const std::string& sql;

  template <typename T>
  void operator()(const T& statement) const {
    if constexpr (requires { statement.name.position; }) {
      require(statement.name.position < sql.size() && !statement.name.table.empty());
    }
    if constexpr (requires { statement.query; }) check_query(sql, statement.query);
    if constexpr (std::is_same_v<T, ddl::CreateTableAs> || std::is_same_v<T, ddl::Unload>)
      check_properties(sql, statement.properties);
    if constexpr (std::is_same_v<T, ddl::Execute>) {
      for (const ddl::Query& argument : statement.arguments) check_query(sql, argument);
    }
    if constexpr (std::is_same_v<T, ddl::CreateTable>) check_round_trip(statement);
  }

  static void check_round_trip(ddl::CreateTable table) {
    const auto again = ddl::parse(ddl::create_table_text(table));
    require(again.has_value() && std::holds_alternative<ddl::CreateTable>(*again));
    ddl::CreateTable other = std::get<ddl::CreateTable>(*again);
    table.name.position = other.name.position = 0;
    require(table == other);
  }
};

}  // namespace
}  // namespace clicklake::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  using namespace clicklake::fuzz;
  const std::string sql(data, data + size);
  require(ddl::is_athena_statement(sql) == ddl::is_athena_statement(sql));
  const auto statement = ddl::parse(sql);
  const auto again = ddl::parse(sql);
  require(statement.has_value() == again.has_value());
  if (statement) {
    require(*statement == *again);
    std::visit(Check{sql}, *statement);
  } else {
    require(statement.error().code == again.error().code &&
            statement.error().message == again.error().message);
    check_fault(sql, statement.error());
  }
  return 0;
}
