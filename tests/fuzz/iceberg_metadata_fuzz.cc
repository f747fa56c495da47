// Any text as table metadata: refused with the file's name, or what is written of it is read as the
// same and holds every member.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "iceberg/table_metadata.h"
#include "slow_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  using clicklake::fuzz::require;
  const std::string text(data, data + size);
  const auto metadata = iceberg::parse_table_metadata(text, "f");
  if (!metadata) {
    require(metadata.error().code == ErrorCode::kInvalidData ||
            metadata.error().code == ErrorCode::kUnsupported);
    require(metadata.error().message.starts_with("f: "));
    return 0;
  }
  const std::string written = iceberg::to_json(*metadata);
  const auto again = iceberg::parse_table_metadata(written, "f");
  require(again.has_value());
  require(iceberg::to_json(*again) == written);
  if (text.starts_with('\x1F')) return 0;
  const fuzz::JsonReading before = fuzz::read_json(text, fuzz::skip_blanks(text, 0));
  if (before.outcome != fuzz::JsonReading::kValue) return 0;
  const fuzz::JsonReading after = fuzz::read_json(written, 0);
  require(after.outcome == fuzz::JsonReading::kValue);
  for (const fuzz::JsonMember& member : before.value.members) {
    require(std::any_of(after.value.members.begin(), after.value.members.end(),
                        [&](const auto& other) { return other.name == member.name; }));
  }
  return 0;
}
