#include "tests/wire/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace rookery::wire {
namespace {

using namespace std::chrono_literals;

constexpr auto kDeadline = 100s;  // for a machine with much else to do
constexpr std::string_view kHandshake =
    "GET /any/path?at=all HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
constexpr std::string_view kAccepted = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";  // RFC 6455 §1.3

class Peer {
 public:
  explicit Peer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, static_cast<const sockaddr*>(static_cast<const void*>(&address)), sizeof address) != 0) fault("cannot connect");
  }
  ~Peer() { ::close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void run(std::string_view bytes, const PieceSize& next_piece, std::span<const Pause> pauses) {
    const std::size_t all = bytes.size();
    while (!over_ && (head_.empty() || !bytes.empty() || !ended_)) {
      // The handshake first, whole; the rest when it is answered.
      std::string_view& rest = handshake_.empty() ? bytes : handshake_;
      while (!pauses.empty() && lines_.size() >= pauses.front().answered) pauses = pauses.subspan(1);
      const std::size_t before_pause = pauses.empty() ? rest.size() : pauses.front().sent - (all - bytes.size());
      const bool may_send = !handshake_.empty() || (!head_.empty() && before_pause != 0 && !rest.empty());
      if (!wait(may_send)) return fault("nothing happened for too long");
      if ((ready_ & POLLOUT) != 0) send_piece(rest, handshake_.empty() ? std::min(next_piece(), before_pause) : rest.size());
      if ((ready_ & (POLLIN | POLLHUP | POLLERR)) != 0) receive();
      if (ended_) return;
    }
  }
  std::vector<std::string> take_lines() { return std::move(lines_); }

 private:
  void fault(std::string text) {
    lines_.push_back("fault: " + std::move(text));
    over_ = true;
  }

  bool wait(bool may_send) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    pollfd descriptor{.fd = socket_, .events = static_cast<short>(POLLIN | (may_send ? POLLOUT : 0)), .revents = 0};
    const int count = ::poll(&descriptor, 1, static_cast<int>(std::max(left, 0ms).count()));
    ready_ = descriptor.revents;
    return count > 0;
  }

  void send_piece(std::string_view& rest, std::size_t size) {
    const auto sent = ::send(socket_, rest.data(), std::min(size, rest.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN) rest = {};  // the server takes no more: what it said is still to be read
  }

  void receive() {
    char buffer[65536];
    const auto got = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) return fault("the connection was cut");
    if (got == 0) {
      ended_ = true;
      if (!received_.empty()) fault("it ended within a frame");
      lines_.emplace_back("end");
      return;
    }
    received_.append(buffer, static_cast<std::size_t>(got));
    if (head_.empty() && !take_head()) return;
    while (!over_ && take_frame()) {
    }
    received_.erase(0, std::exchange(taken_, 0));
  }

  bool take_head() {
    const std::size_t end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    head_ = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    if (!head_.starts_with("HTTP/1.1 101 ") || head_.find(kAccepted) == std::string::npos)
      fault("the handshake was answered with " + head_);
    for (const std::string_view field : {"\r\nSec-WebSocket-Extensions:", "\r\nSec-WebSocket-Protocol:"}) {
      if (head_.find(field) != std::string::npos) fault("something was agreed on that nobody had offered");
    }
    return true;
  }

  bool take_frame() {
    const std::string_view in = std::string_view(received_).substr(taken_);
    if (in.size() < 2) return false;
    const auto at = [in](std::size_t i) { return static_cast<std::uint8_t>(in[i]); };
    std::uint64_t length = at(1) & 0x7F;
    const std::size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (in.size() < 2 + length_bytes) return false;
    if (length_bytes != 0) length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | at(2 + i);
    if (in.size() - 2 - length_bytes < length) return false;
    const std::string_view payload = in.substr(2 + length_bytes, static_cast<std::size_t>(length));
    taken_ += 2 + length_bytes + payload.size();
    if ((at(1) & 0x80) != 0) fault("a server must not mask");
    if ((at(0) & 0xF0) != 0x80) fault("a fragment, or reserved bits");
    if (length_bytes != 0 && length < (length_bytes == 2 ? 126u : 65536u)) fault("a length that is not in its shortest form");
    if (closed_) fault("a frame behind a close");
    note(at(0) & 0x0F, payload);
    return true;
  }

  void note(unsigned opcode, std::string_view payload) {
    const std::string text(payload);
    switch (opcode) {
      case 1: lines_.push_back("text " + text); return;
      case 2: lines_.push_back("binary " + text); return;
      case 9: lines_.push_back("ping " + text); return;
      case 10: lines_.push_back("pong " + text); return;
      case 8: break;
      default: return fault("opcode " + std::to_string(opcode));
    }
    closed_ = true;
    if (payload.empty()) {
      lines_.emplace_back("close");
    } else if (payload.size() == 1 || payload.size() > 125) {
      fault("a close of " + std::to_string(payload.size()) + " bytes");
    } else {
      lines_.push_back("close " + std::to_string(static_cast<std::uint8_t>(payload[0]) << 8 | static_cast<std::uint8_t>(payload[1])));
    }
  }

  const std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + kDeadline;
  int socket_;
  short ready_ = 0;
  std::string_view handshake_ = kHandshake;
  std::string head_;
  std::string received_;
  std::size_t taken_ = 0;  // of what was received
  std::vector<std::string> lines_;
  bool closed_ = false;  // it said so
  bool ended_ = false;   // and did so
  bool over_ = false;
};

}  // namespace

std::vector<std::string> exchange(std::uint16_t port, std::string_view bytes, const PieceSize& next_piece, std::span<const Pause> pauses) {
  Peer peer(port);
  peer.run(bytes, next_piece, pauses);
  return peer.take_lines();
}

}  // namespace rookery::wire
