#pragma once
/// What a word at the prompt may go on to.
///
/// Place: the line editor asks it at Tab. Thread safety: thread-compatible.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

struct Completion {
  std::size_t word_begin = 0;           ///< offset in the line of the word that goes on
  std::vector<std::string> candidates;  ///< whole words, sorted, each once
};

class Completer {
 public:
  /// Knows SQL's keywords and the prompt's own commands from the start.
  Completer();

  void add_table(std::string name, std::vector<std::string> columns);
  /// `line` up to the cursor. Tables and columns keep their case; keywords take that of the typed
  /// letters. After `table.` only its columns are offered.
  Completion complete(std::string_view line) const;

 private:
  std::vector<std::string> names_;  ///< tables and columns, sorted, each once
  std::map<std::string, std::vector<std::string>, std::less<>> columns_;
};

/// The longest beginning that all `candidates` (n >= 1) share.
std::string shared_beginning(const std::vector<std::string>& candidates);

}  // namespace clicklake
