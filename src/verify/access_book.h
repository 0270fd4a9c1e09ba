// AccessBook: who may no longer be shown anything: members who were removed, logins that were ended. Part of the checker; one thread,
// no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

#include "verify/delays.h"
#include "verify/findings.h"
#include "verify/history.h"
#include "verify/message_book.h"

namespace rookery::verify {

class AccessBook {
 public:
  // protocol.md §3: sockets close within 5 s. Delays come on top.
  static constexpr std::int64_t kCloseWithinUs = 5'000'000;

  AccessBook(Findings& findings, const Delays& delays, const MessageBook& messages)
      : findings_(findings), delays_(delays), messages_(messages) {}

  void on_invoke(const Event& invoke);  // kAdd
  void on_ok(const Event& invoke, const Event& ok);
  void on_dispatch(const Event& dispatch);
  // A socket that was open; the close that ends it.
  void on_closed(const Event& closed);
  void on_end(const Event& end);

 private:
  struct Revoked {
    std::uint64_t line = 0;
    std::int64_t us = 0;
  };
  struct Open {
    std::uint64_t login = 0;
    bool told = false;   // it was found to be open too long
    bool shown = false;  // or to be shown what was said afterwards
  };
  void check_open(std::uint64_t session, const Event& event);
  void check_shown(const Event& dispatch);

  Findings& findings_;
  const Delays& delays_;
  const MessageBook& messages_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> removed_;  // channel, user → line of the answer
  std::unordered_map<std::uint64_t, Revoked> revoked_;                        // by login
  std::unordered_map<std::uint64_t, Open> open_;                              // by session
};

}  // namespace rookery::verify
