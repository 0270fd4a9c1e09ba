// HTTP/1.1 (RFC 9110, 9112) as the server's handlers see it: requests, responses, and the handle that answers one.
//
// Plain values unless said otherwise; any thread, one at a time. The transport is net/server.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace rookery::net {

class WebSocketHandler;

// ASCII letters compare without case, as field names do.
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

// Without spaces and tabs at both ends.
std::string_view trim_blanks(std::string_view text) noexcept;

// Header fields in their order; names compare without case.
class HttpHeaders {
 public:
  struct Field {
    std::string name;
    std::string value;
  };

  // Control characters in a value (a line end would start a field of its own) become spaces.
  void add(std::string_view name, std::string_view value);
  // Replaces every field of that name.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  // The first value of that name; empty when there is none.
  std::string_view get(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept;
  // A field of that name holds `token` in its comma-separated list, compared without case.
  bool lists(std::string_view name, std::string_view token) const noexcept;
  const std::vector<Field>& fields() const noexcept { return fields_; }

 private:
  std::vector<Field> fields_;
};

// A request that passed every check of its framing.
struct HttpRequest {
  std::string method;  // as sent: "GET"
  std::string target;  // as sent: "/a%20b?x=1"; "*" for OPTIONS
  std::string path;    // the target's path, still percent-encoded, beginning with '/' (net/url.h decodes); "*" for OPTIONS *
  std::string query;   // what follows '?', still encoded; empty when there is none
  HttpHeaders headers;
  std::string body;
  std::string peer;     // the client's address without port, as trusted proxies tell it: "192.0.2.7", "2001:db8::7"
  bool secure = false;  // it came by TLS, here or at a trusted proxy
};

// The transport adds Date, Content-Length, Connection and X-Content-Type-Options, and leaves out the body for HEAD.
struct HttpResponse {
  unsigned status = 200;
  HttpHeaders headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of `body` when set: static files

  static HttpResponse json(unsigned status, std::string body);
  static HttpResponse text(unsigned status, std::string body);
  static HttpResponse no_content() { return {.status = 204, .headers = {}, .body = {}, .shared_body = {}}; }
  // The error's own status and body; Retry-After (whole seconds, rounded up) when it has one; X-Request-Id when not empty.
  static HttpResponse error(const Error& error, std::string_view request_id = {});

  std::string_view content() const noexcept { return shared_body ? std::string_view(*shared_body) : std::string_view(body); }
};

// "Not Found" for 404; "Unknown" for what has no phrase.
std::string_view reason_phrase(unsigned status) noexcept;

// Why a request is no WebSocket handshake that can be accepted (RFC 6455 §4.2.1), as the answer to give: 426 with
// Upgrade and Sec-WebSocket-Version, or 400. None when it is a good one.
std::optional<HttpResponse> websocket_refusal(const HttpRequest& request);

// One request waiting for its answer, as the transport keeps it. Tests of handlers bring their own.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  // At most one of the two, once.
  virtual void respond(HttpResponse response) = 0;
  virtual void upgrade(std::unique_ptr<WebSocketHandler> handler) = 0;
  virtual bool connected() const = 0;
};

// Answers one request, exactly once; unanswered at its destruction, the client gets a 500. It outlives the connection
// harmlessly: the answer to one that is gone is dropped.
class HttpResponder {
 public:
  explicit HttpResponder(std::shared_ptr<HttpExchange> exchange) : exchange_(std::move(exchange)) {}
  HttpResponder(HttpResponder&&) noexcept = default;
  HttpResponder& operator=(HttpResponder&& other) noexcept;
  ~HttpResponder() { answer_unanswered(); }

  // Any core; from another than the connection's it travels by mail.
  void respond(HttpResponse response);
  void respond(const Error& error) { respond(HttpResponse::error(error)); }

  // Answers 101 and hands the connection to `handler`, whose on_open() is called before this returns; on the connection's
  // core only. A request that is no acceptable handshake is answered with websocket_refusal() instead; then, and when the
  // connection is gone, the handler is destroyed without a call.
  void upgrade(std::unique_ptr<WebSocketHandler> handler);

  // False once the client is known to be gone. The connection's core only.
  bool connected() const { return exchange_ && exchange_->connected(); }

 private:
  void answer_unanswered() noexcept;

  std::shared_ptr<HttpExchange> exchange_;
};

// What the server does with requests. Called on the connection's core, hence on all cores at once. Requests of one
// connection come one at a time: the next when the answer to the last was written.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual void on_request(HttpRequest request, HttpResponder responder) = 0;
  // The largest body this request may bring, asked when its head (all but `body`) is there. A larger one is answered 413
  // and the connection closed.
  virtual std::size_t body_bytes_max(const HttpRequest& head) {
    static_cast<void>(head);
    return kBodyBytesMax;
  }
  static constexpr std::size_t kBodyBytesMax = 64 * 1024;
  // The answer to a request that the transport refuses although its head (all but `body`) is good: the body is too large
  // (413), came too slowly (408), or cannot be read (400). The connection is closed behind it.
  virtual HttpResponse refused(const HttpRequest& head, unsigned status, const Error& why) {
    static_cast<void>(head);
    return HttpResponse::json(status, error_json(why, {}));
  }
};

// What a connection may cost before and between requests.
struct HttpLimits {
  std::size_t head_bytes_max = 16 * 1024;           // request line and fields: 431 above
  std::size_t target_bytes_max = 8 * 1024;          // 414 above
  std::size_t fields_max = 100;                     // 431 above
  std::chrono::milliseconds head_deadline{10'000};  // from the first byte (or the accept) to the end of the head
  std::chrono::milliseconds idle_deadline{60'000};  // between requests
  // A body must bring `progress_bytes`, or its end, in each `progress_deadline`; so must the reading of an answer.
  std::chrono::milliseconds progress_deadline{10'000};
  std::size_t progress_bytes = 1024;
  // For the whole of an answer that is not shared with others: until it is taken it is memory of this connection alone.
  std::chrono::milliseconds answer_deadline{120'000};
  // Of a core: answers that their readers have not taken, together; beyond it those that have waited longest are cut.
  std::size_t unread_bytes_max = std::size_t{64} * 1024 * 1024;
  int kernel_send_bytes = 256 * 1024;  // SO_SNDBUF; without it the kernel takes megabytes for a stalled reader
};

}  // namespace rookery::net
