#include "net/curl_api.h"

#include <dlfcn.h>

#include <string>

namespace clicklake {
namespace {

Error missing(const std::string& why) {
  return {ErrorCode::kUnsupported,
          "HTTP needs libcurl, and it can't be opened (" + why +
              "): install it (on Debian and Ubuntu: apt-get install libcurl4)"};
}

Result<const CurlApi*> open_library() {
  // Its own OpenSSL and zlib stay out of the way of everything else.
  void* library = nullptr;
  std::string why;
  for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"}) {
    library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
    const char* text = ::dlerror();  // NOLINT(concurrency-mt-unsafe): under the static's lock
    if (why.empty() && text != nullptr) why = text;
  }
  if (library == nullptr) return missing(why);
  static CurlApi api{};
  const char* lacking = nullptr;
  const auto find = [&](auto* function, const char* name) {
    *function =
        reinterpret_cast<std::remove_reference_t<decltype(*function)>>(::dlsym(library, name));
    if (*function == nullptr) lacking = name;
  };
  find(&api.global_init, "curl_global_init");
  find(&api.easy_init, "curl_easy_init");
  find(&api.easy_reset, "curl_easy_reset");
  find(&api.easy_cleanup, "curl_easy_cleanup");
  find(&api.easy_setopt, "curl_easy_setopt");
  find(&api.easy_getinfo, "curl_easy_getinfo");
  find(&api.easy_strerror, "curl_easy_strerror");
  find(&api.slist_append, "curl_slist_append");
  find(&api.slist_free_all, "curl_slist_free_all");
  find(&api.multi_init, "curl_multi_init");
  find(&api.multi_cleanup, "curl_multi_cleanup");
  find(&api.multi_setopt, "curl_multi_setopt");
  find(&api.multi_add_handle, "curl_multi_add_handle");
  find(&api.multi_remove_handle, "curl_multi_remove_handle");
  find(&api.multi_perform, "curl_multi_perform");
  find(&api.multi_info_read, "curl_multi_info_read");
  find(&api.multi_poll, "curl_multi_poll");
  find(&api.multi_strerror, "curl_multi_strerror");
  if (lacking != nullptr) return missing(std::string(lacking) + " is missing in it");
  if (api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return missing("it can't be initialised");
  return &api;
}

}  // namespace

Result<const CurlApi*> curl_api() {
  static const Result<const CurlApi*> kApi = open_library();
  return kApi;
}

}  // namespace clicklake
