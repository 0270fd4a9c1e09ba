// HttpServer: accepts connections, spreads them evenly over the cores, speaks HTTP/1.1 and WebSocket on them.
//
// A connection lives on the core that it was given. The order of life: open(), start(), stop_accepting(), drain(), then
// Cores::stop(), then the destructor, which closes what is left without telling anybody; Cores are destroyed after it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/http.h"
#include "net/proxies.h"
#include "net/websocket.h"

namespace rookery {
class Cores;
}

namespace rookery::net {

class TlsContext;

struct HttpServerOptions {
  std::string host = "127.0.0.1";         // a numeric address ("::", "0.0.0.0") or a name; the first address that can be bound is taken
  std::uint16_t port = 0;                 // 0: the kernel chooses
  std::size_t connections_max = 100'000;  // beyond it a connection is answered 503 with Retry-After and closed
  std::function<bool()> overloaded;       // asked on the first core for each new one: true, and it is answered likewise; may be empty
  HttpLimits http;
  WebSocketPolicy websocket;
  TrustedProxies trusted_proxies;                   // none: the peer is who connected
  std::shared_ptr<TlsContext> tls;                  // null: plain
  std::chrono::milliseconds sweep_interval{1'000};  // how late a deadline may be noticed
};

class HttpServer {
 public:
  // Binds and listens; nothing is accepted before start(). Fails with kUnavailable and the system's words.
  static Result<std::unique_ptr<HttpServer>> open(HttpServerOptions options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  const std::string& host() const noexcept;  // the numeric address that was bound
  std::uint16_t port() const noexcept;       // the real one

  // Once, from a thread that is no core, after or before Cores::start(). Both outlive the server's use of them: `cores`
  // is destroyed after the server, `handler` not before Cores::stop().
  void start(Cores& cores, HttpHandler& handler);

  // Any thread, after start(). Closes the listening socket; connections go on. Takes effect soon, not at once.
  void stop_accepting();
  // Any thread, after start(). Idle connections are closed, the others after their present answer, which says
  // "Connection: close". WebSockets are left alone: who upgraded them closes them.
  void drain();
  // Open connections, WebSockets included. Any thread.
  std::size_t connections() const noexcept;
  // Bytes of answers that wait for their readers, and how many answers were cut because those were too many. Any thread.
  std::size_t unread_bytes() const noexcept;
  std::uint64_t unread_cut() const noexcept;

 private:
  struct Inner;
  explicit HttpServer(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

}  // namespace rookery::net
