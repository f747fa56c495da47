#include "crawl/value_types.h"

#include <algorithm>
#include <charconv>

#include "crawl/path_layout.h"
#include "model/time.h"

namespace clicklake {
namespace {

/// Structs with more fields than this must have them in most of their objects.
constexpr std::size_t kFewFields = 20;

int number_rank(HiveKind kind) {
  switch (kind) {
    case HiveKind::kTinyint: return 1;
    case HiveKind::kSmallint: return 2;
    case HiveKind::kInt: return 3;
    case HiveKind::kBigint: return 4;
    case HiveKind::kFloat: return 5;
    case HiveKind::kDouble: return 6;
    default: return 0;
  }
}

/// The first file that misfit_of(part, its type) names, over what `types` are made of.
std::uint32_t first_misfit_inside(const ValueTypes& types, const HiveType& have) {
  std::uint32_t first = ValueTypes::kNoFile;
  if (have.kind == HiveKind::kArray && types.elements() != nullptr) {
    if (const auto wider =
            widen(have.children[0], type_of(*types.elements(), have.children.data()));
        !wider || wider->changes_type || wider->adds_fields)
      first = first_misfit(*types.elements(), have.children[0]);
  }
  if (have.kind != HiveKind::kMap && have.kind != HiveKind::kStruct) return first;
  for (const auto& field : types.fields()) {
    const HiveType* type = have.kind == HiveKind::kMap ? &have.children[1] : nullptr;
    for (std::size_t i = 0; i < have.field_names.size(); ++i) {
      if (have.field_names[i] == field.name) type = &have.children[i];
    }
    if (type == nullptr) {
      first = std::min(first, field.types.first_file());
      continue;
    }
    const auto wider = widen(*type, type_of(field.types, type));
    if (!wider || wider->changes_type || wider->adds_fields)
      first = std::min(first, first_misfit(field.types, *type));
  }
  return first;
}

HiveKind kind_of(ValueForm form) {
  switch (form) {
    case ValueForm::kBoolean: return HiveKind::kBoolean;
    case ValueForm::kInt: return HiveKind::kInt;
    case ValueForm::kBigint: return HiveKind::kBigint;
    case ValueForm::kDouble: return HiveKind::kDouble;
    case ValueForm::kDate: return HiveKind::kDate;
    case ValueForm::kTimestamp: return HiveKind::kTimestamp;
    case ValueForm::kObject: return HiveKind::kStruct;
    case ValueForm::kArray: return HiveKind::kArray;
    default: return HiveKind::kString;
  }
}

bool is_text(HiveKind kind) {
  return kind == HiveKind::kString || kind == HiveKind::kChar || kind == HiveKind::kVarchar;
}

bool is_container(HiveKind kind) {
  return kind == HiveKind::kArray || kind == HiveKind::kMap || kind == HiveKind::kStruct;
}

Widened same(const HiveType& type) { return {type, false, false}; }
Widened changed(const HiveType& type) { return {type, false, true}; }

std::optional<Widened> widen_numbers(const HiveType& have, const HiveType& found) {
  if (found.kind == HiveKind::kDecimal) {
    if (have.kind == HiveKind::kDouble || have.kind == HiveKind::kFloat)
      return have.kind == HiveKind::kDouble ? same(have) : changed(HiveType::of(HiveKind::kDouble));
    if (have.kind != HiveKind::kDecimal) return changed(HiveType::of(HiveKind::kDouble));
    HiveType wider = have;
    wider.scale = std::max(have.scale, found.scale);
    wider.precision = std::min(
        38, wider.scale + std::max(have.precision - have.scale, found.precision - found.scale));
    return wider == have ? same(have) : changed(wider);
  }
  if (have.kind == HiveKind::kDecimal) return same(have);  // declared so; numbers are read into it
  const int rank = std::max(number_rank(have.kind), number_rank(found.kind));
  if (rank == number_rank(have.kind) &&
      (have.kind != HiveKind::kFloat || number_rank(found.kind) < 3))
    return same(have);
  if (rank >= 5) return changed(HiveType::of(HiveKind::kDouble));
  return changed(found);
}

std::optional<Widened> widen_struct(const HiveType& have, const HiveType& found) {
  Widened out = same(have);
  for (std::size_t i = 0; i < found.field_names.size(); ++i) {
    const auto at =
        std::find(have.field_names.begin(), have.field_names.end(), found.field_names[i]);
    if (at == have.field_names.end()) {
      out.type.field_names.push_back(found.field_names[i]);
      out.type.children.push_back(found.children[i]);
      out.adds_fields = true;
      continue;
    }
    auto& child = out.type.children[static_cast<std::size_t>(at - have.field_names.begin())];
    const auto wider = widen(child, found.children[i]);
    if (!wider) return std::nullopt;
    out.adds_fields |= wider->adds_fields;
    out.changes_type |= wider->changes_type;
    child = wider->type;
  }
  return out;
}

/// `have` with its child `index` wide enough for each of `found`.
std::optional<Widened> widen_child(const HiveType& have, std::size_t index,
                                   const std::vector<HiveType>& found) {
  Widened out = same(have);
  for (const HiveType& type : found) {
    const auto wider = widen(out.type.children[index], type);
    if (!wider) return std::nullopt;
    out.adds_fields |= wider->adds_fields;
    out.changes_type |= wider->changes_type;
    out.type.children[index] = wider->type;
  }
  return out;
}

/// Whether the objects are a map: their keys say something about each record, not about all.
bool has_varied_keys(const ValueTypes& types) {
  const auto objects = static_cast<double>(types.count(ValueForm::kObject));
  const std::size_t keys = types.fields().size();
  if (types.crowded_out() > 0) return true;
  double occurrences = 0;
  for (const auto& field : types.fields()) {
    if (!is_plain_name(field.name)) return true;
    for (std::size_t form = 0; form < kValueForms; ++form)
      occurrences += static_cast<double>(field.types.count(static_cast<ValueForm>(form)));
  }
  if (keys > kFewFields && occurrences < 0.5 * objects * static_cast<double>(keys)) return true;
  return keys >= 4 && objects >= 4 && occurrences < 1.5 * static_cast<double>(keys);
}

HiveType object_type(const ValueTypes& types, const HiveType* like) {
  const bool wants_struct = like != nullptr && like->kind == HiveKind::kStruct;
  const bool wants_map = like != nullptr && like->kind == HiveKind::kMap;
  const bool can_be_struct =
      types.crowded_out() == 0 &&
      std::all_of(types.fields().begin(), types.fields().end(),
                  [](const auto& field) { return is_plain_name(field.name); });
  const bool map = types.fields().empty() || wants_map || !can_be_struct ||
                   (!wants_struct && has_varied_keys(types));
  if (!map) {
    HiveType out = HiveType::of(HiveKind::kStruct);
    for (const auto& field : types.fields()) {
      const HiveType* field_like = nullptr;
      if (wants_struct) {
        const auto at = std::find(like->field_names.begin(), like->field_names.end(), field.name);
        if (at != like->field_names.end())
          field_like = &like->children[static_cast<std::size_t>(at - like->field_names.begin())];
      }
      out.field_names.push_back(field.name);
      out.children.push_back(type_of(field.types, field_like));
    }
    return out;
  }
  std::optional<HiveType> value;
  for (const auto& field : types.fields()) {
    if (!field.types.has_values()) continue;
    HiveType type = type_of(field.types, wants_map ? &like->children[1] : nullptr);
    if (!value) {
      value = std::move(type);
      continue;
    }
    const auto wider = widen(*value, type);
    value = wider ? wider->type : HiveType::of(HiveKind::kString);
  }
  HiveType out = HiveType::map_of_strings();
  if (value) {
    out.children[1] = *std::move(value);
  } else if (wants_map) {
    out.children[1] = like->children[1];
  }
  return out;
}

}  // namespace

ValueForm form_of_number(std::string_view number) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) return ValueForm::kDouble;
  return value >= INT32_MIN && value <= INT32_MAX ? ValueForm::kInt : ValueForm::kBigint;
}

