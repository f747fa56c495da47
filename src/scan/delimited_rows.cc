#include "scan/delimited_rows.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "scan/utf8_repair.h"

namespace clicklake {
namespace {

bool is_ascii(const char* begin, const char* end) {
  unsigned char all = 0;
  for (const char* p = begin; p < end; ++p) all |= static_cast<unsigned char>(*p);
  return all < 0x80;
}

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

bool is_container(const HiveType& type) {
  return type.kind == HiveKind::kArray || type.kind == HiveKind::kMap ||
         type.kind == HiveKind::kStruct;
}

/// Hive's separators behind the three that have names, without those that mean something else in
/// a text.
constexpr std::string_view kInnerSeparators =
    "\x04\x05\x06\x07\x08\x0B\x0E\x0F\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1C\x1D\x1E\x1F";

}  // namespace

DelimitedRows::DelimitedRows(const TextFormat& format, const std::vector<HiveColumn>& columns,
                             const std::vector<std::size_t>& wanted)
    : columns_(columns),
      by_column_(columns.size()),
      cells_(format),
      delimiter_(format.field_delimiter),
      escape_(format.escape),
      wanted_(wanted) {}

void DelimitedRows::take_block(const char* begin, const char* end) {
  RowReader::take_block(begin, end);
  ascii_ = is_ascii(begin, end);
}

RowsRead DelimitedRows::read(std::vector<ColumnVector>& vectors, std::size_t first_row,
                             std::size_t max_rows) {
  for (std::size_t i = 0; i < wanted_.size(); ++i) by_column_[wanted_[i]] = &vectors[i];
  RowsRead out;
  while (at_ < end_ && out.rows < max_rows) {
    const auto* const line_end = static_cast<const char*>(::rawmemchr(at_, '\n'));
    std::string_view line(at_, static_cast<std::size_t>(line_end - at_));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!ascii_ && !is_utf8(line, &repaired_)) line = repaired_;
    switch (read_line(line, first_row + out.rows)) {
      case Line::kRow: ++out.rows; break;
      case Line::kBlank: break;
      case Line::kFault: out.fault = true; return out;
    }
    at_ = line_end + 1;
  }
  return out;
}

CsvRows::CsvRows(const TextFormat& format, const std::vector<HiveColumn>& columns,
                 const std::vector<std::size_t>& wanted)
    : DelimitedRows(format, columns, wanted), quote_(format.quote), fields_(columns.size()) {}

/// A line without quotes and escapes.
void CsvRows::split_plain(std::string_view line) {
  std::size_t field = 0;
  for (; field < fields_.size(); ++field) {
    const std::size_t stop = line.find(delimiter_);
    fields_[field] = line.substr(0, stop);
    if (stop == std::string_view::npos) {
      ++field;
      break;
    }
    line.remove_prefix(stop + 1);
  }
  for (; field < fields_.size(); ++field) fields_[field].reset();
}

/// As OpenCSV's parser: a quote opens and closes, a doubled or escaped one inside of a field is
/// itself; one in the middle of a field stays and opens, too.
void CsvRows::split_quoted(std::string_view line) {
  unquoted_.clear();
  unquoted_.reserve(line.size());  // so that the views of fields stay
  std::size_t field = 0;
  std::size_t begin = 0;
  bool in_quotes = false;
  bool in_field = false;
  const auto at = [&](std::size_t i) { return i < line.size() ? line[i] : '\0'; };
  const auto close = [&] {
    fields_[field++] = std::string_view(unquoted_).substr(begin);
    begin = unquoted_.size();
  };
  for (std::size_t i = 0; i < line.size() && field < fields_.size(); ++i) {
    const char c = line[i];
    const bool has_next = i + 1 < line.size();
    if (escape_ && c == *escape_) {
      if ((in_quotes || in_field) && has_next && (at(i + 1) == quote_ || at(i + 1) == *escape_)) {
        unquoted_.push_back(line[++i]);
      }
    } else if (c == quote_) {
      if ((in_quotes || in_field) && has_next && at(i + 1) == quote_) {
        unquoted_.push_back(line[++i]);
      } else {
        if (i > 2 && line[i - 1] != delimiter_ && has_next && at(i + 1) != delimiter_) {
          const std::string_view before = std::string_view(unquoted_).substr(begin);
          if (!before.empty() && is_blank(before)) {
            unquoted_.resize(begin);
          } else {
            unquoted_.push_back(c);
          }
        }
        in_quotes = !in_quotes;
      }
      in_field = !in_field;
    } else if (c == delimiter_ && !in_quotes) {
      close();
      in_field = false;
    } else {
      unquoted_.push_back(c);
      in_field = true;
    }
  }
  if (field < fields_.size() && !in_quotes) close();  // one that is not closed has no value
  for (; field < fields_.size(); ++field) fields_[field].reset();
}

DelimitedRows::Line CsvRows::read_line(std::string_view line, std::size_t row) {
  if (is_blank(line)) return Line::kBlank;
  const bool plain = std::memchr(line.data(), quote_, line.size()) == nullptr &&
                     (!escape_ || std::memchr(line.data(), *escape_, line.size()) == nullptr);
  if (plain) {
    split_plain(line);
  } else {
    split_quoted(line);
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    ColumnVector* const out = by_column_[i];
    const HiveType& type = columns_[i].type;
    if (!fields_[i]) {
      if (out != nullptr) out->put_null(row);
      continue;
    }
    if (out == nullptr && !cells_.can_fault(type.kind)) continue;
    switch (cells_.read(type, *fields_[i], true, out, row)) {
      case CellOutcome::kValue: break;
      case CellOutcome::kNull:
        if (out != nullptr) out->put_null(row);
        break;
      case CellOutcome::kFault:
        fault_ = {at_, "column '" + columns_[i].name + "': the text '" + std::string(*fields_[i]) +
                           "' can't be read as " + to_string(type) +
                           "; declare the column as string and cast it in the query"};
        return Line::kFault;
    }
  }
  return Line::kRow;
}

