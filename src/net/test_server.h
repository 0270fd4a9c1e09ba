// A server on kernel-chosen ports for this module's tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/client.h"
#include "net/server.h"
#include "net/url.h"
#include "runtime/core.h"

namespace rookery::net {

// Answers with what a function makes of a request.
class FunctionHandler final : public HttpHandler {
 public:
  using Function = std::function<void(HttpRequest, HttpResponder)>;
  explicit FunctionHandler(Function function) : function_(std::move(function)) {}
  void on_request(HttpRequest request, HttpResponder responder) override { function_(std::move(request), std::move(responder)); }

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
  explicit TestServer(HttpHandler& handler, HttpServerOptions options = {}, unsigned core_count = 2) : cores_(core_count, system_clock()) {
    options.sweep_interval = std::chrono::milliseconds(10);
    auto server = HttpServer::open(std::move(options));
    if (!server) ADD_FAILURE() << server.error().sentence();
    server_ = *std::move(server);
    server_->start(cores_, handler);
    cores_.start();
  }
  ~TestServer() { cores_.stop(); }

  HttpServer& operator*() { return *server_; }
  HttpServer* operator->() { return server_.get(); }
  Cores& cores() { return cores_; }
  Endpoint endpoint() const { return {.host = server_->host(), .port = server_->port(), .tls = nullptr}; }

 private:
  Cores cores_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace rookery::net
