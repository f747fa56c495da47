#pragma once
/// Reads lines that a person types: with history and completion on a terminal, plainly elsewhere.
///
/// Place: under the prompt. Thread safety: thread-compatible; one at a time in a process.
/// Source: libedit's editline(3); without libedit in the build every editor is the plain one.

#include <filesystem>
#include <memory>
#include <string>

#include "console/completion.h"

namespace clicklake {

enum class LineEnd {
  kEnter,      ///< a line, perhaps empty
  kCancelled,  ///< Ctrl-C: what was typed is to be forgotten
  kFinished,   ///< Ctrl-D on an empty line, or the end of the input
};

struct TypedLine {
  LineEnd end = LineEnd::kFinished;
  std::string text;  ///< without the line's end
};

class LineEditor {
 public:
  virtual ~LineEditor() = default;
  virtual TypedLine read(const std::string& prompt) = 0;
  /// Keeps `entry`, of one line or several, for later, in the history's file too. A file that can't
  /// be written is not an error: history is a convenience.
  virtual void remember(const std::string& entry) = 0;
};

/// An editor over standard input. `history_file` is made with its folder (mode 0700) when something
/// is remembered; empty: none is kept. `completer` must outlive the editor.
std::unique_ptr<LineEditor> make_line_editor(const std::filesystem::path& history_file,
                                             const Completer& completer);

}  // namespace clicklake
