#include "sql/table_text.h"

#include <algorithm>
#include <utility>

#include "sql/display_width.h"

namespace clicklake {

namespace {

constexpr std::size_t kMeasuredRows = 10'000;
constexpr std::size_t kMeasuredBytes = 8 << 20;

void append_escape(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      out += "\\x";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 0xFU];
  }
}

/// The longest beginning of `text` that takes at most `width` columns.
std::string_view cut(std::string_view text, std::size_t width) {
  std::size_t end = 0;
  std::size_t used = 0;
  while (end < text.size()) {
    std::size_t next = end + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U) ++next;
    used += display_width(text.substr(end, next - end));
    if (used > width) break;
    end = next;
  }
  return text.substr(0, end);
}

}  // namespace

TableText::TableText(std::vector<TableColumn> columns, std::size_t cell_width)
    : columns_(std::move(columns)), cell_width_(cell_width) {
  for (TableColumn& column : columns_) {
    column.name = shown(column.name);
    widths_.push_back(display_width(column.name));
  }
}

std::string TableText::shown(std::string_view cell) const {
  std::string out;
  for (const char c : cell) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      append_escape(out, c);
    } else {
      out += c;
    }
  }
  if (cell_width_ != 0 && display_width(out) > cell_width_) {
    out = std::string(cut(out, cell_width_ - 1)) + "…";
  }
  return out;
}

void TableText::add(std::string_view cell) {
  cells_.push_back(shown(cell));
  bytes_ += cells_.back().size();
}

void TableText::take_ready(std::string& out) {
  if (!settled_ && cells_.size() < kMeasuredRows * columns_.size() && bytes_ < kMeasuredBytes)
    return;
  settle(out);
}

void TableText::finish(std::string& out) { settle(out); }

void TableText::settle(std::string& out) {
  if (columns_.empty()) return;
  if (!settled_) {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      std::size_t& width = widths_[i % columns_.size()];
      width = std::max(width, display_width(cells_[i]));
    }
    for (std::size_t i = 0; i < columns_.size(); ++i)
      append_cell(out, i, columns_[i].name, columns_[i].right);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out += '+';
      out.append(widths_[i] + 2, '-');
    }
    out += '\n';
    settled_ = true;
  }
  for (std::size_t i = 0; i < cells_.size(); i += columns_.size()) append_line(out, i);
  cells_.clear();
  bytes_ = 0;
}

void TableText::append_line(std::string& out, std::size_t first_cell) const {
  for (std::size_t i = 0; i < columns_.size(); ++i)
    append_cell(out, i, cells_[first_cell + i], columns_[i].right);
}

/// With the separator before and, after the last one, the line's end: no blanks there.
void TableText::append_cell(std::string& out, std::size_t column, std::string_view cell,
                            bool right) const {
  const std::size_t width = display_width(cell);
  const std::size_t padding = widths_[column] > width ? widths_[column] - width : 0;
  const bool last = column + 1 == columns_.size();
  out += column > 0 ? "| " : " ";
  if (right) out.append(padding, ' ');
  out += cell;
  if (!right && !last) out.append(padding, ' ');
  out += last ? '\n' : ' ';
}

}  // namespace clicklake
