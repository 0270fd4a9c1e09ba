#include "runtime/work_pool.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/check.h"

namespace rookery {

namespace {

constexpr double kRetryAfterS = 1;
constexpr std::size_t kThreadNameMax = 15;  // pthread_setname_np(3)

}  // namespace

struct WorkPool::Queue {
  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stopped || !jobs.empty(); });
      if (jobs.empty()) return;
      Job& job = *jobs.front();
      jobs.pop_front();
      lock.unlock();
      job.run_and_report();
      lock.lock();
    }
  }

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job*> jobs;
  std::size_t waiting_max = 0;
  bool stopped = false;
  std::vector<std::thread> threads;
};

WorkPool::WorkPool(std::string name, unsigned threads, std::size_t waiting_max)
    : name_(std::move(name)), queue_(std::make_unique<Queue>()) {
  CHECK(threads >= 1 && waiting_max >= 1);
  queue_->waiting_max = waiting_max;
  for (unsigned i = 0; i < threads; ++i) {
    auto& thread = queue_->threads.emplace_back([queue = queue_.get()] { queue->work(); });
    pthread_setname_np(thread.native_handle(), name_.substr(0, kThreadNameMax).c_str());
  }
}

WorkPool::~WorkPool() { stop(); }

bool WorkPool::submit(Job& job) {
  const std::lock_guard lock(queue_->mutex);
  if (queue_->stopped || queue_->jobs.size() >= queue_->waiting_max) return false;
  queue_->jobs.push_back(&job);
  queue_->changed.notify_one();
  return true;
}

void WorkPool::stop() {
  {
    const std::lock_guard lock(queue_->mutex);
    if (queue_->stopped) return;
    queue_->stopped = true;
  }
  CHECK(Core::current_or_null() == nullptr);
  queue_->changed.notify_all();
  for (auto& thread : queue_->threads) thread.join();
}

std::size_t WorkPool::waiting() const {
  const std::lock_guard lock(queue_->mutex);
  return queue_->jobs.size();
}

Error WorkPool::refusal() const {
  return Error::retry(ErrorCode::kUnavailable, kRetryAfterS, "Too much " + name_ + " work is waiting: try again");
}

}  // namespace rookery
