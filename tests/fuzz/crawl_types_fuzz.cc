// Any bytes as lines of a file that a crawl samples, JSON or delimited: whatever types are found
// can be written and read back, read what they were made of, and do not depend on the order of
// lines.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/csv_types.h"
#include "crawl/json_types.h"
#include "crawl/value_types.h"
#include "format/line_reader.h"
#include "slow_json.h"

namespace {

using namespace clicklake;
using namespace clicklake::fuzz;

void check_types(const ValueTypes& row) {
  for (const ValueTypes::Field& field : row.fields()) {
    const HiveType type = type_of(field.types, nullptr);
    const auto parsed = parse_hive_type(to_string(type));
    require(parsed && *parsed == type);
    const auto wider = widen(type, type);
    require(wider && wider->type == type && !wider->adds_fields && !wider->changes_type);
    (void)first_misfit(field.types, HiveType::of(HiveKind::kInt));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    lines.push_back(std::string_view(bytes).substr(at, end - at));
    at = end + 1;
  }

  ValueTypes forwards;
  ValueTypes backwards;
  JsonTypes reader;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const bool forward : {true, false}) {
      const std::string padded = std::string(lines[forward ? i : lines.size() - 1 - i]) + "\n" +
                                 std::string(kLinePadding, '\0');
      ValueTypes one;
      (void)reader.add(padded.data(), &one);
      (forward ? forwards : backwards).merge(one, static_cast<std::uint32_t>(i));
    }
  }
  check_types(forwards);
  require(forwards.fields().size() == backwards.fields().size());
  for (const ValueTypes::Field& field : forwards.fields()) {
    const ValueTypes::Field* const other = backwards.find(field.name);
    require(other != nullptr);
    for (std::size_t form = 0; form < kValueForms; ++form)
      require(field.types.count(static_cast<ValueForm>(form)) ==
              other->types.count(static_cast<ValueForm>(form)));
  }

  const CsvSample sample = sample_csv(lines);
  require(sample.columns.size() >= sample.first.size());
  const std::vector<std::string> names = csv_column_names(sample.first, sample.header);
  require(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  return 0;
}
