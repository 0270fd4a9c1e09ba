// Turn: one at a time, in the order of asking. A lock for coroutines of one core.
//
//   co_await turn.enter();  …  turn.leave();
//
// One core only. Whoever enters must leave; leaving hands over to the next, who goes on in a later turn of the loop.
#pragma once

#include <coroutine>
#include <utility>

#include "base/check.h"
#include "runtime/core.h"

namespace rookery {

class Turn {
 public:
  Turn() = default;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { CHECK(idle()); }

  struct Waiter final : Mail {
    explicit Waiter(Turn& t) : turn(t) {}
    bool await_ready() const noexcept { return !std::exchange(turn.taken_, true); }
    void await_suspend(std::coroutine_handle<> self) {
      waiting = self;
      (turn.last_ == nullptr ? turn.first_ : turn.last_->next) = this;
      turn.last_ = this;
    }
    void await_resume() const noexcept {}
    void deliver() noexcept override { waiting.resume(); }

    Turn& turn;
    std::coroutine_handle<> waiting;
    Waiter* next = nullptr;
  };
  Waiter enter() { return Waiter(*this); }

  void leave() {
    CHECK(taken_);
    if (first_ == nullptr) {
      taken_ = false;
      return;
    }
    Waiter* const next = std::exchange(first_, first_->next);
    if (first_ == nullptr) last_ = nullptr;
    Core::current().post(*next);  // by mail: a long queue must not become a deep stack
  }

  bool idle() const { return !taken_; }

 private:
  bool taken_ = false;
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace rookery
