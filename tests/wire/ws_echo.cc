// ws_echo: sends every WebSocket message back, on the framing, the transport and the event loop of the server, so that any
// WebSocket test suite can be pointed at them. No subprotocol, no extension, any path; messages up to 16 MiB.
//
//   ws_echo [--listen HOST:PORT]
//
// Port 0, the preset, is one that the kernel chooses. The first line on stdout is "listening on http://HOST:PORT". SIGTERM
// and SIGINT end it with status 0.
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/server.h"
#include "runtime/core.h"
#include "runtime/option_values.h"
#include "runtime/shutdown.h"

namespace {

using namespace rookery;
using namespace std::chrono_literals;

constexpr std::size_t kMessageBytesMax = std::size_t{16} * 1024 * 1024;
// Who does not read what comes back is not read from either: so much is kept for him, and a message.
constexpr std::size_t kUnsentBytesPause = std::size_t{1024} * 1024;
constexpr std::size_t kUnsentFramesMax = std::size_t{64} * 1024;  // more than one read can bring
constexpr std::size_t kUnsentBytesResume = std::size_t{128} * 1024;

class Echo final : public net::WebSocketHandler {
 public:
  void on_open(net::WebSocket& socket) override { socket_ = &socket; }
  void on_text(std::string_view message) override {
    socket_->send_text(message);
    keep_pace();
  }
  void on_binary(std::string_view message) override {
    socket_->send_binary(message);
    keep_pace();
  }
  void on_drained() override { socket_->resume_reading(); }
  void on_closed(std::uint16_t, std::string_view) override {}

 private:
  void keep_pace() {
    if (socket_->unsent_bytes() < kUnsentBytesPause) return;
    socket_->pause_reading();
    socket_->notify_drained(kUnsentBytesResume);
  }

  net::WebSocket* socket_ = nullptr;
};

class Upgrade final : public net::HttpHandler {
 public:
  void on_request(net::HttpRequest, net::HttpResponder responder) override { responder.upgrade(std::make_unique<Echo>()); }
  std::size_t body_bytes_max(const net::HttpRequest&) override { return 0; }
};

int serve(const Endpoint& listen) {
  StopSignal stop;
  net::HttpServerOptions options;
  options.host = listen.host;
  options.port = listen.port;
  options.websocket.message_bytes_max = kMessageBytesMax;
  options.websocket.unsent_bytes_slow = kUnsentBytesPause + 2 * kMessageBytesMax;
  options.websocket.unsent_frames_max = kUnsentFramesMax;
  options.websocket.unsent_bytes_max = kUnsentBytesPause + 2 * kMessageBytesMax;
  auto server = net::HttpServer::open(std::move(options));
  if (!server) {
    std::fprintf(stderr, "ws_echo: %s\n", std::string(server.error().sentence()).c_str());
    return 1;
  }
  Upgrade upgrade;
  Cores cores(1, system_clock());
  const std::unique_ptr<net::HttpServer> running = *std::move(server);
  running->start(cores, upgrade);
  cores.start();
  std::printf("listening on http://%s\n", to_string(Endpoint{running->host(), running->port()}).c_str());
  std::fflush(stdout);
  stop.wait();
  cores.stop();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::string_view listen = "127.0.0.1:0";
  const bool named = count == 3 && std::string_view(arguments[1]) == "--listen";
  if (named) listen = arguments[2];
  const auto endpoint = rookery::parse_endpoint(listen);
  if ((count != 1 && !named) || !endpoint) {
    std::fputs("usage: ws_echo [--listen HOST:PORT]\n", stderr);
    return 2;
  }
  return serve(*endpoint);
}
