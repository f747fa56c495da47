#include "marts/mart_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/added_columns.h"
#include "sql/statement_text.h"

namespace clicklake {
namespace {

constexpr std::string_view kFacts = "fact_clicks.event_timestamp";
constexpr std::string_view kSessions = "sessions.started_at";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trimmed(text.substr(0, comma));
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

class Parser {
 public:
  Parser(std::string_view name, std::string_view text, std::string_view file) : file_(file) {
    mart_.name = name;
    mart_.text = text;
  }

  Result<MartFile> parse() {
    if (!is_column_name(mart_.name)) {
      return fail(1, fmt::format("the name '{}' is none for a table: name the file with a to z, "
                                 "digits and _, beginning with a letter",
                                 mart_.name));
    }
    std::string_view rest = mart_.text;
    int line = 0;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view one = trimmed(rest.substr(0, end));
      if (!one.empty() && !one.starts_with("--")) break;
      rest.remove_prefix(std::min(end + 1, rest.size()));
      ++line;
      if (!one.empty()) RETURN_IF_ERROR(take(trimmed(one.substr(2)), line));
    }
    return complete(trimmed(rest), line + 1);
  }

 private:
  Error fail(int line, const std::string& what) const {
    return {ErrorCode::kInvalidArgument, fmt::format("{}, line {}: {}", file_, line, what)};
  }

  /// A line of the header; one without a known key is a comment.
  Status take(std::string_view comment, int line) {
    const std::size_t colon = comment.find(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view key = trimmed(comment.substr(0, colon));
    const std::string_view value = trimmed(comment.substr(colon + 1));
    if (key == "mart") {
      if (value != mart_.name) {
        return fail(line, fmt::format("the header says 'mart: {}' and the file is named {}.sql: "
                                      "they are one name",
                                      value, mart_.name));
      }
    } else if (key == "grain") {
      mart_.grain = value;
    } else if (key == "keys") {
      mart_.keys = list_of(value);
    } else if (key == "partition") {
      mart_.partition = value;
    } else if (key == "incremental") {
      for (const std::string& column : list_of(value)) {
        if (column == kFacts) {
          mart_.by_facts = true;
        } else if (column == kSessions) {
          mart_.by_sessions = true;
        } else {
          return fail(line, fmt::format("'incremental: {}' is unknown: write {}, {} or both",
                                        column, kFacts, kSessions));
        }
      }
    }
    return {};
  }

  Result<MartFile> complete(std::string_view query, int line) {
    if (mart_.keys.empty()) return missing("keys", "date, device_type");
    if (mart_.partition.empty()) return missing("partition", "date");
    if (!mart_.by_facts && !mart_.by_sessions) return missing("incremental", kFacts);
    while (query.ends_with(';')) query = trimmed(query.substr(0, query.size() - 1));
    if (query.empty()) return fail(line, "there is no query after the header");
    if (split_statements(query).size() != 1)
      return fail(line, "a mart is one query: take the others out");
    mart_.query = query;
    mart_.names = identifiers(query);
    mart_.reads_sessions = mart_.mentions("sessions") || mart_.mentions("session_clicks");
    return mart_;
  }

  Error missing(std::string_view key, std::string_view example) const {
    return fail(1, fmt::format("the header lacks '{0}': write for example `-- {0}: {1}` above the "
                               "query",
                               key, example));
  }

  std::string file_;
  MartFile mart_;
};

}  // namespace

Result<MartFile> parse_mart(std::string_view name, std::string_view text, std::string_view file) {
  return Parser(name, text, file).parse();
}

}  // namespace clicklake
