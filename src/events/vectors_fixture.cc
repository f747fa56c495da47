#include "events/vectors_fixture.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "events/json_document.h"

namespace clicklake::events {

std::vector<VectorCase> read_vectors(const std::string& file) {
  std::ifstream in(file);
  std::vector<VectorCase> out;
  for (std::string line; std::getline(in, line);) {
    JsonDocument document;
    if (!document.read(line)) {
      std::fprintf(stderr, "%s, line %zu: no case\n", file.c_str(), out.size() + 1);
      std::abort();
    }
    std::map<std::string, std::string> members;
    const auto& nodes = document.nodes();
    for (std::uint32_t i = 1; i < nodes.size(); i = nodes[i].next)
      members[std::string(nodes[i].key)] = nodes[i].text;
    VectorCase one{.name = members["name"],
                   .pattern = members["pattern"],
                   .event = members["event"],
                   .expect = members["expect"],
                   .bad_event = members["invalid_part"] == "event"};
    if (members.count("strict") > 0) one.expect = members["strict"];
    if (members.count("clean_answer") > 0) one.expect = members["clean_answer"];
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<VectorCase> generated_vectors() {
  return read_vectors(CLICKLAKE_SOURCE_DIR "/tests/conformance/eventbridge/generated.jsonl");
}

std::optional<std::vector<VectorCase>> upstream_vectors() {
  const char* given = std::getenv("CLICKLAKE_SHARED");  // NOLINT(concurrency-mt-unsafe)
  const std::filesystem::path shared = given != nullptr ? given : CLICKLAKE_SOURCE_DIR "/../shared";
  const std::filesystem::path file = shared / "conformance/eventbridge/upstream.jsonl";
  if (!std::filesystem::exists(file)) return std::nullopt;
  return read_vectors(file.string());
}

}  // namespace clicklake::events
