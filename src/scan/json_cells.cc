#include "scan/json_cells.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace clicklake {
namespace {

void append_lower(std::string_view text, std::string* out) {
  for (const char c : text) out->push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
}

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

bool is_text(const JsonNode& node) {
  return node.kind == JsonNode::Kind::kText || node.kind == JsonNode::Kind::kLiteral;
}

const char* kind_name(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::kNull: return "null";
    case JsonNode::Kind::kText: return "a string";
    case JsonNode::Kind::kLiteral: return "a number, a boolean or a bare word";
    case JsonNode::Kind::kArray: return "an array";
    case JsonNode::Kind::kObject: return "an object";
  }
  return "";
}

/// The number of Hive's internal column names `_col<digits>`; -1 for others.
int internal_column(std::string_view key) {
  if (!key.starts_with("_col") || key.size() < 5) return -1;
  int number = 0;
  const char* const end = key.data() + key.size();
  const auto [stop, error] = std::from_chars(key.data() + 4, end, number);
  return error == std::errc() && stop == end && key[4] != '-' ? number : -1;
}

/// Room for one value of any scalar type, for keys that are compared before they are written.
class OneValue final : public VectorMemory {
 public:
  explicit OneValue(const HiveType& type) {
    vector.type = &type;
    vector.data = bytes_.data();
    vector.memory = this;
  }
  void add_text_room(ColumnVector& room, std::size_t /*row*/, std::size_t size) override {
    text_.resize(size);
    room.text_room = text_.data();
    room.text_end = room.text_room + size;
  }
  void add_validity(ColumnVector& /*vector*/) override {}
  void grow_children(ColumnVector& /*vector*/, std::size_t /*capacity*/) override {}
  std::string value() const { return text_.empty() ? std::string(bytes_.data(), 16) : text_; }

  ColumnVector vector;

 private:
  alignas(16) std::array<char, 16> bytes_{};
  std::string text_;
};

}  // namespace

JsonCells::JsonCells(const TextFormat& format)
    : cells_(format),
      openx_(format.serde == SerDe::kOpenxJson),
      ignore_case_(!openx_ || format.case_insensitive),
      dots_(openx_ && format.dots_in_keys) {
  if (!openx_) return;
  for (const auto& [column, key] : format.mappings) {
    std::string name;
    append_lower(column, &name);
    std::string wanted;
    if (ignore_case_) {
      append_lower(key, &wanted);
    } else {
      wanted = key;
    }
    mappings_.emplace_back(std::move(name), std::move(wanted));
  }
}

const JsonCells::Fields& JsonCells::fields_of(const HiveType& type) {
  const auto known = fields_.find(&type);
  if (known != fields_.end()) return known->second;
  Fields fields;
  for (std::size_t i = 0; i < type.field_names.size(); ++i) {
    std::string key = type.field_names[i];
    for (const auto& [column, mapped] : mappings_) {
      if (column == key) {
        key = mapped;
        break;
      }
    }
    fields.by_key.emplace(std::move(key), static_cast<int>(i));
  }
  return fields_.emplace(&type, std::move(fields)).first->second;
}

int JsonCells::field_of(const HiveType& type, std::string_view key) {
  const Fields& fields = fields_of(type);
  lower_.clear();
  if (ignore_case_) {
    append_lower(key, &lower_);
  } else {
    lower_ = key;
  }
  const auto found = fields.by_key.find(lower_);
  if (found != fields.by_key.end()) return found->second;
  if (openx_) return -1;
  const int number = internal_column(key);
  return number >= 0 && static_cast<std::size_t>(number) < type.children.size() ? number : -1;
}

bool JsonCells::refuse(const JsonNode& node, const HiveType& type) {
  fault_ = "the value is " + std::string(kind_name(node));
  if (is_text(node) && node.text.size() <= 80) {
    fault_ += " ('" + std::string(node.text) + "')";
  }
  fault_ += ", which can't be read as " + to_string(type);
  return false;
}

