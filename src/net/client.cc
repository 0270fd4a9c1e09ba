#include "net/client.h"

#include <sys/socket.h>

#include <deque>
#include <utility>

#include "base/bytes.h"
#include "base/random.h"
#include "net/connect.h"
#include "net/http_parser.h"
#include "net/stream.h"
#include "net/websocket_frame.h"

namespace rookery::net {
namespace {

constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;
constexpr std::size_t kTestMessageBytesMax = 64 * 1024 * 1024;

std::string new_key() {
  std::string bytes(16, '\0');
  system_random().fill({static_cast<std::uint8_t*>(static_cast<void*>(bytes.data())), bytes.size()});
  return base64(bytes);
}

Mask new_mask() {
  Mask mask;
  system_random().fill({static_cast<std::uint8_t*>(static_cast<void*>(mask.data())), mask.size()});
  return mask;
}

}  // namespace

struct HttpClient::Inner {
  Endpoint endpoint;
  std::chrono::milliseconds patience;
  Stream stream{};
  std::string received{};

  // `answered` tells whether a byte of an answer came.
  Result<HttpResponse> exchange(std::string_view message, bool head_only, const Deadline& deadline, bool& answered) {
    if (auto written = write_blocking(stream, message, deadline); !written) return std::unexpected(written.error());
    HttpResponseParser parser(head_only, kAnswerBytesMax);
    while (!parser.done()) {
      if (!received.empty()) {
        answered = true;
        const auto taken = parser.parse(received);
        if (!taken) return fail(ErrorCode::kUnavailable, taken.error().message);
        received.erase(0, *taken);
        if (*taken > 0) continue;
      }
      const auto more = read_blocking(stream, received, deadline);
      if (!more) return std::unexpected(more.error());
      if (!*more) {
        parser.end_of_input();
        if (!parser.done()) return fail(ErrorCode::kUnavailable, "the server closed the connection");
      }
    }
    if (!parser.keep_alive()) {
      stream.close();
      received.clear();
    }
    return parser.take_response();
  }
};

HttpClient::HttpClient(Endpoint endpoint, std::chrono::milliseconds deadline)
    : inner_(std::make_unique<Inner>(std::move(endpoint), deadline)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpResponse> HttpClient::request(std::string_view method, std::string_view target, const HttpHeaders& headers,
                                         std::string_view body) {
  const Deadline deadline(inner_->patience);
  std::string message = request_head(inner_->endpoint, method, target, headers);
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    message.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  message.append("\r\n").append(body);

  while (true) {
    const bool kept = inner_->stream.fd() >= 0;
    if (!kept) {
      auto connected = connect_blocking(inner_->endpoint, deadline);
      if (!connected) return std::unexpected(std::move(connected).error());
      inner_->stream = *std::move(connected);
      inner_->received.clear();
    }
    bool answered = false;
    auto response = inner_->exchange(message, method == "HEAD", deadline, answered);
    if (response) return response;
    inner_->stream.close();
    if (!kept || answered || (method != "GET" && method != "HEAD")) return response;
  }
}

// Collects what the reader finds.
struct BlockingWebSocket::Inner final : WebSocketEvents {
  explicit Inner(Stream s) : stream(std::move(s)) {}
  virtual ~Inner() = default;

  bool on_text_message(std::string_view message) override { return found(WebSocketEvent::Kind::kText, message); }
  bool on_binary_message(std::string_view message) override { return found(WebSocketEvent::Kind::kBinary, message); }
  bool on_pong(std::string_view payload) override { return found(WebSocketEvent::Kind::kPong, payload); }
  bool on_ping(std::string_view payload) override {
    replies += masked_frame(Opcode::kPong, payload, new_mask());
    return true;
  }
  bool on_close(std::uint16_t code, std::string_view reason) override {
    replies += masked_frame(Opcode::kClose, close_payload(code, {}), new_mask());
    return closed(code, reason);
  }
  void on_violation(std::uint16_t code, std::string_view reason) override { closed(code, reason); }

  bool found(WebSocketEvent::Kind kind, std::string_view text) {
    events.push_back({.kind = kind, .text = std::string(text), .close_code = 0});
    return true;
  }
  bool closed(std::uint16_t code, std::string_view reason) {
    events.push_back({.kind = WebSocketEvent::Kind::kClosed, .text = std::string(reason), .close_code = code});
    is_closed = true;
    return false;
  }
  void read() {
    received.reserve(received.size() + kReadablePadding);
    const auto progress = reader.read(received, WebSocketRole::kClient, kTestMessageBytesMax, *this);
    received.erase(0, progress.consumed);
  }

  Stream stream;
  WebSocketReader reader;
  std::string received;
  std::string replies;
  std::deque<WebSocketEvent> events;
  bool is_closed = false;
};

Result<BlockingWebSocket> BlockingWebSocket::connect(const Endpoint& endpoint, std::string_view target, const HttpHeaders& headers,
                                                     std::chrono::milliseconds patience) {
  const Deadline deadline(patience);
  auto stream = connect_blocking(endpoint, deadline);
  if (!stream) return std::unexpected(std::move(stream).error());
  auto inner = std::make_unique<Inner>(*std::move(stream));
  const std::string key = new_key();
  if (auto sent = write_blocking(inner->stream, handshake_request(endpoint, target, headers, key), deadline); !sent) {
    return std::unexpected(sent.error());
  }
  HttpResponseParser parser(false, kAnswerBytesMax);
  while (!parser.done()) {
    const auto more = read_blocking(inner->stream, inner->received, deadline);
    if (!more) return std::unexpected(more.error());
    if (!*more) parser.end_of_input();
    if (!*more && !parser.done()) return fail(ErrorCode::kUnavailable, "the server closed the connection");
    for (std::size_t taken = 1; taken > 0 && !inner->received.empty() && !parser.done();) {
      const auto parsed = parser.parse(inner->received);
      if (!parsed) return fail(ErrorCode::kBadRequest, parsed.error().message);
      taken = *parsed;
      inner->received.erase(0, taken);
    }
  }
  if (auto accepted = check_handshake(parser.take_response(), key); !accepted) return std::unexpected(accepted.error());
  return BlockingWebSocket(std::move(inner));
}

BlockingWebSocket::BlockingWebSocket(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
BlockingWebSocket::~BlockingWebSocket() = default;
BlockingWebSocket::BlockingWebSocket(BlockingWebSocket&&) noexcept = default;
BlockingWebSocket& BlockingWebSocket::operator=(BlockingWebSocket&&) noexcept = default;

Status BlockingWebSocket::send_raw(std::string_view bytes) {
  return write_blocking(inner_->stream, bytes, Deadline(std::chrono::seconds(10)));
}
Status BlockingWebSocket::send_text(std::string_view text) { return send_raw(masked_frame(Opcode::kText, text, new_mask())); }
Status BlockingWebSocket::send_ping(std::string_view payload) { return send_raw(masked_frame(Opcode::kPing, payload, new_mask())); }
Status BlockingWebSocket::send_close(std::uint16_t code, std::string_view reason) {
  return send_raw(masked_frame(Opcode::kClose, close_payload(code, reason), new_mask()));
}

Result<WebSocketEvent> BlockingWebSocket::receive(std::chrono::milliseconds patience) {
  const Deadline deadline(patience);
  Inner& inner = *inner_;
  while (true) {
    if (!inner.is_closed && !inner.received.empty()) inner.read();
    if (!inner.replies.empty()) {
      // A peer that is gone takes no reply; what it said before still counts.
      static_cast<void>(write_blocking(inner.stream, std::exchange(inner.replies, {}), deadline));
    }
    if (!inner.events.empty()) {
      auto event = std::move(inner.events.front());
      inner.events.pop_front();
      return event;
    }
    if (inner.is_closed) return fail(ErrorCode::kUnavailable, "the connection is closed");
    const auto more = read_blocking(inner.stream, inner.received, deadline);
    if (!more && deadline.passed()) return std::unexpected(more.error());
    if (!more || !*more) inner.closed(kCloseAbnormal, "the connection broke");
  }
}

void BlockingWebSocket::abort() { inner_->stream.close(); }
int BlockingWebSocket::descriptor() const noexcept { return inner_->stream.fd(); }

}  // namespace rookery::net
