#include "net/websocket.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "net/websocket_fixture.h"
#include "net/websocket_frame.h"

namespace rookery::net {
namespace {

using namespace std::chrono_literals;
using Kind = WebSocketEvent::Kind;

TEST_F(WebSocketTest, EchoesTextOfEverySize) {
  start(echo);
  auto socket = connect();
  for (const std::size_t size : {0, 1, 4, 5, 125, 126, 65535, 65536}) {
    const std::string text(size, 'x');
    ASSERT_TRUE(socket.send_text(text));
    EXPECT_EQ(receive_text(socket), text);
  }
}

TEST_F(WebSocketTest, SendsBinaryAmongText) {
  start([](WebSocket& socket, std::string_view message) {
    socket.send_text("before");
    socket.send_binary(message);
    socket.send_binary("\xFF\xFE");
    socket.send_text("behind");
    socket.close(1000, "");
    socket.send_binary("never sent");
  });
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("x"));
  const std::pair<Kind, std::string> expected[] = {
      {Kind::kText, "before"}, {Kind::kBinary, "x"}, {Kind::kBinary, "\xFF\xFE"}, {Kind::kText, "behind"}, {Kind::kClosed, ""}};
  for (const auto& [kind, text] : expected) {
    const auto event = socket.receive();
    ASSERT_TRUE(event) << event.error().sentence();
    EXPECT_EQ(event->kind, kind);
    EXPECT_EQ(event->text, text);
  }
}

TEST_F(WebSocketTest, DeliversFramesByteByByteAndManyAtOnce) {
  start(echo);
  auto socket = connect();
  const Mask mask = {1, 2, 3, 4};
  std::string bytes;
  for (int i = 0; i < 20; ++i) {
    bytes += masked_frame(Opcode::kText, "part ", mask, false) + masked_frame(Opcode::kPing, "", mask) +
             masked_frame(Opcode::kContinuation, std::to_string(i), mask);
  }
  for (const char c : bytes) ASSERT_TRUE(socket.send_raw({&c, 1}));
  ASSERT_TRUE(socket.send_raw(bytes));
  std::vector<std::string> texts;
  int pongs = 0;
  while (texts.size() < 40 || pongs < 40) {
    const auto event = socket.receive();
    ASSERT_TRUE(event) << event.error().sentence();
    if (event->kind == Kind::kPong) {
      ++pongs;
    } else {
      texts.push_back(event->text);
    }
  }
  for (int i = 0; i < 40; ++i) EXPECT_EQ(texts[static_cast<std::size_t>(i)], "part " + std::to_string(i % 20));
}

TEST_F(WebSocketTest, LetsAMessageBeReadPastItsEnd) {
  std::atomic<int> sum = 0;
  start([&sum](WebSocket& socket, std::string_view message) {
    for (std::size_t i = 0; i < kReadablePadding; ++i) sum += *(message.data() + message.size() + i);
    socket.send_text("read");
  });
  auto socket = connect();
  for (const std::size_t size : {1, 65000, 65536}) {
    ASSERT_TRUE(socket.send_text(std::string(size, 'x')));
    EXPECT_EQ(receive_text(socket), "read");
  }
}

TEST_F(WebSocketTest, AnswersThousandsOfPingsOfOneRead) {
  start([this](WebSocket& socket, std::string_view message) {
    if (message == "end") return echo(socket, message);
    socket.pause_reading();
    seen_.note("paused");
  });
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("pause"));
  ASSERT_TRUE(seen_.waits_for("paused"));
  std::string pings;
  for (int i = 0; i < 9'000; ++i) pings += masked_frame(Opcode::kPing, "", Mask{});
  ASSERT_TRUE(socket.send_raw(pings + masked_frame(Opcode::kText, "end", Mask{})));
  ASSERT_TRUE(eventually([&] {
    int waiting = 0;
    return ::ioctl(socket.descriptor(), SIOCOUTQ, &waiting) == 0 && waiting == 0;
  }));
  on_socket([](WebSocket& s) { s.resume_reading(); });
  std::size_t pongs = 0;
  for (;;) {
    const auto event = socket.receive();
    ASSERT_TRUE(event) << event.error().sentence();
    ASSERT_NE(event->kind, Kind::kClosed) << event->close_code << " after " << pongs;
    if (event->kind == Kind::kText) break;
    ++pongs;
  }
  EXPECT_EQ(pongs, 9'000u);
}

TEST_F(WebSocketTest, ReplacesWhatIsQueuedButNotWhatIsPartlyWritten) {
  const std::string secret(40'000, 's');
  start([&](WebSocket& socket, std::string_view) {
    const auto old = SharedBuffer::copy_of(secret);
    const auto other = SharedBuffer::copy_of(secret);
    for (int i = 0; i < 20; ++i) socket.send(std::to_string(i), i == 19 ? other : old);
    const auto replace = [&, old] {
      const std::size_t before = socket.unsent_bytes();
      const std::size_t replaced = socket.replace(old, SharedBuffer::copy_of("gone"));
      EXPECT_GT(replaced, 0u);
      EXPECT_LT(replaced, 19u);
      EXPECT_EQ(socket.unsent_bytes(), before - replaced * (40'000 - 4) - replaced * 2);  // a shorter header too
      seen_.note("replaced " + std::to_string(replaced));
    };
    // This turn's mail is still to come; the next turn's finds as much as fits with the kernel.
    Core::current().post_function([replace] { Core::current().post_function(replace); });
  });
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("x"));
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(seen_.mutex);
    return seen_.lines.size() == 2;
  }));
  int gone = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string text = receive_text(socket);
    if (text == std::to_string(i) + "gone") {
      ++gone;
    } else {
      EXPECT_EQ(text, std::to_string(i) + secret);
      EXPECT_TRUE(gone == 0 || i == 19) << "what was written first was not replaced";
    }
  }
  EXPECT_TRUE(seen_.has("replaced " + std::to_string(gone)));
}