CellOutcome JsonCells::read_key(const HiveType& type, std::string_view text, ColumnVector* out,
                                std::size_t row) {
  if (openx_ || type.kind == HiveKind::kString) return cells_.read(type, text, true, out, row);
  // Hive's reader takes a number's text in quotes, which it does not elsewhere.
  return cells_.read(type, text, !is_number(type.kind), out, row);
}

bool JsonCells::key_bytes(const HiveType& type, std::string_view text, std::string* bytes) {
  OneValue one(type);
  switch (read_key(type, text, &one.vector, 0)) {
    case CellOutcome::kValue: *bytes = one.value(); return true;
    case CellOutcome::kNull: bytes->clear(); return true;
    case CellOutcome::kFault: break;
  }
  fault_ = "the key '" + std::string(text) + "' can't be read as " + to_string(type);
  return false;
}

bool JsonCells::write(const JsonTree& tree, const JsonNode& node, const HiveType& type,
                      ColumnVector* out, std::size_t row) {
  if (node.kind == JsonNode::Kind::kNull) {
    if (out != nullptr) out->put_null(row);
    return true;
  }
  switch (type.kind) {
    case HiveKind::kArray: return write_array(tree, node, type, out, row);
    case HiveKind::kMap: return write_map(tree, node, type, out, row);
    case HiveKind::kStruct: return write_struct(tree, node, type, nullptr, out, row);
    default: break;
  }
  CellOutcome outcome = CellOutcome::kFault;
  if (is_text(node)) {
    outcome = cells_.read(type, node.text, node.kind == JsonNode::Kind::kText, out, row);
  } else if (openx_) {
    switch (type.kind) {
      case HiveKind::kString:
      case HiveKind::kChar:
      case HiveKind::kVarchar:
        if (out == nullptr) return true;
        compact_.clear();
        append_compact(tree, node, &compact_);
        outcome = cells_.read(type, compact_, true, out, row);
        break;
      case HiveKind::kBoolean: outcome = cells_.read(type, "false", false, out, row); break;
      default: break;
    }
  }
  if (outcome == CellOutcome::kFault) return refuse(node, type);
  if (outcome == CellOutcome::kNull && out != nullptr) out->put_null(row);
  return true;
}

bool JsonCells::write_array(const JsonTree& tree, const JsonNode& node, const HiveType& type,
                            ColumnVector* out, std::size_t row) {
  const HiveType& element = type.children[0];
  const bool one = node.kind != JsonNode::Kind::kArray;
  if (one && !openx_) return refuse(node, type);
  if (node.kind == JsonNode::Kind::kText && node.text.empty()) {
    if (out != nullptr) out->put_null(row);
    return true;
  }
  std::size_t at = out == nullptr ? 0 : out->put_list(row, one ? 1 : node.count);
  // Elements may hold lists of the same vector's children: the vector stays where it is.
  ColumnVector* const elements = out == nullptr ? nullptr : out->children.data();
  if (one) return write(tree, node, element, elements, at);
  for (std::uint32_t i = node.child; i != 0; i = tree.node(i).next) {
    if (!write(tree, tree.node(i), element, elements, at++)) return false;
  }
  return true;
}

bool JsonCells::write_map(const JsonTree& tree, const JsonNode& node, const HiveType& type,
                          ColumnVector* out, std::size_t row) {
  if (node.kind != JsonNode::Kind::kObject) {
    if (!openx_ || !is_text(node) || !is_blank(node.text)) return refuse(node, type);
    if (out != nullptr) out->put_null(row);
    return true;
  }
  const HiveType& key_type = type.children[0];
  // Which entries stay: of equal keys the last, none without a key. (Openx's tree has no equal
  // keys, but their values may be.)
  const bool distinct = openx_ && key_type.kind == HiveKind::kString;
  const std::size_t base = found_.size();
  if (distinct) {
    for (std::uint32_t i = node.child; i != 0; i = tree.node(i).next) found_.push_back(i);
  } else {
    std::unordered_map<std::string, std::size_t> places;
    std::string bytes;
    for (std::uint32_t i = node.child; i != 0; i = tree.node(i).next) {
      if (!key_bytes(key_type, tree.node(i).key, &bytes)) {
        found_.resize(base);
        return false;
      }
      if (bytes.empty()) continue;
      const auto [place, added] = places.emplace(bytes, found_.size());
      if (!added) found_[place->second] = 0;
      place->second = found_.size();
      found_.push_back(i);
    }
    found_.erase(std::remove(found_.begin() + static_cast<std::ptrdiff_t>(base), found_.end(), 0U),
                 found_.end());
  }
  const std::size_t count = found_.size() - base;
  std::size_t at = out == nullptr ? 0 : out->put_list(row, count);
  bool written = true;
  for (std::size_t i = base; written && i < base + count; ++i, ++at) {
    const JsonNode& entry = tree.node(found_[i]);
    if (out != nullptr) read_key(key_type, entry.key, out->children.data(), at);
    written =
        write(tree, entry, type.children[1], out == nullptr ? nullptr : &out->children[1], at);
  }
  found_.resize(base);
  return written;
}

