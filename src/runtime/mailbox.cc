#include "runtime/mailbox.h"

#include <cstddef>

namespace rookery {

// Poster: push, then look whether the receiver sleeps. Receiver: say "asleep", then look whether there is mail. With
// both sequentially consistent, at least one of them sees the other.

bool Mailbox::post(Mail& mail) noexcept {
  Mail* newest = newest_.load(std::memory_order_relaxed);
  do {
    mail.next_ = newest;
  } while (!newest_.compare_exchange_weak(newest, &mail, std::memory_order_seq_cst, std::memory_order_relaxed));
  return asleep_.load(std::memory_order_seq_cst) && asleep_.exchange(false, std::memory_order_seq_cst);
}

std::size_t Mailbox::drain() noexcept {
  Mail* newest = newest_.exchange(nullptr, std::memory_order_acquire);
  Mail* oldest = nullptr;
  while (newest != nullptr) {
    Mail* const before = newest->next_;
    newest->next_ = oldest;
    oldest = newest;
    newest = before;
  }
  std::size_t delivered = 0;
  while (oldest != nullptr) {
    Mail* const mail = oldest;
    oldest = mail->next_;  // read first: deliver() may free the letter
    mail->deliver();
    ++delivered;
  }
  return delivered;
}

bool Mailbox::prepare_sleep() noexcept {
  asleep_.store(true, std::memory_order_seq_cst);
  if (newest_.load(std::memory_order_seq_cst) == nullptr) return true;
  asleep_.store(false, std::memory_order_relaxed);
  return false;
}

}  // namespace rookery
