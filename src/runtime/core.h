// Core: one thread, one event loop, one share of the server's state.
//
// A thing that belongs to a core (a session, a channel, a user) is touched on that core only, without locks; other cores
// send it mail. A turn of the loop: ready sockets, then mail, then the ends of the turn (where dirty connections are
// flushed, once each). Letters between two cores arrive in the order in which they were posted.
//
// Unless a member says "any thread", it is called on the core itself.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "runtime/mailbox.h"
#include "runtime/task.h"

namespace rookery {

// Told when a descriptor is ready. Level-triggered: it is told again as long as it is.
class IoHandler {
 public:
  virtual void on_io(std::uint32_t epoll_events) noexcept = 0;

 protected:
  virtual ~IoHandler() = default;
};

class Core {
 public:
  Core(unsigned index, const Clock& clock);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // The core whose thread this is. CHECKs that there is one; current_or_null() answers null on other threads.
  static Core& current();
  static Core* current_or_null() noexcept;

  unsigned index() const noexcept { return index_; }            // any thread
  const Clock& clock() const noexcept { return clock_; }        // any thread
  SteadyTime turn_time() const noexcept { return turn_time_; }  // steady time at the start of this turn
  // Tells turns apart: each turn of the loop, and each timer's call with the turn end that follows it, has its own.
  std::uint64_t turn_count() const noexcept { return turn_count_; }

  // Any thread. The letter is delivered in a later turn, after all that this thread posted before.
  void post(Mail& mail) noexcept;
  // Any thread. For what is not on the message path: allocates.
  void post_function(std::move_only_function<void()> function);

  // Watches a descriptor for `epoll_events` (EPOLLIN, …), level-triggered. The handler must stay alive until unwatch();
  // after unwatch() it is not called again, not even for an event of the same turn.
  void watch(int fd, std::uint32_t epoll_events, IoHandler& handler);
  void rewatch(int fd, std::uint32_t epoll_events, IoHandler& handler);
  void unwatch(int fd, IoHandler& handler);

  // Called at the end of every turn, in the order of registration, for the life of the core.
  void at_turn_end(std::move_only_function<void()> hook);

  // Runs until stop() (any thread); then delivers what mail is there and returns. The thread that calls it is the core's.
  void run();
  void stop() noexcept;

 private:
  friend class Timer;
  struct Loop;
  void turn();

  const unsigned index_;
  const Clock& clock_;
  SteadyTime turn_time_;
  std::uint64_t turn_count_ = 1;
  Mailbox mailbox_;
  std::vector<std::move_only_function<void()>> turn_ends_;
  std::unique_ptr<Loop> loop_;
};

// Calls a function once, later, on the core it was made on. Destroying or cancelling it is enough never to be called.
class Timer {
 public:
  explicit Timer(Core& core);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  // Replaces what was waiting. Not early; late by as much as a turn takes.
  void expires_after(std::chrono::milliseconds delay, std::move_only_function<void()> function);
  void cancel();

 private:
  struct Wait;
  Core& core_;
  std::shared_ptr<Wait> wait_;
};

// co_await hop(core): the rest of the coroutine runs on `core`. Costs nothing when it is there already.
struct Hop final : Mail {
  explicit Hop(Core& core) : to(core) {}
  bool await_ready() const noexcept { return Core::current_or_null() == &to; }
  void await_suspend(std::coroutine_handle<> self) noexcept {
    waiting = self;
    to.post(*this);
  }
  void await_resume() const noexcept {}
  void deliver() noexcept override { waiting.resume(); }

  Core& to;
  std::coroutine_handle<> waiting;
};
inline Hop hop(Core& core) { return Hop(core); }

// co_await sleep_on(core, 5s): resumes on that core, which must be the current one.
class SleepOn {
 public:
  SleepOn(Core& core, std::chrono::milliseconds delay) : timer_(core), delay_(delay) {}
  bool await_ready() const noexcept { return delay_.count() <= 0; }
  void await_suspend(std::coroutine_handle<> self) {
    timer_.expires_after(delay_, [self] { self.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  Timer timer_;
  std::chrono::milliseconds delay_;
};
inline SleepOn sleep_on(Core& core, std::chrono::milliseconds delay) { return SleepOn(core, delay); }

// The cores of a process and their threads. What belongs where is decided here and nowhere else.
class Cores {
 public:
  // `count` ≥ 1.
  Cores(unsigned count, const Clock& clock);
  ~Cores();  // stop() was called, or start() never was
  Cores(const Cores&) = delete;
  Cores& operator=(const Cores&) = delete;

  void start();
  // Stops every core and joins its thread. Not from a core. Once.
  void stop();

  // Any thread.
  unsigned size() const noexcept { return static_cast<unsigned>(cores_.size()); }
  Core& at(unsigned index) noexcept { return *cores_[index]; }
  Core& of(ChannelId id) noexcept { return at(static_cast<unsigned>(mix(id.value) % size())); }
  Core& of(UserId id) noexcept { return at(static_cast<unsigned>(mix(id.value) % size())); }
  Core& of(GuildId id) noexcept { return at(static_cast<unsigned>(mix(id.value) % size())); }

 private:
  struct Threads;
  std::vector<std::unique_ptr<Core>> cores_;
  std::unique_ptr<Threads> threads_;
};

// Runs the task on `core` and blocks the calling thread, which must not be a core, until it ends. For start-up, commands
// and tests.
void run_blocking(Core& core, Task<void> task);

}  // namespace rookery
