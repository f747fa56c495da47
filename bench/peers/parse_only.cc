/// parse_only [--threads N] [--way many|line|dom|plain] FOLDER: what parsing alone costs.
///
/// simdjson over every .json file under FOLDER: each record's top-level keys compared with the
/// seven known names, each known value as unescaped text (the timestamp, too), every metadata key
/// and value unescaped. No validation of what the values mean, no hashes, no dimensions, no output:
/// the floor under the whole job. Files are handed to threads one by one and read() in blocks of
/// whole lines into one reused buffer a thread. The ways through a block: `many` is On Demand's
/// iterate_many (one structural index over the block), `line` is On Demand line by line, `dom` is
/// the DOM's parse_many; `plain` is `many` as the compiler leaves it, without forced inlining.
/// Prints one JSON object with what was seen. Source: simdjson's documentation, "On Demand" and
/// "parse_many".

#include <fcntl.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using simdjson::SIMDJSON_PADDING;
namespace ondemand = simdjson::ondemand;
namespace dom = simdjson::dom;

// Blocks that stay in the second-level cache, as far as the lines allow.
constexpr std::size_t kBlockBytes = 256 * 1024;

struct Seen {
  std::uint64_t records = 0;
  std::uint64_t texts = 0;  ///< known values and metadata keys and values
  std::uint64_t text_bytes = 0;
  std::uint64_t others = 0;   ///< values that are no text
  std::uint64_t unknown = 0;  ///< top-level keys that are none of the seven
  std::uint64_t failed = 0;

  void take(std::string_view text) {
    ++texts;
    text_bytes += text.size();
  }
  void add(const Seen& other) {
    records += other.records;
    texts += other.texts;
    text_bytes += other.text_bytes;
    others += other.others;
    unknown += other.unknown;
    failed += other.failed;
  }
};

/// Which of the seven fields a key is; its length decides first.
enum class Field { kText, kMetadata, kUnknown };

Field field_of(std::string_view key) {
  switch (key.size()) {
    case 7: return key == "user_id" ? Field::kText : Field::kUnknown;
    case 8:
      return key == "page_url"   ? Field::kText
             : key == "metadata" ? Field::kMetadata
                                 : Field::kUnknown;
    case 10: return key == "session_id" || key == "event_type" ? Field::kText : Field::kUnknown;
    case 11: return key == "device_type" ? Field::kText : Field::kUnknown;
    case 12: return key == "referrer_url" ? Field::kText : Field::kUnknown;
    case 15: return key == "event_timestamp" ? Field::kText : Field::kUnknown;
    default: return Field::kUnknown;
  }
}

template <typename Value>
void take_value(Value& value, Seen* seen) {
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) {
    seen->take(text);
  } else {
    ++seen->others;
  }
}

void take_metadata(ondemand::object object, Seen* seen) {
  for (auto entry : object) {
    std::string_view key;
    if (entry.unescaped_key().get(key) != simdjson::SUCCESS) break;
    seen->take(key);
    ondemand::value value;
    if (entry.value().get(value) == simdjson::SUCCESS) take_value(value, seen);
  }
}

template <typename Document>
void take_document(Document& document, Seen* seen) {
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) {
    ++seen->failed;
    return;
  }
  ++seen->records;
  for (auto field : object) {
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) {
      ++seen->failed;
      return;
    }
    ondemand::value value;
    if (field.value().get(value) != simdjson::SUCCESS) return;
    switch (field_of(key)) {
      case Field::kText: take_value(value, seen); break;
      case Field::kMetadata: {
        ondemand::object metadata;
        if (value.get_object().get(metadata) == simdjson::SUCCESS) {
          take_metadata(metadata, seen);
        } else {
          ++seen->others;
        }
        break;
      }
      case Field::kUnknown: ++seen->unknown; break;
    }
  }
}

/// The same with everything inlined, which gcc 12 does not do by itself: it halves the time.
template <typename Document>
__attribute__((flatten)) void take_document_inlined(Document& document, Seen* seen) {
  take_document(document, seen);
}

void take_element(dom::element element, Seen* seen) {
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) {
    ++seen->failed;
    return;
  }
  ++seen->records;
  for (const auto field : object) {
    switch (field_of(field.key)) {
      case Field::kText: take_value(field.value, seen); break;
      case Field::kMetadata: {
        dom::object metadata;
        if (field.value.get(metadata) != simdjson::SUCCESS) {
          ++seen->others;
          break;
        }
        for (const auto entry : metadata) {
          seen->take(entry.key);
          take_value(entry.value, seen);
        }
        break;
      }
      case Field::kUnknown: ++seen->unknown; break;
    }
  }
}

