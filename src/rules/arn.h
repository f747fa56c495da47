#pragma once
/// Amazon resource names: arn:partition:service:region:account:resource.
///
/// Place: says of a target which service, where. Thread safety: values.
/// Source: AWS General Reference, "Amazon Resource Names".

#include <optional>
#include <string>
#include <string_view>

namespace clicklake {

struct Arn {
  std::string partition;  ///< "aws", "aws-cn", "aws-us-gov"
  std::string service;    ///< "sns"
  std::string region;     ///< may be empty
  std::string account;    ///< twelve digits, or empty
  std::string resource;   ///< all of the rest, colons and slashes included

  /// Behind the last ':' or '/' of `resource`: a function's, queue's or bus's name.
  std::string_view name() const;
};

/// Nothing where `text` is no ARN.
std::optional<Arn> parse_arn(std::string_view text);

}  // namespace clicklake
