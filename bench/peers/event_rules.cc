// Events a second through the matcher, one thread, JSON text in and names of rules out:
//   event_rules RULES EVENTS PASSES   NDJSON of {"id","pattern"}, NDJSON of events; the best of
//   PASSES after one more
// Prints one line of JSON: build_s, bytes (what the matcher says), held_bytes (what the heap grew
// by), matches, events_s.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "events/json_document.h"
#include "events/matcher.h"

namespace {

using clicklake::events::JsonDocument;
using clicklake::events::Matcher;
using clicklake::events::MatchReader;
using clicklake::events::NamedPattern;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string contents(const char* file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "event_rules: cannot read %s\n", file);
    std::exit(1);
  }
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

struct Rule {
  std::string name;
  std::string pattern;
};

std::vector<Rule> read_rules(std::string_view text) {
  std::vector<Rule> out;
  JsonDocument document;
  for (const std::string_view line : lines_of(text)) {
    Rule rule;
    if (!document.read(line)) std::exit(1);
    const auto& nodes = document.nodes();
    for (std::uint32_t i = 1; i < nodes.size(); i = nodes[i].next) {
      if (nodes[i].key == "id") rule.name = nodes[i].text;
      if (nodes[i].key == "pattern") rule.pattern = nodes[i].text;
    }
    out.push_back(std::move(rule));
  }
  return out;
}

std::size_t heap() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: event_rules RULES EVENTS PASSES\n");
    return 2;
  }
  const std::vector<Rule> rules = read_rules(contents(argv[1]));
  const std::string text = contents(argv[2]);
  const std::vector<std::string_view> events = lines_of(text);
  std::vector<NamedPattern> named;
  for (const Rule& rule : rules) named.push_back({rule.name, rule.pattern});

  const std::size_t heap_before = heap();
  const double begin = now();
  Matcher matcher;
  if (const auto put = matcher.put_all(named); !put) {
    std::fprintf(stderr, "event_rules: %s\n", put.error().message.c_str());
    return 1;
  }
  const double build = now() - begin;
  const std::size_t held = heap() - heap_before;

  MatchReader reader(matcher);
  std::size_t matches = 0;
  double best = 0;
  const int passes = std::atoi(argv[3]);
  for (int pass = 0; pass <= passes; ++pass) {
    matches = 0;
    const double start = now();
    for (const std::string_view event : events) {
      const auto names = reader.match(event);
      if (!names) {
        std::fprintf(stderr, "event_rules: %s\n", names.error().message.c_str());
        return 1;
      }
      matches += names->size();
    }
    const double rate = static_cast<double>(events.size()) / (now() - start);
    if (pass > 0) best = std::max(best, rate);
  }
  std::printf(
      "{\"rules\": %zu, \"events\": %zu, \"build_s\": %.4f, \"bytes\": %zu, \"held_bytes\": %zu, "
      "\"reader_bytes\": "
      "%zu, \"matches\": %zu, \"events_s\": %.0f}\n",
      rules.size(), events.size(), build, matcher.stats().bytes, held, reader.bytes(), matches,
      best);
  return 0;
}
