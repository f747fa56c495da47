#include "crawl/csv_types.h"

#include <algorithm>
#include <array>
#include <map>

#include "crawl/path_layout.h"
#include "format/json_scan.h"

namespace clicklake {
namespace {

constexpr std::array<char, 4> kDelimiters{',', '\t', ';', '|'};

std::size_t count_fields(std::string_view line, char delimiter) {
  std::size_t fields = 1;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == delimiter && !quoted) ++fields;
  }
  return fields;
}

/// Whether all of `text` is a number as JSON or "+1", "007" spell it.
bool is_number_text(std::string_view text) {
  if (text.size() > 40) return false;
  std::string line(text);
  line.push_back('\n');
  const char* const end = json::scan_number(line.data());
  return end != nullptr && *end == '\n';
}

bool is_null_text(std::string_view text) { return text.empty() || text == "\\N"; }

}  // namespace

std::optional<CsvDialect> find_csv_dialect(const std::vector<std::string_view>& lines) {
  std::optional<CsvDialect> best;
  std::size_t best_lines = 0;
  std::size_t best_fields = 0;
  for (const char delimiter : kDelimiters) {
    std::map<std::size_t, std::size_t> lines_of_width;
    for (const std::string_view line : lines) ++lines_of_width[count_fields(line, delimiter)];
    for (const auto& [fields, count] : lines_of_width) {
      if (fields < 2 || count * 10 < lines.size() * 8) continue;
      if (count < best_lines || (count == best_lines && fields <= best_fields)) continue;
      best = CsvDialect{delimiter, false};
      best_lines = count;
      best_fields = fields;
    }
  }
  if (best) {
    const std::string opening = std::string(1, best->delimiter) + '"';
    best->quoted = std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
      return line.starts_with('"') || line.find(opening) != std::string_view::npos;
    });
  }
  return best;
}

std::vector<std::string> split_csv(std::string_view line, char delimiter) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back().push_back('"');
      ++i;
    } else if (c == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

ValueForm form_of_csv_field(std::string_view text, const CsvDialect& dialect) {
  if (is_null_text(text)) return ValueForm::kNull;
  const std::string lower = lower_case(text.substr(0, 8));
  if (lower == "true" || lower == "false") return ValueForm::kBoolean;
  if (is_number_text(text)) return form_of_number(text);
  const ValueForm form = form_of_text(text);
  if (form == ValueForm::kTimestamp && (text[10] != ' ' || text.ends_with('Z')))
    return ValueForm::kText;
  // OpenCSVSerde reads times as numbers only.
  if (dialect.quoted && (form == ValueForm::kTimestamp || form == ValueForm::kDate))
    return ValueForm::kText;
  return form;
}

CsvSample sample_csv(const std::vector<std::string_view>& lines) {
  CsvSample sample;
  if (lines.empty()) return sample;
  sample.dialect = find_csv_dialect(lines).value_or(CsvDialect{});
  sample.first = split_csv(lines[0], sample.dialect.delimiter);
  sample.columns.resize(sample.first.size());
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = split_csv(lines[i], sample.dialect.delimiter);
    if (fields.size() > sample.columns.size() && fields.size() <= ValueTypes::kMaxFields)
      sample.columns.resize(fields.size());
    for (std::size_t f = 0; f < fields.size() && f < sample.columns.size(); ++f)
      sample.columns[f].add(form_of_csv_field(fields[f], sample.dialect));
  }
  const bool names = std::all_of(sample.first.begin(), sample.first.end(), [&](const auto& f) {
    return !f.empty() && form_of_csv_field(f, sample.dialect) == ValueForm::kText;
  });
  const bool typed =
      std::any_of(sample.columns.begin(), sample.columns.end(), [](const ValueTypes& column) {
        return column.has_values() && type_of(column, nullptr).kind != HiveKind::kString;
      });
  const bool repeats = [&] {
    std::vector<std::string> sorted = sample.first;
    std::sort(sorted.begin(), sorted.end());
    return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  }();
  // Nothing but text below: names must look like names.
  const bool plain = std::all_of(sample.first.begin(), sample.first.end(), [](const auto& f) {
    return is_plain_name(f) && f.find('_') != std::string::npos;
  });
  sample.header = names && !repeats && (typed || (plain && lines.size() > 1));
  return sample;
}

std::vector<std::string> csv_column_names(const std::vector<std::string>& first, bool header) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const std::string base = header ? sanitised_name(first[i]) : "col" + std::to_string(i);
    std::string name = base;
    for (int n = 2; std::find(names.begin(), names.end(), name) != names.end(); ++n)
      name = base + "_" + std::to_string(n);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace clicklake
