#include "generate/truth.h"

#include <string_view>

#include "model/raw_schema.h"

namespace clicklake {

namespace {

using synthetic::DirtyKind;

class Members {
 public:
  void add(std::string_view name, std::uint64_t value) {
    begin(name);
    text_ += std::to_string(value);
  }
  void add_nonzero(std::string_view name, std::uint64_t value) {
    if (value > 0) add(name, value);
  }
  void add_text(std::string_view name, std::string_view value) {
    begin(name);
    (text_ += '"').append(value) += '"';
  }
  void add_object(std::string_view name, const Members& members) {
    begin(name);
    (text_ += '{').append(members.text_) += '}';
  }
  const std::string& text() const { return text_; }

 private:
  void begin(std::string_view name) {
    if (!text_.empty()) text_ += ", ";
    (text_ += '"').append(name) += "\": ";
  }
  std::string text_;
};

std::string as_decimal(std::uint64_t cents) {
  std::string rest = std::to_string(cents % 100);
  return std::to_string(cents / 100) + (rest.size() == 1 ? ".0" : ".") + rest;
}

}  // namespace

std::uint64_t GenerateTruth::sum(synthetic::Fate fate) const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < by_kind.size(); ++i) {
    if (fate_of(static_cast<DirtyKind>(i)) == fate) total += by_kind[i];
  }
  return total;
}

void GenerateTruth::add(const GenerateTruth& other) {
  events += other.events;
  for (std::size_t i = 0; i < by_kind.size(); ++i) by_kind[i] += other.by_kind[i];
  for (std::size_t i = 0; i < accepted_by_type.size(); ++i)
    accepted_by_type[i] += other.accepted_by_type[i];
  revenue_cents += other.revenue_cents;
  bom_files += other.bom_files;
  files_without_final_newline += other.files_without_final_newline;
}

std::string GenerateTruth::json_members() const {
  Members reasons, kinds, types, all;
  for (std::size_t i = 0; i < by_kind.size(); ++i) {
    auto kind = static_cast<DirtyKind>(i);
    kinds.add_nonzero(to_string(kind), by_kind[i]);
    if (auto reason = reason_of(kind)) reasons.add_nonzero(to_string(*reason), by_kind[i]);
  }
  kinds.add_nonzero("bom_file", bom_files);
  kinds.add_nonzero("no_final_newline_file", files_without_final_newline);
  for (std::size_t i = 0; i < accepted_by_type.size(); ++i) {
    types.add_nonzero(to_string(static_cast<synthetic::EventType>(i)), accepted_by_type[i]);
  }
  all.add("events", events);
  all.add("records_read", records_read());
  all.add("accepted", accepted());
  all.add("duplicate", duplicate());
  all.add("quarantined", quarantined());
  all.add("blank", blank());
  all.add_object("quarantined_by_reason", reasons);
  all.add("late", late());
  all.add_object("by_kind", kinds);
  all.add_object("accepted_by_event_type", types);
  all.add_text("purchase_revenue", as_decimal(revenue_cents));
  return all.text();
}

}  // namespace clicklake
