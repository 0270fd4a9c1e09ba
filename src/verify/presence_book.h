// PresenceBook: who has a connection, and what others are told of that: never offline while one lives, offline at once after the logout of
// the last that was connected, and who watches is told within five seconds. Part of the checker; one thread, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "verify/delays.h"
#include "verify/findings.h"
#include "verify/history.h"

namespace rookery::verify {

class PresenceBook {
 public:
  // protocol.md §4, PRESENCE_UPDATE: within 5 s of the change. Delays come on top.
  static constexpr std::int64_t kTellWithinUs = 5'000'000;

  PresenceBook(Findings& findings, const Delays& delays) : findings_(findings), delays_(delays) {}

  void on_invoke(const Event& invoke);               // kIdentify
  void on_ok(const Event& invoke, const Event& ok);  // kIdentify, kResume, kSubscribe, kRevoke, kPresence
  void on_dispatch(const Event& dispatch);           // PRESENCE_UPDATE
  void on_closed(const Event& closed);
  void on_settled(const Event& mark);
  void on_end(const Event& end);

 private:
  struct Open {
    std::uint64_t user = 0, login = 0;
    std::uint64_t line = 0;
    std::int64_t us = 0;
  };
  struct Told {
    std::string status;
    std::uint64_t line = 0;
  };
  struct Watch {
    std::uint64_t line = 0;
    std::int64_t us = 0;
    std::set<std::uint64_t> users;
    std::map<std::uint64_t, Told> told;
  };
  // The oldest of his connections; null when he has none.
  const Open* connection_of(std::uint64_t user) const;
  void check_answer(const Event& invoke, const Event& ok);
  void check_watch(std::uint64_t session, const Watch& watch, const Event& end);

  Findings& findings_;
  const Delays& delays_;
  std::map<std::uint64_t, Open> open_;  // by session
  std::map<std::uint64_t, std::set<std::uint64_t>>
      logins_;                                      // by user: which may have a connection, also one that was broken or never answered
  std::map<std::uint64_t, Open> gone_;              // by user: the logout of his last connection
  std::unordered_map<std::uint64_t, Watch> watch_;  // by session
  std::uint64_t settled_line_ = 0;
};

}  // namespace rookery::verify
