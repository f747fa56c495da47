#pragma once
/// libcurl's functions, found in the machine's library when the first request is made.
///
/// Place: under http_client alone. Invariant: all functions are there, or opening failed; the
/// library
///   is never closed.
/// Thread safety: curl_api() is safe; libcurl's handles are thread-compatible.
/// Source: libcurl's C API, stable since 7.16 (libcurl.so.4); ADR-0020.

// Options are named as libcurl 7.66 knows them, whatever the headers are.
#define CURL_DISABLE_DEPRECATION 1
#include <curl/curl.h>

#include "base/result.h"

namespace clicklake {

struct CurlApi {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  CURLcode (*easy_setopt)(CURL*, CURLoption, ...);
  CURLcode (*easy_getinfo)(CURL*, CURLINFO, ...);
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  CURLMcode (*multi_setopt)(CURLM*, CURLMoption, ...);
  decltype(&::curl_multi_add_handle) multi_add_handle;
  decltype(&::curl_multi_remove_handle) multi_remove_handle;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_info_read) multi_info_read;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_strerror) multi_strerror;
};

/// Opens the library at the first call. Errors: kUnsupported, there is none, or it is older than
/// 7.66: says which package has it.
Result<const CurlApi*> curl_api();

}  // namespace clicklake
