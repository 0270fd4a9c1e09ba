#include "net/http_connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/json_writer.h"
#include "net/handshake.h"
#include "net/websocket_connection.h"

namespace rookery::net {
namespace {

using namespace std::chrono_literals;

constexpr auto kLingerDeadline = 2s;

// What of an answer's fields is the transport's own business.
bool is_framing(std::string_view name) noexcept {
  return equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Transfer-Encoding") ||
         equals_ignoring_case(name, "Connection") || equals_ignoring_case(name, "Date") ||
         equals_ignoring_case(name, "X-Content-Type-Options");
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

std::string head_of(const HttpResponse& response, std::string_view date) {
  std::string head = "HTTP/1.1 ";
  append_decimal(head, response.status);
  head.append(" ").append(reason_phrase(response.status)).append("\r\n");
  append_field(head, "Date", date);
  for (const auto& field : response.headers.fields()) {
    if (!is_framing(field.name)) append_field(head, field.name, field.value);
  }
  append_field(head, "X-Content-Type-Options", "nosniff");
  return head;
}

}  // namespace

struct HttpConnection::Answer {
  std::string head;
  HttpResponse response;  // of which the body is left
  bool without_body;
  SteadyTime until;        // it must be taken
  std::size_t memory = 0;  // of it alone
  bool offered = false;    // to the kernel
  std::optional<UnreadAnswers::Place> waits;
  std::size_t written = 0;

  std::string_view body() const noexcept { return without_body ? std::string_view() : response.content(); }
};

// Stands between a responder, which may be anywhere and live long, and the connection.
class HttpConnection::Exchange final : public HttpExchange, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(HttpConnection& connection, Core& core) : connection_(&connection), core_(core) {}

  void respond(HttpResponse response) override {
    if (Core::current_or_null() == &core_) {
      if (connection_ != nullptr) connection_->answer(std::move(response));
      return;
    }
    core_.post_function([self = shared_from_this(), response = std::move(response)]() mutable { self->respond(std::move(response)); });
  }
  void upgrade(std::unique_ptr<WebSocketHandler> handler) override {
    CHECK(Core::current_or_null() == &core_);
    if (connection_ != nullptr) connection_->upgrade(std::move(handler));
  }
  bool connected() const override { return connection_ != nullptr; }
  void forget_connection() noexcept { connection_ = nullptr; }

  // Kept from the request, for upgrade().
  HttpResponse websocket_refusal;
  std::string websocket_key;  // empty: refused

