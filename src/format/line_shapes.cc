#include "format/line_shapes.h"

#include <algorithm>
#include <charconv>

#include "format/line_reader.h"

namespace clicklake {

const MetadataKey* LineShapes::key(std::string_view text) {
  if (text.size() > MetadataKey::kMaxBytes) return nullptr;
  std::string name(text);
  if (const auto it = keys_.find(name); it != keys_.end()) return &it->second->key;
  if (keys_.size() == kMaxKeys) return nullptr;
  auto stored = std::make_unique<StoredKey>();
  stored->text = name;
  stored->text.append(kLinePadding, '\0');
  MetadataKey& key = stored->key;
  key.text = std::string_view(stored->text).substr(0, text.size());
  key.number = static_cast<std::uint32_t>(keys_.size());
  char* out = std::to_chars(key.canonical, key.canonical + sizeof key.canonical, text.size()).ptr;
  *out++ = ':';
  std::memcpy(out, text.data(), text.size());
  key.canonical_size = static_cast<std::uint32_t>(out + text.size() - key.canonical);
  return &keys_.emplace(std::move(name), std::move(stored)).first->second->key;
}

std::uint16_t LineShapes::find_or_add(std::uint16_t parent, const Step& step) {
  std::uint16_t* link = &steps_[parent].child;
  for (std::size_t siblings = 0; *link != 0; ++siblings) {
    if (siblings == kMaxSiblings) return 0;
    const Step& other = steps_[*link];
    if (other.size == step.size && other.next == step.next &&
        std::memcmp(other.glue, step.glue, step.size) == 0)
      return *link;
    link = &steps_[*link].sibling;
  }
  const auto added = static_cast<std::uint16_t>(steps_.size());
  *link = added;  // before the vector moves
  if (link == &steps_[parent].child && added == parent + 1) steps_[parent].straight = true;
  steps_.push_back(step);
  return added;
}

void LineShapes::learn(const char* begin, const char* end, std::span<const Seen> values) {
  if (steps_.size() + values.size() + 1 > kMaxSteps) return;
  std::vector<Step> path;
  struct Keyed {
    std::string_view key;
    bool inner;
    std::uint8_t slot;
  };
  std::vector<Keyed> entries;
  std::array<bool, kRawFieldCount> has{};
  const char* from = begin;
  const auto add = [&](const char* to, Next next) {
    if (static_cast<std::size_t>(to - from) > kGlueBytes) return false;
    Step step;
    step.size = static_cast<std::uint8_t>(to - from);
    std::memcpy(step.glue, from, step.size);
    step.mask = step.size == kGlueBytes ? ~0U : (1U << step.size) - 1;
    step.next = next;
    for (std::size_t i = 0; i < step.size; ++i) {
      if (step.glue[i] == '"' || step.glue[i] == '\n') ++step.marks;
    }
    path.push_back(step);
    return true;
  };
  bool in_metadata = false;
  for (const Seen& value : values) {
    if (!add(value.begin, value.text ? Next::kText : Next::kOther)) return;
    Step& step = path.back();
    step.depth = value.inner ? 2 : 1;
    if (value.field >= 0) {
      const auto field = static_cast<std::size_t>(value.field);
      if (has[field]) return;
      has[field] = true;
      step.slot = static_cast<std::uint8_t>(field);
    } else {
      // A key with an escape is no view into the line.
      if (value.key.data() < begin || value.key.data() >= end) return;
      if (entries.size() == kMaxEntries) return;
      step.slot = static_cast<std::uint8_t>(kRawFieldCount + entries.size());
      entries.push_back({value.key, value.inner, step.slot});
    }
    if (value.inner && !in_metadata) {
      constexpr auto kMetadata = static_cast<std::size_t>(RawField::kMetadata);
      if (has[kMetadata]) return;
      has[kMetadata] = true;
    }
    in_metadata = value.inner;
    from = value.end;
  }
  if (!add(end + 1, Next::kEnd)) return;

  // The order of the keys, and which of equal ones counts: as RecordParser does without a shape.
  std::stable_sort(entries.begin(), entries.end(), [](const Keyed& a, const Keyed& b) {
    return a.key != b.key ? a.key < b.key : a.inner < b.inner;
  });
  Plan plan;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i + 1 < entries.size() && entries[i + 1].key == entries[i].key) continue;
    const MetadataKey* const known = key(entries[i].key);
    if (known == nullptr) return;
    plan.metadata.push_back({known, entries[i].slot});
  }

  std::uint16_t at = 0;
  std::size_t before = 0;
  for (const Step& step : path) {
    before = steps_.size();
    at = find_or_add(at, step);
    if (at == 0) return;
  }
  if (steps_.size() == before) return;  // the whole line is known
  steps_[at].plan = static_cast<std::uint32_t>(plans_.size());
  plans_.push_back(std::move(plan));
}

}  // namespace clicklake
