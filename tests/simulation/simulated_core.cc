// Cores and their timers on simulated time. Stands in for runtime/core.cc when the simulation is linked: the same class, the
// same promises (runtime/core.h), without threads: which core goes on next, and when, is the scheduler's.
#include <deque>
#include <map>

#include "base/check.h"
#include "runtime/core.h"
#include "tests/simulation/scheduler.h"

namespace rookery {
namespace {

using simulation::Micros;
using simulation::Scheduler;

Core* t_core = nullptr;

struct FunctionMail final : Mail {
  explicit FunctionMail(std::move_only_function<void()> f) : function(std::move(f)) {}
  void deliver() noexcept override {
    function();
    delete this;
  }
  std::move_only_function<void()> function;
};

class CoreDriver {
 public:
  virtual void make_ready(std::move_only_function<void()> act) = 0;

 protected:
  ~CoreDriver() = default;
};

std::map<const Core*, CoreDriver*> drivers;

}  // namespace

struct Core::Loop final : CoreDriver {
  explicit Loop(Core& c) : core(c) { drivers[&core] = this; }
  ~Loop() {
    drivers.erase(&core);
    *alive = false;
  }

  void make_ready(std::move_only_function<void()> act) override {
    ready.push_back(std::move(act));
    wake();
  }

  // A letter of the current core, or of nobody.
  void post(Mail& mail) {
    Scheduler& scheduler = Scheduler::current();
    if (!scheduler.loose_mail || stopped) {
      inbox.push_back(&mail);
      return wake();
    }
    Micros& last = last_arrival[t_core];
    last = std::max(last, scheduler.now() + scheduler.dice().delay(scheduler.core_latency));
    ++under_way;
    scheduler.after(last - scheduler.now(), [this, &mail] {
      --under_way;
      inbox.push_back(&mail);
      wake();
    });
  }

  void wake() {
    if (std::exchange(scheduled, true)) return;
    Scheduler& scheduler = Scheduler::current();
    scheduler.after(scheduler.dice().delay(scheduler.core_latency), [this, living = alive] {
      if (!*living) return;
      scheduled = false;
      go_on();
      if (has_work()) wake();
    });
  }

  bool has_work() const { return !ready.empty() || !batch.empty() || !inbox.empty(); }
  bool idle() const { return !has_work() && under_way == 0; }

  // A turn, or a part of one: a ready socket, a timer that is due, or the mail that was there at its start.
  void go_on() {
    CHECK(t_core == nullptr);
    t_core = &core;
    if (batch.empty()) {
      begin_turn();
      const bool mail_first = inbox.empty() ? false : ready.empty() || Scheduler::current().dice().chance(0.5);
      if (mail_first) {
        batch.swap(inbox);
      } else if (!ready.empty()) {
        auto act = std::move(ready.front());
        ready.pop_front();
        act();
      }
    }
    while (!batch.empty()) {
      Mail* const letter = batch.front();
      batch.pop_front();
      letter->deliver();
      if (!batch.empty() && !stopped && Scheduler::current().dice().chance(Scheduler::current().interleaving)) break;
    }
    if (batch.empty()) {
      for (auto& hook : core.turn_ends_) hook();
    }
    t_core = nullptr;
  }

  void begin_turn() {
    core.turn_time_ = core.clock_.steady_now();
    ++core.turn_count_;
  }

  Core& core;
  const std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  std::deque<std::move_only_function<void()>> ready;
  std::deque<Mail*> inbox;
  std::deque<Mail*> batch;  // of the turn that is running
  std::map<const Core*, Micros> last_arrival;
  std::size_t under_way = 0;
  bool scheduled = false;
  bool stopped = false;
};

Core::Core(unsigned index, const Clock& clock)
    : index_(index), clock_(clock), turn_time_(clock.steady_now()), loop_(std::make_unique<Loop>(*this)) {}

Core::~Core() = default;

Core& Core::current() {
  CHECK(t_core != nullptr);
  return *t_core;
}

Core* Core::current_or_null() noexcept { return t_core; }

void Core::post(Mail& mail) noexcept { loop_->post(mail); }
void Core::post_function(std::move_only_function<void()> function) { post(*new FunctionMail(std::move(function))); }
void Core::watch(int, std::uint32_t, IoHandler&) { CHECK(false); }
void Core::rewatch(int, std::uint32_t, IoHandler&) { CHECK(false); }
void Core::unwatch(int, IoHandler&) { CHECK(false); }
void Core::at_turn_end(std::move_only_function<void()> hook) { turn_ends_.push_back(std::move(hook)); }

void Core::stop() noexcept { loop_->stopped = true; }

// What is left of its mail, after stop().
void Core::run() {
  while (loop_->has_work()) loop_->go_on();
}

struct Timer::Wait {
  std::move_only_function<void()> function;
  std::uint64_t round = 0;
};

Timer::Timer(Core& core) : core_(core), wait_(std::make_shared<Wait>()) {}
Timer::~Timer() { cancel(); }

void Timer::cancel() {
  ++wait_->round;
  wait_->function = nullptr;
}

void Timer::expires_after(std::chrono::milliseconds delay, std::move_only_function<void()> function) {
  cancel();
  wait_->function = std::move(function);
  const Micros late = Scheduler::current().dice().between(0, 200);
  Scheduler::current().after(delay.count() * simulation::kMillisecond + late,
                             [wait = wait_, round = wait_->round, loop = core_.loop_.get(), living = core_.loop_->alive] {
                               if (!*living || round != wait->round) return;
                               loop->make_ready([wait, round] {
                                 if (round != wait->round) return;
                                 auto due = std::move(wait->function);
                                 due();
                               });
                             });
}

struct Cores::Threads {};

Cores::Cores(unsigned count, const Clock& clock) : threads_(std::make_unique<Threads>()) {
  CHECK(count >= 1);
  for (unsigned i = 0; i < count; ++i) cores_.push_back(std::make_unique<Core>(i, clock));
}

Cores::~Cores() = default;
void Cores::start() {}

void Cores::stop() {
  CHECK(t_core == nullptr);
  for (int rounds = 0; rounds < 100; ++rounds) {
    for (auto& core : cores_) core->run();
    Scheduler::current().run_for(simulation::kMillisecond);
  }
  for (auto& core : cores_) core->stop();
  for (auto& core : cores_) core->run();
}

namespace {

struct Blocking {
  struct promise_type {
    Blocking get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

Blocking run_then_tell(Task<void> task, std::shared_ptr<bool> done) {
  {
    Task<void> owned = std::move(task);
    co_await std::move(owned);
  }
  *done = true;
}

constexpr Micros kPatience = 300 * simulation::kSecond;

}  // namespace

void run_blocking(Core& core, Task<void> task) {
  CHECK(t_core == nullptr);
  auto done = std::make_shared<bool>(false);
  core.post_function([task = std::move(task), done]() mutable { run_then_tell(std::move(task), done); });
  const Micros until = Scheduler::current().now() + kPatience;
  while (!*done) {
    Scheduler::current().step();
    if (Scheduler::current().now() > until) simulation::violation("what somebody blocks on does not end");
  }
}

namespace simulation {

void when_ready(Core& core, std::move_only_function<void()> act) { drivers.at(&core)->make_ready(std::move(act)); }

}  // namespace simulation
}  // namespace rookery
