#pragma once
/// A crawl's report as people and machines read it. Place: standard output of `crawl`.

#include "crawl/crawler.h"

namespace clicklake {

struct CrawlReportOptions {
  bool json = false;
  bool dry_run = false;
  bool drop_vanished = false;
};

void print_crawl_report(const CrawlReport& report, const CrawlReportOptions& options);
/// Odd things and problems, one a line, to standard error.
void print_crawl_problems(const CrawlReport& report);

}  // namespace clicklake
