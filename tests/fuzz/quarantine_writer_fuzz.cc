// Any bytes as refused rows: the file has one JSON object a row, and what was refused can be had
// back from it byte for byte.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "format/quarantine_writer.h"
#include "model/raw_schema.h"
#include "slow_json.h"

namespace clicklake::fuzz {
namespace {

std::string from_base64(std::string_view text) {
  static constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  require(text.size() % 4 == 0);
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text.substr(0, std::min(text.find('='), text.size()))) {
    require(kLetters.find(c) != std::string_view::npos);
    bits = bits << 6U | static_cast<std::uint32_t>(kLetters.find(c));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> static_cast<unsigned>(held) & 255U);
  }
  return out;
}

class Members {
 public:
  explicit Members(const JsonValue& object) {
    for (const auto& [name, value] : object.members) {
      require(by_name_.emplace(name, value.text).second);
    }
  }
  std::string bytes(const std::string& name) const {
    if (const auto plain = by_name_.find(name); plain != by_name_.end()) return plain->second;
    const auto coded = by_name_.find(name + "_base64");
    require(coded != by_name_.end());
    const std::string bytes = from_base64(coded->second);
    require(utf8_until(bytes) < bytes.size());
    return bytes;
  }
  std::uint64_t number(const std::string& name) const { return std::stoull(by_name_.at(name)); }

 private:
  std::map<std::string, std::string> by_name_;
};

}  // namespace
}  // namespace clicklake::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  using namespace clicklake::fuzz;
  // Rows are divided by 0xFE, which no UTF-8 holds; within a row a NUL divides file and text.
  std::vector<std::string> rows{""};
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == 0xFE) {
      rows.emplace_back();
    } else {
      rows.back() += static_cast<char>(data[i]);
    }
  }
  static const std::filesystem::path path =
      std::filesystem::path("/dev/shm") /
      ("quarantine-fuzz-" + std::to_string(::getpid()) + ".ndjson");
  QuarantineWriter writer(path);
  const auto row_of = [&](std::size_t i) {
    const std::string_view whole = rows[i];
    const std::size_t nul = std::min(whole.find('\0'), whole.size());
    RejectedRow row;
    row.reason = static_cast<RejectReason>(whole.size() % kRejectReasonCount);
    row.file = whole.substr(0, nul);
    row.text = whole.substr(nul);
    row.offset = i * 1'000'000'007;
    row.line = i + 1;
    row.length = whole.size();
    row.position = ~0ULL - i;
    row.field = to_string(static_cast<RawField>(whole.size() % kRawFieldCount));
    return row;
  };
  for (std::size_t i = 0; i < rows.size(); ++i) require(writer.add(row_of(i)).has_value());
  require(writer.total() == rows.size());
  require(writer.finish().has_value());

  std::ifstream in(path, std::ios::binary);
  std::string line;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    require(static_cast<bool>(std::getline(in, line)));
    require(utf8_until(line) == line.size());
    const JsonReading reading = read_json(line, 0);
    require(reading.outcome == JsonReading::kValue && reading.end == line.size());
    const Members members(reading.value);
    const RejectedRow row = row_of(i);
    require(members.bytes("reason") == to_string(row.reason));
    require(members.bytes("file") == row.file && members.bytes("text") == row.text);
    require(members.bytes("field") == row.field);
    require(members.number("offset") == row.offset && members.number("line") == row.line);
    require(members.number("length") == row.length && members.number("position") == row.position);
  }
  require(!std::getline(in, line));
  std::filesystem::remove(path);
  return 0;
}
