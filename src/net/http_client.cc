#include "net/http_client.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>

#include "net/curl_api.h"

namespace clicklake {
namespace {

static_assert(CURL_WAIT_POLLIN == POLLIN && CURL_WAIT_POLLOUT == POLLOUT);

struct Transfer {
  HttpRequest request;
  HttpResponse response;
  HttpClient::Done done;
  curl_slist* headers = nullptr;
  bool cut = false;  ///< the body went on beyond kMaxBody
  std::array<char, CURL_ERROR_SIZE> error{};
};

HttpResponse::Failure failure_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT: return HttpResponse::Failure::kConnect;
    case CURLE_OPERATION_TIMEDOUT: return HttpResponse::Failure::kTimeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return HttpResponse::Failure::kTls;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE: return HttpResponse::Failure::kReset;
    default: return HttpResponse::Failure::kOther;
  }
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  std::string& body = transfer->response.body;
  const std::size_t bytes = size * count;
  const std::size_t room = HttpClient::kMaxBody - body.size();
  body.append(data, std::min(bytes, room));
  transfer->cut = bytes > room;
  return transfer->cut ? 0 : bytes;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  const std::string_view line(data, size * count);
  auto& headers = transfer->response.headers;
  if (line.starts_with("HTTP/")) headers.clear();  // of an interim answer
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && headers.size() < 100) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string_view value = line.substr(colon + 1);
    const std::size_t first = value.find_first_not_of(" \t");
    const std::size_t last = value.find_last_not_of(" \t\r\n");
    value = first == std::string_view::npos || last == std::string_view::npos
                ? std::string_view()
                : value.substr(first, last - first + 1);
    headers.emplace_back(std::move(name), value);
  }
  return line.size();
}

class CurlClient final : public HttpClient {
 public:
  CurlClient(const CurlApi& curl, CURLM* multi) : curl_(curl), multi_(multi) {
    curl_.multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 256L);
    curl_.multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  }
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;
  ~CurlClient() override {
    for (auto& [easy, transfer] : running_) {
      curl_.multi_remove_handle(multi_, easy);
      curl_.slist_free_all(transfer->headers);
      curl_.easy_cleanup(easy);
    }
    for (CURL* easy : idle_) curl_.easy_cleanup(easy);
    curl_.multi_cleanup(multi_);
  }

  void start(HttpRequest request, Done done) override {
    auto transfer = std::make_unique<Transfer>();
    transfer->request = std::move(request);
    transfer->done = std::move(done);
    CURL* easy = idle_.empty() ? curl_.easy_init() : idle_.back();
    if (!idle_.empty()) idle_.pop_back();
    if (easy == nullptr) {
      transfer->response.failure = HttpResponse::Failure::kOther;
      transfer->response.error = "no memory for a request";
      refused_.push_back(std::move(transfer));
      return;
    }
    set_options(easy, transfer.get());
    const CURLMcode code = curl_.multi_add_handle(multi_, easy);
    if (code != CURLM_OK) {
      curl_.easy_cleanup(easy);
      curl_.slist_free_all(transfer->headers);
      transfer->response.failure = HttpResponse::Failure::kOther;
      transfer->response.error = curl_.multi_strerror(code);
      refused_.push_back(std::move(transfer));
      return;
    }
    running_.emplace(easy, std::move(transfer));
  }

  Status step(std::vector<pollfd>* others, int wait_ms) override {
    if (!refused_.empty()) wait_ms = 0;
    int still_running = 0;
    // New requests are sent off before the wait.
    CURLMcode code = curl_.multi_perform(multi_, &still_running);
    if (code == CURLM_OK && finished()) wait_ms = 0;
    if (code == CURLM_OK) {
      std::vector<curl_waitfd> waited;
      for (const pollfd& other : *others) waited.push_back({other.fd, other.events, 0});
      code = curl_.multi_poll(multi_, waited.data(), static_cast<unsigned>(waited.size()), wait_ms,
                              nullptr);
      for (std::size_t i = 0; i < waited.size(); ++i) (*others)[i].revents = waited[i].revents;
    }
    if (code == CURLM_OK) code = curl_.multi_perform(multi_, &still_running);
    if (code != CURLM_OK) {
      return Error{ErrorCode::kIo,
                   std::string("cannot drive HTTP requests: ") + curl_.multi_strerror(code)};
    }
    (void)finished();
    return {};
  }

  std::size_t running() const override { return running_.size() + refused_.size(); }

 private:
  void set_options(CURL* easy, Transfer* transfer) {
    const HttpRequest& request = transfer->request;
    const auto set = [&](CURLoption option, auto value) { curl_.easy_setopt(easy, option, value); };
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_TCP_NODELAY, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.timeout_ms));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (request.direct) set(CURLOPT_NOPROXY, "*");
    if (!request.ca_file.empty()) {
      set(CURLOPT_CAINFO, request.ca_file.c_str());
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    set(CURLOPT_ERRORBUFFER, transfer->error.data());
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(transfer));
    set(CURLOPT_HEADERFUNCTION, &take_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(transfer));
    set(CURLOPT_USERAGENT, "clicklake/" CLICKLAKE_VERSION);
    if (request.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET" || !request.body.empty()) {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.data());
    }
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    transfer->headers = curl_.slist_append(nullptr, "Expect:");
    for (const std::string& header : request.headers) {
      transfer->headers = curl_.slist_append(transfer->headers, header.c_str());
    }
    set(CURLOPT_HTTPHEADER, transfer->headers);
  }

  /// Hands over the answers that are there; whether there were any.
  bool finished() {
    std::vector<std::unique_ptr<Transfer>> ready = std::move(refused_);
    refused_.clear();
    int left = 0;
    while (CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto found = running_.find(easy);
      if (found == running_.end()) continue;
      std::unique_ptr<Transfer> transfer = std::move(found->second);
      running_.erase(found);
      HttpResponse& response = transfer->response;
      long status = 0;
      curl_.easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      response.status = static_cast<int>(status);
      if (code != CURLE_OK && !(transfer->cut && status != 0)) {
        response.failure = failure_of(code);
        response.error =
            transfer->error[0] != '\0' ? transfer->error.data() : curl_.easy_strerror(code);
      }
      curl_.multi_remove_handle(multi_, easy);
      curl_.slist_free_all(transfer->headers);
      curl_.easy_reset(easy);
      idle_.push_back(easy);
      ready.push_back(std::move(transfer));
    }
    for (const std::unique_ptr<Transfer>& transfer : ready) {
      transfer->done(std::move(transfer->response));
    }
    return !ready.empty();
  }

  const CurlApi& curl_;
  CURLM* multi_;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;
  std::vector<std::unique_ptr<Transfer>> refused_;
  std::vector<CURL*> idle_;
};

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

Result<std::unique_ptr<HttpClient>> HttpClient::open() {
  ASSIGN_OR_RETURN(const CurlApi* curl, curl_api());
  CURLM* multi = curl->multi_init();
  if (multi == nullptr) return Error{ErrorCode::kIo, "no memory for HTTP requests"};
  return std::unique_ptr<HttpClient>(std::make_unique<CurlClient>(*curl, multi));
}

Result<HttpResponse> http_fetch(HttpRequest request) {
  ASSIGN_OR_RETURN(const std::unique_ptr<HttpClient> client, HttpClient::open());
  HttpResponse response;
  client->start(std::move(request), [&](HttpResponse answer) { response = std::move(answer); });
  std::vector<pollfd> nothing;
  while (client->running() > 0) RETURN_IF_ERROR(client->step(&nothing, 1000));
  return response;
}

}  // namespace clicklake
