// GatewayClient: one gateway session of very many, cheap enough for load: it reads of a frame what it needs by its prefix.
//
// One core, that of its connector. The connector owns it; a listener outlives it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "net/client.h"
#include "net/websocket.h"

namespace rookery::client {

class GatewayClient;

class GatewayListener {
 public:
  virtual ~GatewayListener() = default;
  virtual void on_ready(GatewayClient& client) = 0;
  // A dispatch but READY; `text` is the whole frame and dies with the call.
  virtual void on_dispatch(GatewayClient& client, std::string_view type, std::string_view text) = 0;
  virtual void on_reply(GatewayClient& client, std::uint64_t i, bool ok) = 0;
  // The last call; the client is gone after it.
  virtual void on_closed(GatewayClient& client, std::uint16_t code, std::string_view reason) = 0;
};

class GatewayClient final : public net::WebSocketHandler {
 public:
  GatewayClient(GatewayListener& listener, std::string token, std::uint64_t number)
      : number(number), listener_(listener), token_(std::move(token)) {}

  // The caller's own.
  const std::uint64_t number;

  // `body`: MESSAGE_SEND's `d` without its braces.
  void send_request(std::uint64_t i, std::string_view body);
  void subscribe(ChannelId channel);
  // What was dispatched since the last call, if anything was.
  void acknowledge();
  void stop_reading() { socket_->pause_reading(); }
  void close() { socket_->close(net::kCloseNormal, "done"); }

  void on_open(net::WebSocket& socket) override { socket_ = &socket; }
  void on_text(std::string_view message) override;
  void on_binary(std::string_view) override {}
  void on_closed(std::uint16_t code, std::string_view reason) override { listener_.on_closed(*this, code, reason); }

 private:
  GatewayListener& listener_;
  std::string token_;
  net::WebSocket* socket_ = nullptr;
  std::uint64_t seen_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace rookery::client
