#include "runtime/core.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/check.h"

namespace rookery {
namespace {

namespace asio = boost::asio;

constexpr int kEventsPerTurnMax = 256;

thread_local Core* t_core = nullptr;

struct FunctionMail final : Mail {
  explicit FunctionMail(std::move_only_function<void()> f) : function(std::move(f)) {}
  void deliver() noexcept override {
    function();
    delete this;
  }
  std::move_only_function<void()> function;
};

}  // namespace

// The client sockets' epoll set, whose descriptor is itself waited on by Asio: timers and everything cold are Asio's.
struct Core::Loop {
  Loop()
      : set(::epoll_create1(EPOLL_CLOEXEC)),
        bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        waiter(context, set),
        work(context.get_executor()) {
    CHECK(set >= 0 && bell >= 0);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    CHECK(::epoll_ctl(set, EPOLL_CTL_ADD, bell, &event) == 0);
  }
  ~Loop() { ::close(bell); }  // the set is closed by `waiter`

  void ring() const noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(bell, &one, sizeof one);
  }
  void silence() const noexcept {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto n = ::read(bell, &count, sizeof count);
  }
  void control(int operation, int fd, std::uint32_t interest, IoHandler& handler) const {
    epoll_event event{.events = interest, .data = {.ptr = &handler}};
    CHECK(::epoll_ctl(set, operation, fd, &event) == 0);
  }

  asio::io_context context{1};
  int set;
  int bell;
  asio::posix::stream_descriptor waiter;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::array<epoll_event, kEventsPerTurnMax> events;
  int event_count = 0;  // of the turn that is running
};

Core::Core(unsigned index, const Clock& clock)
    : index_(index), clock_(clock), turn_time_(clock.steady_now()), loop_(std::make_unique<Loop>()) {}

Core::~Core() = default;

Core& Core::current() {
  CHECK(t_core != nullptr);
  return *t_core;
}

Core* Core::current_or_null() noexcept { return t_core; }

void Core::post(Mail& mail) noexcept {
  if (mailbox_.post(mail)) loop_->ring();
}

void Core::post_function(std::move_only_function<void()> function) { post(*new FunctionMail(std::move(function))); }

void Core::watch(int fd, std::uint32_t epoll_events, IoHandler& handler) { loop_->control(EPOLL_CTL_ADD, fd, epoll_events, handler); }
void Core::rewatch(int fd, std::uint32_t epoll_events, IoHandler& handler) { loop_->control(EPOLL_CTL_MOD, fd, epoll_events, handler); }

void Core::unwatch(int fd, IoHandler& handler) {
  loop_->control(EPOLL_CTL_DEL, fd, 0, handler);
  for (int i = 0; i < loop_->event_count; ++i) {
    if (loop_->events[static_cast<std::size_t>(i)].data.ptr == &handler) loop_->events[static_cast<std::size_t>(i)].events = 0;
  }
}

void Core::at_turn_end(std::move_only_function<void()> hook) { turn_ends_.push_back(std::move(hook)); }

void Core::turn() {
  mailbox_.awake();
  turn_time_ = clock_.steady_now();
  ++turn_count_;
  loop_->event_count = ::epoll_wait(loop_->set, loop_->events.data(), kEventsPerTurnMax, 0);
  for (int i = 0; i < loop_->event_count; ++i) {
    epoll_event& event = loop_->events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) {
      loop_->silence();
    } else if (event.events != 0) {
      static_cast<IoHandler*>(event.data.ptr)->on_io(event.events);
    }
  }
  loop_->event_count = 0;
  mailbox_.drain();
  for (auto& hook : turn_ends_) hook();
}

void Core::run() {
  CHECK(t_core == nullptr);
  t_core = this;
  std::move_only_function<void()> wait = [this, &wait] {
    if (!mailbox_.prepare_sleep()) loop_->ring();
    loop_->waiter.async_wait(asio::posix::stream_descriptor::wait_read, [this, &wait](const boost::system::error_code& error) {
      if (error) return;
      turn();
      wait();
    });
  };
  wait();
  loop_->context.run();
  mailbox_.awake();
  ++turn_count_;
  while (mailbox_.drain() > 0) {
  }
  for (auto& hook : turn_ends_) hook();
  t_core = nullptr;
}

void Core::stop() noexcept { loop_->context.stop(); }

struct Timer::Wait {
  explicit Wait(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  std::move_only_function<void()> function;
  std::uint64_t round = 0;  // a handler of an earlier round finds itself replaced
};

Timer::Timer(Core& core) : core_(core), wait_(std::make_shared<Wait>(core.loop_->context)) {}

Timer::~Timer() { cancel(); }

void Timer::cancel() {
  ++wait_->round;
  wait_->function = nullptr;
  wait_->timer.cancel();
}

void Timer::expires_after(std::chrono::milliseconds delay, std::move_only_function<void()> function) {
  cancel();
  wait_->function = std::move(function);
  wait_->timer.expires_after(delay);
  wait_->timer.async_wait([wait = wait_, round = wait_->round, &core = core_](const boost::system::error_code& error) {
    if (error || round != wait->round) return;
    core.turn_time_ = core.clock_.steady_now();
    ++core.turn_count_;
    auto due = std::move(wait->function);
    due();
    for (auto& hook : core.turn_ends_) hook();
  });
}

struct Cores::Threads {
  std::vector<std::thread> running;
};

Cores::Cores(unsigned count, const Clock& clock) : threads_(std::make_unique<Threads>()) {
  CHECK(count >= 1);
  for (unsigned i = 0; i < count; ++i) cores_.push_back(std::make_unique<Core>(i, clock));
}

Cores::~Cores() { CHECK(threads_->running.empty()); }

void Cores::start() {
  CHECK(threads_->running.empty());
  for (auto& core : cores_) threads_->running.emplace_back([&core] { core->run(); });
}

void Cores::stop() {
  CHECK(Core::current_or_null() == nullptr);
  for (auto& core : cores_) core->stop();
  for (auto& thread : threads_->running) thread.join();
  threads_->running.clear();
}

namespace {

// Starts at once and frees itself: the blocked thread is its owner.
struct Blocking {
  struct promise_type {
    Blocking get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

struct Done {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
};

Blocking run_then_tell(Task<void> task, std::shared_ptr<Done> done) {
  {
    Task<void> owned = std::move(task);
    co_await std::move(owned);
  }
  const std::lock_guard lock(done->mutex);
  done->done = true;
  done->changed.notify_one();
}

}  // namespace

void run_blocking(Core& core, Task<void> task) {
  CHECK(Core::current_or_null() == nullptr);
  auto done = std::make_shared<Done>();
  core.post_function([task = std::move(task), done]() mutable { run_then_tell(std::move(task), done); });
  std::unique_lock lock(done->mutex);
  done->changed.wait(lock, [&done] { return done->done; });
}

}  // namespace rookery
