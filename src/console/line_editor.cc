#include "console/line_editor.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <iostream>
#include <utility>

#include "sql/display_width.h"

#ifdef CLICKLAKE_HAVE_LIBEDIT
#include <histedit.h>
#endif

namespace clicklake {

namespace {

class PlainEditor : public LineEditor {
 public:
  TypedLine read(const std::string& prompt) override {
    if (isatty(STDIN_FILENO) != 0) std::cout << prompt << std::flush;
    TypedLine line;
    if (std::getline(std::cin, line.text)) line.end = LineEnd::kEnter;
    return line;
  }
  void remember(const std::string& /*entry*/) override {}
};

#ifdef CLICKLAKE_HAVE_LIBEDIT

constexpr int kHistoryEntries = 2000;

class EditlineEditor : public LineEditor {
 public:
  EditlineEditor(std::filesystem::path history_file, const Completer& completer)
      : history_file_(std::move(history_file)), completer_(completer) {
    // libedit decodes what is typed by the locale, and the text of a lake is UTF-8.
    if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) std::setlocale(LC_CTYPE, "");
    HistEvent event;
    history_ = history_init();
    history(history_, &event, H_SETSIZE, kHistoryEntries);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!history_file_.empty()) history(history_, &event, H_LOAD, history_file_.c_str());
    edit_ = el_init("clicklake", stdin, stdout, stderr);
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &EditlineEditor::prompt_text);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_SIGNAL, 0);
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_ADDFN, "complete", "Complete a name", &EditlineEditor::complete);
    el_set(edit_, EL_BIND, "^I", "complete", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    // Ctrl-C is a key while a line is edited, a signal while a statement runs.
    el_set(edit_, EL_ADDFN, "cancel", "Forget the line", &EditlineEditor::cancel);
    el_set(edit_, EL_BIND, "^C", "cancel", nullptr);
    el_set(edit_, EL_SETTY, "-d", "-isig", nullptr);
  }
  ~EditlineEditor() override {
    el_end(edit_);
    history_end(history_);
  }
  EditlineEditor(const EditlineEditor&) = delete;
  EditlineEditor& operator=(const EditlineEditor&) = delete;

  TypedLine read(const std::string& prompt) override {
    prompt_ = prompt;
    cancelled_ = false;
    int length = 0;
    const char* text = el_gets(edit_, &length);
    if (cancelled_) return {LineEnd::kCancelled, {}};
    if (text == nullptr || length <= 0) return {LineEnd::kFinished, {}};
    TypedLine line{LineEnd::kEnter, std::string(text, static_cast<std::size_t>(length))};
    while (!line.text.empty() && (line.text.back() == '\n' || line.text.back() == '\r'))
      line.text.pop_back();
    return line;
  }

  void remember(const std::string& entry) override {
    HistEvent event;
    history(history_, &event, H_ENTER, entry.c_str());
    if (history_file_.empty()) return;
    std::error_code error;
    const std::filesystem::path folder = history_file_.parent_path();
    if (!folder.empty() && std::filesystem::create_directories(folder, error)) {
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    // Statements may hold what only their author should read.
    const mode_t before = umask(0077);
    history(history_, &event, H_SAVE, history_file_.c_str());
    umask(before);
  }

 private:
  static EditlineEditor& self(EditLine* edit) {
    void* data = nullptr;
    el_get(edit, EL_CLIENTDATA, &data);
    return *static_cast<EditlineEditor*>(data);
  }

  static char* prompt_text(EditLine* edit) { return self(edit).prompt_.data(); }

  static unsigned char cancel(EditLine* edit, int /*key*/) {
    self(edit).cancelled_ = true;
    std::fputs("^C", stdout);
    return CC_NEWLINE;
  }

  static unsigned char complete(EditLine* edit, int /*key*/) {
    const LineInfo* info = el_line(edit);
    const std::string_view line(info->buffer,
                                static_cast<std::size_t>(info->cursor - info->buffer));
    const Completion found = self(edit).completer_.complete(line);
    if (found.candidates.empty()) return CC_REFRESH_BEEP;
    const std::size_t typed = line.size() - found.word_begin;
    std::string word = shared_beginning(found.candidates);
    const bool whole = found.candidates.size() == 1;
    if (whole) word += ' ';
    if (word.size() > typed) {
      el_deletestr(edit, static_cast<int>(display_width(line.substr(found.word_begin))));
      el_insertstr(edit, word.c_str());
      return CC_REFRESH;
    }
    list(found.candidates);
    return CC_REDISPLAY;
  }

  /// Below the line, in columns.
  static void list(const std::vector<std::string>& words) {
    constexpr std::size_t kScreen = 80;
    std::size_t width = 0;
    for (const std::string& word : words) width = std::max(width, display_width(word) + 2);
    const std::size_t in_a_line = std::max<std::size_t>(1, kScreen / width);
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::fputs(i % in_a_line == 0 ? "\n" : "", stdout);
      std::fputs(words[i].c_str(), stdout);
      std::fputs(std::string(width - display_width(words[i]), ' ').c_str(), stdout);
    }
    std::fputs("\n", stdout);
  }

  std::filesystem::path history_file_;
  const Completer& completer_;
  History* history_ = nullptr;
  EditLine* edit_ = nullptr;
  std::string prompt_;
  bool cancelled_ = false;
};

#endif

}  // namespace

std::unique_ptr<LineEditor> make_line_editor(
    [[maybe_unused]] const std::filesystem::path& history_file,
    [[maybe_unused]] const Completer& completer) {
#ifdef CLICKLAKE_HAVE_LIBEDIT
  if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) {
    return std::make_unique<EditlineEditor>(history_file, completer);
  }
#endif
  return std::make_unique<PlainEditor>();
}

}  // namespace clicklake
