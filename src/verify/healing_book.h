// HealingBook: whether everybody comes back after a fault: each one's first send is answered in time; and, when all has settled, no send
// was left without an answer, and each device that comes back by itself has a session. Part of the checker; one thread, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>

#include "verify/delays.h"
#include "verify/findings.h"
#include "verify/history.h"
#include "verify/member_book.h"

namespace rookery::verify {

class HealingBook {
 public:
  // From the invoke of somebody's first send after the fault until the first of those that is answered. Delays come on top.
  static constexpr std::int64_t kHealWithinUs = 10'000'000;

  HealingBook(Findings& findings, const Delays& delays, const MemberBook& members)
      : findings_(findings), delays_(delays), members_(members) {}

  void on_invoke(const Event& invoke);
  void on_ok(const Event& invoke, const Event& ok);
  void on_fail(const Event& invoke, const Event& fail);
  void on_closed(const Event& closed);
  void on_healed(const Event& mark);
  void on_settled() { settled_ = true; }
  void on_stuck(const Event& mark);  // the driver waited in vain
  void on_end(const Event& end);
  // The round ends with a server that is gone.
  void give_up();

 private:
  struct First {
    std::uint64_t line = 0;
    std::int64_t us = 0;
    bool answered = false;
  };
  struct Device {
    std::uint64_t login = 0, line = 0;
    std::uint64_t session = 0;  // the last that it began
  };

  Findings& findings_;
  const Delays& delays_;
  const MemberBook& members_;
  std::map<std::pair<std::uint64_t, std::string>, std::uint64_t> unanswered_;  // user, nonce → line of the first send
  std::map<std::pair<std::uint64_t, std::string>, Device> devices_;            // user, name
  std::unordered_set<std::uint64_t> open_;                                     // sessions
  std::map<std::uint64_t, First> first_;                                       // by user, after the fault
  std::uint64_t healed_line_ = 0;
  bool settled_ = false;
};

}  // namespace rookery::verify
