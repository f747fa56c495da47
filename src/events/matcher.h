#pragma once
/// Event patterns at millions of events a second: JSON text in, names of rules out.
///
///   events::Matcher matcher;
///   matcher.put("big-basket", R"({"detail": {"total": [{"numeric": [">", 100]}]}})");
///   events::MatchReader reader(matcher);  // one for each thread
///   for (std::string_view name : *reader.match(event)) ...
///
/// Place: the library's door, usable alone; rules, outbox and commands stand behind it.
/// Invariant: a match sees all of the rules as one put() or remove() left them, never half of a
/// change; what was put before a match began is seen by it. Thread safety: a Matcher is
/// thread-safe: writers take turns, readers never wait, for each other or for a writer. A
/// MatchReader is thread-compatible: one for each thread. Source: the event pattern language of
/// EventBridge as Event Ruler 2.1.0 reads it; docs/events.md; ADR 18.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/pattern.h"

namespace clicklake::events {

struct MatcherOptions {
  PatternLimits pattern;
  /// Stars in the wildcards of all rules that look at one path: more, and a rule is too complex.
  std::size_t max_stars_of_path = 262'144;
  /// Bytes that the compiled rules may take; 0: as many as there are.
  std::size_t max_bytes = 0;
};

struct NamedPattern {
  std::string_view name;
  std::string_view pattern;  ///< JSON
};

struct MatcherStats {
  std::size_t rules = 0;
  std::size_t conjunctions = 0;  ///< different ways to match
  std::size_t predicates = 0;    ///< different questions about a path
  std::size_t paths = 0;
  std::size_t indexes = 0;    ///< immutable ones, of growing size
  std::size_t snapshots = 0;  ///< the current one and those that readers still hold
  std::size_t bytes = 0;      ///< of indexes, names and paths; readers have their own
};

class Matcher {
 public:
  explicit Matcher(MatcherOptions options = {});
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  /// Adds the rule, or takes its new pattern where there is one of that name.
  /// Errors: kInvalidData, the pattern is none, or the rule is too complex: the message names rule,
  /// place and reason; kNoSpace, max_bytes would be passed. Nothing has changed then.
  /// Cost: a rule is compiled again about 5 log(rules) times as others come, some 20 us in all; a
  /// single call now and then takes as long as compiling all rules, which readers don't notice.
  Status put(std::string_view name, std::string_view pattern);
  /// All of them or none, at once; the later of two of a name counts. Cost: about 2 us a rule.
  Status put_all(std::span<const NamedPattern> rules);
  /// Whether there was such a rule. Cost: a bit for each rule is copied.
  bool remove(std::string_view name);
  bool has(std::string_view name) const;

  MatcherStats stats() const;

 private:
  friend class MatchReader;
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

class MatchReader {
 public:
  /// The matcher may end before its readers do: they go on with its last rules.
  explicit MatchReader(const Matcher& matcher);
  ~MatchReader();
  MatchReader(const MatchReader&) = delete;
  MatchReader& operator=(const MatchReader&) = delete;

  /// The names of the rules that match `event` (JSON text, UTF-8), each once, in no order. They
  /// live until the next call. Text behind the event's closing brace is not looked at. Errors:
  /// kInvalidData with the byte at which the event is no JSON object. Cost: the text is read once;
  /// then it depends on what may match, not on how many rules there are.
  Result<std::span<const std::string_view>> match(std::string_view event);

  /// Lets go of the rules: a reader that does not match for long keeps those of its last match.
  void release();

  /// Bytes of this reader's own memory.
  std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace clicklake::events
