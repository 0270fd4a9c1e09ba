#include "tests/simulation/network.h"

#include "tests/simulation/server.h"

namespace rookery::simulation {
namespace {

constexpr std::size_t kSlowBytes = std::size_t{256} * 1024;  // protocol.md §4: 4100
constexpr std::size_t kUnsentMax = std::size_t{1024} * 1024;
constexpr Micros kSlowFor = 10 * kSecond;

Scheduler& scheduler() { return Scheduler::current(); }

}  // namespace

Socket::Socket(Server& server, unsigned core, Endpoint& client, UserId user, LoginId login, Link link)
    : server_(&server), core_(core), client_(&client), user_(user), login_(login), link_(link) {}

void Socket::open() {
  when_ready(server_->core(core_), [self = shared_from_this()] {
    if (self->closed_ || self->server_ == nullptr) return;
    self->last_received_ = Core::current().turn_time();
    self->connection_ = std::make_shared<gateway::Connection>(self->server_->floor(), *self);
    self->connection_->open();
    self->read();
  });
}

// --- the client ---

void Socket::say(std::string frame) {
  last_to_server_ = std::max(last_to_server_, scheduler().now() + scheduler().dice().delay(link_.latency));
  scheduler().after(last_to_server_ - scheduler().now(), [self = shared_from_this(), frame = std::move(frame)]() mutable {
    if (self->deaf_server_ || self->closed_ || self->server_ == nullptr) return;
    self->in_.push_back(std::move(frame));
    self->on_core(&Socket::read);
  });
}

void Socket::hang_up(std::uint16_t code) {
  client_ = nullptr;
  last_to_server_ = std::max(last_to_server_, scheduler().now() + scheduler().dice().delay(link_.latency));
  scheduler().after(last_to_server_ - scheduler().now() + 1, [self = shared_from_this(), code] {
    if (self->deaf_server_ || self->server_ == nullptr) return;
    self->close_code_ = code;
    self->on_core(&Socket::finish_close);
  });
}

void Socket::close_client(std::uint16_t code) {
  client_close_ = code;
  pump();
}

void Socket::arrive(std::string frame) {
  arrived_.push_back(std::move(frame));
  pump();
}

// The client reads what has arrived, when it reads.
void Socket::pump() {
  while (client_ != nullptr && (!arrived_.empty() || client_close_)) {
    if (const Micros from = client_->reads_from(); from > scheduler().now()) {
      scheduler().after(from - scheduler().now(), [self = shared_from_this()] { self->pump(); });
      return;
    }
    if (arrived_.empty()) {
      Endpoint* const client = std::exchange(client_, nullptr);
      return client->on_closed(*client_close_);
    }
    const std::string frame = std::move(arrived_.front());
    arrived_.pop_front();
    in_kernel_ -= std::min(in_kernel_, frame.size());
    if (!out_.empty()) on_core(&Socket::mark_dirty);
    client_->on_frame(frame);
  }
}

// --- what befalls it ---

void Socket::cut() {
  deaf_client_ = deaf_server_ = true;
  scheduler().after(scheduler().dice().between(0, 2 * kSecond), [self = shared_from_this()] { self->close_client(1006); });
  scheduler().after(scheduler().dice().between(0, 2 * kSecond), [self = shared_from_this()] {
    if (self->server_ != nullptr) self->on_core(&Socket::finish_close);
  });
}

void Socket::heal() {
  if (server_ == nullptr) return close_client(1006);
  if (deaf_client_ || deaf_server_) cut();
}

void Socket::half_open() {
  const auto which = scheduler().dice().below(3);
  deaf_client_ = deaf_client_ || which != 1;
  deaf_server_ = deaf_server_ || which != 0;
}

void Socket::lose_server() {
  Server* const server = std::exchange(server_, nullptr);
  if (!closed_) {
    when_ready(server->core(core_), [self = shared_from_this()] {
      if (std::exchange(self->closed_, true)) return;
      self->out_.clear();
      self->unsent_ = 0;
      if (self->connection_ != nullptr) self->connection_->on_closed(1006);
    });
  }
  deaf_server_ = true;
  if (scheduler().dice().chance(0.7)) {
    scheduler().after(scheduler().dice().between(0, kSecond), [self = shared_from_this()] {
      self->deaf_client_ = true;
      self->close_client(1006);
    });
  } else {
    deaf_client_ = true;
  }
}

// --- the server's side ---

void Socket::on_core(void (Socket::*act)()) {
  when_ready(server_->core(core_), [self = shared_from_this(), act] {
    if (self->server_ == nullptr) return;
    if (self->moving_ || Core::current().index() != self->core_) return self->on_core(act);
    (self.get()->*act)();
  });
}

void Socket::read() {
  while (!in_.empty() && !paused_ && !moving_ && !closed_ && !closing_ && connection_ != nullptr) {
    const std::string frame = std::move(in_.front());
    in_.pop_front();
    last_received_ = Core::current().turn_time();
    connection_->on_text(frame);
  }
}

void Socket::resume_reading() {
  paused_ = false;
  if (!closed_ && server_ != nullptr) on_core(&Socket::read);
}

void Socket::mark_dirty() {
  if (closed_ || server_ == nullptr || std::exchange(dirty_, true)) return;
  server_->dirty[core_].push_back(this);
}

void Socket::send(std::string_view prefix, net::SharedBuffer text) {
  if (closing_ || closed_ || server_ == nullptr) return;
  if (login_ended_ && prefix.starts_with(R"({"op":0)")) violation("something is sent to a login that has ended");
  out_.push_back({std::string(prefix), std::move(text)});
  unsent_ += out_.back().size();
  mark_dirty();
  if (unsent_ >= kUnsentMax) return close(gateway::close_codes::kTooSlow);
  check_slow();
}

void Socket::check_slow() {
  const bool slow = unsent_ >= kSlowBytes;
  if (slow == slow_) return;
  slow_ = slow;
  ++slow_round_;
  if (!slow) return;
  scheduler().after(kSlowFor, [self = shared_from_this(), round = slow_round_] {
    if (self->closed_ || !self->slow_ || self->slow_round_ != round || self->server_ == nullptr) return;
    when_ready(self->server_->core(self->core_), [self] {
      if (!self->closed_ && self->slow_ && self->server_ != nullptr) self->close(gateway::close_codes::kTooSlow);
    });
  });
}

void Socket::replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh) {
  for (Frame& frame : out_) {
    if (!frame.text.same(old)) continue;
    unsent_ -= frame.size();
    frame.text = fresh;
    unsent_ += frame.size();
  }
}

