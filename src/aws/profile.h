#pragma once
/// The files ~/.aws/credentials and ~/.aws/config.
///
/// Place: under the credential chain. Thread safety: pure functions.
/// Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".

#include <map>
#include <string>
#include <string_view>

namespace clicklake {

using ProfileSettings = std::map<std::string, std::string>;

/// Adds the settings of the section of `profile` in `text`: "[name]", and in the config file
/// "[profile name]". What is there already stays.
void read_profile(std::string_view text, std::string_view profile, bool config_file,
                  ProfileSettings* settings);

}  // namespace clicklake
