#include "ddl/parser.h"

namespace clicklake::ddl {

bool is_athena_statement(std::string_view /*sql*/) { return false; }

Result<Statement> parse(std::string_view sql) {
  return Error{ErrorCode::kUnsupported, at_position(sql, 0, "no such statement")};
}

std::string at_position(std::string_view /*sql*/, Position /*position*/, std::string_view message) {
  return std::string(message);
}

}  // namespace clicklake::ddl
