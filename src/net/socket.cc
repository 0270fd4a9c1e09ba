#include "net/socket.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "base/check.h"
#include "net/websocket.h"

namespace rookery::net {

void Socket::set_interest(std::uint32_t epoll_events) {
  if (doomed_ || epoll_events == interest_) return;
  interest_ = epoll_events;
  loop_->core().rewatch(stream_.fd(), epoll_events, *this);
}

void Socket::set_deadline(SteadyTime deadline) noexcept {
  if (!doomed_) loop_->entries_[slot_].deadline = deadline;
}

void Socket::mark_dirty() {
  if (dirty_ || doomed_) return;
  CHECK(Core::current_or_null() == &loop_->core());
  dirty_ = true;
  loop_->dirty_.push_back(this);
  // Past this turn's flush: there must be another turn.
  if (loop_->flushed_turn_ == loop_->core().turn_count()) loop_->want_turn();
}

void Socket::run_soon() {
  if (run_soon_ || doomed_) return;
  run_soon_ = true;
  loop_->runnable_.push_back(this);
  loop_->want_turn();
}

void Socket::doom() noexcept {
  if (doomed_) return;
  loop_->doomed_.push_back(loop_->detach(*this));
  doomed_ = true;
  stream_.close();
  if (loop_->flushed_turn_ == loop_->core().turn_count()) loop_->want_turn();
}

SocketLoop::SocketLoop(Core& core)
    : core_(core), receive_buffer_(new char[kReceiveBytes + kReadablePadding]()), scratch_(new char[kScratchBytes]) {}

SocketLoop::~SocketLoop() { CHECK(entries_.empty()); }

void SocketLoop::start(const std::shared_ptr<SocketLoop>& loop, std::chrono::milliseconds sweep_interval) {
  loop->sweep_interval_ = sweep_interval;
  loop->sweep_timer_.emplace(loop->core_);
  loop->core_.at_turn_end([loop] { loop->end_turn(); });
  loop->schedule_sweep();
}

void SocketLoop::shutdown() {
  sweep_timer_.reset();
  sweep_hooks_.clear();
  doomed_.clear();
  while (!entries_.empty()) {
    const std::unique_ptr<Socket> socket = detach(*entries_.back().socket);
    socket->doomed_ = true;
  }
}

void SocketLoop::attach(std::unique_ptr<Socket> socket, std::uint32_t epoll_events) {
  socket->loop_ = this;
  socket->slot_ = static_cast<std::uint32_t>(entries_.size());
  socket->interest_ = epoll_events;
  core_.watch(socket->stream_.fd(), epoll_events, *socket);
  entries_.push_back({socket.release(), Socket::kNoDeadline});
}

std::unique_ptr<Socket> SocketLoop::detach(Socket& socket) {
  if (socket.stream_.fd() >= 0) core_.unwatch(socket.stream_.fd(), socket);
  forget(socket);
  Entry& slot = entries_[socket.slot_];
  slot = entries_.back();
  slot.socket->slot_ = socket.slot_;
  entries_.pop_back();
  return std::unique_ptr<Socket>(&socket);
}

void SocketLoop::forget(Socket& socket) noexcept {
  if (std::exchange(socket.dirty_, false)) {
    std::ranges::replace(dirty_, &socket, nullptr);
    std::ranges::replace(flushing_, &socket, nullptr);
  }
  if (std::exchange(socket.run_soon_, false)) {
    std::ranges::replace(runnable_, &socket, nullptr);
    std::ranges::replace(running_, &socket, nullptr);
  }
}

void SocketLoop::want_turn() noexcept {
  if (!std::exchange(letter_posted_, true)) core_.post(*this);
}

void SocketLoop::deliver() noexcept {
  letter_posted_ = false;
  running_.swap(runnable_);
  for (std::size_t i = 0; i < running_.size(); ++i) {
    Socket* socket = running_[i];
    if (socket == nullptr) continue;
    running_[i] = nullptr;
    socket->run_soon_ = false;
    socket->on_run();
  }
  running_.clear();
}

void SocketLoop::end_turn() {
  flushed_turn_ = core_.turn_count();
  flush();
  // What a destructor dooms or queues is the next turn's.
  const auto gone = std::exchange(doomed_, {});
}

void SocketLoop::flush_early() {
  if (!is_flushing_) flush();
}

void SocketLoop::flush() {
  is_flushing_ = true;
  flushing_.swap(dirty_);
  for (std::size_t i = 0; i < flushing_.size(); ++i) {
    Socket* socket = flushing_[i];
    if (socket == nullptr) continue;
    flushing_[i] = nullptr;
    socket->dirty_ = false;
    socket->on_flush();
  }
  flushing_.clear();
  is_flushing_ = false;
}

void SocketLoop::schedule_sweep() {
  sweep_timer_->expires_after(sweep_interval_, [this] {
    schedule_sweep();
    sweep();
  });
}

void SocketLoop::sweep() {
  const SteadyTime time = now();
  // Backwards: who dooms itself is replaced by an entry that was looked at already.
  for (std::size_t i = entries_.size(); i > 0; --i) {
    if (i <= entries_.size() && entries_[i - 1].deadline <= time) entries_[i - 1].socket->on_deadline(time);
  }
  for (auto& hook : sweep_hooks_) hook();
}

void SocketLoop::drain() {
  for (std::size_t i = entries_.size(); i > 0; --i) {
    if (i <= entries_.size()) entries_[i - 1].socket->on_drain();
  }
}

const std::string& SocketLoop::http_date() {
  const std::int64_t now_s = core_.clock().now().unix_ms / 1000;
  if (now_s != http_date_s_) {
    http_date_s_ = now_s;
    const auto time = static_cast<std::time_t>(now_s);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    http_date_.assign(text.data(), length);
  }
  return http_date_;
}

}  // namespace rookery::net
