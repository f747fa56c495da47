#include "classify/required_literals.h"

#include <algorithm>
#include <set>
namespace clicklake {
namespace {

using Texts = std::set<std::string>;

constexpr std::size_t kMostTexts = 512;
constexpr std::size_t kMostBytes = 16;
constexpr std::size_t kMostProducts = 64;
constexpr std::size_t kMostDepth = 50;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// What is known of the texts that a part of an expression matches.
struct Known {
  std::optional<Texts> exact;     ///< these and no others
  std::optional<Texts> required;  ///< each holds one of these
};

Known anything() { return {}; }
Known nothing() { return {Texts{""}, std::nullopt}; }

std::size_t shortest(const Texts& texts) {
  std::size_t size = std::string::npos;
  for (const std::string& text : texts) size = std::min(size, text.size());
  return size;
}

/// Keeps the better of two sets: the longer its shortest text the better, then the fewer.
void offer(const std::optional<Texts>& texts, std::optional<Texts>* best) {
  if (!texts || texts->empty() || shortest(*texts) == 0) return;
  if (!*best || shortest(*texts) > shortest(**best) ||
      (shortest(*texts) == shortest(**best) && texts->size() < (*best)->size()))
    *best = texts;
}

/// A set that every match holds one of, whatever it was known as.
std::optional<Texts> demanded(const Known& known) {
  std::optional<Texts> best = known.required;
  offer(known.exact, &best);
  return best;
}

class Reader {
 public:
  explicit Reader(std::string_view regex) : rest_(regex) {}

  /// Nothing where the expression is not understood.
  std::optional<Known> read() {
    std::optional<Known> known = alternatives(0);
    if (!known || !rest_.empty()) return std::nullopt;
    return known;
  }

 private:
  std::optional<Known> alternatives(std::size_t depth) {
    if (depth > kMostDepth) return std::nullopt;
    std::optional<Known> all = sequence(depth);
    if (!all || rest_.empty() || rest_.front() != '|') return all;
    Known sum{all->exact, demanded(*all)};
    while (!rest_.empty() && rest_.front() == '|') {
      rest_.remove_prefix(1);
      std::optional<Known> next = sequence(depth);
      if (!next) return std::nullopt;
      join(&sum.exact, next->exact);
      join(&sum.required, demanded(*next));
    }
    return sum;
  }

  static void join(std::optional<Texts>* to, const std::optional<Texts>& more) {
    if (*to && more) (*to)->insert(more->begin(), more->end());
    if (!more || (*to && (*to)->size() > kMostTexts)) to->reset();
  }

  std::optional<Known> sequence(std::size_t depth) {
    std::optional<Texts> best;
    Texts run{""};  // what the parts just read can be, one after another
    bool all_exact = true;
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      std::optional<Known> part = repeated(depth);
      if (!part) return std::nullopt;
      if (part->exact && run.size() * part->exact->size() <= kMostProducts) {
        Texts longer;
        for (const std::string& head : run) {
          for (const std::string& tail : *part->exact) longer.insert(head + tail);
        }
        // A part that may be missing makes the texts shorter: what stands before it counts too.
        offer(run, &best);
        run = std::move(longer);
        continue;
      }
      all_exact = false;
      offer(run, &best);
      offer(demanded(*part), &best);
      run = Texts{""};
    }
    if (all_exact) return Known{std::move(run), std::move(best)};
    offer(run, &best);
    return Known{std::nullopt, std::move(best)};
  }

  std::optional<Known> repeated(std::size_t depth) {
    std::optional<Known> part = atom(depth);
    if (!part || rest_.empty()) return part;
    bool may_be_missing = false;
    switch (rest_.front()) {
      case '?':
        rest_.remove_prefix(1);
        skip_mode();
        if (part->exact) part->exact->insert("");
        part->required.reset();
        return part;
      case '*': may_be_missing = true; break;
      case '+': break;
      case '{': {
        const std::size_t end = rest_.find('}');
        if (end == std::string_view::npos || end < 2 || rest_[1] < '0' || rest_[1] > '9')
          return std::nullopt;
        may_be_missing = rest_[1] == '0';
        rest_.remove_prefix(end);
        break;
      }
      default: return part;
    }
    rest_.remove_prefix(1);
    skip_mode();
    return may_be_missing ? anything() : Known{std::nullopt, demanded(*part)};
  }

  /// Lazy or possessive: what matches is the same or less.
  void skip_mode() {
    if (!rest_.empty() && (rest_.front() == '?' || rest_.front() == '+')) rest_.remove_prefix(1);
  }

  static Known literal(char c) {
    if (static_cast<unsigned char>(c) >= 0x80) return anything();
    return {Texts{std::string(1, lower(c))}, std::nullopt};
  }

  std::optional<Known> atom(std::size_t depth) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case '^':
      case '$': return nothing();
      case '.': return anything();
      case '[': return char_class();
      case '(': return group(depth);
      case '\\': return escape();
      case '*':
      case '+':
      case '?':
      case '{': return std::nullopt;
      default: return literal(c);
    }
  }

  std::optional<Known> group(std::size_t depth) {
    if (rest_.starts_with("?:")) {
      rest_.remove_prefix(2);
    } else if (rest_.starts_with("?") || rest_.starts_with("*")) {
      return std::nullopt;
    }
    std::optional<Known> inner = alternatives(depth + 1);
    if (!inner || rest_.empty()) return std::nullopt;
    rest_.remove_prefix(1);
    return inner;
  }

  std::optional<Known> escape() {
    if (rest_.empty()) return std::nullopt;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == 'b' || c == 'B') return nothing();
    if (std::string_view("dDwWsS").find(c) != std::string_view::npos) return anything();
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (word) return std::nullopt;
    return literal(c);
  }

  std::optional<Known> char_class() {
    Texts members;
    bool wide = false;
    if (!rest_.empty() && rest_.front() == '^') {
      wide = true;
      rest_.remove_prefix(1);
    }
    for (bool first = true; !rest_.empty() && (first || rest_.front() != ']'); first = false) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '[' && rest_.starts_with(":")) return std::nullopt;
      if (c == '\\') {
        if (rest_.empty()) return std::nullopt;
        c = rest_.front();
        rest_.remove_prefix(1);
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
          wide = true;
          continue;
        }
      }
      if (static_cast<unsigned char>(c) >= 0x80 ||
          (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']'))
        wide = true;
      members.insert(std::string(1, lower(c)));
    }
    if (rest_.empty()) return std::nullopt;
    rest_.remove_prefix(1);
    if (wide || members.size() > 4) return anything();
    return Known{std::move(members), std::nullopt};
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::vector<std::string>> required_literals(std::string_view regex,
                                                          std::size_t min_bytes) {
  // Without regard to case the letters of other alphabets meet those of this one.
  if (regex.find("(?i") != std::string_view::npos) return std::nullopt;
  const std::optional<Known> known = Reader(regex).read();
  if (!known) return std::nullopt;
  const std::optional<Texts> texts = demanded(*known);
  if (!texts || shortest(*texts) < min_bytes) return std::nullopt;
  std::vector<std::string> out;
  for (const std::string& text : *texts) {
    std::string begin = text.substr(0, kMostBytes);
    if (out.empty() || out.back() != begin) out.push_back(std::move(begin));
  }
  return out;
}

}  // namespace clicklake