TEST_F(WebSocketTest, DeliversNothingWhileReadingIsPaused) {
  start([this](WebSocket& socket, std::string_view message) {
    seen_.note(std::string(message));
    if (message == "pause") socket.pause_reading();
  });
  auto socket = connect();
  const Mask mask = {};
  ASSERT_TRUE(socket.send_raw(masked_frame(Opcode::kText, "pause", mask) + masked_frame(Opcode::kText, "two", mask) +
                              masked_frame(Opcode::kText, "three", mask).substr(0, 3)));
  ASSERT_TRUE(seen_.waits_for("pause"));
  ASSERT_TRUE(socket.send_raw(masked_frame(Opcode::kText, "three", mask).substr(3)));
  for (int i = 0; i < 3; ++i) on_socket([](WebSocket&) {});
  EXPECT_FALSE(seen_.has("two"));
  on_socket([this](WebSocket& s) {
    s.resume_reading();
    EXPECT_FALSE(seen_.has("two")) << "never inside the call";
  });
  EXPECT_TRUE(seen_.waits_for("two"));
  EXPECT_TRUE(seen_.waits_for("three"));
}

TEST_F(WebSocketTest, SaysWhenLittleEnoughIsUnsent) {
  start([](WebSocket& socket, std::string_view) {
    socket.send_text(std::string(900'000, 'x'));
    socket.notify_drained(1000);
  });
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("x"));
  EXPECT_EQ(receive_text(socket).size(), 900'000u);
  EXPECT_TRUE(seen_.waits_for("drained at 0"));
  on_socket([](WebSocket& s) { s.notify_drained(0); });
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(seen_.mutex);
    return std::ranges::count(seen_.lines, "drained at 0") == 2;
  }));
}

TEST_F(WebSocketTest, WritesWhatALaterEndOfTheTurnQueued) {
  start(echo);
  run_blocking(server_->cores().at(0), [](Seen* seen) -> Task<void> {
    Core::current().at_turn_end([seen, said = false]() mutable {
      WebSocket* socket = seen->socket;
      if (socket != nullptr && !std::exchange(said, true)) socket->send_text("behind the flush");
    });
    co_return;
  }(&seen_));
  auto socket = connect();
  EXPECT_EQ(receive_text(socket), "behind the flush");
}

TEST_F(WebSocketTest, MovesToAnotherCoreWithoutLosingAnything) {
  start([this](WebSocket& socket, std::string_view message) {
    seen_.note(std::string(message) + " on " + std::to_string(Core::current().index()));
    socket.send_text(std::string(message) + " seen");
    if (message != "move") return;
    Core& to = server_->cores().at(1 - Core::current().index());
    socket.move_to(to, [this, &to](WebSocket& moved) {
      EXPECT_EQ(&Core::current(), &to);
      seen_.note("arrived");
      moved.send_text("arrived");
    });
  });
  auto socket = connect();
  const Mask mask = {};
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(socket.send_raw(masked_frame(Opcode::kText, "move", mask) + masked_frame(Opcode::kText, "two", mask) +
                                masked_frame(Opcode::kText, "three", mask)));
    for (const char* text : {"move seen", "arrived", "two seen", "three seen"}) EXPECT_EQ(receive_text(socket), text);
  }
  for (const char* line : {"move on 0", "two on 1", "three on 1", "move on 1", "two on 0", "three on 0"})
    EXPECT_TRUE(seen_.has(line)) << line;
  socket.abort();
  EXPECT_TRUE(seen_.waits_for("closed 1006 the peer went away"));
}