 private:
  HttpConnection* connection_;  // null once it is gone; on its core only
  Core& core_;
};

HttpConnection::HttpConnection(Stream stream, const HttpService& service, IpAddress peer)
    : Socket(std::move(stream)), service_(service), peer_(peer) {}

HttpConnection::~HttpConnection() {
  if (exchange_) exchange_->forget_connection();
  forget_answer();
}

void HttpConnection::open() {
  unread_ = service_.unread[loop().core().index()].get();
  set_deadline(loop().now() + service_.limits.head_deadline);
}

void HttpConnection::cut() noexcept {
  forget_answer();
  doom();
}

// ---- reading

void HttpConnection::on_io(std::uint32_t epoll_events) noexcept {
  if (doomed()) return;
  if (state_ == State::kReading || state_ == State::kLingering) {
    if ((epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
  } else if ((epoll_events & (EPOLLHUP | EPOLLERR)) != 0) {
    return doom();
  }
  if (!doomed() && ((epoll_events & EPOLLOUT) != 0 || stream_.has_unsent())) mark_dirty();
}

void HttpConnection::receive() {
  const std::span<char> buffer = loop().receive_buffer();
  const auto n = stream_.read(buffer);
  if (n == Stream::kAgain) return;
  if (n <= 0) return doom();
  if (state_ == State::kLingering) return;
  if (received_.empty() && !parser_) set_deadline(loop().now() + service_.limits.head_deadline);
  received_.append(buffer.data(), static_cast<std::size_t>(n));
  read_requests();
}

// The request after a pipelined one, or what TLS still holds.
void HttpConnection::on_run() noexcept {
  if (state_ == State::kReading && !received_.empty()) read_requests();
  if (!doomed() && state_ == State::kReading && stream_.has_received()) receive();
}

void HttpConnection::read_requests() {
  while (state_ == State::kReading && !doomed() && read_one()) {
  }
  if (!doomed() && state_ == State::kReading && stream_.has_received()) run_soon();
}

// False when more must be received first.
bool HttpConnection::read_one() {
  if (!parser_) {
    // RFC 9112 §2.2: an empty line before a request line is forgiven; one, however it arrives.
    if (!skipped_line_ && received_.starts_with("\r\n")) {
      received_.erase(0, 2);
      skipped_line_ = true;
    }
    if (received_.empty() || (!skipped_line_ && received_ == "\r")) return false;
    parser_ = std::make_unique<HttpRequestParser>(service_.limits);
  }
  const bool had_head = parser_->head_done();
  const auto taken = parser_->parse(received_);
  if (!taken) {
    refuse(taken.error());
    return false;
  }
  received_.erase(0, *taken);
  if (!had_head && parser_->head_done()) head_is_read();
  if (state_ != State::kReading) return false;
  if (parser_->done()) {
    hand_over();
    return true;
  }
  return *taken > 0 && !received_.empty();
}

void HttpConnection::head_is_read() {
  http_1_1_ = parser_->http_1_1();
  const auto allowed = parser_->limit_body(parser_->has_body() ? service_.handler->body_bytes_max(parser_->request()) : 0);
  if (!allowed) return refuse(allowed.error());
  progress_ = 0;
  if (parser_->done()) return;
  set_deadline(loop().now() + service_.limits.progress_deadline);
  if (parser_->expects_continue() && received_.empty()) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    // Nothing is queued before it, so it fits; a connection where it does not is broken.
    if (stream_.write(kContinue) != static_cast<std::ptrdiff_t>(kContinue.size())) doom();
  }
}

void HttpConnection::hand_over() {
  state_ = State::kHandling;
  keep_alive_ = parser_->keep_alive();
  HttpRequest request = parser_->take_request();
  parser_.reset();
  skipped_line_ = false;
  if (received_.empty()) received_ = {};
  head_request_ = request.method == "HEAD";
  tell_client(request);

  exchange_ = std::make_shared<Exchange>(*this, loop().core());
  if (http_1_1_ && request.headers.has("Upgrade")) {  // RFC 9110 §7.8: HTTP/1.0 upgrades to nothing
    if (auto refusal = websocket_refusal(request)) {
      exchange_->websocket_refusal = *std::move(refusal);
    } else {
      exchange_->websocket_key = request.headers.get("Sec-WebSocket-Key");
    }
  }
  set_interest(0);
  set_deadline(kNoDeadline);
  service_.handler->on_request(std::move(request), HttpResponder(exchange_));
}

// ---- answering

void HttpConnection::answer(HttpResponse response) {
  CHECK(state_ == State::kHandling);
  exchange_->forget_connection();
  exchange_.reset();
  start_writing(std::move(response), keep_alive_ && !draining_, head_request_);
}

// The end of this connection: what follows in it cannot be understood, or is not wanted.
void HttpConnection::refuse(const HttpRefusal& refusal) {
  HttpResponse response = refusal.response();
  bool head_request = false;
  if (parser_ && parser_->head_done()) {
    HttpRequest head = parser_->take_request();
    tell_client(head);
    head_request = head.method == "HEAD";
    response = service_.handler->refused(head, refusal.status, Error(ErrorCode::kBadRequest, refusal.message));
  }
  parser_.reset();
  received_ = {};
  start_writing(std::move(response), false, head_request);
}

void HttpConnection::tell_client(HttpRequest& request) const {
  Client client = resolve_client(peer_, stream_.secure(), request.headers, service_.trusted_proxies);
  request.peer = std::move(client.address);
  request.secure = client.secure;
}

void HttpConnection::start_writing(HttpResponse response, bool keep_alive, bool without_body) {
  keep_alive_ = keep_alive;
  state_ = State::kWriting;
  const unsigned status = response.status;
  const bool never_a_body = status == 204 || status == 304;
  std::string head = head_of(response, loop().http_date());
  if (!never_a_body) {
    head.append("Content-Length: ");
    append_decimal(head, response.content().size());
    head.append("\r\n");
  }
  if (!keep_alive) {
    append_field(head, "Connection", "close");
  } else if (!http_1_1_) {
    append_field(head, "Connection", "keep-alive");
  }
  head.append("\r\n");
  const SteadyTime until = response.shared_body ? kNoDeadline : loop().now() + service_.limits.answer_deadline;
  const std::size_t memory = head.capacity() + response.body.capacity();
  answer_ = std::make_unique<Answer>(std::move(head), std::move(response), without_body || never_a_body, until, memory);
  progress_ = 0;
  set_deadline(std::min(until, loop().now() + service_.limits.progress_deadline));
  mark_dirty();
  if (unread_->begin(memory)) loop().flush_early();
}

void HttpConnection::forget_answer() noexcept {
  if (!answer_) return;
  if (!answer_->offered) unread_->offered(answer_->memory);
  if (answer_->waits) unread_->done(*answer_->waits);
  answer_.reset();
}

void HttpConnection::on_flush() noexcept {
  if (state_ != State::kWriting) {
    if (stream_.has_unsent() && stream_.write({}) == Stream::kFailed) doom();
    return;
  }
  if (!write_answer()) return;
  answer_is_written();
}

// True when all of it is with the kernel.
bool HttpConnection::write_answer() {
  Answer& answer = *answer_;
  if (!std::exchange(answer.offered, true)) unread_->offered(answer.memory);
  const std::size_t total = answer.head.size() + answer.body().size();
  while (answer.written < total || stream_.has_unsent()) {
    std::string_view piece;
    if (answer.written < answer.head.size()) {
      // Head and the first of the body in one write.
      const std::span<char> scratch = loop().scratch();
      std::string_view head = std::string_view(answer.head).substr(answer.written);
      head = head.substr(0, scratch.size());
      const std::string_view body = answer.body().substr(0, scratch.size() - head.size());
      std::ranges::copy(head, scratch.begin());
      std::ranges::copy(body, scratch.begin() + static_cast<std::ptrdiff_t>(head.size()));
      piece = {scratch.data(), head.size() + body.size()};
    } else {
      piece = answer.body().substr(answer.written - answer.head.size());
    }
    const auto n = stream_.write(piece);
    if (n == Stream::kFailed) {
      doom();
      return false;
    }
    if (n == Stream::kAgain) break;
    answer.written += static_cast<std::size_t>(n);
    if (n == 0 && stream_.has_unsent()) break;
  }
  if (answer.written < total || stream_.has_unsent()) {
    if (!answer.waits) answer.waits = unread_->wait(*this, answer.memory);
    set_interest(EPOLLOUT);
    return false;
  }
  return true;
}

void HttpConnection::answer_is_written() {
  forget_answer();
  if (keep_alive_) return rest_until_next();
  state_ = State::kLingering;
  received_ = {};
  stream_.end_writing();
  set_interest(EPOLLIN);
  set_deadline(loop().now() + kLingerDeadline);
}

void HttpConnection::rest_until_next() {
  state_ = State::kReading;
  if (draining_ && received_.empty()) return doom();
  set_interest(EPOLLIN);
  const bool more = !received_.empty();
  set_deadline(loop().now() + (more ? service_.limits.head_deadline : service_.limits.idle_deadline));
  if (more || stream_.has_received()) run_soon();
}

void HttpConnection::upgrade(std::unique_ptr<WebSocketHandler> handler) {
  CHECK(state_ == State::kHandling);
  if (exchange_->websocket_key.empty()) {
    const bool asked = !exchange_->websocket_refusal.content().empty();
    HttpResponse refusal = asked ? std::move(exchange_->websocket_refusal) : websocket_refusal({.method = "GET"}).value();
    return answer(std::move(refusal));
  }
  exchange_->forget_connection();
  HttpResponse response{.status = 101, .headers = {}, .body = {}, .shared_body = {}};
  std::string head = head_of(response, loop().http_date());
  append_field(head, "Upgrade", "websocket");
  append_field(head, "Connection", "Upgrade");
  append_field(head, "Sec-WebSocket-Accept", websocket_accept(exchange_->websocket_key));
  head.append("\r\n");

  SocketLoop& here = loop();
  here.core().unwatch(stream_.fd(), *this);
  auto made = std::make_unique<WebSocketConnection>(std::move(stream_), WebSocketRole::kServer, service_.websocket, std::move(handler),
                                                    head, std::move(received_));
  doom();
  WebSocketConnection& socket = *made;
  here.attach(std::move(made), EPOLLIN);
  socket.set_loops(service_.loop_of, service_.server);
  socket.open();
}

// ---- ending

void HttpConnection::on_deadline(SteadyTime now) noexcept {
  if (state_ == State::kHandling) return set_deadline(kNoDeadline);
  if (state_ == State::kWriting || (state_ == State::kReading && parser_ && parser_->head_done())) {
    if (state_ == State::kWriting && now >= answer_->until) return doom();
    const std::size_t done = state_ == State::kWriting ? answer_->written : parser_->request().body.size();
    if (done >= progress_ + service_.limits.progress_bytes) {
      progress_ = done;
      const SteadyTime next = now + service_.limits.progress_deadline;
      return set_deadline(state_ == State::kWriting ? std::min(next, answer_->until) : next);
    }
    if (state_ == State::kWriting) return doom();
    return refuse({408, "The body came too slowly"});
  }
  if (state_ == State::kReading && (parser_ || !received_.empty())) return refuse({408, "The header came too slowly"});
  doom();
}

void HttpConnection::on_drain() noexcept {
  draining_ = true;
  if (state_ == State::kReading && !parser_ && received_.empty()) doom();
}

}  // namespace rookery::net
