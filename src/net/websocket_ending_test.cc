// How WebSockets end: by either side, by deadlines, by readers that do not read.
#include <sys/socket.h>

#include "net/websocket_fixture.h"
#include "net/websocket_frame.h"

namespace rookery::net {
namespace {

using namespace std::chrono_literals;
using Kind = WebSocketEvent::Kind;

TEST_F(WebSocketTest, AnswersTheClientsCloseAndEndsTheConnection) {
  start(echo);
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("before"));
  ASSERT_TRUE(socket.send_close(4321, "enough"));
  ASSERT_TRUE(socket.send_text("after"));
  EXPECT_EQ(receive_text(socket), "before");
  EXPECT_EQ(receive_text(socket), "closed 4321 ");
  EXPECT_TRUE(seen_.waits_for("closed 4321 enough"));
  EXPECT_TRUE(seen_.waits_for("destroyed"));
  socket.abort();
  EXPECT_TRUE(eventually([&] { return (*server_)->connections() == 0; }));
}

TEST_F(WebSocketTest, ClosesBehindWhatItSentAndDeliversNothingMore) {
  start([this](WebSocket& socket, std::string_view message) {
    seen_.note(std::string(message));
    socket.send_text("last words");
    socket.close(4101, "going away");
    socket.send_text("never sent");
    socket.close(4000, "nor this");
  });
  auto socket = connect();
  const Mask mask = {};
  ASSERT_TRUE(socket.send_raw(masked_frame(Opcode::kText, "one", mask) + masked_frame(Opcode::kText, "two", mask)));
  EXPECT_EQ(receive_text(socket), "last words");
  EXPECT_EQ(receive_text(socket), "closed 4101 going away");
  EXPECT_TRUE(seen_.waits_for("closed 4101 going away"));
  EXPECT_FALSE(seen_.has("two"));
  socket.abort();
  EXPECT_TRUE(eventually([&] { return (*server_)->connections() == 0; }));
}

TEST_F(WebSocketTest, CutsAClientThatDoesNotAnswerAClose) {
  start([](WebSocket& socket, std::string_view) { socket.close(4000, ""); });
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("x"));
  EXPECT_TRUE(seen_.waits_for("closed 4000 "));
  EXPECT_EQ((*server_)->connections(), 1u);
  clock_.pass(6s);
  EXPECT_TRUE(eventually([&] { return (*server_)->connections() == 0; }));
}

TEST_F(WebSocketTest, TellsOfAConnectionThatBroke) {
  start(echo);
  auto socket = connect();
  ASSERT_TRUE(seen_.waits_for("open"));
  socket.abort();
  EXPECT_TRUE(seen_.waits_for("closed 1006 the peer went away"));
  EXPECT_TRUE(eventually([&] { return (*server_)->connections() == 0; }));
}

TEST_F(WebSocketTest, AbortCutsTheConnection) {
  start([](WebSocket& socket, std::string_view) {
    socket.send_text("not sent");
    socket.abort();
    socket.send_text("nor this");
  });
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("x"));
  EXPECT_EQ(receive_text(socket), "closed 1006 the connection broke");
  EXPECT_TRUE(seen_.waits_for("closed 1006 cut"));
}

TEST_F(WebSocketTest, ClosesOnWhatItMustNotTake) {
  start(echo);
  const Mask mask = {9, 8, 7, 6};
  const std::pair<std::string, std::string> cases[] = {
      {masked_frame(Opcode::kBinary, "x", mask), "closed 4002 binary"},
      {masked_frame(Opcode::kText, "\xFF", mask), "closed 1007 a text message must be UTF-8"},
      {masked_frame(Opcode::kText, std::string(65537, 'x'), mask), "closed 1009 the message is too large"},
      {plain_frame(Opcode::kText, "x"), "closed 1002 a client must mask"},
      {masked_frame(Opcode::kContinuation, "x", mask), "closed 1002 nothing to continue"},
  };
  for (const auto& [bytes, ending] : cases) {
    auto socket = connect();
    ASSERT_TRUE(socket.send_raw(bytes));
    EXPECT_EQ(receive_text(socket), ending);
    EXPECT_TRUE(seen_.waits_for(ending));
  }
  EXPECT_TRUE(eventually([&] { return (*server_)->connections() == 0; }));
}

