// Any bytes as the lines of an external table's file: nothing reads beyond them, and a line of JSON
// gives the same row whether it follows the shape of an earlier one or is read as a tree, whichever
// columns are wanted, wherever blocks are cut and whatever lies behind them.
#include <cstdint>
#include <string_view>
#include <vector>

#include "scan/row_fixture.h"
#include "slow_json.h"

namespace clicklake::fuzz {
namespace {

const std::vector<HiveColumn>& columns() {
  static const std::vector<HiveColumn> kColumns =
      columns_of({"user_id string", "at timestamp", "n int", "m map<string,string>", "z array<int>",
                  "s struct<x:int,y:string>"});
  return kColumns;
}

void check_json(const TextFormat& format, std::string_view text, unsigned projection) {
  FixtureOptions options;
  options.use_shapes = false;
  const FixtureRows all = read_rows(format, columns(), text, options);
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < columns().size(); ++i) {
    if (projection == 0 || (projection * 11 >> i & 1) != 0) wanted.push_back(i);
  }
  options.wanted = wanted;
  const FixtureRows expected = read_rows(format, columns(), text, options);
  require(expected.rows.size() == all.rows.size());
  require(expected.fault == all.fault);
  require(expected.malformed == all.malformed);
  options.use_shapes = true;
  for (const std::size_t block_bytes : {std::size_t{1} << 20, std::size_t{1}}) {
    for (const char behind : {'"', '\n', '}'}) {
      options.block_bytes = block_bytes;
      options.behind = behind;
      require(read_rows(format, columns(), text, options) == expected);
    }
  }
}

}  // namespace
}  // namespace clicklake::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  using namespace clicklake::fuzz;
  if (size == 0) return 0;
  const unsigned flags = data[0];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  TextFormat format;
  format.serde = static_cast<SerDe>(flags & 3);
  format.ignore_malformed = (flags & 4) != 0;
  format.case_insensitive = (flags & 8) == 0;
  format.dots_in_keys = (flags & 16) != 0;
  switch (format.serde) {
    case SerDe::kOpenCsv: format.field_delimiter = ','; [[fallthrough]];
    case SerDe::kLazySimple:
      if ((flags & 4) != 0 || format.serde == SerDe::kOpenCsv) format.escape = '\\';
      format.last_column_takes_rest = (flags & 8) != 0;
      read_rows(format, columns(), text);
      break;
    case SerDe::kOpenxJson:
    case SerDe::kHiveJson: check_json(format, text, flags >> 5); break;
  }
  return 0;
}
