// A server whose WebSockets do what a function says, and what happened to the last of them: for tests of this module.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/test_server.h"
#include "net/websocket.h"

namespace rookery::net {

// What happened to the server's side of a connection, for the test's thread.
struct Seen {
  std::mutex mutex;
  std::vector<std::string> lines;
  std::atomic<WebSocket*> socket = nullptr;

  void note(std::string line) {
    const std::lock_guard lock(mutex);
    lines.push_back(std::move(line));
  }
  bool has(std::string_view line) {
    const std::lock_guard lock(mutex);
    return std::ranges::find(lines, line) != lines.end();
  }
  bool waits_for(std::string_view line) {
    return eventually([&] { return has(line); });
  }
};

using OnText = std::function<void(WebSocket&, std::string_view)>;

class Scripted final : public WebSocketHandler {
 public:
  Scripted(Seen& seen, OnText on_text) : seen_(seen), on_text_(std::move(on_text)) {}
  ~Scripted() override { seen_.note("destroyed"); }
  void on_open(WebSocket& socket) override {
    socket_ = &socket;
    seen_.socket = &socket;
    seen_.note("open");
  }
  void on_text(std::string_view message) override { on_text_(*socket_, message); }
  void on_binary(std::string_view) override { socket_->close(4002, "binary"); }
  void on_drained() override { seen_.note("drained at " + std::to_string(socket_->unsent_bytes())); }
  void on_closed(std::uint16_t code, std::string_view reason) override {
    seen_.note("closed " + std::to_string(code) + " " + std::string(reason));
  }

 private:
  Seen& seen_;
  OnText on_text_;
  WebSocket* socket_ = nullptr;
};

inline void echo(WebSocket& socket, std::string_view message) {
  const std::size_t cut = std::min<std::size_t>(5, message.size());
  socket.send(message.substr(0, cut), SharedBuffer::copy_of(message.substr(cut)));
}

class WebSocketTest : public testing::Test {
 protected:
  void start(OnText on_text, HttpServerOptions options = {}) {
    handler_ = std::make_unique<FunctionHandler>([this, on_text = std::move(on_text)](HttpRequest, HttpResponder responder) {
      responder.upgrade(std::make_unique<Scripted>(seen_, on_text));
    });
    server_ = std::make_unique<TestServer>(*handler_, std::move(options), 2, clock_);
  }
  BlockingWebSocket connect() {
    auto socket = BlockingWebSocket::connect(server_->endpoint(), "/gateway");
    if (!socket) ADD_FAILURE() << socket.error().sentence();
    return *std::move(socket);
  }
  std::string receive_text(BlockingWebSocket& socket) {
    const auto event = socket.receive();
    if (!event) return "nothing: " + std::string(event.error().sentence());
    if (event->kind == WebSocketEvent::Kind::kClosed) return "closed " + std::to_string(event->close_code) + " " + event->text;
    return event->text;
  }
  // The kernel keeps little for the client: what it does not read stays with the server.
  static void keep_little(const BlockingWebSocket& socket) {
    const int small = 4096;
    ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  }
  // 256 KiB or more are unsent.
  bool stays_behind() {
    return eventually([&] {
      std::size_t unsent = 0;
      if (seen_.socket != nullptr) on_socket([&](WebSocket& s) { unsent = s.unsent_bytes(); });
      return unsent >= 256 * 1024;
    });
  }
  // On the core of the only connection.
  void on_socket(std::function<void(WebSocket&)> act) {
    WebSocket& socket = *seen_.socket.load();
    run_blocking(server_->cores().at(0), [](std::function<void(WebSocket&)> f, WebSocket& s) -> Task<void> {
      f(s);
      co_return;
    }(std::move(act), socket));
  }

  StandingClock clock_;
  Seen seen_;
  std::unique_ptr<FunctionHandler> handler_;
  std::unique_ptr<TestServer> server_;
};

}  // namespace rookery::net
