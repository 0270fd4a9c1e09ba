#include <sys/epoll.h>

#include <utility>

#include "base/bytes.h"
#include "base/random.h"
#include "net/client.h"
#include "net/connect.h"
#include "net/http_parser.h"
#include "net/socket.h"
#include "net/websocket_connection.h"
#include "runtime/core.h"

namespace rookery::net {
namespace {

constexpr std::size_t kRefusalBytesMax = 64 * 1024;  // of an answer that is no upgrade

// A connection that is being made and upgraded; then its stream becomes a WebSocketConnection's.
class Connecting final : public Socket {
 public:
  Connecting(Stream stream, const WebSocketPolicy& policy, std::string request, std::string key, std::unique_ptr<WebSocketHandler> handler)
      : Socket(std::move(stream)), policy_(policy), request_(std::move(request)), key_(std::move(key)), handler_(std::move(handler)) {}

  void open(SteadyTime deadline) { set_deadline(deadline); }

  void on_io(std::uint32_t epoll_events) noexcept override {
    if (doomed() || !why_.empty()) return;
    if (!connected_) {
      const Status outcome = connect_outcome(stream_.fd());
      if (!outcome) return give_up(outcome.error().message);
      connected_ = true;
    }
    if (!write_request()) return;
    if ((epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
  }

 private:
  void on_flush() noexcept override {
    if (why_.empty()) return;
    const auto handler = std::move(handler_);
    doom();
    handler->on_closed(kCloseAbnormal, why_);
  }
  void on_run() noexcept override {}
  void on_deadline(SteadyTime) noexcept override { give_up("connecting took too long"); }

  void give_up(std::string why) {
    why_ = std::move(why);
    set_deadline(kNoDeadline);
    mark_dirty();
  }

  bool write_request() {
    while (written_ < request_.size() || stream_.has_unsent()) {
      const auto n = stream_.write(std::string_view(request_).substr(written_));
      if (n == Stream::kAgain) break;
      if (n == Stream::kFailed) {
        give_up("the connection broke");
        return false;
      }
      written_ += static_cast<std::size_t>(n);
      if (stream_.has_unsent()) break;
    }
    const bool all = written_ == request_.size() && !stream_.has_unsent();
    set_interest(all || stream_.waits_for_peer() ? EPOLLIN : EPOLLIN | EPOLLOUT);
    return true;
  }

  void receive() {
    while (true) {
      const std::span<char> buffer = loop().receive_buffer();
      const auto n = stream_.read(buffer);
      if (n == Stream::kAgain) return;
      if (n <= 0) return give_up("the server closed the connection");
      received_.append(buffer.data(), static_cast<std::size_t>(n));
      // What comes behind the answer is WebSocket frames, which the parser must not see.
      for (std::size_t taken = 1; taken > 0 && !parser_.done() && !received_.empty();) {
        const auto parsed = parser_.parse(received_);
        if (!parsed) return give_up(parsed.error().message);
        taken = *parsed;
        received_.erase(0, taken);
      }
      if (parser_.done()) return upgrade();
    }
  }

  void upgrade() {
    const Status accepted = check_handshake(parser_.take_response(), key_);
    if (!accepted) return give_up(accepted.error().message);
    SocketLoop& here = loop();
    here.core().unwatch(stream_.fd(), *this);
    auto made = std::make_unique<WebSocketConnection>(std::move(stream_), WebSocketRole::kClient, policy_, std::move(handler_), "",
                                                      std::move(received_));
    doom();
    WebSocketConnection& socket = *made;
    here.attach(std::move(made), EPOLLIN);
    socket.open();
  }

  const WebSocketPolicy& policy_;
  std::string request_;
  std::string key_;
  std::unique_ptr<WebSocketHandler> handler_;
  HttpResponseParser parser_{false, kRefusalBytesMax};
  std::string received_;
  std::string why_;  // it failed
  std::size_t written_ = 0;
  bool connected_ = false;
};

}  // namespace

struct WebSocketConnector::Inner {
  Inner(Core& core, WebSocketPolicy p) : policy(p), loop(std::make_shared<SocketLoop>(core)) {}
  WebSocketPolicy policy;
  std::shared_ptr<SocketLoop> loop;
};

WebSocketConnector::WebSocketConnector(Core& core, WebSocketPolicy policy) : inner_(std::make_shared<Inner>(core, policy)) {
  const auto start = [loop = inner_->loop] { SocketLoop::start(loop, std::chrono::seconds(1)); };
  if (Core::current_or_null() == &core) {
    start();
  } else {
    core.post_function(start);
  }
}

WebSocketConnector::~WebSocketConnector() { inner_->loop->shutdown(); }

void WebSocketConnector::connect(const Endpoint& endpoint, std::string_view target, const HttpHeaders& headers,
                                 std::unique_ptr<WebSocketHandler> handler, std::chrono::milliseconds deadline) {
  SocketLoop& loop = *inner_->loop;
  auto stream = begin_connect(endpoint);
  if (!stream) {
    loop.core().post_function(
        [handler = std::move(handler), why = std::move(stream).error().message] { handler->on_closed(kCloseAbnormal, why); });
    return;
  }
  std::string random(16, '\0');
  system_random().fill({static_cast<std::uint8_t*>(static_cast<void*>(random.data())), random.size()});
  const std::string key = base64(random);
  auto made = std::make_unique<Connecting>(*std::move(stream), inner_->policy, handshake_request(endpoint, target, headers, key), key,
                                           std::move(handler));
  Connecting& connecting = *made;
  loop.attach(std::move(made), EPOLLIN | EPOLLOUT);
  connecting.open(loop.now() + deadline);
}

std::size_t WebSocketConnector::connections() const noexcept { return inner_->loop->size(); }

}  // namespace rookery::net
