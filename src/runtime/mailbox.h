// Mailbox: many producers, one consumer, no lock, no allocation: the letters carry the links.
//
// Letters of one producer are delivered in the order in which it posted them.
#pragma once

#include <atomic>

namespace rookery {

// Something to be done on another core. The sender keeps it alive until deliver() was called; deliver() may free it.
class Mail {
 public:
  virtual void deliver() noexcept = 0;  // on the receiving core

 protected:
  Mail() = default;
  Mail(const Mail&) = delete;
  Mail& operator=(const Mail&) = delete;
  virtual ~Mail() = default;

 private:
  friend class Mailbox;
  Mail* next_ = nullptr;
};

class Mailbox {
 public:
  // Any thread. True when the receiver may be asleep and must be woken: at most one of the concurrent posters is told so.
  [[nodiscard]] bool post(Mail& mail) noexcept;
  // Receiver only: delivers what was there at the call. Returns how many.
  std::size_t drain() noexcept;
  // Receiver only, before it blocks: true when it may sleep (the next post then answers true), false when mail has come.
  [[nodiscard]] bool prepare_sleep() noexcept;
  // Receiver only, after it woke.
  void awake() noexcept { asleep_.store(false, std::memory_order_relaxed); }

 private:
  std::atomic<Mail*> newest_{nullptr};
  std::atomic<bool> asleep_{false};
};

}  // namespace rookery
