#pragma once
/// One overload a statement that concerns the catalog alone; catalog_statements dispatches to them.
///
/// Place: below catalog_statements.h, which says what they promise. Invariant: everything is
/// checked before the one call that changes the metastore, so that kConflict can be tried again.
/// Thread safety: as the metastore.

#include "base/result.h"
#include "ddl/statement.h"
#include "statements/catalog_statements.h"
#include "statements/statement_context.h"

namespace clicklake {

using StatementResult = Result<StatementRows>;

// database_statements.cc
StatementResult run_statement(const StatementContext& context, const ddl::CreateDatabase& create);
StatementResult run_statement(const StatementContext& context, const ddl::DropDatabase& drop);
StatementResult run_statement(const StatementContext& context, const ddl::AlterDatabase& alter);
StatementResult run_statement(const StatementContext& context, const ddl::ShowDatabases& show);

// table_statements.cc
StatementResult run_statement(const StatementContext& context, const ddl::CreateTable& create);
StatementResult run_statement(const StatementContext& context, const ddl::DropTable& drop);
StatementResult run_statement(const StatementContext& context, const ddl::DropView& drop);
StatementResult run_statement(const StatementContext& context, const ddl::SetTableProperties& set);
StatementResult run_statement(const StatementContext& context,
                              const ddl::UnsetTableProperties& unset);
StatementResult run_statement(const StatementContext& context, const ddl::Deallocate& deallocate);

// column_statements.cc
StatementResult run_statement(const StatementContext& context, const ddl::AddColumns& add);
StatementResult run_statement(const StatementContext& context, const ddl::ReplaceColumns& replace);

// partition_statements.cc
StatementResult run_statement(const StatementContext& context, const ddl::AddPartitions& add);
StatementResult run_statement(const StatementContext& context, const ddl::DropPartitions& drop);
StatementResult run_statement(const StatementContext& context, const ddl::RenamePartition& rename);
StatementResult run_statement(const StatementContext& context, const ddl::SetLocation& set);
StatementResult run_statement(const StatementContext& context, const ddl::RepairTable& repair);

// show_statements.cc
StatementResult run_statement(const StatementContext& context, const ddl::ShowTables& show);
StatementResult run_statement(const StatementContext& context, const ddl::ShowViews& show);
StatementResult run_statement(const StatementContext& context, const ddl::ShowColumns& show);
StatementResult run_statement(const StatementContext& context, const ddl::ShowPartitions& show);
StatementResult run_statement(const StatementContext& context, const ddl::ShowCreateTable& show);
StatementResult run_statement(const StatementContext& context, const ddl::ShowCreateView& show);
StatementResult run_statement(const StatementContext& context,
                              const ddl::ShowTableProperties& show);

// describe_statements.cc
StatementResult run_statement(const StatementContext& context, const ddl::Describe& describe);

}  // namespace clicklake
