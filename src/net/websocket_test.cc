#include "net/websocket.h"

#include <gtest/gtest.h>

#include "net/test_server.h"

namespace rookery::net {
namespace {

// Sends back what it gets.
class Echo final : public WebSocketHandler {
 public:
  void on_open(WebSocket& socket) override { socket_ = &socket; }
  void on_text(std::string_view message) override {
    socket_->send(message.substr(0, 5), SharedBuffer::copy_of(message.substr(std::min<std::size_t>(5, message.size()))));
  }
  void on_binary(std::string_view) override { socket_->close(4002, "binary"); }
  void on_closed(std::uint16_t, std::string_view) override {}

 private:
  WebSocket* socket_ = nullptr;
};

void upgrade_to_echo(HttpRequest, HttpResponder responder) { responder.upgrade(std::make_unique<Echo>()); }

TEST(WebSocket, EchoesTextOfEverySize) {
  FunctionHandler handler(upgrade_to_echo);
  TestServer server(handler);
  auto socket = BlockingWebSocket::connect(server.endpoint(), "/gateway");
  ASSERT_TRUE(socket) << socket.error().sentence();
  for (const std::size_t size : {0, 1, 125, 126, 65535, 65536}) {
    const std::string text(size, 'x');
    ASSERT_TRUE(socket->send_text(text));
    const auto event = socket->receive();
    ASSERT_TRUE(event) << event.error().sentence();
    EXPECT_EQ(event->kind, WebSocketEvent::Kind::kText);
    EXPECT_EQ(event->text, text);
  }
}

}  // namespace
}  // namespace rookery::net
