#pragma once
/// The hour that a file's folders name, in either of the raw layouts.
///
/// Place: in-place ingest takes files of these layouts only.
/// Thread safety: pure.
/// Source: docs/formats/raw.md, "Folders".

#include <cstdint>
#include <optional>
#include <string_view>

namespace clicklake {

/// Hours since 1970 of a file in `.../year=YYYY/month=M/day=D/hour=H/` (zero-padded or not) or
/// `.../YYYY/MM/DD/HH/`; nothing for any other path, for a date that does not exist, and outside of
/// 1970 to 2100.
std::optional<std::int64_t> hour_of_layout(std::string_view path);

}  // namespace clicklake
