/// Rule documents, imports, input transformers and schedules of any bytes.
///
/// Judges: a document or an import that is read and written again is the same rule; a filled
/// template is JSON by the plain reader; times of a schedule go forward, are whole minutes, and two
/// questions at different moments before a firing get the same answer.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_value.h"
#include "rules/input_transformer.h"
#include "rules/rule_export.h"
#include "rules/rule_import.h"
#include "rules/schedule.h"
#include "slow_json.h"

namespace clicklake {
namespace {

void check_document(std::string_view text) {
  const auto rule = parse_rule_document(text, "fuzz");
  if (!rule) return;
  const auto again = parse_rule_document(rule_document_json(*rule), "again");
  fuzz::require(again.has_value() && *again == *rule);
  (void)eventbridge_warnings(*rule);
}

void check_import(std::string_view text) {
  const auto imported = import_rules({{"fuzz", std::string(text)}});
  if (!imported) return;
  for (const ExportForm form :
       {ExportForm::kTerraform, ExportForm::kCloudFormation, ExportForm::kAwsCli}) {
    const ExportedRules exported = export_rules(imported->rules, form);
    if (!exported.notes.empty() || imported->rules.empty()) continue;
    const auto again = import_rules({{"again", exported.text}});
    // Two rules' names may be one identifier in Terraform.
    if (form == ExportForm::kTerraform && imported->rules.size() > 1) continue;
    fuzz::require(again.has_value() && again->rules.size() == imported->rules.size());
    for (std::size_t i = 0; i < again->rules.size(); ++i) {
      fuzz::require(again->rules[i] == imported->rules[i]);
    }
  }
}

/// Paths, a template and an event, a line each.
void check_transformer(std::string_view text) {
  const std::size_t first = text.find('\n');
  const std::size_t second = text.find('\n', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return;
  const InputTransformer::Paths paths = {{"a", std::string(text.substr(0, first))}, {"b", "$.b"}};
  const auto transformer =
      InputTransformer::compile(paths, text.substr(first + 1, second - first - 1));
  const auto event = parse_json(text.substr(second + 1));
  if (!transformer || !event) return;
  const auto filled = transformer->apply(*event, {"rule", "arn", "2024-11-04T15:00:00Z"});
  if (!filled) return;
  std::size_t at = fuzz::skip_blanks(*filled, 0);
  while (at < filled->size()) {
    if ((*filled)[at] == '\n') {
      ++at;
      continue;
    }
    const fuzz::JsonReading reading = fuzz::read_json(*filled, at);
    if (reading.outcome == fuzz::JsonReading::kTooDeep) return;
    if (reading.outcome == fuzz::JsonReading::kFault) {
      // The plain reader takes no line break within a value; ours does.
      fuzz::require(filled->find('\n') != std::string::npos ||
                    fuzz::utf8_until(*filled) < filled->size());
      return;
    }
    at = fuzz::skip_blanks(*filled, reading.end);
  }
}

void check_schedule(std::string_view text) {
  const auto schedule = Schedule::parse(text);
  if (!schedule) return;
  constexpr std::int64_t kMinute = 60'000'000;
  std::int64_t at = 1'730'732'400'000'000;
  for (int i = 0; i < 4; ++i) {
    const auto next = schedule->next(at);
    if (!next) return;
    fuzz::require(*next > at);
    fuzz::require(*next % kMinute == 0 || text.starts_with("at("));
    fuzz::require(schedule->next(at + (*next - at) / 2) == next || *next - at < 2);
    fuzz::require(schedule->next(*next - 1) == next);
    at = *next;
  }
}

}  // namespace
}  // namespace clicklake

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: clicklake::check_document(text); break;
    case 1: clicklake::check_import(text); break;
    case 2: clicklake::check_transformer(text); break;
    default: clicklake::check_schedule(text); break;
  }
  return 0;
}
