// HttpConnection: HTTP/1.1 on a Socket, one request at a time. Within net only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/http.h"
#include "net/http_parser.h"
#include "net/proxies.h"
#include "net/socket.h"
#include "net/unread_answers.h"
#include "net/websocket.h"

namespace rookery::net {

// What the connections of a server share; outlives them. `loop_of` finds the loop of a core, for WebSockets that move.
struct HttpService {
  HttpHandler* handler = nullptr;
  HttpLimits limits;
  WebSocketPolicy websocket;
  TrustedProxies trusted_proxies;
  std::vector<std::unique_ptr<UnreadAnswers>> unread;  // one a core
  SocketLoop* (*loop_of)(void* server, const Core& core) = nullptr;
  void* server = nullptr;
};

class HttpConnection final : public Socket {
 public:
  HttpConnection(Stream stream, const HttpService& service, IpAddress peer);
  ~HttpConnection() override;

  // Called by the one who attached it to a loop, once.
  void open();
  // Its answer waits too long while others need the room.
  void cut() noexcept;
  void on_io(std::uint32_t epoll_events) noexcept override;

 private:
  // kReading → kHandling → kWriting → kReading …, or → kLingering: everything is said, the client's end is awaited so that
  // the answer is not cut off by a reset.
  enum class State : std::uint8_t { kReading, kHandling, kWriting, kLingering };
  class Exchange;
  struct Answer;

  void on_flush() noexcept override;
  void on_run() noexcept override;
  void on_deadline(SteadyTime now) noexcept override;
  void on_drain() noexcept override;

  void receive();
  void read_requests();
  bool read_one();
  void head_is_read();
  void hand_over();
  void answer(HttpResponse response);
  void refuse(const HttpRefusal& refusal);
  void tell_client(HttpRequest& request) const;  // fills in whose it is
  void start_writing(HttpResponse response, bool keep_alive, bool without_body);
  bool write_answer();
  void answer_is_written();
  void forget_answer() noexcept;
  void upgrade(std::unique_ptr<WebSocketHandler> handler);
  void rest_until_next();

  const HttpService& service_;
  UnreadAnswers* unread_ = nullptr;  // of its core
  IpAddress peer_;
  std::unique_ptr<HttpRequestParser> parser_;  // while a request is being read
  std::string received_;                       // and not yet parsed
  std::shared_ptr<Exchange> exchange_;         // while a request is being handled
  std::unique_ptr<Answer> answer_;             // while it is being written
  std::size_t progress_ = 0;                   // bytes of the body read, or of the answer written, at the last deadline
  State state_ = State::kReading;
  bool keep_alive_ = true;
  bool head_request_ = false;
  bool skipped_line_ = false;  // an empty one, before this request
  bool http_1_1_ = true;
  bool draining_ = false;
};

}  // namespace rookery::net