ValueForm form_of_text(std::string_view text) {
  constexpr std::size_t kLongest = 35;
  if (text.size() < 10 || text.size() > kLongest || text[4] != '-' || text[7] != '-')
    return ValueForm::kText;
  if (!parse_timestamp(text)) return ValueForm::kText;
  if (text.size() == 10) return ValueForm::kDate;
  // Seconds must be there; an offset would be lost in a type without zones.
  if (text.size() < 19 || text[16] != ':' || text[10] == 't') return ValueForm::kText;
  std::string_view rest = text.substr(19);
  if (!rest.empty() && rest[0] == '.') {
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789"), rest.size()));
  }
  return rest.empty() || rest == "Z" ? ValueForm::kTimestamp : ValueForm::kText;
}

ValueTypes::ValueTypes() { first_.fill(kNoFile); }
ValueTypes::~ValueTypes() = default;
ValueTypes::ValueTypes(ValueTypes&&) noexcept = default;
ValueTypes& ValueTypes::operator=(ValueTypes&&) noexcept = default;

ValueTypes* ValueTypes::field(std::string_view key) {
  if (hint_ < fields_.size() && fields_[hint_].spelled == key) return &fields_[hint_++].types;
  const std::string name = lower_case(key);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    Field& field = fields_[i];
    if (field.name != name) continue;
    if (field.spelled != key && field.other.empty()) field.other = key;
    hint_ = i + 1;
    return &field.types;
  }
  if (fields_.size() == kMaxFields) {
    ++crowded_out_;
    return nullptr;
  }
  fields_.push_back({name, std::string(key), "", {}});
  hint_ = fields_.size();
  return &fields_.back().types;
}

ValueTypes* ValueTypes::element() {
  if (!element_) element_ = std::make_unique<ValueTypes>();
  return element_.get();
}