class Reader {
 public:
  explicit Reader(std::string_view way) : way_(way), buffer_(kBlockBytes + SIMDJSON_PADDING) {
#ifdef SIMDJSON_THREADS_ENABLED
    on_demand_.threaded = false;  // no third thread
    dom_.threaded = false;
#endif
  }

  bool read(const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    std::size_t held = 0;
    for (;;) {
      const ssize_t got =
          ::read(file, buffer_.data() + held, buffer_.size() - SIMDJSON_PADDING - held);
      if (got < 0) return ::close(file), false;
      held += static_cast<std::size_t>(got);
      if (held == 0) break;
      std::size_t whole = held;
      if (got > 0) {
        const void* const newline = ::memrchr(buffer_.data(), '\n', held);
        if (newline == nullptr) {
          buffer_.resize(buffer_.size() * 2);  // a line longer than the buffer
          continue;
        }
        whole = static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.data()) + 1;
      }
      parse(whole);
      held -= whole;
      std::memmove(buffer_.data(), buffer_.data() + whole, held);
      if (got == 0) break;
    }
    ::close(file);
    return true;
  }

  const Seen& seen() const { return seen_; }

 private:
  void parse(std::size_t size) {
    if (way_ == "line") {
      const char* p = buffer_.data();
      const char* const end = p + size;
      while (p < end) {
        const auto* newline =
            static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
        if (newline == nullptr) newline = end;
        const auto length = static_cast<std::size_t>(newline - p);
        ondemand::document document;
        if (on_demand_.iterate(p, length, length + SIMDJSON_PADDING).get(document) ==
            simdjson::SUCCESS) {
          take_document_inlined(document, &seen_);
        } else {
          ++seen_.failed;
        }
        p = newline + 1;
      }
    } else if (way_ != "dom") {
      ondemand::document_stream stream;
      if (on_demand_
              .iterate_many(buffer_.data(), size, std::max(size, simdjson::dom::MINIMAL_BATCH_SIZE))
              .get(stream) != simdjson::SUCCESS) {
        ++seen_.failed;
        return;
      }
      if (way_ == "plain") {
        for (auto document : stream) take_document(document, &seen_);
      } else {
        for (auto document : stream) take_document_inlined(document, &seen_);
      }
    } else {
      dom::document_stream stream;
      if (dom_.parse_many(buffer_.data(), size, std::max(size, simdjson::dom::MINIMAL_BATCH_SIZE))
              .get(stream) != simdjson::SUCCESS) {
        ++seen_.failed;
        return;
      }
      for (auto result : stream) {
        dom::element element;
        if (result.get(element) == simdjson::SUCCESS) {
          take_element(element, &seen_);
        } else {
          ++seen_.failed;
        }
      }
    }
  }

  std::string_view way_;
  std::vector<char> buffer_;
  ondemand::parser on_demand_;
  dom::parser dom_;
  Seen seen_;
};

}  // namespace

int main(int argc, char** argv) {
  unsigned threads = 2;
  std::string way = "many";
  std::string folder;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--threads" && i + 1 < argc) {
      threads = static_cast<unsigned>(std::max(1L, std::strtol(argv[++i], nullptr, 10)));
    } else if (argument == "--way" && i + 1 < argc) {
      way = argv[++i];
    } else {
      folder = argument;
    }
  }
  if (folder.empty() || (way != "many" && way != "line" && way != "dom" && way != "plain")) {
    std::fprintf(stderr, "parse_only [--threads N] [--way many|line|dom|plain] FOLDER\n");
    return 2;
  }
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".json")
      files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> unreadable{false};
  std::vector<Seen> seen(threads);
  {
    std::vector<std::jthread> workers;
    for (unsigned t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        Reader reader(way);
        for (std::size_t i = next++; i < files.size(); i = next++) {
          if (!reader.read(files[i].c_str())) unreadable = true;
        }
        seen[t] = reader.seen();
      });
    }
  }
  Seen sum;
  for (const Seen& s : seen) sum.add(s);
  std::printf(
      "{\"records\": %llu, \"texts\": %llu, \"text_bytes\": %llu, \"others\": %llu, "
      "\"unknown_keys\": %llu, \"failed\": %llu, \"files\": %zu, "
      "\"simdjson\": \"%s\", \"implementation\": \"%s\"}\n",
      static_cast<unsigned long long>(sum.records), static_cast<unsigned long long>(sum.texts),
      static_cast<unsigned long long>(sum.text_bytes), static_cast<unsigned long long>(sum.others),
      static_cast<unsigned long long>(sum.unknown), static_cast<unsigned long long>(sum.failed),
      files.size(), SIMDJSON_VERSION, simdjson::get_active_implementation()->name().c_str());
  return unreadable ? 1 : 0;
}