bool JsonCells::find_members(const JsonTree& tree, const JsonNode& node, const HiveType& type,
                             bool top, std::size_t base) {
  bool dotted = false;
  for (std::uint32_t i = node.child; i != 0; i = tree.node(i).next) {
    const std::string_view key = tree.node(i).key;
    const int field = field_of(type, key);
    if (field >= 0) {
      std::uint32_t& place = found_[base + static_cast<std::size_t>(field)];
      if (place != 0 && top && !openx_) {
        fault_ = "the key '" + std::string(key) + "' comes twice";
        return false;
      }
      place = i;
    } else if (dots_ && key.find('.') != std::string_view::npos) {
      dotted = true;
    }
  }
  if (!dotted) return true;
  for (std::size_t f = 0; f < type.field_names.size(); ++f) {
    const std::string& name = type.field_names[f];
    if (found_[base + f] != 0 || name.find('_') == std::string::npos) continue;
    for (std::uint32_t i = node.child; i != 0; i = tree.node(i).next) {
      const std::string_view key = tree.node(i).key;
      if (key.size() != name.size() || key.find('.') == std::string_view::npos) continue;
      lower_.clear();
      if (ignore_case_) {
        append_lower(key, &lower_);
      } else {
        lower_ = key;
      }
      std::replace(lower_.begin(), lower_.end(), '.', '_');
      if (lower_ == name) {
        found_[base + f] = i;
        break;
      }
    }
  }
  return true;
}

bool JsonCells::write_struct(const JsonTree& tree, const JsonNode& node, const HiveType& type,
                             const std::vector<ColumnVector*>* vectors, ColumnVector* out,
                             std::size_t row) {
  const bool top = vectors != nullptr;
  const std::size_t fields = type.children.size();
  const std::size_t base = found_.size();
  found_.resize(base + fields);
  bool written = true;
  if (node.kind == JsonNode::Kind::kObject) {
    written = find_members(tree, node, type, top, base);
  } else if (openx_ && node.kind == JsonNode::Kind::kArray) {
    std::size_t f = 0;
    for (std::uint32_t i = node.child; i != 0 && f < fields; i = tree.node(i).next) {
      found_[base + f++] = i;
    }
  } else if (!openx_ || !is_text(node) || !is_blank(node.text)) {
    written = refuse(node, type);
  }
  for (std::size_t f = 0; written && f < fields; ++f) {
    ColumnVector* const vector = top ? (*vectors)[f] : out == nullptr ? nullptr : &out->children[f];
    const std::uint32_t member = found_[base + f];
    if (member == 0) {
      if (vector != nullptr) vector->put_null(row);
    } else if (!write(tree, tree.node(member), type.children[f], vector, row)) {
      if (top) fault_ = "column '" + type.field_names[f] + "': " + fault_;
      written = false;
    }
  }
  found_.resize(base);
  return written;
}

bool JsonCells::write_row(const JsonTree& tree, const HiveType& columns,
                          const std::vector<ColumnVector*>& vectors, std::size_t row) {
  found_.clear();
  return write_struct(tree, tree.root(), columns, &vectors, nullptr, row);
}

}  // namespace clicklake
