#pragma once
/// What a crawl did, as statements that do it.
///
/// Place: `crawl --ddl`. Invariant: run on a catalog as it was before, they make of it what the
/// crawl made; names and values are quoted, whatever bytes they hold. Thread safety: pure.
/// Source: Athena user guide, "DDL statements".

#include <string>

#include "crawl/crawler.h"
#include "ddl/statement.h"

namespace clicklake {

/// The table as CREATE EXTERNAL TABLE has it.
ddl::CreateTable create_statement(const Table& table);

/// The statements of one table, each ended by ";\n"; "" where nothing is new.
std::string crawl_ddl(const CrawledTable& crawled, bool drop_vanished);

}  // namespace clicklake
