// Clients, for load, verification and tests: a blocking HTTP client, a blocking WebSocket, and a connector for very many
// WebSockets on one core. None of them is used by the server.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"
#include "net/websocket.h"

namespace rookery {
class Core;
}

namespace rookery::net {

class TlsContext;

struct Endpoint {
  std::string host = "127.0.0.1";  // a numeric address or a name
  std::uint16_t port = 0;
  std::shared_ptr<TlsContext> tls;  // null: plain
};

// One keep-alive connection, made when needed, made anew when the server closed it. Blocks; one thread at a time; not on a
// core that has other work.
class HttpClient {
 public:
  explicit HttpClient(Endpoint endpoint, std::chrono::milliseconds deadline = std::chrono::seconds(10));
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // Host, Content-Length and Connection are added. kUnavailable when the answer did not come whole within the deadline: what
  // became of the request is then unknown. A request on a kept connection that turns out closed before a byte of an
  // answer is sent once more, if its method is GET or HEAD. Answers above 64 MiB are refused.
  Result<HttpResponse> request(std::string_view method, std::string_view target, const HttpHeaders& headers = {},
                               std::string_view body = {});

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

// A message, or the Close that ended the connection.
struct WebSocketEvent {
  enum class Kind : std::uint8_t { kText, kBinary, kPong, kClosed };
  Kind kind = Kind::kText;
  std::string text;              // of the message; the reason of a Close
  std::uint16_t close_code = 0;  // kClosed: the peer's, or kCloseAbnormal
};

// A WebSocket that blocks. Answers pings and Closes inside receive(). One thread at a time.
class BlockingWebSocket {
 public:
  // kUnavailable when it cannot connect; kBadRequest, with the status and the body, when the server does not upgrade.
  static Result<BlockingWebSocket> connect(const Endpoint& endpoint, std::string_view target, const HttpHeaders& headers = {},
                                           std::chrono::milliseconds deadline = std::chrono::seconds(10));
  ~BlockingWebSocket();
  BlockingWebSocket(BlockingWebSocket&&) noexcept;
  BlockingWebSocket& operator=(BlockingWebSocket&&) noexcept;

  Status send_text(std::string_view text);
  Status send_ping(std::string_view payload);
  Status send_close(std::uint16_t code, std::string_view reason = {});
  // Bytes as they are, for what no correct client would send.
  Status send_raw(std::string_view bytes);
  // The next event; kUnavailable when none came within the deadline. After kClosed there is nothing more.
  Result<WebSocketEvent> receive(std::chrono::milliseconds deadline = std::chrono::seconds(10));
  // Cuts the TCP connection without a Close.
  void abort();
  int descriptor() const noexcept;  // of the socket, to tune it

 private:
  struct Inner;
  explicit BlockingWebSocket(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

// Many WebSockets of one core, each cheap enough that a process holds ten thousand and more.
class WebSocketConnector {
 public:
  // On the core, or before it runs.
  explicit WebSocketConnector(Core& core, WebSocketPolicy policy = {});
  // After the core was stopped; closes what is open without a call.
  ~WebSocketConnector();
  WebSocketConnector(const WebSocketConnector&) = delete;
  WebSocketConnector& operator=(const WebSocketConnector&) = delete;

  // On the core. Connects and upgrades; on_open() when it is done, or on_closed(kCloseAbnormal, why) without an on_open()
  // when it failed or took longer than the deadline. The host must be a numeric address.
  void connect(const Endpoint& endpoint, std::string_view target, const HttpHeaders& headers, std::unique_ptr<WebSocketHandler> handler,
               std::chrono::milliseconds deadline = std::chrono::seconds(30));
  std::size_t connections() const noexcept;  // on the core

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace rookery::net
