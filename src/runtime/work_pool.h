// WorkPool: threads for what must not hold up a core: password hashes, reads that may go to the disk, files.
//
// A bounded number of threads takes from one bounded queue, first in, first out; what finds the queue full is refused at
// once, so that a flood costs a refusal and no memory.
#pragma once

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "runtime/core.h"

namespace rookery {

namespace internal {

// What run() gives for what the function gives: a Result stays what it is, a value becomes a Result, nothing a Status.
template <class T>
struct WorkResult {
  using Type = Result<T>;
};
template <>
struct WorkResult<void> {
  using Type = Status;
};
template <class T>
struct WorkResult<Result<T>> {
  using Type = Result<T>;
};

}  // namespace internal

class WorkPool {
 public:
  // `name` names the threads (15 characters are shown) and the refusals. `threads` ≥ 1; `waiting_max` counts what waits
  // for a thread, not what runs.
  WorkPool(std::string name, unsigned threads, std::size_t waiting_max);
  ~WorkPool();  // stops
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // co_await pool.run(std::move(function)): calls function() on a thread of the pool and resumes on the core that asked.
  // From any core. kUnavailable when the queue is full or the pool was stopped; the function was then not called. The
  // pool must outlive the wait. A function does not throw, and has no core of its own.
  template <class Function>
  auto run(Function function) -> Task<typename internal::WorkResult<std::invoke_result_t<Function&>>::Type>;

  // Takes nothing more, finishes what runs and what waits, joins the threads. Not from a core: cores must still be
  // running, as the results are posted to them. The second call does nothing.
  void stop();

  std::size_t waiting() const;  // for metrics; any thread

 private:
  // Lives in the frame of the coroutine that waits.
  class Job : public Mail {
   public:
    explicit Job(WorkPool& pool) : pool_(pool), home_(Core::current()) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) {
      waiter_ = waiter;
      accepted_ = true;
      if (pool_.submit(*this)) return true;  // from here on another thread may be at work on *this
      accepted_ = false;
      return false;
    }
    bool await_resume() const noexcept { return accepted_; }
    void deliver() noexcept override { waiter_.resume(); }
    void run_and_report() noexcept {
      work();
      home_.post(*this);
    }

   protected:
    virtual void work() noexcept = 0;

   private:
    friend struct Queue;
    WorkPool& pool_;
    Core& home_;
    std::coroutine_handle<> waiter_;
    bool accepted_ = false;
  };

  template <class Function, class Outcome>
  class JobOf final : public Job {
   public:
    JobOf(WorkPool& pool, Function& function, std::optional<Outcome>& outcome) : Job(pool), function_(function), outcome_(outcome) {}

   private:
    void work() noexcept override {
      if constexpr (std::is_void_v<std::invoke_result_t<Function&>>) {
        function_();
        outcome_.emplace();
      } else {
        outcome_.emplace(function_());
      }
    }
    Function& function_;
    std::optional<Outcome>& outcome_;
  };

  struct Queue;
  [[nodiscard]] bool submit(Job& job);
  Error refusal() const;

  const std::string name_;
  std::unique_ptr<Queue> queue_;
};

template <class Function>
auto WorkPool::run(Function function) -> Task<typename internal::WorkResult<std::invoke_result_t<Function&>>::Type> {
  using Outcome = typename internal::WorkResult<std::invoke_result_t<Function&>>::Type;
  std::optional<Outcome> outcome;
  JobOf<Function, Outcome> job(*this, function, outcome);
  const bool accepted = co_await static_cast<Job&>(job);
  if (!accepted) co_return std::unexpected(refusal());
  co_return std::move(*outcome);
}

}  // namespace rookery
