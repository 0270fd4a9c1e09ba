#include "gateway/websocket_skin.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "net/url.h"

namespace rookery::gateway {
namespace {

class WebSocketSkin final : public net::WebSocketHandler, public Sink {
 public:
  explicit WebSocketSkin(Gateway& gateway) : gateway_(gateway) {}

  void on_open(net::WebSocket& socket) override {
    socket_ = &socket;
    connection_ = std::make_shared<Connection>(gateway_.floor(), *this);
    connection_->open();
  }
  void on_text(std::string_view message) override { connection_->on_text(message); }
  void on_binary(std::string_view) override { connection_->on_binary(); }
  void on_drained() override { connection_->on_drained(); }
  void on_closed(std::uint16_t code, std::string_view) override { connection_->on_closed(code); }

 private:
  void send(std::string_view prefix, net::SharedBuffer rest) override { socket_->send(prefix, std::move(rest)); }
  void replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh) override { socket_->replace(old, fresh); }
  void drop_unsent() override { socket_->drop_unsent(); }
  std::size_t unsent_bytes() const override { return socket_->unsent_bytes(); }
  void notify_drained(std::size_t unsent_bytes) override { socket_->notify_drained(unsent_bytes); }
  void pause_reading() override { socket_->pause_reading(); }
  void resume_reading() override { socket_->resume_reading(); }
  void close(CloseReason reason) override { socket_->close(reason.code, reason.words); }
  void move_to(Core& core, std::move_only_function<void()> arrived) override {
    socket_->move_to(core, [this, arrived = std::move(arrived)](net::WebSocket& socket) mutable {
      socket_ = &socket;
      arrived();
    });
  }
  SteadyTime last_received() const override { return socket_->last_received(); }

  Gateway& gateway_;
  net::WebSocket* socket_ = nullptr;
  std::shared_ptr<Connection> connection_;
};

bool origin_allowed(const GatewayOptions& options, const net::HttpRequest& request) {
  if (options.allowed_origins.empty() || !request.headers.has("Origin")) return true;
  return std::ranges::find(options.allowed_origins, request.headers.get("Origin")) != options.allowed_origins.end();
}

}  // namespace

net::WebSocketPolicy websocket_policy(const GatewayOptions& options) {
  net::WebSocketPolicy policy;
  policy.message_bytes_max = options.limits.frame_bytes;
  policy.slow_code = close_codes::kTooSlow.code;
  policy.slow_for = options.slow_for;
  policy.silent_for_max = std::chrono::milliseconds(0);  // a session's own
  policy.silent_code = close_codes::kSilent.code;
  policy.frame_for_max = options.frame_for_max;
  return policy;
}

void serve_websocket(Gateway& gateway, const net::HttpRequest& request, net::HttpResponder responder) {
  const auto query = net::QueryParameters::parse(request.query);
  if (!query) return responder.respond(query.error());
  const std::string* version = query->find("v");
  const std::string* encoding = query->find("encoding");
  if (version == nullptr || *version != "1") return responder.respond(Error::invalid("v", "must be 1"));
  if (encoding == nullptr || *encoding != "json") return responder.respond(Error::invalid("encoding", "must be json"));
  if (!origin_allowed(gateway.options(), request)) return responder.respond(Error(ErrorCode::kMissingAccess, "This origin is not allowed"));
  if (Status admitted = gateway.admit_client(); !admitted) return responder.respond(admitted.error());
  responder.upgrade(std::make_unique<WebSocketSkin>(gateway));
}

}  // namespace rookery::gateway
