#include "bench/bad_clients.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace rookery::bench {
namespace {

constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};

// A blocking connection.
class Connection {
 public:
  explicit Connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    CHECK(fd_ >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    good_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  // Without a word: a reset, and no port that waits.
  ~Connection() {
    const linger none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    ::close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool send(std::string_view bytes) {
    good_ = good_ && ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    return good_;
  }
  // Until this text came, or the end.
  void read_until(std::string_view text) {
    std::string got;
    std::array<char, 1 << 14> buffer;
    while (good_ && (text.empty() || got.find(text) == std::string::npos)) {
      const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (count <= 0) return;
      got.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  void read_to_the_end() { read_until({}); }
  // A server that closes does not wait for an answer to that.
  void say_no_more() { ::shutdown(fd_, SHUT_WR); }

 private:
  const int fd_;
  bool good_ = false;
};

using Connections = std::vector<std::unique_ptr<Connection>>;

Connections connect_all(std::uint16_t port, std::size_t count) {
  Connections all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(std::make_unique<Connection>(port));
  return all;
}

constexpr std::string_view kUpgrade =
    "GET /gateway?v=1&encoding=json HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";

// A text frame (RFC 6455, section 5.2), with a mask that changes nothing.
std::string frame_of(std::string_view text) {
  std::string out = "\x81";
  if (text.size() < 126) {
    out += static_cast<char>(0x80 | text.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size() & 0xff);
  }
  return out.append(4, '\0').append(text);
}

std::string identify_of(std::string_view token) {
  return frame_of(fmt::format(R"({{"op":2,"d":{{"token":"{}","device":{{"id":"bench","kind":"bot"}}}}}})", token));
}

// What ends a connection: a reserved bit, an unknown opcode, no mask, a control frame of 126 bytes, text that is no UTF-8, no JSON, a
// length beyond all limits.
const std::vector<std::string>& bad_frames() {
  using namespace std::string_literals;
  static const std::vector<std::string> kFrames = {
      "\xC1\x80\0\0\0\0"s,
      "\x83\x80\0\0\0\0"s,
      "\x81\x02hi"s,
      "\x89\xFE\0\x7E\0\0\0\0"s,
      frame_of("\xFF\xFE"),
      frame_of("{\"op\":"),
      "\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0"s,
  };
  return kFrames;
}

}  // namespace

BadClients::BadClients(Turn turn, std::chrono::milliseconds every)
    : thread_([this, turn = std::move(turn), every] {
        for (auto next = std::chrono::steady_clock::now(); !stop_; next = std::max(next + every, std::chrono::steady_clock::now())) {
          std::this_thread::sleep_until(next);
          turn();
        }
      }) {}

BadClients::~BadClients() {
  stop_ = true;
  thread_.join();
}

BadClients::Turn slow_heads(std::uint16_t port, std::size_t count) {
  auto slow = std::make_shared<Connections>(count);
  return [port, slow] {
    for (std::unique_ptr<Connection>& one : *slow) {
      if (one != nullptr && one->send("x")) continue;
      one = std::make_unique<Connection>(port);
      one->send("GET / HTTP/1.1\r\nX: ");
    }
  };
}

BadClients::Turn reconnects(std::uint16_t port, std::vector<std::string> tokens) {
  return [port, tokens = std::move(tokens)] {
    const Connections all = connect_all(port, tokens.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i]->send(std::string(kUpgrade) + identify_of(tokens[i]));
    for (const auto& one : all) one->read_until("\"READY\"");
  };
}

BadClients::Turn wrong_logins(std::uint16_t port, std::string username, std::size_t count) {
  return [port, count, username = std::move(username)] {
    const std::string body = fmt::format(R"({{"login":"{}","password":"not the password"}})", username);
    const Connections all = connect_all(port, count);
    for (const auto& one : all) {
      one->send(
          fmt::format("POST /api/v1/auth/login HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nContent-Type: application/json\r\n"
                      "Content-Length: {}\r\n\r\n{}",
                      body.size(), body));
    }
    for (const auto& one : all) one->read_to_the_end();
  };
}

BadClients::Turn hostile_frames(std::uint16_t port, std::size_t count) {
  return [port, count] {
    const Connections all = connect_all(port, count);
    for (std::size_t i = 0; i < count; ++i) {
      all[i]->send(std::string(kUpgrade) + bad_frames()[i % bad_frames().size()]);
      all[i]->say_no_more();
    }
    for (const auto& one : all) one->read_to_the_end();
  };
}

}  // namespace rookery::bench
