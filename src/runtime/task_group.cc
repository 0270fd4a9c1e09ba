#include "runtime/task_group.h"

#include <utility>

namespace rookery {

// A coroutine that frees itself at its end: the group's count is what owns it.
struct TaskGroup::Runner {
  struct promise_type {
    Runner get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

TaskGroup::Runner TaskGroup::run(TaskGroup& group, Task<void> task) {
  {
    Task<void> owned = std::move(task);  // gone before the group hears of the end
    co_await std::move(owned);
  }
  if (--group.running_ == 0 && group.joiner_) std::exchange(group.joiner_, {}).resume();
}

bool TaskGroup::spawn(Task<void> task) {
  if (running_ >= tasks_max_) return false;
  ++running_;
  run(*this, std::move(task));
  return true;
}

}  // namespace rookery
