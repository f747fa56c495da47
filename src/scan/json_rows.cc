#include "scan/json_rows.h"

#include <cstring>
#include <utility>

#include "base/utf8.h"
#include "format/line_reader.h"

namespace clicklake {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Bytes of the broken character that begins `text`, which one replacement stands for.
std::size_t broken_size(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t wanted = lead >= 0xF0 && lead <= 0xF4   ? 4
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xC2 && lead <= 0xDF ? 2
                                                            : 1;
  // The longest beginning that some bytes would make whole.
  for (std::size_t size = std::min(wanted - 1, text.size()); size > 1; --size) {
    for (const char last : {'\x80', '\xBF'}) {
      std::string whole(text.substr(0, size));
      whole.resize(wanted, last);
      if (find_invalid_utf8(whole) == std::string_view::npos) return size;
    }
  }
  return 1;
}

HiveType row_type(const std::vector<HiveColumn>& columns) {
  HiveType type = HiveType::of(HiveKind::kStruct);
  for (const HiveColumn& column : columns) {
    type.field_names.push_back(column.name);
    type.children.push_back(column.type);
  }
  return type;
}

}  // namespace

JsonRows::JsonRows(const TextFormat& format, const std::vector<HiveColumn>& columns,
                   const std::vector<std::size_t>& wanted)
    : openx_(format.serde == SerDe::kOpenxJson),
      ignore_malformed_(openx_ && format.ignore_malformed),
      columns_(row_type(columns)),
      wanted_(wanted),
      by_column_(columns.size()),
      cells_(format) {}

void JsonRows::put_nulls(std::size_t row) {
  for (const std::size_t column : wanted_) by_column_[column]->put_null(row);
}

JsonRows::Line JsonRows::malformed(const char* at, const std::string& what, std::size_t row) {
  if (ignore_malformed_) {
    put_nulls(row);
    return Line::kMalformed;
  }
  fault_ = {at, what};
  if (openx_) {
    fault_.message +=
        "; set the table's SerDe property 'ignore.malformed.json'='true' to read such lines as "
        "rows of NULLs";
  }
  return Line::kFault;
}

JsonRows::Line JsonRows::read_as_tree(const char* begin, const char* end, std::size_t row) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  const char* p = begin;
  while (p < end && blank(*p)) ++p;
  if (p == end) return Line::kBlank;
  std::string_view line(p, static_cast<std::size_t>(end - p));
  std::size_t bad = find_invalid_utf8(line);
  if (bad != std::string_view::npos) {
    if (!openx_) return malformed(p + bad, "the line is not UTF-8", row);
    repaired_.clear();
    for (; bad != std::string_view::npos; bad = find_invalid_utf8(line)) {
      repaired_.append(line.substr(0, bad)).append(kReplacement);
      line.remove_prefix(bad + broken_size(line.substr(bad)));
    }
    repaired_.append(line);
    const std::size_t size = repaired_.size();
    repaired_.push_back('\n');
    repaired_.append(kLinePadding, '\0');
    p = repaired_.data();
    end = p + size;
  }
  const bool repaired = p == repaired_.data();
  const auto place = [&](const char* at) { return repaired ? begin : at; };
  if (openx_ && *p != '{' && *p != '[') {
    // Neither object nor array: a row of NULLs, whatever the table says.
    put_nulls(row);
    return Line::kMalformed;
  }
  bool read = tree_.read_strictly(p, end);
  if (!read && openx_) {
    read = tree_.read_leniently(p, end, cells_.ignores_case());
  } else if (read && openx_) {
    tree_.drop_repeats(cells_.ignores_case());
  }
  if (!read) {
    return malformed(place(tree_.fault_at()), std::string("the line is no JSON: ") + tree_.fault(),
                     row);
  }
  if (!openx_ && tree_.root().kind != JsonNode::Kind::kObject) {
    return malformed(place(p), "the line is no JSON object", row);
  }
  if (!cells_.write_row(tree_, columns_, by_column_, row)) {
    return malformed(begin, cells_.fault(), row);
  }
  return Line::kRow;
}

RowsRead JsonRows::read(const char** p, const char* end, std::vector<ColumnVector>& vectors,
                        std::size_t first_row, std::size_t max_rows) {
  for (std::size_t i = 0; i < wanted_.size(); ++i) by_column_[wanted_[i]] = &vectors[i];
  RowsRead out;
  while (*p < end && out.rows < max_rows) {
    const char* const line_end = static_cast<const char*>(::rawmemchr(*p, '\n'));
    switch (read_as_tree(*p, line_end, first_row + out.rows)) {
      case Line::kMalformed: ++out.malformed; [[fallthrough]];
      case Line::kRow: ++out.rows; break;
      case Line::kBlank: break;
      case Line::kFault: out.fault = true; return out;
    }
    *p = line_end + 1;
  }
  return out;
}

}  // namespace clicklake
