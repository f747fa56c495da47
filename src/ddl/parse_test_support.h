#pragma once
/// What the tests of ddl say about a statement.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "ddl/parser.h"

namespace clicklake::ddl {

/// The tree of `sql`, which is to be a `T`; a test's failure and an empty one otherwise.
template <typename T>
T parsed(std::string_view sql) {
  const Result<Statement> statement = parse(sql);
  if (!statement) {
    ADD_FAILURE() << statement.error().message;
    return {};
  }
  if (const T* tree = std::get_if<T>(&*statement)) return *tree;
  ADD_FAILURE() << sql << ": another kind of statement, " << statement->index();
  return {};
}

/// The first line of what is wrong with `sql`; "" where nothing is.
inline std::string fault(std::string_view sql) {
  const Result<Statement> statement = parse(sql);
  if (statement) return "";
  const std::string& message = statement.error().message;
  return message.substr(0, message.find('\n'));
}

}  // namespace clicklake::ddl
