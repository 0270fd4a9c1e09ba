// What this module's tests of the server need: a server on a port of the kernel's choice, a clock that stands until it is
// moved, and a connection that sends what it is told.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "net/client.h"
#include "net/connect.h"
#include "net/server.h"
#include "runtime/core.h"

namespace rookery::net {

class StandingClock final : public Clock {
 public:
  TimeMs now() const override { return TimeMs(1'700'000'000'000); }
  SteadyTime steady_now() const override { return SteadyTime(std::chrono::milliseconds(1'000'000 + passed_ms_.load())); }
  void pass(std::chrono::milliseconds time) { passed_ms_ += time.count(); }

 private:
  std::atomic<std::int64_t> passed_ms_ = 0;
};

// Answers with what a function makes of a request.
class FunctionHandler final : public HttpHandler {
 public:
  using Function = std::function<void(HttpRequest, HttpResponder)>;
  explicit FunctionHandler(Function function) : function_(std::move(function)) {}
  void on_request(HttpRequest request, HttpResponder responder) override { function_(std::move(request), std::move(responder)); }
  std::size_t body_bytes_max(const HttpRequest& head) override { return head.path == "/small" ? 10 : kBodyBytesMax; }

 private:
  Function function_;
};

// "METHOD path?query body": what the handler was given.
inline void echo_request(HttpRequest request, HttpResponder responder) {
  std::string text = request.method + " " + request.path;
  if (!request.query.empty()) text += "?" + request.query;
  if (!request.body.empty()) text += " " + request.body;
  responder.respond(HttpResponse::text(200, text));
}

class TestServer {
 public:
  explicit TestServer(HttpHandler& handler, HttpServerOptions options = {}, unsigned core_count = 2, const Clock& clock = system_clock())
      : cores_(core_count, clock) {
    options.sweep_interval = std::chrono::milliseconds(5);
    auto server = HttpServer::open(std::move(options));
    if (!server) ADD_FAILURE() << server.error().sentence();
    server_ = *std::move(server);
    server_->start(cores_, handler);
    cores_.start();
  }
  ~TestServer() { cores_.stop(); }

  HttpServer* operator->() { return server_.get(); }
  Cores& cores() { return cores_; }
  Endpoint endpoint() const { return {.host = server_->host(), .port = server_->port(), .tls = nullptr}; }

 private:
  Cores cores_;
  std::unique_ptr<HttpServer> server_;
};

// Sends bytes as they are.
class RawConnection {
 public:
  explicit RawConnection(const Endpoint& endpoint) {
    auto stream = connect_blocking(endpoint, deadline_);
    if (!stream) ADD_FAILURE() << stream.error().sentence();
    stream_ = *std::move(stream);
  }
  // The kernel keeps little for it from here on: what it does not read stays with the server.
  void keep_little() {
    const int bytes = 64 * 1024;
    EXPECT_EQ(setsockopt(stream_.fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes), 0);
  }
  void send(std::string_view bytes) { static_cast<void>(write_blocking(stream_, bytes, deadline_)); }
  // At least so many bytes, unless the server closes before; they are thrown away. Answers how many came.
  std::size_t read_some(std::size_t bytes) {
    while (received_.size() < bytes) {
      const auto more = read_blocking(stream_, received_, deadline_);
      if (!more || !*more) break;
    }
    return std::exchange(received_, {}).size();
  }
  // Everything that comes until the server closes.
  std::string read_to_end() {
    while (true) {
      const auto more = read_blocking(stream_, received_, deadline_);
      if (more && *more) continue;
      if (!more) closed_well_ = false;
      return std::exchange(received_, {});
    }
  }
  // What comes, to the end of the first `end`, which is left out like what follows.
  std::string read_to(std::string_view end) {
    while (true) {
      const std::size_t found = received_.find(end);
      if (found != std::string::npos) {
        std::string text = received_.substr(0, found);
        received_.erase(0, found + end.size());
        return text;
      }
      const auto more = read_blocking(stream_, received_, deadline_);
      if (!more || !*more) {
        ADD_FAILURE() << "the connection ended after: " << received_;
        return {};
      }
    }
  }
  void close() { stream_.close(); }
  bool closed_well() const { return closed_well_; }  // by FIN, not by a reset

 private:
  Deadline deadline_{std::chrono::seconds(20)};
  Stream stream_;
  std::string received_;
  bool closed_well_ = true;
};

// Waits for what another thread brings about.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace rookery::net
