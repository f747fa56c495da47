#include "scan/json_rows.h"

#include <cstring>
#include <utility>

#include "base/utf8.h"
#include "format/json_scan.h"
#include "format/line_reader.h"
#include "scan/utf8_repair.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace clicklake {
namespace {

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
  const std::string_view line(p, static_cast<std::size_t>(end - p));
  if (!is_utf8(line, &repaired_)) {
    if (!openx_) return malformed(p + find_invalid_utf8(line), "the line is not UTF-8", row);
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
  } else if (read) {
    const bool repeats = openx_ ? tree_.drop_repeats(cells_.ignores_case())
                                : tree_.has_repeats(cells_.ignores_case());
    learnable_ = !repeats && !repaired;
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

void JsonRows::take_block(const char* begin, const char* end) {
  RowReader::take_block(begin, end);
  block_ = begin;
  index_.build(begin, static_cast<std::size_t>(end - begin));
  mark_ = index_.positions();
}

/// Past a value that is no string; null where it is none, or one for the tree to judge.
const char* JsonRows::pass_value(const char* p, std::uint32_t* high) const {
  const char c = *p;
  if (c == '-' || (c >= '0' && c <= '9')) return json::scan_number(p);
  if (c == 'n' && json::is_literal(p, "null")) return p + 4;
  if (c == 't' && json::is_literal(p, "true")) return p + 4;
  if (c == 'f' && json::is_literal(p, "false")) return p + 5;
  if (c != '[' && c != '{') return nullptr;
  json::Fault fault = json::Fault::kNone;
  const char* const end = json::copy_compact(p, nullptr, nullptr, 0, 64, high, &fault);
  return fault == json::Fault::kNone ? end : nullptr;
}

/// Checks the string [begin, quote) and decodes it where that is needed; null where it is none.
const char* JsonRows::read_text(const char* begin, const char* quote, Slot* slot,
                                std::uint32_t* high) {
  const char* const stop = json::scan_string(begin, high);
  if (stop == quote) return quote;
  if (*stop != '\\') return nullptr;
  char* out_end = nullptr;
  json::Fault fault = json::Fault::kNone;
  if (json::decode_string(begin, free_text_, &out_end, high, &fault) != quote + 1 ||
      fault != json::Fault::kNone) {
    return nullptr;
  }
  *slot = {free_text_, static_cast<std::size_t>(out_end - free_text_)};
  free_text_ = out_end;
  return quote;
}

#define CLICKLAKE_FOLLOW follow_plain
#define CLICKLAKE_FOLLOW_TARGET
#include "scan/json_follow.inc"
#undef CLICKLAKE_FOLLOW
#undef CLICKLAKE_FOLLOW_TARGET

#if defined(__x86_64__)
#define CLICKLAKE_FOLLOW follow_avx2
#define CLICKLAKE_FOLLOW_TARGET __attribute__((target("avx2,bmi,bmi2")))
#define CLICKLAKE_FOLLOW_AVX2
#include "scan/json_follow.inc"
#undef CLICKLAKE_FOLLOW
#undef CLICKLAKE_FOLLOW_TARGET
#undef CLICKLAKE_FOLLOW_AVX2
#endif

/// Follows the shape of a line that has special bytes, and which has just been followed: checks its
/// texts and decodes those that are wanted. False where the tree must judge it.
bool JsonRows::follow_checked(const char* begin, const char* end) {
  constexpr std::size_t kSlack = 64;
  const std::size_t room = static_cast<std::size_t>(end - begin) + kSlack;
  if (arena_.size() < room) arena_.resize(room);
  free_text_ = arena_.data();
  const std::uint32_t* marks = mark_;
  const char* p = begin;
  std::uint32_t high = 0;
  const JsonShapes::Step* step = shapes_.first();
  for (;;) {
    while (!JsonShapes::is_at(*step, p) || JsonShapes::may_be_sibling(*step, p)) {
      if (step->sibling == 0) return false;
      step = shapes_.at(step->sibling);
    }
    p += step->size;
    marks += step->marks;
    if (step->next == JsonShapes::Next::kText) {
      const char* const quote = block_ + *marks;
      if (index_.has_special(static_cast<std::size_t>(p - block_),
                             static_cast<std::size_t>(quote - block_))) {
        Slot unwanted{};
        Slot* const slot = step->slot != JsonShapes::kNoSlot ? &slots_[step->slot] : &unwanted;
        if (read_text(p, quote, slot, &high) == nullptr) return false;
      }
      p = quote;
    } else if (step->next == JsonShapes::Next::kOther) {
      p = pass_value(p, &high);
      if (p == nullptr) return false;
      while (block_ + *marks < p) ++marks;
    } else if (step->next == JsonShapes::Next::kEnd) {
      break;
    }
    step = shapes_.at(step->child);
  }
  return high == 0 || find_invalid_utf8({begin, static_cast<std::size_t>(end - begin)}) ==
                          std::string_view::npos;
}

bool JsonRows::run_cell(const JsonShapes::Op& op, std::size_t row) {
  const Slot& slot = slots_[op.slot];
  CellOutcome outcome = CellOutcome::kNull;
  if (op.text) {
    outcome = cells_.cells().read(*op.type, slot.view(), true, op.vector, row);
  } else if (*slot.begin == '{' || *slot.begin == '[') {
    return false;
  } else if (*slot.begin != 'n') {
    outcome = cells_.cells().read(*op.type, slot.view(), false, op.vector, row);
  }
  if (outcome == CellOutcome::kFault) return false;
  if (outcome == CellOutcome::kNull && op.vector != nullptr) op.vector->put_null(row);
  return true;
}

bool JsonRows::run_map(const JsonShapes::Plan& plan, const JsonShapes::Op& op, std::size_t row) {
  ColumnVector& map = *op.vector;
  std::size_t at = map.put_list(row, op.count);
  ColumnVector& keys = map.children[0];
  ColumnVector& values = map.children[1];
  if (plan.short_keys) {
    if (op.count > 0) {
      std::memcpy(keys.values<TextCell>() + at, plan.keys.data() + op.first,
                  op.count * sizeof(TextCell));
    }
  } else {
    for (std::size_t i = 0; i < op.count; ++i) keys.put_text(at + i, plan.names[op.first + i]);
  }
  const HiveType& type = op.type->children[1];
  const bool plain = type.kind == HiveKind::kString;
  JsonShapes::Op cell;
  cell.type = &type;
  cell.vector = &values;
  for (std::uint32_t i = op.first; i < op.first + op.count; ++i, ++at) {
    const JsonShapes::Entry& entry = plan.entries[i];
    if (plain && entry.text) {
      values.put_readable_text(at, slots_[entry.slot].view());
      continue;
    }
    cell.slot = entry.slot;
    cell.text = entry.text;
    if (!run_cell(cell, at)) return false;
  }
  return true;
}

/// Writes the row of the line just followed; false: the tree must judge it.
bool JsonRows::run(const JsonShapes::Plan& plan, std::size_t row) {
  using Kind = JsonShapes::Op::Kind;
  for (const JsonShapes::Op& op : plan.ops) {
    switch (op.kind) {
      case Kind::kText: op.vector->put_readable_text(row, slots_[op.slot].view()); break;
      case Kind::kTime:
        if (std::int64_t us = 0; cells_.cells().read_usual_time(slots_[op.slot].view(), &us))
            [[likely]] {
          op.vector->values<std::int64_t>()[row] = us;
          break;
        }
        [[fallthrough]];
      case Kind::kCell:
        if (!run_cell(op, row)) return false;
        break;
      case Kind::kNull: op.vector->put_null(row); break;
      case Kind::kScalar:
        if (*slots_[op.slot].begin == '{' || *slots_[op.slot].begin == '[') return false;
        break;
      case Kind::kMap:
        if (!run_map(plan, op, row)) return false;
        break;
      case Kind::kTree: {
        const Slot& slot = slots_[op.slot];
        if (!tree_.read_strictly(slot.begin, slot.begin + slot.size)) return false;
        if (openx_) tree_.drop_repeats(cells_.ignores_case());
        if (!cells_.write(tree_, tree_.root(), *op.type, op.vector, row)) return false;
        break;
      }
    }
  }
  return true;
}

/// Reads the line at at_ by a known shape and moves behind it; false where that can't be done.
bool JsonRows::follow_shape(std::size_t row) {
  const char* const begin = at_;
  const std::uint32_t* mark = mark_;
  const char* next = nullptr;
#if defined(__x86_64__)
  const JsonShapes::Step* const end =
      wide_ ? follow_avx2(begin, &mark, &next) : follow_plain(begin, &mark, &next);
#else
  const JsonShapes::Step* const end = follow_plain(begin, &mark, &next);
#endif
  if (end == nullptr) return false;
  if (index_.has_special(static_cast<std::size_t>(begin - block_),
                         static_cast<std::size_t>(next - block_)) &&
      !follow_checked(begin, next)) {
    return false;
  }
  if (!run(shapes_.plan(*end), row)) return false;
  at_ = next;
  mark_ = mark;
  return true;
}

RowsRead JsonRows::read(std::vector<ColumnVector>& vectors, std::size_t first_row,
                        std::size_t max_rows) {
  for (std::size_t i = 0; i < wanted_.size(); ++i) by_column_[wanted_[i]] = &vectors[i];
  RowsRead out;
  while (at_ < end_ && out.rows < max_rows) {
    const bool trying = use_shapes_ && shapes_.worth_trying();
    if (trying && !shapes_.empty()) {
      if (follow_shape(first_row + out.rows)) [[likely]] {
        shapes_.hit();
        ++out.rows;
        continue;
      }
      shapes_.miss();
    }
    while (block_[*mark_] != '\n') ++mark_;
    const char* const line_end = block_ + *mark_;
    learnable_ = false;
    const Line line = read_as_tree(at_, line_end, first_row + out.rows);
    switch (line) {
      case Line::kMalformed: ++out.malformed; [[fallthrough]];
      case Line::kRow: ++out.rows; break;
      case Line::kBlank: break;
      case Line::kFault: out.fault = true; return out;
    }
    if (trying && line == Line::kRow && learnable_) {
      shapes_.learn(at_, line_end, tree_, columns_, by_column_, cells_);
    }
    at_ = line_end + 1;
    ++mark_;
  }
  return out;
}

}  // namespace clicklake
