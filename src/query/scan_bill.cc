#include "query/scan_bill.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/byte_size.h"
#include "base/json_text.h"

namespace clicklake {

namespace {

constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;
constexpr double kTerabyte = 1099511627776.0;

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

std::string size_of(std::int64_t bytes) {
  return format_byte_size(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
}

std::string count_of(std::int64_t count, std::string_view thing) {
  std::string out = std::to_string(count) + " ";
  out += thing;
  return count == 1 ? out : out + "s";
}

std::int64_t files_of(const ScanBill& bill) {
  std::int64_t files = 0;
  for (const TableScan& table : bill.tables) files += table.files;
  return files;
}

std::optional<std::int64_t> total_files_of(const ScanBill& bill) {
  std::int64_t files = 0;
  for (const TableScan& table : bill.tables) {
    if (table.total_files < 0) return std::nullopt;
    files += table.total_files;
  }
  return files;
}

std::string files_text(const ScanBill& bill) {
  const std::int64_t files = files_of(bill);
  const auto total = total_files_of(bill);
  if (!total || *total < files) return count_of(files, "file");
  return std::to_string(files) + " of " + count_of(*total, "file");
}

}  // namespace

double scan_dollars(std::int64_t bytes, const ScanPrice& price) {
  const std::int64_t charged = std::max(bytes, price.minimum_bytes);
  const std::int64_t megabytes = charged / kMegabyte + (charged % kMegabyte > 0 ? 1 : 0);
  return static_cast<double>(megabytes) * static_cast<double>(kMegabyte) / kTerabyte *
         price.dollars_per_tb;
}

std::int64_t ScanBill::bytes() const {
  std::int64_t sum = 0;
  for (const TableScan& table : tables) sum += table.bytes;
  return sum;
}

double ScanBill::dollars(const ScanPrice& price) const {
  return tables.empty() ? 0 : scan_dollars(bytes(), price);
}

std::string format_dollars(double dollars) {
  if (!(dollars > 0)) return "$0";
  if (dollars >= 0.995) return "$" + number("%.2f", dollars);
  // The digit that the second significant one is behind the point.
  const int digits = 1 - static_cast<int>(std::floor(std::log10(dollars)));
  char text[64];
  std::snprintf(text, sizeof(text), "$%.*f", std::min(digits, 12), dollars);
  return text;
}

std::string to_string(const ScanBill& bill, const ScanPrice& price) {
  std::string line = bill.planned ? "would scan " : "scanned ";
  if (bill.tables.empty()) {
    line += "nothing";
  } else {
    line += size_of(bill.bytes()) + " (" + files_text(bill) + ")";
  }
  if (!bill.planned)
    line += ", " + count_of(bill.rows, "row") + ", " + number("%.2f s", bill.seconds);
  if (bill.tables.empty()) return line + ", free";
  line += ", " + format_dollars(bill.dollars(price));
  if (bill.raw_bytes > 0) {
    line += "; over all of raw: " + size_of(bill.raw_bytes) + ", " +
            format_dollars(scan_dollars(bill.raw_bytes, price));
  }
  return line;
}

std::string to_json(const ScanBill& bill, const ScanPrice& price) {
  const auto files_or_null = [](JsonText& out, std::optional<std::int64_t> files) {
    out.key("total_files");
    if (files) {
      out.value(*files);
    } else {
      out.null();
    }
  };
  JsonText out;
  out.begin_object().member("bytes", bill.bytes()).member("files", files_of(bill));
  files_or_null(out, total_files_of(bill));
  out.member("dollars", bill.dollars(price)).member("raw_bytes", bill.raw_bytes);
  out.member("raw_dollars", scan_dollars(bill.raw_bytes, price));
  if (!bill.planned) out.member("rows", bill.rows).member("seconds", bill.seconds);
  out.key("tables").begin_array();
  for (const TableScan& table : bill.tables) {
    out.begin_object().member("table", table.table).member("raw", table.raw);
    out.member("bytes", table.bytes).member("files", table.files);
    files_or_null(out, table.total_files < 0 ? std::nullopt : std::optional(table.total_files));
    out.end_object();
  }
  out.end_array().end_object();
  return out.text();
}

Status check_scan_limit(const ScanBill& bill, std::int64_t most_bytes) {
  const std::int64_t bytes = bill.bytes();
  if (bytes <= most_bytes) return {};
  const auto largest =
      std::max_element(bill.tables.begin(), bill.tables.end(),
                       [](const TableScan& a, const TableScan& b) { return a.bytes < b.bytes; });
  std::string message = "the statement would scan " + size_of(bytes) + " (" + files_text(bill) +
                        "), more than the " + size_of(most_bytes) +
                        " that max_scan allows: nothing was read. ";
  message += "Most of it is " + largest->table + ", " + size_of(largest->bytes) +
             ": filter on its partitions or its time, or name fewer columns; --max-scan sets "
             "another limit";
  return Error{ErrorCode::kCancelled, message};
}

}  // namespace clicklake