void Socket::notify_drained(std::size_t unsent_bytes) {
  notify_at_ = unsent_bytes;
  mark_dirty();
}

// Into the kernel, as much as it takes.
void Socket::flush() {
  dirty_ = false;
  if (closed_ || server_ == nullptr) return;
  while (!out_.empty() && (in_kernel_ == 0 || in_kernel_ + out_.front().size() <= link_.kernel_bytes)) {
    std::string frame = out_.front().prefix + std::string(out_.front().text.view());
    unsent_ -= out_.front().size();
    out_.pop_front();
    in_kernel_ += frame.size();
    server_->written(user_, frame);
    last_to_client_ = std::max(last_to_client_, scheduler().now() + scheduler().dice().delay(link_.latency));
    scheduler().after(last_to_client_ - scheduler().now(), [self = shared_from_this(), frame = std::move(frame)]() mutable {
      if (!self->deaf_client_) self->arrive(std::move(frame));
    });
  }
  check_slow();
  if (notify_at_ && unsent_ <= *notify_at_) on_core(&Socket::drained);
}

void Socket::drained() {
  if (closed_ || !notify_at_ || unsent_ > *notify_at_) return;
  notify_at_.reset();
  connection_->on_drained();
}

void Socket::close(gateway::CloseReason reason) {
  if (closing_ || closed_) return;
  if (reason.code == gateway::close_codes::kTooSlow.code) out_.clear(), unsent_ = 0;
  flush();
  closing_ = true;
  close_code_ = reason.code;
  const Micros latest = std::max(last_to_client_, scheduler().now() + link_.latency) + 1;
  scheduler().after(latest - scheduler().now(), [self = shared_from_this(), code = reason.code] {
    if (!self->deaf_client_) self->close_client(code);
  });
  scheduler().after(scheduler().dice().between(0, kSecond), [self = shared_from_this()] {
    if (self->server_ != nullptr) self->on_core(&Socket::finish_close);
  });
}

void Socket::finish_close() {
  if (std::exchange(closed_, true)) return;
  out_.clear();
  unsent_ = 0;
  if (connection_ != nullptr) connection_->on_closed(close_code_);
  if (!deaf_client_) scheduler().after(scheduler().dice().delay(link_.latency), [self = shared_from_this()] { self->close_client(1006); });
}

void Socket::move_to(Core& core, std::move_only_function<void()> arrived) {
  moving_ = true;
  core.post_function([self = shared_from_this(), &core, arrived = std::move(arrived)]() mutable {
    self->core_ = core.index();
    self->moving_ = false;
    if (self->closed_) return;
    arrived();
    self->mark_dirty();
  });
}

}  // namespace rookery::simulation
