#pragma once
/// Statements written back as text.
///
/// Place: SHOW CREATE TABLE. Invariant: parse of what is written gives the statement again. Thread
/// safety: pure functions. Source: what SHOW CREATE TABLE prints in Athena.

#include <string>

#include "ddl/statement.h"

namespace clicklake::ddl {

/// CREATE [EXTERNAL] TABLE in Athena's layout: lines with `\n` between them, no `;`. Keys and
/// values of properties are texts, numbers too.
std::string create_table_text(const CreateTable& table);

}  // namespace clicklake::ddl