LazyRows::LazyRows(const TextFormat& format, const std::vector<HiveColumn>& columns,
                   const std::vector<std::size_t>& wanted)
    : DelimitedRows(format, columns, wanted),
      null_text_(format.null_text),
      separators_{format.field_delimiter, format.collection_delimiter, format.map_key_delimiter},
      last_takes_rest_(format.last_column_takes_rest) {}

char LazyRows::separator(std::size_t level) const {
  if (level < separators_.size()) return separators_[level];
  const std::size_t inner = level - separators_.size();
  if (inner < kInnerSeparators.size()) return kInnerSeparators[inner];
  return static_cast<char>(0x80 + (inner - kInnerSeparators.size()));  // Hive goes on with these
}

bool LazyRows::take_part(std::string_view* rest, bool* more, char separator,
                         std::string_view* part) const {
  if (!*more) return false;
  std::size_t stop = 0;
  if (!escape_) {
    stop = std::min(rest->find(separator), rest->size());
  } else {
    while (stop < rest->size() && (*rest)[stop] != separator) {
      stop += (*rest)[stop] == *escape_ ? 2 : 1;
    }
    stop = std::min(stop, rest->size());
  }
  *part = rest->substr(0, stop);
  *more = stop < rest->size();
  rest->remove_prefix(*more ? stop + 1 : stop);
  return true;
}

std::string_view LazyRows::unescape(std::string_view text) {
  if (!escape_ || text.find(*escape_) == std::string_view::npos) return text;
  unescaped_.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == *escape_ && i + 1 < text.size()) ++i;
    unescaped_.push_back(text[i]);
  }
  return unescaped_;
}

void LazyRows::write(std::string_view text, const HiveType& type, std::size_t level,
                     ColumnVector* out, std::size_t row) {
  if (text == null_text_) {
    out->put_null(row);
    return;
  }
  switch (type.kind) {
    case HiveKind::kArray: return write_array(text, type, level, out, row);
    case HiveKind::kMap: return write_map(text, type, level, out, row);
    case HiveKind::kStruct: return write_struct(text, type, level, out, row);
    case HiveKind::kString:
    case HiveKind::kChar:
    case HiveKind::kVarchar: text = unescape(text); break;
    default: break;
  }
  if (cells_.read(type, text, true, out, row) != CellOutcome::kValue) out->put_null(row);
}

void LazyRows::write_array(std::string_view text, const HiveType& type, std::size_t level,
                           ColumnVector* out, std::size_t row) {
  const char between = separator(level);
  std::size_t count = 0;
  std::string_view part;
  std::string_view rest = text;
  bool more = !text.empty();
  while (take_part(&rest, &more, between, &part)) ++count;
  std::size_t at = out->put_list(row, count);
  rest = text;
  more = !text.empty();
  while (take_part(&rest, &more, between, &part)) {
    write(part, type.children[0], level + 1, out->children.data(), at++);
  }
}

void LazyRows::write_map(std::string_view text, const HiveType& type, std::size_t level,
                         ColumnVector* out, std::size_t row) {
  struct Pair {
    std::string_view key;
    std::optional<std::string_view> value;
  };
  const char between = separator(level);
  const char behind_key = separator(level + 1);
  std::vector<Pair> pairs;
  std::unordered_set<std::string_view> keys;
  std::string_view part;
  std::string_view rest = text;
  bool more = !text.empty();
  while (take_part(&rest, &more, between, &part)) {
    Pair pair;
    bool has_value = true;
    take_part(&part, &has_value, behind_key, &pair.key);
    if (has_value) pair.value = part;
    if (pair.key == null_text_ || is_container(type.children[0])) continue;
    if (cells_.read(type.children[0], pair.key, true, nullptr, 0) != CellOutcome::kValue) continue;
    if (!keys.insert(pair.key).second) continue;  // of equal keys the first counts
    pairs.push_back(pair);
  }
  std::size_t at = out->put_list(row, pairs.size());
  for (const Pair& pair : pairs) {
    write(pair.key, type.children[0], level + 2, out->children.data(), at);
    if (pair.value) {
      write(*pair.value, type.children[1], level + 2, &out->children[1], at);
    } else {
      out->children[1].put_null(at);
    }
    ++at;
  }
}

void LazyRows::write_struct(std::string_view text, const HiveType& type, std::size_t level,
                            ColumnVector* out, std::size_t row) {
  const char between = separator(level);
  std::string_view part;
  bool more = true;
  for (std::size_t f = 0; f < type.children.size(); ++f) {
    ColumnVector* const field = &out->children[f];
    const bool takes_rest = last_takes_rest_ && f + 1 == type.children.size();
    if (takes_rest && more) {
      write(text, type.children[f], level + 1, field, row);
    } else if (take_part(&text, &more, between, &part)) {
      write(part, type.children[f], level + 1, field, row);
    } else {
      field->put_null(row);
    }
  }
}

DelimitedRows::Line LazyRows::read_line(std::string_view line, std::size_t row) {
  std::string_view part;
  bool more = true;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    ColumnVector* const out = by_column_[i];
    const bool takes_rest = last_takes_rest_ && i + 1 == columns_.size();
    bool has = more;
    if (takes_rest) {
      part = line;
    } else {
      has = take_part(&line, &more, delimiter_, &part);
    }
    if (out == nullptr) continue;
    if (has) {
      write(part, columns_[i].type, 1, out, row);
    } else {
      out->put_null(row);
    }
  }
  return Line::kRow;
}

}  // namespace clicklake
