// TaskGroup: owns tasks that nobody awaits.
//
// One core only: spawn, join and every task's end happen on the core that made the group. A group has a bound; a task
// beyond it is refused, never queued. It is the last member of its owner, so that whatever its tasks refer to outlives
// them, and must be empty (joined) when it is destroyed.
#pragma once

#include <coroutine>
#include <cstddef>

#include "runtime/task.h"

namespace rookery {

class TaskGroup {
 public:
  explicit TaskGroup(std::size_t tasks_max) : tasks_max_(tasks_max) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup() { CHECK(running_ == 0); }

  // Starts the task at once, on the calling core; it must end on the same core. False, and the task does not run, when
  // `tasks_max` are running already.
  [[nodiscard]] bool spawn(Task<void> task);

  std::size_t running() const { return running_; }

  // Resumes when no task is running. At most one joiner.
  auto join() {
    struct Awaiter {
      TaskGroup& group;
      bool await_ready() const noexcept { return group.running_ == 0; }
      void await_suspend(std::coroutine_handle<> waiter) const noexcept { group.joiner_ = waiter; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  struct Runner;
  static Runner run(TaskGroup& group, Task<void> task);

  std::size_t tasks_max_;
  std::size_t running_ = 0;
  std::coroutine_handle<> joiner_;
};

}  // namespace rookery