TEST_F(WebSocketTest, RefusesWhatIsNoHandshake) {
  start(echo);
  HttpClient client(server_->endpoint());
  const auto try_with = [&](const char* method, std::vector<std::pair<const char*, const char*>> fields) {
    HttpHeaders headers;
    for (const auto& [name, value] : fields) headers.add(name, value);
    return client.request(method, "/gateway", headers).value();
  };
  const char* key = "dGhlIHNhbXBsZSBub25jZQ==";
  const auto plain = try_with("GET", {});
  EXPECT_EQ(plain.status, 426u);
  EXPECT_EQ(plain.headers.get("Upgrade"), "websocket");
  EXPECT_EQ(plain.headers.get("Sec-WebSocket-Version"), "13");
  EXPECT_EQ(
      try_with("GET", {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "8"}, {"Sec-WebSocket-Key", key}})
          .status,
      426u);
  EXPECT_EQ(try_with("GET", {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", key}}).status, 426u);
  EXPECT_EQ(try_with("GET", {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}}).status, 400u);
  EXPECT_EQ(try_with("GET",
                     {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", "short"}})
                .status,
            400u);
  EXPECT_EQ(
      try_with("POST", {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", key}})
          .status,
      400u);
}

TEST_F(WebSocketTest, RefusesAHandshakeInHttp10AndOneThatSaysAThingTwice) {
  start(echo);
  const std::string fields = "Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {"GET / HTTP/1.0\r\n" + fields + key + "\r\n", "HTTP/1.1 426 "},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n" + fields + key + "\r\n", "HTTP/1.1 426 "},
      {"GET / HTTP/1.1\r\nConnection: close\r\n" + fields + key + key + "\r\n", "HTTP/1.1 400 "},
      {"GET / HTTP/1.1\r\nConnection: close\r\n" + fields + key + "Sec-WebSocket-Version: 8\r\n\r\n", "HTTP/1.1 400 "},
  };
  for (const auto& [request, status] : cases) {
    RawConnection connection(server_->endpoint());
    connection.send(request);
    const std::string head = connection.read_to("\r\n\r\n");
    EXPECT_TRUE(head.starts_with(status)) << request << head;
  }
}

TEST_F(WebSocketTest, ShakesHandsAsTheStandardsExampleDoes) {
  start(echo);
  RawConnection connection(server_->endpoint());
  connection.send(
      "GET /gateway HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      masked_frame(Opcode::kText, "at once", {5, 6, 7, 8}));
  const std::string head = connection.read_to("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << head;
  EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
  connection.read_to(
      "\x81\x07"
      "at once");
}

TEST(WebSocketConnector, HoldsManyConnections) {
  Seen seen;
  FunctionHandler handler([&](HttpRequest, HttpResponder responder) { responder.upgrade(std::make_unique<Scripted>(seen, echo)); });
  TestServer server(handler);

  struct Client final : WebSocketHandler {
    explicit Client(std::atomic<int>& echoed) : echoed(echoed) {}
    void on_open(WebSocket& opened) override {
      socket = &opened;
      socket->send("hello ", SharedBuffer::copy_of("there"));
    }
    void on_text(std::string_view message) override {
      EXPECT_EQ(message, "hello there");
      ++echoed;
    }
    void on_binary(std::string_view) override { ADD_FAILURE(); }
    void on_closed(std::uint16_t code, std::string_view reason) override { ADD_FAILURE() << code << reason; }
    std::atomic<int>& echoed;
    WebSocket* socket = nullptr;
  };
  std::atomic<int> echoed = 0;
  Cores cores(1, system_clock());
  WebSocketConnector connector(cores.at(0));
  cores.start();
  cores.at(0).post_function([&] {
    for (int i = 0; i < 300; ++i) connector.connect(server.endpoint(), "/gateway", {}, std::make_unique<Client>(echoed));
  });
  EXPECT_TRUE(eventually([&] { return echoed == 300; })) << echoed;
  EXPECT_EQ(server->connections(), 300u);
  cores.stop();
}

TEST(WebSocketConnector, SaysWhyItCouldNotConnect) {
  FunctionHandler handler([&](HttpRequest, HttpResponder responder) { responder.respond(Error(ErrorCode::kUnknownRoute)); });
  TestServer server(handler);
  std::uint16_t unused_port = 0;
  {
    const auto gone = HttpServer::open({});
    unused_port = (*gone)->port();
  }
  Seen seen;
  Cores cores(1, system_clock());
  WebSocketConnector connector(cores.at(0));
  cores.start();
  const auto connect = [&](Endpoint endpoint) {
    cores.at(0).post_function(
        [&, endpoint = std::move(endpoint)] { connector.connect(endpoint, "/", {}, std::make_unique<Scripted>(seen, echo)); });
  };
  connect(server.endpoint());
  EXPECT_TRUE(seen.waits_for(R"(closed 1006 404 {"code":0,"message":"Unknown route"})"));
  connect({.port = unused_port});
  EXPECT_TRUE(seen.waits_for("closed 1006 cannot connect: Connection refused"));
  connect({.host = "a name", .port = unused_port});
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(seen.mutex);
    return std::ranges::any_of(seen.lines, [](const std::string& line) { return line.contains("cannot resolve a name"); });
  }));
  cores.stop();
}

}  // namespace
}  // namespace rookery::net