TEST_F(WebSocketTest, ClosesAReaderThatLeavesAMebibyteUnsent) {
  start([](WebSocket& socket, std::string_view) {
    const auto payload = SharedBuffer::copy_of(std::string(60'000, 'p'));
    for (int i = 0; i < 18; ++i) socket.send("prefix", payload);
  });
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("x"));
  EXPECT_TRUE(seen_.waits_for("closed 4100 too slow a reader"));
  EXPECT_EQ(receive_text(socket), "closed 4100 too slow a reader");
}

TEST_F(WebSocketTest, ClosesAReaderThatLeavesThousandsOfSmallFramesUnsent) {
  start([](WebSocket& socket, std::string_view) {
    const auto payload = SharedBuffer::copy_of(std::string(40, 'p'));
    for (int i = 0; i < 20'000; ++i) socket.send({}, payload);
  });
  auto socket = connect();
  keep_little(socket);
  ASSERT_TRUE(socket.send_text("x"));
  EXPECT_TRUE(seen_.waits_for("closed 4100 too slow a reader"));
}

TEST_F(WebSocketTest, ClosesAReaderThatStaysBehindForTenSeconds) {
  start([](WebSocket& socket, std::string_view) {
    const auto payload = SharedBuffer::copy_of(std::string(50'000, 'p'));
    for (int i = 0; i < 18; ++i) socket.send({}, payload);
  });
  auto socket = connect();
  keep_little(socket);
  ASSERT_TRUE(socket.send_text("x"));
  ASSERT_TRUE(stays_behind());
  clock_.pass(9s);
  on_socket([](WebSocket&) {});
  EXPECT_FALSE(seen_.has("closed 4100 too slow a reader"));
  clock_.pass(2s);
  EXPECT_TRUE(seen_.waits_for("closed 4100 too slow a reader"));
  // It does not answer the Close either.
  clock_.pass(6s);
  EXPECT_TRUE(eventually([&] { return (*server_)->connections() == 0; }));
}

TEST_F(WebSocketTest, ACloseDoesNotWaitBehindWhatTheKernelDoesNotTake) {
  start([](WebSocket& socket, std::string_view) {
    const auto payload = SharedBuffer::copy_of(std::string(50'000, 'p'));
    for (int i = 0; i < 18; ++i) socket.send({}, payload);
  });
  auto socket = connect();
  keep_little(socket);
  ASSERT_TRUE(socket.send_text("x"));
  ASSERT_TRUE(stays_behind());
  std::size_t left = 0;
  on_socket([&](WebSocket& s) {
    s.close(4008, "too many frames");
    left = s.unsent_bytes();
  });
  EXPECT_LT(left, 51'000u) << "a message that is partly written, and the Close";
  std::string last;
  while (!last.starts_with("closed")) last = receive_text(socket);
  EXPECT_EQ(last, "closed 4008 too many frames");
}

TEST_F(WebSocketTest, ClosesWhoDoesNotFinishAFrame) {
  start(echo, {.websocket = {.frame_for_max = 20s}});
  auto socket = connect();
  const std::string frame = masked_frame(Opcode::kText, "slowly", Mask{});
  const std::string whole = masked_frame(Opcode::kText, "x", Mask{});
  for (const std::size_t cut : {1, 4, 8}) {
    ASSERT_TRUE(socket.send_raw(whole + frame.substr(0, cut)));
    EXPECT_EQ(receive_text(socket), "x");
    clock_.pass(15s);
    on_socket([](WebSocket&) {});
    ASSERT_TRUE(socket.send_raw(frame.substr(cut)));
    EXPECT_EQ(receive_text(socket), "slowly");
    clock_.pass(15s);
    on_socket([](WebSocket&) {});
  }
  for (const std::size_t cut : {1, 8}) {
    auto other = connect();
    ASSERT_TRUE(other.send_raw(whole + frame.substr(0, cut)));
    EXPECT_EQ(receive_text(other), "x");
    clock_.pass(21s);
    EXPECT_EQ(receive_text(other), "closed 4009 a frame took too long");
  }
}

TEST_F(WebSocketTest, ForgivesAReaderThatCatchesUp) {
  start([](WebSocket& socket, std::string_view) {
    const auto payload = SharedBuffer::copy_of(std::string(50'000, 'p'));
    for (int i = 0; i < 18; ++i) socket.send({}, payload);
  });
  auto socket = connect();
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(socket.send_text("x"));
    for (int i = 0; i < 18; ++i) EXPECT_EQ(receive_text(socket).size(), 50'000u);
    on_socket([](WebSocket& s) { EXPECT_EQ(s.unsent_bytes(), 0u); });
    clock_.pass(9s);
  }
  EXPECT_FALSE(seen_.has("closed 4100 too slow a reader"));
}

TEST_F(WebSocketTest, ClosesWhoIsSilent) {
  start(echo, {.websocket = {.silent_for_max = 60s}});
  auto socket = connect();
  clock_.pass(59s);
  ASSERT_TRUE(socket.send_ping("alive"));
  ASSERT_EQ(socket.receive()->kind, Kind::kPong);
  clock_.pass(59s);
  ASSERT_TRUE(socket.send_text("alive"));
  EXPECT_EQ(receive_text(socket), "alive");
  clock_.pass(61s);
  EXPECT_EQ(receive_text(socket), "closed 4009 silent for too long");
}

TEST_F(WebSocketTest, TellsOfABreakWhileReadingIsPaused) {
  start([](WebSocket& socket, std::string_view) { socket.pause_reading(); });
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("x"));
  ASSERT_TRUE(seen_.waits_for("open"));
  const linger reset{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  socket.abort();
  EXPECT_TRUE(seen_.waits_for("closed 1006 the connection broke"));
}

TEST_F(WebSocketTest, TellsOfABreakOnTheWayAfterItArrived) {
  start([this](WebSocket& socket, std::string_view) {
    socket.move_to(server_->cores().at(1), [this](WebSocket& moved) {
      seen_.note("arrived");
      moved.send_text("into the void");
    });
  });
  auto socket = connect();
  ASSERT_TRUE(socket.send_text("x"));
  socket.abort();
  EXPECT_TRUE(seen_.waits_for("destroyed"));
  const std::lock_guard lock(seen_.mutex);
  ASSERT_EQ(seen_.lines.size(), 4u);
  EXPECT_EQ(seen_.lines[1], "arrived");
  EXPECT_TRUE(seen_.lines[2].starts_with("closed 1006 "));
}

}  // namespace
}  // namespace rookery::net
