#pragma once
/// The part of HashiCorp's configuration language in which resources with constant values are
/// written.
///
/// Place: import of Terraform's files. Invariant: nothing is evaluated but strings, numbers, lists,
///   objects, heredocs and jsonencode(); a reference stays as text, marked by kHclReference, for
///   the caller to resolve or to refuse. Blocks that the caller does not ask for are passed over
///   unread.
/// Thread safety: pure functions.
/// Source: HCL native syntax specification; Terraform language, "Resources", jsonencode.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "base/result.h"

namespace clicklake {

/// Stands before the "${...}" of a reference or interpolation; no text of a file can hold it.
inline constexpr char kHclReference = '\x01';

struct HclBlock {
  std::string type;                 ///< "resource"
  std::vector<std::string> labels;  ///< "aws_sns_topic", "alerts"
  /// Attributes by name; a block inside is an array of objects, as `terraform show -json` has it.
  JsonValue body;
  std::size_t line = 0;
};

using HclFilter =
    std::function<bool(std::string_view type, const std::vector<std::string>& labels)>;

/// The top-level blocks of `text` that `wanted` accepts. Errors: kInvalidData with the line;
/// kUnsupported where a wanted block holds an expression of another form.
Result<std::vector<HclBlock>> parse_hcl(std::string_view text, const HclFilter& wanted);

}  // namespace clicklake
