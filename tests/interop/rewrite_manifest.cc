// Reads a manifest or a manifest list of another engine and writes it with our own encoder.
//
//   iceberg_rewrite_manifest manifest|list IN OUT
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "iceberg/manifest.h"
#include "iceberg/manifest_list.h"

namespace clicklake::iceberg {
namespace {

Result<std::string> rewrite(std::string_view kind, const std::string& bytes) {
  if (kind == "list") {
    ASSIGN_OR_RETURN(const auto manifests, decode_manifest_list(bytes, "the list"));
    return encode_manifest_list({42, 41, 7}, manifests);
  }
  ASSIGN_OR_RETURN(const Manifest manifest, decode_manifest(bytes, "the manifest"));
  return encode_manifest(manifest.schema, manifest.spec, manifest.content, manifest.entries);
}

}  // namespace
}  // namespace clicklake::iceberg

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: iceberg_rewrite_manifest manifest|list IN OUT\n", stderr);
    return 2;
  }
  std::ifstream in(argv[2], std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto rewritten = clicklake::iceberg::rewrite(argv[1], bytes);
  if (!rewritten) {
    std::fprintf(stderr, "%s: %s\n", argv[2], rewritten.error().message.c_str());
    return 1;
  }
  std::ofstream out(argv[3], std::ios::binary);
  out << *rewritten;
  return out.good() ? 0 : 1;
}
