#include "net/websocket_connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "runtime/core.h"

namespace rookery::net {
namespace {

using namespace std::chrono_literals;

// After both have said Close, or the peer broke the rules: for its FIN.
constexpr auto kFinDeadline = 2s;

}  // namespace

struct WebSocketConnection::Ending {
  std::uint16_t code;
  std::string reason;
};

struct WebSocketConnection::Move {
  Core* to;
  std::move_only_function<void(WebSocket&)> arrived;
};

WebSocketConnection::WebSocketConnection(Stream stream, WebSocketRole role, const WebSocketPolicy& policy,
                                         std::unique_ptr<WebSocketHandler> handler, std::string_view raw, std::string received)
    : Socket(std::move(stream)), policy_(policy), handler_(std::move(handler)), role_(role) {
  ::setsockopt(stream_.fd(), SOL_SOCKET, SO_SNDBUF, &policy_.kernel_send_bytes, sizeof policy_.kernel_send_bytes);
  if (role_ == WebSocketRole::kServer) {
    ::setsockopt(stream_.fd(), SOL_SOCKET, SO_RCVBUF, &policy_.kernel_receive_bytes, sizeof policy_.kernel_receive_bytes);
  }
  if (!received.empty()) unread_ = std::make_unique<std::string>(std::move(received));
  if (!raw.empty()) outbox_.push_raw(raw);
}

WebSocketConnection::~WebSocketConnection() = default;

void WebSocketConnection::set_loops(LoopOf loop_of, void* server) noexcept {
  loop_of_ = loop_of;
  server_ = server;
}

void WebSocketConnection::open() {
  last_received_ = loop().now();
  update_deadline();
  mark_dirty();
  if (unread_ || stream_.has_received()) run_soon();
  handler_->on_open(*this);
}

// ---- reading

void WebSocketConnection::on_io(std::uint32_t epoll_events) noexcept {
  if (dead_) return;
  if ((epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0) {
    if (paused_ && state_ == State::kOpen) {
      // Nothing is read now; but a connection that is gone altogether has nobody to hold up.
      if ((epoll_events & (EPOLLHUP | EPOLLERR)) != 0) return die("the connection broke");
    } else {
      receive();
      if (dead_) return;
    }
  }
  if ((epoll_events & EPOLLOUT) != 0 || stream_.has_unsent()) mark_dirty();
}

void WebSocketConnection::receive() {
  const std::span<char> buffer = loop().receive_buffer();
  const auto n = stream_.read(buffer);
  if (n == Stream::kAgain) return;
  if (n <= 0) return die(n == 0 ? "the peer went away" : "the connection broke");
  if (stream_.has_received()) run_soon();
  if (state_ == State::kEnding) return;
  const std::span<char> bytes = buffer.first(static_cast<std::size_t>(n));
  if (!unread_) return read_frames(bytes);
  unread_->append(bytes.data(), bytes.size());
  if (unread_->size() < needed_) return;
  const std::unique_ptr<std::string> held = std::move(unread_);
  held->reserve(held->size() + kReadablePadding);
  read_frames(*held);
}

void WebSocketConnection::read_frames(std::span<char> bytes) {
  if (state_ == State::kOpen && !delivering()) {
    unread_ = std::make_unique<std::string>(bytes.data(), bytes.size());
    needed_ = 1;
    return;  // the time of a frame begins when it may be read
  }
  const auto progress = reader_.read(bytes, role_, policy_.message_bytes_max, *this);
  if (state_ == State::kEnding) return;
  const std::span<char> rest = bytes.subspan(progress.consumed);
  if (rest.empty() && !reader_.in_message()) {
    frame_since_ = {};
  } else if (frame_since_ == SteadyTime{}) {
    frame_since_ = loop().now();
    update_deadline();
  }
  if (rest.empty()) return;
  unread_ = std::make_unique<std::string>();
  unread_->reserve(std::max(rest.size(), progress.needed) + kReadablePadding);
  unread_->append(rest.data(), rest.size());
  needed_ = static_cast<std::uint32_t>(progress.needed);
}

// After a pause, a move, or when TLS holds more.
void WebSocketConnection::on_run() noexcept {
  if (dead_ || (state_ == State::kOpen && !delivering())) return;
  if (unread_ && unread_->size() >= needed_) {
    const std::unique_ptr<std::string> held = std::move(unread_);
    held->reserve(held->size() + kReadablePadding);
    read_frames(*held);
  }
  if (reads_on() && stream_.has_received()) receive();
}

bool WebSocketConnection::on_text_message(std::string_view message) {
  last_received_ = loop().now();
  frame_since_ = {};
  if (state_ == State::kOpen) handler_->on_text(message);
  return reads_on();
}

bool WebSocketConnection::on_binary_message(std::string_view message) {
  last_received_ = loop().now();
  frame_since_ = {};
  if (state_ == State::kOpen) handler_->on_binary(message);
  return reads_on();
}

bool WebSocketConnection::on_ping(std::string_view payload) {
  last_received_ = loop().now();
  if (!reader_.in_message()) frame_since_ = {};
  if (state_ == State::kOpen) queue_frame(Opcode::kPong, payload);
  return reads_on();
}

bool WebSocketConnection::on_pong(std::string_view) {
  last_received_ = loop().now();
  if (!reader_.in_message()) frame_since_ = {};
  return reads_on();
}

bool WebSocketConnection::on_close(std::uint16_t code, std::string_view reason) {
  last_received_ = loop().now();
  if (state_ == State::kOpen) queue_close(code, {});
  end(code, reason, State::kEnding);
  return false;
}

void WebSocketConnection::on_violation(std::uint16_t code, std::string_view reason) {
  if (state_ == State::kOpen) queue_close(code, reason);
  end(code, reason, State::kEnding);
}

// ---- writing

void WebSocketConnection::send(std::string_view prefix, SharedBuffer rest) {
  if (state_ != State::kOpen) return;
  if (role_ == WebSocketRole::kClient) {
    outbox_.push_raw(masked_frame(Opcode::kText, std::string(prefix).append(rest.view()), new_mask()));
  } else {
    outbox_.push_text(prefix, std::move(rest));
  }
  something_queued();
}

void WebSocketConnection::send_binary(std::string_view message) {
  if (state_ == State::kOpen) queue_frame(Opcode::kBinary, message);
}

void WebSocketConnection::queue_frame(Opcode opcode, std::string_view payload) {
  outbox_.push_raw(role_ == WebSocketRole::kClient ? masked_frame(opcode, payload, new_mask()) : plain_frame(opcode, payload));
  something_queued();
}

void WebSocketConnection::something_queued() {
  mark_dirty();
  if (state_ != State::kOpen) return;
  // One read brings thousands of pings, or one turn as many small messages: only what the kernel does not take is unsent.
  if (outbox_.frames() >= policy_.unsent_frames_max && outbox_.bytes() < policy_.unsent_bytes_max) write_queued();
  if (dead_) return;
  const bool too_much = outbox_.bytes() >= policy_.unsent_bytes_max || outbox_.frames() >= policy_.unsent_frames_max;
  if (too_much) close(policy_.slow_code, "too slow a reader");
}

void WebSocketConnection::queue_close(std::uint16_t code, std::string_view reason) {
  queue_frame(Opcode::kClose, close_payload(code, reason));
}

void WebSocketConnection::write_queued() {
  while (!outbox_.empty() || stream_.has_unsent()) {
    const std::span<char> scratch = loop().scratch();
    const std::size_t gathered = outbox_.gather(scratch);
    const auto n = stream_.write({scratch.data(), gathered});
    if (n == Stream::kAgain) break;
    if (n < 0) return die("the connection broke");
    outbox_.forget_written(static_cast<std::size_t>(n));
    if (stream_.has_unsent() || (static_cast<std::size_t>(n) < gathered && !stream_.secure())) break;
  }
}

void WebSocketConnection::on_flush() noexcept {
  if (!dead_) write_queued();
  stuck_ = !outbox_.empty() || stream_.has_unsent();
  if (moving_) return leave();
  if (!dead_) check_reader();
  if (ending_) tell_handler();
  if (dead_) return doom();
  if (wants_drained_ && outbox_.bytes() <= drained_at_ && state_ == State::kOpen) {
    wants_drained_ = false;
    handler_->on_drained();
  }
  if (state_ == State::kEnding && outbox_.empty() && !stream_.has_unsent() && !std::exchange(fin_sent_, true)) stream_.end_writing();
  update_interest();
}

void WebSocketConnection::notify_drained(std::size_t unsent_bytes) {
  if (state_ != State::kOpen) return;
  wants_drained_ = true;
  drained_at_ = static_cast<std::uint32_t>(std::min<std::size_t>(unsent_bytes, UINT32_MAX));
  if (outbox_.bytes() <= drained_at_) mark_dirty();
}

// Of a frame that is on its way, from now on.
void WebSocketConnection::begin_frame_time() {
  frame_since_ = reader_.in_message() || unread_ ? loop().now() : SteadyTime{};
  update_deadline();
}

void WebSocketConnection::check_reader() {
  if (state_ != State::kOpen) return;
  const bool slow = outbox_.bytes() >= policy_.unsent_bytes_slow;
  if (slow == (slow_since_ != SteadyTime{})) return;
  slow_since_ = slow ? loop().now() : SteadyTime{};
  update_deadline();
}

void WebSocketConnection::update_interest() {
  std::uint32_t interest = 0;
  if (!(paused_ && state_ == State::kOpen)) interest |= EPOLLIN;
  if ((!outbox_.empty() || stream_.has_unsent()) && !stream_.waits_for_peer()) interest |= EPOLLOUT;
  set_interest(interest);
}

Mask WebSocketConnection::new_mask() {
  thread_local SeededRandom random(system_random().next());
  Mask mask;
  random.fill({static_cast<std::uint8_t*>(static_cast<void*>(mask.data())), mask.size()});
  return mask;
}

// ---- pausing and moving

void WebSocketConnection::pause_reading() {
  paused_ = true;
  mark_dirty();
}

void WebSocketConnection::resume_reading() {
  paused_ = false;
  begin_frame_time();
  mark_dirty();
  if (unread_ || stream_.has_received()) run_soon();
}

void WebSocketConnection::move_to(Core& core, std::move_only_function<void(WebSocket&)> arrived) {
  if (state_ != State::kOpen || moving_) return;
  CHECK(loop_of_ != nullptr);
  moving_ = true;
  move_ = std::make_unique<Move>(&core, std::move(arrived));
  mark_dirty();
}

void WebSocketConnection::leave() {
  SocketLoop* target = loop_of_(server_, *move_->to);
  CHECK(target != nullptr);
  Core& to = *move_->to;
  to.post_function([self = loop().detach(*this), connection = this, target]() mutable {
    target->attach(std::move(self), EPOLLIN);
    connection->arrive();
  });
}

void WebSocketConnection::arrive() {
  moving_ = false;
  const std::unique_ptr<Move> move = std::move(move_);
  begin_frame_time();
  mark_dirty();
  if (unread_ || stream_.has_received()) run_soon();
  move->arrived(*this);
}

// ---- ending

void WebSocketConnection::close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  CHECK(is_close_code(code));
  // Before anything is queued: queueing itself may find the reader too slow.
  state_ = State::kClosing;
  if (stuck_ || code == policy_.slow_code) outbox_.drop_unstarted();
  queue_close(code, reason);
  end(code, reason, State::kClosing);
}

void WebSocketConnection::abort() {
  if (state_ == State::kOpen) die("cut");
}

// The handler hears of it at the end of the turn, once; the connection goes on saying goodbye.
void WebSocketConnection::end(std::uint16_t code, std::string_view reason, State state) {
  if (state_ == State::kEnding) return;
  if (handler_ && !ending_) ending_ = std::make_unique<Ending>(code, std::string(reason));
  state_ = state;
  if (state == State::kEnding) unread_.reset();
  if (unread_) run_soon();  // the peer's Close may stand in it
  cut_at_ = loop().now() + (state == State::kClosing ? policy_.close_deadline : std::chrono::milliseconds(kFinDeadline));
  update_deadline();
  update_interest();
  mark_dirty();
}

void WebSocketConnection::die(std::string_view why) {
  if (dead_) return;
  if (handler_ && !ending_) ending_ = std::make_unique<Ending>(kCloseAbnormal, std::string(why));
  dead_ = true;
  state_ = State::kEnding;
  mark_dirty();
}

void WebSocketConnection::tell_handler() {
  const std::unique_ptr<Ending> ending = std::move(ending_);
  const std::unique_ptr<WebSocketHandler> handler = std::move(handler_);
  handler->on_closed(ending->code, ending->reason);
}

void WebSocketConnection::update_deadline() {
  if (state_ != State::kOpen) return set_deadline(cut_at_);
  SteadyTime deadline = kNoDeadline;
  if (policy_.silent_for_max > 0ms) deadline = last_received_ + policy_.silent_for_max;
  if (slow_since_ != SteadyTime{}) deadline = std::min(deadline, slow_since_ + policy_.slow_for);
  if (awaits_frame()) deadline = std::min(deadline, frame_since_ + policy_.frame_for_max);
  set_deadline(deadline);
}

void WebSocketConnection::on_deadline(SteadyTime now) noexcept {
  if (state_ != State::kOpen) {
    if (now >= cut_at_) die("the peer did not end the connection");
    return;
  }
  if (slow_since_ != SteadyTime{} && now >= slow_since_ + policy_.slow_for) return close(policy_.slow_code, "too slow a reader");
  if (policy_.silent_for_max > 0ms && now >= last_received_ + policy_.silent_for_max) {
    return close(policy_.silent_code, "silent for too long");
  }
  if (awaits_frame() && now >= frame_since_ + policy_.frame_for_max) {
    return close(policy_.silent_code, "a frame took too long");
  }
  update_deadline();
}

}  // namespace rookery::net
