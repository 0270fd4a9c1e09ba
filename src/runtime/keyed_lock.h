// KeyedLock: one coroutine at a time for each key; the others wait in the order in which they asked.
//
// One core only: every lock is taken and given back on the core that the KeyedLock belongs to. It holds what is read,
// decided on and written back in several turns, without a mutex that would hold up the core. Never take a second key
// while one is held, unless there is an order among them.
#pragma once

#include <coroutine>
#include <deque>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "runtime/core.h"

namespace rookery {

template <class Key>
class KeyedLock {
 public:
  KeyedLock() = default;
  KeyedLock(const KeyedLock&) = delete;
  KeyedLock& operator=(const KeyedLock&) = delete;

  // Gives the key back when it goes: on the core of the lock.
  class [[nodiscard]] Guard {
   public:
    Guard(KeyedLock& lock, Key key) : lock_(&lock), key_(std::move(key)) {}
    Guard(Guard&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)), key_(std::move(other.key_)) {}
    Guard& operator=(Guard&&) = delete;
    ~Guard() {
      if (lock_ != nullptr) lock_->give_back(key_);
    }

   private:
    KeyedLock* lock_;
    Key key_;
  };

  // co_await lock.acquire(key): a Guard.
  auto acquire(Key key) {
    struct Awaiter {
      KeyedLock& lock;
      Key key;
      bool await_ready() const { return lock.held_.try_emplace(key).second; }
      void await_suspend(std::coroutine_handle<> self) { lock.held_.at(key).push_back(self); }
      Guard await_resume() { return Guard(lock, std::move(key)); }
    };
    return Awaiter{*this, std::move(key)};
  }

 private:
  void give_back(const Key& key) {
    const auto held = held_.find(key);
    CHECK(held != held_.end());
    if (held->second.empty()) {
      held_.erase(held);
      return;
    }
    const auto next = held->second.front();
    held->second.pop_front();
    // It holds the key now. In a turn of its own: this may run in the destructor of a frame.
    Core::current().post_function([next] { next.resume(); });
  }

  std::unordered_map<Key, std::deque<std::coroutine_handle<>>> held_;  // with those who wait
};

}  // namespace rookery
