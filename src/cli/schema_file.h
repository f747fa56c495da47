#pragma once
/// The lake's schema.toml: which metadata keys are columns, and which are users' traits.
///
/// Place: read beside the configuration. Invariant: what is not understood is an error that names
/// the file and line. Thread safety: a function of the file.
/// Source: docs/formats/schema.md; ADR-0025.

#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "model/lake_schema.h"

namespace clicklake {

/// Reads `<lake>/schema.toml`; a missing file means the defaults. Errors: kInvalidArgument naming
/// the file, line and key.
Result<LakeSchema> load_lake_schema(const std::filesystem::path& lake);

}  // namespace clicklake
