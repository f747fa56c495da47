#include "ingest/new_sources.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "format/stored_bytes.h"

namespace clicklake {
namespace {

constexpr std::size_t kFewSources = 32;  ///< up to here they are asked for one by one
constexpr std::size_t kHashBlock = 256U << 10;
constexpr std::streamoff kEdge = 4096;

/// The deepest folder that all `sources` lie in.
std::string folder_of_all(const std::vector<Source>& sources) {
  std::string_view common;
  bool first = true;
  for (const Source& source : sources) {
    if (source.stream) continue;
    const std::string_view path = source.absolute;
    if (first) {
      common = path;
      first = false;
      continue;
    }
    const auto differs = std::mismatch(common.begin(), common.end(), path.begin(), path.end());
    common = common.substr(0, static_cast<std::size_t>(differs.first - common.begin()));
  }
  const std::size_t slash = common.rfind('/');
  return std::string(slash == std::string_view::npos ? "" : common.substr(0, slash));
}

/// By source: whether its path, size and time are known.
Result<std::vector<bool>> known_by_path(Catalog& catalog, const std::vector<Source>& sources) {
  std::vector<bool> known(sources.size(), false);
  if (sources.size() <= kFewSources) {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const Source& source = sources[i];
      if (source.stream) continue;
      ASSIGN_OR_RETURN(const bool taken,
                       catalog.source_taken(source.absolute, source.size, source.mtime_us));
      known[i] = taken;
    }
    return known;
  }
  ASSIGN_OR_RETURN(const std::vector<SourceFile> taken,
                   catalog.sources_below(folder_of_all(sources)));
  std::unordered_multimap<std::string_view, const SourceFile*> by_path;
  by_path.reserve(taken.size());
  for (const SourceFile& file : taken) by_path.emplace(file.path, &file);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto [begin, end] = by_path.equal_range(sources[i].absolute);
    known[i] = std::any_of(begin, end, [&](const auto& entry) {
      return entry.second->size == sources[i].size && entry.second->mtime_us == sources[i].mtime_us;
    });
  }
  return known;
}

/// First and last bytes of a file; "" where it can't be read. Tells most files of one size apart
/// without reading them.
std::string edges_of(const Source& source) {
  std::ifstream file(source.path, std::ios::binary);
  std::string edges(static_cast<std::size_t>(2 * kEdge), '\0');
  file.read(edges.data(), kEdge);
  const std::streamsize head = file.gcount();
  std::streamsize tail = 0;
  if (source.size > kEdge) {
    file.clear();
    file.seekg(std::max<std::streamoff>(kEdge, source.size - kEdge));
    file.read(edges.data() + head, kEdge);
    tail = file.gcount();
  }
  edges.resize(static_cast<std::size_t>(head + tail));
  return edges;
}

/// Indices of those that may be equal to another of `candidates`, by size and edges.
std::set<std::size_t> possible_twins(const std::vector<Source>& sources,
                                     const std::vector<std::size_t>& candidates) {
  std::map<std::int64_t, std::vector<std::size_t>> by_size;
  for (const std::size_t i : candidates) by_size[sources[i].size].push_back(i);
  std::set<std::size_t> twins;
  for (const auto& [size, same] : by_size) {
    if (same.size() < 2) continue;
    std::map<std::string, std::vector<std::size_t>> by_edges;
    for (const std::size_t i : same) by_edges[edges_of(sources[i])].push_back(i);
    for (const auto& [edges, alike] : by_edges) {
      if (alike.size() > 1) twins.insert(alike.begin(), alike.end());
    }
  }
  return twins;
}

/// Hashes by index; "" where a file can't be read.
std::map<std::size_t, std::string> hash_all(const std::vector<Source>& sources,
                                            const std::set<std::size_t>& wanted, int threads) {
  const std::vector<std::size_t> list(wanted.begin(), wanted.end());
  std::vector<std::string> hashes(list.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < list.size(); i = next++) {
      if (auto hash = hash_content(sources[list[i]].path)) hashes[i] = *std::move(hash);
    }
  };
  {
    std::vector<std::jthread> others;
    const std::size_t workers =
        std::min<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), list.size());
    for (std::size_t t = 1; t < workers; ++t) others.emplace_back(work);
    work();
  }
  std::map<std::size_t, std::string> by_index;
  for (std::size_t i = 0; i < list.size(); ++i) by_index[list[i]] = std::move(hashes[i]);
  return by_index;
}

}  // namespace

Result<std::string> hash_content(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<StoredBytes> bytes, StoredBytes::open(path, true));
  const std::unique_ptr<char[]> block(new char[kHashBlock]);
  for (;;) {
    ASSIGN_OR_RETURN(const std::size_t got, bytes->read(block.get(), kHashBlock));
    if (got < kHashBlock) return bytes->content_hash();
  }
}

Result<NewSources> find_new_sources(Catalog& catalog, std::vector<Source> sources, int threads) {
  ASSIGN_OR_RETURN(std::vector<bool> taken, known_by_path(catalog, sources));
  std::vector<std::size_t> candidates;
  std::set<std::size_t> to_hash;
  std::map<std::int64_t, bool> size_known;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (taken[i] || sources[i].stream) continue;
    candidates.push_back(i);
    const auto [entry, is_new] = size_known.emplace(sources[i].size, false);
    if (is_new) {
      ASSIGN_OR_RETURN(entry->second, catalog.size_taken(sources[i].size));
    }
    if (entry->second) to_hash.insert(i);
  }
  to_hash.merge(possible_twins(sources, candidates));
  std::set<std::string> seen;
  for (const auto& [i, hash] : hash_all(sources, to_hash, threads)) {
    if (hash.empty()) continue;
    if (!seen.insert(hash).second) {
      taken[i] = true;
      continue;
    }
    ASSIGN_OR_RETURN(const bool known, catalog.content_taken(hash));
    taken[i] = known;
  }
  NewSources result;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    (taken[i] ? result.taken : result.fresh).push_back(std::move(sources[i]));
  }
  return result;
}

}  // namespace clicklake
