#include "scan/json_shapes.h"

#include <algorithm>
#include <utility>

namespace clicklake {
namespace {

constexpr int kMaxNesting = 16;

bool is_plain_text(const HiveType& type) { return type.kind == HiveKind::kString; }

bool is_any_text(const HiveType& type) {
  return type.kind == HiveKind::kString || type.kind == HiveKind::kChar ||
         type.kind == HiveKind::kVarchar;
}

bool is_container(const HiveType& type) {
  return type.kind == HiveKind::kArray || type.kind == HiveKind::kMap ||
         type.kind == HiveKind::kStruct;
}

}  // namespace

void JsonShapes::clear() {
  steps_.assign(1, Step{});
  plans_.clear();
  keys_ = 0;
}

std::uint16_t JsonShapes::find_or_add(std::uint16_t parent, const Step& step) {
  std::uint16_t* link = &steps_[parent].child;
  for (std::size_t siblings = 0; *link != 0; ++siblings) {
    if (siblings == kMaxSiblings) return 0;
    const Step& other = steps_[*link];
    if (other.size == step.size && other.next == step.next && other.slot == step.slot &&
        std::memcmp(other.glue, step.glue, step.size) == 0)
      return *link;
    link = &steps_[*link].sibling;
  }
  const auto added = static_cast<std::uint16_t>(steps_.size());
  *link = added;  // before the vector moves
  if (link == &steps_[parent].child && added == parent + 1) {
    Step& before = steps_[parent];
    before.straight = true;
    before.common = before.next == Next::kText && before.slot == kNoSlot;
  }
  steps_.push_back(step);
  return added;
}

/// Makes steps of the text from where the last one ended up to `to`.
bool JsonShapes::add_glue(Draft& draft, const char* to, Next next) const {
  for (;;) {
    const auto left = static_cast<std::size_t>(to - draft.from);
    Step step;
    step.size = static_cast<std::uint8_t>(std::min(left, kGlueBytes));
    std::memcpy(step.glue, draft.from, step.size);
    step.mask = step.size == kGlueBytes ? ~0U : (1U << step.size) - 1;
    for (std::size_t i = 0; i < step.size; ++i) {
      if (step.glue[i] == '"' || step.glue[i] == '\n') ++step.marks;
    }
    step.next = left > kGlueBytes ? Next::kGlue : next;
    draft.from += step.size;
    draft.path.push_back(step);
    if (left <= kGlueBytes) return draft.path.size() < kMaxSteps;
  }
}

/// A value that is passed over or kept whole, without a look inside.
bool JsonShapes::add_value(Draft& draft, const JsonNode& node, bool kept,
                           std::uint8_t* slot) const {
  const bool text = node.kind == JsonNode::Kind::kText;
  if (!add_glue(draft, node.begin + (text ? 1 : 0), text ? Next::kText : Next::kOther)) {
    return false;
  }
  draft.from = node.end - (text ? 1 : 0);
  if (!kept) return true;
  if (draft.slots == kMaxSlots) return false;
  *slot = draft.path.back().slot = static_cast<std::uint8_t>(draft.slots++);
  return true;
}

/// A value that no column reads.
bool JsonShapes::add_unknown(Draft& draft, const JsonNode& node, int depth) const {
  if (node.kind != JsonNode::Kind::kObject || depth == kMaxNesting) {
    return add_value(draft, node, false, nullptr);
  }
  for (std::uint32_t i = node.child; i != 0; i = draft.tree.node(i).next) {
    const JsonNode& member = draft.tree.node(i);
    if (member.escaped_key || !add_unknown(draft, member, depth + 1)) return false;
  }
  return true;
}

bool JsonShapes::add_map(Draft& draft, const JsonNode& node, const HiveType& type,
                         ColumnVector* out) const {
  const HiveType& value_type = type.children[1];
  const bool checked = draft.cells.cells().can_fault(value_type.kind);
  // Openx reads texts and booleans of anything: an object for a text is its JSON.
  const bool any = draft.cells.cells().serde() == SerDe::kOpenxJson &&
                   (is_any_text(value_type) || value_type.kind == HiveKind::kBoolean);
  Op op;
  op.kind = Op::Kind::kMap;
  op.type = &type;
  op.vector = out;
  op.first = static_cast<std::uint32_t>(draft.plan.entries.size());
  for (std::uint32_t i = node.child; i != 0; i = draft.tree.node(i).next) {
    const JsonNode& member = draft.tree.node(i);
    const bool text = member.kind == JsonNode::Kind::kText;
    if (member.escaped_key) return false;
    std::uint8_t slot = kNoSlot;
    if (!add_value(draft, member, out != nullptr || checked || !(text || any), &slot)) {
      return false;
    }
    if (out == nullptr) {
      if (slot == kNoSlot) continue;
      Op check;
      check.kind = checked ? Op::Kind::kCell : Op::Kind::kScalar;
      check.text = text;
      check.slot = slot;
      check.type = &value_type;
      draft.plan.ops.push_back(check);
      continue;
    }
    draft.plan.entries.push_back({slot, text});
    draft.plan.names.emplace_back(member.key);
    draft.plan.short_keys &= member.key.size() <= TextCell::kInline;
  }
  op.count = static_cast<std::uint32_t>(draft.plan.entries.size()) - op.first;
  if (out != nullptr) draft.plan.ops.push_back(op);
  return true;
}

bool JsonShapes::add_field(Draft& draft, const JsonNode& node, const HiveType& type,
                           ColumnVector* out, int depth) const {
  const bool object = node.kind == JsonNode::Kind::kObject;
  if (object && type.kind == HiveKind::kStruct && depth < kMaxNesting) {
    return add_fields(draft, node, type, nullptr, out, depth + 1);
  }
  if (object && type.kind == HiveKind::kMap && is_plain_text(type.children[0]) &&
      !is_container(type.children[1])) {
    return add_map(draft, node, type, out);
  }
  const bool text = node.kind == JsonNode::Kind::kText;
  Op op;
  op.text = text;
  op.type = &type;
  op.vector = out;
  if (is_container(type)) {
    if (text) return false;  // what it means hangs on what it says
    op.kind = Op::Kind::kTree;
  } else if (object || node.kind == JsonNode::Kind::kArray) {
    if (out == nullptr && is_plain_text(type)) return add_unknown(draft, node, depth + 1);
    op.kind = Op::Kind::kTree;
  } else if (out != nullptr) {
    op.kind = text && is_plain_text(type)                 ? Op::Kind::kText
              : text && type.kind == HiveKind::kTimestamp ? Op::Kind::kTime
                                                          : Op::Kind::kCell;
  } else if (draft.cells.cells().can_fault(type.kind)) {
    op.kind = Op::Kind::kCell;
  } else if (text || (draft.cells.cells().serde() == SerDe::kOpenxJson &&
                      (is_any_text(type) || type.kind == HiveKind::kBoolean))) {
    return add_value(draft, node, false, nullptr);  // anything can be read as it
  } else {
    op.kind = Op::Kind::kScalar;
  }
  if (!add_value(draft, node, true, &op.slot)) return false;
  draft.plan.ops.push_back(op);
  return true;
}

bool JsonShapes::add_fields(Draft& draft, const JsonNode& object, const HiveType& type,
                            const std::vector<ColumnVector*>* vectors, ColumnVector* out,
                            int depth) const {
  const auto vector_of = [&](std::size_t field) {
    return vectors != nullptr ? (*vectors)[field]
           : out == nullptr   ? nullptr
                              : &out->children[field];
  };
  std::vector<bool> read(type.children.size());
  for (std::uint32_t i = object.child; i != 0; i = draft.tree.node(i).next) {
    const JsonNode& member = draft.tree.node(i);
    if (member.escaped_key) return false;
    if (draft.cells.reads_dots() && member.key.find('.') != std::string_view::npos) return false;
    const int field = draft.cells.field_of(type, member.key);
    if (field < 0) {
      if (!add_unknown(draft, member, depth)) return false;
      continue;
    }
    const auto f = static_cast<std::size_t>(field);
    if (read[f]) return false;
    read[f] = true;
    if (!add_field(draft, member, type.children[f], vector_of(f), depth)) return false;
  }
  for (std::size_t f = 0; f < read.size(); ++f) {
    if (read[f] || vector_of(f) == nullptr) continue;
    Op op;
    op.type = &type.children[f];
    op.vector = vector_of(f);
    draft.plan.ops.push_back(op);
  }
  return true;
}

void JsonShapes::learn(const char* begin, const char* end, const JsonTree& tree,
                       const HiveType& columns, const std::vector<ColumnVector*>& vectors,
                       JsonCells& cells) {
  if (tree.root().kind != JsonNode::Kind::kObject) return;
  Draft draft{tree, cells, begin, {}, {}, 0};
  if (!add_fields(draft, tree.root(), columns, &vectors, nullptr, 0)) return;
  // Behind the object only blanks: what else there is may differ from line to line.
  for (const char* p = tree.root().end; p < end; ++p) {
    if (*p != ' ' && *p != '\t' && *p != '\r') return;
  }
  if (!add_glue(draft, end + 1, Next::kEnd)) return;
  if (steps_.size() + draft.path.size() > kMaxSteps) return;
  if (keys_ + draft.plan.names.size() > kMaxKeys) return;

  std::uint16_t at = 0;
  std::size_t before = 0;
  for (const Step& step : draft.path) {
    before = steps_.size();
    at = find_or_add(at, step);
    if (at == 0) return;
  }
  if (steps_.size() == before) return;  // the whole line is known
  steps_[at].plan = static_cast<std::uint32_t>(plans_.size());
  keys_ += draft.plan.names.size();
  plans_.push_back(std::move(draft.plan));
  Plan& plan = plans_.back();
  for (const std::string& name : plan.names) {
    TextCell cell{static_cast<std::uint32_t>(name.size()), {}, {}};
    cell.pointer = nullptr;
    if (name.size() <= TextCell::kInline) {
      char bytes[TextCell::kInline] = {};
      name.copy(bytes, name.size());
      std::memcpy(cell.prefix, bytes, 4);
      std::memcpy(cell.rest, bytes + 4, 8);
    }
    plan.keys.push_back(cell);
  }
}

}  // namespace clicklake