void ValueTypes::merge(const ValueTypes& other, std::uint32_t file) {
  for (std::size_t i = 0; i < kValueForms; ++i) {
    if (other.counts_[i] == 0) continue;
    counts_[i] += other.counts_[i];
    if (first_[i] == kNoFile) first_[i] = file;
  }
  hint_ = 0;
  for (const Field& field : other.fields_) {
    ValueTypes* const mine = this->field(field.spelled);
    if (mine == nullptr) continue;
    mine->merge(field.types, file);
    if (field.other.empty()) continue;
    (void)this->field(field.other);
  }
  crowded_out_ += other.crowded_out_;
  if (other.element_) element()->merge(*other.element_, file);
}

std::uint32_t ValueTypes::first_file() const {
  return *std::min_element(first_.begin(), first_.end());
}

const ValueTypes::Field* ValueTypes::find(std::string_view lower_case_name) const {
  const auto at = std::find_if(fields_.begin(), fields_.end(),
                               [&](const Field& f) { return f.name == lower_case_name; });
  return at == fields_.end() ? nullptr : &*at;
}

bool ValueTypes::has_values() const {
  return std::any_of(counts_.begin() + 1, counts_.end(), [](std::int64_t n) { return n > 0; });
}

HiveType type_of(const ValueTypes& types, const HiveType* like) {
  if (!types.has_values()) return like != nullptr ? *like : HiveType::of(HiveKind::kString);
  const auto has = [&](ValueForm form) { return types.count(form) > 0; };
  const bool numbers = has(ValueForm::kInt) || has(ValueForm::kBigint) || has(ValueForm::kDouble);
  const bool times = has(ValueForm::kDate) || has(ValueForm::kTimestamp);
  const int families = (has(ValueForm::kBoolean) ? 1 : 0) + (numbers ? 1 : 0) + (times ? 1 : 0) +
                       (has(ValueForm::kText) ? 1 : 0) + (has(ValueForm::kObject) ? 1 : 0) +
                       (has(ValueForm::kArray) ? 1 : 0);
  if (families != 1 || has(ValueForm::kText)) return HiveType::of(HiveKind::kString);
  if (has(ValueForm::kBoolean)) return HiveType::of(HiveKind::kBoolean);
  if (numbers) {
    return HiveType::of(has(ValueForm::kDouble)   ? HiveKind::kDouble
                        : has(ValueForm::kBigint) ? HiveKind::kBigint
                                                  : HiveKind::kInt);
  }
  if (times)
    return HiveType::of(has(ValueForm::kTimestamp) ? HiveKind::kTimestamp : HiveKind::kDate);
  if (has(ValueForm::kObject)) return object_type(types, like);
  HiveType array = HiveType::of(HiveKind::kArray);
  const HiveType* element_like =
      like != nullptr && like->kind == HiveKind::kArray ? like->children.data() : nullptr;
  if (types.elements() != nullptr && types.elements()->has_values()) {
    array.children.push_back(type_of(*types.elements(), element_like));
  } else {
    array.children.push_back(element_like != nullptr ? *element_like
                                                     : HiveType::of(HiveKind::kString));
  }
  return array;
}

std::uint32_t first_misfit(const ValueTypes& types, const HiveType& have) {
  std::uint32_t first = first_misfit_inside(types, have);
  for (std::size_t i = 1; i < kValueForms; ++i) {
    const auto form = static_cast<ValueForm>(i);
    if (types.count(form) == 0) continue;
    const HiveKind kind = kind_of(form);
    const bool same_container = (form == ValueForm::kObject &&
                                 (have.kind == HiveKind::kMap || have.kind == HiveKind::kStruct)) ||
                                (form == ValueForm::kArray && have.kind == HiveKind::kArray);
    if (same_container) continue;
    const auto wider = is_container(kind) ? std::nullopt : widen(have, HiveType::of(kind));
    if (is_text(have.kind) || (wider && !wider->changes_type)) continue;
    first = std::min(first, types.first_file(form));
  }
  return first == ValueTypes::kNoFile ? types.first_file() : first;
}

std::optional<Widened> widen(const HiveType& have, const HiveType& found) {
  if (have == found || is_text(have.kind)) return same(have);
  if (is_container(have.kind) || is_container(found.kind)) {
    if (have.kind == HiveKind::kArray && found.kind == HiveKind::kArray)
      return widen_child(have, 0, found.children);
    if (have.kind == HiveKind::kMap && found.kind == HiveKind::kMap)
      return widen_child(have, 1, {found.children[1]});
    if (have.kind == HiveKind::kMap && found.kind == HiveKind::kStruct)
      return widen_child(have, 1, found.children);
    if (have.kind == HiveKind::kStruct && found.kind == HiveKind::kStruct)
      return widen_struct(have, found);
    return std::nullopt;
  }
  if (is_number(have.kind) && is_number(found.kind)) return widen_numbers(have, found);
  if (have.kind == HiveKind::kTimestamp && found.kind == HiveKind::kDate) return same(have);
  if (have.kind == HiveKind::kDate && found.kind == HiveKind::kTimestamp) return changed(found);
  return changed(HiveType::of(HiveKind::kString));
}

}  // namespace clicklake
